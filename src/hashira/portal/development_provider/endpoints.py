"""Where the development provider answers (開発用の認証サーバーのアドレス)."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from hashira.core.accounts.oidc.provider import Provider

ISSUER = "https://development-provider.invalid/realms/main"
"""Its name. Below ``.invalid`` nobody can ever be (RFC 2606 §2), so that no real provider can be taken for
it; and it stays the same whatever port the installation is started on, so that residents stay the same."""


def provider_for(request: HttpRequest) -> Provider:
    """Its endpoints as the browser of this request, and this server, reach them."""

    def address(name: str) -> str:
        return request.build_absolute_uri(reverse(f"development-oidc-{name}"))

    return Provider(
        issuer=ISSUER,
        authorization_endpoint=address("auth"),
        token_endpoint=address("token"),
        userinfo_endpoint=address("userinfo"),
        jwks_uri=address("certs"),
        names_itself=True,
    )


def discovery(request: HttpRequest) -> dict[str, object]:
    """The document of OpenID Connect Discovery 1.0 §3."""
    here = provider_for(request)
    return {
        "issuer": here.issuer,
        "authorization_endpoint": here.authorization_endpoint,
        "token_endpoint": here.token_endpoint,
        "userinfo_endpoint": here.userinfo_endpoint,
        "jwks_uri": here.jwks_uri,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": ["openid", "name", "address", "birthdate", "gender"],
        "claims_supported": ["sub", "name", "address", "birthdate", "gender"],
        "acr_values_supported": ["aal2", "aal3", "crl"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
