"""The FHIR bundle inside a SMART Health Card: Patient and Immunization resources.

Source: SMART Health Cards: Vaccination & Testing Implementation Guide (profiles
"VaccinationCredentialBundleDM", "…PatientDM", "…ImmunizationDM"), FHIR R4 4.0.1, and the bundles that Japan
issued from 2021 to 2024.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from hashira.certificates.domain.content import Holder, ShownDose
from hashira.certificates.domain.cvx_vaccine import CVX, PRODUCTS
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_CODE = re.compile(r"[0-9]{2,3}\Z")
_WORD_LOT = re.compile(r"\blot\b|ロット|製造番号", re.IGNORECASE)
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
    from a mistake. Raises ``CardNotWritable``.
    """
    if not doses:
        raise CardNotWritable(reason=_NO_DOSE)
    if len(doses) >= MAX_ENTRIES:
        raise CardNotWritable(reason=_TOO_MANY)
    entries = [{"fullUrl": "resource:0", "resource": _patient(holder)}]
    entries += [
        {"fullUrl": f"resource:{number}", "resource": _immunization(dose)}
        for number, dose in enumerate(doses, start=1)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


_NO_DOSE = Bilingual("接種記録がありません", "There is no dose")
_TOO_MANY = Bilingual("接種記録が多すぎます", "There are too many doses")
_NO_CVX = Bilingual("ワクチンのCVXコードがありません", "The vaccine has no CVX code")
_EMPTY_NAME = Bilingual("氏名が空です", "The name is empty")
_NOT_A_DATE = Bilingual("日付が正しくありません", "A date is not right")
_LOT_WORD = Bilingual(
    "ロット番号に「ロット」などの語が入っています", "The lot number contains the word lot beside the number"
)
_LOT_LENGTH = Bilingual(
    f"ロット番号は1～{MAX_LOT}文字です", f"The lot number takes 1 to {MAX_LOT} characters"
)
_PERFORMER_LENGTH = Bilingual(
    f"接種実施者は1～{MAX_PERFORMER}文字です", f"The performer takes 1 to {MAX_PERFORMER} characters"
)


def _patient(holder: Holder) -> dict[str, Any]:
    masked = {"extension": [{"url": _ABSENT, "valueCode": "masked"}]}
    name: dict[str, Any]
    if holder.family is None and not holder.given:
        name = masked if holder.name is None else {"text": holder.name}
        empty = holder.name is not None and not holder.name.strip()
    else:
        name = {"use": "usual"}
        if holder.family is not None:
            name["family"] = holder.family
        if holder.given:
            name["given"] = list(holder.given)
        empty = holder.family is not None and not holder.family.strip()
        empty = empty or not all(given.strip() for given in holder.given)
    if empty:
        raise CardNotWritable(reason=_EMPTY_NAME)
    patient: dict[str, Any] = {"resourceType": "Patient", "name": [name]}
    if holder.birth_date is None:
        patient["_birthDate"] = masked
    else:
        patient["birthDate"] = _date(holder.birth_date)
    return patient


def _immunization(dose: ShownDose) -> dict[str, Any]:
    if dose.code_system != CVX or not _CODE.match(dose.code):
        raise CardNotWritable(reason=_NO_CVX)
    resource: dict[str, Any] = {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": {"coding": [{"system": CVX, "code": dose.code}]},
        "patient": {"reference": "resource:0"},
        "occurrenceDateTime": _date(dose.date),
    }
    if dose.lot is not None:
        if not dose.lot.strip() or len(dose.lot) > MAX_LOT:
            raise CardNotWritable(reason=_LOT_LENGTH)
        if _WORD_LOT.search(dose.lot):
            raise CardNotWritable(reason=_LOT_WORD)
        resource["lotNumber"] = dose.lot
    if dose.centre is not None:
        if not dose.centre.strip() or len(dose.centre) > MAX_PERFORMER:
            raise CardNotWritable(reason=_PERFORMER_LENGTH)
        resource["performer"] = [{"actor": {"display": dose.centre}}]
    return resource


@lru_cache(maxsize=4096)
def _date(text: str) -> str:
    """A whole date; many people were vaccinated on the same days."""
    try:
        if date.fromisoformat(text).isoformat() == text:
            return text
    except ValueError:
        pass
    raise CardNotWritable(reason=_NOT_A_DATE)


def read_bundle(bundle: object) -> tuple[Holder, tuple[ShownDose, ...]]:
    """The person and the doses of a bundle, as liberal as real issuers are different.

    Resources of other types are passed over, and so is an immunization that its issuer calls not
    ``completed`` or subpotent: both say that it does not count as a dose (FHIR modifier elements).
    ``NotABundle`` where there is not one patient.
    """
    entries = bundle.get("entry") if isinstance(bundle, dict) else None
    if not isinstance(entries, list):
        raise NotABundle("no entry")
    if len(entries) > MAX_ENTRIES:
        raise NotABundle("more entries than any card holds")
    patient: dict[str, Any] | None = None
    doses: list[ShownDose] = []
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            raise NotABundle("no resource")
        kind = resource.get("resourceType")
        if kind == "Immunization":
            if resource.get("status") == "completed" and resource.get("isSubpotent") is not True:
                doses.append(_dose(resource))
        elif kind == "Patient":
            if patient is not None:
                raise NotABundle("a card is about one patient")
            patient = resource
    if patient is None:
        raise NotABundle("a card is about one patient")
    return _holder(patient), tuple(doses)


def _holder(patient: dict[str, Any]) -> Holder:
    names = patient.get("name")
    name = names[0] if isinstance(names, list) and names and isinstance(names[0], dict) else {}
    family = _text(name.get("family"))
    given_list = name.get("given")
    given = tuple([g for g in given_list if isinstance(g, str)]) if isinstance(given_list, list) else ()
    return named(family, given, _text(name.get("text")), _text(patient.get("birthDate")))


def named(family: str | None, given: tuple[str, ...], text: str | None, birth_date: str | None) -> Holder:
    """The person; the order in which a card's own language writes a name is not in it: as Japan prints it."""
    whole = " ".join([part for part in (family, *given) if part]) or text
    return Holder(whole, birth_date, family, given)


def _dose(resource: dict[str, Any]) -> ShownDose:
    concept = resource.get("vaccineCode")
    codings = concept.get("coding") if isinstance(concept, dict) else None
    coding = _coding(codings) if isinstance(codings, list) else {}
    code, system = _text(coding.get("code")) or "", _text(coding.get("system")) or ""
    performers = resource.get("performer")
    performer = performers[0] if isinstance(performers, list) and performers else None
    actor = performer.get("actor") if isinstance(performer, dict) else None
    return ShownDose(
        _text(resource.get("occurrenceDateTime")) or "",
        PRODUCTS.get(code, code) if system == CVX else code,
        system,
        code,
        _text(resource.get("lotNumber")),
        _text(actor.get("display")) if isinstance(actor, dict) else None,
    )


def _coding(codings: list[Any]) -> dict[str, Any]:
    """The coding with a CVX code, else the first."""
    if len(codings) == 1 and isinstance(codings[0], dict):
        return codings[0]
    known = [c for c in codings if isinstance(c, dict)]
    return next((c for c in known if c.get("system") == CVX), known[0] if known else {})


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
