"""Keystone of OpenStack as a subject: the real service of PyPI, asked over HTTP by the tests themselves."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cloud.conformance.subject import Act
from tests.cloud.vending.orders import an_order
from tools import foreign

from hashira.cloud.adapters.engines.openstack.engine import OpenStackEngine
from hashira.cloud.adapters.engines.openstack.session import Keystone, Login
from hashira.cloud.adapters.engines.openstack.tenancy import Tenancy
from hashira.cloud.domain.engine import Engine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

SECRET = b"a key of the installation, of tests"


def require() -> None:
    """Skips, or fails in CI, where Keystone is not installed."""
    if not foreign.installed():
        missing = "Keystone is not installed: python tools/foreign.py"
        if os.environ.get("CI"):
            pytest.fail(missing)
        pytest.skip(f"{missing}; NOT COVERED: openstack")


@contextmanager
def served(folder: Path, policy: Path) -> Iterator[tuple[str, str]]:
    """Address and password of a Keystone of its own with that policy file."""
    folder.mkdir()
    password = secrets.token_hex(16)
    with socket.create_server(("127.0.0.1", 0)) as listening, (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            (
                *(str(foreign.python("keystone")), "-I", str(foreign.PROGRAMS / "keystone_server.py")),
                *(str(folder), str(listening.fileno()), str(policy)),
            ),
            pass_fds=(listening.fileno(),),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env={"PATH": os.environ["PATH"]},
        )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{password}\n")
        process.stdin.close()
        address = process.stdout.readline().strip()
        assert address, (folder / "said").read_text(errors="replace")[-3_000:]
        yield address, password
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


class Web:
    """Keystone as somebody asks it by hand: as the administrator, or as anybody with a password."""

    def __init__(self, address: str, password: str) -> None:
        self.client = httpx.Client(base_url=address, timeout=60, trust_env=False)
        identity = {"name": "admin", "domain": {"id": "default"}, "password": password}
        self.admin = self.token(identity, {"system": {"all": True}})
        assert self.admin

    def token(self, user: dict[str, Any], scope: dict[str, Any]) -> str:
        """A token, or nothing where Keystone lets them not in."""
        auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}
        return str(
            self.client.post("/v3/auth/tokens", json={"auth": auth}).headers.get("X-Subject-Token", "")
        )

    def ask(self, method: str, path: str, body: object = None, token: str = "") -> httpx.Response:
        headers = {"X-Auth-Token": token or self.admin}
        return self.client.request(method, f"/v3{path}", json=body, headers=headers)

    def listed(self, kind: str, **query: str) -> list[dict[str, Any]]:
        headers = {"X-Auth-Token": self.admin}
        answer = self.client.get(f"/v3/{kind}", params=query, headers=headers).json()
        return list(answer[kind.rpartition("/")[2]])

    def manager(self, domain: str) -> str:
        """A token of a new manager of a domain: somebody of the body who runs it."""
        name, password = f"manager-{secrets.token_hex(4)}", secrets.token_hex(16)
        made = {"user": {"name": name, "domain_id": domain, "password": password}}
        user = self.ask("POST", "/users", made).json()["user"]["id"]
        role = next(one["id"] for one in self.listed("roles") if one["name"] == "manager")
        assert self.ask("PUT", f"/domains/{domain}/users/{user}/roles/{role}").status_code == 204
        token = self.token({"id": user, "password": password}, {"domain": {"id": domain}})
        assert token
        return token


class OpenStack:
    """A Keystone with the policy of the baseline."""

    key, enforces, boots = "openstack", True, False
    spoiled: frozenset[str] = frozenset({"environment-tags"})
    spares = "quota"

    def __init__(self, address: str, password: str) -> None:
        self.address, self.password = address, password
        self.web = Web(address, password)
        self.sessions: list[Keystone] = []

    def engine(self) -> Engine:
        keystone = Keystone(self.address, Login("admin", "default", self.password))
        self.sessions.append(keystone)
        title = Bilingual("OpenStack", "OpenStack")
        return OpenStackEngine(keystone, secret=SECRET, title=title, sandbox=True)

    def order(self, **changes: Any) -> EnvironmentOrder:
        return an_order(**({"engine": self.key, "region": "RegionOne"} | changes))

    def look(self, order: EnvironmentOrder, facts: Facts) -> list[str]:
        """Everything whose name begins with the key of the order, whoever holds it."""
        found = []
        for kind in ("projects", "groups", "users"):
            named = [one for one in self.web.listed(kind) if one["name"].startswith(order.key)]
            found += [f"{kind} {one['name']} {one['id']}" for one in named]
            for one in named if kind == "projects" else ():
                found += [f"tag {word}" for word in one["tags"]]
                found += [
                    f"limit {limit['resource_name']} {limit['id']}"
                    for limit in self.web.listed("limits", project_id=one["id"])
                ]
            for one in named if kind == "users" else ():
                listed = self.web.listed(f"users/{one['id']}/application_credentials")
                found += [f"credential {each['id']}" for each in listed]
        return sorted(found)

    def spoil(self, order: EnvironmentOrder, facts: Facts) -> str:
        project = facts["account"]
        assert self.web.ask("DELETE", f"/projects/{project}/tags/hashira:stage=production").status_code == 204
        return "tags"

    def people(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        groups = [one for one in self.web.listed("groups") if one["name"].startswith(order.key)]
        return {user["name"] for one in groups for user in self.web.listed(f"groups/{one['id']}/users")}

    def spared(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        limits = self.web.listed("limits", project_id=facts["account"])
        return {self.spares} if all(one["resource_limit"] == -1 for one in limits) else set()

    def close(self) -> None:
        for one in self.sessions:
            one.close()
        self.web.client.close()

    def new_server(self, order: EnvironmentOrder, facts: Facts, name: str) -> str | None:
        return None  # Keystone knows people and permissions, no servers

    def server_now(
        self, order: EnvironmentOrder, facts: Facts, identifier: str
    ) -> tuple[str, dict[str, str]]:
        raise AssertionError

    def roles_like(self, order: EnvironmentOrder, facts: Facts, door: str) -> list[str]:
        return []

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        """With the machine's credential, by its name and secret."""
        tenancy = Tenancy(order)
        credential = {
            "name": tenancy.machine,
            "secret": tenancy.secret(SECRET, "credential"),
            "user": {"name": tenancy.machine, "domain": {"name": tenancy.domain}},
        }
        identity = {"methods": ["application_credential"], "application_credential": credential}
        status = self.web.client.post("/v3/auth/tokens", json={"auth": {"identity": identity}}).status_code
        assert status in (201, 401, 404)  # of a disabled project Keystone says that there is no credential
        return status == 201

    def acts(self, order: EnvironmentOrder, facts: Facts) -> list[Act]:
        return acts(self.web, facts["domain"], facts["account"])


def acts(web: Web, domain: str, project: str) -> list[Act]:
    """What the manager of the body's own domain is kept from, and the operator, or another act, is not."""
    manager = web.manager(domain)
    made: list[str] = []
    user = web.ask("POST", "/users", {"user": {"name": f"u-{secrets.token_hex(4)}", "domain_id": domain}})
    someone = user.json()["user"]["id"]
    roles = {one["name"]: one["id"] for one in web.listed("roles")}
    known = next(one for one in web.listed("projects") if one["id"] == project)

    def create(token: str) -> int:
        wanted = {"project": {"name": f"own-{secrets.token_hex(4)}", "domain_id": domain}}
        answer = web.ask("POST", "/projects", wanted, token)
        if answer.status_code == 201:
            made.append(answer.json()["project"]["id"])
            web.ask("DELETE", f"/projects/{made[-1]}")
        return answer.status_code

    def enable(token: str) -> int:
        return web.ask("PATCH", f"/projects/{project}", {"project": {"enabled": True}}, token).status_code

    def tag(token: str) -> int:
        return web.ask("PUT", f"/projects/{project}/tags", {"tags": known["tags"]}, token).status_code

    def give(role: str) -> int:
        path = f"/projects/{project}/users/{someone}/roles/{roles[role]}"
        status = web.ask("PUT", path, None, manager).status_code
        web.ask("DELETE", path)
        return status

    return [
        Act(
            "create a project",
            "stay-in-organisation",
            lambda: create(manager) == 403,
            lambda: create("") == 201,
        ),
        Act(
            "enable a project",
            "stay-in-organisation",
            lambda: enable(manager) == 403,
            lambda: enable("") == 200,
        ),
        Act("change the tags", "environment-tags", lambda: tag(manager) == 403, lambda: tag("") == 200),
        Act(
            "make somebody a manager",
            "keep-baseline-roles",
            lambda: give("manager") == 403,
            lambda: give("member") == 204,
        ),
    ]
