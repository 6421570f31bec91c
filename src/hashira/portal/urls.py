"""Every address of the installation."""

from __future__ import annotations

from django.conf import settings
from django.urls import include, path

from hashira.portal import figures, views
from hashira.portal.api import assembly
from hashira.portal.api import views as api_pages

urlpatterns = [
    path("", views.home, name="home"),
    path("health/live", views.live, name="live"),
    path("health/ready", views.ready, name="ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("ui/", include("hashira.ui.urls")),
    path("", include("hashira.portal.staff_sign_in.urls")),
    path("", include("hashira.portal.directory_sign_in.urls")),
    path("", include("hashira.portal.staff_administration.urls")),
    path("figures", figures.page, name="figures"),
    path("api/", api_pages.documentation, name="api"),
    path("api/v1/openapi.json", assembly.openapi, name="openapi"),
    path("api/v1/", include((assembly.api_patterns(), "api-v1"))),
    path("account/api-tokens/", api_pages.tokens, name="api-tokens"),
    path("account/api-tokens/new", api_pages.new_token, name="api-token-new"),
    path("account/api-tokens/<uuid:token_id>/revoke", api_pages.revoke, name="api-token-revoke"),
    path("jobs/", include("hashira.portal.jobs.urls")),
    path("", include("hashira.portal.resident_sign_in.urls")),
]
if settings.HASHIRA_DEVELOPMENT_PROVIDER:
    urlpatterns.append(path("development/oidc/", include("hashira.portal.development_provider.urls")))
if "certificates" in settings.HASHIRA_SYSTEMS:
    from hashira.certificates.web.issuer import card_revocations, keys

    urlpatterns += [
        path("certificates/", include("hashira.certificates.urls")),
        path(".well-known/jwks.json", keys, name="jwks"),
        path(".well-known/crl/<str:kid>.json", card_revocations, name="card-revocations"),
    ]
if "regulations" in settings.HASHIRA_SYSTEMS:
    urlpatterns.append(path("regulations/", include("hashira.regulations.urls")))
if "cloud" in settings.HASHIRA_SYSTEMS:
    urlpatterns.append(path("cloud/", include("hashira.cloud.urls")))

handler400 = "hashira.ui.errors.bad_request"
handler403 = "hashira.ui.errors.permission_denied"
handler404 = "hashira.ui.errors.not_found"
handler500 = "hashira.ui.errors.server_error"
