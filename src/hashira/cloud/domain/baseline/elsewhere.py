"""What becomes of guardrails at Keystone and LXD, said in few words by the lists (各エンジンでの実現)."""

from __future__ import annotations

from collections.abc import Mapping

from hashira.cloud.domain.baseline.entry import ConfigRule, Hold, Realisation, settings_verifier
from hashira.cloud.domain.baseline.inventory import Verifier
from hashira.kernel.language import Bilingual

ADMINISTRATOR = "rule:admin_required"
"""The rule of Keystone's own policy that only the operator meets."""


def aws(
    *holds: Hold,
    ja: str,
    en: str,
    rules: tuple[ConfigRule, ...] = (),
    verifier: Verifier | None = None,
) -> Realisation:
    """At AWS: by the SCP of the guardrail, by rules, by what vending sets."""
    return Realisation("aws", holds, Bilingual(ja, en), rules=rules, verifier=verifier)


def keystone(
    *holds: Hold,
    ja: str,
    en: str,
    policy: Mapping[str, str] | None = None,
    limits: Mapping[str, int] | None = None,
    verifier: Verifier | None = None,
) -> Realisation:
    """At OpenStack, of which Keystone alone is asked: by its policy file, by limits, by read-back."""
    return Realisation(
        "openstack", holds, Bilingual(ja, en), policy=policy or {}, limits=limits or {}, verifier=verifier
    )


def lxd(*holds: Hold, ja: str, en: str, settings: Mapping[str, str] | None = None) -> Realisation:
    """At LXD: by keys of the project, which its daemon enforces; each is read back."""
    kept = settings or {}
    verifier = settings_verifier("project", kept) if kept else None
    return Realisation("lxd", holds, Bilingual(ja, en), settings=kept, verifier=verifier)


def keystone_has_none(ja: str, en: str) -> Realisation:
    """At OpenStack: Keystone knows nothing of what the guardrail is about."""
    return keystone(
        Hold.CANNOT,
        ja=f"Keystoneは{ja}を扱わない。担当するサービスのポリシーで守る必要がある",
        en=f"Keystone knows nothing of {en}: the policy of the service in charge would have to hold it",
    )


def lxd_has_none(ja: str, en: str) -> Realisation:
    """At LXD: there is no such thing, so that nothing can be against the guardrail."""
    return lxd(Hold.NOT_NEEDED, ja=f"LXDには{ja}がない", en=f"LXD has no {en}")


def lxd_cannot(ja: str, en: str) -> Realisation:
    """At LXD: a project has no key for it."""
    return lxd(
        Hold.CANNOT,
        ja=f"LXDのプロジェクトには{ja}を守る設定がない",
        en=f"No key of an LXD project holds {en}",
    )
