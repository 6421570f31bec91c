"""The name field of a passport: every example of Doc 9303 Part 4 §4.2.3 that the chosen methods cover."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashira.kernel.mrz_name import TD1, TD2, TD3, mrz_name
from hashira.kernel.person_name import RomanName

# Doc 9303 Part 4, 8th edition, §4.2.3.1 to §4.2.3.4 (name as printed, name field of 39 positions).
PUBLISHED = [
    ("ERIKSSON", "ANNA MARIA", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
    ("HENG", "DEBORAH MING LO", "HENG<<DEBORAH<MING<LO<<<<<<<<<<<<<<<<<<"),
    ("SMITH-JONES", "SUSIE MARGARET", "SMITH<JONES<<SUSIE<MARGARET<<<<<<<<<<<<"),
    ("O'CONNOR", "ENYA SIOBHAN", "OCONNOR<<ENYA<SIOBHAN<<<<<<<<<<<<<<<<<<"),
    ("VAN DER MUELLEN", "MARTIN", "VAN<DER<MUELLEN<<MARTIN<<<<<<<<<<<<<<<<"),
    ("AL-BASRI", "HUDA MUHAMMAD JAWAD", "AL<BASRI<<HUDA<MUHAMMAD<JAWAD<<<<<<<<<<"),
    ("VILARCHAO FERNANDEZ", "JOSE RAMON", "VILARCHAO<FERNANDEZ<<JOSE<RAMON<<<<<<<<"),
    ("ARKFREITH", "", "ARKFREITH<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<"),
    ("SATRIYA SUDARPA", "", "SATRIYA<SUDARPA<<<<<<<<<<<<<<<<<<<<<<<<"),
    ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG", "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"),
    ("NILAVADHANANANDA", "ARNPOL PETCH CHARONGUANG", "NILAVADHANANANDA<<ARNPOL<PETCH<CHARONGU"),
    (
        "BENNELONG WOOLOOMOOLOO WARRANDYTE WARNAMBOOL",
        "DINGO POTOROO",
        "BENNELONG<WOOLOOM<WARRAND<WARNAM<<DINGO",
    ),
    ("PAPANDROPOULOUS", "JONATHON WARREN TREVOR", "PAPANDROPOULOUS<<JONATHON<WARREN<TREVOR"),
]


@pytest.mark.parametrize(("family", "given_names", "field"), PUBLISHED)
def test_published_examples(family: str, given_names: str, field: str) -> None:
    assert mrz_name(RomanName(family, given_names)) == field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        # One component that leaves no room: enough of it goes for the first given name.
        (RomanName("A" * 45, "HANAKO"), "A" * 31 + "<<HANAKO"),
        # A given name as long as the field shares it with the family name.
        (RomanName("A" * 45, "B" * 45), "A" * 19 + "<<" + "B" * 18),
        # A single name is cut at the end.
        (RomanName("A" * 45), "A" * 39),
        # A cut on the filler takes a letter from the longest component and lets the next initial in.
        (RomanName("A" * 38 + " BCD"), "A" * 37 + "<B"),
        (RomanName("YAMADA", "A" * 30 + " BC"), "YAMADA<<" + "A" * 29 + "<B"),
        # ... or from the family name, where the given name before the filler is an initial already.
        (RomanName("A" * 35, "B CD"), "A" * 34 + "<<B<C"),
    ],
)
def test_long_names(name: RomanName, field: str) -> None:
    assert len(field) == TD3
    assert mrz_name(name) == field


def test_a_family_name_of_initials_keeps_each() -> None:
    assert mrz_name(RomanName("ABC DEF GHI JKL MNO PQR STU VWX YZA BCD", "HANAKO")).endswith("<<HANAKO")


def test_cards_are_shorter() -> None:
    name = RomanName("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG")
    assert mrz_name(name, positions=TD2) == "NILAVADHANANANDA<<CHAYAPA<DEJTH"
    assert mrz_name(name, positions=TD1) == "NILAVADHANANANDA<<CHAYAPA<DEJT"
    with pytest.raises(ValueError, match="at least 30"):
        mrz_name(name, positions=20)


def test_more_initials_than_positions() -> None:
    initials = " ".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert mrz_name(RomanName(initials)) == "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<P<Q<R<S<T"
    assert mrz_name(RomanName(initials, "HANAKO")) == "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<P<<HANAKO"
    assert mrz_name(RomanName(initials, "ABC")) == "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<P<Q<<ABC<"
    assert mrz_name(RomanName(initials, initials)) == "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<P<Q<R<<A<"
    # In a field of even length initials alone cannot have a letter last; nothing better can be written.
    assert mrz_name(RomanName(initials), positions=TD1) == "A<B<C<D<E<F<G<H<I<J<K<L<M<N<O<"


words = (
    st.lists(st.text("ABCXYZ", min_size=1, max_size=44), min_size=1, max_size=4)
    .map(" ".join)
    .filter(lambda w: len(w) <= 100)
)


@given(words, st.just("") | words, st.sampled_from((TD1, TD2, TD3)))
def test_any_name_gives_a_field(family: str, given_names: str, positions: int) -> None:
    field = mrz_name(RomanName(family, given_names), positions=positions)
    assert len(field) == positions
    assert set(field) <= set("ABCXYZ<")
    assert field[0] == family[0]
    assert "<<<" not in field.rstrip("<")
    assert ("<<" in field.rstrip("<")) == bool(given_names)
    whole = len(family) + len(given_names) + (2 if given_names else 0)
    if whole >= positions and given_names:
        assert field[-1] != "<"  # the sign that it may be cut
