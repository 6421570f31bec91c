"""The people of one account: oneself, and the children whom one represents (アカウントの人)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from hashira.certificates.selectors.linking import links_of
from hashira.certificates.selectors.representation import Represented, represented_by
from hashira.certificates.store.models import Person
from hashira.kernel.language import Bilingual


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """One municipality's record of the person; since when it is linked, until when as a representative."""

    person_id: UUID
    since: datetime
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class AccountPerson:
    """A person with all linked records. A child of twins or of the same name is another person each."""

    own: bool
    name: str
    records: tuple[KnownRecord, ...]

    @property
    def key(self) -> str:
        """By which a page chooses the person."""
        return str(self.records[0].person_id)

    @property
    def label(self) -> Bilingual:
        """The name, and who that is to the reader."""
        if self.own:
            return Bilingual(f"{self.name}（わたし）", f"{self.name} (me)")
        return Bilingual(f"{self.name}（お子さま）", f"{self.name} (child)")


def people_of(resident_id: str) -> tuple[AccountPerson, ...]:
    """Oneself first, then the children by their age.

    Records of one name and birth date in different municipalities are one child's. Two in the same
    municipality are two children, whatever their names.
    """
    links = links_of(resident_id)
    names = dict(Person.objects.filter(pk__in=[link.person_id for link in links]).values_list("pk", "name"))
    found: list[AccountPerson] = []
    if links:
        own = tuple(KnownRecord(link.person_id, link.linked_at) for link in links)
        found.append(AccountPerson(True, names[links[0].person_id], own))
    for _key, rows in groupby(represented_by(resident_id), key=lambda one: one.key):
        found += [
            AccountPerson(
                False,
                child[0].name,
                tuple(KnownRecord(one.person_id, one.proved_at, one.ends_on) for one in child),
            )
            for child in _children(tuple(rows))
        ]
    return tuple(found)


def _children(rows: tuple[Represented, ...]) -> list[list[Represented]]:
    """Records of one name and birth date, child by child: in one municipality each child stands once."""
    children: list[list[Represented]] = []
    for row in rows:
        for child in children:
            if all(known.organisation_id != row.organisation_id for known in child):
                child.append(row)
                break
        else:
            children.append([row])
    return children
