"""How many characters a policy takes of those it may have (文字数の枠).

AWS counts a policy of an organisation as it is handed over by SDK and command line; only its console takes
away the white space outside of quotation marks before (*AWS Organizations User Guide*, "Quotas for AWS
Organizations", maximum size of a policy document). IAM never counts white space (*IAM User Guide*, "IAM and
AWS STS quotas"). The limits are those that both pages name by default; some can be raised on request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from hashira.cloud.domain.policy.compaction import compact
from hashira.cloud.domain.policy.document import PolicyKind, parse_policy

LIMITS: Mapping[PolicyKind, int] = {
    PolicyKind.SCP: 5_120,
    PolicyKind.RCP: 5_120,
    PolicyKind.IDENTITY: 6_144,
    PolicyKind.BOUNDARY: 6_144,
    PolicyKind.SESSION: 2_048,
    PolicyKind.RESOURCE: 20_480,
}
"""Characters by default; a resource's depend on its service, and are those of a bucket here."""


@dataclass(frozen=True, slots=True)
class Size:
    """The characters of one policy in its three forms."""

    given: int
    """As it stands, and as SDK and command line hand it over."""
    minified: int
    """Without white space outside of quotation marks."""
    compacted: int
    """With its statements merged as well."""
    limit: int

    @property
    def left(self) -> int:
        """What the minified form leaves; negative where it does not fit."""
        return self.limit - self.minified

    @property
    def fits(self) -> bool:
        """Whether the minified form can be saved."""
        return self.left >= 0


def minify(text: str) -> str:
    """The same document without white space outside of quotation marks.

    >>> minify('{ "Version" : "2012-10-17" }')
    '{"Version":"2012-10-17"}'
    """
    return written(json.loads(text))


def written(document: object) -> str:
    """A document in as few characters as JSON allows."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def measure(text: str, kind: PolicyKind, *, name: str = "policy", limit: int | None = None) -> Size:
    """Counts a policy.

    Raises:
        UnreadablePolicy: if it is none.
    """
    parse_policy(text, kind, name=name)
    document = json.loads(text)
    return Size(len(text), len(written(document)), len(written(compact(document))), limit or LIMITS[kind])
