"""Guardrails that whoever wishes to takes up (サンプル)."""

from __future__ import annotations

from decimal import Decimal

from hashira.cloud.domain.baseline.cost import SMALL, MonthlyCost, rule_cost
from hashira.cloud.domain.baseline.elsewhere import (
    ADMINISTRATOR,
    aws,
    keystone,
    keystone_has_none,
    lxd_cannot,
    lxd_has_none,
)
from hashira.cloud.domain.baseline.entry import FREE_CHOICE, BaselineGuardrail, ConfigRule, Hold
from hashira.cloud.domain.baseline.inventory import Resource, Verifier, every, is_set, within
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.cloud.domain.guardrails import guardrail
from hashira.kernel.language import Bilingual

_SAMPLE = GuardrailClass.SAMPLE
_NO_KEYS = guardrail("no-access-keys")
assert _NO_KEYS is not None

SAMPLES = (
    BaselineGuardrail(
        "no-access-keys",
        Bilingual("長く使える鍵を作らない", "No lasting keys"),
        _NO_KEYS.intent,
        _SAMPLE,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="鍵と利用者の作成をSCPで断り、90日より古い鍵をConfigの規則で探す",
                en="An SCP refuses to make keys and users; keys older than 90 days are found",
                rules=(ConfigRule("ACCESS_KEYS_ROTATED", {"maxAccessKeyAge": "90"}),),
                verifier=Verifier(
                    (
                        every(
                            "user",
                            lambda facts: facts.get("access_keys") == 0,
                            Bilingual("アクセスキーがある", "it has access keys"),
                        ),
                    ),
                    passing=(Resource("user", "hanako", {"access_keys": 0}),),
                    failing=(Resource("user", "hanako", {"access_keys": 1}),),
                ),
            ),
            keystone(
                Hold.PREVENTS,
                ja="期限のないEC2形式の鍵と資格情報を、運用者のほかには作らせない",
                en="Keys of the EC2 kind and other credentials, which have no end, are made by the "
                "operator alone",
                policy={
                    "identity:ec2_create_credential": ADMINISTRATOR,
                    "identity:create_credential": ADMINISTRATOR,
                },
            ),
            lxd_has_none("アクセスキー", "access keys"),
        ),
        FREE_CHOICE,
        "AWS Config, access-keys-rotated; Keystone, identity:ec2_create_credential",
        rule_cost(1),
        _NO_KEYS,
    ),
    BaselineGuardrail(
        "versioned-buckets",
        Bilingual("保管庫の版の保存", "Versions in buckets"),
        Bilingual(
            "上書きや削除の前の中身を残し、誤りや身代金要求から戻せるようにする",
            "What was there before is kept, so that a slip or a ransom demand can be undone",
        ),
        _SAMPLE,
        (
            aws(
                Hold.DETECTS,
                ja="版を残さない保管庫をConfigの規則で探す",
                en="Buckets that keep no versions are found",
                rules=(ConfigRule("S3_BUCKET_VERSIONING_ENABLED"),),
                verifier=Verifier(
                    (
                        every(
                            "bucket", is_set("versioned"), Bilingual("版が残らない", "it keeps no versions")
                        ),
                    ),
                    passing=(Resource("bucket", "town-data", {"versioned": True}),),
                    failing=(Resource("bucket", "town-data", {"versioned": False}),),
                ),
            ),
            keystone_has_none("保管庫", "buckets"),
            lxd_has_none("保管庫（5.0）", "buckets in 5.0"),
        ),
        FREE_CHOICE,
        "AWS Config, s3-bucket-versioning-enabled",
        MonthlyCost({"log-gb": Decimal(20), "config-evaluation": Decimal(60)}, SMALL),
    ),
    BaselineGuardrail(
        "no-idle-disks",
        Bilingual("使っていないディスクを残さない", "No idle disks"),
        Bilingual(
            "どのサーバーにもつながっていないディスクに、料金を払い続けない",
            "Nobody goes on paying for disks that no server uses",
        ),
        _SAMPLE,
        (
            aws(
                Hold.DETECTS,
                ja="つながっていないディスクをConfigの規則で探す",
                en="Disks that are not attached are found",
                rules=(ConfigRule("EC2_VOLUME_INUSE_CHECK", {"deleteOnTermination": "TRUE"}),),
                verifier=Verifier(
                    (every("volume", is_set("attached"), Bilingual("使われていない", "it is idle")),),
                    passing=(Resource("volume", "vol-1", {"attached": True}),),
                    failing=(Resource("volume", "vol-1", {"attached": False}),),
                ),
            ),
            keystone_has_none("ディスク", "disks"),
            lxd_cannot("使っていないディスク", "idle disks"),
        ),
        FREE_CHOICE,
        "AWS Config, ec2-volume-inuse-check",
        rule_cost(1),
    ),
    BaselineGuardrail(
        "rotated-keys",
        Bilingual("鍵の更新", "Rotated keys"),
        Bilingual("暗号鍵を毎年新しくする", "Keys are renewed every year"),
        _SAMPLE,
        (
            aws(
                Hold.DETECTS,
                ja="更新しない鍵をConfigの規則で探す",
                en="Keys that are not renewed are found",
                rules=(ConfigRule("CMK_BACKING_KEY_ROTATION_ENABLED"),),
                verifier=Verifier(
                    (every("key", is_set("rotated"), Bilingual("更新されない", "it is never renewed")),),
                    passing=(Resource("key", "k", {"rotated": True}),),
                    failing=(Resource("key", "k", {"rotated": False}),),
                ),
            ),
            keystone_has_none("利用者の鍵", "the keys of tenants"),
            lxd_has_none("利用者の鍵の保管", "store of tenants' keys"),
        ),
        FREE_CHOICE,
        "AWS Config, cmk-backing-key-rotation-enabled",
        rule_cost(1),
    ),
    BaselineGuardrail(
        "log-retention",
        Bilingual("記録の保存期間", "How long logs are kept"),
        Bilingual(
            "アプリケーションの記録を一年は残し、終わりも決める",
            "Logs of applications are kept for a year, and not for ever",
        ),
        _SAMPLE,
        (
            aws(
                Hold.DETECTS,
                ja="期間の足りない記録をConfigの規則で探す",
                en="Groups that are kept too short are found",
                rules=(ConfigRule("CW_LOGGROUP_RETENTION_PERIOD_CHECK", {"MinRetentionTime": "365"}),),
                verifier=Verifier(
                    (
                        every(
                            "log-group",
                            within("kept_days", 365),
                            Bilingual(
                                "一年に足りないか、終わりがない", "less than a year, or without an end"
                            ),
                        ),
                    ),
                    passing=(Resource("log-group", "app", {"kept_days": 400}),),
                    failing=(Resource("log-group", "app", {"kept_days": None}),),
                ),
            ),
            keystone_has_none("アプリケーションの記録", "logs of applications"),
            lxd_cannot("アプリケーションの記録", "logs of applications"),
        ),
        FREE_CHOICE,
        "AWS Config, cw-loggroup-retention-period-check",
        rule_cost(1),
    ),
)
