"""Every page of the product: where it is, who opens it, and how it comes to be there.

``EVERY_PAGE`` has a line for each name of the URLconf that draws a page; ``NO_PAGE`` says of every other name
why it draws none. A test compares both with the URLconf, so that a new page is looked at or the run fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Who(Enum):
    """In whose browser a page is opened."""

    ANYBODY = "anybody"
    RESIDENT = "resident"
    STAFF = "staff"
    ADMINISTRATOR = "administrator of a body"
    NEW_STAFF = "staff who has given a password and no second factor yet"
    OPERATOR = "operator of the cloud"
    ASSESSOR = "assessor of cloud services"
    PROVIDER = "provider of a cloud service"
    APPLICANT = "applicant of a body for the cloud"
    BARE_STAFF = "staff who has signed in and never set up a second factor"


@dataclass(frozen=True, slots=True)
class Place:
    """One page. ``{…}`` in its path is filled by the world of the test (:mod:`world`)."""

    name: str
    path: str
    who: Who = Who.ANYBODY
    lands: str = ""
    """Where it leads, if the page is another one: whoever has not signed in just now is asked again."""


A, R, S, D, N, C, J, V, P, B = Who
EVERY_PAGE: Final = (
    Place("home", "/"),
    Place("ui:gallery", "/ui/"),
    Place("sign-in", "/sign-in"),
    Place("account_login", "/sign-in/staff"),
    Place("directories", "/sign-in/directory/"),
    Place("directory-callback", "/sign-in/directory/callback?state=nobody"),
    Place("mfa_authenticate", "/sign-in/staff/second-factor", N),
    Place("resident-sign-in", "/sign-in/resident"),
    Place("resident-signed-out", "/sign-in/resident/signed-out"),
    Place("development-oidc-auth", "{provider}"),
    Place("figures", "/figures"),
    Place("api", "/api/"),
    Place("regulations:index", "/regulations/", S),
    Place("regulations:search", "/regulations/search?q=%E9%96%B2%E8%A6%A7"),
    Place("regulations:laws", "/regulations/laws/"),
    Place(
        "regulations:law",
        "/regulations/laws/131016/%E9%9B%86%E4%BC%9A%E6%96%BD%E8%A8%AD%E6%9D%A1%E4%BE%8B",
        S,
    ),
    Place("regulations:findings", "/regulations/findings/", S),
    Place("regulations:finding", "/regulations/findings/1", S),
    Place("certificates:verify", "/certificates/verify"),
    Place("certificates:trust", "/certificates/trust"),
    Place("certificates:verifier", "/certificates/verifier/"),
    Place("certificates:own", "/certificates/my/", R),
    Place("certificates:my-link", "/certificates/my/link", R),
    Place("certificates:my-link-enter", "/certificates/my/link/{organisation}", R),
    Place("certificates:my-link-end", "/certificates/my/{own_person}/end", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/card", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/seal", R),
    Place("certificates:own-certificate", "/certificates/my/certificates/{certificate}", R),
    Place("certificates:register", "/certificates/register/", S),
    Place("certificates:register", "/certificates/register/?kana=%E3%82%BF%E3%82%AB", S),
    Place("certificates:register", "/certificates/register/?kana=%E3%83%BC%E3%83%BC", S),
    Place("certificates:person-new", "/certificates/register/new", S),
    Place("certificates:person", "/certificates/register/{person}", S),
    Place("certificates:person-revise", "/certificates/register/{person}/revise", S),
    Place("certificates:dose-new", "/certificates/register/{person}/doses/new", S),
    Place("certificates:dose-correct", "/certificates/register/{person}/doses/{dose}/correct", S),
    Place("certificates:dose-void", "/certificates/register/{person}/doses/{dose}/void", S),
    Place("certificates:link-code", "/certificates/register/{person}/link-code", S),
    Place("certificates:link-end", "/certificates/register/{linked_person}/end-link", S),
    Place("certificates:person-certificates", "/certificates/register/{linked_person}/certificates", S),
    Place(
        "certificates:revoke",
        "/certificates/register/{linked_person}/certificates/{certificate}/revoke",
        S,
    ),
    Place("certificates:revocations", "/certificates/revocations/", S),
    Place("certificates:keys", "/certificates/keys/", D),
    Place("certificates:key-ask", "/certificates/keys/{key}/ask", D),
    Place("certificates:key-act", "/certificates/keys/acts/{key_act}", D),
    Place("certificates:links", "/certificates/links/", S),
    Place("certificates:link-request", "/certificates/links/{link_request}", S),
    Place("certificates:imports", "/certificates/imports/", S),
    Place("certificates:import-new", "/certificates/imports/new", S),
    Place("certificates:import", "/certificates/imports/{checked_import}", S),
    Place("certificates:import-columns", "/certificates/imports/{checked_import}/columns", S),
    Place("certificates:import", "/certificates/imports/{applied_import}", S),
    Place("certificates:import-undo", "/certificates/imports/{applied_import}/undo", S),
    Place("cloud:index", "/cloud/"),
    Place("cloud:catalogues", "/cloud/catalogues/"),
    Place("cloud:catalogue", "/cloud/catalogues/{catalogue}"),
    Place("cloud:difference", "/cloud/catalogues/{earlier_catalogue}/compared-with/{catalogue}"),
    Place("cloud:services", "/cloud/services/"),
    Place("cloud:service", "/cloud/services/{service}"),
    Place("cloud:early", "/cloud/early/"),
    Place("cloud:early-call", "/cloud/early/{open_call}", P),
    Place("cloud:early-apply", "/cloud/early/{open_call}/apply", P),
    Place("cloud:early-choice", "/cloud/early/{closed_call}/choice", C),
    Place("cloud:early-score", "/cloud/early/applications/{application}/score", J),
    Place("cloud:desk", "/cloud/desk/", C),
    Place("cloud:catalogue-import", "/cloud/desk/catalogues/new", C),
    Place("cloud:catalogue-draft", "/cloud/desk/catalogues/{draft}", C),
    Place("cloud:catalogue-publish", "/cloud/desk/catalogues/{draft}/publish", C),
    Place("cloud:requirement-new", "/cloud/desk/catalogues/{draft}/items/new", C),
    Place("cloud:requirement", "/cloud/desk/catalogues/{draft}/items/{draft_item}", C),
    Place("cloud:round-new", "/cloud/desk/rounds/new", C),
    Place("cloud:listing-new", "/cloud/desk/listings/new", C),
    Place("cloud:listing-end", "/cloud/desk/listings/{offering}/end", C),
    Place("cloud:early-new", "/cloud/desk/early/new", C),
    Place("cloud:proposals", "/cloud/proposals/", V),
    Place("cloud:proposal-new", "/cloud/proposals/new", V),
    Place("cloud:proposal", "/cloud/proposals/{proposal_draft}", V),
    Place("cloud:proposal", "/cloud/proposals/{service}", V),
    Place("cloud:proposal-service", "/cloud/proposals/{proposal_draft}/service", V),
    Place("cloud:proposal-item", "/cloud/proposals/{proposal_draft}/items/{proposal_item}", V),
    Place("cloud:proposal-partners", "/cloud/proposals/{proposal_draft}/partners", V),
    Place("cloud:proposal-submit", "/cloud/proposals/{proposal_draft}/submit", V),
    Place("cloud:proposal-progress", "/cloud/proposals/{service}/progress/{condition}", V),
    Place("cloud:assessment", "/cloud/assessment/", J),
    Place("cloud:assess", "/cloud/assessment/{assessed}", J),
    Place("cloud:assess-item", "/cloud/assessment/{assessed}/items/{assessed_item}", J),
    Place("cloud:differences", "/cloud/assessment/{assessed}/differences", J),
    Place("cloud:settle", "/cloud/assessment/{assessed}/differences/{assessed_item}", J),
    Place("cloud:send-back", "/cloud/assessment/{assessed}/return", J),
    Place("cloud:verdict", "/cloud/assessment/{service}/verdict", C),
    Place("cloud:assess-progress", "/cloud/assessment/{service}/progress/{report}", J),
    Place("jobs:index", "/jobs/", S),
    Place("jobs:job", "/jobs/{job}", S),
    Place("staff", "/staff/", D),
    Place("staff-invite", "/staff/new", D),
    Place("staff-member", "/staff/{colleague}", D),
    Place("staff-give-role", "/staff/{colleague}/role", D),
    Place("staff-act", "/staff/{colleague}/stop", D),
    Place("invitation", "{invitation}"),
    Place("account", "/account/", S),
    Place("account_change_password", "/account/password", S),
    Place("directory-connect", "/account/directories/{directory}/connect", S),
    Place("directory-disconnect", "/account/directories/{directory}/disconnect", S),
    Place("api-tokens", "/account/api-tokens/", S),
    Place("api-token-new", "/account/api-tokens/new", S),
    Place("mfa_index", "/account/second-factors/", S),
    Place("second-factor", "/sign-in/second-factor", B),
    Place("mfa_activate_totp", "/account/second-factors/totp", B),
    Place("mfa_generate_recovery_codes", "/account/second-factors/codes/new", D),
    Place("mfa_deactivate_totp", "/account/second-factors/totp/remove", D),
    Place("mfa_add_webauthn", "/account/second-factors/keys/new", D),
    Place("account_reauthenticate", "/account/second-factors/totp/remove", S, "/sign-in/staff/password"),
    Place("mfa_list_webauthn", "/account/second-factors/keys/", S),
    Place("account_logout", "/sign-out", S),
    Place("not found", "/nowhere"),
    Place("not allowed", "/certificates/register/{person}", R),
)
_OPERATIONS = (
    "api-root cancel catalogues requirements service services "
    "correct figures imports listed one one_import people person record registers verify "
    "verify_batch verify_file void"
)
NO_PAGE: Final[Mapping[str, str]] = {
    **{f"api-v1:{name}": "answers machines" for name in _OPERATIONS.split()},
    "openapi": "a document for machines",
    "api-token-revoke": "takes the wish and leads on",
    "live": "says ok to machines",
    "ready": "says ok to machines",
    "set_language": "takes the choice of a language and leads back",
    "directory-start": "leads to the directory of a body",
    "directory-again": "leads to the directory of a body",
    "account_set_password": "tests/portal/test_directory_sign_in.py",
    "reauthenticate": "leads to the page that asks again",
    "account_signup": "there is no signing up: an account is made by an administrator",
    "account_inactive": "tests/portal/test_staff_sign_in.py",
    "mfa_login_webauthn": "answers the script of passkeys",
    "mfa_reauthenticate": "asks only after a while: tests/browser/test_staff_sign_in.py",
    "mfa_reauthenticate_webauthn": "asks only after a while: tests/browser/test_staff_sign_in.py",
    "mfa_view_recovery_codes": "people of the demonstration have none: tests/browser/test_staff_sign_in.py",
    "mfa_download_recovery_codes": "a file",
    "mfa_remove_webauthn": "needs a key: tests/browser/test_staff_sign_in.py",
    "mfa_edit_webauthn": "needs a key: tests/browser/test_staff_sign_in.py",
    "jobs:cancel": "needs a job that goes on: tests/browser/test_jobs_page.py",
    "resident-callback": "takes the answer of the provider and leads on",
    "resident-sign-out": "takes the wish and leads on",
    "resident-keys": "keys for machines",
    "development-oidc-discovery": "for machines",
    "development-oidc-token": "for machines",
    "development-oidc-userinfo": "for machines",
    "development-oidc-certs": "for machines",
    "staff-invitation-withdraw": "takes the wish and leads on",
    "cloud:catalogue-file": "a file",
    "cloud:evidence": "a file",
    "cloud:evidence-remove": "takes the wish and leads on",
    "cloud:assess-act": "takes the wish and leads on",
    "cloud:assess-evidence": "a file",
    "certificates:answer-notice": "takes the answer and leads on",
    "certificates:bundle": "a file for machines",
    "card-revocations": "a list for machines",
    "certificates:csca": "a file for machines",
    "certificates:verifier-in": "the app in one language: tests/browser/test_verifier_app.py",
    "certificates:verifier-codes": "reads a picture for the app",
    "certificates:verifier-configuration": "code tables for the app",
    "certificates:verifier-manifest": "a file for browsers",
    "certificates:verifier-rules": "a file for the app",
    "certificates:verifier-worker": "a script",
    "certificates:import-apply": "takes the wish and leads on",
    "certificates:import-cancel": "takes the wish and leads on",
    "certificates:import-report": "a file",
    "certificates:my-link-ask": "follows a failed try: tests/browser/test_linking_pages.py",
    "certificates:my-link-withdraw": "takes the wish and leads on",
    "certificates:own-card-file": "a file",
    "certificates:own-paper": "a PDF: tests/certificates/issuing/test_paper.py",
    "jwks": "keys for machines",
}
