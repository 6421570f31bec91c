"""No changed certificate of any format verifies as something else, crashes, or takes long or much.

A few hundred of each in ``./test``, ten thousand in ``./prove mutations``.
"""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from tests.certificates.mutants import MAKERS, Mutant, mutants
from tests.certificates.test_formats import GOOD, NAMES, PARTIES

from hashira.certificates.domain import base64url, hcert, hcert_issue
from hashira.certificates.domain.example import LOT
from hashira.certificates.domain.format import assess, format_named
from hashira.certificates.domain.signer import Signer
from hashira.certificates.domain.trust import TrustStore
from hashira.certificates.domain.verdict import NotVerified, Verdict, Verified
from hashira.kernel.canonical_json import canonical_json

NUMBER = int(os.environ.get("HASHIRA_PROVE_COUNT", "300"))
SECONDS, OCTETS = 0.05, 64 * 1024 * 1024
UNSIGNED = {
    "shc": {
        "letters of the JWS": "white space round the text",
        "letters of the code": "white space round the text, and the case of shc:",
    },
    "vds-nc": {
        "octets of the code": "white space between members",
        "letters of the code": "white space between members",
    },
    "hcert": {
        "unprotected header": "what it holds beside a protected header does not count",
        "octets of the message": "tags, and how lengths are spelled outside the protected header and payload",
        "octets of the stream": "the level of compression that a zlib stream names, blocks that hold nothing",
        "letters of the code": "white space round the text, and the case of HC1:",
    },
    "divoc": {
        "members": "members that no table of meanings names, the order of types",
        "person": "members that no table of meanings names",
        "vaccination": "members that no table of meanings names, members of one meaning",
        "members exchanged": "DIVOC gives several members one meaning; all of them are shown together",
        "octets of the ZIP": "what an archive says beside its file",
        "octets of the document": "names of members that no table of meanings names",
        "letters of the code": "white space round the text, and the case of B64:",
    },
}
"""Where a mutant may still verify, and why: nothing of it is signed, and nothing of it is shown."""


@pytest.fixture(autouse=True)
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def answer(name: str, mutant: Mutant, trust: TrustStore, at: datetime) -> Verdict | Verified:
    """The verdict, within the bounds; what is raised beside a ``NotVerified`` gets out.

    The bound is on the work itself: one that took longer is tried twice more, since the collection of other
    tests' garbage may fall into it.
    """
    for _ in range(3):
        tracemalloc.reset_peak()
        before, started = tracemalloc.get_traced_memory()[0], time.thread_time()
        try:
            given: Verdict | Verified = format_named(name).verify(mutant.text, trust=trust, at=at)
        except NotVerified as error:
            given = error.verdict
        seconds = time.thread_time() - started
        assert tracemalloc.get_traced_memory()[1] - before < OCTETS, mutant
        if seconds < SECONDS:
            return given
    raise AssertionError(f"{seconds} s: {mutant}")


def test_every_format_has_mutants() -> None:
    assert set(MAKERS) == set(NAMES)


def another(name: str, text: str, issuer: str, signer: Signer, at: datetime) -> str:
    """A second genuine certificate of the same signer that says something else."""
    later = at + timedelta(seconds=1)
    if name == "vds-nc":  # which has no time of signing: another batch
        data = json.loads(text.replace(LOT, LOT[::-1]))["data"]
        sig = json.loads(text)["sig"] | {"sigvl": base64url.encode(signer.sign(canonical_json(data)))}
        return json.dumps({"data": data, "sig": sig})
    if name == "hcert":
        read = hcert.decode(text)
        claims = {1: read.issuer, 6: int(later.timestamp()), -260: {read.kind.claim: read.claim}}
        if read.expires_at is not None:
            claims[4] = int(read.expires_at)
        return hcert_issue.seal(claims, certificate=signer.certificate_chain[0], signer=signer)
    return format_named(name).examples(issuer=issuer, signer=signer, at=later)[0].text


@pytest.mark.parametrize(("name", "position"), GOOD)
def test_another_is_genuine_too(name: str, position: int) -> None:
    issuer, signer, trust, at = PARTIES[name]()
    text = format_named(name).examples(issuer=issuer, signer=signer, at=at)[position].text
    other = another(name, text, issuer, signer, at)
    assert other != text
    assert assess(other, trust=trust, at=at + timedelta(seconds=1)).verdict is Verdict.VERIFIED


@pytest.mark.parametrize(("name", "position"), GOOD)
def test_mutants(name: str, position: int) -> None:
    issuer, signer, trust, at = PARTIES[name]()
    example = format_named(name).examples(issuer=issuer, signer=signer, at=at)[position]
    text, other = example.text, another(name, example.text, issuer, signer, at)
    original = format_named(name).verify(text, trust=trust, at=at)
    counted: Counter[str] = Counter()
    survived: Counter[str] = Counter()
    for mutant in mutants(name, text, other, NUMBER):
        given = answer(name, mutant, trust, at)
        if isinstance(given, Verified):
            survived[mutant.region] += 1
            assert mutant.region in UNSIGNED[name], (mutant.region, mutant.text, text)
            assert (given.content, given.evidence) == (original.content, original.evidence), mutant
            counted["verified, the same"] += 1
        else:
            counted[given.value] += 1
    assert counted.total() > 0.9 * NUMBER
    assert len(counted) > 1, "more than one kind of refusal"
    print(f"{name}, {example.name}: {counted.total()} mutants, {dict(counted.most_common())}")
    for region, number in survived.items():
        print(f"  {number} verify with everything unchanged: {region} ({UNSIGNED[name][region]})")
