"""The tables of the cloud system, one module a subject."""

from hashira.cloud.store.models.adoption import AdoptionProposal, OrganisationSurvey, SurveyedAccount
from hashira.cloud.store.models.amendment import AmendmentStep, EnvironmentAmendment
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
from hashira.cloud.store.models.emergency_access import EmergencyAccess, EmergencyDoor
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
from hashira.cloud.store.models.rollout import BaselineVersion, Rollout, RolloutAct, RolloutEntry
from hashira.cloud.store.models.server import CloudServer, ServerAct, ServerReading, ServerSchedule

__all__ = [
    "AdoptionProposal",
    "AmendmentStep",
    "ApplicationAct",
    "ApplicationCounter",
    "ApplicationSubmission",
    "Assessment",
    "BaselineVersion",
    "CloudServer",
    "EarlyApplication",
    "EarlyCall",
    "EarlyScore",
    "EmergencyAccess",
    "EmergencyDoor",
    "Environment",
    "EnvironmentAct",
    "EnvironmentAmendment",
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
    "Rollout",
    "RolloutAct",
    "RolloutEntry",
    "SelectionCondition",
    "SelectionDecision",
    "SelectionRound",
    "ServerAct",
    "ServerReading",
    "ServerSchedule",
    "StandingChange",
    "SurveyedAccount",
    "UseApplication",
    "VendingTerms",
]
