"""The FHIR bundle inside a SMART Health Card: Patient and Immunization resources.

Source: Vaccine Credential Implementation Guide (profiles "VaccinationCredentialBundleDM" and
"…ImmunizationDM"), FHIR R4 4.0.1, and the bundles that Japan issued from 2021 to 2024.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hashira.certificates.domain.content import Holder, ShownDose
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

CVX = "http://hl7.org/fhir/sid/cvx"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_CODE = re.compile(r"[0-9]{1,3}\Z")
MAX_LOT = 19
MAX_PERFORMER = 29
MAX_ENTRIES = 64


class CardNotWritable(HashiraError):
    """A value that the profile forbids in a card."""

    code = "CERT-007"
    what = Bilingual("この内容では証明書を作れません", "A card cannot be made of this")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "接種記録を訂正してからもう一度発行してください", "Correct the record, then issue again"
    )


class NotABundle(ValueError):
    """The payload holds no readable bundle."""


def write_bundle(holder: Holder, doses: tuple[ShownDose, ...]) -> dict[str, Any]:
    """The minimised bundle: no ids, no texts, references as ``resource:N``.

    A hidden name or birth date (国内用で表示しないことを選んだ項目) is written as FHIR writes what is
    kept back: the element with a ``data-absent-reason`` of ``masked``, so that a reader can tell it
    from a mistake.
    """
    if not doses:
        raise CardNotWritable(reason=Bilingual("接種記録がありません", "There is no dose"))
    entries = [_entry(0, _patient(holder))]
    entries += [_entry(i, _immunization(dose)) for i, dose in enumerate(doses, start=1)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _entry(number: int, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": f"resource:{number}", "resource": resource}


def _patient(holder: Holder) -> dict[str, Any]:
    masked = {"extension": [{"url": _ABSENT, "valueCode": "masked"}]}
    patient: dict[str, Any] = {"resourceType": "Patient"}
    if holder.family is None and not holder.given:
        patient["name"] = [{"text": holder.name}] if holder.name else [masked]
    else:
        name: dict[str, Any] = {"use": "usual"}
        if holder.family is not None:
            name["family"] = holder.family
        if holder.given:
            name["given"] = list(holder.given)
        patient["name"] = [name]
    if holder.birth_date is None:
        patient["_birthDate"] = masked
    else:
        patient["birthDate"] = _date(holder.birth_date)
    return patient


def _immunization(dose: ShownDose) -> dict[str, Any]:
    if dose.code_system != CVX or not _CODE.match(dose.code):
        raise CardNotWritable(
            reason=Bilingual("ワクチンのCVXコードがありません", "The vaccine has no CVX code")
        )
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": CVX, "code": dose.code}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": _date(dose.date),
    }
    if dose.lot is not None:
        _bounded(dose.lot, MAX_LOT, Bilingual("ロット番号", "The lot number"))
        resource["lotNumber"] = dose.lot
    if dose.centre is not None:
        _bounded(dose.centre, MAX_PERFORMER, Bilingual("接種実施者", "The performer"))
        resource["performer"] = [{"actor": {"display": dose.centre}}]
    return resource


def _bounded(text: str, most: int, what: Bilingual) -> None:
    if not text.strip() or len(text) > most:
        reason = Bilingual("{what}は1～{most}文字です", "{what} takes 1 to {most} characters")
        raise CardNotWritable(reason=reason.format(what=what, most=most))


def _date(text: str) -> str:
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise CardNotWritable(reason=Bilingual("日付が正しくありません", "A date is not right"))


def read_bundle(bundle: object) -> tuple[Holder, tuple[ShownDose, ...]]:
    """The person and the doses of a bundle, as liberal as real issuers are different.

    Resources of other types are passed over; ``NotABundle`` where there is no patient.
    """
    entries = _member(bundle, "entry", list)
    if len(entries) > MAX_ENTRIES:
        raise NotABundle("more entries than any card holds")
    resources = [_member(entry, "resource", dict) for entry in entries]
    patients = [r for r in resources if r.get("resourceType") == "Patient"]
    if len(patients) != 1:
        raise NotABundle("a card is about one patient")
    doses = [_dose(r) for r in resources if r.get("resourceType") == "Immunization"]
    return _holder(patients[0]), tuple(doses)


def _holder(patient: dict[str, Any]) -> Holder:
    names = patient.get("name")
    name = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
    family = _text(name.get("family"))
    given_list = name.get("given")
    given = tuple(g for g in given_list if isinstance(g, str)) if isinstance(given_list, list) else ()
    # The order in which a card's own language writes a name is not in the card: as Japan prints it.
    whole = " ".join(part for part in (family, *given) if part) or _text(name.get("text"))
    return Holder(name=whole, birth_date=_text(patient.get("birthDate")), family=family, given=given)


def _dose(resource: dict[str, Any]) -> ShownDose:
    concept = resource.get("vaccineCode")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    known = [c for c in codings if isinstance(c, dict)] if isinstance(codings, list) else []
    coding = next((c for c in known if c.get("system") == CVX), known[0] if known else {})
    code = _text(coding.get("code")) or ""
    performers = resource.get("performer")
    actor = None
    if isinstance(performers, list) and performers and isinstance(performers[0], dict):
        actor = performers[0].get("actor")
    return ShownDose(
        date=_text(resource.get("occurrenceDateTime")) or "",
        product=code,
        code_system=_text(coding.get("system")) or "",
        code=code,
        lot=_text(resource.get("lotNumber")),
        centre=_text(actor.get("display")) if isinstance(actor, dict) else None,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _member(holder: object, name: str, kind: type[Any]) -> Any:
    value = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(value, kind):
        raise NotABundle(f"no {name}")
    return value
