"""Keys in an HSM, SoftHSM2 standing for it: made inside, kept inside, used by many threads and processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.certificates.test_key_stores import DOSE, HOLDER

from hashira.certificates.adapters.certificate_builder import Subject, signing_request
from hashira.certificates.adapters.development_pki import development_pki
from hashira.certificates.adapters.file_signer import KeyExposed
from hashira.certificates.adapters.key_configuration import HsmPinMissing, configured_key_store
from hashira.certificates.adapters.key_store import KeyExists, KeyLabelWrong, KeyNotFound
from hashira.certificates.adapters.pkcs11_module import HsmLibraryMissing
from hashira.certificates.adapters.pkcs11_signer import (
    HsmKeyNotFit,
    HsmPinRefused,
    HsmTokenMissing,
    Pkcs11KeyStore,
)
from hashira.certificates.domain import p256, vds_nc
from hashira.certificates.domain.trust import TrustStore

PIN = "a-long-pin-1"
AT = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The module, with fresh tokens. It reads its configuration once, so one serves all tests here."""
    util = shutil.which("softhsm2-util")
    found = sorted(Path("/usr").glob("lib*/**/libsofthsm2.so"))
    if util is None or not found:
        if os.environ.get("CI"):
            pytest.fail("SoftHSM2 must be installed in CI")
        pytest.skip("SoftHSM2 is not installed: keys in an HSM are not checked (apt-get install softhsm2)")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(configuration))
        for token in ("hashira", "other", "third", "guide"):
            subprocess.run(
                (util, "--module", found[0], "--init-token", "--free", "--label", token,
                 "--pin", PIN, "--so-pin", "an-officers-pin"),
                check=True, capture_output=True,
            )  # fmt: skip
        yield found[0]


@pytest.fixture(scope="module")
def store(module: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pkcs11KeyStore]:
    opened = Pkcs11KeyStore(
        module=module, token="hashira", pin=PIN, certificates=tmp_path_factory.mktemp("certificates")
    )
    yield opened
    opened.close()


def handle(store: Pkcs11KeyStore, label: str) -> Iterator[object]:
    with store._session(writable=False) as session:
        yield store._find(session, label)


def test_the_private_key_is_made_inside_and_cannot_leave(store: Pkcs11KeyStore) -> None:
    import pkcs11

    made = store.create("kept-inside")
    for key in handle(store, "kept-inside"):
        told = {name: key[getattr(pkcs11.Attribute, name)] for name in (
            "SENSITIVE", "ALWAYS_SENSITIVE", "EXTRACTABLE", "NEVER_EXTRACTABLE", "PRIVATE", "LOCAL", "TOKEN",
        )}  # fmt: skip
        with pytest.raises((pkcs11.AttributeSensitive, pkcs11.AttributeTypeInvalid)):
            key[pkcs11.Attribute.VALUE]
    assert told == {
        "SENSITIVE": True,
        "ALWAYS_SENSITIVE": True,
        "EXTRACTABLE": False,
        "NEVER_EXTRACTABLE": True,
        "PRIVATE": True,
        "LOCAL": True,
        "TOKEN": True,
    }
    p256.check_signature(made.public_key_spki, b"message", made.sign(b"message"))


def test_a_key_that_could_be_taken_out_is_not_used(store: Pkcs11KeyStore) -> None:
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    for label, template in (
        ("extractable", {pkcs11.Attribute.EXTRACTABLE: True, pkcs11.Attribute.SENSITIVE: True}),
        ("readable", {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: False}),
    ):
        with store._session(writable=True) as session:
            session.session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
                local=True,
            ).generate_keypair(store=True, label=label, private_template=template)
        with pytest.raises(HsmKeyNotFit):
            store.open(label)


def test_a_key_on_another_curve_and_two_of_one_name_are_not_used(store: Pkcs11KeyStore) -> None:
    import pkcs11
    from pkcs11.util.ec import encode_named_curve_parameters

    inside = {pkcs11.Attribute.EXTRACTABLE: False, pkcs11.Attribute.SENSITIVE: True}
    for label, curve in (("p384", "secp384r1"), ("twins", "secp256r1"), ("twins", "secp256r1")):
        with store._session(writable=True) as session:
            session.session.create_domain_parameters(
                pkcs11.KeyType.EC,
                {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters(curve)},
                local=True,
            ).generate_keypair(store=True, label=label, private_template=inside)
    for label in ("p384", "twins"):
        with pytest.raises(HsmKeyNotFit):
            store.open(label)
    listed = [(key.label, key.spki is None) for key in store.stored() if key.label in ("p384", "twins")]
    assert listed == [("p384", True), ("twins", True), ("twins", True)]


def test_sixteen_threads_on_three_sessions_get_right_signatures(
    store: Pkcs11KeyStore, module: Path, tmp_path: Path
) -> None:
    store.create("threads")
    narrow = Pkcs11KeyStore(module=module, token="hashira", pin=PIN, certificates=tmp_path, sessions=3)
    opened = narrow.open("threads")
    messages = [b"message %d" % n for n in range(320)]
    with ThreadPoolExecutor(16) as pool:
        signatures = list(pool.map(opened.sign, messages))
    for message, signature in zip(messages, signatures, strict=True):
        p256.check_signature(opened.public_key_spki, message, signature)
    assert 1 <= narrow._idle.qsize() <= 3


def test_a_lost_session_is_replaced(store: Pkcs11KeyStore) -> None:
    made = store.create("lost-session")
    made.sign(b"first")
    with store._session(writable=False) as session:
        lost = session
    lost.session.close()  # as when an HSM restarts or drops an idle connection
    p256.check_signature(made.public_key_spki, b"second", made.sign(b"second"))
    store.close()
    p256.check_signature(made.public_key_spki, b"third", made.sign(b"third"))


def test_a_forked_process_signs_for_itself(store: Pkcs11KeyStore, module: Path, tmp_path: Path) -> None:
    """As the workers of a server that loads first and forks then; in a process without other threads."""
    made = store.create("forked")
    program = """
import os, sys
from pathlib import Path
from hashira.certificates.adapters.pkcs11_signer import Pkcs11KeyStore
store = Pkcs11KeyStore(module=Path(sys.argv[1]), token="hashira", pin=sys.argv[2], certificates=Path("."))
key = store.open("forked")
print(key.sign(b"parent").hex(), flush=True)
child = os.fork()
if not child:
    print(key.sign(b"child").hex(), flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(key.sign(b"parent again").hex(), flush=True)
"""
    ran = subprocess.run(
        (sys.executable, "-c", program, str(module), PIN),
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    signatures = [bytes.fromhex(line) for line in ran.stdout.split()]
    for message, signature in zip((b"parent", b"child", b"parent again"), signatures, strict=True):
        p256.check_signature(made.public_key_spki, message, signature)


def test_labels_tell_keys_apart_and_nothing_is_overwritten(store: Pkcs11KeyStore) -> None:
    first, second = store.create("one"), store.create("two")
    assert first.public_key_spki != second.public_key_spki
    with pytest.raises(KeyExists):
        store.create("one")
    assert store.open("one").public_key_spki == first.public_key_spki
    with pytest.raises(KeyNotFound):
        store.open("three")
    with pytest.raises(KeyLabelWrong):
        store.open("../one")


def test_a_seal_comes_out_of_the_hsm_with_its_certificates(module: Path, tmp_path: Path) -> None:
    own = Pkcs11KeyStore(module=module, token="other", pin=PIN, certificates=tmp_path)
    pki = development_pki(own, at=AT)
    seal = vds_nc.issue(
        holder=HOLDER, doses=(DOSE,), issuer="UTO", uvci="ABCDEFGH1234", signer=pki.signer, at=AT
    )
    assert vds_nc.verify(seal, trust=TrustStore(anchors=(pki.authority,)), at=AT)
    listed = own.stored()
    assert [key.label[:16] for key in listed] == ["development-csca", "development-dsc-", "development-vds-"]
    assert not any(key.development for key in listed)
    assert listed[2].spki == pki.signer.public_key_spki
    assert listed[2].certificate_chain == pki.signer.certificate_chain
    request = signing_request(signer=pki.signer, subject=Subject("JP", "A", "B", "C"))
    verified = subprocess.run(
        (shutil.which("openssl") or "openssl", "req", "-verify", "-noout"), input=request, capture_output=True
    )
    assert verified.returncode == 0
    own.close()


def test_an_environment_chooses_the_hsm(module: Path, tmp_path: Path, store: Pkcs11KeyStore) -> None:
    made = store.create("configured")
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n", "utf-8")
    pin.chmod(0o600)
    named = {
        "HASHIRA_PKCS11_MODULE": str(module),
        "HASHIRA_PKCS11_TOKEN": "hashira",
        "HASHIRA_PKCS11_PIN_FILE": str(pin),
    }
    chosen = configured_key_store(named, folder=tmp_path)
    p256.check_signature(made.public_key_spki, b"message", chosen.open("configured").sign(b"message"))
    for missing in ("HASHIRA_PKCS11_TOKEN", "HASHIRA_PKCS11_PIN_FILE"):
        with pytest.raises(HsmPinMissing, match=missing):
            configured_key_store({**named, missing: ""}, folder=tmp_path)
    with pytest.raises(HsmPinMissing):
        configured_key_store(named | {"HASHIRA_PKCS11_PIN_FILE": str(tmp_path / "none")}, folder=tmp_path)
    pin.chmod(0o644)
    with pytest.raises(KeyExposed):
        configured_key_store(named, folder=tmp_path)


def test_a_wrong_pin_is_refused_beside_a_right_one(
    module: Path, tmp_path: Path, store: Pkcs11KeyStore
) -> None:
    """PKCS #11 knows one login a process and token, and does not look at the second PIN."""
    made = store.create("login")
    wrong = Pkcs11KeyStore(module=module, token="hashira", pin="not the pin", certificates=tmp_path)
    with pytest.raises(HsmPinRefused):
        wrong.open("login")
    right = Pkcs11KeyStore(module=module, token="hashira", pin=PIN, certificates=tmp_path)
    beside = right.open("login")
    for leaving in (store, right):
        leaving.close()  # logs the other out too, which then logs in again
        for key in (made, beside):
            p256.check_signature(made.public_key_spki, b"message", key.sign(b"message"))
    right.close()


def test_a_wrong_pin_is_tried_once(module: Path, tmp_path: Path) -> None:
    wrong = Pkcs11KeyStore(module=module, token="third", pin="not the pin", certificates=tmp_path)
    with pytest.raises(HsmPinRefused):
        wrong.open("one")
    tried: list[object] = []
    wrong._token = type("Token", (), {"open": lambda *_, **__: tried.append(1)})()
    with pytest.raises(HsmPinRefused):
        wrong.open("one")
    assert not tried
    assert "not the pin" not in repr(wrong)


def test_no_token_and_no_module_are_said_plainly(module: Path, tmp_path: Path) -> None:
    nowhere = Pkcs11KeyStore(module=module, token="nowhere", pin=PIN, certificates=tmp_path)
    with pytest.raises(HsmTokenMissing):
        nowhere.open("one")
    no_module = tmp_path / "libnone.so"
    for octets in (None, b"no library"):
        if octets is not None:
            no_module.write_bytes(octets)
        missing = Pkcs11KeyStore(module=no_module, token="hashira", pin=PIN, certificates=tmp_path)
        with pytest.raises(HsmLibraryMissing):
            missing.open("one")


def test_the_library_is_imported_only_when_a_store_is_used() -> None:
    program = (
        "import sys, hashira.certificates.adapters.pkcs11_signer; "
        "sys.exit(any(name.startswith('pkcs11') for name in sys.modules))"
    )
    ran = subprocess.run(
        (sys.executable, "-c", program), env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert ran.returncode == 0
