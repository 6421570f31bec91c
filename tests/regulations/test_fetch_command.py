"""``hashira regulations fetch`` against a server that answers as e-Gov does, and as it should not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.regulations.egov_server import Egov, Fault, answer, from_archive, law, running, text_of

from hashira.regulations.adapters import egov_mirror, polite_http, sources
from hashira.regulations.adapters.egov_api import EgovApi
from hashira.regulations.adapters.egov_refusals import (
    AnswerTooLarge,
    EgovUnreachable,
    UnreadableAnswer,
)
from hashira.regulations.adapters.polite_http import Clock, PoliteHttp, client
from hashira.regulations.adapters.refusals import Refused
from hashira.regulations.cli import regulations
from hashira.regulations.domain.law.law import Law


class Hand:
    """A clock whose hand moves only by waiting."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.waited: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waited.append(round(seconds, 6))
        self.at += seconds

    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, since_epoch=lambda: self.at, wait=self.wait)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    hand = Hand()
    monkeypatch.setattr(polite_http, "Clock", hand.clock)
    return hand


@pytest.fixture
def egov() -> Iterator[Egov]:
    with running([law(serial) for serial in range(1, 8)]) as server:
        yield server


@pytest.fixture
def polite(hand: Hand) -> Iterator[PoliteHttp]:
    with client() as http:
        yield PoliteHttp(http, clock=hand.clock())


def fetch(egov: Egov, folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        regulations, ["fetch", str(folder), "--address", egov.address, "--rate", "1000", *arguments]
    )


def names(folder: Path) -> set[str]:
    return {path.stem for path in folder.rglob("*.xml")}


def read(source: Path) -> dict[str, Law]:
    found = list(sources.laws(source))
    assert not [refused for refused in found if isinstance(refused, Refused)]
    return {law.facts.law_id: law for law in found if isinstance(law, Law)}


def instead(status: int, told: object, **headers: str) -> Fault:
    return lambda handler: answer(handler, status, told, **headers)


def cut(handler: BaseHTTPRequestHandler) -> bool:
    """Promises more than it sends."""
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True
    return True


def test_the_folder_holds_the_laws_of_the_archive(shared_data: Path, tmp_path: Path, hand: Hand) -> None:
    archive = shared_data / "law/acts-xml-2025-05.tar.xz"
    laws = from_archive(archive, 6)
    with running(laws) as egov:
        egov.most = 4  # two pages
        result = fetch(egov, tmp_path / "api", "--as-of", "2026-01-01")
        assert result.exit_code == 0, result.output
        assert fetch(egov, tmp_path / "bulk", "--bulk").exit_code == 0
    ids = {law.law_id for law in laws}
    originals = {}
    for document in sources.documents(archive):
        assert not isinstance(document, Refused)
        found = sources.read_law(document)
        if found.facts.law_id in ids:
            originals[found.facts.law_id] = found
        if len(originals) == len(ids):
            break
    for way in ("api", "bulk"):
        mirrored = read(tmp_path / way)
        assert mirrored.keys() == ids
        for law_id, original in originals.items():
            assert mirrored[law_id].tree == original.tree
            assert mirrored[law_id].facts.title == original.facts.title
            assert mirrored[law_id].facts.revision.enforced_at == original.facts.revision.enforced_at
    assert {law.facts.category for law in read(tmp_path / "api").values()} == {"文化"}


def test_scan_reads_the_folder_at_once(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    fetch(egov, tmp_path / "laws")
    result = CliRunner().invoke(regulations, ["scan", str(tmp_path / "laws"), "--processes", "1"])
    assert result.exit_code == 0
    assert "7 法令" in result.output
    assert "飛ばしました" not in result.output


def test_what_is_there_is_not_fetched_again(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    assert fetch(egov, tmp_path).exit_code == 0
    again = fetch(egov, tmp_path)
    assert again.exit_code == 0
    assert "already there 7" in again.output
    assert set(egov.texts().values()) == {1}


def test_a_correction_within_a_revision_is_fetched(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    fetch(egov, tmp_path)
    corrected = law(3, words="点検する。", updated="2026-11-20T10:00:00+09:00")
    egov.laws[2] = corrected
    assert "fetched 1" in fetch(egov, tmp_path).output
    assert "点検する" in (tmp_path / corrected.law_id / f"{corrected.revision_id}.xml").read_text("utf-8")


def test_a_new_revision_takes_the_place_of_the_old(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    newer = law(2, since="20250601", by="507AC0000000009", words="書面を掲示する。")
    egov.laws.append(newer)
    fetch(egov, tmp_path, "--as-of", "2024-01-01")
    assert law(2).revision_id in names(tmp_path)
    fetch(egov, tmp_path, "--as-of", "2026-01-01")
    assert newer.revision_id in names(tmp_path)
    assert law(2).revision_id not in names(tmp_path)
    assert len(read(tmp_path)) == 7


def test_an_interrupted_fetch_continues(
    egov: Egov, tmp_path: Path, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = egov_mirror.Mirror.put
    kept: list[str] = []

    def three_and_no_more(self, facts, xml):  # type: ignore[no-untyped-def]
        if len(kept) == 3:
            raise KeyboardInterrupt
        kept.append(facts.revision_id)
        put(self, facts, xml)

    monkeypatch.setattr(egov_mirror.Mirror, "put", three_and_no_more)
    stopped = fetch(egov, tmp_path)
    assert stopped.exit_code == 1
    assert "続きから" in stopped.output
    assert names(tmp_path) == set(kept)
    monkeypatch.setattr(egov_mirror.Mirror, "put", put)
    egov.asked.clear()
    assert fetch(egov, tmp_path).exit_code == 0
    assert sum(egov.texts().values()) == 4
    assert len(read(tmp_path)) == 7


def test_only_what_was_updated_since_a_day(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.laws[4] = law(5, updated="2026-11-19T23:30:00+00:00")  # the 20th in Japan
    assert fetch(egov, tmp_path, "--updated-since", "2026-11-20").exit_code == 0
    assert names(tmp_path) == {egov.laws[4].revision_id}


def test_only_named_laws_and_one_that_is_not_there(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    result = fetch(egov, tmp_path, "--law", law(3).law_id, "--law", "999AC0000000001")
    assert result.exit_code == 1
    assert "REG-020" in result.output
    assert "999AC0000000001" in result.output
    assert names(tmp_path) == {law(3).revision_id}


def test_repealed_laws_are_left_out(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.laws[0] = law(1, repeal_status="Repeal")
    assert fetch(egov, tmp_path).exit_code == 0
    assert len(names(tmp_path)) == 6
    assert fetch(egov, tmp_path, "--law", law(1).law_id).exit_code == 0
    assert len(names(tmp_path)) == 7


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (instead(404, {"code": "404001", "message": "該当なし"}), "REG-017"),
        (instead(200, b"<html>maintenance</html>"), "REG-018"),
        (instead(200, b"[]"), "REG-018"),
        (instead(200, text_of(law(6))), "REG-018"),
        (instead(200, {**text_of(law(2)), "law_full_text": "@@@"}), "REG-018"),
        (instead(200, {**text_of(law(2)), "law_full_text": "PExhdz4="}), "REG-018"),
        (instead(200, {**text_of(law(2)), "law_full_text": text_of(law(6))["law_full_text"]}), "REG-018"),
        (instead(200, b"not gzip", Content_Encoding="gzip"), "REG-018"),
        (instead(302, b"", Location="https://example.invalid/"), "REG-017"),
    ],
)
def test_a_broken_text_is_told_and_harms_no_other(
    egov: Egov, tmp_path: Path, hand: Hand, told: Fault, code: str
) -> None:
    egov.faults[f"/api/2/law_data/{law(2).revision_id}"] = [told]
    result = fetch(egov, tmp_path)
    assert result.exit_code == 1
    assert code in result.output
    assert len(names(tmp_path)) == 6
    assert fetch(egov, tmp_path).exit_code == 0
    assert len(names(tmp_path)) == 7


def test_an_id_that_would_leave_the_folder_is_refused(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.laws[0] = law(1, law_id="../../etc/pwn12", revision_id="../../etc/pwn12_20200401_000000000000000")
    result = fetch(egov, tmp_path / "laws")
    assert result.exit_code == 1
    assert "REG-018" in result.output
    assert len(names(tmp_path)) == 6


@pytest.mark.parametrize("told", [instead(503, b""), instead(500, b"<html>"), cut])
def test_a_passing_trouble_is_tried_again_with_growing_pauses(
    egov: Egov, polite: PoliteHttp, hand: Hand, told: Fault
) -> None:
    egov.faults["/api/2/law_data/"] = [told, told, told]
    assert EgovApi(polite, egov.address).text(law(1).revision_id).xml == law(1).xml
    assert hand.waited == [2, 4, 8]


def test_the_pause_that_the_server_asks_for_is_kept(egov: Egov, polite: PoliteHttp, hand: Hand) -> None:
    date = formatdate(hand.at + 7 + 50, usegmt=True)
    egov.faults["/api/2/law_data/"] = [
        instead(429, b"", Retry_After="7"),
        instead(429, b"", Retry_After=date),
    ]
    EgovApi(polite, egov.address).text(law(1).revision_id)
    assert hand.waited == [7, 50]


def test_a_pause_of_an_hour_is_told_instead_of_waited(egov: Egov, polite: PoliteHttp, hand: Hand) -> None:
    egov.faults["/api/2/law_data/"] = [instead(429, b"", Retry_After="3600")]
    with pytest.raises(EgovUnreachable, match="429"):
        EgovApi(polite, egov.address).text(law(1).revision_id)
    assert not hand.waited


def test_requests_keep_their_distance(egov: Egov, polite: PoliteHttp, hand: Hand) -> None:
    api = EgovApi(polite, egov.address)
    api.text(law(1).revision_id)
    hand.at += 0.25
    api.text(law(2).revision_id)
    hand.at += 5
    api.text(law(3).revision_id)
    assert hand.waited == [0.75]


def test_a_server_that_stays_silent_ends_the_fetch(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.faults["/api/2/law_data/"] = [instead(503, b"")] * 100
    result = fetch(egov, tmp_path)
    assert result.exit_code == 3
    assert "REG-016" in result.output
    assert sum(egov.texts().values()) == 3 * polite_http.ATTEMPTS


def test_an_answer_in_drops_is_given_up(egov: Egov, hand: Hand) -> None:
    ticks = iter(range(0, 10_000_000, 200))  # every look at this clock takes 200 seconds
    clock = Clock(now=lambda: float(next(ticks)), wait=hand.wait)
    with client() as http, pytest.raises(EgovUnreachable, match="too slow"):
        EgovApi(PoliteHttp(http, clock=clock, seconds=100), egov.address).text(law(1).revision_id)
    assert sum(egov.texts().values()) == polite_http.ATTEMPTS


def test_an_answer_without_an_end_is_cut_at_the_bound(egov: Egov, polite: PoliteHttp) -> None:
    egov.faults["/api/2/laws"] = [instead(200, " " * 3_000_000)]  # a few kilobytes in gzip
    with pytest.raises(AnswerTooLarge):
        polite.get(f"{egov.address}/api/2/laws", {}, 1_000_000)


@pytest.mark.parametrize(
    "change",
    [
        {"next_offset": 0},
        {"next_offset": 99},
        {"total_count": 9},
        {"total_count": "7"},
        {"laws": None},
        {"laws": {}},
        {"total_count": 10**12, "next_offset": 7},
    ],
)
def test_a_list_that_would_lose_laws_or_never_end_is_refused(
    egov: Egov, polite: PoliteHttp, change: dict[str, object]
) -> None:
    entries = [{"law_info": law(i).law_info(), "revision_info": law(i).revision_info()} for i in range(1, 8)]
    right = {"total_count": 7, "count": 7, "next_offset": None, "laws": entries}
    egov.faults["/api/2/laws"] = [instead(200, {**right, **change}), instead(200, right)]
    api = EgovApi(polite, egov.address)
    with pytest.raises(UnreadableAnswer):
        list(api.laws())
    assert len(list(api.laws())) == 7


def test_the_revisions_of_a_law(egov: Egov, polite: PoliteHttp) -> None:
    egov.laws.append(law(2, since="20250601", by="507AC0000000009"))
    found = EgovApi(polite, egov.address).revisions(law(2).law_id)
    assert [(r.revision_id, str(r.enforced_at)) for r in found] == [
        (law(2).revision_id, "2020-04-01"),
        (f"{law(2).law_id}_20250601_507AC0000000009", "2025-06-01"),
    ]


def test_the_bulk_zip_gives_what_is_in_force_today(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.laws.append(law(2, since="29990401", by="507AC0000000009"))
    result = fetch(egov, tmp_path, "--bulk")
    assert result.exit_code == 0, result.output
    assert names(tmp_path) == {law(serial).revision_id for serial in range(1, 8)}
    assert egov.asked == ["/bulkdownload"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".bulk")]


def half(egov: Egov) -> Fault:
    def send(handler: BaseHTTPRequestHandler) -> bool:
        content = egov.zip()
        handler.send_response(200)
        if egov.etag:
            handler.send_header("ETag", egov.etag)
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content[: len(content) // 2])
        handler.close_connection = True
        return True

    return send


@pytest.mark.parametrize("etag", ['"one"', ""])
def test_a_bulk_download_that_was_cut_off_continues(
    egov: Egov, tmp_path: Path, hand: Hand, etag: str
) -> None:
    egov.etag = etag
    sent: list[str] = []

    def ranges(handler: BaseHTTPRequestHandler) -> bool:
        sent.append(handler.headers.get("Range", ""))
        return False

    egov.faults["/bulkdownload"] = [half(egov), ranges]
    assert fetch(egov, tmp_path, "--bulk").exit_code == 0
    assert len(read(tmp_path)) == 7
    expected = f"bytes={len(egov.zip()) // 2}-" if etag else ""  # nameless halves are not put together
    assert sent == [expected]


def test_a_zip_that_was_replaced_meanwhile_is_taken_anew(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.etag = '"one"'
    first = half(egov)

    def replaced(handler: BaseHTTPRequestHandler) -> bool:
        first(handler)
        egov.etag = '"two"'
        egov.laws.append(law(8))
        return True

    egov.faults["/bulkdownload"] = [replaced]
    assert fetch(egov, tmp_path, "--bulk").exit_code == 0
    assert len(read(tmp_path)) == 8


def test_what_is_no_zip_is_thrown_away(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    egov.faults["/bulkdownload"] = [instead(200, b"<html>maintenance</html>")]
    result = fetch(egov, tmp_path, "--bulk")
    assert result.exit_code == 3
    assert "REG-021" in result.output
    assert not names(tmp_path)
    assert fetch(egov, tmp_path, "--bulk").exit_code == 0


def test_a_damaged_member_of_the_zip_harms_no_other(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    content = bytearray(egov.zip())
    place = content.find(law(4).revision_id.encode()) + 2 * len(law(4).revision_id) + 20
    content[place] ^= 0xFF
    egov.faults["/bulkdownload"] = [instead(200, bytes(content))]
    result = fetch(egov, tmp_path, "--bulk")
    assert result.exit_code == 1
    assert "REG-021" in result.output
    assert len(names(tmp_path)) == 6


@pytest.mark.parametrize(
    "arguments",
    [
        ["--law", "../x"],
        ["--bulk", "--as-of", "2024-01-01"],
        ["--as-of", "令和六年"],
        ["--address", "http://127.0.0.1.example/"],
    ],
)
def test_usage_is_checked_before_anything_is_asked(egov: Egov, tmp_path: Path, arguments: list[str]) -> None:
    assert fetch(egov, tmp_path / "laws", *arguments).exit_code == 2
    assert not egov.asked
    assert not (tmp_path / "laws").exists()


def test_two_fetches_into_one_folder_do_not_meet(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    with egov_mirror.opened(tmp_path):
        result = fetch(egov, tmp_path)
    assert result.exit_code == 3
    assert "REG-022" in result.output


def test_a_folder_that_cannot_be_made(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    (tmp_path / "file").write_text("")
    result = fetch(egov, tmp_path / "file" / "laws")
    assert result.exit_code == 3
    assert "REG-045" in result.output


def test_a_killed_fetch_leaves_whole_files_and_continues(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    folder = tmp_path / "laws"
    fourth = f"/api/2/law_data/{law(4).revision_id}"

    def kill(handler: BaseHTTPRequestHandler) -> bool:
        os.kill(process.pid, signal.SIGKILL)
        return True

    egov.faults[fourth] = [kill]
    program = "from hashira.regulations.cli import regulations; regulations()"
    arguments = ["fetch", str(folder), "--address", egov.address, "--rate", "1000"]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments])
    assert process.wait(timeout=60) == -signal.SIGKILL
    assert names(folder) == {law(serial).revision_id for serial in (1, 2, 3)}
    assert len(read(folder)) == 3
    egov.asked.clear()
    assert fetch(egov, folder).exit_code == 0
    assert sum(egov.texts().values()) == 4
    assert len(read(folder)) == 7


def test_a_kill_between_the_facts_and_the_text_is_repaired(egov: Egov, tmp_path: Path, hand: Hand) -> None:
    fetch(egov, tmp_path)
    path = tmp_path / law(4).law_id / f"{law(4).revision_id}.xml"
    path.unlink()
    (tmp_path / egov_mirror.INCOMING).write_bytes(b"<Law")
    assert len(read(tmp_path)) == 6  # the working file is no document
    assert "fetched 1" in fetch(egov, tmp_path).output
    assert path.read_bytes() == law(4).xml
    assert json.loads(path.with_suffix(".json").read_bytes())["law_id"] == law(4).law_id
