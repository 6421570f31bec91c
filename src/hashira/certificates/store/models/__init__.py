"""The tables of the certificates, one module a subject."""

from hashira.certificates.store.models.counter import CounterVisit, PrintBatch, PrintLine
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
from hashira.certificates.store.models.programme import ProgrammeVersion
from hashira.certificates.store.models.registry import DoseEvent, Person, PersonRevision
from hashira.certificates.store.models.status import (
    CertificateStatus,
    KeyApproval,
    Reissue,
    State,
    StatusChange,
    TrustBundle,
)

__all__ = [
    "CertificateSerial",
    "CertificateStatus",
    "CounterVisit",
    "DoseEvent",
    "DoseImport",
    "ImportMappingVersion",
    "ImportRemark",
    "ImportSource",
    "IssuedCertificate",
    "IssuedDose",
    "KeyApproval",
    "LinkAttempt",
    "LinkCode",
    "LinkRequest",
    "Person",
    "PersonRevision",
    "PrintBatch",
    "PrintLine",
    "ProgrammeVersion",
    "RegisterLink",
    "Reissue",
    "SigningKey",
    "StagedRow",
    "State",
    "StatusChange",
    "TrustBundle",
]
