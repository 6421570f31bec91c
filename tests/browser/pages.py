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
    BARE_STAFF = "staff who has signed in and never set up a second factor"


@dataclass(frozen=True, slots=True)
class Place:
    """One page. ``{…}`` in its path is filled by the world of the test (:mod:`world`)."""

    name: str
    path: str
    who: Who = Who.ANYBODY
    lands: str = ""
    """Where it leads, if the page is another one: whoever has not signed in just now is asked again."""


A, R, S, D, N, B = Who
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
    Place(
        "regulations:references",
        "/regulations/references?law=131016/%E9%9B%86%E4%BC%9A%E6%96%BD%E8%A8%AD%E6%9D%A1%E4%BE%8B&at=Mp-At_1",
    ),
    Place("regulations:findings", "/regulations/findings/", S),
    Place("regulations:finding", "/regulations/findings/1", S),
    Place("certificates:verify", "/certificates/verify"),
    Place("certificates:trust", "/certificates/trust"),
    Place("certificates:verifier", "/certificates/verifier/"),
    Place("certificates:own", "/certificates/my/", R),
    Place("certificates:own-certificates", "/certificates/my/certificates/", R),
    Place("certificates:my-children", "/certificates/my/children", R),
    Place("certificates:my-child-enter", "/certificates/my/children/{organisation}", R),
    Place("certificates:my-child-withdraw", "/certificates/my/children/{representation}/withdraw", R),
    Place("certificates:own", "/certificates/my/?person={child}", R),
    Place("certificates:kept", "/certificates/my/kept/"),
    Place("certificates:kept-certificate", "/certificates/my/kept/{certificate}", R),
    Place("resident-child", "/sign-in/resident/child", R),
    Place("certificates:receive", "/certificates/receive/"),
    Place("certificates:my-link", "/certificates/my/link", R),
    Place("certificates:my-link-enter", "/certificates/my/link/{organisation}", R),
    Place("certificates:my-link-end", "/certificates/my/{own_person}/end", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/card", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/seal", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/eu", R),
    Place("certificates:own-new", "/certificates/my/{own_person}/new/icvp", R),
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
    Place("certificates:pickup", "/certificates/register/{linked_person}/pickup", S),
    Place("certificates:representatives", "/certificates/register/{child}/representatives", S),
    Place(
        "certificates:representative", "/certificates/register/{child}/representatives/{representation}", S
    ),
    Place("certificates:person-protection", "/certificates/register/{protected}/protection", S),
    Place("certificates:person-open", "/certificates/register/{protected}/open", S),
    Place("certificates:protection-alerts", "/certificates/protection/", S),
    Place("certificates:revocations", "/certificates/revocations/", S),
    Place("certificates:keys", "/certificates/keys/", D),
    Place("certificates:key-ask", "/certificates/keys/{key}/ask", D),
    Place("certificates:key-act", "/certificates/keys/acts/{key_act}", D),
    Place("certificates:links", "/certificates/links/", S),
    Place("certificates:link-request", "/certificates/links/{link_request}", S),
    Place("certificates:work", "/certificates/work/", S),
    Place("certificates:duplicates", "/certificates/duplicates/", S),
    Place("certificates:compare", "/certificates/duplicates/{twin}/{other_twin}", S),
    Place("certificates:merges", "/certificates/merges/", S),
    Place("certificates:merge", "/certificates/merges/{merge}", S),
    Place("certificates:look-up", "/certificates/look-up/", S),
    Place("certificates:statistics", "/certificates/statistics/", S),
    Place("certificates:delegations", "/certificates/delegations/", S),
    Place("certificates:delegation-new", "/certificates/delegations/new", S),
    Place("certificates:delegation", "/certificates/delegations/{delegation}", S),
    Place("certificates:comparisons", "/certificates/comparisons/", S),
    Place("certificates:comparison-new", "/certificates/comparisons/new", S),
    Place("certificates:comparison", "/certificates/comparisons/{comparison}", S),
    Place("certificates:comparison-correct", "/certificates/comparisons/{comparison}/correct", S),
    Place("certificates:comparison-undo", "/certificates/comparisons/{corrected}/undo", S),
    Place("certificates:imports", "/certificates/imports/", S),
    Place("certificates:import-new", "/certificates/imports/new", S),
    Place("certificates:import", "/certificates/imports/{checked_import}", S),
    Place("certificates:import-columns", "/certificates/imports/{checked_import}/columns", S),
    Place("certificates:import", "/certificates/imports/{applied_import}", S),
    Place("certificates:import-undo", "/certificates/imports/{applied_import}/undo", S),
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
    "api-root cancel check_in correct figures imports issue listed one one_import own_certificate "
    "own_records people person record registers verify verify_batch verify_file void"
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
    "certificates:answer-notice": "takes the answer and leads on",
    "certificates:bundle": "a file for machines",
    "certificates:signers": "a document for machines",
    "certificates:eu-batches": "a document for machines",
    "certificates:eu-batch": "a document for machines",
    "certificates:eu-filters": "a document for machines",
    "certificates:eu-filter": "a file for machines",
    "card-revocations": "a list for machines",
    "certificates:csca": "a file for machines",
    "certificates:verifier-in": "the app in one language: tests/browser/test_verifier_app.py",
    "certificates:verifier-codes": "reads a picture for the app",
    "certificates:verifier-configuration": "code tables for the app",
    "certificates:verifier-manifest": "a file for browsers",
    "certificates:verifier-rules": "a file for the app",
    "certificates:verifier-worker": "a script",
    "certificates:examine": "takes the wish and leads on",
    "certificates:work-mark": "takes the wish and leads back",
    "certificates:delegation-end": "takes the wish and leads on",
    "certificates:delegated-person": "needs two municipalities: tests/certificates/desk/test_desk_pages.py",
    "certificates:comparison-choose": "takes the choice and leads back",
    "certificates:comparison-rows": "a file",
    "certificates:import-apply": "takes the wish and leads on",
    "certificates:import-cancel": "takes the wish and leads on",
    "certificates:import-report": "a file",
    "certificates:my-link-ask": "follows a failed try: tests/browser/test_linking_pages.py",
    "certificates:my-link-withdraw": "takes the wish and leads on",
    "certificates:own-card-file": "a file",
    "certificates:own-picture": "a picture: tests/certificates/residents/test_own_pages.py",
    "certificates:own-renew": "takes the wish and leads on",
    "certificates:kept-worker": "a script",
    "certificates:my-child-card": "follows the child's card: tests/browser/test_family.py",
    "certificates:person-protection-lift": "takes the wish and leads on",
    "certificates:representative-code-end": "takes the wish and leads on",
    "certificates:pickup-withdraw": "takes the wish and leads on",
    "certificates:received": "follows a code: tests/browser/test_family.py",
    "certificates:received-file": "a file",
    "certificates:receive-done": "takes the wish and leads on",
    "certificates:own-paper": "a PDF: tests/certificates/issuing/test_paper.py",
    "jwks": "keys for machines",
}
