"""Who asks for what, on which resource, under which circumstances: the request that is judged (要求)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hashira.cloud.domain.policy.refusals import UnreadableRequest

ContextValue = str | tuple[str, ...]
"""What a context key holds: one value, or a tuple where the key is multivalued."""


MULTIVALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
    }
)
"""The global keys that hold a set, also of one (*IAM User Guide*, "AWS global condition context keys")."""


class PrincipalKind(StrEnum):
    """What kind of principal makes a request (プリンシパルの種類)."""

    USER = "user"
    ROLE_SESSION = "role-session"
    ROOT = "root"
    FEDERATED_USER = "federated-user"
    SERVICE = "service"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Principal:
    """A principal under the ARNs and the account that policies know it by.

    >>> session = Principal.read("arn:aws:sts::111122223333:assumed-role/ops/hanako")
    >>> session.kind.value, session.account, session.role
    ('role-session', '111122223333', 'arn:aws:iam::111122223333:role/ops')
    """

    kind: PrincipalKind
    arn: str
    """Its own ARN, a service's name (``ec2.amazonaws.com``), or ``*`` for nobody known."""
    account: str = ""
    role: str = ""
    """The ARN of the role of a session."""
    user: str = ""
    """The ARN of the user who federated a federated user; its own ARN does not tell."""
    service_linked: bool = False
    """A session of a service-linked role, which no SCP and no RCP restricts."""

    @classmethod
    def read(cls, text: str) -> Principal:
        """From an ARN, the name of a service, or ``*``.

        Raises:
            UnreadableRequest: if it is none of these.
        """
        if text == "*":
            return cls(PrincipalKind.ANONYMOUS, text)
        if text.endswith(".amazonaws.com") and ":" not in text:
            return cls(PrincipalKind.SERVICE, text)
        parts = text.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or parts[2] not in ("iam", "sts") or not parts[4].isdigit():
            raise UnreadableRequest(reason=f"principal {text!r}")
        _, partition, _, _, account, rest = parts
        sort, _, name = rest.partition("/")
        if rest == "root":
            return cls(PrincipalKind.ROOT, text, account)
        if sort == "user" and name:
            return cls(PrincipalKind.USER, text, account)
        if sort == "federated-user" and name:
            return cls(PrincipalKind.FEDERATED_USER, text, account)
        if sort == "assumed-role" and name.count("/") == 1:
            # The ARN of a session does not have the path of its role; a service-linked role is known by name.
            role = name.partition("/")[0]
            linked = role.startswith("AWSServiceRoleFor")
            arn = f"arn:{partition}:iam::{account}:role/{role}"
            return cls(PrincipalKind.ROLE_SESSION, text, account, arn, service_linked=linked)
        if sort == "role" and name:
            linked = name.startswith("aws-service-role/")
            return cls(PrincipalKind.ROLE_SESSION, text, account, text, service_linked=linked)
        raise UnreadableRequest(reason=f"principal {text!r}")


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``context`` holds condition keys in any case; ``resource`` is an ARN or ``*``."""

    principal: Principal
    action: str
    """``service:Operation``."""
    resource: str
    """An ARN, ``*``, or nothing where a record does not tell it: see :meth:`Statement.told`."""
    resource_account: str
    """The account that owns the resource (12 digits)."""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    keys: Mapping[str, ContextValue] = field(init=False, repr=False, compare=False)
    """The context by lower-case key, since condition keys are not case-sensitive."""

    def __post_init__(self) -> None:
        service, colon, operation = self.action.partition(":")
        if not (service and colon and operation):
            raise UnreadableRequest(reason=f"action {self.action!r}")
        keys = {key.lower(): value for key, value in self.context.items()}
        for key in MULTIVALUED.intersection(keys):
            value = keys[key]
            if isinstance(value, str):
                keys[key] = (value,)
        object.__setattr__(self, "keys", keys)

    @property
    def service(self) -> str:
        """The prefix of the service, in lower case."""
        return self.action.partition(":")[0].lower()
