#!/usr/bin/env python3
"""Under limits: too few descriptors at start, none left while running, too little memory. A program must say what is
wrong, or pause and recover, and never spin.

usage: Tests/process/limits.py PROGRAM      (Weir, or HAProxy itself)
The last line is "N passed, N failed". Cases that need root skip, saying so.
"""
import contextlib
import errno
import os
import re
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from running import Absent, ask, free_port, run, until

PROGRAM = os.path.abspath(sys.argv[1])
CONFIG = """global
  stats socket {folder}/stats level admin
  nbthread 2
  {top}
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 20s
  retries 1
{proxies}
"""
WEB = """frontend web
  bind 127.0.0.1:{port}
  http-request return status 200 content-type text/plain string own if {{ path /own }}
  default_backend origin
backend origin
  server first 127.0.0.1:{origin}
"""


class Program:
    """`limit`: descriptors it may have, soft and hard alike; root's right to raise it is taken away"""

    def __init__(self, proxies=WEB, top="", limit=None, arguments=(), memory=None, environment=None):
        self.folder = tempfile.TemporaryDirectory()
        self.port, self.origin_port = free_port(), free_port()
        self.path = os.path.join(self.folder.name, "stats")
        config = os.path.join(self.folder.name, "limits.cfg")
        os.chmod(self.folder.name, 0o777)
        name = os.path.join(self.folder.name, "haproxy")
        os.symlink(PROGRAM, name)
        with open(config, "w") as file:
            file.write(CONFIG.format(folder=self.folder.name, top=top, proxies=proxies.format(port=self.port, origin=self.origin_port)))
        self.output = open(os.path.join(self.folder.name, "output"), "w+")

        def prepare():
            if memory: resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
            if limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
                if os.geteuid() == 0: os.setgroups([]), os.setgid(65534), os.setuid(65534)
        self.process = subprocess.Popen([name, "-db", *arguments, "-f", config], stdout=self.output, stderr=self.output, preexec_fn=prepare,
                                        env={**os.environ, **(environment or {})})

    def __enter__(self):
        def ready():
            assert self.process.poll() is None, "ended at start:\n" + self.messages()
            return self.ask("show version")
        until(ready, "start")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None: self.process.kill()
        self.process.wait()
        self.output.close()
        self.folder.cleanup()

    def messages(self):
        with open(self.output.name) as file:
            lines = [line for line in file.read().split("\n") if not re.match(r"\[NOTICE\]", line)]
        return "\n".join(re.sub(r"^(\[\w+\]\s+)\(\d+\)", r"\1(P)", re.sub(r"\[\S*haproxy\.main\(\)\]", "[haproxy.main()]", line)) for line in lines)

    def ended(self):
        """the exit status and the messages of a program that cannot start"""
        status = self.process.wait(timeout=30)
        return status, self.messages()

    def ask(self, text, path=None): return ask(path or self.path, text)

    def limit(self, number):
        """descriptors from now on; those that are open stay"""
        subprocess.run(["prlimit", "--pid", str(self.process.pid), f"--nofile={number}:"], check=True)

    def ticks(self):
        """processor time so far, in seconds"""
        with open(f"/proc/{self.process.pid}/stat") as file: fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return client

    def get(self, client, path="/own"):
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        return self.status(client)

    @staticmethod
    def status(client):
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = client.recv(65536)
            if not more: return answer[9:12].decode() or "closed"
            answer += more
        return answer[9:12].decode()


# --- at start ---------------------------------------------------------------------------------------------------------
def too_few_descriptors():
    """what is told, for limits from hopeless to just enough"""
    for limit in (20, 30, 50, 100, 200):
        for top, wanted in (("", 228), ("maxconn 200", 428), ("ulimit-n 500", 500)):
            for strict in (True, False):
                lines = [f"{'ALERT' if strict else 'WARNING'} Cannot raise FD limit to {wanted}, limit is {limit}."]
                maximum, sockets = (200, 428) if top == "maxconn 200" else (100, 228)
                if not strict:
                    lines.append(
                        f"ALERT FD limit ({limit}) too low for maxconn={maximum}/maxsock={sockets}. Please raise 'ulimit-n' to {sockets} or more to avoid any trouble.")
                yield f"{limit} descriptors, {top or 'no maxconn'}, {'strict' if strict else 'not strict'}", start, limit, top, strict, lines


def start(limit, top, strict, lines):
    program = Program(top=top if strict else top + "\n  no strict-limits", limit=limit)
    try:
        if strict:
            status, messages = program.ended()
            assert status == 1, f"status {status}"
        else:
            with program: messages = program.messages()
        found = [re.sub(r"^\[(\w+)\]\s+\(P\) : \[haproxy\.main\(\)\] ", r"\1 ", line) for line in messages.split("\n") if line]
        assert found == lines, f"\n  expected {lines}\n  found {found}"
    finally: program.__exit__()


def enough_descriptors():
    """one that fits is said nothing of, and the process lives within it"""
    with Program(top="maxconn 20", limit=80) as program:
        assert program.messages() == "", program.messages()
        clients = [program.connect() for _ in range(40)]
        # The limit of connections comes before that of descriptors.
        assert program.get(clients[0]) == "200"
        for client in clients: client.close()


def none_at_all():
    """too few to listen: an error, and no listening socket is left behind"""
    program = Program(top="no strict-limits", limit=6)
    try:
        status, messages = program.ended()
        assert status == 1 and "ALERT" in messages, f"status {status}: {messages}"
    finally: program.__exit__()


# --- while running ----------------------------------------------------------------------------------------------------
def quiet(program, seconds=1.0, share=0.25):
    """takes no more processor time over some time than a share of it"""
    before, start = program.ticks(), time.time()
    select.select([], [], [], seconds)
    spent, passed = program.ticks() - before, time.time() - start
    assert spent <= share * passed, f"spins: {spent:.2f} s of processor in {passed:.2f} s"


def accepting_pauses():
    """clients that cannot be accepted wait, at no cost, and are served once there are descriptors again"""
    with Program() as program:
        kept = program.connect()
        assert program.get(kept) == "200"
        program.limit(3)
        waiting = [program.connect() for _ in range(20)]
        for client in waiting: client.sendall(b"GET /own HTTP/1.1\r\nHost: a\r\n\r\n")
        # Whoever was there is served on.
        assert program.get(kept) == "200"
        quiet(program)
        ready, _, _ = select.select(waiting, [], [], 0)
        assert not ready, f"{len(ready)} were accepted without a descriptor"
        program.limit(1000)
        for client in waiting: assert program.status(client) == "200"
        assert program.get(program.connect()) == "200"


REFUSING = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
static int refused(void) {
  const char *path = getenv("REFUSING"), *code = getenv("REFUSING_CODE");
  if (!path || !code || access(path, F_OK)) return 0;
  errno = atoi(code);
  return 1;
}
int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags) {
  static int (*real)(int, struct sockaddr *, socklen_t *, int);
  if (refused()) return -1;
  if (!real) *(void **)&real = dlsym(RTLD_NEXT, "accept4");
  return real(fd, address, length, flags);
}
"""


def kernel_refuses(code):
    """the kernel has no descriptor or no memory for a client: it waits, at no cost, and is served later"""
    if not shutil.which("gcc"): raise Absent("gcc is not installed")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        library, sign = os.path.join(folder, "refusing.so"), os.path.join(folder, "sign")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, "-xc", "-", "-ldl"], input=REFUSING.encode(), check=True)
        with Program(environment={"LD_PRELOAD": library, "REFUSING": sign, "REFUSING_CODE": str(code)}) as program:
            kept = program.connect()
            assert program.get(kept) == "200"
            with open(sign, "w"): pass
            waiting = [program.connect() for _ in range(20)]
            for client in waiting: client.sendall(b"GET /own HTTP/1.1\r\nHost: a\r\n\r\n")
            assert program.get(kept) == "200"
            quiet(program)
            ready, _, _ = select.select(waiting, [], [], 0)
            assert not ready, f"{len(ready)} were accepted all the same"
            os.unlink(sign)
            for client in waiting: assert program.status(client) == "200"


def server_connections_fail():
    """no descriptor for a server: 503 for that request alone, later ones are served"""
    with Program() as program, socket.socket() as origin:
        origin.bind(("127.0.0.1", program.origin_port))
        origin.listen()
        client = program.connect()
        assert program.get(client) == "200"
        program.limit(3)
        assert program.get(client, "/") == "503"
        quiet(program, 0.5)
        program.limit(1000)
        again = program.connect()
        again.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        server, _ = origin.accept()
        server.recv(65536)
        server.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        assert program.status(again) == "204"
        server.close()


def runtime_socket_pauses():
    """the same of the runtime socket"""
    with Program() as program:
        program.limit(3)
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(20)
            control.connect(program.path)
            control.sendall(b"show version\n")
            quiet(program)
            assert not select.select([control], [], [], 0)[0], "accepted without a descriptor"
            program.limit(1000)
            assert control.recv(100)


def master_socket_pauses():
    """the same of a master's socket"""
    with tempfile.TemporaryDirectory() as folder:
        place = os.path.join(folder, "master")
        with Program(arguments=("-W", "-S", place)) as program:
            until(lambda: "worker" in program.ask("show proc", place), "the master's socket")
            program.limit(3)
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(20)
                control.connect(place)
                control.sendall(b"show version\n")
                quiet(program)
                program.limit(1000)
                assert control.recv(100)


def peers_pause():
    """the same of a peer's listener"""
    proxies = WEB + "peers friends\n  peer me 127.0.0.1:{origin}\n"
    with Program(proxies, arguments=("-L", "me")) as program:
        program.limit(3)
        with socket.create_connection(("127.0.0.1", program.origin_port), timeout=20) as peer:
            peer.sendall(b"HAProxyS 2.1\nother\nyou 1 1\n")
            quiet(program)
            program.limit(1000)
            # Whoever asks for another than it is, is refused.
            assert peer.recv(100)


def checks_fail():
    """a check without a descriptor has failed, and tells so; with one it passes again"""
    proxies = WEB.replace("{origin}\n", "{origin} check inter 100 rise 1 fall 1\n")
    with Program(proxies) as program, socket.socket() as origin, contextlib.ExitStack() as stack:
        origin.bind(("127.0.0.1", program.origin_port))
        origin.listen(100)
        control = stack.enter_context(socket.socket(socket.AF_UNIX))
        control.settimeout(20)
        control.connect(program.path)
        control.sendall(b"prompt\n")

        def state():
            control.sendall(b"show servers state origin\n")
            text = b""
            while not text.endswith(b"\n> "): text += control.recv(65536)
            line = [line for line in text.decode().split("\n") if " first " in line]
            return line[0].split()[5] if line else ""
        until(lambda: state() == "2", "up")
        program.limit(3)
        until(lambda: state() == "0", "down for want of a descriptor")
        assert "Too many sockets on the process (Too many open files)" in program.messages(), program.messages()
        program.limit(1000)
        until(lambda: state() == "2", "up again")


def serve(origin):
    """answers every request of every connection"""
    def answer(connection):
        with connection, contextlib.suppress(OSError):
            while connection.recv(65536): connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    with contextlib.suppress(OSError):
        while True: threading.Thread(target=answer, args=(origin.accept()[0],), daemon=True).start()


def descriptor_ratios():
    """tune.pool-low-fd-ratio and its like: where descriptors run low no server connection is kept for later"""
    proxies = WEB.replace("backend origin\n", "backend origin\n  http-reuse always\n")
    for top, expected in (("", 1), ("tune.pool-low-fd-ratio 0\n  tune.pool-high-fd-ratio 0", 3),
                          ("tune.pool-low-fd-ratio 100\n  tune.pool-high-fd-ratio 100", 1)):
        with Program(proxies, top="maxconn 10\n  nbthread 1\n  " + top) as program, socket.socket() as origin:
            origin.bind(("127.0.0.1", program.origin_port))
            origin.listen()
            threading.Thread(target=serve, args=(origin,), daemon=True).start()
            for _ in range(3):
                with program.connect() as client: assert program.get(client, "/") == "204"
                until(lambda: re.search("^CurrConns: [01]$", program.ask("show info"), re.M), "client gone")
            stat = [line.split(",") for line in program.ask("show stat").split("\n")]
            opened = {row[1]: row for row in stat if row[0] == "origin"}["first"][stat[0].index("connect")]
            assert int(opened) == expected, f"{top!r}: {opened} connections opened, not {expected}"
            # An accept that waits would keep the socket.
            origin.shutdown(socket.SHUT_RDWR)


def providers():
    """ssl-provider: one that is there is listed, one that is not is an error"""
    with Program(top="ssl-provider legacy\n  ssl-provider default") as program:
        listed = program.ask("show ssl providers")
        assert "legacy" in listed and "default" in listed, listed
    program = Program(top="ssl-provider nosuch")
    try:
        status, messages = program.ended()
        assert status == 1 and "ssl-provider nosuch: unknown provider" in messages, messages
    finally: program.__exit__()


def memory_limit():
    """`-m` too small to run in: an error or a process that serves, never a hang"""
    for megabytes in (1, 20, 60, 200):
        program = Program(arguments=("-m", str(megabytes)))
        try:
            end = time.time() + 30
            while time.time() < end:
                if program.process.poll() is not None:
                    assert program.process.returncode != 0, "ended without an error"
                    break
                try:
                    if program.get(program.connect()) == "200": break
                except OSError: time.sleep(0.05)
            else: raise AssertionError(f"{megabytes} MB: neither serves nor ends")
        finally: program.__exit__()


def buffers_fail():
    """-dMfail with tune.fail-alloc: requests fail now and then, and the process goes on"""
    if "weir" not in subprocess.run([PROGRAM, "-v"], capture_output=True, text=True).stdout:
        raise Absent("HAProxy mostly fails to start so")
    with Program(top="tune.fail-alloc 20", arguments=("-dMfail",)) as program:
        served = 0
        for _ in range(200):
            try:
                with program.connect() as client:
                    client.settimeout(5)
                    served += program.get(client) == "200"
            except OSError: pass
        assert program.process.poll() is None, "died"
        assert 0 < served, "served nothing"


run([enough_descriptors, none_at_all, accepting_pauses, server_connections_fail, runtime_socket_pauses, master_socket_pauses,
     peers_pause, checks_fail, descriptor_ratios, providers, memory_limit, buffers_fail]
    + [(f"kernel_refuses, {errno.errorcode[code]}", kernel_refuses, code)
       for code in (errno.ENFILE, errno.ENOMEM, errno.ENOBUFS)]
    + list(too_few_descriptors()), sys.argv[2:])
