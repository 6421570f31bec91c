"""Seals between us and an implementation by other people, both ways."""

from __future__ import annotations

import json
import random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.certificates import states
from tests.certificates.peer import Peer, peer
from tests.certificates.states import AT, Party

from hashira.certificates.domain import vds_nc
from hashira.certificates.domain.formats import vds_nc as registered
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import NotVerified, Verdict

pytestmark = pytest.mark.foreign

PAYLOAD = {
    "data": {
        "hdr": {"t": "icao.vacc", "v": 1, "is": "UTO"},
        "msg": {
            "uvci": "U32870SAMPLE",
            "pid": {"n": "SMITH  BILL", "dob": "1990-01-02", "sex": "M", "i": "A1234567Z"},
            "ve": [
                {
                    "des": "XM68M6",
                    "nam": "Comirnaty",
                    "dis": "RA01.0",
                    "vd": [
                        {"dvc": "2026-03-03", "seq": 1, "ctr": "UTO", "adm": "RIVM", "lot": "VC35679"},
                        {"dvc": "2026-03-24", "seq": 2, "ctr": "UTO", "adm": "RIVM", "lot": "VC87540"},
                    ],
                }
            ],
        },
    }
}
"""Written by hand, its keys in no order, for the peer to seal."""


@pytest.fixture(scope="module")
def pathcheck() -> Peer:
    return peer("pathcheck_vds_sdk.cjs")


@pytest.fixture(scope="module")
def utopia() -> Party:
    return states.authority()


@pytest.fixture(scope="module")
def signer(utopia: Party) -> Party:
    return states.signer(utopia)


@pytest.fixture(scope="module")
def trust(utopia: Party) -> TrustStore:
    return TrustStore(anchors=(utopia.der,))


def test_the_peer_verifies_ours_and_reads_what_we_wrote(pathcheck: Peer, signer: Party) -> None:
    for example in registered.examples(issuer="UTO", signer=signer, at=AT):
        payload = pathcheck.ask("verify", code=example.text)["payload"]
        if example.verdict is Verdict.VERIFIED:
            assert payload["data"] == json.loads(example.text)["data"]
            assert payload["data"]["msg"]["pid"]["n"] == "MIHON HANAKO"
        else:
            assert payload is None


def test_we_verify_the_peers_and_read_what_it_was_given(
    pathcheck: Peer, signer: Party, trust: TrustStore
) -> None:
    code = pathcheck.ask(
        "issue",
        payload=PAYLOAD,
        certificate=x509.load_der_x509_certificate(signer.der).public_bytes(Encoding.PEM).decode(),
        privateKey=signer.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )["code"]
    content = vds_nc.verify(code, trust=trust, at=AT).content
    assert content.holder.name == "SMITH  BILL"  # names stay as they were given
    assert content.holder.document_number == "A1234567Z"
    assert [(dose.lot, dose.number) for dose in content.doses] == [("VC35679", 1), ("VC87540", 2)]


def test_neither_takes_a_changed_word_of_the_other(pathcheck: Peer, signer: Party, trust: TrustStore) -> None:
    chance = random.Random(2303)
    ours = next(e.text for e in registered.examples(issuer="UTO", signer=signer, at=AT))
    end = ours.index('"sig"')
    for _ in range(8):
        at = chance.choice([i for i, c in enumerate(ours[:end]) if c.isalnum() and ours[i - 1].isalnum()])
        changed = ours[:at] + ("A" if ours[at] != "A" else "B") + ours[at + 1 :]
        answer = pathcheck.ask("verify", code=changed)
        assert answer.get("payload") is None
        with pytest.raises(NotVerified):
            vds_nc.verify(changed, trust=trust, at=AT)
