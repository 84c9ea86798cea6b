#!/usr/bin/env python3
"""Checks of real daemons: Redis, MariaDB, PostgreSQL, OpenLDAP and Exim, each started here, on a port and in a folder of its
own. What is not installed is skipped, saying so. HAProxy, where it is there, has to find the same.

usage: Tests/process/daemons.py BINARY [HAPROXY]
"""
import csv
import glob
import io
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time

from running import Absent, ask, free_port, run, until

WEIR = os.path.abspath(sys.argv[1])
HAPROXY = sys.argv[2] if len(sys.argv) > 2 else "/usr/sbin/haproxy"
PATHS = ["/usr/bin", "/usr/sbin", "/usr/local/bin"] + sorted(glob.glob("/usr/lib/postgresql/*/bin"), reverse=True)


def find(name):
    found = shutil.which(name, path=":".join(PATHS))
    if name == "initdb" or name == "postgres": found = next(iter(glob.glob(f"/usr/lib/postgresql/*/bin/{name}")), None)
    if not found: raise Absent(f"{name} is not installed")
    return found


def owner(folder, user):
    """lets a daemon that will not be root have the folder -> how to start it"""
    if os.getuid() != 0: return {}
    try: account = pwd.getpwnam(user)
    except KeyError: raise Absent(f"there is no user {user}")
    for place, folders, files in os.walk(folder):
        for name in [place] + [os.path.join(place, file) for file in files]: os.chown(name, account.pw_uid, account.pw_gid)
    os.chmod(folder, 0o755)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file: file.write(text)
    return path


def redis(folder, port, password=""):
    more = ["--requirepass", password] if password else []
    return [[find("redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, *more], {}]


def redis_with_password(folder, port): return redis(folder, port, "secret")


def mariadb(folder, port):
    daemon, install = find("mariadbd"), find("mariadb-install-db")
    data = os.path.join(folder, "data")
    me = owner(folder, "mysql")
    subprocess.run([install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **me)
    init = write(folder, "init.sql", "create user 'checker'@'127.0.0.1';\ncreate user 'checker'@'localhost';\n")
    os.chmod(init, 0o644)
    return [[daemon, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/sock",
             f"--init-file={init}", f"--pid-file={folder}/pid", "--max-connect-errors=100000"], me]


def postgresql(folder, port):
    data = os.path.join(folder, "data")
    me = owner(folder, "postgres")
    subprocess.run([find("initdb"), "-D", data, "-U", "checker", "-A", "trust", "--no-sync"], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **me)
    return [[find("postgres"), "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"], me]


def openldap(folder, port):
    os.mkdir(os.path.join(folder, "db"))
    config = write(folder, "slapd.conf", f"""include /etc/ldap/schema/core.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
database mdb
suffix dc=test
directory {folder}/db
""")
    return [[find("slapd"), "-h", f"ldap://127.0.0.1:{port}", "-f", config, "-d", "0"], {}]


def exim(folder, port):
    daemon = find("exim4")
    if os.getuid() != 0: raise Absent("only root may start it with a configuration of its own")
    me = owner(folder, "Debian-exim")
    config = write(folder, "exim.conf", f"""primary_hostname = mail.test
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
acl_smtp_rcpt = accept
daemon_smtp_ports = {port}
local_interfaces = 127.0.0.1
pid_file_path = {folder}/pid
begin acl
begin routers
begin transports
""")
    os.chmod(config, 0o644)
    return [[daemon, "-C", config, "-bdf", "-oX", f"127.0.0.1.{port}"], {}]


# name: how it is started, and the checks that are made of it, with what has to come of each; None: what HAProxy finds
DAEMONS = {
    "Redis": (redis, {"option redis-check": "L7OK"}),
    "Redis with a password": (redis_with_password, {"option redis-check": None}),
    "MariaDB": (mariadb, {"option mysql-check": "L7OK", "option mysql-check user checker": "L7OK",
                          "option mysql-check user checker post-41": "L7OK", "option mysql-check user nobody": "L7STS"}),
    "PostgreSQL": (postgresql, {"option pgsql-check user checker": "L7OK", "option pgsql-check user nobody": "L7OK"}),
    "OpenLDAP": (openldap, {"option ldap-check": "L7OK"}),
    "Exim": (exim, {"option smtpchk": "L7OK", "option smtpchk EHLO test.example": "L7OK"}),
}


class Proxy:
    def __init__(self, binary, folder, checks, port):
        self.path = tempfile.mktemp(prefix="w", dir=folder)
        text = f"global\n stats socket {self.path} level admin\ndefaults\n mode tcp\n timeout connect 5s\n timeout server 5s\n timeout client 5s\n"
        for number, check in enumerate(checks):
            text += f"backend b{number}\n {check}\n server s 127.0.0.1:{port} check inter 1s rise 1 fall 1\n"
        self.process = subprocess.Popen([binary, "-q", "-f", write(folder, os.path.basename(self.path) + ".cfg", text)], stderr=subprocess.DEVNULL)
        until(lambda: ask(self.path, "show version"), "the socket")

    def found(self):
        """(check_status, check_code, what was said) of each"""
        rows = csv.DictReader(io.StringIO(ask(self.path, "show stat").lstrip("# ")))
        rows = [row for row in rows if row["svname"] == "s"]
        if any(row["check_status"] in ("INI", "") or row["check_status"].startswith("*") for row in rows): return None
        return [(row["check_status"], row["check_code"], row["last_chk"].strip()) for row in rows]

    def stop(self):
        self.process.kill()
        self.process.wait()


def test(name):
    prepare, checks = DAEMONS[name]
    with tempfile.TemporaryDirectory(prefix="weir", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)
        port = free_port()
        command, me = prepare(folder, port)
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, start_new_session=True, **me)
        proxies = []
        try:
            def is_open():
                if daemon.poll() is not None: raise AssertionError("it does not start: " + " ".join(command))
                return socket.create_connection(("127.0.0.1", port), 1)
            until(is_open, "the daemon", 60).close()
            time.sleep(0.5)  # some open their port before they can answer
            binaries = [WEIR] + ([HAPROXY] if os.path.exists(HAPROXY) else [])
            results = []
            for binary in binaries:
                proxies.append(Proxy(binary, folder, checks, port))
                results.append(until(proxies[-1].found, "checks"))
            for (check, wanted), result in zip(checks.items(), results[0]): assert wanted in (None, result[0]), (check, result)
            strip = lambda rows: [row[:2] for row in rows]
            if len(results) > 1: assert strip(results[0]) == strip(results[1]), (results[0], "HAProxy:", results[1])
            daemon.terminate()
            daemon.wait(30)
            for proxy in proxies:
                until(lambda: all(row[0] in ("L4CON", "L7RSP", "L6RSP") for row in proxy.found() or [("", "")]), "the end in the checks")
            return ", ".join(row[2] or row[0] for row in results[0])
        finally:
            for proxy in proxies: proxy.stop()
            if daemon.poll() is None:
                daemon.kill()
                daemon.wait()


run([(name, test, name) for name in DAEMONS])
