"""What things are called on pages and in files (画面での呼び名)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from hashira.cloud.domain.selection.answer import CLAIM_NAMES
from hashira.cloud.domain.selection.catalogue import KIND_NAMES
from hashira.cloud.domain.selection.ismap import IsmapList, IsmapRule
from hashira.cloud.domain.selection.judgement import FINDING_NAMES
from hashira.cloud.domain.selection.standing import PROGRESS_NAMES, STANDING_NAMES, Standing
from hashira.cloud.store.models import ListedOffering

KINDS = tuple((kind.value, words) for kind, words in KIND_NAMES.items())
STANDINGS = tuple((one.value, words) for one, words in STANDING_NAMES.items())
STANDING_KINDS = {
    Standing.SELECTED: "success",
    Standing.CONDITIONAL: "warning",
    Standing.REJECTED: "error",
    Standing.LAPSED: "error",
}
"""The kind of the status chip."""
CLAIMS = tuple((one.value, words) for one, words in CLAIM_NAMES.items())
FINDINGS = tuple((one.value, words) for one, words in FINDING_NAMES.items())
PROGRESS = tuple((one.value, words) for one, words in PROGRESS_NAMES.items())
OBLIGATIONS = (("True", pgettext_lazy("a requirement", "必須")), ("False", _("任意")))
ISMAP_LISTS = ((IsmapList.ISMAP.value, "ISMAP"), (IsmapList.LIU.value, "ISMAP-LIU"))
ISMAP_RULES = (
    (IsmapRule.REQUIRED.value, _("ISMAPの登録を必須とする")),
    (IsmapRule.LIU_ACCEPTED.value, _("ISMAPかISMAP-LIUの登録を必須とする")),
    (IsmapRule.NOT_REQUIRED.value, _("登録を求めない")),
)
OFFERINGS = (
    (ListedOffering.Kind.PRODUCT.value, _("製品")),
    (ListedOffering.Kind.LINE.value, _("回線・接続")),
    (ListedOffering.Kind.SUPPORT.value, _("支援・研修")),
    (ListedOffering.Kind.OTHER.value, _("その他")),
)
CATALOGUE_STATES = (("draft", _("下書き")), ("published", _("公開")))
ROUND_STATES = (("soon", _("受付前")), ("open", _("受付中")), ("closed", _("受付終了")))
CALL_STATES = (
    ("soon", _("受付前")),
    ("open", _("受付中")),
    ("scoring", _("採点中")),
    ("decided", _("採択を公表")),
)
FIELDS = {
    "id": _("番号"),
    "category": _("区分"),
    "mandatory": _("必須・任意"),
    "text": _("要件"),
    "text_en": _("要件（英語）"),
    "verified_by": _("確認の方法"),
    "verified_by_en": _("確認の方法（英語）"),
}
CHANGES = (
    ("added", _("追加")),
    ("removed", _("削除")),
    ("changed", _("変更")),
    ("moved", _("移動")),
)
EDITS = {"deleted": _("削除："), "inserted": _("追加：")}
STAGES = (
    ("production", pgettext_lazy("an environment", "本番")),
    ("verification", pgettext_lazy("an environment", "検証")),
    ("development", pgettext_lazy("an environment", "開発")),
    ("operation", pgettext_lazy("an environment", "運用管理")),
)
ENGINES = (("aws", "AWS"), ("openstack", "OpenStack"), ("lxd", "LXD"))
ACTS = {
    "ordered": _("払い出しを指図"),
    "vending": _("払い出しを開始"),
    "ready": _("すべて読み戻して利用開始"),
    "parked": _("エラーで停止"),
    "again": _("もう一度行うことを指図"),
    "giving up": _("取りやめを指図"),
    "releasing": _("取込みの取消しを指図"),
    "withdrawn": _("取りやめ"),
    "deviating": _("基準とのずれを検出"),
    "lost": _("クラウドごと消えたことを検出"),
    "forgotten": _("はじめからやり直すことに決定"),
    "change": _("変更を指図"),
    "change given up": _("変更の取りやめを指図"),
    "amending": _("変更を開始"),
    "stalled": _("変更がエラーで停止"),
    "suspending": _("休止を指図"),
    "suspended": _("休止"),
    "resuming": _("再開を指図"),
    "closing": _("廃止の日が到来"),
    "closed": _("廃止"),
}
"""What was done with an environment."""
CAUSES = {
    "application": _("変更の申請"),
    "exceptions": _("例外の始まりか終わり"),
    "baseline": _("基準の版の段階適用"),
    "return": _("変更の取りやめ"),
}
"""Why an environment was changed."""
CHANGE_STATES = {
    "waiting": ("wait", _("順番待ち")),
    "running": ("info", _("作業中")),
    "done": ("success", _("完了")),
    "superseded": ("neutral", _("次の変更に置き換え")),
}
ROLLOUT_ACTS = {
    "proposed": pgettext_lazy("a rollout", "提案"),
    "approved": _("一人目が承認"),
    "begun": _("二人目が承認して開始"),
    "refused": _("見送り"),
    "withdrawn": _("提案の取下げ"),
    "wave": _("段階を開始"),
    "wave done": _("段階を完了"),
    "halted": _("停止"),
    "resumed": _("再開"),
    "returning": _("前の版に戻すことを指図"),
    "returned": _("すべてを前の版に戻して完了"),
    "done": _("すべてに適用して完了"),
}
"""What was done with a rollout."""
ROLLOUT_HALTS = {
    "read-back": _("読み戻しで確かめられない環境があったため、自動で停止"),
    "refusals": _("失敗した環境が決めた件数を超えたため、自動で停止"),
    "deviation": _("適用した環境が基準からずれたため、自動で停止"),
}
"""Why a rollout halted by itself."""
