"""Which laws belong together: an Act, its 施行令 and its 施行規則 (法令の系統).

They word the same duty three times. So what is sure of one tells something of the others, and an
evaluation must not have one of them on either side of a split.
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
