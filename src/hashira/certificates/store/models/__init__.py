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
from hashira.certificates.store.models.registry import DoseEvent, Person, PersonRevision

__all__ = [
    "CertificateSerial",
    "DoseEvent",
    "DoseImport",
    "ImportMappingVersion",
    "ImportRemark",
    "ImportSource",
    "IssuedCertificate",
    "IssuedDose",
    "LinkAttempt",
    "LinkCode",
    "LinkRequest",
    "Person",
    "PersonRevision",
    "RegisterLink",
    "SigningKey",
    "StagedRow",
]
