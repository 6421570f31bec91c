"""Guardrails that bound what an environment may use and who gets in (自動適用：区画と利用権)."""

from __future__ import annotations

from decimal import Decimal

from hashira.cloud.domain.baseline.cost import FREE, SMALL, MonthlyCost
from hashira.cloud.domain.baseline.elsewhere import aws, keystone, keystone_has_none, lxd, lxd_cannot
from hashira.cloud.domain.baseline.entry import NEVER, BaselineGuardrail, ConfigRule, Hold, exceptional
from hashira.cloud.domain.baseline.inventory import Resource, Verifier, every, is_not, is_set, some
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.kernel.language import Bilingual

_AUTOMATIC = GuardrailClass.AUTOMATIC

TENANCY = (
    BaselineGuardrail(
        "quota",
        Bilingual("利用量の上限", "Quotas"),
        Bilingual(
            "一つの環境が使える量に上限を置く。誤りや乗っ取りで費用が膨らむことを防ぐ",
            "What one environment can use is limited, so that neither a slip nor an intruder runs up the "
            "bill",
        ),
        _AUTOMATIC,
        (
            aws(
                Hold.DETECTS,
                ja="AWSは金額では止められない。予算の通知で気づき、サービスごとの上限（Service "
                "Quotas）は既定のまま上げない",
                en="AWS does not stop by an amount: a budget tells, and the quotas of services are left "
                "as they are",
                verifier=Verifier(
                    (
                        some(
                            "budget",
                            is_set("notifies"),
                            Bilingual("通知する予算がない", "there is no budget that notifies"),
                        ),
                    ),
                    passing=(Resource("budget", "b", {"notifies": True}),),
                    failing=(Resource("budget", "b", {"notifies": False}),),
                ),
            ),
            keystone(
                Hold.SETS,
                Hold.DETECTS,
                ja="プロジェクトごとの上限を登録して読み戻す。数えて断るのは各サービスで、Keystoneではない",
                en="Limits of the project are registered and read back; the services count and refuse, "
                "Keystone does not",
                limits={"instances": 10, "cores": 40, "ram_mb": 81_920},
                verifier=Verifier(
                    (
                        some(
                            "limit",
                            lambda facts: (
                                facts.get("resource") == "instances"
                                and isinstance(facts.get("limit"), int)
                                and 0 < facts["limit"] <= 10
                            ),
                            Bilingual("サーバーの数の上限がない", "instances are not limited"),
                        ),
                    ),
                    passing=(Resource("limit", "l", {"resource": "instances", "limit": 10}),),
                    failing=(Resource("limit", "l", {"resource": "instances", "limit": -1}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                ja="プロジェクトの上限を超える作成を断る",
                en="What would pass the limits of the project is refused",
                settings={
                    "limits.instances": "10",
                    "limits.cpu": "40",
                    "limits.memory": "80GiB",
                    "limits.networks": "3",
                },
            ),
        ),
        exceptional(
            365,
            "必要な量の見積りと、毎月の見直しを添える",
            "With an estimate of what is needed, looked at again every month",
        ),
        "Keystone, unified limits; LXD, project limits; AWS Budgets User Guide",
        FREE,
    ),
    BaselineGuardrail(
        "isolated-compute",
        Bilingual("計算資源の隔離", "Isolated compute"),
        Bilingual(
            "ほかの団体と同じ機械の上でも、隣や土台に手が届かない",
            "Even on one machine with others, nobody reaches a neighbour or the host",
        ),
        _AUTOMATIC,
        (
            aws(
                Hold.DETECTS,
                ja="仮想化はAWSが担う。コンテナーの特権をConfigの規則で探す",
                en="AWS itself keeps machines apart; privileged containers are looked for by a rule",
                rules=(ConfigRule("ECS_CONTAINERS_NONPRIVILEGED"),),
                verifier=Verifier(
                    (
                        every(
                            "container",
                            is_not("privileged"),
                            Bilingual("特権で動く定義である", "it is defined as privileged"),
                        ),
                    ),
                    passing=(Resource("container", "web", {"privileged": False}),),
                    failing=(Resource("container", "web", {"privileged": True}),),
                ),
            ),
            keystone_has_none("計算資源", "compute"),
            lxd(
                Hold.PREVENTS,
                ja="特権、入れ子、低い層の設定、ホストの装置とディスクを使わせない",
                en="No privilege, nesting, low-level configuration, nor devices and disks of the host",
                settings={
                    "restricted": "true",
                    "restricted.containers.lowlevel": "block",
                    "restricted.containers.nesting": "block",
                    "restricted.containers.privilege": "unprivileged",
                    "restricted.devices.disk": "managed",
                    "restricted.devices.gpu": "block",
                    "restricted.devices.pci": "block",
                    "restricted.devices.proxy": "block",
                    "restricted.devices.unix-block": "block",
                    "restricted.devices.unix-char": "block",
                    "restricted.devices.usb": "block",
                    "restricted.virtual-machines.lowlevel": "block",
                },
            ),
        ),
        exceptional(
            90,
            "一台の専用の機械で動かし、ほかの団体の環境を置かない",
            "On a machine of its own, with no environment of another body on it",
        ),
        "LXD, project restrictions; AWS Config, ecs-containers-nonprivileged",
        MonthlyCost({"config-evaluation": Decimal(60)}, SMALL),
    ),
    BaselineGuardrail(
        "access-ends",
        Bilingual("終わりのある利用権", "Access that ends"),
        Bilingual(
            "人にも機械にも、終わりの日のある利用権だけを渡す。担当が替わった後に残る入口をなくす",
            "People and machines get access that ends on a day, so that no door stays open after "
            "somebody has left",
        ),
        _AUTOMATIC,
        (
            aws(
                Hold.SETS,
                Hold.DETECTS,
                ja="シングルサインオンの割当ては期間つきの役割から作り、払出しにない割当てを読み戻しで探す",
                en="Assignments are made from roles with a period; those that nobody ordered are found "
                "by read-back",
                verifier=Verifier(
                    (
                        every(
                            "assignment",
                            is_set("ordered"),
                            Bilingual("払出しにない割当てである", "it was not ordered"),
                        ),
                    ),
                    passing=(Resource("assignment", "a", {"ordered": True}),),
                    failing=(Resource("assignment", "a", {"ordered": False}),),
                ),
            ),
            keystone(
                Hold.SETS,
                Hold.DETECTS,
                ja="機械の資格情報（application credential）は期限つきで作り、"
                "期限のないものを読み戻しで探す。"
                "利用者が自分で作るものに期限を強制する規則はKeystoneにない",
                en="Credentials of machines are made with an end, those without one are found; Keystone "
                "has no rule "
                "that would force an end on those that users make",
                verifier=Verifier(
                    (
                        every(
                            "credential",
                            lambda facts: bool(facts.get("expires_at")),
                            Bilingual("期限がない", "it never expires"),
                        ),
                    ),
                    passing=(Resource("credential", "c", {"expires_at": "2027-03-31T14:59:59Z"}),),
                    failing=(Resource("credential", "c", {"expires_at": None}),),
                ),
            ),
            lxd(
                Hold.CANNOT,
                ja="証明書の期限は証明書自体にあり、LXDのプロジェクトでは決められない",
                en="When a certificate ends is said by itself, not by a project of LXD",
            ),
        ),
        NEVER,
        "IAM Identity Center User Guide; Keystone, application credentials, expires_at",
    ),
    BaselineGuardrail(
        "contacts",
        Bilingual("連絡先", "Contacts"),
        Bilingual(
            "セキュリティと運用の連絡先を必ず登録する。異常の知らせが誰にも届かないことを防ぐ",
            "Contacts for security and operations are always there, so that a warning reaches somebody",
        ),
        _AUTOMATIC,
        (
            aws(
                Hold.SETS,
                Hold.DETECTS,
                ja="代替の連絡先を入れて払い出し、読み戻す",
                en="Alternate contacts are set by vending and read back",
                rules=(ConfigRule("SECURITY_ACCOUNT_INFORMATION_PROVIDED"),),
                verifier=Verifier(
                    (
                        every(
                            "account",
                            lambda facts: {"SECURITY", "OPERATIONS"} <= set(facts.get("contacts") or ()),
                            Bilingual("連絡先が足りない", "a contact is missing"),
                        ),
                    ),
                    passing=(
                        Resource(
                            "account", "111122223333", {"contacts": ["BILLING", "OPERATIONS", "SECURITY"]}
                        ),
                    ),
                    failing=(Resource("account", "111122223333", {"contacts": ["BILLING"]}),),
                ),
            ),
            keystone_has_none("連絡先", "contacts"),
            lxd_cannot("連絡先", "contacts"),
        ),
        NEVER,
        "AWS Account Management, alternate contacts; AWS Config, security-account-information-provided",
        MonthlyCost({"config-evaluation": Decimal(60)}, SMALL),
    ),
)
