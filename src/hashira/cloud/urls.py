"""Addresses of the Government Cloud: ``path("cloud/", include("hashira.cloud.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.cloud.web import (
    assessments,
    desk,
    early,
    emergencies,
    guardrail_exceptions,
    guardrails,
    proposals,
    public,
    verdicts,
)

app_name = "cloud"
urlpatterns = [
    path("", public.index, name="index"),
    path("catalogues/", public.catalogues, name="catalogues"),
    path("catalogues/<uuid:catalogue_id>", public.catalogue, name="catalogue"),
    path("catalogues/<uuid:catalogue_id>/file/<str:format>", public.catalogue_file, name="catalogue-file"),
    path(
        "catalogues/<uuid:before>/compared-with/<uuid:after>", public.catalogue_difference, name="difference"
    ),
    path("services/", public.services, name="services"),
    path("services/<uuid:proposal_id>", public.service, name="service"),
    path("early/", early.index, name="early"),
    path("early/<uuid:call_id>", early.call, name="early-call"),
    path("early/<uuid:call_id>/apply", early.apply, name="early-apply"),
    path("early/<uuid:call_id>/choice", early.choice, name="early-choice"),
    path("early/applications/<uuid:application_id>/score", early.score, name="early-score"),
    path("desk/", desk.desk, name="desk"),
    path("desk/catalogues/new", desk.import_new, name="catalogue-import"),
    path("desk/catalogues/<uuid:catalogue_id>", desk.draft, name="catalogue-draft"),
    path("desk/catalogues/<uuid:catalogue_id>/publish", desk.publish, name="catalogue-publish"),
    path("desk/catalogues/<uuid:catalogue_id>/items/new", desk.requirement, name="requirement-new"),
    path("desk/catalogues/<uuid:catalogue_id>/items/<int:key>", desk.requirement, name="requirement"),
    path("desk/rounds/new", desk.round_new, name="round-new"),
    path("desk/listings/new", desk.listing_new, name="listing-new"),
    path("desk/listings/<uuid:offering_id>/end", desk.listing_end, name="listing-end"),
    path("desk/early/new", early.new, name="early-new"),
    path("proposals/", proposals.index, name="proposals"),
    path("proposals/new", proposals.new, name="proposal-new"),
    path("proposals/<uuid:proposal_id>", proposals.show, name="proposal"),
    path("proposals/<uuid:proposal_id>/service", proposals.describe, name="proposal-service"),
    path("proposals/<uuid:proposal_id>/items/<int:key>", proposals.item, name="proposal-item"),
    path("proposals/<uuid:proposal_id>/evidence/<uuid:evidence_id>", proposals.evidence, name="evidence"),
    path(
        "proposals/<uuid:proposal_id>/evidence/<uuid:evidence_id>/remove",
        proposals.evidence_remove,
        name="evidence-remove",
    ),
    path("proposals/<uuid:proposal_id>/partners", proposals.partners, name="proposal-partners"),
    path("proposals/<uuid:proposal_id>/submit", proposals.submit, name="proposal-submit"),
    path(
        "proposals/<uuid:proposal_id>/progress/<uuid:condition_id>",
        proposals.progress,
        name="proposal-progress",
    ),
    path("assessment/", assessments.index, name="assessment"),
    path("assessment/<uuid:proposal_id>", assessments.show, name="assess"),
    path("assessment/<uuid:proposal_id>/act", assessments.act, name="assess-act"),
    path("assessment/<uuid:proposal_id>/items/<int:key>", assessments.item, name="assess-item"),
    path(
        "assessment/<uuid:proposal_id>/evidence/<uuid:evidence_id>",
        assessments.evidence,
        name="assess-evidence",
    ),
    path("assessment/<uuid:proposal_id>/differences", assessments.differences, name="differences"),
    path("assessment/<uuid:proposal_id>/differences/<int:key>", assessments.settle, name="settle"),
    path("assessment/<uuid:proposal_id>/return", assessments.send_back, name="send-back"),
    path("assessment/<uuid:proposal_id>/verdict", verdicts.verdict, name="verdict"),
    path(
        "assessment/<uuid:proposal_id>/progress/<uuid:report_id>",
        verdicts.progress,
        name="assess-progress",
    ),
    path("guardrails/", guardrails.index, name="guardrails"),
    path("guardrails/files/<str:format>", guardrails.file, name="guardrails-file"),
    path("guardrails/<slug:guardrail_id>", guardrails.show, name="guardrail"),
    path("exceptions/", guardrail_exceptions.index, name="exceptions"),
    path("exceptions/new", guardrail_exceptions.new, name="exception-new"),
    path("exceptions/<uuid:exception_id>", guardrail_exceptions.show, name="exception"),
    path("emergencies/", emergencies.index, name="emergencies"),
    path("emergencies/new", emergencies.new, name="emergency-new"),
    path("emergencies/<uuid:emergency_id>", emergencies.show, name="emergency"),
]
