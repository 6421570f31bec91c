"""Pages of the ``reiki_honbun`` layout, built from words of our own (no page of any city is copied)."""

from __future__ import annotations

from html import escape


def eline(inside: str) -> str:
    return f'<div>\n<div id="l0" class="eline">{inside}</div>\n</div>\n'


def head(name: str, text: str) -> str:
    return eline(f'<div class="head"><p class="{name}"><span class="cm">{escape(text)}</span></p></div>')


def article(label: str, words: str, caption: str = "") -> str:
    title = f'<p class="title"><span class="cm">({escape(caption)})</span></p>' if caption else ""
    return eline(
        f'<div class="article">{title}<p class="num"><span class="num cm">{label}</span>　'
        f'<span class="clause"><span class="p cm">{words}</span></span></p></div>'
    )


def entry(kind: str, label: str, words: str) -> str:
    """A paragraph (clause) or an item."""
    return eline(
        f'<div class="{kind}"><p class="num"><span class="num cm">{label}</span>　'
        f'<span class="p cm">{words}</span></p></div>'
    )


def unnumbered(words: str) -> str:
    return eline(f'<div class="clause"><p class="p"><span class="p cm">{words}</span></p></div>')


def supplement(day: str = "", number: str = "", rest: str = "") -> str:
    amended = f'<span class="date cm">({day}</span><span class="number cm">{number})</span>' if day else ""
    more = f'<span class="p cm">{rest}</span>' if rest else ""
    return eline(
        '<p class="s-head"><span class="title cm"><span class="word-space">附</span>則</span>'
        f"{amended}{more}</p>"
    )


def table(rows: str) -> str:
    return eline(
        '<div class="table_frame"><div class="table-wrapper"><table class="b-on"><thead>'
        '<tr class="fixed-colspec"><td style="width:50%"></td><td style="width:50%"></td></tr></thead>'
        f"{rows}</table></div></div>"
    )


def page(body: str, charset: str = "utf-8", enforced: str = "令和5年4月1日") -> str:
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html lang="ja"><head>'
        f'<meta http-equiv="content-type" content="text/html; charset={charset}"><title>例規</title>'
        '<script type="text/javascript">var hidden = "見えない文字";</script></head><body>'
        '<div id="wrapper"><div id="container"><div id="primary" class="joubun showhistory">'
        f'<div id="primaryInner"><div id="primaryInner2">\n{body}</div></div></div></div>'
        '<div id="secondary"><h2>例規</h2><p class="datenumber-area mt04">令和3年3月31日　条例第5号</p>'
        f'<p class="datenumber-area mt04"> ({enforced}施行)</p><ul><li>条項目次</li></ul>'
        "</div></div></body></html>"
    )


PARK = (
    head("title-irregular", "○柱市公園施設条例")
    + head("date", "令和3年3月31日")
    + head("number", "条例第5号")
    + eline('<div class="chapter"><p class="num">第1章　<span class="cm">総則</span></p></div>')
    + article("第1条", '市長は、<a href="#e1">次の各号</a>に掲げる施設を目視により点検する。', "点検")
    + entry("item", "(1)", "遊具")
    + entry("item", "(2)", "<ruby>柵<rt>さく</rt></ruby>")
    + entry("item", "ア", "木の柵")
    + entry("item", "(ア)", "高さ1メートル以上のもの")
    + entry("item", "(3)", '外字<img src="gaiji/1.png">町の橋')
    + entry("clause", "2", "点検の結果は、公園の見やすい場所に掲示しなければならない。")
    + eline('<p class="revise_record"><span class="cm">(令5条例7・一部改正)</span></p>')
    + article("第2条の2", "料金は、次のとおりとする。", "料金")
    + table(
        '<tr><td rowspan="2"><p class="p">大|広場</p></td><td colspan="2"><p>平日</p></td></tr>'
        "<tr><td>昼</td><td>100円</td></tr>"
    )
    + supplement()
    + unnumbered("この条例は、公布の日から施行する。")
    + supplement("令和5年3月30日", "条例第7号", "抄")
    + eline('<div class="clause"><p class="title"><span class="cm">(施行期日)</span></p></div>')
    + entry("clause", "1", "この条例は、令和5年4月1日から施行する。")
    + eline(
        '<div class="form_section"><p class="num">'
        '<span class="num cm">別記様式</span>(第2条の2関係)</p></div>'
    )
    + eline('<div class="xref_frame cm"><p><img src="word/form.png" alt="画像"></p></div>')
)
