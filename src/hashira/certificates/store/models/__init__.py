"""The tables of the certificates, one module a subject."""

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
from hashira.certificates.store.models.pickup import PickupAttempt, PickupCode
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

__all__ = [
    "CertificateSerial",
    "CertificateStatus",
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
    "PickupAttempt",
    "PickupCode",
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
]
