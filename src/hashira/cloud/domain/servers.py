"""Servers of an environment and what may be done with them without any credentials (委任操作).

An engine that has servers has a ``servers`` beside the verbs of the port; one that has none does not. What
it may do there is to look, to start and stop, and to tag: whoever holds the account keeps everything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hashira.cloud.domain.engine import Engine, EngineError, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

RESERVED = "hashira:"
"""The prefix of the tags that vending sets; a delegated act does not touch them."""
PROTECTED_TAG = "hashira:protected"
"""Whoever holds the account keeps a server out of delegated acts by setting it to ``true``."""


class ServerState(StrEnum):
    """How a server stands at the provider."""

    PENDING = "pending"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    GONE = "gone"
    """Deleted, or being deleted."""
    UNKNOWN = "unknown"
    """The provider names a state that is none of these."""

    @property
    def label(self) -> Bilingual:
        """The name of the state for people."""
        return _LABELS[self]


_LABELS = {
    ServerState.PENDING: Bilingual("起動中", "Starting"),
    ServerState.RUNNING: Bilingual("動作中", "Running"),
    ServerState.STOPPING: Bilingual("停止の作業中", "Stopping"),
    ServerState.STOPPED: Bilingual("停止", "Stopped"),
    ServerState.GONE: Bilingual("削除済み", "Deleted"),
    ServerState.UNKNOWN: Bilingual("不明", "Unknown"),
}


class ServerVerb(StrEnum):
    """What a town may have done with a server."""

    START = "start"
    STOP = "stop"
    TAG = "tag"

    @property
    def label(self) -> Bilingual:
        """The name of the act for people."""
        return _VERBS[self]

    @property
    def aim(self) -> ServerState | None:
        """The state that the server is in once it is done; None where the state stays."""
        return _AIMS.get(self)


_VERBS = {
    ServerVerb.START: Bilingual("起動", "Start"),
    ServerVerb.STOP: Bilingual("停止", "Stop"),
    ServerVerb.TAG: Bilingual("タグの変更", "Change of tags"),
}
_AIMS = {ServerVerb.START: ServerState.RUNNING, ServerVerb.STOP: ServerState.STOPPED}


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the provider has it."""

    identifier: str
    name: str
    """As its owner calls it; the identifier where it has no name."""
    state: ServerState
    kind: str
    """Its size, as the provider names it: ``t3.medium``."""
    region: str
    since: datetime | None
    """From when it has been in its state, where the provider tells."""
    tags: Mapping[str, str]

    @property
    def protected(self) -> bool:
        """Whether whoever holds the account keeps it out of delegated acts."""
        return self.tags.get(PROTECTED_TAG, "").lower() == "true"


class Servers(Protocol):
    """The optional capability of an engine. Each act is one call; whether it came true is read back."""

    @property
    def tag_rules(self) -> TagRules:
        """What the provider takes as tags."""
        ...

    def listed(self, order: EnvironmentOrder, facts: Facts) -> tuple[Server, ...]:
        """All servers of the environment. Raises an ``EngineError``."""
        ...

    def one(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> Server:
        """A server as it is now. Raises ``ServerGone``, ``ServerNotPermitted`` or another ``EngineError``."""
        ...

    def start(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        """Asks for it to be started; one that runs stays as it is."""
        ...

    def stop(self, order: EnvironmentOrder, facts: Facts, identifier: str, region: str) -> None:
        """Asks for it to be stopped in good order; one that is stopped stays as it is."""
        ...

    def tag(
        self,
        order: EnvironmentOrder,
        facts: Facts,
        identifier: str,
        region: str,
        wanted: Mapping[str, str],
        dropped: frozenset[str],
    ) -> None:
        """Sets the tags in ``wanted`` and takes away those in ``dropped``; others stay."""
        ...


def servers_of(engine: Engine) -> Servers | None:
    """The capability of an engine, or None."""
    found: Servers | None = getattr(engine, "servers", None)
    return found


class ServerGone(EngineError):
    """The provider does not know the server any more. Details: ``engine``, ``server``."""

    code = "CLD-503"
    status = 410
    what = Bilingual("サーバーがなくなりました", "The server is gone")
    why = Bilingual("{engine} に {server} はもうありません", "{engine} has no {server} any more")
    remedy = Bilingual(
        "一覧を読み直してください。消した覚えがなければ、アカウントを持つ事業者に確かめてください",
        "Read the list again; if nobody deleted it knowingly, ask the vendor who holds the account",
    )


class ServerNotPermitted(EngineError):
    """The narrow role may not do it. Details: ``engine``, ``operation``, ``answer``."""

    code = "CLD-504"
    status = 409
    what = Bilingual("この操作は許可されていません", "This act is not permitted")
    why = Bilingual(
        "{engine} が {operation} を許可しませんでした：{answer}",
        "{engine} does not permit {operation}: {answer}",
    )
    remedy = Bilingual(
        "保護のタグ（hashira:protected）とガードレールを確かめてください。環境に「ずれ」があれば、運用者が直します",
        "See the tag hashira:protected and the guardrails; "
        "where the environment deviates, the operator mends it",
    )


class ServerNotMoved(EngineError):
    """The provider took the act and nothing came of it. Details: ``engine``, ``server``, ``state``."""

    code = "CLD-505"
    status = 409
    what = Bilingual("受け付けられましたが、終わっていません", "It was taken and did not come true")
    why = Bilingual(
        "{engine} は操作を受け付けましたが、読み戻すと {server} は「{state}」のままです",
        "{engine} took it, but read back {server} is “{state}”",
    )
    remedy = Bilingual(
        "一覧を読み直し、変わっていなければ、もう一度行うか、事業者に知らせてください",
        "Read the list again; if it is still so, do it once more or tell the vendor",
    )


class TagsRefused(HashiraError):
    """Details: ``reason``, ``field``."""

    code = "CLD-506"
    what = Bilingual("タグを受け付けられません", "The tags were not taken")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual("指摘を直してください", "Put it right")
    status = 422


@dataclass(frozen=True, slots=True)
class TagRules:
    """What a provider takes as tags, so that it is told before anything is sent.

    Source of those of AWS: *Tagging AWS Resources*, "Tag naming limits and requirements"; *AWS Billing User
    Guide*, "User-defined cost allocation tags".
    """

    most: int
    longest_key: int
    longest_value: int
    symbols: str
    """Beside letters, digits and spaces."""
    reserved: tuple[str, ...]
    """Prefixes of keys, in lower case, that are not for users."""

    def check(self, wanted: Mapping[str, str], kept: Mapping[str, str]) -> None:
        """Raises ``TagsRefused`` for what the provider would refuse; ``kept`` are tags that stay beside.

        >>> rules = TagRules(50, 128, 256, "+-=._:/@", ("aws:",))
        >>> rules.check({"cost-center": "総務課"}, {})
        >>> rules.check({"AWS:x": ""}, {})
        Traceback (most recent call last):
        ...
        hashira.cloud.domain.servers.TagsRefused: ...
        """
        folded: dict[str, str] = {}
        for key, value in wanted.items():
            self._check_key(key)
            if len(value) > self.longest_value:
                _refuse(
                    f"「{key}」の値は{self.longest_value}文字までです", f"{key}: {self.longest_value} at most"
                )
            self._check_text(value)
            if folded.setdefault(key.casefold(), key) != key:
                _refuse(
                    f"「{key}」は、大文字と小文字だけが違うキーと並びます",
                    f"{key} differs from another in case alone",
                )
        count = len({*wanted, *(key for key in kept if not key.lower().startswith("aws:"))})
        if count > self.most:
            _refuse(
                f"タグは{self.most}個までです（{count}個あります）", f"{self.most} tags at most ({count})"
            )

    def own(self, key: str) -> bool:
        """Whether a tag is for users: what is reserved stays as it is."""
        return not key.lower().startswith(self.reserved)

    def _check_key(self, key: str) -> None:
        if not key.strip() or len(key) > self.longest_key:
            _refuse(
                f"キーは1文字から{self.longest_key}文字です", f"A key has 1 to {self.longest_key} characters"
            )
        if key != key.strip():
            _refuse(f"キー「{key}」の前後の空白を取ってください", f"Spaces around the key {key!r}")
        if not self.own(key):
            words = "、".join(self.reserved)
            _refuse(f"「{key}」は使えません（{words} で始まるキー）", f"{key} is reserved ({words})")
        self._check_text(key)

    def _check_text(self, text: str) -> None:
        for letter in text:
            category = unicodedata.category(letter)
            if category[0] in "LNM" or category == "Zs" or letter in self.symbols:
                continue
            _refuse(
                f"「{letter}」は使えません。文字、数字、空白と {self.symbols} が使えます",
                f"{letter!r} cannot be used: letters, digits, spaces and {self.symbols}",
            )


def _refuse(ja: str, en: str) -> None:
    raise TagsRefused(field="tags", reason=Bilingual(ja, en))


_PAIR = re.compile(r"\A([^=]*)=(.*)\Z", re.DOTALL)


def read_tags(text: str) -> dict[str, str]:
    """Tags written one to a line as ``key=value``; raises ``TagsRefused`` with the line.

    >>> read_tags("cost-center=総務課\\n\\nnote = a=b")
    {'cost-center': '総務課', 'note': 'a=b'}
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        pair = _PAIR.match(line)
        if pair is None:
            _refuse(f"{number}行目に「=」がありません", f"Line {number} has no “=”")
        assert pair is not None
        key, value = pair[1].strip(), pair[2].strip()
        if key in found:
            _refuse(f"{number}行目の「{key}」が二度あります", f"{key} is there twice (line {number})")
        found[key] = value
    return found
