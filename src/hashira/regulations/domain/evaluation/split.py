"""Which laws belong together when some are kept away from training (分割).

An Act, its 施行令 and its 施行規則 word the same duty three times; a split between them would let the model
learn the answers by heart. So what is kept away is kept away by family.
"""

from __future__ import annotations

import re

_OF = re.compile(
    r"(?:の施行に(?:関する|伴う|必要な).*|施行令|施行規則|施行細則|施行規程|施行期日を定める.*)$"
)


def family_of(title: str) -> str:
    """The family of a law: its title without what its orders add to it.

    >>> family_of("河川法"), family_of("河川法施行令"), family_of("河川法施行規則")
    ('河川法', '河川法', '河川法')
    """
    return _OF.sub("", title)
