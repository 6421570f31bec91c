"""The pages of a resident: whose records, a new dose, the picture, what is kept, the child's card."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from tests.certificates.people import NOW, clerk, given, registered, resident
from tests.certificates.residents.conftest import CHILD_BORN, PARENT_BORN, SignIn
from tests.certificates.residents.test_representation import by_card, issue

from hashira.certificates.adapters.qr_image import read_codes
from hashira.certificates.domain.format import verify
from hashira.certificates.domain.mrz import Size, Zone, ZoneDate
from hashira.certificates.selectors.issuing import certificate_view
from hashira.certificates.selectors.keys import own_trust
from hashira.certificates.selectors.own_record import own_record
from hashira.certificates.selectors.renewal import renewals_of
from hashira.certificates.services.dose import correct_dose
from hashira.certificates.services.issuing import issue_card, issue_seal
from hashira.certificates.services.linking import claim_link
from hashira.certificates.services.reissue import NothingToShow
from hashira.certificates.services.renewal import renew
from hashira.certificates.store.models import IssuedCertificate, RepresentationCode
from hashira.certificates.web.kept import account_mark
from hashira.core.access import AccessDenied, Principal
from hashira.core.accounts.models import Organisation
from hashira.core.accounts.principals import BESIDE_FOR, BESIDE_SESSION
from hashira.kernel.person_name import RomanName

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("installation"),
    pytest.mark.filterwarnings("ignore::hashira.certificates.adapters.file_signer.DevelopmentKeyWarning"),
]
ISSUER = "https://localhost"
ZONE = Zone(
    Size.TD3,
    "P",
    "JPN",
    RomanName("YAMADA", "HANAKO"),
    "TR1234567",
    "JPN",
    ZoneDate(85, 7, 7),
    "F",
    ZoneDate(30, 1, 31),
)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def own(city: Organisation, parent: Principal) -> UUID:
    person = registered(city, "8", "山田　花子", kana="ヤマダ　ハナコ", birth_date=PARENT_BORN)
    given(city, person, 1)
    claim_link(actor=parent, organisation_id=city.pk, number="0000000008", at=NOW)
    return person


def dose_later(city: Organisation, person: UUID, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """A dose that was told after the certificates were made."""
    import tests.certificates.people as people

    monkeypatch.setattr(people, "NOW", LATER)
    return given(city, person, 2, date(2021, 6, 22))


def doses_of(certificate: UUID) -> list[date]:
    return [dose.given_on for dose in certificate_view(certificate).doses]


# ── a new dose ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_dose_is_offered_and_one_press_makes_it(
    city: Organisation, own: UUID, parent: Principal, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = issue_card(
        actor=parent,
        person_id=own,
        request_id=uuid4(),
        events=[dose.event_id for dose in own_record(own).doses],
        shows_name=False,
        shows_birth_date=True,
        at=NOW,
    )
    client = signed_in(parent)
    offer = "新しい接種を加えて作り直す"
    assert offer not in client.get(reverse("certificates:own")).content.decode()
    dose_later(city, own, monkeypatch)
    assert offer in client.get(reverse("certificates:own")).content.decode()
    assert offer in client.get(reverse("certificates:own-certificate", args=[old])).content.decode()
    address = reverse("certificates:own-renew", args=[old])
    made = {client.post(address).url for _ in range(2)}  # pressing twice makes one
    assert len(made) == 1
    (new,) = IssuedCertificate.objects.exclude(pk=old)
    assert doses_of(new.pk) == [date(2021, 6, 1), date(2021, 6, 22)]
    view = certificate_view(new.pk)
    assert view.content.holder.name is None  # as much of the holder as the one before
    verify(view.text, trust=own_trust(ISSUER), at=datetime.now(UTC))
    assert (certificate_view(old).state, new.resident_id) == ("valid", UUID(parent.id))
    assert offer not in client.get(reverse("certificates:own")).content.decode()


def test_a_seal_is_made_again_for_the_same_passport(
    city: Organisation, own: UUID, parent: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = issue_seal(
        actor=parent,
        person_id=own,
        request_id=uuid4(),
        events=[dose.event_id for dose in own_record(own).doses],
        zone=ZONE,
        at=NOW,
    )
    dose_later(city, own, monkeypatch)
    new = renew(actor=parent, certificate_id=old, at=LATER)
    holder = certificate_view(new).content.holder
    assert (holder.document_number, holder.name) == ("TR1234567", "YAMADA HANAKO")
    assert len(doses_of(new)) == 2


def test_what_the_holder_left_out_stays_out(
    city: Organisation, own: UUID, parent: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(city, own, 2, date(2021, 6, 22))
    first, _second = own_record(own).doses
    old = issue_card(
        actor=parent,
        person_id=own,
        request_id=uuid4(),
        events=[first.event_id],
        shows_name=True,
        shows_birth_date=True,
        at=NOW,
    )
    assert renewals_of(own_record(own)) == ()
    with pytest.raises(NothingToShow):
        renew(actor=parent, certificate_id=old, at=LATER)
    import tests.certificates.people as people

    monkeypatch.setattr(people, "NOW", LATER)
    given(city, own, 3, date(2022, 2, 1))
    (offer,) = renewals_of(own_record(own))
    assert (offer.certificate_id, offer.added) == (old, 1)
    new = renew(actor=parent, certificate_id=old, at=LATER + timedelta(hours=1))
    assert doses_of(new) == [date(2021, 6, 1), date(2022, 2, 1)]


def test_a_revoked_certificate_is_not_renewed_and_nobody_renews_anothers(
    city: Organisation, own: UUID, parent: Principal, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = issue(parent, own)
    dose_later(city, own, monkeypatch)
    with pytest.raises(AccessDenied):
        renew(actor=resident("他　人"), certificate_id=old, at=LATER)
    first = own_record(own).doses[0]
    correct_dose(
        actor=clerk(city),
        person_id=own,
        event=first.event_id,
        request_id=uuid4(),
        dose=first.dose,
        reason="訂正",
        confirmed=True,
        at=LATER,
    )
    assert renewals_of(own_record(own)) == ()
    with pytest.raises(NothingToShow):
        renew(actor=parent, certificate_id=old, at=LATER)


# ── the certificate ─────────────────────────────────────────────────────────────────────────────────────
def test_the_picture_holds_the_code_and_the_page_the_time_of_loading(
    own: UUID, parent: Principal, signed_in: SignIn
) -> None:
    made = issue(parent, own)
    client = signed_in(parent)
    picture = client.get(reverse("certificates:own-picture", args=[made]))
    assert picture["Content-Type"] == "image/png"
    (text,) = read_codes(picture.content)
    assert verify(text, trust=own_trust(ISSUER), at=NOW).content.holder.name == "山田 花子"
    page = client.get(reverse("certificates:own-certificate", args=[made])).content.decode()
    assert "<time data-clock" in page
    assert "保存した内容を消すことがあります" in page


def test_the_deep_link_holds_the_card_in_its_fragment(
    own: UUID, parent: Principal, signed_in: SignIn, settings: Any
) -> None:
    made = issue(parent, own)
    client, address = signed_in(parent), reverse("certificates:own-certificate", args=[made])
    assert "ウォレットで開く" not in client.get(address).content.decode()
    settings.HASHIRA_SHC_WALLET = "https://app.example.com/i/SMARTHealthCard/"
    page = client.get(address).content.decode()
    _, _, rest = page.partition('href="https://app.example.com/i/SMARTHealthCard/#')
    # As in the example of SMART Health Cards, "via Deep Link": everything but the JWS is percent-encoded.
    fragment = rest.partition('"')[0]
    assert fragment.startswith("%7B%22verifiableCredential%22%3A%5B%22eyJ")
    assert json.loads(unquote(fragment)) == {"verifiableCredential": [certificate_view(made).text]}


def test_what_is_kept_names_nobody_and_needs_the_account(
    own: UUID, parent: Principal, signed_in: SignIn
) -> None:
    made = issue(parent, own)
    kept = signed_in(parent).get(reverse("certificates:kept-certificate", args=[made])).content.decode()
    assert "山田 花子" in kept
    assert "csrf" not in kept
    assert "サインアウト" not in kept
    assert account_mark(parent.id) != account_mark(str(uuid4()))
    stranger = signed_in(resident("他　人"))
    assert stranger.get(reverse("certificates:kept-certificate", args=[made])).status_code == 403
    nobody = signed_in(Principal.anonymous())
    assert nobody.get(reverse("certificates:kept-certificate", args=[made])).status_code == 302
    shell = nobody.get(reverse("certificates:kept")).content.decode()
    assert 'data-account=""' in shell
    worker = nobody.get(reverse("certificates:kept-worker"))
    assert worker["Content-Type"].startswith("text/javascript")
    assert 'const INDEX = "/certificates/my/kept/"' in worker.content.decode()


# ── several people ──────────────────────────────────────────────────────────────────────────────────────
def test_the_page_shows_one_person_at_a_time_and_the_list_whose_each_is(
    city: Organisation,
    own: UUID,
    child: UUID,
    parent: Principal,
    childs_card: Principal,
    signed_in: SignIn,
) -> None:
    by_card(parent, city, childs_card)
    issue(parent, own)
    issue(parent, child)
    client = signed_in(parent)
    mine = client.get(reverse("certificates:own")).content.decode()
    assert "山田　花子（わたし）" in mine
    assert "山田　小花（お子さま）" in mine
    assert "千代田区" in mine
    hers = client.get(reverse("certificates:own"), {"person": str(child)}).content.decode()
    assert "2022年6月1日" in hers
    assert "2022年6月1日" not in mine
    assert "千代田" not in hers
    every = client.get(reverse("certificates:own-certificates")).content.decode()
    assert every.count("（わたし）") >= 1
    assert every.count("（お子さま）") >= 1
    found = client.get(reverse("certificates:own-certificates"), {"filter_whose": "小花", "format": "csv"})
    lines = b"".join(found.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 2


def test_the_childs_card_is_read_beside_the_parent(
    city: Organisation,
    child: UUID,
    parent: Principal,
    childs_card: Principal,
    signed_in: SignIn,
) -> None:
    client = signed_in(parent)
    enter = reverse("certificates:my-child-enter", args=[city.pk])
    onward = reverse("certificates:my-child-card", args=[city.pk])
    del client.cookies["hashira-session"]
    client.session.save()  # a session of this browser
    answer = client.post(enter, {"child-number": "0000000005", "card": "yes"})
    assert answer.url.startswith(reverse("resident-child") + "?next=")
    assert client.get(onward).url == enter  # nobody was read yet

    def beside(who: str, at: datetime) -> None:
        session = client.session
        session[BESIDE_SESSION] = {"id": childs_card.id, "at": at.isoformat(), "for": who}
        session.save()

    beside(str(uuid4()), datetime.now(UTC))  # read beside somebody else
    assert client.get(onward).url == enter
    beside(parent.id, datetime.now(UTC) - BESIDE_FOR)  # too long ago
    assert client.get(onward).url == enter
    beside(parent.id, datetime.now(UTC))
    assert "山田　小花" in client.get(onward).content.decode()
    assert client.post(onward).url == f"{reverse('certificates:own')}?person={child}"
    assert "山田　小花" in client.get(reverse("certificates:my-children")).content.decode()


def test_staff_enter_papers_and_the_parent_uses_the_code(
    city: Organisation, child: UUID, parent: Principal, signed_in: SignIn
) -> None:
    staff = signed_in(clerk(city))
    address = reverse("certificates:representatives", args=[child])
    form = {"name": "山田　花子", "paper": "family_register", "way": "counter"}
    form |= {f"birth_date_{part}": str(getattr(PARENT_BORN, part)) for part in ("year", "month", "day")}
    late = {"ends_on_year": "2036", "ends_on_month": "4", "ends_on_day": "2"}
    refused = staff.post(address, form | late)
    assert refused.status_code == 422
    assert not RepresentationCode.objects.exists()
    slip = staff.post(address, form).content.decode()
    code = slip.partition('<p class="certificates-letter__code"><strong>')[2].partition("<")[0]
    enter = reverse("certificates:my-child-enter", args=[city.pk])
    assert signed_in(resident("他　人", CHILD_BORN)).post(enter, {"code-number": code}).status_code == 422
    assert signed_in(parent).post(enter, {"code-number": code}).status_code == 302
    page = signed_in(clerk(city)).get(address).content.decode()
    assert "山田　花子" in page
    assert "戸籍全部（個人）事項証明書" in page
