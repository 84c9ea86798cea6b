"""Compares how both programs end connections: whether the server and the client see an orderly end or a reset, about
when, and how the log calls it. Used by run.py.

HAProxy ends the connections that it opened with a reset unless the server ended first: the port would otherwise be
held for a minute. In TCP mode a silent side ends its own direction alone.
"""
import concurrent.futures
import os
import re
import socket
import struct
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello"
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nabc"
UPGRADE = b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello"
SERVER_CLOSE = "option http-server-close"
RESET = struct.pack("ii", 1, 0)


@dataclass
class Case:
    """lines: of the proxy; answer: what the server says to the first bytes (None: it says it at once); closes: then it
    ends its direction; client: "keep", "close", "reset" or "half" once it has waited for `after` seconds."""
    name: str
    lines: list
    answer: bytes = OK
    request: bytes = GET
    mode: str = "http"
    client: str = "keep"
    after: float = 0.3
    closes: bool = False


def tcp(name, lines, **more):
    return Case(name, lines, **{"answer": b"hello", "request": b"x", "mode": "tcp", "after": 2.2, **more})


SHORT_SERVER = ["timeout client 1200ms", "timeout server 300ms"]
SHORT_CLIENT = ["timeout client 300ms", "timeout server 1200ms"]
CASES = [
    Case("server-close", [SERVER_CLOSE]),
    Case("server-close, chunked", [SERVER_CLOSE], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    Case("server-close, 204", [SERVER_CLOSE], b"HTTP/1.1 204 No Content\r\n\r\n"),
    Case("server-close, until the end", [SERVER_CLOSE], b"HTTP/1.1 200 OK\r\n\r\nhello", closes=True),
    Case("server-close, early answer", [SERVER_CLOSE], request=POST, client="close"),
    Case("httpclose", ["option httpclose"]),
    Case("kept", ["http-reuse always"], client="close"),
    Case("never shared, client goes", ["http-reuse never"], client="close"),
    Case("no room in the pool", ["http-reuse always", "default-server pool-max-conn 0"]),
    Case("server goes first", [], closes=True),
    Case("answer cut by the server's timeout", ["timeout server 200ms", SERVER_CLOSE], CUT, after=0.6),
    Case("no answer in time", ["timeout server 200ms"], b"", after=0.6),
    Case("client goes while it waits", ["option abortonclose"], b"", client="close"),
    Case("bad answer", [], b"nonsense\r\n\r\n"),
    Case("early answer", [], request=POST, client="close"),
    Case("tunnel, client goes", [], SWITCHED, UPGRADE, client="close"),
    Case("tunnel, timeout", ["timeout tunnel 300ms"], SWITCHED, UPGRADE, after=0.9),
    tcp("TCP, client goes", [], client="close", after=0.3),
    tcp("TCP, client resets", [], client="reset", after=0.3),
    tcp("TCP, server-fin", ["timeout server-fin 200ms"], client="half", after=0.3),
    tcp("TCP, silent server", SHORT_SERVER),
    tcp("TCP, silent client", SHORT_CLIENT),
    tcp("TCP, both silent", ["timeout client 300ms", "timeout server 300ms"]),
    tcp("TCP, silent server, not a byte", SHORT_SERVER, answer=b"", request=b""),
    tcp("TCP, silent client, not a byte", SHORT_CLIENT, answer=b"", request=b""),
    tcp("TCP, silent server, no answer", SHORT_SERVER, answer=b""),
    tcp("TCP, silent server, client-fin", SHORT_SERVER + ["timeout client-fin 200ms"]),
    tcp("TCP, silent client, server-fin", SHORT_CLIENT + ["timeout server-fin 200ms"]),
    tcp("TCP, timeout tunnel", ["timeout tunnel 300ms"]),
]


def about(seconds):
    """a duration in steps that tell the timeouts of the cases apart"""
    return next(name for limit, name in ((0.25, "soon"), (0.8, "early"), (1.9, "late"), (99, "last")) if seconds < limit)


class Server(threading.Thread):
    """one connection: how it ended stands in `end`"""

    def __init__(self, case):
        super().__init__(daemon=True)
        self.case, self.end = case, "none came"
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        self.listener.settimeout(5)
        begun = time.monotonic()
        try:
            connection, _ = self.listener.accept()
        except OSError:
            return
        with connection:
            connection.settimeout(2.4)
            begun = time.monotonic()
            try:
                if self.case.request:
                    connection.recv(4096)
                connection.sendall(self.case.answer)
                if self.case.closes:
                    connection.shutdown(socket.SHUT_WR)
                while connection.recv(4096):
                    pass
                self.end = "end"
            except TimeoutError:
                self.end = "open"
            except OSError:
                self.end = "reset"
            if self.case.mode == "tcp":
                self.end += " " + about(time.monotonic() - begun)


def run_client(case, port):
    end, received, begun = "open", b"", time.monotonic()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(case.request)
        while (left := begun + case.after - time.monotonic()) > 0:
            client.settimeout(left)
            try:
                part = client.recv(4096)
            except TimeoutError:
                break
            except OSError:
                end = "reset"
                break
            if not part:
                end = "end"
                break
            received += part
        if case.mode == "tcp" and end != "open":
            end += " " + about(time.monotonic() - begun)
        time.sleep(max(0, begun + case.after - time.monotonic()))
        if case.client == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        if case.client == "half":
            client.shutdown(socket.SHUT_WR)
        if case.client in ("half", "keep"):
            time.sleep(0.4)
    return end, received


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def connect_retried(case, port, proxy):
    end = time.monotonic() + 10
    while time.monotonic() < end and proxy.poll() is None:
        try:
            return run_client(case, port)
        except ConnectionRefusedError:
            time.sleep(0.02)
    return "no proxy", b""


def run(program, case):
    server, port = Server(case), free_port()
    lines = "".join(f"  {line}\n" for line in case.lines)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "end.cfg")
        with open(path, "w") as file:
            file.write(f"global\n  nbthread 1\n  maxconn 100\n  log stdout format raw local0\ndefaults\n  mode {case.mode}\n"
                       f"  log global\n  option {case.mode}log\n  timeout connect 1s\n  timeout client 2s\n  timeout server 2s\n"
                       f"listen f\n  bind 127.0.0.1:{port}\n{lines}  server s 127.0.0.1:{server.port}\n")
        proxy = subprocess.Popen([program, "-db", "-f", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            end, received = connect_retried(case, port, proxy)
            server.join(5)
        finally:
            proxy.terminate()
            log = proxy.communicate()[0]
    states = re.findall(r" ([-A-Za-z]{2,4}) \d+/\d+/\d+/\d+/\d+ ", log)
    return {"server saw": server.end, "client saw": end, "received": received, "logged": states}


def compare(weir, haproxy, only):
    """-> (equal, different); a case that differs is run again on both, up to four times, and any pair may be equal"""
    cases = [case for case in CASES if only in case.name]
    seen = {case.name: ([], []) for case in cases}
    left = cases
    for _ in range(4):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for at, program in enumerate((weir, haproxy)):
                for case, result in zip(left, pool.map(lambda each: run(program, each), left)):
                    seen[case.name][at].append(result)
        left = [case for case in left if not any(a == b for a in seen[case.name][0] for b in seen[case.name][1])]
        if not left:
            break
    for case in left:
        ours, theirs = seen[case.name][0][-1], seen[case.name][1][-1]
        print(f"end: {case.name}")
        for key in ours:
            if ours[key] != theirs[key]:
                print(f"    {key}: {ours[key]}, HAProxy: {theirs[key]}")
    return len(cases) - len(left), len(left)
