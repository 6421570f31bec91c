"""Addresses of the certificates: ``path("certificates/", include("hashira.certificates.urls"))``."""

from __future__ import annotations

from django.urls import path

from hashira.certificates.web import (
    doses,
    imports,
    issuer,
    link_desk,
    linking,
    own_certificates,
    own_record,
    register,
    status,
    trust,
    verifier,
)
from hashira.certificates.web.verification import verify

app_name = "certificates"
urlpatterns = [
    path("verify", verify, name="verify"),
    path("verifier/", verifier.app, name="verifier"),
    path("verifier/configuration.json", verifier.configuration, name="verifier-configuration"),
    path("verifier/rules.json", verifier.rules, name="verifier-rules"),
    path("verifier/manifest.webmanifest", verifier.manifest, name="verifier-manifest"),
    path("verifier/worker.js", verifier.worker, name="verifier-worker"),
    path("verifier/codes", verifier.codes, name="verifier-codes"),
    path("verifier/<str:language>/", verifier.app, name="verifier-in"),
    path("trust", trust.index, name="trust"),
    path("issuer/csca.pem", issuer.csca, name="csca"),
    path("issuer/bundle", issuer.bundle, name="bundle"),
    path("revocations/", status.index, name="revocations"),
    path("register/<uuid:person_id>/certificates", status.of_person, name="person-certificates"),
    path("register/<uuid:person_id>/certificates/<uuid:certificate_id>/revoke", status.revoke, name="revoke"),
    path("my/notices/<uuid:reissue_id>", status.answer_notice, name="answer-notice"),
    path("register/", register.search, name="register"),
    path("register/new", register.new_person, name="person-new"),
    path("register/<uuid:person_id>", register.person, name="person"),
    path("register/<uuid:person_id>/revise", register.revise, name="person-revise"),
    path("register/<uuid:person_id>/doses/new", doses.new, name="dose-new"),
    path("register/<uuid:person_id>/doses/<uuid:event>/correct", doses.correct, name="dose-correct"),
    path("register/<uuid:person_id>/doses/<uuid:event>/void", doses.void, name="dose-void"),
    path("register/<uuid:person_id>/link-code", link_desk.code, name="link-code"),
    path("register/<uuid:person_id>/end-link", link_desk.end, name="link-end"),
    path("imports/", imports.index, name="imports"),
    path("imports/new", imports.new, name="import-new"),
    path("imports/<uuid:import_id>", imports.show, name="import"),
    path("imports/<uuid:import_id>/columns", imports.columns, name="import-columns"),
    path("imports/<uuid:import_id>/apply", imports.apply, name="import-apply"),
    path("imports/<uuid:import_id>/cancel", imports.cancel, name="import-cancel"),
    path("imports/<uuid:import_id>/undo", imports.undo, name="import-undo"),
    path("imports/<uuid:import_id>/report", imports.report, name="import-report"),
    path("links/", link_desk.queue, name="links"),
    path("links/<uuid:request_id>", link_desk.decide, name="link-request"),
    path("my/", own_record.own, name="own"),
    path("my/link", linking.choose, name="my-link"),
    path("my/link/<uuid:organisation_id>", linking.enter, name="my-link-enter"),
    path("my/link/<uuid:organisation_id>/ask", linking.ask, name="my-link-ask"),
    path("my/link/request/<uuid:request_id>/withdraw", linking.withdraw, name="my-link-withdraw"),
    path("my/<uuid:person_id>/end", linking.end, name="my-link-end"),
    path("my/<uuid:person_id>/new/<str:kind>", own_certificates.new, name="own-new"),
    path("my/certificates/<uuid:certificate_id>", own_certificates.certificate, name="own-certificate"),
    path("my/certificates/<uuid:certificate_id>/file", own_certificates.card_file, name="own-card-file"),
    path(
        "my/certificates/<uuid:certificate_id>/paper/<str:edition>",
        own_certificates.paper,
        name="own-paper",
    ),
]
