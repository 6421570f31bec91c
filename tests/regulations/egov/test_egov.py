"""Laws from e-Gov, against a local server that answers as the API is described."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.regulations.egov.server import EGovServer, Text, running

from hashira.regulations.adapters.egov_api import (
    EGov,
    EGovAnswerUnreadable,
    EGovRefused,
    EGovUnreachable,
    Pace,
    client,
)
from hashira.regulations.adapters.egov_mirror import Fetched, Mirror, Missed
from hashira.regulations.adapters.sources import Document, laws, read_law
from hashira.regulations.cli import regulations
from hashira.regulations.domain.law.law import Law

XML = """<Law Era="Reiwa" Year="2" Num="{0:03}" LawType="Act" Lang="ja"><LawNum>令和二年法律第{1}号</LawNum>
<LawBody><LawTitle>見本第{0}法</LawTitle><MainProvision><Article Num="1"><ArticleTitle>第一条</ArticleTitle>
<Paragraph Num="1"><ParagraphNum/><ParagraphSentence>
<Sentence>長官は、施設を目視により点検しなければならない。</Sentence>
</ParagraphSentence></Paragraph></Article></MainProvision></LawBody></Law>"""


def text(number: int, enforced_at: str = "2020-04-01", updated: str = "2026-01-01") -> Text:
    law_id = f"502AC{number:010}"
    day = enforced_at.replace("-", "")
    content = XML.format(number, "一二三四五"[number - 1]).encode()
    revision_id = f"{law_id}_{day}_000000000000000"
    return Text(
        law_id, f"令和二年法律第{number}号", f"見本第{number}法", revision_id, enforced_at, content, updated
    )


class Watch:
    """A clock that goes only while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def server() -> Iterator[EGovServer]:
    with running([text(number) for number in range(1, 6)]) as served:
        yield served


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def egov(server: EGovServer, watch: Watch) -> Iterator[EGov]:
    with client() as http:
        yield EGov(http, server.address, Pace(1.0, lambda: watch.time, watch.sleep))


def fetched(mirror: Mirror) -> list[Fetched | Missed]:
    return list(mirror.fetch(mirror.listed()))


def test_every_page_is_read_and_every_text_is_as_it_was_sent(
    server: EGovServer, egov: EGov, tmp_path: Path
) -> None:
    found = fetched(Mirror(tmp_path, egov))
    assert [type(one) for one in found] == [Fetched] * 5
    for sent in server.texts:
        assert (tmp_path / sent.law_id / f"{sent.revision_id}.xml").read_bytes() == sent.xml
    read = [law for law in laws(tmp_path) if isinstance(law, Law)]
    assert [law.facts.law_id for law in read] == [sent.law_id for sent in server.texts]
    assert {law.facts.revision.enforced_at for law in read} == {date(2020, 4, 1)}
    assert {law.facts.category for law in read} == {"行政組織"}


def test_it_asks_once_a_second_and_again_only_for_what_is_missing(
    server: EGovServer, egov: EGov, watch: Watch, tmp_path: Path
) -> None:
    mirror = Mirror(tmp_path, egov)
    fetched(mirror)
    assert len(server.asked) == 3 + 5  # pages, texts
    assert watch.time == pytest.approx(len(server.asked) - 1)
    server.asked.clear()
    (tmp_path / server.texts[1].law_id / f"{server.texts[1].revision_id}.json").unlink()
    assert sum(one.new for one in fetched(mirror) if isinstance(one, Fetched)) == 1
    assert [path for path in server.asked if "law_data" in path] == [
        next(p for p in server.asked if server.texts[1].revision_id in p)
    ]


def test_a_broken_run_goes_on_where_it_was(server: EGovServer, egov: EGov, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path, egov)
    running_fetch = mirror.fetch(mirror.listed())
    next(running_fetch), next(running_fetch)
    running_fetch.close()
    server.asked.clear()
    fetched(mirror)
    assert sum("law_data" in path for path in server.asked) == 3


def test_days_and_changes_choose_the_laws(server: EGovServer, egov: EGov) -> None:
    server.texts.append(text(1, "2024-04-01", updated="2026-06-01"))
    now = {one.law_id: one.revision_id for one in egov.laws()}
    before = {one.law_id: one.revision_id for one in egov.laws(asof=date(2022, 1, 1))}
    assert now["502AC0000000001"].endswith("_20240401_000000000000000")
    assert before["502AC0000000001"].endswith("_20200401_000000000000000")
    assert [one.law_id for one in egov.laws(updated_from=date(2026, 5, 1))] == ["502AC0000000001"]
    assert len(egov.revisions("502AC0000000001")) == 2


def test_it_waits_as_long_as_it_is_asked_to(server: EGovServer, egov: EGov, watch: Watch) -> None:
    server.faults.extend(["429"])
    assert len(list(egov.laws())) == 5
    assert 7.0 in watch.slept


@pytest.mark.parametrize("fault", ["503", "cut"])
def test_it_tries_again_with_growing_pauses(server: EGovServer, egov: EGov, watch: Watch, fault: str) -> None:
    server.faults.extend([fault] * 3)
    assert len(list(egov.laws())) == 5
    pauses = [second for second in watch.slept if second > 1]
    assert pauses == sorted(pauses)
    assert len(pauses) == 3
    server.faults.extend([fault] * 5)
    with pytest.raises(EGovUnreachable):
        list(egov.laws())


@pytest.mark.parametrize("fault", ["wrong-json", "other-law", "no-base64", "broken-xml"])
def test_one_wrong_answer_does_not_keep_the_others(
    server: EGovServer, egov: EGov, tmp_path: Path, fault: str
) -> None:
    server.only_for = "law_data"
    server.faults.extend([fault])
    mirror = Mirror(tmp_path, egov)
    found = fetched(mirror)
    assert [type(one) for one in found] == [Missed, *[Fetched] * 4]
    assert not list((tmp_path).rglob("*.part"))
    assert not mirror.has(found[0].listed)
    assert isinstance(fetched(mirror)[0], Fetched)


def test_a_refusal_says_what_the_server_said(egov: EGov) -> None:
    with pytest.raises(EGovRefused) as refused:
        egov.text("502AC0000000009_20200401_000000000000000")
    assert "400002" in str(refused.value)


def test_an_id_that_would_leave_the_folder_is_not_believed(server: EGovServer, egov: EGov) -> None:
    bad = server.texts[0]
    server.texts[:] = [Text("../x", bad.law_num, bad.title, "../x_1", bad.enforced_at, bad.xml)]
    with pytest.raises(EGovAnswerUnreadable):
        list(egov.laws())


def test_answers_have_a_bound(server: EGovServer, egov: EGov, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashira.regulations.adapters.egov_api._LARGEST", 100)
    with pytest.raises(EGovAnswerUnreadable):
        list(egov.laws())


@pytest.mark.parametrize("ranges", [True, False])
def test_the_archive_of_all_laws_goes_on_and_is_checked(
    server: EGovServer, egov: EGov, tmp_path: Path, ranges: bool
) -> None:
    server.ranges = ranges
    server.cut_bulk_at = 700
    mirror = Mirror(tmp_path, egov)
    with pytest.raises(EGovUnreachable):
        mirror.fetch_bulk()
    assert not (tmp_path / "all_xml.zip").exists()
    archive = mirror.fetch_bulk()
    assert archive.read_bytes() == server.bulk
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
    assert len([law for law in laws(archive) if isinstance(law, Law)]) == 5


def command(*arguments: str) -> Result:
    return CliRunner().invoke(regulations, ["fetch", *arguments, "--interval", "0.2"])


def test_the_command_fetches_and_tells(server: EGovServer, tmp_path: Path) -> None:
    first = command(str(tmp_path), "--address", server.address, "--law", "502AC0000000002")
    assert first.exit_code == 0, first.output
    assert "1 新しい" in first.output
    again = command(str(tmp_path), "--address", server.address, "--law", "502AC0000000002")
    assert "0 新しい / new, 1 ある" in again.output
    unknown = command(str(tmp_path), "--address", server.address, "--law", "999AC0000000009")
    assert unknown.exit_code == 1
    assert "999AC0000000009" in unknown.output
    scanned = CliRunner().invoke(regulations, ["scan", str(tmp_path), "--processes", "1"])
    assert "見本第2法第一条第一項" in scanned.output


def test_without_a_server_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hashira.regulations.adapters.egov_api._LONGEST_PAUSE", 0.0)
    result = command(str(tmp_path), "--address", "http://127.0.0.1:1")
    assert result.exit_code == 3
    assert "REG-016" in result.output


@pytest.mark.long
def test_real_acts_come_through_as_they_are(shared_data: Path, tmp_path: Path) -> None:
    """Acts of e-Gov, sent by our server and fetched, are the same laws as in the archive."""
    wanted: dict[str, bytes] = {}
    with tarfile.open(shared_data / "law" / "acts-xml-2025-05.tar.xz", "r|xz") as archive:
        for member in archive:
            if member.name.endswith("current.xml") and (stream := archive.extractfile(member)):
                wanted[member.name.split("/")[-2]] = stream.read()
            if len(wanted) == 8:
                break
    texts = [
        Text(law_id, "", law_id, f"{law_id}_20250501_000000000000000", "2025-05-01", content)
        for law_id, content in wanted.items()
    ]
    with running(texts) as served, client() as http:
        mirror = Mirror(tmp_path, EGov(http, served.address, Pace(0.0)))
        assert all(isinstance(one, Fetched) for one in fetched(mirror))
    for law in laws(tmp_path):
        assert isinstance(law, Law)
        straight = read_law(Document(f"{law.law_id}.xml", wanted[law.law_id]))
        assert law.tree == straight.tree
        assert list(law.units()) == list(straight.units())
