"""Calls to AWS: one session, one client a service and region, the role of each account (AWSとの接続).

A client takes 10 to 60 ms to make, so each is made once and serves all accounts: whose credentials sign a
call is decided when it is signed. A call that was not carried out is made again twice at once, since a step
has dozens of them; all further patience is with whoever carries the steps out.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError
from botocore.parsers import ResponseParserError

from hashira.cloud.adapters.engines.aws.terms import AGREED, OPERATOR_ROLE, TITLE, AwsRefused
from hashira.cloud.domain.engine import EngineBusy, EngineRefused, EngineUnreachable, NotYet, QuotaReached
from hashira.kernel.language import Bilingual

READS = ("describe_", "get_", "list_", "head_")
_QUICK = (0.1, 0.3)
"""Seconds before a call is made again at once: what was not carried out, and what only reads."""
_EARLY_SECONDS = 300.0
_SESSION_SECONDS = 3600
_BUSY = frozenset(
    {
        "ConcurrentModificationException",
        "FinalizingOrganizationException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerErrorException",
        "InternalServiceError",
        "OperationAborted",
        "OptInRequired",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "ServiceException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "SubscriptionRequiredException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    }
)
"""Codes that pass. The two about subscription are what an account answers that is only just being made."""
_FULL = frozenset(
    {"AccountLimitExceededException", "LimitExceededException", "ServiceQuotaExceededException"}
)

_acting: ContextVar[tuple[str, str] | None] = ContextVar("account and role of an AWS call", default=None)


@dataclass(frozen=True, slots=True)
class _Session:
    credentials: ReadOnlyCredentials
    until: float


class _ByAccount(Credentials):
    """Those of the account and role that the call in hand is for; without one, the management's own."""

    def __init__(self, own: Credentials, assume: Callable[[str, str], ReadOnlyCredentials]) -> None:
        super().__init__(own.access_key, own.secret_key, own.token, method="hashira")
        self._own, self._assume = own, assume

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        acting = _acting.get()
        return self._own.get_frozen_credentials() if acting is None else self._assume(*acting)


class AwsConnection:
    """Everything that is asked of AWS goes through ``call``."""

    def __init__(
        self,
        *,
        endpoint: Callable[[], str],
        region: str,
        credentials: Credentials | None,
        timeout: float,
    ) -> None:
        self.region = region
        self._endpoint = endpoint
        self._given = credentials
        self._timeout = timeout
        self._session: boto3.Session | None = None
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._roles: dict[tuple[str, str, str], _Session] = {}
        self._making = threading.RLock()

    def call(
        self,
        service: str,
        operation: str,
        *,
        account: str = "",
        role: str = OPERATOR_ROLE,
        region: str = "",
        **arguments: Any,
    ) -> dict[str, Any]:
        """The answer of one operation, in the management account or by ``role`` in ``account``.

        Raises the errors of the port; what AWS refuses is ``AwsRefused`` with its code.
        """
        reads = operation.startswith(READS)
        for pause in _QUICK:
            try:
                return self._once(service, operation, account, role, region, arguments)
            except (EngineBusy, EngineUnreachable) as error:
                told = float(str(error.details.get("retry_after", 0)))
                if told > pause or not (reads or isinstance(error, EngineBusy)):
                    raise
                time.sleep(pause * random.uniform(0.6, 1.0))  # noqa: S311 (no secret)
        return self._once(service, operation, account, role, region, arguments)

    def _once(
        self, service: str, operation: str, account: str, role: str, region: str, arguments: dict[str, Any]
    ) -> dict[str, Any]:
        with self._errors(f"{service}:{operation}"):
            client = self._client(service, region or self.region)
            mine = _acting.set((account, role) if account else None)
            try:
                return cast("dict[str, Any]", getattr(client, operation)(**arguments))
            finally:
                _acting.reset(mine)

    def pages(self, service: str, operation: str, member: str, **arguments: Any) -> Iterator[Any]:
        """The members of all pages of a listing."""
        return paged(self.call, service, operation, member, arguments)

    def _client(self, service: str, region: str) -> Any:
        endpoint = self._endpoint()
        key = (endpoint, service, region)
        client = self._clients.get(key)
        if client is None:
            with self._making:
                client = self._clients.get(key) or self._made(endpoint, service, region)
                self._clients[key] = client
        return client

    def _made(self, endpoint: str, service: str, region: str) -> Any:
        if self._session is None:
            core = botocore.session.Session()
            own = self._given or core.get_credentials()
            if own is None:
                raise NoCredentialsError
            core._credentials = _ByAccount(own, self._assumed)
            self._session = boto3.Session(botocore_session=core)
        client = self._session.client(
            service,
            region_name=region,
            endpoint_url=endpoint or None,
            config=Config(
                connect_timeout=min(10.0, self._timeout),
                read_timeout=self._timeout,
                retries={"total_max_attempts": 1},
                max_pool_connections=16,
                user_agent_appid="hashira",
            ),
        )
        if endpoint and service == "s3control":
            # It puts the account before the name of the host, which an address of one's own does not have.
            client.meta.events.register("before-sign.s3-control", _at_the_host(endpoint))
        return client

    def _assumed(self, account: str, role: str) -> ReadOnlyCredentials:
        key = (self._endpoint(), account, role)
        kept = self._roles.get(key)
        if kept is not None and kept.until > time.monotonic():
            return kept.credentials
        asked = self.call(
            "sts",
            "assume_role",
            RoleArn=f"arn:aws:iam::{account}:role/{role}",
            RoleSessionName="hashira-vending",
            DurationSeconds=_SESSION_SECONDS,
        )["Credentials"]
        given = ReadOnlyCredentials(
            asked["AccessKeyId"], asked["SecretAccessKey"], asked["SessionToken"], account
        )
        left = (asked["Expiration"] - datetime.now(UTC)).total_seconds()
        with self._making:
            if len(self._roles) > 1_000:
                self._roles.clear()
            self._roles[key] = _Session(given, time.monotonic() + max(0.0, left - _EARLY_SECONDS))
        return given

    @contextmanager
    def _errors(self, operation: str) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise _translated(operation, error) from error
        except NoCredentialsError as error:
            raise EngineRefused(
                engine=TITLE, operation=operation, answer="no credentials / 資格情報がありません"
            ) from error
        except ParamValidationError as error:  # never sent, and no second try would mend it
            raise AwsRefused(
                engine=TITLE, operation=operation, answer=" ".join(str(error).split())[:300], aws_code=""
            ) from error
        except ResponseParserError as error:  # not an answer of AWS, but of something on the way
            raise EngineBusy(
                engine=TITLE, operation=operation, answer=Bilingual("読めない答え", "an unreadable answer")
            ) from error
        except BotoCoreError as error:
            raise EngineUnreachable(engine=TITLE, operation=operation) from error


def paged(
    call: Callable[..., dict[str, Any]], service: str, operation: str, member: str, arguments: dict[str, Any]
) -> Iterator[Any]:
    """The members of all pages of a listing, each page asked for when it is needed."""
    token: dict[str, str] = {}
    while True:
        answer = call(service, operation, **arguments, **token)
        yield from answer[member]
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _translated(operation: str, error: ClientError) -> Exception:
    about = error.response.get("Error", {})
    code, words = str(about.get("Code", "")), str(about.get("Message", ""))
    metadata = error.response.get("ResponseMetadata", {})
    status = int(metadata.get("HTTPStatusCode", 0))
    if code == "AccessDenied" and operation == "sts:assume_role":
        return NotYet(engine=TITLE, thing="role")  # a new account takes seconds to know its role
    if code in _BUSY or status >= 500 or status == 429:
        after = metadata.get("HTTPHeaders", {}).get("retry-after", "")
        seconds = float(after) if after.replace(".", "", 1).isdigit() else 0.0
        return EngineBusy(engine=TITLE, operation=operation, answer=code or str(status), retry_after=seconds)
    reason = str(error.response.get("Reason", ""))
    if code in _FULL or reason.endswith("LIMIT_EXCEEDED"):
        return QuotaReached(engine=TITLE, quota=reason or operation, limit=AGREED)
    return AwsRefused(
        engine=TITLE, operation=operation, answer=f"{code} {words}"[:300].strip(), aws_code=code
    )


def _at_the_host(endpoint: str) -> Callable[..., None]:
    host = urlsplit(endpoint).netloc

    def put(request: Any, **_rest: Any) -> None:
        request.url = urlunsplit(urlsplit(request.url)._replace(netloc=host))

    return put
