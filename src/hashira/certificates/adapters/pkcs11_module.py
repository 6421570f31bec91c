"""The PKCS#11 module of an HSM, loaded once for each process and safe for threads (HSMのモジュール).

The library ``python-pkcs11`` initialises a module as if there were one thread only, yet releases the
interpreter's lock while it calls it. So the module is initialised again here with locks of the operating
system (PKCS#11 v2.40 §5.4, ``CKF_OS_LOCKING_OK``); where it cannot lock, calls have to go one by one. After
a fork the child initialises for itself, as the usage guide asks (v2.40 §2.3).
"""

from __future__ import annotations

import ctypes
import os
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hashira.kernel.errors import HashiraError
from hashira.kernel.language import Bilingual

_OS_LOCKING = 0x02
_CANNOT_LOCK, _ALREADY_INITIALIZED = 0x0A, 0x191


class HsmLibraryMissing(HashiraError):
    """Details: ``reason``."""

    code = "CERT-061"
    what = Bilingual("HSMのモジュールを使えません", "The module of the HSM cannot be used")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "pip install 'hashira[hsm]' を実行し、HASHIRA_PKCS11_MODULE のパスを確かめてください",
        "Run pip install 'hashira[hsm]' and check the path in HASHIRA_PKCS11_MODULE",
    )
    status = 503


class HsmUnavailable(HashiraError):
    """Details: ``reason``."""

    code = "CERT-064"
    what = Bilingual("HSMが応答しません", "The HSM does not answer")
    why = Bilingual("{reason}", "{reason}")
    remedy = Bilingual(
        "HSMの状態を確かめ、しばらくしてからもう一度発行してください",
        "Check the state of the HSM, then issue again",
    )
    status = 503


@dataclass(slots=True)
class Module:
    lib: Any
    pid: int
    calls: AbstractContextManager[Any] = field(default_factory=nullcontext)
    """What a call holds: nothing where the module locks for itself."""
    logins: dict[str, str] = field(default_factory=dict, repr=False)
    """The PIN with which this process has logged in, by token."""


_modules: dict[str, Module] = {}
_modules_lock = threading.Lock()


class _InitializeArgs(ctypes.Structure):
    """CK_C_INITIALIZE_ARGS of PKCS#11 v2.40 §3.7."""

    _fields_ = (
        *((name, ctypes.c_void_p) for name in ("create", "destroy", "lock", "unlock")),
        ("flags", ctypes.c_ulong),
        ("reserved", ctypes.c_void_p),
    )


def open_module(path: str) -> Module:
    with _modules_lock:
        known = _modules.get(path)
        if known is None or known.pid != os.getpid():
            known = _modules[path] = _load(path, known)
        return known


def _load(path: str, inherited: Module | None) -> Module:
    try:
        import pkcs11
    except ImportError as error:
        raise HsmLibraryMissing(
            reason=Bilingual("python-pkcs11 が入っていません", "python-pkcs11 is not installed")
        ) from error
    try:
        library = inherited.lib if inherited else pkcs11.lib(path)
        if not inherited:
            library.finalize()
        answer = _initialize(path)
        if answer == _CANNOT_LOCK:
            library.initialize()
            return Module(library, os.getpid(), threading.RLock())
        if answer:
            raise HsmUnavailable(
                reason=Bilingual(f"初期化の返り値 {answer:#x}", f"It answers {answer:#x} to its start")
            )
    except (pkcs11.PKCS11Error, OSError, AttributeError) as error:
        name = Path(path).name
        raise HsmLibraryMissing(
            reason=Bilingual(f"{name} を読み込めません", f"{name} cannot be loaded")
        ) from error
    return Module(library, os.getpid())


def _initialize(path: str) -> int:
    """``C_Initialize`` with locks of the operating system; what it answers."""
    module = ctypes.CDLL(path)
    for function in (module.C_Initialize, module.C_Finalize):
        function.argtypes, function.restype = (ctypes.c_void_p,), ctypes.c_ulong
    arguments = _InitializeArgs(flags=_OS_LOCKING)
    answer = module.C_Initialize(ctypes.byref(arguments))
    if answer == _ALREADY_INITIALIZED:  # inherited through a fork
        module.C_Finalize(None)
        answer = module.C_Initialize(ctypes.byref(arguments))
    return int(answer)
