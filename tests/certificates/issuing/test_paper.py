"""Certificates on paper: what is printed is read back from the pages, by programs that are not ours."""

from __future__ import annotations

import io
import random
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from tests.certificates.issuing.test_issuing import ZONE
from tests.certificates.people import NOW, clerk, given, municipality, registered, resident

from hashira.certificates.adapters import issuing_keys as keys
from hashira.certificates.adapters.paper import printer, typefaces
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.paper import CARD_SIDE, SEAL_SIDE, CodeTooDense, Edition, PaperSheet
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.paper import NotInForce, paper_sheet
from hashira.certificates.services.dose import void_dose
from hashira.certificates.services.issuing import issue_card, issue_seal
from hashira.certificates.services.linking import claim_link
from hashira.core.access import Principal
from hashira.core.accounts.models import Organisation
from hashira.kernel.language import Bilingual

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
DOTS_PER_INCH = 200
"""A poor office scanner."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("installation")


@pytest.fixture(autouse=True)
def installation(folder: Path, settings: object) -> None:
    settings.DATA_DIR = folder
    settings.DEVELOPMENT = True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys.issuing_keys(NOW)


@pytest.fixture
def city() -> Organisation:
    return municipality()


@pytest.fixture
def person(city: Organisation) -> UUID:
    person = registered(city)
    given(city, person, 1)
    given(city, person, 2, date(2021, 6, 22))
    return person


@pytest.fixture
def hanako(city: Organisation, person: UUID) -> Principal:
    hanako = resident()
    claim_link(actor=hanako, organisation_id=city.pk, number="0000000001", at=NOW)
    return hanako


def card_sheet(who: Principal, person: UUID) -> PaperSheet:
    events = [dose.event_id for dose in own_record(person).doses]
    made = issue_card(
        actor=who,
        person_id=person,
        request_id=uuid4(),
        events=events,
        shows_name=True,
        shows_birth_date=True,
        at=NOW,
    )
    return paper_sheet(certificate_view(made))


def seal_sheet(who: Principal, person: UUID) -> PaperSheet:
    events = [dose.event_id for dose in own_record(person).doses]
    made = issue_seal(actor=who, person_id=person, request_id=uuid4(), events=events, zone=ZONE, at=NOW)
    return paper_sheet(certificate_view(made))


def text_of(made: bytes) -> str:
    document = pypdfium2.PdfDocument(made)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def codes_of(made: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(made)
    return [
        code.text
        for page in document
        for code in zxingcpp.read_barcodes(
            page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("L"), formats=zxingcpp.BarcodeFormat.QRCode
        )
    ]


def test_a_domestic_sheet_can_be_read_by_people_and_verified_from_a_scan(
    hanako: Principal, person: UUID
) -> None:
    made = printer.pdf([card_sheet(hanako, person)])
    said = text_of(made)
    for words in (
        "予防接種証明書（国内用）",
        "髙橋",
        "昭和55年2月29日",
        "1980-02-29",
        "EY5422",
        "COMIRNATY",
        "千代田区",
    ):
        assert words in said
    (code,) = codes_of(made)
    holder = verify(code, trust=own_trust("https://localhost"), at=NOW).content.holder
    assert holder.family == "髙橋"


def test_a_travel_sheet_names_the_passport_and_verifies_from_a_scan(hanako: Principal, person: UUID) -> None:
    sheet = seal_sheet(hanako, person)
    made = printer.pdf([sheet])
    said = text_of(made)
    for words in ("海外用", "髙橋", "TAKAHASHI HANAKO", "TR1234567", "日本", "Japan", "JPN", sheet.number):
        assert words in said
    (code,) = codes_of(made)
    assert (
        verify(code, trust=own_trust("https://localhost"), at=NOW).content.certificate_number == sheet.number
    )


def test_codes_have_the_printed_sizes(hanako: Principal, person: UUID) -> None:
    (card,) = card_sheet(hanako, person).codes
    (seal,) = seal_sheet(hanako, person).codes
    assert (card.side, seal.side) == (CARD_SIDE, SEAL_SIDE)
    assert min(card.module, seal.module) >= 0.4


def test_the_document_says_that_it_is_for_archives_and_screen_readers(
    hanako: Principal, person: UUID
) -> None:
    """PDF/A-2a and PDF/UA-1 are claimed; that the claims hold is asserted where a program here can see it."""
    made = printer.pdf([card_sheet(hanako, person)])
    with pikepdf.open(io.BytesIO(made)) as document:
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("2", "A", "1")
        root = document.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang).lower().startswith("ja")
        assert root.ViewerPreferences.DisplayDocTitle
        tags, alternatives = set(), []
        waiting = [root.StructTreeRoot.K]
        while waiting:
            node = waiting.pop()
            if isinstance(node, pikepdf.Array):
                waiting += list(node)
            elif isinstance(node, pikepdf.Dictionary):
                tags.add(str(node.get("/S", "")))
                alternatives += [str(node.Alt)] if "/Alt" in node else []
                waiting += [node.K] if "/K" in node else []
        assert {"/H1", "/Table", "/TH", "/TD", "/Figure"} <= tags
        assert alternatives == ["国内用（SMART Health Card） For use in Japan (SMART Health Card)"]
        fonts = [font for page in document.pages for font in page.resources.Font.values()]
        assert fonts
        for font in fonts:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
        assert not any("/XObject" in page.resources and _pictures(page) for page in document.pages)


def _pictures(page: pikepdf.Page) -> list[str]:
    """Raster pictures; the code has to be drawn with lines."""
    return [name for name, item in page.resources.XObject.items() if item.get("/Subtype") == "/Image"]


def test_in_the_large_edition_no_letter_is_below_18_points(hanako: Principal, person: UUID) -> None:
    made = printer.pdf([seal_sheet(hanako, person)], edition=Edition.LARGE)
    document = pypdfium2.PdfDocument(made)
    sizes = set()
    for page in document:
        text = page.get_textpage()
        for index in range(text.count_chars()):
            if text.get_text_range(index, 1).strip():
                sizes.add(round(pypdfium2.raw.FPDFText_GetFontSize(text, index), 1))
    assert min(sizes) >= 18
    assert len(codes_of(made)) == 1


def test_a_code_with_too_small_dots_is_refused_before_anything_is_printed(
    hanako: Principal, person: UUID
) -> None:
    sheet = card_sheet(hanako, person)
    dense = replace(sheet, codes=(replace(sheet.codes[0], modules=130),))
    with pytest.raises(CodeTooDense) as raised:
        printer.pdf([sheet, dense])
    assert "0.35" in raised.value.message("ja")


def test_a_character_without_a_typeface_neither_blocks_nor_vanishes(hanako: Principal, person: UUID) -> None:
    said = text_of(printer.pdf([replace(card_sheet(hanako, person), name="\ue000橋　花子")]))
    assert "〓橋" in said
    assert "U+E000" in said


def test_old_forms_of_the_family_register_are_drawn(hanako: Principal, person: UUID) -> None:
    """𠮷 lies outside the basic plane; 葛 with a selector (IVS) is another shape than without."""
    assert typefaces.drawable("𠮷野 葛\U000e0102子") == typefaces.Drawable("𠮷野 葛\U000e0102子", (), ())
    sheet = card_sheet(hanako, person)
    plain, variant = (printer.pdf([replace(sheet, name=name)]) for name in ("葛", "葛\U000e0102"))
    drawn = [pypdfium2.PdfDocument(made)[0].render(scale=4).to_pil() for made in (plain, variant)]
    assert drawn[0].tobytes() != drawn[1].tobytes()


def test_a_variant_that_no_typeface_has_is_told(hanako: Principal, person: UUID) -> None:
    """U+E0100 belongs to the Adobe-Japan1 collection, which the typeface of the register does not follow."""
    said = text_of(printer.pdf([replace(card_sheet(hanako, person), name="葛\U000e0100　花子")]))
    assert "U+845B U+E0100" in said


def test_many_sheets_each_begin_a_page_and_count_their_own(hanako: Principal, person: UUID) -> None:
    made = printer.pdf([card_sheet(hanako, person) for _ in range(5)])
    document = pypdfium2.PdfDocument(made)
    assert len(document) == 5
    assert len(set(codes_of(made))) == 5


def test_the_number_is_at_the_foot_of_every_page_however_much_a_sheet_says(
    hanako: Principal, person: UUID
) -> None:
    """A short sheet has it placed, a longer one has a footer; which it is, is judged before that."""
    sheet, chance = card_sheet(hanako, person), random.Random("20211220")
    long = []
    for _ in range(40):
        dose = sheet.doses[0]
        texts = [Bilingual("語" * chance.randrange(1, 25), _words(chance)) for _ in range(3)]
        doses = [
            replace(dose, disease=texts[0], maker=texts[1], product=texts[2], number=place)
            for place in range(1, chance.randrange(2, 9))
        ]
        long.append(replace(sheet, doses=tuple(doses)))
    document = pypdfium2.PdfDocument(printer.pdf(long))
    assert len(long) < len(document) < 2 * len(long)
    for page in document:
        said = page.get_textpage().get_text_bounded(bottom=0, top=12 * 72 / 25.4)
        assert sheet.number in said


def _words(chance: random.Random) -> str:
    return " ".join("Wm" * chance.randrange(1, 7) for _ in range(chance.randrange(1, 5)))


def test_a_certificate_with_a_withdrawn_dose_is_not_printed(
    city: Organisation, hanako: Principal, person: UUID
) -> None:
    events = [dose.event_id for dose in own_record(person).doses]
    made = issue_card(
        actor=hanako,
        person_id=person,
        request_id=uuid4(),
        events=events,
        shows_name=True,
        shows_birth_date=True,
        at=NOW,
    )
    void_dose(
        actor=clerk(city, "municipal_supervisor"), person_id=person, event=events[0], reason="誤り", at=NOW
    )
    with pytest.raises(NotInForce):
        paper_sheet(certificate_view(made))


def test_what_the_holder_keeps_back_is_not_on_paper(hanako: Principal, person: UUID) -> None:
    sheet = replace(card_sheet(hanako, person), name=None, birth_date=None)
    said = text_of(printer.pdf([sheet]))
    assert "髙橋" not in said
    assert said.count("表示しません") == 2


def test_missing_typefaces_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(typefaces.TypefaceMissing) as raised:
        typefaces.files((tmp_path,))
    assert "apt-get install" in raised.value.message("en")


def test_a_specimen_says_so_and_an_official_sheet_does_not(hanako: Principal, person: UUID) -> None:
    sheet = card_sheet(hanako, person)
    assert "公的な証明書ではありません" in text_of(printer.pdf([sheet]))
    official = replace(sheet, official=True, municipality=Bilingual("千代田区", "Chiyoda"))
    assert "SPECIMEN" not in text_of(printer.pdf([official]))
