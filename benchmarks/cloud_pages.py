"""Every page of the cloud, and of the portal as people of the cloud see it, for the benchmark ``applying``.

What is measured is held against the URLconf: a name that is neither measured nor left out with its reason
stops the run, and a test.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum


class Who(Enum):
    """Who opens a page."""

    OPERATOR = "operator"
    ASSESSOR = "assessor"
    PROVIDER = "provider"
    APPLICANT = "applicant"
    ADMINISTRATOR = "administrator"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Page:
    """One request. ``args`` name things of the country that is filled; see ``cloud_country``."""

    name: str
    who: Who
    args: tuple[str, ...] = ()
    query: str = ""

    @property
    def title(self) -> str:
        """As the report names it."""
        words = [self.name, *(one.lstrip("=") for one in self.args), self.query, f"({self.who.value})"]
        return " ".join(filter(None, words))


def page(name: str, who: Who, *args: str, query: str = "") -> Page:
    """One page of the cloud; a name with a colon is one of another part."""
    return Page(name if ":" in name or name in OF_THE_PORTAL else f"cloud:{name}", who, args, query)


C, J, V, P, D, A = Who
OF_THE_PORTAL = frozenset(
    {
        "home",
        "figures",
        "api",
        "account",
        "api-tokens",
        "api-token-new",
        "staff",
        "staff-invite",
        "staff-member",
        "staff-give-role",
        "staff-act",
        "sign-in",
    }
)
PAGES: tuple[Page, ...] = (
    # What the public sees of the selection.
    page("index", A),
    page("index", C),
    page("index", P),
    page("catalogues", A),
    page("catalogue", A, "catalogue"),
    page("difference", A, "earlier_catalogue", "catalogue"),
    page("services", A),
    page("services", A, query="?filter_standing=conditional&page=2"),
    page("service", A, "service"),
    page("guardrails", A),
    page("guardrail", A, "=isolated-compute"),
    page("guardrail", P, "=data-location"),
    page("guardrail", C, "=data-location"),
    page("early", A),
    page("early", P),
    page("early-call", P, "open_call"),
    page("early-call", A, "closed_call"),
    page("early-apply", P, "open_call"),
    # Environments, as those who operate them and those who have them see them.
    page("environments", C),
    page("environments", C, query="?sort=body_name&page=40"),
    page("environments", C, query="?filter_state=deviating"),
    page("environments", P),
    page("environment", C, "environment"),
    page("environment", P, "environment"),
    page("environment", C, "parked_environment"),
    page("environment-suspend", C, "environment"),
    page("environment-give-up", C, "parked_environment"),
    page("environment-release", C, "adopted_environment"),
    page("change-give-up", C, "stalled_environment"),
    page("environment-servers", P, "environment"),
    page("environment-servers", C, "environment"),
    page("servers", C),
    page("servers", C, query="?filter_state=stopped&page=9"),
    page("servers", P),
    page("server-acts", C),
    page("server-acts", C, query="?page=40"),
    page("server-acts", P),
    page("server", P, "server"),
    page("server", C, "server"),
    page("server-stop", P, "server"),
    page("server-tags", P, "server"),
    page("server-schedule", P, "server"),
    page("server-leave-on", P, "server"),
    page("server-protect", P, "server"),
    # Organisations that exist already.
    page("surveys", C),
    page("survey", C, "survey"),
    page("survey", C, "survey", query="?sort=path&page=40"),
    page("survey", C, "survey", query="?filter_lacks=trail&filter_environment=others"),
    page("survey-losses", C, "survey"),
    page("survey-changes", C, "earlier_survey", "survey"),
    page("surveyed-account", C, "survey", "theirs"),
    page("surveyed-account", C, "survey", "ours"),
    page("adoption-new", C, "survey", "theirs"),
    page("adoption-new", C, "survey", "theirs", query="?suggested=yes"),
    page("adoptions", C),
    page("adoption", C, "adoption"),
    # Guardrails: versions on their way, exceptions, emergencies.
    page("rollouts", C),
    page("rollout-new", C),
    page("rollout", C, "rollout"),
    page("rollout", C, "rollout", query="?filter_state=failed&sort=body_name"),
    page("rollout", C, "proposed_rollout"),
    page("exceptions", C),
    page("exceptions", C, query="?page=9"),
    page("exceptions", P),
    page("exception-new", P),
    page("exception", C, "exception"),
    page("emergencies", C),
    page("emergency-new", C),
    page("emergency", C, "emergency"),
    # The desk of the operator, proposals and their assessment.
    page("desk", C),
    page("catalogue-import", C),
    page("catalogue-draft", C, "draft"),
    page("catalogue-publish", C, "draft"),
    page("requirement-new", C, "draft"),
    page("requirement", C, "draft", "draft_item"),
    page("round-new", C),
    page("listing-new", C),
    page("listing-end", C, "offering"),
    page("early-new", C),
    page("early-choice", C, "closed_call"),
    page("early-choice", J, "closed_call"),
    page("early-score", J, "scored_application"),
    page("proposals", V),
    page("proposal-new", V),
    page("proposal", V, "proposal_draft"),
    page("proposal", V, "service"),
    page("proposal-service", V, "proposal_draft"),
    page("proposal-item", V, "proposal_draft", "item"),
    page("proposal-partners", V, "proposal_draft"),
    page("proposal-submit", V, "proposal_draft"),
    page("proposal-progress", V, "conditional_service", "condition"),
    page("assessment", J),
    page("assessment", C),
    page("assess", J, "assessed"),
    page("assess-item", J, "assessed", "item"),
    page("differences", J, "differing"),
    page("settle", J, "differing", "differing_item"),
    page("send-back", J, "assessed"),
    page("verdict", C, "service"),
    page("assess-progress", J, "conditional_service", "report"),
    # Applying and approving.
    page("applications", P),
    page("application-new", P),
    page("application", P, "use_draft"),
    page("application", P, "use_approved"),
    page("application", C, "use_waiting"),
    page("application-check", P, "use_draft"),
    page("application-withdraw", P, "use_draft"),
    page("application-change", P, "use_approved", "=change"),
    page("application-budget", P, "use_approved"),
    page("application-copy", P, "use_approved"),
    *(
        page("application-section", P, "use_draft", f"={one}")
        for one in ("contact", "system", "provider", "usage", "payment")
    ),
    page("application-environments", P, "use_draft"),
    page("application-environment-new", P, "use_draft"),
    page("application-environment", P, "use_draft", "use_environment"),
    page("application-roles", P, "use_draft"),
    page("application-role-new", P, "use_draft"),
    page("application-role", P, "use_draft", "=0"),
    page("application-exceptions", P, "use_draft"),
    page("application-exception-new", P, "use_draft"),
    page("application-exception", P, "use_draft", "=0"),
    page("approvals", C),
    page("approvals", C, query="?all=yes&sort=body_name&page=40"),
    page("approvals", C, query="?all=yes&filter_body_name=%E5%BA%9C%E4%B8%AD"),
    page("approvals", J),
    page("approval", C, "use_waiting"),
    page("deputies", C),
    page("deputies", P),
    page("deputy-new", C),
    page("deputy-end", C, "deputy"),
    page("terms", C),
    page("terms-edit", C, "terms"),
    # The portal around it.
    page("home", A),
    page("home", C),
    page("home", P),
    page("home", V),
    page("sign-in", A),
    page("figures", A),
    page("api", A),
    page("jobs:index", C),
    page("jobs:index", P),
    page("jobs:job", C, "job"),
    page("account", C),
    page("account", P),
    page("api-tokens", C),
    page("api-token-new", C),
    page("staff", D),
    page("staff-invite", D),
    page("staff-member", D, "colleague"),
    page("staff-give-role", D, "colleague"),
    page("staff-act", D, "colleague", "=stop"),
    # What machines read of the cloud.
    page("api-v1:catalogues", A),
    page("api-v1:requirements", A, "catalogue"),
    page("api-v1:services", A),
    page("api-v1:service", A, "service"),
    page("api-v1:environments", C, query="?limit=100"),
    page("api-v1:environment_of", C, "environment"),
    page("api-v1:applications", C, query="?limit=100"),
    page("api-v1:application", C, "use_waiting"),
    page("api-v1:figures", A),
)
_POST, _FILE = "POST only: takes the wish and leads on", "a download"
LEFT_OUT: Mapping[str, str] = {
    **{
        f"cloud:{name}": _POST
        for name in [
            "environments-again",
            "environment-again",
            "environment-verify",
            "environment-resume",
            "environment-doors",
            "environment-servers-read",
            "server-start",
            "server-schedule-step",
            "server-unprotect",
            "server-undo",
            "survey-take",
            "survey-cancel",
            "survey-continue",
            "evidence-remove",
            "assess-act",
        ]
    },
    **{
        f"cloud:{name}": _FILE
        for name in ["catalogue-file", "survey-file", "guardrails-file", "evidence", "assess-evidence"]
    },
    "staff-invitation-withdraw": _POST,
    "api-token-revoke": _POST,
    "set_language": _POST,
    "jobs:cancel": "asks about a job that goes on, by the read of jobs:job",
    "live": "looks at nothing",
    "ready": "asked by monitoring, about migrations alone",
    "openapi": "a document, made once a process",
    "api-v1:api-root": "a document, made once a process",
    "ui:gallery": "shows components, and nothing of the database",
    "invitation": "opened by its secret link: one row by its digest",
    "jwks": "keys of the certificates",
    "card-revocations": "a list of the certificates",
}
SIGNING_IN = "signing in, by whoever it is: one row of one account, however many there are"
OTHER_SYSTEMS = {"certificates": "./prove desk and journey", "regulations": "./prove law"}
"""Namespaces that are measured elsewhere."""
_SIGN_IN = [
    "account_",
    "mfa_",
    "directories",
    "directory-",
    "resident-",
    "reauthenticate",
    "second-factor",
    "development-oidc",
]
_API_OF_OTHERS = [
    "cancel",
    "check_in",
    "correct",
    "imports",
    "issue",
    "listed",
    "one",
    "one_import",
    "own_certificate",
    "own_records",
    "people",
    "person",
    "record",
    "registers",
    "verify",
    "verify_batch",
    "verify_file",
    "void",
]
"""Operations of the API that belong to the certificates, or are POST."""


def why_left_out(name: str) -> str:
    """Why a name of the URLconf is not measured here; empty for one that has to be."""
    if name in LEFT_OUT:
        return LEFT_OUT[name]
    space, _colon, operation = name.rpartition(":")
    if space in OTHER_SYSTEMS:
        return f"measured by {OTHER_SYSTEMS[space]}"
    if space == "api-v1" and operation in _API_OF_OTHERS:
        return "an operation of the certificates or of the jobs"
    return SIGNING_IN if name.startswith(tuple(_SIGN_IN)) else ""


def names() -> set[str]:
    """Every name of the URLconf."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def of(resolver: URLResolver, space: str = "") -> Iterator[str]:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                yield space + str(entry.name)
            else:
                yield from of(entry, space + (f"{entry.namespace}:" if entry.namespace else ""))

    return set(of(get_resolver()))


def forgotten() -> tuple[str, ...]:
    """Names that are neither measured nor left out with a reason, and such as there are not, or are both."""
    known, measured = names(), {one.name for one in PAGES}
    lost = {one for one in known - measured if not why_left_out(one)}
    wrong = {one for one in measured if why_left_out(one)} | (measured - known) | (LEFT_OUT.keys() - known)
    return tuple(sorted(lost | wrong))
