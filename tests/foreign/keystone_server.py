"""Keystone of OpenStack on an inherited socket: set up in a folder in one go, then serving.

    keystone_server.py FOLDER FILE-DESCRIPTOR POLICY-FILE

The password of the administrator is read from standard input. No connection is opened but those it answers.
"""

import logging
import os
import socket
import sys
from pathlib import Path

folder, descriptor, policy = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
password = sys.stdin.readline().strip()
sys.argv = sys.argv[:1]  # Keystone reads the command line as well
listening = socket.socket(fileno=descriptor)
address = f"http://127.0.0.1:{listening.getsockname()[1]}"


def refuse(*_arguments):
    raise OSError("this peer reaches no network")


socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = refuse

(folder / "keystone.conf").write_text(
    f"""[DEFAULT]
log_file = {folder}/keystone.log
[database]
connection = sqlite:///{folder}/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = {folder}/tokens
[fernet_receipts]
key_repository = {folder}/receipts
[credential]
key_repository = {folder}/credentials
[identity]
password_hash_rounds = 4
[oslo_policy]
policy_file = {policy}
"""
)
for name in ("tokens", "receipts", "credentials"):
    (folder / name).mkdir(mode=0o700, exist_ok=True)
os.environ["OS_KEYSTONE_CONFIG_FILES"] = str(folder / "keystone.conf")

from socketserver import ThreadingMixIn  # noqa: E402
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer  # noqa: E402

import keystone.conf  # noqa: E402
from keystone.cmd.bootstrap import Bootstrapper  # noqa: E402
from keystone.common import fernet_utils, sql  # noqa: E402
from keystone.common.sql import upgrades  # noqa: E402
from keystone.server.flask import core  # noqa: E402


def set_up():
    keystone.conf.configure()
    sql.initialize()
    keystone.conf.CONF(project="keystone", args=["--config-file", str(folder / "keystone.conf")])
    keystone.conf.set_external_opts_defaults()
    upgrades.offline_sync_database_to_version()
    for name, section in (
        ("tokens", "fernet_tokens"),
        ("receipts", "fernet_receipts"),
        ("credentials", "credential"),
    ):
        fernet_utils.FernetUtils(str(folder / name), 3, section).initialize_key_repository()
    first = Bootstrapper()
    first.admin_password, first.admin_username = password, "admin"
    first.project_name, first.admin_role_name = "admin", "admin"
    first.region_id, first.service_name, first.public_url = "RegionOne", "keystone", f"{address}/v3"
    first.bootstrap()


# Options are registered once in a process: a child sets up, then this one serves.
child = os.fork()
if child == 0:
    set_up()
    sys.stderr.flush()
    os._exit(0)
if os.waitpid(child, 0)[1] != 0:
    sys.exit("it could not be set up")


class Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments):
        pass

    def address_string(self):
        return "127.0.0.1"


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


logging.disable(logging.INFO)
application = core.initialize_application(name="public", config_files=[str(folder / "keystone.conf")])
server = Server(listening.getsockname(), Quiet, bind_and_activate=False)
server.socket = listening
server.server_name, server.server_port = listening.getsockname()
server.setup_environ()
server.set_app(application)
print(address, flush=True)
server.serve_forever(poll_interval=0.2)
