"""The error a person meets: two languages, a code, the next step."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
import re
import string

import pytest

import hashira.kernel
from hashira.kernel import errors
from hashira.kernel.era import UnreadableEraYear
from hashira.kernel.errors import HashiraError, registered_errors
from hashira.kernel.language import Bilingual

TEXTS = {
    "what": Bilingual("値{value}が使えません", "The value {value} cannot be used"),
    "why": Bilingual("理由です。", "A reason."),
    "remedy": Bilingual("直してください", "Mend it"),
}

for module in pkgutil.iter_modules(hashira.kernel.__path__):
    importlib.import_module(f"hashira.kernel.{module.name}")
KERNEL_ERRORS = {code: error for code, error in registered_errors().items() if code.startswith("KRN-")}


@pytest.fixture(autouse=True)
def _leave_no_error_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_registered", dict(errors._registered))


def declare(name: str = "Sample", **members: object) -> type[HashiraError]:
    return type(name, (HashiraError,), {"code": "TST-001", **TEXTS, **members})


def test_one_paragraph_in_each_language() -> None:
    error = declare()(value=3)
    assert str(error) == error.message("ja") == "値3が使えません。理由です。直してください。(TST-001)"
    assert error.message("en-GB") == "The value 3 cannot be used. A reason. Mend it. (TST-001)"
    assert error.details == {"value": 3}


def test_problem_document() -> None:
    problem = declare(status=409)(value=Bilingual("三", "three")).problem("en")
    assert problem == {
        "type": "urn:hashira:error:TST-001",
        "title": "The value three cannot be used",
        "status": 409,
        "detail": "A reason.",
        "remedy": "Mend it",
        "code": "TST-001",
    }
    assert declare()(value=Bilingual("三", "three")).problem("ja")["title"] == "値三が使えません"
    assert declare()(value=1).problem("ja")["status"] == 400


def test_an_error_travels_between_processes() -> None:
    error = UnreadableEraYear(text="昭和")
    error.beside = 3  # type: ignore[attr-defined]  # an attribute beside its own travels too
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is UnreadableEraYear
    assert (again.details, again.args, again.beside) == (error.details, error.args, 3)


def test_an_error_raised_without_its_details_is_noticed() -> None:
    with pytest.raises(KeyError):
        declare()()


@pytest.mark.parametrize("code", ["T-001", "TST-1", "tst-001", "TST-0011", "TST-001\n", "TOOLONG-001"])
def test_a_code_has_one_form(code: str) -> None:
    with pytest.raises(TypeError, match="must look like"):
        declare(code=code)


def test_a_code_belongs_to_one_error() -> None:
    declare()
    with pytest.raises(TypeError, match="TST-001 is the code of Sample already"):
        declare("Other")
    declare()  # the same class again, as when a module is reloaded


@pytest.mark.parametrize("text", ["what", "why", "remedy"])
def test_every_text_is_there_in_both_languages(text: str) -> None:
    with pytest.raises(TypeError, match=f"{text} must be a Bilingual"):
        declare(**{text: "日本語だけ"})


def test_a_family_needs_no_code() -> None:
    family = type("Family", (HashiraError,), {})
    member = type("Member", (family,), {"code": "TST-002", **TEXTS})
    assert registered_errors()["TST-002"] is member
    assert list(registered_errors()) == sorted(registered_errors())


def test_the_kernel_has_errors_of_its_own() -> None:
    assert len(KERNEL_ERRORS) >= 20
    assert all(1 <= int(code.removeprefix("KRN-")) <= 49 for code in KERNEL_ERRORS)


def places(text: str) -> set[str]:
    """The ``{named}`` places of a text."""
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("error", KERNEL_ERRORS.values(), ids=KERNEL_ERRORS)
def test_both_languages_name_the_same_details(error: type[HashiraError]) -> None:
    used: set[str] = set()
    for text in (error.what, error.why, error.remedy):
        assert places(text.ja) == places(text.en)
        used |= places(text.ja)
        assert re.search("[ぁ-ヿ一-鿿]", text.ja)
        assert not text.en.endswith(".")
        assert not text.ja.endswith("。")
    documented = re.findall("``([a-z_]+)``", (error.__doc__ or "").partition("Details:")[2])
    assert used == set(documented)
