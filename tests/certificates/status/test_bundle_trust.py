"""What a bundle carries of trust: signers, lists of states and of issuers, withdrawn keys, summaries."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from tests.certificates.card import Key
from tests.certificates.signers import document_signer
from tests.certificates.states import authority
from tests.certificates.trust.test_revocation import crl

from hashira.certificates.adapters.trust_files import TrustNotReadable, read_octets, read_trust
from hashira.certificates.domain import hcert
from hashira.certificates.domain.bloom_filter import FilterUnreadable
from hashira.certificates.domain.bundle_trust import trust_digest
from hashira.certificates.domain.revocation_filter import RevocationFilter
from hashira.certificates.domain.status_bundle import (
    MAGIC,
    BundleNotUsable,
    StatusBundle,
    read_bundle,
    signer_of,
    write_bundle,
)
from hashira.certificates.domain.trust import RevocationList, StateKey, TrustStore, WithdrawnKey

AT = datetime(2026, 11, 23, tzinfo=UTC)
KEY, SIGNER = Key(), document_signer()
KID = hcert.key_identifier(SIGNER.der)


def state(**changes: object) -> StateKey:
    values = {
        "participant": "UTO",
        "domain": "DCC",
        "usage": "DSC",
        "kid": KID,
        "certificate": SIGNER.der,
        "source": "list",
    }
    return StateKey(**(values | changes))  # type: ignore[arg-type]  # values of a test


def through(trust: TrustStore) -> TrustStore:
    """What a verifier reads of it."""
    octets = write_bundle(StatusBundle(1, AT, AT + timedelta(days=7), trust, (), ()), KEY)
    return replace(read_bundle(octets, pinned=signer_of(octets)).trust, statuses=())


def test_everything_that_can_change_an_answer_comes_through() -> None:
    card_key = KEY.trusted(crl_version=4).keys[0]
    trust = TrustStore(
        keys=(card_key,),
        anchors=(authority().der,),
        state_keys=(state(), state(domain="DDCC"), state(kid=b"8 octets")),
        state_crls=(crl(authority()),),
        withdrawn=(WithdrawnKey("a" * 64, AT, "keyCompromise"),),
        revocations=(
            RevocationList(card_key.kid, "rid", 4, {"abc": None, "def": 1_700_000_000}, "https://a.example"),
            RevocationList(KID.hex(), "UCI", 1, {"00" * 16: None}),
        ),
        filters=(RevocationFilter.of(KID.hex(), "UCI", ["ff"]),),
    )
    found = through(trust)
    assert found.keys == (replace(card_key, source="bundle-1"),)
    assert found.anchors == trust.anchors
    assert set(found.state_keys) == {replace(key, source="bundle-1") for key in trust.state_keys}
    assert (found.state_crls, found.withdrawn, found.filters) == (
        trust.state_crls,
        trust.withdrawn,
        trust.filters,
    )
    plain = [{replace(x, entries=tuple(x.entries.items())) for x in t.revocations} for t in (found, trust)]
    assert plain[0] == plain[1]


def test_what_cannot_change_an_answer_stays_out() -> None:
    old = RevocationList(KID.hex(), "UCI", 1, {"old": None})
    new = RevocationList(KID.hex(), "UCI", 2, {"new": None})
    foreign = RevocationList("a key that is not in it", "rid", 1, {"x": None})
    found = through(TrustStore(state_keys=(state(), state(usage="SCA")), revocations=(old, new, foreign)))
    assert [key.usage for key in found.state_keys] == ["DSC"]
    assert [listed.counter for listed in found.revocations] == [2]


def test_the_real_lists_come_through_whole_and_small(shared_data: Path) -> None:
    """651 issuers with 961 keys, 1,343 revoked cards, the signers of the WHO's list."""
    trust = read_trust([shared_data / "certificates/trust"])
    octets = write_bundle(StatusBundle(1, AT, AT, trust, (), ()), KEY)
    found = read_bundle(octets, pinned=signer_of(octets)).trust
    signers = [key for key in trust.state_keys if key.usage == "DSC"]
    assert [key.certificate for key in found.state_keys] == [key.certificate for key in signers]
    assert len(found.keys) == len(trust.keys)
    assert sum(len(listed.entries) for listed in found.revocations) == 1343
    assert len(octets) < 800_000


def test_a_bundle_of_before_is_still_read() -> None:
    """Its signers stood in ``states``, and the members that came later are not there."""
    octets = write_bundle(StatusBundle(1, AT, AT, TrustStore(), (), ()), KEY)
    size = int.from_bytes(octets[8:12], "big")
    head = orjson.loads(octets[12 : 12 + size])
    for name in ("given_up", "signers", "crls", "withdrawn", "lists", "filters", "credentials"):
        del head[name]
    encoded = {name: base64.b64encode(value).decode() for name, value in
               {"kid": KID, "certificate": SIGNER.der}.items()}  # fmt: skip
    head["states"] = [{"participant": "UTO", "domain": "DCC", "usage": "DSC", **encoded}]
    text = orjson.dumps(head)
    body = MAGIC + len(text).to_bytes(4, "big") + text
    found = read_bundle(body + KEY.sign(body), pinned=signer_of(octets)).trust
    assert [key.kid for key in found.state_keys] == [KID]


@pytest.mark.parametrize(
    "change",
    [
        {"signers": [{"participant": "UTO", "domain": "DCC", "blob": [0, 5], "sizes": [9]}]},
        {"signers": [{"participant": "UTO", "domain": "DCC", "blob": [0, 0], "sizes": [1, -1]}]},
        {"crls": [[0, 99]]},
        {"withdrawn": [{"kid": "x", "since": "yesterday", "reason": ""}]},
        {"lists": [{"kid": "x", "method": "rid", "ctr": "1", "iss": None, "entries": [0, 0]}]},
        {"filters": [{"kid": "x", "method": "UCI", "filter": [0, 0]}]},
    ],
)
def test_a_malformed_one_is_not_used(change: dict[str, object]) -> None:
    octets = write_bundle(StatusBundle(1, AT, AT, TrustStore(), (), ()), KEY)
    size = int.from_bytes(octets[8:12], "big")
    text = orjson.dumps(orjson.loads(octets[12 : 12 + size]) | change)
    body = MAGIC + len(text).to_bytes(4, "big") + text
    with pytest.raises(BundleNotUsable):
        read_bundle(body + KEY.sign(body), pinned=signer_of(octets))


def test_the_digest_tells_whether_there_is_anything_new() -> None:
    trust = TrustStore(state_keys=(state(),))
    assert trust_digest(trust) == trust_digest(TrustStore(state_keys=(state(source="another file"),)))
    listed = RevocationList(KID.hex(), "UCI", 1, {"00": None})
    assert len({trust_digest(t) for t in (trust, TrustStore(), replace(trust, revocations=(listed,)))}) == 3


# ── summaries
def test_a_summary_finds_all_of_its_list_and_hardly_anything_else() -> None:
    entries = [f"{number:032x}" for number in range(2000)]
    summary = RevocationFilter.of(KID.hex(), "UCI", entries, rate=0.001)
    assert all(summary.may_hold(entry) for entry in entries)
    wrong = sum(summary.may_hold(f"{number:032x}") for number in range(10_000, 30_000))
    assert wrong < 100, "twenty are to be expected"


def test_a_summary_comes_from_a_file_of_the_operator() -> None:
    summary = RevocationFilter.of(KID.hex(), "UCI", ["ff"])
    document = {"kid": summary.kid, "method": "UCI", "filter": summary.octets.hex()}
    assert read_octets(orjson.dumps(document), name="summary.json").filters == (summary,)
    for wrong in ({"filter": "zz"}, {"filter": "0100"}, {"kid": None}):
        with pytest.raises(TrustNotReadable):
            read_octets(orjson.dumps(document | wrong), name="summary.json")
    with pytest.raises(FilterUnreadable):
        RevocationFilter("x", "UCI", b"\1\0")
