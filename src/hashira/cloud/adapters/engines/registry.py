"""Which engines this installation has, by key (使えるクラウド)."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from django.conf import settings

from hashira.cloud.domain.engine import Engine, EngineUnknown

MODULES = {
    "aws": "hashira.cloud.adapters.engines.aws",
    "openstack": "hashira.cloud.adapters.engines.openstack",
    "lxd": "hashira.cloud.adapters.engines.lxd",
}
"""Each module has ``engine() -> Engine``, made from the settings; imported when it is first asked for."""

_made: dict[str, Engine] = {}
_registered: dict[str, Callable[[], Engine]] = {}


def register(key: str, make: Callable[[], Engine]) -> None:
    """Adds an engine that is not in ``MODULES``, or puts another in its place."""
    _registered[key] = make
    _made.pop(key, None)


def forget(key: str) -> None:
    """Takes back what ``register`` added, and makes the engine anew when it is next asked for."""
    _registered.pop(key, None)
    _made.pop(key, None)


def engine_keys() -> tuple[str, ...]:
    """The keys of all engines: those that ``HASHIRA_CLOUD_ENGINES`` names, and those registered."""
    return tuple(dict.fromkeys([*settings.HASHIRA_CLOUD_ENGINES, *_registered]))


def engine_of(key: str) -> Engine:
    """The engine, one in each process. Raises ``EngineUnknown``."""
    if key not in engine_keys():
        raise EngineUnknown(key=key)
    if key not in _made:
        make = _registered.get(key)
        if make is None:
            if key not in MODULES:
                raise EngineUnknown(key=key)
            make = importlib.import_module(MODULES[key]).engine
        _made[key] = make()
    return _made[key]
