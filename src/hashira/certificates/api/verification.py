"""The JSON API of verification: certificates, files, and the travellers of a check-in (検証のAPI)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict, Field

from hashira.certificates.adapters.submission import certificates_in, certificates_in_text
from hashira.certificates.adapters.travel_rules import read_rules
from hashira.certificates.domain.check_in import Question, answer, check_in_document
from hashira.certificates.domain.destination_rule import read_rule_set
from hashira.certificates.domain.format import assess
from hashira.certificates.domain.verdict import Verdict
from hashira.certificates.domain.verdict_document import verdict_document
from hashira.certificates.selectors.keys import trust_at_door
from hashira.core.api.door import Open, PerAddress
from hashira.core.api.operation import Problem, Shape, about, failures
from hashira.core.api.problem import language_of, type_of
from hashira.kernel.language import Bilingual

MAX_TEXT = 80_000
MAX_BATCH = 20
MAX_TRAVELLERS = 50
MAX_ZONE = 400
router = Router(tags=["certificates"])


class TextIn(Shape):
    """The text of one certificate."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"text": "shc:/5676290952…"}})
    text: str = Field(min_length=1, max_length=MAX_TEXT, description="shc:/… / VDS-NC JSON / JWS")


class BatchIn(Shape):
    """The texts of several certificates, judged at one moment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"texts": ["shc:/5676290952…"]}})
    texts: list[Annotated[str, Field(max_length=MAX_TEXT)]] = Field(min_length=1, max_length=MAX_BATCH)


class VerdictOut(Schema):
    """The answer on one certificate, as ``hashira certificates verify --json`` gives it."""

    verdict: Verdict
    evidence: dict[str, Any] | None
    content: dict[str, Any] | None
    error: Problem | None


class VerdictsOut(Schema):
    """The answers in the order of what was given."""

    certificates: list[VerdictOut]


@router.post(
    "/certificates/verify",
    auth=Open("anybody may check a certificate; nothing of it is stored"),
    throttle=[PerAddress("120/m", "verify")],
    response={200: VerdictsOut, **failures(400, 413, 415, 422, 429)},
    **about(
        "verifyCertificate",
        Bilingual("証明書を検証する", "Verify a certificate"),
        Bilingual(
            "内容は保存しません。分割された二次元コードは空白で区切って一度に送れます。否定の答えも200です",
            "Nothing is kept. Chunks may be sent at once, apart by blanks. A negative verdict is 200",
        ),
    ),
)
def verify(request: HttpRequest, body: TextIn) -> dict[str, Any]:
    return _verdicts(request, certificates_in_text(body.text))


@router.post(
    "/certificates/verify-batch",
    auth=Open("anybody may check a certificate; nothing of it is stored"),
    throttle=[PerAddress("30/m", "verify-batch")],
    response={200: VerdictsOut, **failures(400, 413, 415, 422, 429)},
    **about(
        "verifyCertificates",
        Bilingual("証明書をまとめて検証する", "Verify several certificates"),
        Bilingual(
            "受付システム向け。1要求に20件まで。一つの時点で、送った順に答えます",
            "For check-in systems: up to 20 in a request, judged at one moment, answered in their order",
        ),
    ),
)
def verify_batch(request: HttpRequest, body: BatchIn) -> dict[str, Any]:
    return _verdicts(request, [text.strip() for text in body.texts])


class TravellerIn(Shape):
    """A certificate with what the traveller showed and wants; only ``code`` has to be there."""

    code: str = Field(min_length=1, max_length=MAX_TEXT, description="shc:/… / HC1:… / VDS-NC JSON / JWS")
    zone: str = Field(
        default="", max_length=MAX_ZONE, description="旅券の機械読取領域 / machine-readable zone (Doc 9303)"
    )
    destination: str = Field(default="", pattern=r"^([A-Z]{3})?$", description="ISO 3166-1 alpha-3")
    reference: str = Field(default="", max_length=80, description="呼出し側の番号 / the caller's own number")


class CheckInIn(Shape):
    """The travellers of a check-in, judged at one moment."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "travellers": [
                    {
                        "code": "HC1:6BFOXN…",
                        "zone": "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n"
                        "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
                        "destination": "FRA",
                        "reference": "12A",
                    }
                ]
            }
        },
    )
    travellers: list[TravellerIn] = Field(min_length=1, max_length=MAX_TRAVELLERS)


class TravellerOut(Schema):
    """Whether the certificate is the traveller's."""

    finding: str = Field(
        description="matches, differs, eye (compare by eye), open (nothing to compare), zone-unreadable, "
        "not-asked, not-judged"
    )
    compared: list[str]
    differs: list[str]
    error: Problem | None


class DestinationOut(Schema):
    """Whether the certificate is enough for the destination; without a rule nobody knows."""

    finding: str = Field(description="enough, not-enough, no-rule, open, not-asked, not-judged")


class AnswersOut(Schema):
    """The three answers on one traveller, never merged."""

    reference: str
    genuine: VerdictOut
    traveller: TravellerOut
    destination: DestinationOut


class CheckInOut(Schema):
    """The answers in the order of what was given, and of when the rules are."""

    judged_at: datetime
    rules_dated: str | None
    travellers: list[AnswersOut]


@router.post(
    "/certificates/check-in",
    auth=Open("anybody may check a certificate; nothing of it is stored"),
    throttle=[PerAddress("60/m", "check-in")],
    response={200: CheckInOut, **failures(400, 413, 415, 422, 429, 503)},
    **about(
        "checkIn",
        Bilingual("受付：三つの答えをまとめて得る", "Check-in: the three answers for many travellers"),
        Bilingual(
            "証明書は真正か、旅券の人のものか、渡航先の条件を満たすかを、混ぜずに別々に答えます。"
            "1要求に50人まで。真正でないものや失効の可能性があるものの2と3は判定しません。何も保存しません",
            "Is it genuine, is it the traveller's, is it enough for the destination: three answers, never "
            "merged. Up to 50 travellers in a request; the second and third are not judged of what is not "
            "plainly genuine. Nothing is kept",
        ),
    ),
)
def check_in(request: HttpRequest, body: CheckInIn) -> dict[str, Any]:
    trust, now, language = trust_at_door(), datetime.now(UTC), language_of(request)
    document = read_rules(settings.DATA_DIR)
    rules = read_rule_set(document)
    found = []
    for one in body.travellers:
        question = Question(_one_text(one.code), one.zone.strip(), one.destination)
        answers = check_in_document(answer(question, trust=trust, rules=rules, at=now), language)
        for part in (answers["genuine"], answers["traveller"]):
            _typed(part["error"])
        found.append({"reference": one.reference, **answers})
    return {"judged_at": now, "rules_dated": document.get("dated"), "travellers": found}


def _one_text(given: str) -> str:
    """The certificate in what a scanner sent; several of them stay one text, which is then none."""
    texts = certificates_in_text(given)
    return texts[0] if len(texts) == 1 else given


@router.post(
    "/certificates/verify-file",
    auth=Open("anybody may check a certificate; nothing of it is stored"),
    throttle=[PerAddress("60/m", "verify-file")],
    response={200: VerdictsOut, **failures(400, 413, 422, 429)},
    **about(
        "verifyCertificateFile",
        Bilingual("画像やファイルの証明書を検証する", "Verify a picture or a file"),
        Bilingual(
            "PNG・JPEG・WebP の写真、または .smart-health-card ファイル。20 MB まで",
            "A picture (PNG, JPEG, WebP) or a .smart-health-card file, up to 20 MB",
        ),
    ),
)
def verify_file(request: HttpRequest, file: UploadedFile = File(...)) -> dict[str, Any]:  # noqa: B008  (how ninja declares a file)
    return _verdicts(request, certificates_in(file.read()))


def _verdicts(request: HttpRequest, texts: list[str]) -> dict[str, Any]:
    trust, now, language = trust_at_door(), datetime.now(UTC), language_of(request)
    found = [verdict_document(assess(text, trust=trust, at=now), language) for text in texts]
    for document in found:
        _typed(document["error"])
    return {"certificates": found}


def _typed(problem: dict[str, Any] | None) -> None:
    """A problem with the address of its explanation (RFC 9457 §3.1.1)."""
    if problem is not None:
        problem["type"] = type_of(str(problem["code"]))
