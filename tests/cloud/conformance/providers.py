"""The providers that this machine can start, and of which inventories are read."""

from __future__ import annotations

import pytest
from tests.cloud.conformance import lxd

_PAPER = pytest.param("paper")
_AWS = pytest.param("aws", marks=pytest.mark.long)
_OPENSTACK = pytest.param("openstack", marks=pytest.mark.foreign)
_LXD = [] if lxd.missing() else [pytest.param("lxd", marks=pytest.mark.foreign)]

PROVIDERS = [_PAPER, _AWS, _OPENSTACK, *_LXD]
ADOPTING = [_PAPER, _AWS]
"""Those whose engines have a surveyor."""
READING_INVENTORIES = [_OPENSTACK, *_LXD]
"""Those whose engines read what the verifiers of the baseline look at; on AWS nothing collects it yet."""
