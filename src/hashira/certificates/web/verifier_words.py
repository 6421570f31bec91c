"""What the script of the verifier's app says (検証アプリの文言)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

WORDS = {
    "notStarted": _("アプリを準備できませんでした。通信できるところで、もう一度開いてください"),
    "name": _("氏名"),
    "birth": _("生年月日"),
    "passport": _("旅券番号"),
    "hidden": _("表示されていません"),
    "issuer": _("発行者"),
    "roman": _("ローマ字氏名"),
    "nationality": _("国籍"),
    "test": _("検査"),
    "recovery": _("治癒"),
    "noDose": _("接種記録がありません。検査結果など、接種を証明しない証明書です"),
    "trustNone": _("信頼情報がありません。通信できるところで一度開いてください。どの証明書も確認できません"),
    "trustFresh": _("信頼情報：第{version}版、{days}日前に作成"),
    "trustOld": _(
        "信頼情報が古くなっています（第{version}版、{days}日前に作成）。失効を見落とすことがあります"
    ),
    "trustRefused": _("新しい信頼情報は使えません：{reason}"),
    "standingUnknown": _("発行されたばかりで、失効していないかはまだ確かめられません"),
    "standingNotCovered": _("この発行者の失効は、手元の信頼情報では確かめられません"),
    "eye": _("氏名と生年月日を、本人確認書類と目で見比べてください"),
    "notChecked": _("まだ照らし合わせていません"),
    "matches": _("旅券の内容と一致します"),
    "differs": _("旅券と違います：{fields}"),
    "nameByEye": _("氏名は機械では決められません（省略かローマ字以外の氏名）。目で見比べてください"),
    "nothingShown": _("証明書に旅券番号も生年月日もないので、照らし合わせられません"),
    "zoneWrong": _("機械読取領域を読めません：{reason}"),
    "zoneForm": _("旅券は44文字が2行、カードは36文字が2行か30文字が3行です"),
    "zoneDigit": _("検査数字が合いません（{field}）"),
    "notGenuine": _("証明書が真正と確認できないので、判定しません"),
    "notConfirmed": _("失効していないと確かめるまで、判定しません"),
    "noDestination": _("渡航先を指定していません"),
    "noRule": _("判定ルールなし"),
    "enough": _("条件を満たします（ルール {dated}）"),
    "notEnough": _("条件を満たしません（ルール {dated}）"),
    "open": _("ルールを適用できませんでした。条件を人が確かめてください"),
    "noCode": _("コードを読み取れませんでした"),
    "chunks": _("分割されたコードの{of}枚のうち{seen}枚を読み取りました。残りも読み取ってください"),
    "chunksMissing": _("分割されたコードがそろっていません。残りのコードも続けて入れてください"),
    "reading": _("写真を読み取っています"),
    "cameraRefused": _("カメラを使えません。写真を選ぶか、内容を貼り付けてください"),
    "offlinePicture": _("サーバーにつながらないので、この写真は読み取れません。内容を貼り付けてください"),
    "octets": _(
        "このブラウザーだけでは読めない種類のコードです。「撮影して確かめる」を押してください（写真はサーバーが読み取ります）"
    ),
    "empty": _("コードの内容を入れてください"),
    "again": _("第{number}回目の読取り"),
    "broken": _("検証できませんでした。もう一度読み取ってください"),
}
"""By the names under which ``app.js`` asks for them; what stands in braces is filled in there."""
