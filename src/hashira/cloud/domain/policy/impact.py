"""Who loses what by a changed policy, told from the calls that were recorded (影響の試算).

    impact = compare(before, after, calls)

Only the organisation is asked, its SCPs and RCPs: that the policies of identities and resources allow a
recorded call is told by its success. A condition on a key that a record does not have is not guessed: the
answer then is that the call *may* be lost, and which key would tell.

Calls are read one by one and judged once for each shape: the same chain of policies, the same action and the
same values of the keys that those policies ask for. Memory holds the shapes and the groups, not the calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from hashira.cloud.domain.policy.calls import Call, principal_of
from hashira.cloud.domain.policy.document import Effect, PolicyKind, Statement
from hashira.cloud.domain.policy.evaluation import RCP_SERVICES, Reason, under_scps
from hashira.cloud.domain.policy.organisation import Levels, Organisation
from hashira.cloud.domain.policy.request import ContextValue, Principal, Request

MOST_GROUPS = 200_000
"""Groups that are kept apart; further ones are counted by account alone."""
MOST_SHAPES = 500_000
"""Shapes whose answer is remembered; then the memory starts anew."""


class Change(StrEnum):
    """What becomes of a call (変化)."""

    LOSES = "loses"
    MAY_LOSE = "may-lose"
    GAINS = "gains"
    MAY_GAIN = "may-gain"


class Verdict(StrEnum):
    """What the organisation says to a call."""

    PASSES = "passes"
    STOPPED = "stopped"
    UNTOLD = "untold"
    """The record lacks a key that decides."""


class Group(NamedTuple):
    """What is counted together. Sessions count under their role."""

    account: str
    principal: str
    action: str
    change: Change
    reason: Reason | None
    """The statement that decides, or the layer that does not allow."""
    unknown: tuple[str, ...] = ()
    """Keys without which it cannot be judged."""


@dataclass(slots=True)
class Impact:
    """The sum over all calls."""

    groups: Counter[Group] = field(default_factory=Counter)
    """Calls by group."""
    calls: int = 0
    unchanged: int = 0
    refused: int = 0
    """Refused when they were made, and no more allowed than before."""
    contradicting: int = 0
    """They succeeded although the policies before the change deny them: these were not in force then, or the
    record means another action. They are not counted as lost."""
    shapes: int = 0
    """Different questions that had to be judged."""
    merged: int = 0
    """Groups that no longer were kept apart."""

    @property
    def loses(self) -> bool:
        """Whether anybody loses anything."""
        return any(group.change is Change.LOSES for group in self.groups)

    def of(self, change: Change) -> int:
        """Calls with one change."""
        return sum(count for group, count in self.groups.items() if group.change is change)

    def accounts(self, change: Change) -> int:
        """Accounts with one change."""
        return len({group.account for group in self.groups if group.change is change})

    def listed(self) -> list[tuple[Group, int]]:
        """The groups: what is lost first, then by count."""
        order = list(Change)
        return sorted(
            self.groups.items(), key=lambda item: (order.index(item[0].change), -item[1], item[0][:3])
        )


def compare(before: Organisation, after: Organisation, calls: Iterable[Call]) -> Impact:
    """Judges every call by both organisations.

    Raises:
        UnreadableRequest: if a principal cannot be read; the reader of the calls may leave such ones out.
    """
    impact = Impact()
    judge = _Judge(before, after, impact)
    for call in calls:
        impact.calls += call.count
        judge.take(call)
    return impact


class _Plan(NamedTuple):
    """How the statements about one action decide, by their numbers."""

    denials: tuple[tuple[int, Reason], ...]
    """Of SCPs, that are asked only for who is under them."""
    resource_denials: tuple[tuple[int, Reason], ...]
    levels: tuple[tuple[int, ...], ...]
    """The allowances of each level of SCPs."""


class _Relevant(NamedTuple):
    """What of a pair of chains speaks of one action."""

    changed: bool
    statements: tuple[Statement, ...]
    """Each once, though many levels say it."""
    plans: tuple[_Plan, _Plan]
    keys: tuple[str, ...]
    resource: bool


_Told = tuple[bool | None, ...]
_Answer = tuple[Change | None, Reason | None, tuple[str, ...], bool]


class _Judge:
    def __init__(self, before: Organisation, after: Organisation, impact: Impact) -> None:
        self.before, self.after, self.impact = before, after, impact
        self.chains: dict[str, int] = {}
        self.numbers: dict[object, int] = {}
        self.pairs: list[tuple[tuple[Levels, Levels], tuple[Levels, Levels]]] = []
        self.relevant: dict[tuple[int, int, str], _Relevant] = {}
        self.answers: dict[tuple[object, ...], _Answer] = {}

    def take(self, call: Call) -> None:
        principal = principal_of(call.principal)
        asked = (self.chain(principal.account), self.chain(call.resource_account), call.action)
        relevant = self.relevant.get(asked)
        if relevant is None:
            relevant = self.relevant[asked] = self.speaking(*asked)
        if not relevant.changed:
            self.impact.unchanged += call.count
            return
        known = tuple([self.known(call, principal, key) for key in relevant.keys])
        resource = call.resource if relevant.resource else "*"
        shape = (asked, principal.kind, principal.service_linked, resource, known, call.refused)
        answer = self.answers.get(shape)
        if answer is None:
            if len(self.answers) >= MOST_SHAPES:
                self.answers.clear()
            self.impact.shapes += 1
            context = {k: v for k, v in zip(relevant.keys, known, strict=True) if v is not None}
            request = Request(principal, call.action, resource, call.resource_account, context)
            answer = self.answers[shape] = _answer(request, relevant, call.refused)
        self.count(call, principal, answer)

    def count(self, call: Call, principal: Principal, answer: _Answer) -> None:
        change, reason, unknown, contradicts = answer
        if contradicts:
            self.impact.contradicting += call.count
        if change is None:
            if call.refused:
                self.impact.refused += call.count
            elif not contradicts:
                self.impact.unchanged += call.count
            return
        account = principal.account or call.resource_account
        group = Group(account, principal.role or principal.arn, call.action, change, reason, unknown)
        groups = self.impact.groups
        if group not in groups and len(groups) >= MOST_GROUPS:
            self.impact.merged += 1
            group = Group(account, "", "", change, None)
        groups[group] += call.count

    def known(self, call: Call, principal: Principal, key: str) -> ContextValue | None:
        value = call.known(key)
        if value is None and key in ("aws:principalorgid", "aws:resourceorgid") and self.before.id:
            account = principal.account if key == "aws:principalorgid" else call.resource_account
            return self.before.id if account in self.before.accounts else None
        return value

    def chain(self, account: str) -> int:
        """The number of the pair of chains that an account has."""
        number = self.chains.get(account)
        if number is None:
            named = (self.before.chain(account), self.after.chain(account))
            number = self.chains[account] = self.numbers.setdefault(named, len(self.pairs))
            if number == len(self.pairs):
                self.pairs.append((self.before.levels(account), self.after.levels(account)))
        return number

    def speaking(self, by: int, of: int, action: str) -> _Relevant:
        """The statements about an action; where they say the same before and after, nothing changes."""
        restricted = action.partition(":")[0].lower() in RCP_SERVICES
        numbers: dict[object, int] = {}
        statements: list[Statement] = []

        def number(statement: Statement) -> int:
            found = numbers.setdefault(statement.signature, len(statements))
            if found == len(statements):
                statements.append(statement)
            return found

        def about(levels: Levels, effect: Effect) -> list[list[tuple[int, Reason]]]:
            return [
                [
                    (number(one), Reason(policy.kind, policy.name, one.place))
                    for policy in level
                    for one in policy.statements
                    if one.effect is effect and one.matches_action(action)
                ]
                for level in levels
            ]

        def plan(when: int) -> _Plan:
            scps, rcps = self.pairs[by][when][0], self.pairs[of][when][1] if restricted else ()
            denials, resource_denials = (
                tuple(one for level in about(levels, Effect.DENY) for one in level) for levels in (scps, rcps)
            )
            allowances = tuple(tuple(one for one, _reason in level) for level in about(scps, Effect.ALLOW))
            return _Plan(denials, resource_denials, allowances)

        plans = (plan(0), plan(1))
        return _Relevant(
            _said(plans[0]) != _said(plans[1]),
            tuple(statements),
            plans,
            tuple(sorted({key for one in statements for key in one.asks})),
            any(one.resources != ("*",) for one in statements),
        )


def _said(plan: _Plan) -> tuple[object, ...]:
    """What a plan decides by, apart from the names of policies."""
    denials = tuple(frozenset(number for number, _reason in listed) for listed in plan[:2])
    return denials, frozenset(frozenset(level) for level in plan.levels)


def _answer(request: Request, relevant: _Relevant, refused: bool) -> _Answer:
    told = tuple([statement.told(request) for statement in relevant.statements])
    under = under_scps(request.principal)
    linked = request.principal.service_linked
    (was, stopped), (will, stops) = (_verdict(plan, told, under, linked) for plan in relevant.plans)
    contradicts = was is Verdict.STOPPED and not refused
    change = _change(was, will, refused)
    if change in (Change.MAY_LOSE, Change.MAY_GAIN):
        open_ = (one for one, answer in zip(relevant.statements, told, strict=True) if answer is None)
        unknown = sorted(set().union(*(one.unknown(request) for one in open_)))
        return change, stops or stopped, tuple(unknown), contradicts
    reason = stopped if change is Change.GAINS else stops if change else None
    return change, reason, (), contradicts


def _change(was: Verdict, will: Verdict, refused: bool) -> Change | None:
    """What becomes of a call. One that succeeded has passed before, whatever its record lacks."""
    if not refused:
        if was is Verdict.STOPPED:
            return None
        return {Verdict.STOPPED: Change.LOSES, Verdict.UNTOLD: Change.MAY_LOSE, Verdict.PASSES: None}[will]
    if was is Verdict.PASSES or will is Verdict.STOPPED:
        return None
    sure = was is Verdict.STOPPED and will is Verdict.PASSES
    return Change.GAINS if sure else Change.MAY_GAIN


def _verdict(plan: _Plan, told: _Told, under: bool, linked: bool) -> tuple[Verdict, Reason | None]:
    """What :func:`restrict` says under both assumptions, from statements that were asked once."""
    open_: Reason | None = None
    for denials in (plan.denials if under else (), () if linked else plan.resource_denials):
        for number, reason in denials:
            if told[number]:
                return Verdict.STOPPED, reason
            if told[number] is None:
                open_ = open_ or reason
    for level in plan.levels if under else ():
        answers = {told[number] for number in level}
        if True not in answers:
            if None not in answers:
                return Verdict.STOPPED, _NOT_ALLOWED
            open_ = open_ or _NOT_ALLOWED
    return (Verdict.UNTOLD, open_) if open_ else (Verdict.PASSES, None)


_NOT_ALLOWED = Reason(PolicyKind.SCP, "", "")
"""No SCP of a level allows it."""
