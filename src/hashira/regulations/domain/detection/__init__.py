"""Finding analog regulations: from the units of a law to ranked, explained findings (アナログ規制の洗い出し).

The interface::

    surveyor = Surveyor(JAPAN)              # builds its automaton once
    survey = surveyor.survey(law)           # one LawText at a time; laws can be surveyed side by side
    found = findings(surveys)               # Findings over all of them, best first, with families and reasons

Text flows through the files in this order: ``rule`` (what is looked for; ``japan`` is the set for Japan) →
``engine`` (one pass) → ``occurrence`` (where, with its signs) → ``model`` (how sure, and why) → ``kind``
(type and phase, of the tables in ``category``) → ``family`` (the same wording elsewhere) → ``survey`` (all
of it put together) → ``finding`` (a row for an officer).
"""

from __future__ import annotations

from hashira.regulations.domain.detection.finding import Finding, Reason
from hashira.regulations.domain.detection.japan import JAPAN
from hashira.regulations.domain.detection.survey import Survey, Surveyor, findings

__all__ = ["JAPAN", "Finding", "Reason", "Survey", "Surveyor", "findings"]
