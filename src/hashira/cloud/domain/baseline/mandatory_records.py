"""Mandatory guardrails about stores, records and copies (必須適用：保管と記録)."""

from __future__ import annotations

from decimal import Decimal

from hashira.cloud.domain.baseline.cost import SMALL, MonthlyCost, rule_cost
from hashira.cloud.domain.baseline.elsewhere import aws, keystone_has_none, lxd_cannot, lxd_has_none
from hashira.cloud.domain.baseline.entry import NEVER, BaselineGuardrail, ConfigRule, Hold, exceptional
from hashira.cloud.domain.baseline.inventory import Resource, Verifier, every, is_not, is_set, some, within
from hashira.cloud.domain.baseline.templates import ALARMED, ALARMS, BACKUP
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.kernel.language import Bilingual

_MANDATORY = GuardrailClass.MANDATORY

MANDATORY_RECORDS = (
    BaselineGuardrail(
        "database-kept-in",
        Bilingual("データベースを閉じる", "Databases kept in"),
        Bilingual(
            "データベースを外から見えるところに置かず、暗号化し、写しも公開しない",
            "Databases are not reachable from outside, are encrypted, and no snapshot is public",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="公開、暗号化なし、公開された写しをConfigの規則で探す",
                en="What is public, not encrypted, or has a public snapshot is found",
                rules=(
                    ConfigRule("RDS_INSTANCE_PUBLIC_ACCESS_CHECK"),
                    ConfigRule("RDS_STORAGE_ENCRYPTED"),
                    ConfigRule("RDS_SNAPSHOTS_PUBLIC_PROHIBITED"),
                ),
                verifier=Verifier(
                    (
                        every(
                            "database",
                            is_not("public"),
                            Bilingual("外から届く", "it is reachable from outside"),
                        ),
                        every(
                            "database", is_set("encrypted"), Bilingual("暗号化されていない", "not encrypted")
                        ),
                    ),
                    passing=(Resource("database", "jumin", {"public": False, "encrypted": True}),),
                    failing=(Resource("database", "jumin", {"public": True, "encrypted": True}),),
                ),
            ),
            keystone_has_none("データベース", "databases"),
            lxd_has_none("データベースのサービス", "database service"),
        ),
        NEVER,
        "AWS Config, rds-instance-public-access-check, rds-storage-encrypted, "
        "rds-snapshots-public-prohibited",
        rule_cost(3),
    ),
    BaselineGuardrail(
        "bucket-over-tls",
        Bilingual("保管庫との通信の暗号化", "Buckets over TLS"),
        Bilingual(
            "保管庫（S3）との通信を暗号化したものに限る",
            "Buckets are read and written over encrypted lines alone",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="暗号化しない通信を断る方針のない保管庫をConfigの規則で探す",
                en="Buckets whose policy does not refuse plain lines are found",
                rules=(
                    ConfigRule("S3_BUCKET_SSL_REQUESTS_ONLY"),
                    ConfigRule("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
                ),
                verifier=Verifier(
                    (
                        every(
                            "bucket",
                            is_set("encrypted", "tls_only"),
                            Bilingual(
                                "暗号化しない通信か保管を許す", "it allows plain lines or plain storage"
                            ),
                        ),
                    ),
                    passing=(Resource("bucket", "town-data", {"encrypted": True, "tls_only": True}),),
                    failing=(Resource("bucket", "town-data", {"encrypted": True, "tls_only": False}),),
                ),
            ),
            keystone_has_none("保管庫", "buckets"),
            lxd_has_none("保管庫（5.0）", "buckets in 5.0"),
        ),
        exceptional(30, "方針を加える日を添える", "With the day on which the policy is added"),
        "AWS Config, s3-bucket-ssl-requests-only, s3-bucket-server-side-encryption-enabled",
        rule_cost(2),
    ),
    BaselineGuardrail(
        "flow-logs",
        Bilingual("通信の記録", "Record of traffic"),
        Bilingual(
            "ネットワークの通信を記録し、事故のときに何がどこへ出たかを追えるようにする",
            "Traffic is recorded, so that after an incident it can be told what went where",
        ),
        _MANDATORY,
        (
            aws(
                Hold.DETECTS,
                ja="記録のないネットワークをConfigの規則で探す",
                en="Networks without a record are found",
                rules=(ConfigRule("VPC_FLOW_LOGS_ENABLED"),),
                verifier=Verifier(
                    (
                        every(
                            "network",
                            is_set("flow_logs"),
                            Bilingual("通信の記録がない", "traffic is not recorded"),
                        ),
                    ),
                    passing=(Resource("network", "vpc-1", {"flow_logs": True}),),
                    failing=(Resource("network", "vpc-1", {"flow_logs": False}),),
                ),
            ),
            keystone_has_none("通信", "network traffic"),
            lxd_cannot("通信の記録", "a record of traffic"),
        ),
        exceptional(30, "記録を入れる日を添える", "With the day on which the record begins"),
        "AWS Config, vpc-flow-logs-enabled",
        MonthlyCost({"flow-log-gb": Decimal(5), "config-evaluation": Decimal(60)}, SMALL),
    ),
    BaselineGuardrail(
        "alarms",
        Bilingual("大事な操作の知らせ", "Alarms on grave acts"),
        Bilingual(
            "ルートの使用、断られた呼出し、権限の変更、記録への手出しを、すぐに担当者へ知らせる",
            "The use of root, refused calls, changed permissions and a touched record are told to "
            "somebody at once",
        ),
        _MANDATORY,
        (
            aws(
                Hold.SETS,
                Hold.DETECTS,
                ja="操作の記録から数え、アラームで知らせる。四つのアラームがあることを読み戻す",
                en="Counted from the record of calls and told by alarms; that the four are there is read "
                "back",
                verifier=Verifier(
                    tuple(
                        some(
                            "alarm",
                            lambda facts, metric=metric: (
                                facts.get("metric") == metric  # type: ignore[misc]  # bound early
                                and facts.get("notifies") is True
                            ),
                            Bilingual(f"{metric} のアラームがない", f"there is no alarm on {metric}"),
                        )
                        for metric in ALARMED
                    ),
                    passing=tuple(
                        Resource("alarm", metric, {"metric": metric, "notifies": True}) for metric in ALARMED
                    ),
                    failing=(Resource("alarm", "RootUse", {"metric": "RootUse", "notifies": True}),),
                ),
            ),
            keystone_has_none("アラーム", "alarms"),
            lxd_cannot("アラーム", "alarms"),
        ),
        exceptional(
            30, "別の仕組みで同じ知らせが届くことを示す", "With proof that the same is told by other means"
        ),
        "CloudWatch Logs User Guide, filter pattern syntax; CloudTrail User Guide, userIdentity",
        MonthlyCost(
            {"alarm": Decimal(4), "metric": Decimal(4), "key-month": Decimal(1), "log-gb": Decimal(2)}, SMALL
        ),
        template=ALARMS,
    ),
    BaselineGuardrail(
        "backups",
        Bilingual("バックアップ", "Backups"),
        Bilingual(
            "業務データの写しを毎日取り、消せない保管先に置く",
            "Copies of business data are taken every day and kept where nobody can delete them",
        ),
        _MANDATORY,
        (
            aws(
                Hold.SETS,
                Hold.DETECTS,
                ja="札の付いたものを毎日写す計画を入れ、計画のあることと、データベースの写しの日数を確かめる",
                en="A plan copies what is tagged every day; that there is one and how long databases "
                "keep copies is checked",
                rules=(
                    ConfigRule("DB_INSTANCE_BACKUP_ENABLED", {"backupRetentionMinimum": "7"}),
                    ConfigRule(
                        "BACKUP_PLAN_MIN_FREQUENCY_AND_MIN_RETENTION_CHECK",
                        {
                            "requiredFrequencyUnit": "days",
                            "requiredFrequencyValue": "1",
                            "requiredRetentionDays": "35",
                        },
                    ),
                ),
                verifier=Verifier(
                    (
                        some(
                            "backup-plan",
                            within("kept_days", 35),
                            Bilingual("35日以上残す計画がない", "no plan keeps copies for 35 days"),
                        ),
                        every(
                            "database",
                            within("backup_days", 7),
                            Bilingual("写しが7日に足りない", "its copies are kept for less than 7 days"),
                        ),
                    ),
                    passing=(
                        Resource("backup-plan", "daily", {"kept_days": 35}),
                        Resource("database", "jumin", {"backup_days": 7}),
                    ),
                    failing=(
                        Resource("backup-plan", "daily", {"kept_days": 35}),
                        Resource("database", "jumin", {"backup_days": 1}),
                    ),
                ),
            ),
            keystone_has_none("データの写し", "copies of data"),
            lxd_cannot(
                "写しの計画（スナップショットの予定は利用者が変えられる）",
                "a plan of copies: tenants can change theirs",
            ),
        ),
        exceptional(
            30,
            "別の方法で取った写しと、戻す試験の記録を添える",
            "With copies made otherwise and a test of restoring",
        ),
        "AWS Backup Developer Guide; AWS Config, db-instance-backup-enabled",
        MonthlyCost({"backup-gb": Decimal(50), "config-evaluation": Decimal(120)}, SMALL),
        template=BACKUP,
    ),
)
