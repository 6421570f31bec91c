"""What compliance-trestle says of an OSCAL catalogue, where it is installed (OSCALの外部検査)."""

from __future__ import annotations

import logging
from argparse import Namespace
from pathlib import Path


def trestle_says(file: Path) -> bool | None:
    """Whether trestle's model and validators take the catalogue; ``None`` where it is not installed."""
    try:
        from trestle.core import validator_factory
        from trestle.oscal.catalog import Catalog
    except ImportError:
        return None
    logging.disable(logging.CRITICAL)
    try:
        catalogue = Catalog.oscal_read(file)
        if catalogue is None:
            return False
        every = validator_factory.validator_factory.get(Namespace(mode="all"))
        return bool(every.model_is_valid(catalogue, True, None))
    except Exception:  # whatever its parser meets in a file that is no catalogue
        return False
    finally:
        logging.disable(logging.NOTSET)
