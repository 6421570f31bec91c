"""Signing keys in a hardware security module, through PKCS#11 (HSMの署名鍵).

The key is made inside the module, sensitive and not extractable, and never leaves it: what crosses is a
SHA-256 digest in and 64 octets out. Needs the extra ``hsm`` (``python-pkcs11``), which is imported only
when a store is opened.

One login for the process, one session for each signature at a time: sessions are pooled, and a thread
waits when all are busy.
"""

from __future__ import annotations

import hashlib
import os
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

from hashira.certificates.adapters.key_store import (
    KeyExists,
    KeyNotFound,
    StoredKey,
    check_label,
    read_chain,
    write_chain,
)
from hashira.certificates.adapters.pkcs11_module import HsmUnavailable, Module, open_module
from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

MAX_SESSIONS = 8
WAIT_SECONDS = 30
"""How long a signature waits for a free session."""

_SIGNATURE = 64
_KEY_ID = 16
_CURVE = "secp256r1"
_Answer = TypeVar("_Answer")


class HsmTokenMissing(HashiraError):
    """Details: ``token``."""

    code = "CERT-062"
    what = Bilingual("HSMのトークンがありません", "The token of the HSM is missing")
    why = Bilingual(
        "「{token}」という名前のトークンが、ないか、一つに決まりません",
        "There is no token, or more than one, with the label {token}",
    )
    remedy = Bilingual(
        "HSMの接続と HASHIRA_PKCS11_TOKEN を確かめてください",
        "Check the connection of the HSM and HASHIRA_PKCS11_TOKEN",
    )
    status = 503


class HsmPinRefused(HashiraError):
    """Details: ``token``."""

    code = "CERT-063"
    what = Bilingual("HSMにログインできません", "The HSM refuses the login")
    why = Bilingual("「{token}」のPINが違うか、ロックされています", "The PIN of {token} is wrong, or locked")
    remedy = Bilingual(
        "PINを直してから再起動してください。ロックを防ぐため、このままでは再試行しません",
        "Correct the PIN and restart; it is not tried again, so that the token does not lock",
    )
    status = 503


class HsmKeyNotFit(HashiraError):
    """Details: ``label``, ``reason``."""

    code = "CERT-065"
    what = Bilingual("HSMの鍵を署名に使えません", "The key in the HSM cannot be used for signing")
    why = Bilingual("「{label}」: {reason}", "{label}: {reason}")
    remedy = Bilingual(
        "HSMの中で新しい鍵を作ってください（docs/how-to/hsm.md）",
        "Make a new key inside the HSM (docs/how-to/hsm.md)",
    )
    status = 503


# --- the store


@dataclass(slots=True)
class _Session:
    """A session and the handles of keys found through it."""

    session: Any
    generation: int
    keys: dict[str, Any] = field(default_factory=dict)


class Pkcs11KeyStore:
    """A ``KeyStore`` on one token. Certificates, being public, lie in the folder ``certificates``."""

    kind = "pkcs11"

    def __init__(
        self,
        *,
        module: Path,
        token: str,
        pin: str,
        certificates: Path,
        sessions: int = MAX_SESSIONS,
    ) -> None:
        self._path, self._token_label, self._pin = str(module), token, pin
        self._folder = certificates
        self._most = sessions
        self._lock = threading.Lock()
        self._pid = 0
        self._generation = 0
        self._refused = False
        self._login: Any = None
        self._token: Any = None
        self._begin()

    def __repr__(self) -> str:
        return f"<Pkcs11KeyStore: token {self._token_label}>"

    # keys

    def create(self, label: str) -> Pkcs11Signer:
        """A new key, made inside; raises also ``HsmKeyNotFit`` where the module would let it out."""
        check_label(label)
        self._call(lambda session: self._generate(session, label), writable=True)
        return self.open(label)

    def open(self, label: str) -> Pkcs11Signer:
        check_label(label)
        spki = self._call(lambda session: _public_key(session, label, self._find(session, label)))
        return Pkcs11Signer(self, label, spki, read_chain(self._folder, label))

    def stored(self) -> tuple[StoredKey, ...]:
        def listed(session: _Session) -> list[tuple[str, bytes | None]]:
            import pkcs11

            attributes = {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY,
                pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC,
            }
            keys = list(session.session.get_objects(attributes))
            own = sorted((key for key in keys if _is_label(key.label)), key=lambda key: str(key.label))
            return [(key.label, _public_key_or_none(session, key)) for key in own]

        return tuple(
            StoredKey(
                label=label,
                store="pkcs11",
                spki=spki,
                certificate_chain=read_chain(self._folder, label),
                development=False,
            )
            for label, spki in self._call(listed)
        )

    def attach(self, label: str, chain: tuple[bytes, ...]) -> Pkcs11Signer:
        write_chain(self._folder, label, chain, spki=self.open(label).public_key_spki)
        return self.open(label)

    def sign(self, label: str, message: bytes) -> bytes:
        """ECDSA with SHA-256: 64 octets, R‖S."""
        digest = hashlib.sha256(message).digest()

        def signed(session: _Session) -> bytes:
            import pkcs11

            return bytes(self._find(session, label).sign(digest, mechanism=pkcs11.Mechanism.ECDSA))

        signature = self._call(signed)
        if len(signature) != _SIGNATURE:
            raise HsmUnavailable(reason=Bilingual("署名の長さが違います", "The signature has a wrong length"))
        return signature

    def close(self) -> None:
        """Log out and give the sessions back."""
        import pkcs11

        with self._lock:
            login = self._login
            self._begin()
        if login is not None and self._pid == os.getpid():
            try:
                login.close()
            except pkcs11.PKCS11Error:
                return

    # sessions

    def _begin(self) -> None:
        """Nothing open yet: at first, after a fork, after the token was lost."""
        self._generation += 1
        self._idle: queue.LifoQueue[_Session] = queue.LifoQueue()
        self._slots = threading.BoundedSemaphore(self._most)
        self._login = self._token = None

    def _call(self, work: Callable[[_Session], _Answer], *, writable: bool = False) -> _Answer:
        """The answer of ``work`` on a session; a lost session is replaced, once."""
        errors = _errors(self._path)
        for attempt in (1, 2):
            generation = self._generation
            try:
                with self._session(writable=writable) as session:
                    return work(session)
            except errors.lost as error:
                self._forget(generation)
                if attempt == 2:
                    raise _unavailable(error) from error
            except errors.every as error:
                raise _unavailable(error) from error
        raise AssertionError("unreachable")

    @contextmanager
    def _session(self, *, writable: bool) -> Iterator[_Session]:
        module = open_module(self._path)
        with self._lock:
            if self._pid != os.getpid():
                self._pid = os.getpid()
                self._begin()
            slots, idle = self._slots, self._idle
        if not slots.acquire(timeout=WAIT_SECONDS):
            raise HsmUnavailable(
                reason=Bilingual("空いているセッションがありません", "All sessions are busy")
            )
        try:
            with module.calls:
                session = self._take(module, idle, writable=writable)
                try:
                    yield session
                except BaseException:
                    _discard(session)
                    raise
                if writable or session.generation != self._generation:
                    _discard(session)
                else:
                    idle.put(session)
        finally:
            slots.release()

    def _take(self, module: Module, idle: queue.LifoQueue[_Session], *, writable: bool) -> _Session:
        if not writable:
            try:
                return idle.get_nowait()
            except queue.Empty:
                pass
        with self._lock:
            if self._login is None:
                self._log_in(module)
            return _Session(self._token.open(rw=writable), self._generation)

    def _log_in(self, module: Module) -> None:
        """One session stays open all the time: the login of PKCS#11 is the process's, and ends with it."""
        import pkcs11

        if self._refused:
            raise HsmPinRefused(token=self._token_label)
        try:
            self._token = module.lib.get_token(token_label=self._token_label)
        except (pkcs11.NoSuchToken, pkcs11.MultipleTokensReturned) as error:
            raise HsmTokenMissing(token=self._token_label) from error
        try:
            self._login = self._token.open(user_pin=self._pin)
            module.logins[self._token_label] = self._pin
        except pkcs11.UserAlreadyLoggedIn as error:
            # Another store of this process is logged in; the token does not look at the PIN again.
            if not compare_digest(module.logins.get(self._token_label, "").encode(), self._pin.encode()):
                raise HsmPinRefused(token=self._token_label) from error
            self._login = self._token.open()
        except (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinInvalid, pkcs11.PinLenRange) as error:
            self._refused = True  # tokens lock after a few wrong PINs
            raise HsmPinRefused(token=self._token_label) from error

    def _forget(self, generation: int) -> None:
        """Open everything anew at the next call, unless another thread has begun to already."""
        with self._lock:
            if generation == self._generation:
                self._begin()

    def _find(self, session: _Session, label: str) -> Any:
        key = session.keys.get(label)
        if key is None:
            import pkcs11

            found = _objects(session, pkcs11.ObjectClass.PRIVATE_KEY, label)
            if not found:
                raise KeyNotFound(label=label, store=self._token_label)
            if len(found) > 1:
                raise HsmKeyNotFit(
                    label=label,
                    reason=Bilingual("同じ名前の鍵が複数あります", "more than one key has this label"),
                )
            key = session.keys[label] = _check_kept_inside(label, found[0])
        return key

    def _generate(self, session: _Session, label: str) -> None:
        import pkcs11
        from pkcs11.util.ec import encode_named_curve_parameters

        attribute, handle = pkcs11.Attribute, session.session
        if list(handle.get_objects({attribute.LABEL: label})):
            raise KeyExists(label=label, store=self._token_label)
        parameters = handle.create_domain_parameters(
            pkcs11.KeyType.EC, {attribute.EC_PARAMS: encode_named_curve_parameters(_CURVE)}, local=True
        )
        public, private = parameters.generate_keypair(
            store=True,
            label=label,
            id=secrets.token_bytes(_KEY_ID),
            capabilities=pkcs11.MechanismFlag.SIGN | pkcs11.MechanismFlag.VERIFY,
            private_template={
                attribute.PRIVATE: True,
                attribute.SENSITIVE: True,
                attribute.EXTRACTABLE: False,
            },
        )
        try:
            _check_kept_inside(label, private)
            for never in (attribute.ALWAYS_SENSITIVE, attribute.NEVER_EXTRACTABLE):
                if not private[never]:
                    raise _exportable(label)
        except HsmKeyNotFit:
            private.destroy()
            public.destroy()
            raise


class Pkcs11Signer:
    """A ``Signer`` whose private key stays in the HSM. For any number of threads."""

    def __init__(self, store: Pkcs11KeyStore, label: str, spki: bytes, chain: tuple[bytes, ...]) -> None:
        self._store, self._label, self._spki, self._chain = store, label, spki, chain

    def __repr__(self) -> str:
        return f"<Pkcs11Signer: {self._label}>"

    @property
    def public_key_spki(self) -> bytes:
        return self._spki

    @property
    def certificate_chain(self) -> tuple[bytes, ...]:
        return self._chain

    def sign(self, message: bytes) -> bytes:
        return self._store.sign(self._label, message)


@dataclass(frozen=True, slots=True)
class _Errors:
    lost: tuple[type[Exception], ...]
    """The session or the token has gone; a new one may do."""
    every: tuple[type[Exception], ...]


def _errors(path: str) -> _Errors:
    open_module(path)  # says first, and in our words, if there is no module
    import pkcs11

    return _Errors(
        lost=(
            pkcs11.SessionHandleInvalid,
            pkcs11.SessionClosed,
            pkcs11.UserNotLoggedIn,
            pkcs11.DeviceRemoved,
            pkcs11.TokenNotPresent,
            pkcs11.ObjectHandleInvalid,
            pkcs11.KeyHandleInvalid,
        ),
        every=(pkcs11.PKCS11Error,),
    )


def _unavailable(error: Exception) -> HsmUnavailable:
    kind = type(error).__name__
    return HsmUnavailable(reason=Bilingual(f"PKCS#11の応答: {kind}", f"PKCS#11 answers {kind}"))


def _discard(session: _Session) -> None:
    import pkcs11

    try:
        session.session.close()
    except pkcs11.PKCS11Error:
        return


def _is_label(label: str) -> bool:
    try:
        return bool(check_label(label))
    except HashiraError:
        return False


def _objects(session: _Session, kind: Any, label: str) -> list[Any]:
    """All at once: a search that is left unfinished would end when its session has gone."""
    import pkcs11

    attributes = {
        pkcs11.Attribute.CLASS: kind,
        pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC,
        pkcs11.Attribute.LABEL: label,
    }
    return list(session.session.get_objects(attributes))


def _public_key(session: _Session, label: str, private: Any) -> bytes:
    """DER SubjectPublicKeyInfo of the public half of a key, on P-256."""
    import pkcs11
    from pkcs11.util.ec import encode_ec_public_key

    from hashira.certificates.domain.p256 import NotP256, public_key

    found = [k for k in _objects(session, pkcs11.ObjectClass.PUBLIC_KEY, label) if k.id == private.id]
    try:
        if len(found) != 1:
            raise NotP256("no public key of that label and id")
        spki = bytes(encode_ec_public_key(found[0]))
        public_key(spki)
    except (NotP256, ValueError) as error:
        raise HsmKeyNotFit(
            label=label,
            reason=Bilingual(
                "P-256の公開鍵が一つに決まりません", "no single public key on P-256 goes with it"
            ),
        ) from error
    return spki


def _public_key_or_none(session: _Session, private: Any) -> bytes | None:
    """For a list, which also shows keys that cannot be used."""
    try:
        return _public_key(session, private.label, private)
    except HsmKeyNotFit:
        return None


def _check_kept_inside(label: str, key: Any) -> Any:
    """The key, if it can neither be read nor taken out."""
    import pkcs11

    if not key[pkcs11.Attribute.SENSITIVE] or key[pkcs11.Attribute.EXTRACTABLE]:
        raise _exportable(label)
    return key


def _exportable(label: str) -> HsmKeyNotFit:
    return HsmKeyNotFit(
        label=label, reason=Bilingual("HSMの外へ取り出せる鍵です", "the key can be taken out of the HSM")
    )
