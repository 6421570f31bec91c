"""Pages of certificates a second, on one core, beside raw P-256 verification as the measure of the machine.

    .venv/bin/python -m benchmarks.paper [PAGES]

Every page has its own name, number and code; drawing the code is part of the work and also told alone.
Processor time is counted and not the clock, since the compiler of the document may use another core beside
it; of several batches the best counts, since the machine may be noisy.
"""

from __future__ import annotations

import secrets
import sys
import time
from datetime import UTC, date, datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from hashira.certificates.adapters.paper.printer import paper_code, pdf
from hashira.certificates.domain.paper import CARD_SIDE, PaperDose, PaperSheet
from hashira.kernel.language import Bilingual

_TITLE = Bilingual("国内用（SMART Health Card）", "For use in Japan (SMART Health Card)")
_LETTERS_OF_THREE_DOSES = 812


def text_of_a_card() -> str:
    """As many digits as a card of three doses has."""
    return "shc:/" + "".join(f"{secrets.randbelow(78):02d}" for _ in range(_LETTERS_OF_THREE_DOSES))


def sheet(serial: int, text: str) -> PaperSheet:
    return PaperSheet(
        number=f"UTO13101620261123{serial:06d}",
        issued_at=datetime(2026, 11, 23, tzinfo=UTC),
        municipality=Bilingual("千代田区", "Chiyoda"),
        name=f"見本　{'一二三四五六七八九十'[serial % 10]}郎",
        birth_date=date(1980, 1, 1 + serial % 28),
        travel=None,
        doses=tuple(
            PaperDose(
                date(2021, 6, 1 + place),
                place + 1,
                Bilingual("新型コロナウイルス感染症", "COVID-19"),
                Bilingual("ファイザー", "Pfizer-BioNTech"),
                Bilingual("コミナティ筋注", "COMIRNATY"),
                f"FA{serial:04d}",
                "JPN",
            )
            for place in range(3)
        ),
        codes=(paper_code(text, title=_TITLE, alternative=_TITLE, side=CARD_SIDE),),
        official=False,
    )


def verifications_a_second() -> float:
    key = ec.generate_private_key(ec.SECP256R1())
    message, algorithm = b"x" * 700, ec.ECDSA(SHA256())
    signature, public = key.sign(message, algorithm), key.public_key()
    best = float("inf")
    for _ in range(20):
        started = time.process_time()
        for _ in range(200):
            public.verify(signature, message, algorithm)
        best = min(best, (time.process_time() - started) / 200)
    return 1 / best


def best(pages: int, size: int) -> tuple[float, float]:
    """Pages a second with their codes drawn, and without: the best of five batches each."""
    drawing, printing = float("inf"), float("inf")
    for _ in range(5):
        texts = [text_of_a_card() for _ in range(pages)]
        started = time.process_time()
        sheets = [sheet(serial, text) for serial, text in enumerate(texts)]
        drawn = time.process_time()
        for first in range(0, pages, size):
            pdf(sheets[first : first + size])
        drawing = min(drawing, (drawn - started) / pages)
        printing = min(printing, (time.process_time() - drawn) / pages)
    return 1 / (drawing + printing), 1 / printing


def main(pages: int) -> None:
    print(f"raw P-256 verifications, one core: {verifications_a_second():8.0f} a second (calibration)")
    pdf([sheet(0, text_of_a_card())])  # the typefaces are loaded once a process
    for size in (1, 20, 50):
        whole, without = best(pages, size)
        print(f"pages, {size:2d} in a document: {whole:8.0f} a second, {without:.0f} without drawing codes")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
