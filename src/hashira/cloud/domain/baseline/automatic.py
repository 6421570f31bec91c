"""Guardrails that the operator sets in every environment, and that nobody there can change (自動適用)."""

from __future__ import annotations

from decimal import Decimal

from hashira.cloud.domain.baseline.cost import SMALL, MonthlyCost
from hashira.cloud.domain.baseline.elsewhere import (
    ADMINISTRATOR,
    aws,
    keystone,
    keystone_has_none,
    lxd,
    lxd_cannot,
    lxd_has_none,
)
from hashira.cloud.domain.baseline.entry import (
    NEVER,
    BaselineGuardrail,
    ConfigRule,
    Hold,
    exceptional,
)
from hashira.cloud.domain.baseline.inventory import Facts, Resource, Verifier, every, is_not, is_set, some
from hashira.cloud.domain.guardrail import Guardrail, GuardrailClass
from hashira.cloud.domain.guardrails import guardrail
from hashira.kernel.language import Bilingual

_AUTOMATIC = GuardrailClass.AUTOMATIC
TAGS = ("hashira:body", "hashira:system", "hashira:stage")
"""The tags of an environment: whose it is, for which system, for what."""


def _scp(id_: str) -> Guardrail:
    known = guardrail(id_)
    if known is None:
        raise LookupError(id_)
    return known


def _tagged(facts: Facts) -> bool:
    tags = facts.get("tags")
    return isinstance(tags, dict) and all(tags.get(name) for name in TAGS)


_GOOD_TAGS = {"hashira:body": "131016", "hashira:system": "jumin", "hashira:stage": "production"}

AUTOMATIC = (
    BaselineGuardrail(
        "keep-trail",
        Bilingual("操作の記録", "Record of calls"),
        _scp("keep-trail").intent,
        _AUTOMATIC,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="CloudTrailを全リージョンで入れて払い出し、止める呼出しをSCPで断り、"
                "動いていることを読み戻す",
                en="CloudTrail is set for all regions, an SCP refuses to stop it, and that it runs is "
                "read back",
                rules=(
                    ConfigRule("MULTI_REGION_CLOUD_TRAIL_ENABLED"),
                    ConfigRule("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED"),
                ),
                verifier=Verifier(
                    (
                        some(
                            "trail",
                            is_set("logging", "multi_region", "validated"),
                            Bilingual(
                                "動いている全リージョンの記録がない",
                                "no trail of all regions runs and is validated",
                            ),
                        ),
                    ),
                    passing=(
                        Resource("trail", "t", {"logging": True, "multi_region": True, "validated": True}),
                    ),
                    failing=(
                        Resource("trail", "t", {"logging": False, "multi_region": True, "validated": True}),
                    ),
                ),
            ),
            keystone(
                Hold.CANNOT,
                ja="Keystoneは監査の通知（CADF）を出すが、"
                "止めさせないことも保管することもサーバーの設定で、APIからは確かめられない",
                en="Keystone emits audit events (CADF); keeping them is a matter of the server, that no "
                "API tells of",
            ),
            lxd(
                Hold.CANNOT,
                ja="LXDは操作をイベントとして流すだけで、保管しない。運用者がログの受け手を置く",
                en="LXD streams its events and keeps none: the operator has to put a receiver there",
            ),
        ),
        NEVER,
        "AWS CloudTrail User Guide; AWS Config, multi-region-cloudtrail-enabled",
        MonthlyCost({"log-gb": Decimal(2), "config-evaluation": Decimal(120)}, SMALL),
        _scp("keep-trail"),
    ),
    BaselineGuardrail(
        "keep-config",
        Bilingual("構成の記録", "Record of configuration"),
        _scp("keep-config").intent,
        _AUTOMATIC,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="Configの記録と配信を入れて払い出し、止める呼出しをSCPで断り、動いていることを読み戻す",
                en="Recorder and delivery are set, an SCP refuses to stop them, and that they run is "
                "read back",
                verifier=Verifier(
                    (
                        some(
                            "recorder",
                            is_set("recording", "all_supported"),
                            Bilingual(
                                "すべてを記録する構成の記録が動いていない", "no recorder of everything runs"
                            ),
                        ),
                    ),
                    passing=(Resource("recorder", "r", {"recording": True, "all_supported": True}),),
                    failing=(Resource("recorder", "r", {"recording": True, "all_supported": False}),),
                ),
            ),
            keystone_has_none("構成の履歴", "history of configuration"),
            lxd_cannot("構成の履歴", "a history of configuration"),
        ),
        NEVER,
        "AWS Config Developer Guide",
        MonthlyCost({"config-item": Decimal(500), "log-gb": Decimal(1)}, SMALL),
        _scp("keep-config"),
    ),
    BaselineGuardrail(
        "keep-threat-detection",
        Bilingual("脅威の検知", "Detection of threats"),
        _scp("keep-threat-detection").intent,
        _AUTOMATIC,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="GuardDutyを入れて払い出し、止める呼出しをSCPで断り、動いていることを読み戻す",
                en="GuardDuty is set, an SCP refuses to stop it, and that it runs is read back",
                rules=(ConfigRule("GUARDDUTY_ENABLED_CENTRALIZED"),),
                verifier=Verifier(
                    (
                        some(
                            "detector",
                            is_set("enabled"),
                            Bilingual("脅威の検知が動いていない", "no detector runs"),
                        ),
                    ),
                    passing=(Resource("detector", "d", {"enabled": True}),),
                    failing=(Resource("detector", "d", {"enabled": False}),),
                ),
            ),
            keystone_has_none("脅威の検知", "threats"),
            lxd_cannot("脅威の検知", "the detection of threats"),
        ),
        NEVER,
        "Amazon GuardDuty User Guide",
        MonthlyCost({"guardduty-million-events": Decimal(1), "config-evaluation": Decimal(60)}, SMALL),
        _scp("keep-threat-detection"),
    ),
    BaselineGuardrail(
        "keep-security-hub",
        Bilingual("検査の集約", "Collection of checks"),
        _scp("keep-security-hub").intent,
        _AUTOMATIC,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="Security Hubを入れて払い出し、止める呼出しをSCPで断り、動いていることを読み戻す",
                en="Security Hub is set, an SCP refuses to stop it, and that it runs is read back",
                rules=(ConfigRule("SECURITYHUB_ENABLED"),),
                verifier=Verifier(
                    (some("hub", is_set("enabled"), Bilingual("検査の集約が動いていない", "no hub runs")),),
                    passing=(Resource("hub", "h", {"enabled": True}),),
                    failing=(),
                ),
            ),
            keystone_has_none("検査の集約", "checks"),
            lxd_cannot("検査の集約", "a collection of checks"),
        ),
        NEVER,
        "AWS Security Hub User Guide",
        MonthlyCost({"security-check": Decimal(2_000), "config-evaluation": Decimal(60)}, SMALL),
        _scp("keep-security-hub"),
    ),
    BaselineGuardrail(
        "no-public-buckets",
        Bilingual("保管庫を公開しない", "No public buckets"),
        _scp("no-public-buckets").intent,
        _AUTOMATIC,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="アカウント全体の公開の遮断を入れて払い出し、外す呼出しをSCPで断り、"
                "公開された保管庫を探す",
                en="The block of the whole account is set, an SCP refuses to take it off, public buckets "
                "are looked for",
                rules=(
                    ConfigRule("S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC"),
                    ConfigRule("S3_BUCKET_PUBLIC_READ_PROHIBITED"),
                    ConfigRule("S3_BUCKET_PUBLIC_WRITE_PROHIBITED"),
                ),
                verifier=Verifier(
                    (every("bucket", is_not("public"), Bilingual("公開されている", "it is public")),),
                    passing=(Resource("bucket", "town-data", {"public": False}),),
                    failing=(
                        Resource("bucket", "town-data", {"public": True}),
                        Resource("bucket", "town-log", {"public": False}),
                    ),
                ),
            ),
            keystone_has_none("保管庫の公開", "buckets"),
            lxd_has_none("公開できる保管庫（5.0）", "buckets that could be public in 5.0"),
        ),
        exceptional(
            365,
            "公開してよい情報だけを置く専用のアカウントで、配信のサービスを通す",
            "In an account of its own for what may be public, and through a distribution service",
        ),
        "S3 User Guide, Blocking public access; AWS Config, s3-bucket-public-read-prohibited",
        MonthlyCost({"config-evaluation": Decimal(180)}, SMALL),
        _scp("no-public-buckets"),
    ),
    BaselineGuardrail(
        "environment-tags",
        Bilingual("環境の札", "Tags of an environment"),
        Bilingual(
            "どの環境も、団体・システム・区分の札を持つ。費用と責任がいつもたどれる",
            "Every environment is tagged with body, system and stage, so that cost and charge can be traced",
        ),
        _AUTOMATIC,
        (
            aws(
                Hold.SETS,
                Hold.DETECTS,
                ja="アカウントに札を付けて払い出し、読み戻す。アカウントの札は管理アカウントだけが変えられる",
                en="The account is tagged by vending and read back; the management account alone can "
                "change that",
                verifier=Verifier(
                    (every("account", _tagged, Bilingual("札が足りない", "tags are missing")),),
                    passing=(Resource("account", "111122223333", {"tags": _GOOD_TAGS}),),
                    failing=(Resource("account", "111122223333", {"tags": {"hashira:body": "131016"}}),),
                ),
            ),
            keystone(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="プロジェクトにタグを付けて払い出し、読み戻す。ドメインの管理者にも変えさせない",
                en="The project is tagged by vending and read back; not even the manager of the domain "
                "changes it",
                policy={
                    "identity:update_project_tags": ADMINISTRATOR,
                    "identity:create_project_tag": ADMINISTRATOR,
                    "identity:delete_project_tags": ADMINISTRATOR,
                    "identity:delete_project_tag": ADMINISTRATOR,
                },
                verifier=Verifier(
                    (every("project", _tagged, Bilingual("タグが足りない", "tags are missing")),),
                    passing=(Resource("project", "p", {"tags": _GOOD_TAGS}),),
                    failing=(Resource("project", "p", {"tags": {}}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                Hold.SETS,
                ja="プロジェクトの user.* に記して払い出し、読み戻す。"
                "制限付きプロジェクトの証明書では変えられない",
                en="Kept in user.* of the project and read back; the certificate of a restricted project "
                "cannot change it",
                settings={"restricted": "true"},
            ),
        ),
        NEVER,
        "Organizations User Guide, Tagging; Keystone, project tags; LXD, user.*",
    ),
)
