"""What adopting an account would do, found out by rehearsing it (取込みの計画).

The steps themselves run, over a connection that reads and writes down what they would write. So the plan is
what the steps do, and no second telling of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hashira.cloud.adapters.engines.aws.adoption import carried, guarding, opening, scps_on
from hashira.cloud.adapters.engines.aws.archive import bucket_of
from hashira.cloud.adapters.engines.aws.cloud import AwsCloud
from hashira.cloud.adapters.engines.aws.reading import OnlyReads, Rehearses
from hashira.cloud.domain.adoption.plan import AdoptionPlan, Obstacle, PlannedPart, Replaced
from hashira.cloud.domain.engine import EngineError, Facts, NotThere, NotYet, Step
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_MOST_SCPS = 5
_MOST_TRAILS = 5


def plan_of(cloud: AwsCloud, order: EnvironmentOrder) -> AdoptionPlan:
    """Rehearses the steps: what would be sent is written down, and nothing is sent but reading."""
    rehearsal = Rehearses(cloud.connection, cloud.first_role)
    tried = replace(cloud, connect=lambda: rehearsal)
    read = replace(cloud, connect=lambda: OnlyReads(cloud.connection, cloud.first_role))
    facts: dict[str, Any] = {}
    parts, obstacles = [], []
    for step in (*opening(tried), *guarding(tried)):
        rehearsal.step, before = step.name, len(rehearsal.acts)
        found = Bilingual("", "")
        try:
            found = _found(step, order, facts)
            facts |= step.apply(order, facts)
        except EngineError as error:
            if error.passing and not isinstance(error, NotYet):
                raise
            obstacles.append(_obstacle(error))
            if step.name in ("organisation", "unit", "account", "operator-role", "former-settings"):
                break  # nothing further can be told
        parts.append(PlannedPart(step.name, step.title, tuple(rehearsal.acts[before:]), found))
    former = facts.get("former", {})
    if former:
        obstacles.extend(_standing_against(read, order.adopts, former, parts))
    replaced = tuple(_replaced(cloud, order, former, parts)) if former else ()
    return AdoptionPlan(tuple(parts), tuple(obstacles), replaced, _notes(read, former), former)


def _found(step: Step, order: EnvironmentOrder, facts: Facts) -> Bilingual:
    """What the read-back finds before anything is done; empty where all is well."""
    if step.name in ("organisation", "unit", "account", "former-settings"):
        return Bilingual("", "")
    try:
        step.verify(order, facts)
    except NotThere as error:
        found = error.details.get("found")
        return found if isinstance(found, Bilingual) else Bilingual("", "")
    return Bilingual("", "")


def _obstacle(error: EngineError) -> Obstacle:
    why, remedy = (words.format(**error.details) for words in (error.why, error.remedy))
    return Obstacle(error.code, why, remedy)


def _standing_against(
    cloud: AwsCloud, account: str, former: dict[str, Any], parts: Sequence[PlannedPart]
) -> Iterator[Obstacle]:
    """What an adoption would break or could not do."""
    has = {one["id"] for one in scps_on(cloud, account)}
    after = len(has) + len(carried({"former": former}))
    if after > _MOST_SCPS:
        yield Obstacle(
            "CLD-603",
            Bilingual(
                f"引き継ぐSCPを足すと{after}本になり、アカウントに掛けられる{_MOST_SCPS}本を超えます",
                f"With the SCPs to carry over it has {after}; an account may have {_MOST_SCPS}",
            ),
            Bilingual(
                "これまでのOUのSCPを少ない本数にまとめてから、棚卸しをもう一度行ってください",
                "Merge the SCPs of the former units into fewer; then take the inventory again",
            ),
        )
    for one in former["policies"]:
        if one["narrows"]:
            yield Obstacle(
                "CLD-603",
                Bilingual(
                    f"SCP「{one['name']}」は許可の一覧で絞っており、移すと絞り込みが外れます",
                    f"The SCP {one['name']} narrows by what it allows, which a move would lift",
                ),
                Bilingual(
                    "同じことを拒否（Deny）で書いたSCPに替えてから、棚卸しをもう一度行ってください",
                    "Write the same as a denial first; then take the inventory again",
                ),
            )
    by_step = {part.step: part for part in parts}
    archive = by_step.get("log-archive")
    versions = (
        cloud.found(
            "s3", "get_bucket_versioning", "NoSuchBucket", "404", account=account, Bucket=bucket_of(account)
        )
        if archive and archive.acts
        else None
    )
    if versions is not None:
        yield Obstacle(
            "CLD-603",
            Bilingual(
                f"保管庫と同じ名前の {bucket_of(account)} が、違う設定ですでにあります",
                f"{bucket_of(account)} exists already and is set up otherwise",
            ),
            Bilingual(
                "持ち主に確かめ、名前を空けるか、基準のとおりに直してもらってください",
                "Ask its owner to free the name or to set it up as the baseline asks",
            ),
        )
    trail = by_step.get("trail")
    if trail and trail.acts:
        trails = cloud.call("cloudtrail", "describe_trails", account=account)["trailList"]
        if len(trails) >= _MOST_TRAILS:
            yield Obstacle(
                "CLD-603",
                Bilingual(
                    f"証跡が{len(trails)}本あり、一つのリージョンに持てる{_MOST_TRAILS}本に達しています",
                    f"There are {len(trails)} trails of the {_MOST_TRAILS} that a region may have",
                ),
                Bilingual(
                    "使わない証跡を、持ち主に止めてもらってください",
                    "Have its owner end a trail that is not used",
                ),
            )


def _replaced(
    cloud: AwsCloud, order: EnvironmentOrder, former: dict[str, Any], parts: Sequence[PlannedPart]
) -> Iterator[Replaced]:
    """What of the tenant's would be another one afterwards; a reader of the plan has to see each."""
    acting = {part.step for part in parts if part.acts}
    if "contacts" in acting:
        sent = [json.loads(act.contents) for part in parts for act in part.acts if part.step == "contacts"]
        for one in sent:
            kept = former["contacts"].get(one["AlternateContactType"])
            if kept and kept["EmailAddress"] != one["EmailAddress"]:
                said = one["AlternateContactType"]
                yield Replaced(
                    Bilingual(f"連絡先 {said}", f"Contact {said}"), kept["EmailAddress"], one["EmailAddress"]
                )
    if "recorder" in acting:
        for region in cloud.regions:
            if region in former["deliveries"]:
                yield Replaced(
                    Bilingual(f"構成の記録の届け先（{region}）", f"Delivery of the recorder ({region})"),
                    f"s3://{former['deliveries'][region]['s3BucketName']}",
                    f"s3://{bucket_of(order.adopts)}",
                )


def _notes(cloud: AwsCloud, former: dict[str, Any]) -> tuple[Bilingual, ...]:
    """What a release leaves behind, written down before anybody approves."""
    stays = Bilingual(
        "取込みを取り消しても、ロール、保管庫、証跡、構成の記録と規則、検知、集約、暗号化、公開の遮断、"
        "パスワードの決まりは残ります",
        "A release leaves the role, archive, trail, recorder and rules, detector, hub, encryption, the block "
        "of public access and the password policy",
    )
    if not former:
        return (stays,)
    carried = ", ".join(one["name"] for one in former["policies"]) or "0"
    return (
        stays,
        Bilingual(f"アカウントに引き継ぐSCP：{carried}", f"SCPs carried over to the account: {carried}"),
        Bilingual(f"戻る先のOU：{former['unit']}", f"The unit that it goes back to: {former['unit']}"),
    )
