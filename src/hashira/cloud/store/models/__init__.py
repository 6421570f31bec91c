"""The tables of the cloud system, one module a subject."""

from hashira.cloud.store.models.adoption import AdoptionProposal, OrganisationSurvey, SurveyedAccount
from hashira.cloud.store.models.application import (
    ApplicationAct,
    ApplicationCounter,
    ApplicationSubmission,
    HeldRange,
    NamedDeputy,
    UseApplication,
    VendingTerms,
)
from hashira.cloud.store.models.assessment import (
    Assessment,
    ItemJudgement,
    ItemSettlement,
    ProgressReport,
    SelectionCondition,
    SelectionDecision,
    StandingChange,
)
from hashira.cloud.store.models.catalogue import (
    ListedOffering,
    RequirementCatalogue,
    RequirementItem,
    SelectionRound,
)
from hashira.cloud.store.models.early import EarlyApplication, EarlyCall, EarlyScore
from hashira.cloud.store.models.emergency_access import EmergencyAccess
from hashira.cloud.store.models.environment import Environment, EnvironmentAct, EnvironmentStep
from hashira.cloud.store.models.guardrail_exception import GuardrailException
from hashira.cloud.store.models.proposal import (
    EvidenceContent,
    Proposal,
    ProposalAnswer,
    ProposalEvidence,
    ProposalPartner,
    ProposalSubmission,
)

__all__ = [
    "AdoptionProposal",
    "ApplicationAct",
    "ApplicationCounter",
    "ApplicationSubmission",
    "Assessment",
    "EarlyApplication",
    "EarlyCall",
    "EarlyScore",
    "EmergencyAccess",
    "Environment",
    "EnvironmentAct",
    "EnvironmentStep",
    "EvidenceContent",
    "GuardrailException",
    "HeldRange",
    "ItemJudgement",
    "ItemSettlement",
    "ListedOffering",
    "NamedDeputy",
    "OrganisationSurvey",
    "ProgressReport",
    "Proposal",
    "ProposalAnswer",
    "ProposalEvidence",
    "ProposalPartner",
    "ProposalSubmission",
    "RequirementCatalogue",
    "RequirementItem",
    "SelectionCondition",
    "SelectionDecision",
    "SelectionRound",
    "StandingChange",
    "SurveyedAccount",
    "UseApplication",
    "VendingTerms",
]
