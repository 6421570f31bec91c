"""The guardrails as anybody reads them: what for, how each provider holds them, what they cost (公開)."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from hashira.cloud.domain.baseline import BASELINE, BaselineGuardrail, Hold, baseline_guardrail
from hashira.cloud.domain.baseline.catalogue import VERSION
from hashira.cloud.domain.baseline.cloudformation import template
from hashira.cloud.domain.baseline.cost import PRICES, YEN_A_DOLLAR
from hashira.cloud.domain.baseline.entry import ENGINE_NAMES, ENGINES, Granter
from hashira.cloud.domain.baseline.keystone_policy import policy_file
from hashira.cloud.domain.baseline.record import baseline_record, guardrail_record
from hashira.cloud.domain.guardrail import GuardrailClass
from hashira.cloud.selectors.baseline_versions import current_terms
from hashira.core import access
from hashira.kernel.canonical_json import canonical_json
from hashira.kernel.language import Bilingual
from hashira.ui.tables import Column, Table
from hashira.ui.wording import shown, worded

_PUBLIC = "the guardrails are public"
CLASSES = tuple((one.value, one.label) for one in GuardrailClass)
HOLD_KINDS = {
    Hold.PREVENTS: "success",
    Hold.SETS: "info",
    Hold.DETECTS: "info",
    Hold.CANNOT: "warning",
    Hold.NOT_NEEDED: "neutral",
}
"""The kind of the status chip."""
_LEAST, _MOST = Decimal(50), Decimal(500)
_HELD_FILTER = tuple((one.value, one.label) for one in Hold)


@access.public(_PUBLIC)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All guardrails, with what each provider does about them and what they cost a month."""
    if request.GET.get("format") == "json":
        document = {"version": VERSION, "guardrails": baseline_record()}
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False})
    rate = _rate(request)
    table = Table(
        columns=(
            Column(
                "title",
                _("ガードレール"),
                heading=True,
                sortable=True,
                filterable=True,
                link=lambda one: reverse("cloud:guardrail", args=[one.id]),
            ),
            Column(
                "belongs",
                _("区分"),
                choices=CLASSES,
                filterable=True,
                sortable=True,
                value=lambda one: one.belongs.value,
            ),
            Column("intent", _("目的"), filterable=True),
            *(_engine_column(engine) for engine in ENGINES),
            Column(
                "cost",
                _("月の費用（円）"),
                numeric=True,
                sortable=True,
                value=lambda one: one.cost.yen(rate),
            ),
        ),
        rows=BASELINE,
        request=request,
        caption=_("ガードレール"),
        page_size=50,
        stacked=True,
        empty=_("あてはまるガードレールはありません"),
    )
    if table.wants_csv:
        return table.csv_response("guardrails.csv")
    in_force = [one for one in BASELINE if one.belongs is not GuardrailClass.SAMPLE]
    context = {
        "table": table,
        "version": current_terms().version,
        "rate": rate,
        "rates": [(one, one == rate) for one in (Decimal(115), Decimal(139), Decimal(150), Decimal(160))],
        "total": sum((one.cost.yen(rate) for one in in_force), Decimal(0)),
        "total_usd": sum((one.cost.usd for one in in_force), Decimal(0)),
        "assumption": in_force[-1].cost.assumption,
    }
    return render(request, "cloud/guardrails.html", context)


@access.public(_PUBLIC)
@require_safe
def show(request: HttpRequest, guardrail_id: str) -> HttpResponse:
    """One guardrail: every provider with what is set there, the check, exceptions, cost, sources."""
    known = baseline_guardrail(guardrail_id)
    if known is None:
        raise Http404
    if request.GET.get("format") == "json":
        return JsonResponse(guardrail_record(known), json_dumps_params={"ensure_ascii": False})
    rate = _rate(request)
    context = {
        "one": known,
        "facts": [
            (_("区分"), known.belongs.label),
            (_("例外を認める人"), known.exception.granter.label),
            *_exception_facts(known),
            (
                _("月の費用"),
                _("{yen}円（{usd}ドル、1ドル{rate}円）").format(
                    yen=shown(known.cost.yen(rate)), usd=known.cost.usd, rate=rate
                ),
            ),
            (_("費用の前提"), known.cost.assumption),
            (_("出典"), known.reference),
        ],
        "cost": [
            (PRICES[name].unit, count, PRICES[name].usd) for name, count in known.cost.quantities.items()
        ],
        "engines": [_engine(known, engine) for engine in ENGINES],
        "scp": _pretty(known.prevention.document) if known.prevention else "",
        "leaves_open": known.prevention.leaves_open if known.prevention else None,
        "may_ask": known.exception.granter is Granter.OPERATORS
        and any(grant.role == "cloud_applicant" for grant in request.principal.grants),
    }
    return render(request, "cloud/guardrail.html", context)


@access.public(_PUBLIC)
@cache_control(public=True, max_age=60)
@require_safe
def file(request: HttpRequest, format: str) -> HttpResponse:
    """The mandatory template, or the policy file of Keystone, to take away."""
    if format == "mandatory.template.json":
        mandatory = [one for one in BASELINE if one.belongs is GuardrailClass.MANDATORY]
        text = _pretty(template(mandatory, version=VERSION)) + "\n"
        kind = "application/json"
    elif format == "policy.yaml":
        text, kind = policy_file(BASELINE, version=VERSION), "text/yaml; charset=utf-8"
    else:
        raise Http404
    response = HttpResponse(text, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="hashira-{format}"'
    return response


def _engine_column(engine: str) -> Column:
    return Column(
        engine,
        ENGINE_NAMES[engine],
        filterable=True,
        value=lambda one: "・".join(worded(hold.label) for hold in one.at(engine).holds),
    )


def _exception_facts(one: BaselineGuardrail) -> list[tuple[object, object]]:
    facts: list[tuple[object, object]] = []
    if one.exception.longest_days:
        words = Bilingual(f"{one.exception.longest_days}日", f"{one.exception.longest_days} days")
        facts.append((_("例外の最長の期間"), words))
    facts.append((_("例外の条件"), one.exception.condition))
    return facts


def _engine(one: BaselineGuardrail, engine: str) -> dict[str, object]:
    """What one provider does, as the template draws it."""
    realised = one.at(engine)
    settings: list[tuple[object, object]] = [
        *realised.settings.items(),
        *((name, str(limit)) for name, limit in realised.limits.items()),
        *realised.policy.items(),
        *(
            (rule.identifier, "、".join(f"{k}={v}" for k, v in rule.parameters.items()) or "–")
            for rule in realised.rules
        ),
    ]
    checks = realised.verifier.checks if realised.verifier else ()
    return {
        "key": engine,
        "name": ENGINE_NAMES[engine],
        "chips": [(HOLD_KINDS[hold], hold.label) for hold in realised.holds],
        "how": realised.how,
        "settings": settings,
        "checks": [(check.kind, check.wrong, check.one_is_enough) for check in checks],
    }


def _pretty(document: object) -> str:
    return json.dumps(json.loads(canonical_json(document)), ensure_ascii=False, indent=2)  # type: ignore[arg-type]


def _rate(request: HttpRequest) -> Decimal:
    """The rate that is asked for, where it is a sensible one."""
    try:
        asked = Decimal(request.GET.get("rate", ""))
    except InvalidOperation:
        return YEN_A_DOLLAR
    return asked if asked.is_finite() and _LEAST <= asked <= _MOST else YEN_A_DOLLAR
