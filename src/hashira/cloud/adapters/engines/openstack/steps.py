"""The steps that make an environment at Keystone (払出しの手順)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from hashira.cloud.adapters.engines.openstack.directory import Directory
from hashira.cloud.adapters.engines.openstack.session import JSON, NAME, Keystone
from hashira.cloud.adapters.engines.openstack.tenancy import PREFIX, ROLES, Tenancy, read_tags
from hashira.cloud.domain.engine import Evidence, EvidenceLine, Facts, NotThere
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

_CONFLICT, _MISSING, _UNAUTHORIZED = 409, 404, 401
MACHINE_ROLE = "member"


def line(ja: str, en: str, value: object) -> EvidenceLine:
    """One line of evidence."""
    return EvidenceLine(Bilingual(ja, en), str(value))


def not_there(thing: str, ja: str, en: str) -> NotThere:
    """What was read back is not as it should be."""
    return NotThere(engine=NAME, thing=thing, found=Bilingual(ja, en))


@dataclass(frozen=True)
class KeystoneStep:
    """What every step has: the directory, and the key that secrets are derived from."""

    name: ClassVar[str]
    title: ClassVar[Bilingual]
    directory: Directory
    key: bytes

    @property
    def keystone(self) -> Keystone:
        """The service."""
        return self.directory.keystone

    def domain(self, order: EnvironmentOrder) -> JSON | None:
        """The domain of the body, if it is there."""
        return self.directory.find("domains", name=Tenancy(order).domain)

    def project(self, order: EnvironmentOrder) -> JSON | None:
        """The project of the environment, if it is there."""
        domain = self.domain(order)
        if domain is None:
            return None
        return self.directory.find("projects", name=Tenancy(order).project, domain_id=domain["id"])

    def there(self, order: EnvironmentOrder) -> JSON:
        """The project; raises ``NotThere``."""
        project = self.project(order)
        if project is None:
            raise not_there("project", "プロジェクトがありません", "there is no project")
        return project

    def user(self, name: str, domain_id: str) -> JSON | None:
        """A user of a domain, if it is there."""
        return self.directory.find("users", name=name, domain_id=domain_id)


@dataclass(frozen=True)
class DomainStep(KeystoneStep):
    """The domain of the body. Environments of one body share it."""

    name = "domain"
    title = Bilingual("団体のドメインを用意する", "Prepares the domain of the body")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        name = Tenancy(order).domain
        wanted = {"name": name, "description": order.body_name, "enabled": True}
        made = self.directory.ensure("domains", "domain", wanted)
        if made.get("enabled") is not True:
            self.keystone.ask("PATCH", f"/v3/domains/{made['id']}", {"domain": {"enabled": True}})
        return {"domain": made["id"]}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        domain = self.domain(order)
        if domain is None:
            raise not_there("domain", "ドメインがありません", "there is no domain")
        if domain.get("enabled") is not True:
            raise not_there("domain", "ドメインが止められています", "the domain is disabled")
        return Evidence((line("ドメイン", "Domain", f"{domain['name']} {domain['id']}"),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        """Takes the domain away once it is empty. Another vend may be putting something into it just now."""
        domain = self.domain(order)
        if domain is None or self._used(domain["id"]):
            return
        path = f"/v3/domains/{domain['id']}"
        self.keystone.ask("PATCH", path, {"domain": {"enabled": False}})
        if self._used(domain["id"]):  # somebody was quicker: nothing of theirs may go
            self.keystone.ask("PATCH", path, {"domain": {"enabled": True}})
            return
        self.directory.remove(path)

    def _used(self, domain_id: str) -> bool:
        return any(
            self.directory.list_of(kind, domain_id=domain_id) for kind in ("projects", "groups", "users")
        )


@dataclass(frozen=True)
class ProjectStep(KeystoneStep):
    """The project: the environment itself."""

    name = "project"
    title = Bilingual("プロジェクトを作る", "Makes the project")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        tenancy = Tenancy(order)
        wanted = {
            "name": tenancy.project,
            "domain_id": facts["domain"],
            "description": tenancy.description,
            "enabled": True,
        }
        made = self.directory.ensure("projects", "project", wanted)
        if made.get("enabled") is not True:
            self.keystone.ask("PATCH", f"/v3/projects/{made['id']}", {"project": {"enabled": True}})
        return {"account": made["id"]}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        project = self.there(order)
        if project.get("enabled") is not True:
            raise not_there("project", "プロジェクトが止められています", "the project is disabled")
        return Evidence((line("プロジェクト", "Project", f"{project['name']} {project['id']}"),))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        project = self.project(order)
        if project is not None:
            self.directory.remove(f"/v3/projects/{project['id']}")


@dataclass(frozen=True)
class TagStep(KeystoneStep):
    """The tags of the project. Tags of others are left alone."""

    name = "tags"
    title = Bilingual("環境の札を付ける", "Tags the environment")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        project = self.there(order)
        others = [one for one in project.get("tags", []) if not str(one).startswith(PREFIX)]
        path = f"/v3/projects/{project['id']}/tags"
        self.keystone.ask("PUT", path, {"tags": sorted({*others, *Tenancy(order).words})})
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        kept, wanted = self.there(order).get("tags", []), Tenancy(order).words
        missing = [word for word in wanted if word not in kept]
        if missing:
            words = "、".join(missing)
            raise not_there("tags", f"札がありません：{words}", f"tags are missing: {words}")
        strange = [one for one in kept if str(one).startswith(PREFIX) and one not in wanted]
        if strange:
            words = "、".join(strange)
            raise not_there("tags", f"違う札があります：{words}", f"there are other tags: {words}")
        return Evidence(tuple(line("札", "Tag", f"{k} = {v}") for k, v in sorted(read_tags(kept).items())))

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        project = self.project(order)
        if project is not None:
            others = [one for one in project.get("tags", []) if not str(one).startswith(PREFIX)]
            self.keystone.ask("PUT", f"/v3/projects/{project['id']}/tags", {"tags": others}, may=(_MISSING,))


@dataclass(frozen=True)
class AccessStep(KeystoneStep):
    """Groups for the roles of the order, with their role on the project and the people in them."""

    name = "access"
    title = Bilingual("役割のグループと人を用意する", "Prepares groups and people of the roles")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        tenancy, domain = Tenancy(order), facts["domain"]
        project = self.there(order)
        for role in tenancy.groups:
            wanted = {"name": tenancy.group(role), "domain_id": domain, "description": role.value}
            group = self.directory.ensure("groups", "group", wanted)
            granted = self.directory.role(ROLES[role])
            self.keystone.ask("PUT", f"/v3/projects/{project['id']}/groups/{group['id']}/roles/{granted}")
            named = {grant.email for grant in tenancy.people(role)}
            for email in sorted(named):
                # Without a password: they come in through the directory of the body, or set one themselves.
                person = {"name": email, "domain_id": domain, "email": email, "enabled": True}
                user = self.directory.ensure("users", "user", person)
                self.keystone.ask("PUT", f"/v3/groups/{group['id']}/users/{user['id']}")
            for member in self.directory.list_of(f"groups/{group['id']}/users"):
                if member["name"] not in named:
                    self.directory.remove(f"/v3/groups/{group['id']}/users/{member['id']}")
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        tenancy, project = Tenancy(order), self.there(order)
        expected = {(tenancy.group(role), ROLES[role]) for role in tenancy.groups}
        lines = []
        found: set[tuple[str, str]] = set()
        for one in self.directory.assignments(project["id"]):
            role = one["role"]["name"]
            if "group" in one:
                pair = (one["group"]["name"], role)
                if pair not in expected:
                    raise not_there(
                        "access", f"払出しにない権限：{pair[0]} {role}", f"not ordered: {pair[0]} {role}"
                    )
                found.add(pair)
                lines.append(line("権限", "Access", f"{pair[0]}: {role}"))
            elif one["user"]["name"] != tenancy.machine or role != MACHINE_ROLE:
                name = one["user"]["name"]
                raise not_there("access", f"払出しにない権限：{name} {role}", f"not ordered: {name} {role}")
        if found != expected:
            missing = "、".join(sorted(name for name, _role in expected - found))
            raise not_there("access", f"権限がありません：{missing}", f"access is missing: {missing}")
        self._members(tenancy, project["domain_id"])
        return Evidence(tuple(sorted(lines, key=lambda one: one.value)))

    def _members(self, tenancy: Tenancy, domain: str) -> None:
        for role in tenancy.groups:
            group = self.directory.find("groups", name=tenancy.group(role), domain_id=domain)
            members = self.directory.list_of(f"groups/{group['id']}/users") if group else []
            names, wanted = {one["name"] for one in members}, {one.email for one in tenancy.people(role)}
            if names != wanted:
                words = "、".join(sorted(names ^ wanted))
                raise not_there("access", f"{role.value} の人が違います：{words}", f"{role.value}: {words}")

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        domain = self.domain(order)
        if domain is None:
            return
        tenancy = Tenancy(order)
        for role in tenancy.groups:
            group = self.directory.find("groups", name=tenancy.group(role), domain_id=domain["id"])
            if group is not None:
                self.directory.remove(f"/v3/groups/{group['id']}")
        self.forget({grant.email for grant in order.roles}, domain["id"])

    def forget(self, emails: set[str], domain_id: str) -> None:
        """Takes people away who are in no group any more, of this environment or another of the body."""
        for email in sorted(emails):
            user = self.user(email, domain_id)
            if user is not None and not self.directory.list_of(f"users/{user['id']}/groups"):
                self.directory.remove(f"/v3/users/{user['id']}")


@dataclass(frozen=True)
class AmendedAccessStep(AccessStep):
    """The same for a changed order: groups of roles that nobody has any more go, and whoever has left."""

    before: EnvironmentOrder

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        AccessStep.apply(self, order, facts)
        was, tenancy, domain = Tenancy(self.before), Tenancy(order), facts["domain"]
        for role in was.groups:
            if role not in tenancy.groups:
                group = self.directory.find("groups", name=was.group(role), domain_id=domain)
                if group is not None:
                    self.directory.remove(f"/v3/groups/{group['id']}")
        self.forget({one.email for one in self.before.roles} - {one.email for one in order.roles}, domain)
        return {}


@dataclass(frozen=True)
class CredentialStep(KeystoneStep):
    """The user that deploys by machine, with a credential that ends (access-ends)."""

    name = "credential"
    title = Bilingual("期限のある機械の資格情報を作る", "Makes a machine credential that ends")

    def apply(self, order: EnvironmentOrder, facts: Facts) -> Facts:
        tenancy, project = Tenancy(order), self.there(order)
        password = tenancy.secret(self.key, "machine")
        wanted = {
            "name": tenancy.machine,
            "domain_id": facts["domain"],
            "enabled": True,
            "password": password,
        }
        user = self.directory.ensure("users", "user", wanted)
        role = self.directory.role(MACHINE_ROLE)
        self.keystone.ask("PUT", f"/v3/projects/{project['id']}/users/{user['id']}/roles/{role}")
        signed = self._sign_in(tenancy, user, project["id"])
        if signed == "":  # somebody changed its password, or the key of the installation is another
            self.keystone.ask("PATCH", f"/v3/users/{user['id']}", {"user": {"password": password}})
            signed = self._sign_in(tenancy, user, project["id"])
        body = {
            "name": tenancy.machine,
            "description": tenancy.description,
            "secret": tenancy.secret(self.key, "credential"),
            "expires_at": f"{tenancy.expires:%Y-%m-%dT%H:%M:%S}",
            "roles": [{"name": MACHINE_ROLE}],
        }
        path = f"users/{user['id']}/application_credentials"
        for one in self.directory.list_of(path):
            if one["name"] == tenancy.machine and not self._good(tenancy, one, project["id"]):
                self.directory.remove(f"/v3/{path}/{one['id']}")
        # Only who it is for can make one, so it is made in the machine's own name.
        made = {"application_credential": body}
        self.keystone.ask("POST", f"/v3/{path}", made, token=signed, may=(_CONFLICT,))
        return {}

    def verify(self, order: EnvironmentOrder, facts: Facts) -> Evidence:
        tenancy, project = Tenancy(order), self.there(order)
        user = self.user(tenancy.machine, project["domain_id"])
        if user is None:
            raise not_there("credential", "機械の利用者がいません", "there is no user for the machine")
        path = f"users/{user['id']}/application_credentials"
        listed = self.directory.list_of(path)
        endless = [one["name"] for one in listed if not one.get("expires_at")]
        if endless:
            words = "、".join(endless)
            raise not_there("credential", f"期限のない資格情報があります：{words}", f"it never ends: {words}")
        own = next((one for one in listed if one["name"] == tenancy.machine), None)
        if own is None:
            raise not_there("credential", "資格情報がありません", "there is no credential")
        if not self._good(tenancy, own, project["id"]):
            raise not_there("credential", "資格情報が払出しと違います", "it is not the credential we made")
        return Evidence(
            (
                line("資格情報", "Credential", own["id"]),
                line("期限", "Ends", own["expires_at"]),
            )
        )

    def _good(self, tenancy: Tenancy, credential: JSON, project: str) -> bool:
        """Whether it is for the project, ends when it should, and lets in with the secret that we know."""
        wanted = f"{tenancy.expires:%Y-%m-%dT%H:%M:%S}"
        if credential.get("project_id") != project or str(credential.get("expires_at"))[:19] != wanted:
            return False
        secret = tenancy.secret(self.key, "credential")
        identity: dict[str, Any] = {
            "methods": ["application_credential"],
            "application_credential": {"id": credential["id"], "secret": secret},
        }
        return self.keystone.sign_in(identity, None, may=(_UNAUTHORIZED,)).status != _UNAUTHORIZED

    def _sign_in(self, tenancy: Tenancy, user: JSON, project: str) -> str:
        secret = tenancy.secret(self.key, "machine")
        identity = {"methods": ["password"], "password": {"user": {"id": user["id"], "password": secret}}}
        scope = {"project": {"id": project}}
        return self.keystone.sign_in(identity, scope, may=(_UNAUTHORIZED,)).token

    def compensate(self, order: EnvironmentOrder, facts: Facts) -> None:
        domain = self.domain(order)
        user = self.user(Tenancy(order).machine, domain["id"]) if domain else None
        if user is None:
            return
        # One by one: with the user alone, a Keystone on SQLite leaves roles of the credential behind, which
        # then are in the way of the next one.
        path = f"users/{user['id']}/application_credentials"
        for one in self.directory.list_of(path):
            self.directory.remove(f"/v3/{path}/{one['id']}")
        self.directory.remove(f"/v3/users/{user['id']}")
