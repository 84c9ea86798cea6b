#!/usr/bin/env python3
"""Reloads in place (`reload-mode in-place`): what lives on, what is new, what is refused and what needs a new worker.

usage: Tests/process/inplace.py PROGRAM [WORD...]      (tests whose names have all words)
With WEIR_CONFINED=1 (as root) the worker gives its rights up: `chroot`, `user` and `group` are set.
The last line is "N passed, N failed".
"""
import base64
import csv
import io
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from running import Absent, ask, ask_softly, free_port, resident, run, tests_in, until

PROGRAM = os.path.abspath(sys.argv[1])
RELOADS = int(os.environ.get("WEIR_RELOADS", "50"))
THREADS = int(os.environ.get("WEIR_THREADS", "1"))
CONFINED = os.environ.get("WEIR_CONFINED") == "1" and os.getuid() == 0
CONFIG = """global
  stats socket {folder}/stats level admin
  reload-mode in-place
  nbthread {threads}
  log {folder}/log local0
  {confined}
  {extra}
defaults
  mode http
  log global
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout queue 5s
  timeout tunnel 60s
frontend f
  bind 127.0.0.1:{port}
  http-request return status 200 content-type text/plain string {text} if {{ path /text }}
  http-request track-sc0 src table t if {{ path /count }}
  {frontend}
  default_backend b
frontend plain
  mode tcp
  bind {folder}/plain.sock
  default_backend tcp
backend t
  stick-table type ip size 1k expire 1h store http_req_cnt,gpc0
backend b
  {backend}
  server one 127.0.0.1:{origin} {server}
  {servers}
backend tcp
  mode tcp
  server one 127.0.0.1:{origin}
{more}
"""


class Origin:
    """answers by path: /echo becomes a tunnel that echoes, /long sends a piece whenever told, /wait answers when told"""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.socket.getsockname()[1]
        self.go = threading.Condition()
        self.pieces = 0
        self.arrived = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        try:
            self.talk(client)
        except OSError:
            pass
        finally:
            client.close()

    def talk(self, client):
        data = b""
        while True:
            while b"\r\n\r\n" not in data:
                chunk = client.recv(65536)
                if not chunk:
                    return
                data += chunk
                if data.startswith(b"raw"):
                    while data:
                        client.sendall(data)
                        data = client.recv(65536)
                    return
            head, data = data.split(b"\r\n\r\n", 1)
            path = head.split(b" ")[1].decode()
            if length := re.search(rb"content-length: (\d+)", head, re.I):
                while len(data) < int(length[1]): data += client.recv(65536)
                data = data[int(length[1]):]
            elif b"transfer-encoding: chunked" in head.lower():
                while b"\r\n0\r\n\r\n" not in data: data += client.recv(65536)
                data = data.split(b"\r\n0\r\n\r\n", 1)[1]
            if path.startswith("/echo"):
                client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n")
                while chunk := client.recv(65536):
                    client.sendall(chunk)
                return
            if path.startswith("/long"):
                client.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                sent = 0
                while True:
                    with self.go:
                        self.arrived += sent == 0
                        while self.pieces == sent:
                            self.go.wait()
                        wanted = self.pieces
                    if wanted < 0:
                        client.sendall(b"0\r\n\r\n")
                        break
                    for _ in range(wanted - sent):
                        client.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
                    sent = wanted
                continue
            if path.startswith("/wait"):
                with self.go:
                    before = self.pieces
                    self.arrived += 1
                    while self.pieces == before:
                        self.go.wait()
            body = path.encode()
            client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)

    def tell(self, pieces):
        with self.go:
            self.pieces = pieces
            self.go.notify_all()


class Instance:
    """a master with its worker, its folder, its messages, its log and its notify socket"""

    all = []

    def __init__(self, confined=CONFINED, **values):
        Instance.all.append(self)
        self.confined = confined
        self.folder = tempfile.mkdtemp(prefix="inplace")
        self.port = free_port()
        self.origin = Origin()
        self.config = self.folder + "/a.cfg"
        self.write(**values)
        self.cli = self.folder + "/master"
        self.stats = self.folder + "/stats"
        self.log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        # The worker looks for it in its root folder.
        log = (self.jail() + self.folder if confined else self.folder) + "/log"
        os.makedirs(os.path.dirname(log), exist_ok=True)
        self.log.bind(log)
        os.chmod(log, 0o777)
        self.log.setblocking(False)
        self.logged = ""
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.folder + "/notify")
        self.notify.settimeout(60)
        self.errors = open(self.folder + "/errors", "w+")
        environment = {**os.environ, "NOTIFY_SOCKET": self.folder + "/notify"}
        self.process = subprocess.Popen(
            [PROGRAM, "-Ws", "-S", self.cli, "-f", self.config], stdout=subprocess.DEVNULL,
            stderr=self.errors, env=environment)
        self.await_state("READY=1")
        self.pid = self.worker()
        self.address = ("127.0.0.1", self.port)

    def jail(self):
        return self.folder + "/jail"

    def write(self, **values):
        confined = f"chroot {self.jail()}\n  user nobody\n  group nogroup" if self.confined else ""
        base = dict(confined=confined,
            folder=self.folder, port=self.port, origin=self.origin.port, threads=THREADS, extra="", text="first",
            frontend="", backend="", server="", servers="", more="")
        with open(self.config, "w") as f:
            f.write(CONFIG.format(**{**base, **values}))

    def clear(self):
        """kills what a test has left"""
        pids = self.workers()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        self.origin.socket.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def signal(self, number, wanted):
        """what the service manager hears after a signal to the master"""
        self.notify.setblocking(False)
        try:
            while True:
                self.notify.recv(4096)
        except BlockingIOError:
            pass
        self.notify.settimeout(60)
        self.process.send_signal(number)
        return self.await_state(wanted)

    def await_state(self, wanted):
        while True:
            try:
                text = self.notify.recv(4096).decode()
            except TimeoutError:
                raise AssertionError(f"never said {wanted}: {self.said()}")
            if wanted in text:
                return text

    def reload(self, wanted="Success=1", **values):
        """writes the configuration and has it taken on; the answer of the master"""
        if values:
            self.write(**values)
        answer = ask(self.cli, "reload")
        assert wanted in answer, f"{answer!r}\n{self.said()}"
        return answer

    def worker(self):
        found = re.findall(r"^(\d+) +worker", ask(self.cli, "show proc"), re.M)
        assert len(found) == 1, found
        return int(found[0])

    def workers(self):
        try:
            return [int(pid) for pid in re.findall(r"^(\d+) +worker", ask(self.cli, "show proc"), re.M)]
        except OSError:
            return []

    def said(self):
        with open(self.folder + "/errors") as f:
            return f.read()

    def lines(self):
        try:
            while True:
                self.logged += self.log.recv(65536).decode() + "\n"
        except BlockingIOError:
            pass
        return self.logged

    def ask(self, text):
        return ask(self.stats, text)

    def statistics(self, proxy, name):
        text = self.ask("show stat").lstrip("# ")
        for row in csv.DictReader(io.StringIO(text)):
            if (row["pxname"], row["svname"]) == (proxy, name):
                return row

    def memory(self): return resident(self.pid)

    def descriptors(self):
        return sorted(os.readlink(f"/proc/{self.pid}/fd/{fd}").split(":")[0] for fd in os.listdir(f"/proc/{self.pid}/fd"))

    def get(self, path, client=None):
        own = client or socket.create_connection(self.address, 30)
        own.sendall(f"GET {path} HTTP/1.1\r\nhost: a\r\n\r\n".encode())
        answer = read_answer(own)
        if not client:
            own.close()
        return answer

    def text(self):
        return self.get("/text").split("\r\n\r\n")[1]

    def stop(self):
        assert self.workers() == [self.pid], (self.workers(), self.pid, self.said())
        assert "exited with code" not in self.said()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        assert status in (0, 143), (status, self.said())
        assert "Sanitizer" not in self.said(), self.said()


def read_answer(client):
    """head and body of one answer with a length"""
    data = b""
    while b"\r\n\r\n" not in data:
        # No byte of a next answer.
        chunk = client.recv(1)
        if not chunk:
            raise OSError(f"ended after {data!r}")
        data += chunk
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
    while len(body) < length:
        body += client.recv(length - len(body))
    return (head + b"\r\n\r\n" + body).decode()


def make_certificate(folder):
    """key and certificate in one file, which only its owner may read; the certificate alone is beside it"""
    key, certificate, both = (f"{folder}/{name}" for name in ("key", "crt", "pem"))
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
                    "/CN=a", "-days", "3650", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    with open(both, "w") as file:
        os.chmod(both, 0o600)
        file.write(open(key).read() + open(certificate).read())
    return both


class WebSocket:
    def __init__(self, address, path="/echo"):
        self.socket = socket.create_connection(address, 30)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            f"sec-websocket-key: {key}\r\nsec-websocket-version: 13\r\n\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += self.socket.recv(4096)
        assert head.startswith(b"HTTP/1.1 101"), head

    def echo(self, text):
        self.socket.sendall(text)
        got = b""
        while len(got) < len(text):
            chunk = self.socket.recv(4096)
            assert chunk, "the tunnel ended"
            got += chunk
        assert got == text


def test_new_rules_in_the_same_process():
    one = Instance()
    assert one.text() == "first"
    answer = one.reload(text="second")
    assert one.text() == "second"
    assert one.worker() == one.pid
    until(lambda: "Configuration reloaded in place." in one.lines(), "a log line")
    one.signal(signal.SIGUSR2, "STATUS=Ready")
    one.signal(signal.SIGHUP, "STATUS=Ready")
    assert re.search(r"master +3 \[failed: 0\]", ask(one.cli, "show proc"))
    one.stop()


def test_streams_survive_any_number_of_reloads():
    one = Instance()
    web = WebSocket(one.address)
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(one.folder + "/plain.sock")
        plain.settimeout(30)
        plain.sendall(b"raw hello")
        assert plain.recv(100) == b"raw hello"
        long = socket.create_connection(one.address, 30)
        long.sendall(b"GET /long HTTP/1.1\r\nhost: a\r\n\r\n")
        until(lambda: one.origin.arrived, "the download's start")
        for number in range(RELOADS):
            one.reload(text=f"text{number}")
            assert one.text() == f"text{number}"
            web.echo(b"ping %d" % number)
            plain.sendall(b"more")
            assert plain.recv(100) == b"more"
            one.origin.tell(number + 1)
        data = b""
        while data.count(b"x") < RELOADS * 1024:
            data += long.recv(65536)
        one.origin.tell(-1)
        while not data.endswith(b"0\r\n\r\n"):
            data += long.recv(65536)
        assert data.count(b"x") == RELOADS * 1024
    assert int(one.statistics("f", "FRONTEND")["scur"]) >= 1
    assert "fe=f " in one.ask("show sess")
    web.socket.close()
    one.stop()


def test_counters_and_states_hold_on():
    one = Instance(servers="server two 127.0.0.1:1 weight 10\n  server three 127.0.0.1:1")
    for _ in range(5):
        assert "200" in one.get("/text")
    one.ask("set server b/two state maint; set server b/three state drain; set weight b/one 7")
    one.ask("set server b/two addr 127.0.0.2 port 8080")
    one.ask("set maxconn frontend f 77")
    before = one.statistics("f", "FRONTEND")
    one.get("/here")
    served = one.statistics("b", "one")
    assert served["stot"] == "1"
    one.reload(text="second", servers="server four 127.0.0.1:1\n  server two 127.0.0.1:1 weight 10\n  server three 127.0.0.1:1")
    after = one.statistics("f", "FRONTEND")
    assert int(after["req_tot"]) == int(before["req_tot"]) + 1, (before, after)
    assert int(after["stot"]) > 0 and after["slim"] == "77"
    assert one.statistics("b", "one")["stot"] == "1"
    assert one.statistics("b", "one")["weight"] == "7"
    assert one.statistics("b", "two")["status"] == "MAINT"
    assert one.statistics("b", "three")["status"].startswith("DRAIN")
    assert one.statistics("b", "four")["status"] == "no check"
    state = [line.split() for line in one.ask("show servers state b").split("\n") if " two " in line][0]
    assert state[4] == "127.0.0.2" and "8080" in state, state
    one.reload(text="third")
    assert one.statistics("b", "two") is None
    one.stop()


def test_health_goes_on():
    down = free_port()
    servers = f"server gone 127.0.0.1:{down} check inter 50ms fall 2 rise 2"
    one = Instance(servers=servers, server="check inter 50ms")
    until(lambda: one.statistics("b", "gone")["status"] == "DOWN", "down")
    until(lambda: one.statistics("b", "one")["status"] == "UP", "up")
    changes = one.statistics("b", "gone")["chkdown"]
    for number in range(5):
        one.reload(text=f"t{number}", servers=servers, server="check inter 50ms")
        assert one.statistics("b", "gone")["status"] == "DOWN"
        assert one.statistics("b", "one")["status"] == "UP"
    assert one.statistics("b", "gone")["chkdown"] == changes
    with socket.create_server(("127.0.0.1", down)):
        until(lambda: one.statistics("b", "gone")["status"] == "UP", "checks go on")
    one.stop()


def test_stick_tables_hold_on():
    one = Instance()
    for _ in range(3):
        one.get("/count")
    assert "http_req_cnt=3" in one.ask("show table t")
    one.reload(text="second")
    one.get("/count")
    assert "http_req_cnt=4" in one.ask("show table t")
    one.stop()


def test_kept_connections_move_on():
    one = Instance()
    with socket.create_connection(one.address, 30) as client, socket.create_connection(one.address, 30) as fresh:
        assert "first" in one.get("/text", client)
        one.get("/other", client)
        one.reload(text="second")
        assert "second" in one.get("/text", client)
        assert "second" in one.get("/text", fresh)
        waiting = socket.create_connection(one.address, 30)
        waiting.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
        until(lambda: one.origin.arrived, "the request")
        one.reload(text="third")
        assert "third" in one.get("/text", client)
        # A pipelined request comes after the reload: its answer is of the new configuration.
        waiting.sendall(b"GET /text HTTP/1.1\r\nhost: a\r\n\r\n")
        one.origin.tell(1)
        answer = read_answer(waiting)
        assert answer.endswith("/wait"), answer
        answer = read_answer(waiting)
        assert answer.endswith("third"), answer
        waiting.close()
    one.stop()


class HTTP2:
    """a client over one connection, of which it wants no end"""

    def __init__(self, address):
        try: import h2.connection
        except ImportError: raise Absent("python3-h2 is absent")
        self.socket = socket.create_connection(address, 30)
        self.made = h2.connection.H2Connection()
        self.made.initiate_connection()
        self.answers = {}
        self.ended = set()
        self.hasLength = True

    def ask(self, path, body=None):
        stream = self.made.get_next_available_stream_id()
        method = "GET" if body is None else "POST"
        head = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "a")]
        if body and self.hasLength: head.append(("content-length", "9"))
        self.made.send_headers(stream, head, end_stream=body is None)
        if body: self.made.send_data(stream, body)
        self.socket.sendall(self.made.data_to_send())
        return stream

    def end(self, stream, body):
        self.made.send_data(stream, body, end_stream=True)
        self.socket.sendall(self.made.data_to_send())

    def answer(self, stream):
        while stream not in self.ended:
            data = self.socket.recv(65536)
            assert data, "the connection ended"
            for event in self.made.receive_data(data):
                name = type(event).__name__
                assert name not in ("ConnectionTerminated", "StreamReset"), event
                if name == "DataReceived":
                    self.answers[event.stream_id] = self.answers.get(event.stream_id, b"") + event.data
                    self.made.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if name == "StreamEnded": self.ended.add(event.stream_id)
            self.socket.sendall(self.made.data_to_send())
        return self.answers.get(stream, b"").decode()


def test_http2_connections_go_on():
    port = free_port()
    extra = f"bind 127.0.0.1:{port} proto h2"
    one = Instance(frontend=extra)
    client, idle = HTTP2(("127.0.0.1", port)), HTTP2(("127.0.0.1", port))
    assert idle.answer(idle.ask("/text")) == "first"
    for number in range(10):
        old = client.ask(f"/wait{number}")
        until(lambda: one.origin.arrived == number + 1, "the request")
        client.hasLength = number % 2 == 0
        half = client.ask("/upload", b"half")
        one.reload(text=f"text{number}", frontend=extra)
        assert client.answer(client.ask("/text")) == f"text{number}"
        client.end(half, b"whole")
        client.answer(half)
        one.origin.tell(number + 1)
        assert client.answer(old) == f"/wait{number}"
        assert idle.answer(idle.ask("/text")) == f"text{number}"
    # A stream of many generations ago ends; one that is broken off too.
    long = client.ask("/wait")
    gone = client.ask("/wait")
    until(lambda: one.origin.arrived == 12, "the requests")
    for number in range(3):
        one.reload(text=f"more{number}", frontend=extra)
        assert client.answer(client.ask("/text")) == f"more{number}"
    client.made.reset_stream(gone)
    one.origin.tell(100)
    assert client.answer(long) == "/wait"
    # Where the listener is gone, so is the connection, in order.
    one.reload(text="last")
    end = b""
    while chunk := idle.socket.recv(65536): end += chunk
    assert b"\x00\x00\x08\x07" in end, end
    client.socket.close()
    one.stop()


def test_no_stream_is_lost_under_load():
    if not shutil.which("h2load"): raise Absent("h2load is absent")
    clear, secure = free_port(), free_port()
    one = Instance()
    certificate = make_certificate(one.folder)
    # Some requests go through the program twice, the second time over HTTP/2 between two of its own ends.
    values = dict(frontend=f"bind 127.0.0.1:{clear} proto h2\n  bind 127.0.0.1:{secure} ssl crt {certificate} alpn h2\n"
                           "  use_backend again if { path /again }",
                  more=f"backend again\n  http-request set-path /there\n  server self 127.0.0.1:{clear} proto h2\n")
    one.reload(**values)
    loads = []
    for place in (f"http://127.0.0.1:{clear}", f"https://127.0.0.1:{secure}"):
        loads.append(subprocess.Popen(["h2load", "-c", "5", "-m", "10", "-D", "4", place + "/text", place + "/there", place + "/again"],
                                      stdout=subprocess.PIPE, text=True))
    number = 0
    while any(load.poll() is None for load in loads):
        one.reload(text=f"text{number}", **values)
        number += 1
    requests = 0
    for load in loads:
        text = load.stdout.read()
        done, failed, errored = (int(re.search(r"(\d+) " + word, text)[1]) for word in ("succeeded", "failed", "errored"))
        assert failed == errored == 0 and done > 50 and " 0 3xx, 0 4xx, 0 5xx" in text, text
        requests += done
    one.stop()
    return f"{number} reloads, {requests} requests"


def test_a_wrong_configuration_changes_nothing():
    one = Instance()
    web = WebSocket(one.address)
    one.get("/text")
    before = one.statistics("f", "FRONTEND")
    answer = one.reload("Success=0", frontend="nonsense")
    assert "unknown keyword 'nonsense'" in answer
    assert "unknown keyword 'nonsense'" in one.said() and "Loading failure!" in one.said()
    until(lambda: "unknown keyword 'nonsense'" in one.lines(), "a log line")
    assert "nonsense" in one.signal(signal.SIGUSR2, "STATUS=Reload failed")
    assert re.search(r"master +2 \[failed: 2\]", ask(one.cli, "show proc"))
    assert one.text() == "first"
    web.echo(b"still")
    assert int(one.statistics("f", "FRONTEND")["req_tot"]) == int(before["req_tot"]) + 1
    one.reload(text="second")
    assert one.text() == "second"
    assert "[failed: 0]" in ask(one.cli, "show proc")
    one.stop()


def test_listeners_come_and_go():
    one = Instance()
    extra = free_port()
    more = f"frontend g\n  bind 127.0.0.1:{extra}\n  bind {one.folder}/g.sock\n  http-request return status 204"
    one.reload(more=more)
    with socket.create_connection(("127.0.0.1", extra), 30) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 204")
        assert os.path.exists(one.folder + "/g.sock")
        one.reload(text="second")
        assert not os.path.exists(one.folder + "/g.sock")
        assert socket.socket().connect_ex(("127.0.0.1", extra)) != 0
        assert client.recv(1000) == b"", "a client of a listener that is gone"
    one.reload(more=more)
    with socket.create_connection(("127.0.0.1", extra), 30) as client:
        client.sendall(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 204")
    one.stop()


def test_a_port_that_is_taken_changes_nothing():
    one = Instance()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        one.text()
        one.reload("Success=0", frontend="nonsense")
        time.sleep(0.2)
        before = one.descriptors()
        answer = one.reload(
            "Success=0", text="second",
            more=f"frontend g\n  bind {one.folder}/g.sock\n  bind 127.0.0.1:{taken.getsockname()[1]}")
        assert "cannot bind socket" in answer
        assert not os.path.exists(one.folder + "/g.sock")
        assert one.text() == "first"
        # No poller is left over, and no more sockets than threads open for their logs.
        until(lambda: one.descriptors().count("anon_inode") == before.count("anon_inode"), "the same pollers")
        until(lambda: len(one.descriptors()) <= len(before) + THREADS, f"{before} {one.descriptors()}")
    one.stop()


def test_requests_of_a_server_that_is_gone_end():
    one = Instance(servers=f"server late 127.0.0.1:1 backup")
    client = socket.create_connection(one.address, 30)
    client.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    until(lambda: one.origin.arrived, "the request")
    config = open(one.config).read()
    with open(one.config, "w") as f:
        f.write(config.replace(f"  server one 127.0.0.1:{one.origin.port} \n", "", 1))
    one.reload()
    assert one.statistics("b", "one") is None
    one.origin.tell(1)
    assert read_answer(client).endswith("/wait")
    client.close()
    one.stop()


def test_queued_requests_are_served():
    one = Instance(server="maxconn 1")
    clients = [socket.create_connection(one.address, 30) for _ in range(3)]
    for client in clients:
        client.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    until(lambda: one.origin.arrived == 1 and one.statistics("b", "BACKEND")["qcur"] == "2", "a queue")
    one.reload(text="second", server="maxconn 1")
    for number in range(3):
        until(lambda: one.origin.arrived == number + 1, "the next")
        one.origin.tell(number + 1)
    for client in clients:
        assert read_answer(client).endswith("/wait")
        client.close()
    one.stop()


def test_what_cannot_change_needs_a_new_worker():
    one = Instance()
    answer = one.reload("No reload in place: 'maxconn' has changed", extra="maxconn 500")
    until(lambda: one.workers() not in ([], [one.pid]) and len(one.workers()) == 1, "a new worker")
    assert "No reload in place: 'maxconn' has changed" in one.said()
    one.pid = one.workers()[0]
    one.reload(extra="maxconn 500", text="second")
    assert one.text() == "second"
    one.process.send_signal(signal.SIGTERM)
    one.process.wait(20)


def test_peers_stay_connected():
    ports = {name: free_port() for name in ("here", "there", "third")}

    def peers(*names):
        return "peers p\n" + "".join(f"  peer {name} 127.0.0.1:{ports[name]}\n" for name in names)

    def shared(size="1k"):
        return f"backend shared\n  stick-table type ip size {size} expire 1h store http_req_cnt peers p\n"

    count = "http-request track-sc1 src table shared if { path /peers }"
    one = Instance(extra="localpeer here", more=peers("here", "there") + shared(), frontend=count)
    config, stats = one.folder + "/there.cfg", one.folder + "/there"
    with open(config, "w") as f:
        f.write(f"global\n  localpeer there\n  stats socket {stats}\n" + peers("here", "there") + shared()
                + f"frontend f\n  mode http\n  timeout client 1s\n  bind {one.folder}/there.sock\n")
    other = subprocess.Popen([PROGRAM, "-q", "-db", "-f", config])

    def link():
        return re.search(r"src=\S+ addr=\S+", one.ask("show peers"))

    def there(number):
        until(lambda: f"http_req_cnt={number}" in ask(stats, "show table shared"), f"{number} requests there")

    def reload(more, **values):
        one.reload(text=f"text{reload.number}", more=more, extra="localpeer here", frontend=count, **values)
        reload.number += 1
        one.get("/peers")
        reload.requests += 1
        there(reload.requests)

    reload.number, reload.requests = 0, 1
    try:
        # Only then each has learned what the other had.
        until(lambda: all("flags=0x6811" in ask(path, "show peers") for path in (one.stats, stats)), "two peers in step")
        first = until(link, "a connection")[0]
        one.get("/peers")
        there(1)
        # Sections and tables may stand in other places than before.
        for more in (peers("here", "there") + shared(), "peers q\n" + peers("here", "there") + shared(),
                     "backend x\n  stick-table type ip size 1k\n" + shared() + peers("here", "third", "there")):
            reload(more)
            assert link()[0] == first
        # A table that is another one is told of over a new connection.
        reload.requests = 0
        one.reload(text="last", more=peers("here", "there") + shared("2k"), extra="localpeer here", frontend=count)
        assert until(link, "another connection")[0] != first
        until(lambda: one.get("/peers") and "http_req_cnt=" in ask(stats, "show table shared"), "an update")
        assert "No reload in place" not in one.said()
        one.reload(text="bare", extra="localpeer here")
        assert not one.ask("show peers")
    finally:
        other.kill()
        other.wait()
    one.stop()


def test_rings_hold_on():
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(30)
    ring = f"ring r\n  size 65536\n  timeout connect 5s\n  timeout server 10s\n  server s 127.0.0.1:{server.getsockname()[1]}\n"
    logs = "log ring@r format raw local0\n  log-format %HU"
    one = Instance(more=ring, frontend=logs)
    connection, _ = server.accept()
    connection.settimeout(30)
    lines = connection.makefile()

    def next_line(path):
        one.get(path)
        assert path in lines.readline()

    waiting = socket.create_connection(one.address, 30)
    waiting.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    until(lambda: one.origin.arrived, "the request")
    for number in range(5):
        next_line(f"/before{number}")
        one.reload(text=f"t{number}", more="ring q\n" + ring if number % 2 else ring, frontend=logs)
        next_line(f"/after{number}")
    # A request of the first configuration, and everything else is still there.
    one.origin.tell(1)
    assert read_answer(waiting).endswith("/wait")
    assert "/wait" in lines.readline()
    assert "/before0" in one.ask("show events r") and "/wait" in one.ask("show events r")
    waiting.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
    until(lambda: one.origin.arrived == 2, "the request")
    one.reload(more=ring.replace("65536", "32768"), frontend=logs)
    second, _ = server.accept()
    second.settimeout(30)
    # The former ring takes lines for as long as somebody writes to it.
    one.origin.tell(2)
    assert read_answer(waiting).endswith("/wait")
    assert "/wait" in lines.readline()
    lines = second.makefile()
    next_line("/last")
    waiting.close()
    one.reload(text="bare")
    assert lines.readline() == ""
    server.close()
    one.stop()


def test_log_forwarding_goes_on():
    target = socket.socket(type=socket.SOCK_DGRAM)
    target.bind(("127.0.0.1", 0))
    target.settimeout(30)
    stream, datagrams = free_port(), free_port(socket.SOCK_DGRAM)

    def section(name, more=""):
        return (f"log-forward {name}\n  bind 127.0.0.1:{stream}\n  dgram-bind 127.0.0.1:{datagrams}\n"
                f"  log 127.0.0.1:{target.getsockname()[1]} local0\n{more}")

    one = Instance(more=section("l"))
    sender = socket.socket(type=socket.SOCK_DGRAM)
    with socket.create_connection(("127.0.0.1", stream), 30) as client:
        for number in range(5):
            client.sendall(b"<13>half")
            if number == 2:
                one.reload(text=f"t{number}", more="log-forward k\n  dgram-bind %s/k\n  log global\n" % one.folder + section("l"))
            else:
                one.reload(text=f"t{number}", more=section("l"))
            client.sendall(b"whole%d\n" % number)
            assert f"halfwhole{number}" in target.recv(1000).decode()
            sender.sendto(b"<13>datagram%d" % number, ("127.0.0.1", datagrams))
            assert f"datagram{number}" in target.recv(1000).decode()
        client.sendall(b"<13>last\n")
        one.reload(more=section("m"))
        assert "last" in target.recv(1000).decode()
        assert client.recv(10) == b"", "the section is gone"
    with socket.create_connection(("127.0.0.1", stream), 30) as client:
        client.sendall(b"<13>of m\n")
        assert "of m" in target.recv(1000).decode()
        one.reload(text="bare")
        assert client.recv(10) == b""
        assert socket.socket().connect_ex(("127.0.0.1", stream)) != 0
    assert "No reload in place" not in one.said()
    one.stop()


def test_a_session_of_the_socket_goes_on():
    one = Instance()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(30)
        client.connect(one.stats)
        client.sendall(b"prompt\n")
        until(lambda: client.recv(100).endswith(b"> "), "a prompt")
        for number in range(3):
            one.reload(text=f"t{number}")
            client.sendall(b"show info\n")
            answer = b""
            while not answer.endswith(b"> "):
                answer += client.recv(65536)
            assert f"Pid: {one.pid}".encode() in answer
    one.stop()


def test_memory_and_descriptors_come_back():
    one = Instance()
    count = int(os.environ.get("WEIR_MEMORY_RELOADS", "300"))

    def rounds(times):
        for number in range(times):
            client = socket.create_connection(one.address, 30)
            client.sendall(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
            until(lambda: one.origin.arrived, "the request")
            one.origin.arrived = 0
            one.reload(text=f"text{number % 10}")
            one.origin.tell(one.origin.pieces + 1)
            read_answer(client)
            client.close()

    rounds(30)
    until(lambda: "anon_inode" in "".join(one.descriptors()), "descriptors")
    memory, descriptors = one.memory(), one.descriptors()
    rounds(count)
    time.sleep(0.2)
    grown = one.memory() - memory
    until(lambda: len(one.descriptors()) <= len(descriptors), f"descriptors: {descriptors} {one.descriptors()}")
    limit = int(os.environ.get("WEIR_MEMORY_LIMIT", "4096"))
    print(f"  {memory} kB, {grown} kB more after {count} reloads", flush=True)
    assert grown < limit, f"{grown} kB more after {count} reloads"
    one.stop()


def test_maps_leave_nothing_behind():
    one = Instance()
    path = one.folder + "/map"
    rules = f"http-request set-map({path}) %[path] %[uuid,concat(x,,{'y' * 500})] if {{ path_beg /set }}\n  " \
            f"http-request return status 200 content-type text/plain lf-string %[path,map({path})] if {{ path_beg /set /key }}"

    def rounds(first, last):
        for number in range(first, last):
            with open(path, "w") as file:
                file.writelines(f"/key{line} value{number}.{line}{'x' * 80}\n" for line in range(2000))
            one.reload(text=f"text{number % 10}", frontend=rules)
            with socket.create_connection(one.address, 30) as client:
                assert f"value{number}.7x" in one.get("/key7", client)
                for key in range(20): one.get(f"/set{key}", client)

    rounds(0, 20)
    memory = resident(one.pid)
    rounds(20, 100)
    grown = resident(one.pid) - memory
    one.stop()
    # The lists of all reloads together are fourfold.
    limit = int(os.environ.get("WEIR_MEMORY_LIMIT", "4096"))
    assert grown < limit, f"{memory} kB, {grown} kB more"
    return f"{memory} kB, {grown} kB more after 80 reloads"


def test_no_request_is_lost_under_load():
    one = Instance()
    failures, counts, stopping = [], [0, 0], []

    def work(keeps):
        client = None
        while not stopping:
            try:
                client = client or socket.create_connection(one.address, 30)
                answer = one.get("/text" if counts[keeps] % 2 else "/there", client)
                if not answer.startswith("HTTP/1.1 200"):
                    failures.append(answer)
                counts[keeps] += 1
                if not keeps or "connection: close" in answer.lower():
                    client.close()
                    client = None
            except OSError as error:
                failures.append(repr(error))
                client = None

    threads = [threading.Thread(target=work, args=(number % 2,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for number in range(RELOADS):
        one.reload(text=f"text{number}")
    stopping.append(1)
    for thread in threads:
        thread.join()
    assert not failures, f"{len(failures)} of {counts}: {failures[:3]}"
    assert min(counts) > 0
    one.stop()


def test_a_confined_worker_gets_what_it_may_not_read():
    if os.getuid():
        raise Absent("needs root")
    one = Instance(confined=True, text="first")
    assert os.readlink(f"/proc/{one.pid}/root") == one.jail()
    with open(f"/proc/{one.pid}/status") as f:
        assert "Uid:\t65534\t65534" in f.read()

    def secret(name, text):
        with open(f"{one.folder}/{name}", "w") as f:
            f.write(text)
        os.chmod(f.name, 0o600)
        return f.name

    make_certificate(one.folder)
    tls = free_port()

    def more(port):
        return f"""
frontend g
  bind 127.0.0.9:{port}
  bind 127.0.0.1:{tls} ssl crt {one.folder}/pem
  bind {one.folder}/g.sock user nobody mode 600
  errorfile 403 {one.folder}/403.http
  http-request deny if {{ path /denied }}
  http-request return status 200 content-type text/plain lf-string %[path,map({one.folder}/map)]
"""
    for number in range(3):
        secret("map", f"/who number{number}\n")
        secret("403.http", f"HTTP/1.0 403 No\r\nx-number: {number}\r\ncontent-length: 0\r\n\r\n")
        # Ports that only root may have.
        port = next(p for p in range(600 + 20 * number, 1024) if socket.socket().connect_ex(("127.0.0.9", p)))
        one.reload(text=f"text{number}", more=more(port))
        assert one.worker() == one.pid
        assert one.text() == f"text{number}"
        with socket.create_connection(("127.0.0.9", port), 30) as client:
            assert one.get("/who", client).endswith(f"number{number}")
        with socket.create_connection(("127.0.0.1", tls), 30) as raw:
            context = ssl.create_default_context(cafile=one.folder + "/crt")
            context.check_hostname = False
            with context.wrap_socket(raw) as client:
                assert f"x-number: {number}" in one.get("/denied", client)
        state = os.stat(one.folder + "/g.sock")
        assert (state.st_uid, state.st_mode & 0o777) == (65534, 0o600), state
    assert "exited" not in one.said(), one.said()
    answer = one.reload("Success=0", more="frontend g\n  errorfile 403 /nowhere")
    assert "/nowhere" in answer
    answer = one.reload("Success=0", more=f"frontend h\n  bind 198.51.100.1:80")
    assert "cannot bind socket" in answer and "198.51.100.1:80" in answer, answer
    assert one.text() == "text2"
    one.reload(text="last")
    assert not os.path.exists(one.folder + "/g.sock")
    one.stop()


def test_other_rights_need_a_new_worker():
    if os.getuid():
        raise Absent("needs root")
    one = Instance(confined=True)
    one.confined = False
    one.reload("No reload in place: 'chroot' has changed", text="second")
    until(lambda: one.workers() not in ([], [one.pid]) and len(one.workers()) == 1, "a new worker")
    until(lambda: one.text() == "second", "the new worker")
    assert os.readlink(f"/proc/{one.worker()}/root") == "/"
    one.process.send_signal(signal.SIGTERM)
    one.process.wait(20)


def test_whoever_is_killed_nobody_waits():
    """a reload whose reader or worker is killed is a new worker's; outside of a reload the master ends with its worker"""
    def children():
        try:
            with open(f"/proc/{one.process.pid}/task/{one.process.pid}/children") as file:
                return [int(word) for word in file.read().split()]
        except OSError: return []

    random.seed(5)
    readers = 0
    for number in range(12):
        one = Instance()
        asker = threading.Thread(target=lambda: one.asked.append(ask_softly(one.cli, "reload")))
        one.asked = []
        one.write(text="second")
        asker.start()
        if number % 3 == 0:
            time.sleep(random.random() * 0.05)
            os.kill(one.pid, signal.SIGKILL)
            asker.join()
            until(lambda: one.process.poll() or one.text() == "second", "the end of the master, or a new worker")
            continue
        reader = None
        while CONFINED and asker.is_alive() and not reader:
            reader = next((pid for pid in children() if pid != one.pid), None)
        if reader and not (number % 3 == 2 and time.sleep(random.random() * 0.05)):
            try:
                os.kill(reader, signal.SIGKILL)
                readers += 1
            except ProcessLookupError: pass
        asker.join()
        until(lambda: one.text() == "second", "the new configuration")
        until(lambda: "Success=1" in ask_softly(one.cli, "reload"), "another reload")
        assert one.text() == "second"
        assert one.process.poll() is None
    assert readers or not CONFINED
    return f"{readers} readers were killed"


def test_a_soft_stop_waits_for_streams_of_all_generations():
    one = Instance()
    web = WebSocket(one.address)
    one.reload(text="second")
    other = WebSocket(one.address)
    one.reload(text="third")
    os.kill(one.process.pid, signal.SIGUSR1)
    until(lambda: socket.socket().connect_ex(one.address) != 0, "the end of the listener")
    web.echo(b"one")
    other.echo(b"two")
    web.socket.close()
    other.echo(b"two")
    other.socket.close()
    assert one.process.wait(20) == 0


def clear():
    while Instance.all: Instance.all.pop().clear()


run(tests_in(globals()), sys.argv[2:], clear)
