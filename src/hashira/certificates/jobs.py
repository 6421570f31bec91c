"""Durable work of the certificates: imports, trust, reissue, printing (接種証明書の非同期処理)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from hashira.certificates.domain.import_state import ImportState
from hashira.certificates.domain.print_list import PART
from hashira.certificates.selectors.printing import batch_view
from hashira.certificates.selectors.trust import archive
from hashira.certificates.services import (
    bulk_correction,
    bundle,
    comparing,
    examination,
    import_apply,
    import_check,
    imports,
    key_life,
    printing,
    reissue,
    status,
    trust,
)
from hashira.certificates.store.models.imports import DoseImport
from hashira.core import jobs
from hashira.core.access import Principal
from hashira.core.jobs import JobContext, job
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

WORKER = Principal.system("certificates.import")
PRINTER = Principal.system("certificates.print")
State = ImportState


@job(kind=imports.CHECK_JOB, title=Bilingual("取込みファイルの確認", "Checking a file to import"))
def check(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Go through the file portion by portion; then the import waits to be applied."""
    import_id, number = str(parameters["import"]), int(parameters["check"])
    # The worker's upkeep does this by the clock; the step stays, since jobs under way count their steps.
    context.step("tidy", tidy)
    try:
        position = context.step("begin", import_check.begin_check, import_id)
        portion = 0
        while not position["ended"]:
            context.raise_if_cancelled()
            position = context.step(
                f"rows {portion}", import_check.check_portion, import_id, number, position
            )
            context.progress(position["line"] - 1)
            portion += 1
        missing = {"after": 0, "found": 0} if comparing.is_comparison(import_id) else None
        while missing is not None:
            missing = context.step(
                f"missing {missing['after']}", comparing.find_missing, import_id, number, missing["after"]
            )
            counts = position["counts"]
            counts["kind_not-there"] = counts.get("kind_not-there", 0) + missing["found"]
            if not missing["after"]:
                break
    except import_check.CheckSuperseded:
        return {"superseded": True}
    except HashiraError as error:
        context.step("give back", _settle, import_id, State.UPLOADED.value, _problem(error))
        raise
    context.step("end", _settle, import_id, State.CHECKED.value, position["counts"])
    return position["counts"]


@job(kind=imports.APPLY_JOB, title=Bilingual("接種記録の取込み", "Importing doses"))
def apply(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Everything into the registry at once; then the staged rows are no longer needed."""
    import_id = str(parameters["import"])
    try:
        written = context.step("apply", _apply, import_id)
    except HashiraError as error:
        context.step("give back", _settle, import_id, State.CHECKED.value, _problem(error))
        raise
    context.step("clean", _forget_staged, import_id)
    return written


@job(kind=imports.UNDO_JOB, title=Bilingual("取込みの取消し", "Undoing an import"))
def undo(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Every dose of the import voided at once."""
    return context.step("undo", _undo, str(parameters["import"]))


@job(kind=imports.CLEAN_JOB, title=Bilingual("取込みデータの消去", "Deleting what an import left"))
def clean(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Forget the rows and the report of an import that was given up."""
    return context.step("clean", _forget, str(parameters["import"]))


@job(kind=examination.EXAMINE_JOB, title=Bilingual("台帳の点検", "Looking through the register"))
def examine(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Likely duplicates and doubtful records of a register, portion by portion of dates of birth."""
    organisation, scan = str(parameters["organisation"]), str(context.job_id)
    counts = {"people": 0, "pairs": 0, "doubts": 0}
    after, portion = "", 0
    while True:
        found = context.step(f"births {portion}", examination.examine_portion, organisation, scan, after)
        counts = {name: counts[name] + found[name] for name in counts}
        context.progress(counts["people"])
        after, portion = found["after"], portion + 1
        if not after:
            break
    counts["pairs"] += context.step("numbers", examination.examine_numbers, organisation, scan)
    context.step("end", examination.end_examination, organisation, scan)
    return counts


@job(kind=bulk_correction.CORRECT_JOB, title=Bilingual("一括訂正", "Correcting in bulk"))
def correct_in_bulk(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """The chosen rows of a comparison, at once."""
    return context.step("correct", _correct_in_bulk, str(parameters["import"]))


@job(kind=bulk_correction.UNDO_JOB, title=Bilingual("一括訂正の取消し", "Undoing a bulk correction"))
def undo_bulk_correction(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """All of them back, at once."""
    return context.step("undo", _undo_bulk_correction, str(parameters["import"]))


@job(kind=trust.UPDATE_JOB, title=Bilingual("信頼リストの更新", "Updating the lists of trust"))
def update_trust(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Every pinned list, each a step of its own: one that fails keeps its old version, the others go on.

    What is new in them goes into a bundle, so that verifiers without network learn of it too.
    """
    done = {name: context.step(f"list {name}", _update_trust, name) for name in archive().names()}
    if "updated" in done.values():
        context.step("announce", _request_bundle)
    return done


def _update_trust(name: str) -> str:
    """``updated``, ``unchanged``, or the code of the error for which nothing was changed."""
    try:
        done = trust.update(actor=Principal.system("certificates.trust"), name=name, at=datetime.now(UTC))
    except HashiraError as error:
        return error.code
    return "updated" if done.applied else "unchanged"


@job(kind=status.BUNDLE_JOB, title=Bilingual("検証者向け信頼情報の作成", "Making the trust bundle"))
def publish_bundle(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """A bundle in which the revocations stand that it was requested with."""
    return {"version": context.step("build", _publish_changes)}


@job(kind=status.REISSUE_JOB, title=Bilingual("証明書の再発行", "Issuing certificates again"))
def issue_again(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """The successors of revoked certificates, one step each."""
    ids = [str(one) for one in parameters["reissues"]]
    counts: dict[str, int] = {}
    for done, one in enumerate(ids, start=1):
        context.raise_if_cancelled()
        outcome = context.step(f"reissue {one}", _reissue, one)
        counts[outcome] = counts.get(outcome, 0) + 1
        context.progress(done, len(ids))
    return counts


@job(kind=key_life.COMPROMISE_JOB, title=Bilingual("鍵の危殆化の処理", "After the compromise of a key"))
def after_compromise(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Every certificate under the key revoked, portion by portion; then a bundle; then all issued again."""
    approval = str(parameters["approval"])
    total = context.step("count", _count_under, approval)
    done, portion = 0, 0
    while ended := context.step(f"revoke {portion}", _revoke_portion, approval):
        done, portion = done + ended, portion + 1
        context.progress(done, 2 * total)
    context.step("bundle", _build_bundle)
    waiting = context.step("waiting", key_life.waiting_after, approval)
    counts: dict[str, int] = {}
    for number, one in enumerate(waiting, start=1):
        outcome = context.step(f"reissue {one}", _reissue, one)
        counts[outcome] = counts.get(outcome, 0) + 1
        context.progress(done + number, 2 * total)
    return {"revoked": done, **counts}


@job(kind=printing.PRINT_JOB, title=Bilingual("証明書の一括印刷", "Printing certificates in numbers"))
def print_batch(context: JobContext, parameters: Mapping[str, Any]) -> Any:
    """Part by part: no more than one part of sheets is in memory, and each file can be fetched at once.

    A step that a crash cut short runs again: who has a certificate of this batch keeps it.
    """
    batch_id = UUID(str(parameters["batch"]))
    people = batch_view(batch_id).people
    sheets = 0
    for part, first in enumerate(range(1, people + 1, PART), start=1):
        context.raise_if_cancelled()
        context.step(f"issue {part}", _issue_part, context, batch_id, first)
        sheets += context.step(f"draw {part}", _draw, context, batch_id, part)
        context.progress(min(first - 1 + PART, people))
    view = batch_view(batch_id)
    return {"people": people, "sheets": sheets, "refused": view.refused}


def _issue_part(context: JobContext, batch_id: UUID, first: int) -> int:
    issued = 0
    while some := printing.issue_some(actor=PRINTER, batch_id=batch_id, first=first, at=datetime.now(UTC)):
        issued += some
        context.progress(first - 1 + issued)
        context.raise_if_cancelled()
    return issued


def _draw(context: JobContext, batch_id: UUID, part: int) -> int:
    return printing.draw_part(batch_id, part, alive=context.raise_if_cancelled)


def _publish_changes() -> int:
    return bundle.publish_changes(actor=status.PUBLISHER, at=datetime.now(UTC))


def _request_bundle() -> str:
    """A job of its own: what fails in it does not make the lists old again."""
    return str(jobs.request(actor=status.PUBLISHER, kind=status.BUNDLE_JOB, parameters={"after": "lists"}).id)


def _build_bundle() -> int:
    return bundle.build_bundle(actor=status.PUBLISHER, at=datetime.now(UTC))


def _reissue(reissue_id: str) -> str:
    return reissue.carry_out(actor=status.PUBLISHER, reissue_id=UUID(reissue_id), at=datetime.now(UTC))


def _count_under(approval: str) -> int:
    return key_life.count_under(UUID(approval))


def _revoke_portion(approval: str) -> int:
    return key_life.revoke_portion(actor=status.PUBLISHER, approval_id=UUID(approval), at=datetime.now(UTC))


def tidy() -> int:
    """Delete the files, rows and reports of imports and the files of batches whose time is over.

    Says of how many imports.

    A file whose import says that it is gone, or that no import knows, was left by a machine that stopped in
    between, and goes as well.
    """
    now = datetime.now(UTC)
    over = [
        row
        for row in imports.imports_over(now)
        if imports.remove_old_file(actor=WORKER, import_id=row.pk, now=now)
    ]
    for row in over:
        import_check.forget_rows(row)
    imports.remove_strays(now)
    for batch_id in printing.batches_over(now):
        printing.remove_files(actor=PRINTER, batch_id=batch_id, at=now)
    return len(over)


def _settle(import_id: str, state: str, counts: dict[str, Any]) -> None:
    import_apply.settle(actor=WORKER, import_id=UUID(import_id), state=state, counts=counts)


def _apply(import_id: str) -> dict[str, int]:
    return import_apply.apply_rows(actor=WORKER, import_id=UUID(import_id))


def _undo(import_id: str) -> dict[str, int]:
    return import_apply.void_doses(actor=WORKER, import_id=UUID(import_id))


def _correct_in_bulk(import_id: str) -> dict[str, int]:
    return bulk_correction.carry_out(actor=WORKER, import_id=UUID(import_id))


def _undo_bulk_correction(import_id: str) -> dict[str, int]:
    return bulk_correction.carry_out_undo(actor=WORKER, import_id=UUID(import_id))


def _forget(import_id: str) -> None:
    import_check.forget_rows(DoseImport.objects.get(pk=import_id))


def _forget_staged(import_id: str) -> None:
    import_check.forget_rows(DoseImport.objects.get(pk=import_id), remarks=False)


def _problem(error: HashiraError) -> dict[str, Any]:
    """What went wrong, for the page; without personal data, as ``HashiraError`` promises."""
    return {"problem": {"ja": error.message("ja"), "en": error.message("en")}}
