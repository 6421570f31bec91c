"""What a policy of AWS allows, told without AWS: the parts of the SCP lab (ポリシーの評価).

    policy = parse_policy(text, PolicyKind.SCP, name="region")
    decision = evaluate(request, PolicySet(scps=((policy,),), identity=(other,)))
    decision.outcome, decision.reasons

Sources: AWS, *IAM User Guide*, "Policy evaluation logic", "IAM JSON policy elements: Condition operators",
"IAM policy elements: Variables and tags", "Set operators for multivalued context keys"; *AWS Organizations
User Guide*, "SCP evaluation", "Resource control policies".
"""

from hashira.cloud.domain.policy.document import Policy, PolicyKind, Statement, parse_policy
from hashira.cloud.domain.policy.evaluation import Assume, Decision, Outcome, PolicySet, Reason, evaluate
from hashira.cloud.domain.policy.request import Principal, PrincipalKind, Request

__all__ = [
    "Assume",
    "Decision",
    "Outcome",
    "Policy",
    "PolicyKind",
    "PolicySet",
    "Principal",
    "PrincipalKind",
    "Reason",
    "Request",
    "Statement",
    "evaluate",
    "parse_policy",
]
