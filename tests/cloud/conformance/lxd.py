"""LXD as a subject: a daemon of its own in a folder, asked through its socket and by a tenant over TLS."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.cloud.conformance.subject import Act
from tests.cloud.vending.orders import an_order

from hashira.cloud.adapters.engines.lxd.certificate import tenant_certificate
from hashira.cloud.adapters.engines.lxd.engine import LxdEngine
from hashira.cloud.adapters.engines.lxd.session import Lxd
from hashira.cloud.domain.engine import Engine, Facts
from hashira.cloud.domain.environment_order import EnvironmentOrder
from hashira.kernel.language import Bilingual

SECRET = b"a key of the installation, of tests"
POOL = "tests"


def missing() -> str | None:
    """Why this machine cannot start a daemon of LXD; None where it can."""
    if shutil.which("lxd") is None:
        return "it is not on this machine: apt-get install lxd"
    return "root alone starts its daemon" if os.geteuid() != 0 else None


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """Socket and address over TLS of a daemon with a folder of its own, whose path has to be short."""
    folder = Path(tempfile.mkdtemp(prefix="lxd"))
    with (folder.parent / f"{folder.name}.log").open("wb") as said:
        process = subprocess.Popen(
            ("lxd", "--group", "root"),
            env={"PATH": os.environ["PATH"], "LXD_DIR": str(folder), "HOME": str(Path.home())},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    path = str(folder / "unix.socket")
    try:
        _answers(path, process)
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        address = f"127.0.0.1:{port}"
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=path), base_url="http://lxd", timeout=60
        ) as client:
            for method, where, body in (
                ("PATCH", "/1.0", {"config": {"core.https_address": address}}),
                ("POST", "/1.0/storage-pools", {"name": POOL, "driver": "dir"}),
            ):
                assert client.request(method, where, json=body).json()["type"] == "sync"
        yield path, f"https://{address}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        _unmount(folder)
        shutil.rmtree(folder, ignore_errors=True)
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


def _answers(path: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until the daemon says that it is ready; skips where this machine does not let it run."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.skip("the daemon of LXD does not run on this machine; NOT COVERED: lxd")
        with contextlib.suppress(OSError, httpx.TimeoutException):
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(path)
            transport = httpx.HTTPTransport(uds=path)
            with httpx.Client(transport=transport, base_url="http://lxd", timeout=20) as client:
                if client.get("/1.0").status_code == 200:
                    return
        time.sleep(0.2)
    raise AssertionError("the daemon of LXD does not answer")


def _unmount(folder: Path) -> None:
    """What the daemon mounted below its folder."""
    mounted = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for point in sorted((one for one in mounted if one.startswith(f"{folder}/")), reverse=True):
        subprocess.run(("umount", "-l", point), check=False, capture_output=True)


class Containers:
    key, enforces, boots = "lxd", True, False
    spoiled: frozenset[str] = frozenset({"isolated-compute"})
    spares = "quota"

    def __init__(self, path: str, address: str) -> None:
        self.path, self.address = path, address
        transport = httpx.HTTPTransport(uds=path)
        self.admin = httpx.Client(transport=transport, base_url="http://lxd", timeout=60)
        self.sessions: list[Lxd] = []

    def engine(self) -> Engine:
        title = Bilingual("LXD", "LXD")
        self.sessions.append(Lxd(self.path))
        return LxdEngine(self.sessions[-1], pool=POOL, secret=SECRET, title=title, sandbox=True)

    def order(self, **changes: Any) -> EnvironmentOrder:
        return an_order(**({"engine": self.key, "region": "local"} | changes))

    @contextmanager
    def tenant(self, order: EnvironmentOrder) -> Iterator[httpx.Client]:
        """The tenant, with the certificate that the engine made trusted."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the daemon's own certificate is not what is tried here
        with tempfile.NamedTemporaryFile() as file:
            file.write(tenant_certificate(order, SECRET).pem())
            file.flush()
            context.load_cert_chain(file.name)
        with httpx.Client(base_url=self.address, verify=context, timeout=60, trust_env=False) as client:
            yield client

    def listed(self, path: str, **query: str) -> list[dict[str, Any]]:
        answer = self.admin.get(f"/1.0{path}", params={"recursion": "1", **query}).json()
        return list(answer["metadata"])

    def look(self, order: EnvironmentOrder, facts: Facts) -> list[str]:
        found = [f"project {one['name']}" for one in self.listed("/projects") if one["name"] == order.key]
        found += [
            f"certificate {one['fingerprint']}"
            for one in self.listed("/certificates")
            if order.key in (one["name"], *(one.get("projects") or ()))
        ]
        for one in self.listed("/projects"):
            if one["name"] == order.key:
                found += [f"{name}={value}" for name, value in one["config"].items()]
        return sorted(found)

    def spoil(self, order: EnvironmentOrder, facts: Facts) -> str:
        assert self.changed(order.key, {"restricted.containers.nesting": "allow"})
        return "restrictions"

    def changed(self, project: str, config: dict[str, str]) -> bool:
        """Whether the operator changes keys of the project; LXD takes a whole configuration."""
        known = next(one for one in self.listed("/projects") if one["name"] == project)
        body = {"description": known["description"], "config": {**known["config"], **config}}
        return bool(self.admin.put(f"/1.0/projects/{project}", json=body).json()["type"] == "sync")

    def people(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        return None  # LXD knows one certificate of the tenant, and nobody by name

    def spared(self, order: EnvironmentOrder, facts: Facts) -> set[str] | None:
        config = next(one for one in self.listed("/projects") if one["name"] == order.key)["config"]
        return set() if "limits.instances" in config else {self.spares}

    def close(self) -> None:
        for one in self.sessions:
            one.close()
        self.admin.close()

    def new_server(self, order: EnvironmentOrder, facts: Facts, name: str) -> str | None:
        with self.tenant(order) as client:
            assert self.made(client, order.key, {}, name)
        return name

    def server_now(
        self, order: EnvironmentOrder, facts: Facts, identifier: str
    ) -> tuple[str, dict[str, str]]:
        (found,) = [one for one in self.listed("/instances", project=order.key) if one["name"] == identifier]
        tags = {
            k.removeprefix("user.tag."): v for k, v in found["config"].items() if k.startswith("user.tag.")
        }
        return found["status"].lower(), tags

    def roles_like(self, order: EnvironmentOrder, facts: Facts, door: str) -> list[str]:
        return []

    def gets_in(self, order: EnvironmentOrder, facts: Facts) -> bool | None:
        with self.tenant(order) as client:
            answer = client.get("/1.0/instances", params={"project": order.key}).json()
        assert answer["type"] in {"sync", "error"}
        return bool(answer["type"] == "sync")

    def made(self, client: httpx.Client, project: str, config: dict[str, str], name: str = "") -> bool:
        """Whether an instance is made, empty: what is tried is the permission, not an image."""
        body = {
            "name": name or f"i-{secrets.token_hex(4)}",
            "type": "container",
            "source": {"type": "none"},
            "config": config,
        }
        answer = client.post("/1.0/instances", params={"project": project}, json=body).json()
        if answer["type"] == "error":
            return False
        done = client.get(f"{answer['operation']}/wait", params={"project": project, "timeout": "60"}).json()
        return bool(done["metadata"]["status_code"] == 200)

    def emptied(self, project: str) -> None:
        for one in self.listed("/instances", project=project):
            answer = self.admin.delete(f"/1.0/instances/{one['name']}", params={"project": project}).json()
            self.admin.get(f"{answer['operation']}/wait")

    def acts(self, order: EnvironmentOrder, facts: Facts) -> list[Act]:
        project = order.key

        def tried(config: dict[str, str]) -> bool:
            with self.tenant(order) as client:
                done = self.made(client, project, config)
            self.emptied(project)
            return done

        def many() -> bool:
            """The eleventh is refused after ten were made."""
            with self.tenant(order) as client:
                made = [self.made(client, project, {}) for _number in range(11)]
            self.emptied(project)
            return made == [True] * 10 + [False]

        def changes() -> bool:
            with self.tenant(order) as client:
                body = {"config": {"restricted": "false"}}
                answer = client.patch(f"/1.0/projects/{project}", json=body).json()
            return bool(answer["type"] == "error")

        def neighbour() -> bool:
            """In the project of everybody, where the operator may, a privileged one is made."""
            body = {"name": "free", "config": {"features.profiles": "false"}}
            self.admin.post("/1.0/projects", json=body)
            root = {"root": {"type": "disk", "path": "/", "pool": POOL}}
            wanted = {
                "name": "privileged",
                "type": "container",
                "source": {"type": "none"},
                "config": {"security.privileged": "true"},
                "devices": root,
            }
            answer = self.admin.post("/1.0/instances", params={"project": "free"}, json=wanted).json()
            done = self.admin.get(f"{answer['operation']}/wait").json()["metadata"]["status_code"] == 200
            self.emptied("free")
            self.admin.delete("/1.0/projects/free")
            return bool(done)

        return [
            Act(
                "a privileged container",
                "isolated-compute",
                lambda: not tried({"security.privileged": "true"}),
                neighbour,
            ),
            Act(
                "low-level configuration",
                "isolated-compute",
                lambda: not tried({"raw.lxc": "lxc.apparmor.profile=unconfined"}),
                lambda: tried({"limits.cpu": "1"}),
            ),
            Act(
                "containers within containers",
                "isolated-compute",
                lambda: not tried({"security.nesting": "true"}),
                lambda: tried({"security.nesting": "false"}),
            ),
            Act("more instances than the quota", "quota", many, lambda: tried({})),
            Act(
                "taking the restrictions off",
                "stay-in-organisation",
                changes,
                lambda: self.changed(project, {"user.note": ""}),
            ),
        ]
