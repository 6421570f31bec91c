"""Guardrails that the organisation holds for every environment (SCPの区分)."""

from __future__ import annotations

from hashira.cloud.domain.baseline.elsewhere import (
    ADMINISTRATOR,
    aws,
    keystone,
    keystone_has_none,
    lxd,
    lxd_cannot,
    lxd_has_none,
)
from hashira.cloud.domain.baseline.entry import NEVER, BaselineGuardrail, Hold, exceptional
from hashira.cloud.domain.baseline.inventory import Facts, Resource, Verifier, every, is_not, is_set, some
from hashira.cloud.domain.baseline_terms import HOME_REGIONS
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.cloud.domain.guardrails import guardrail
from hashira.kernel.language import Bilingual

_SCP = GuardrailClass.SCP
_PREVENTION = {
    id_: guardrail(id_)
    for id_ in (
        "data-location",
        "stay-in-organisation",
        "no-root",
        "locked-log-archive",
        "keep-keys",
        "keep-baseline-roles",
    )
}


def _intent(id_: str) -> Bilingual:
    known = _PREVENTION[id_]
    assert known is not None
    return known.intent


def _at_home(facts: Facts) -> bool:
    return facts.get("region") in HOME_REGIONS


ORGANISATION = (
    BaselineGuardrail(
        "data-location",
        Bilingual("データの所在", "Location of data"),
        _intent("data-location"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="ほかのリージョンへの呼出しをSCPで断り、保管庫とサーバーの所在を読み戻す",
                en="An SCP refuses calls to other regions; where buckets and servers are is read back",
                verifier=Verifier(
                    (
                        every("bucket", _at_home, Bilingual("国外のリージョンにある", "in a region abroad")),
                        every(
                            "instance", _at_home, Bilingual("国外のリージョンにある", "in a region abroad")
                        ),
                    ),
                    passing=(
                        Resource("bucket", "town-data", {"region": "ap-northeast-1"}),
                        Resource("instance", "i-1", {"region": "ap-northeast-3"}),
                    ),
                    failing=(
                        Resource("bucket", "town-data", {"region": "us-east-1"}),
                        Resource("instance", "i-1", {"region": "ap-northeast-1"}),
                    ),
                ),
            ),
            keystone(
                Hold.SETS,
                ja="プロジェクトのリージョンをタグに記し、上限の登録をそのリージョンだけに行う。"
                "上限を見て断るのは各サービスで、Keystoneではない",
                en="The region is a tag of the project and limits are registered for it alone. The "
                "services refuse by "
                "the limits, Keystone does not",
                verifier=Verifier(
                    (
                        every(
                            "project",
                            lambda facts: facts.get("region") == facts.get("ordered_region") is not None,
                            Bilingual("リージョンのタグが払出しと違う", "its region is not the one ordered"),
                        ),
                    ),
                    passing=(
                        Resource("project", "p", {"region": "RegionOne", "ordered_region": "RegionOne"}),
                    ),
                    failing=(Resource("project", "p", {"region": "Abroad", "ordered_region": "RegionOne"}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                ja="利用者が設置場所（クラスターのどのサーバーか）を選べない。"
                "サーバー自体の所在は運用者が守る",
                en="Tenants cannot choose where in the cluster they run; where its servers are is for "
                "the operator",
                settings={"restricted.cluster.target": "block"},
            ),
        ),
        exceptional(
            180,
            "国外のサービスにしかない機能に限る。業務データと個人情報は置かないことを書面で示す",
            "Only for what exists abroad alone, with a written statement that no personal or business "
            "data goes there",
        ),
        "IAM User Guide, aws:RequestedRegion; LXD, project configuration, restricted.cluster.target",
        prevention=_PREVENTION["data-location"],
    ),
    BaselineGuardrail(
        "stay-in-organisation",
        Bilingual("組織からの離脱の禁止", "No leaving of the organisation"),
        _intent("stay-in-organisation"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="離脱の呼出しをSCPで断り、組織の一員であることを読み戻す",
                en="An SCP refuses the call; that the account belongs to the organisation is read back",
                verifier=Verifier(
                    (
                        every(
                            "account",
                            is_set("in_organisation"),
                            Bilingual("組織に属していない", "not in the organisation"),
                        ),
                    ),
                    passing=(Resource("account", "111122223333", {"in_organisation": True}),),
                    failing=(Resource("account", "111122223333", {"in_organisation": False}),),
                ),
            ),
            keystone(
                Hold.PREVENTS,
                ja="ドメインの管理者でも、"
                "プロジェクトを作る・変える・消す・停止を解くことができない（Keystoneの既定では、"
                "ドメインのmanagerにできる）",
                en="Not even the manager of a domain creates, changes, deletes or re-enables a project, "
                "as Keystone's "
                "own policy would allow",
                policy={
                    "identity:create_project": ADMINISTRATOR,
                    "identity:update_project": ADMINISTRATOR,
                    "identity:delete_project": ADMINISTRATOR,
                },
                verifier=Verifier(
                    (
                        every(
                            "project",
                            lambda facts: (
                                bool(facts.get("domain"))
                                and facts.get("domain") == facts.get("ordered_domain")
                            ),
                            Bilingual("払い出した団体のドメインにない", "not in the domain of its body"),
                        ),
                    ),
                    passing=(Resource("project", "p", {"domain": "d", "ordered_domain": "d"}),),
                    failing=(Resource("project", "p", {"domain": "other", "ordered_domain": "d"}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                ja="制限付きプロジェクトの利用者は、"
                "プロジェクトの設定を変えられない（証明書がそのプロジェクトだけに効く）",
                en="Who works in a restricted project cannot change it: the certificate is good for the "
                "project alone",
                settings={"restricted": "true"},
            ),
        ),
        NEVER,
        "Organizations User Guide, SCP examples; Keystone, identity:update_project; LXD, projects, "
        "restricted",
        prevention=_PREVENTION["stay-in-organisation"],
    ),
    BaselineGuardrail(
        "no-root",
        Bilingual("ルートユーザーを使わない", "No work as root"),
        _intent("no-root"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="ルートの呼出しをSCPで断り、ルートのアクセスキーがないことを読み戻す",
                en="An SCP refuses the root user; that it has no access keys is read back",
                verifier=Verifier(
                    (
                        every(
                            "account",
                            lambda facts: facts.get("root_access_keys") == 0,
                            Bilingual("ルートユーザーにアクセスキーがある", "the root user has access keys"),
                        ),
                    ),
                    passing=(Resource("account", "111122223333", {"root_access_keys": 0}),),
                    failing=(Resource("account", "111122223333", {"root_access_keys": 1}),),
                ),
            ),
            keystone(
                Hold.DETECTS,
                ja="環境に全体管理者（admin）の役割を持つ人がいないことを読み戻す",
                en="That nobody has the role of the overall administrator in an environment is read back",
                verifier=Verifier(
                    (
                        every(
                            "assignment",
                            lambda facts: facts.get("role") not in (None, "admin"),
                            Bilingual(
                                "全体管理者の役割が与えられている", "it gives the administrator's role"
                            ),
                        ),
                    ),
                    passing=(Resource("assignment", "a", {"role": "member"}),),
                    failing=(Resource("assignment", "a", {"role": "admin"}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                ja="コンテナーの中のrootは、ホストのrootではない（特権のないコンテナーだけ）",
                en="Root within a container is not root of the host: containers are unprivileged",
                settings={"restricted.containers.privilege": "unprivileged"},
            ),
        ),
        NEVER,
        "Organizations User Guide, SCP examples; AWS Config, iam-root-access-key-check; LXD, "
        "restricted.containers.privilege",
        prevention=_PREVENTION["no-root"],
    ),
    BaselineGuardrail(
        "locked-log-archive",
        Bilingual("記録の保管庫の固定", "Locked archive of records"),
        _intent("locked-log-archive"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.SETS,
                Hold.DETECTS,
                ja="消去と期限の短縮をSCPで断る。オブジェクトロックを入れて払い出し、読み戻す",
                en="An SCP refuses to delete or shorten; the object lock is set by vending and read back",
                verifier=Verifier(
                    (
                        some(
                            "bucket",
                            is_set("log_archive", "object_lock", "versioned"),
                            Bilingual(
                                "固定された記録の保管庫がない", "there is no locked archive of records"
                            ),
                        ),
                    ),
                    passing=(
                        Resource(
                            "bucket",
                            "town-log-archive",
                            {"log_archive": True, "object_lock": True, "versioned": True},
                        ),
                    ),
                    failing=(
                        Resource(
                            "bucket",
                            "town-log-archive",
                            {"log_archive": True, "object_lock": False, "versioned": True},
                        ),
                    ),
                ),
            ),
            keystone_has_none("記録の保管庫", "archives"),
            lxd_cannot("記録の保管", "the archive of records: the operator keeps the log of the daemon"),
        ),
        NEVER,
        "S3 User Guide, Locking objects",
        prevention=_PREVENTION["locked-log-archive"],
    ),
    BaselineGuardrail(
        "keep-keys",
        Bilingual("暗号鍵を消さない", "Keys are kept"),
        _intent("keep-keys"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="鍵の削除の予約をSCPで断り、予約された鍵がないことを読み戻す",
                en="An SCP refuses to schedule a deletion; that no key waits for it is read back",
                verifier=Verifier(
                    (
                        every(
                            "key",
                            is_not("pending_deletion"),
                            Bilingual("削除が予約されている", "its deletion is scheduled"),
                        ),
                    ),
                    passing=(Resource("key", "k", {"pending_deletion": False}),),
                    failing=(Resource("key", "k", {"pending_deletion": True}),),
                ),
            ),
            keystone_has_none("利用者の鍵", "the keys of tenants"),
            lxd_has_none("利用者の鍵の保管", "store of tenants' keys"),
        ),
        exceptional(
            30,
            "その鍵で暗号化したデータが残っていないことを、二人で確かめた記録を添える",
            "With a record of two people that nothing encrypted with the key is left",
        ),
        "AWS KMS Developer Guide, Deleting keys",
        prevention=_PREVENTION["keep-keys"],
    ),
    BaselineGuardrail(
        "keep-baseline-roles",
        Bilingual("運営者のロールを守る", "The operator's roles stay"),
        _intent("keep-baseline-roles"),
        _SCP,
        (
            aws(
                Hold.PREVENTS,
                Hold.DETECTS,
                ja="運営者のロールの変更をSCPで断り、信頼する相手が管理アカウントだけであることを読み戻す",
                en="An SCP refuses to change them; that they trust the management account alone is read back",
                verifier=Verifier(
                    (
                        every(
                            "role",
                            lambda facts: (
                                facts.get("of_operator") is False
                                or facts.get("trusts_only_management") is True
                            ),
                            Bilingual(
                                "運営者のロールがほかの相手を信頼している", "an operator's role trusts others"
                            ),
                        ),
                    ),
                    passing=(
                        Resource(
                            "role", "hashira/vending", {"of_operator": True, "trusts_only_management": True}
                        ),
                        Resource("role", "town/app", {"of_operator": False}),
                    ),
                    failing=(
                        Resource(
                            "role", "hashira/vending", {"of_operator": True, "trusts_only_management": False}
                        ),
                    ),
                ),
            ),
            keystone(
                Hold.PREVENTS,
                ja="団体のmanagerが与えられる役割を、memberとreaderだけにする（既定ではmanagerも与えられる）",
                en="The manager of a body gives the roles member and reader alone; by default also manager",
                policy={
                    "domain_managed_target_role": "'member':%(target.role.name)s or "
                    "'reader':%(target.role.name)s"
                },
                verifier=Verifier(
                    (
                        every(
                            "assignment",
                            lambda facts: facts.get("ordered") is True,
                            Bilingual("払出しにない役割が与えられている", "it was not ordered"),
                        ),
                    ),
                    passing=(Resource("assignment", "a", {"ordered": True}),),
                    failing=(Resource("assignment", "a", {"ordered": False}),),
                ),
            ),
            lxd(
                Hold.PREVENTS,
                ja="制限付きプロジェクトの証明書では、証明書も役割も変えられない",
                en="With the certificate of a restricted project neither certificates nor roles can be "
                "changed",
                settings={"restricted": "true"},
            ),
        ),
        NEVER,
        "Service Authorization Reference, IAM; Keystone, domain_managed_target_role; LXD, restricted TLS "
        "certificates",
        prevention=_PREVENTION["keep-baseline-roles"],
    ),
)
