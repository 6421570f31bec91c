"""The tables of the certificates, one module a subject."""

from hashira.certificates.store.models.comparing import ComparedRow
from hashira.certificates.store.models.counter import CounterVisit, PrintBatch, PrintLine
from hashira.certificates.store.models.delegation import DelegatedAct, DelegatedPerson, Delegation
from hashira.certificates.store.models.imports import (
    DoseImport,
    ImportMappingVersion,
    ImportRemark,
    ImportSource,
    StagedRow,
)
from hashira.certificates.store.models.issuing import (
    CertificateSerial,
    IssuedCertificate,
    IssuedDose,
    SigningKey,
)
from hashira.certificates.store.models.linking import (
    LinkAttempt,
    LinkCode,
    LinkRequest,
    RegisterLink,
)
from hashira.certificates.store.models.merging import (
    CollapsedDose,
    LikelyDuplicate,
    MergeReversal,
    PersonMerge,
)
from hashira.certificates.store.models.pickup import PickupAttempt, PickupCode
from hashira.certificates.store.models.postal import PostalApplication
from hashira.certificates.store.models.programme import ProgrammeVersion
from hashira.certificates.store.models.protection import ProtectedOpening, Protection, ProtectionAlert
from hashira.certificates.store.models.registry import DoseEvent, Person, PersonRevision
from hashira.certificates.store.models.representation import Representation, RepresentationCode
from hashira.certificates.store.models.status import (
    CertificateStatus,
    KeyApproval,
    Reissue,
    State,
    StatusChange,
    TrustBundle,
)
from hashira.certificates.store.models.work import DoubtfulRecord, WorkMark

__all__ = [
    "CertificateSerial",
    "CertificateStatus",
    "CollapsedDose",
    "ComparedRow",
    "CounterVisit",
    "DelegatedAct",
    "DelegatedPerson",
    "Delegation",
    "DoseEvent",
    "DoseImport",
    "DoubtfulRecord",
    "ImportMappingVersion",
    "ImportRemark",
    "ImportSource",
    "IssuedCertificate",
    "IssuedDose",
    "KeyApproval",
    "LikelyDuplicate",
    "LinkAttempt",
    "LinkCode",
    "LinkRequest",
    "MergeReversal",
    "Person",
    "PersonMerge",
    "PersonRevision",
    "PickupAttempt",
    "PickupCode",
    "PostalApplication",
    "PrintBatch",
    "PrintLine",
    "ProgrammeVersion",
    "ProtectedOpening",
    "Protection",
    "ProtectionAlert",
    "RegisterLink",
    "Reissue",
    "Representation",
    "RepresentationCode",
    "SigningKey",
    "StagedRow",
    "State",
    "StatusChange",
    "TrustBundle",
    "WorkMark",
]
