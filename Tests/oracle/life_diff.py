"""Compares what becomes of servers while things happen to them: their checks fail and pass, traffic finds them broken, they
follow each other, operators change them. Used by run.py.

After each step HAProxy is left alone until nothing changes any more; Weir has to come to the same states, told in the same
log lines."""
import concurrent.futures
import csv
import io
import os
import re
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

HEAD = """global
 nbthread 1
 stats socket FOLDER/socket level admin
 max-spread-checks 1
defaults
 mode http
 log 127.0.0.1:LOG local0
 timeout client 2s
 timeout server 2s
 timeout connect 2s
 timeout queue 300ms
 retries 0
 default-server inter 60ms rise 2 fall 2
frontend f
 no log
 bind unix@FOLDER/f
 default_backend b
"""
COLUMNS = ("status", "weight", "act", "bck", "chkdown", "tracked", "addr", "cookie", "check_status", "agent_status", "check_rise",
           "check_fall", "check_health", "agent_health", "hanafail")


@dataclass
class Case:
    """lines: of backend b and what follows it, with @A@ and so on for the ports of origins, which are up from the start unless
    `down` names them; steps: "up A", "down A", "mode A 500", "get 3", "get 1 COOKIE", or a command of the runtime API"""
    name: str
    lines: str
    steps: list
    down: str = ""
    columns: tuple = COLUMNS


CHECKED = "server s1 127.0.0.1:@A@ check"
CHAIN = CHECKED + "\n server s2 127.0.0.1:1 track s1\n server s3 127.0.0.1:2 track s2\nbackend c\n server t1 127.0.0.1:3 track b/s3\n server t2 127.0.0.1:4"
BROKEN = "server s1 127.0.0.1:@B@ check port @A@ {}\n server s2 127.0.0.1:@C@ backup"
TWO = CHECKED + " cookie one\n server s2 127.0.0.1:@B@ check cookie two"
COOKIES = "cookie SRV\n " + TWO


def observed(options): return BROKEN.format(options)


CASES = [
    Case("down and up", CHECKED, ["down A", "up A"]),
    Case("down from the start", CHECKED, ["up A", "down A"], down="A"),
    Case("rise and fall", CHECKED + " rise 4 fall 5", ["down A", "up A"]),
    Case("backups", CHECKED + "\n server s2 127.0.0.1:@B@ check backup", ["down A", "down B", "up B", "up A"]),
    Case("track", CHAIN, ["down A", "up A"]),
    Case("track, maintenance of the first", CHAIN, ["set server b/s1 state maint", "set server b/s1 state ready"]),
    Case("track, drain of the first", CHAIN, ["set server b/s1 state drain", "set server b/s1 state ready"]),
    Case("track, maintenance of the middle", CHAIN, ["set server b/s2 state maint", "down A", "set server b/s2 state ready", "up A"]),
    Case("track, drain of the middle", CHAIN, ["set server b/s2 state drain", "set server b/s1 state maint", "set server b/s1 state ready",
                                               "set server b/s2 state ready"]),
    Case("track, both in maintenance", CHAIN, ["set server b/s2 state maint", "set server b/s1 state maint", "set server b/s1 state ready",
                                               "set server b/s2 state ready"]),
    Case("track, health by hand", CHAIN, ["disable health b/s1", "set server b/s1 health down", "set server b/s2 health up",
                                          "set server b/s1 health stopping", "set server b/s1 health up", "enable health b/s1"]),
    Case("track, disabled in the configuration", CHAIN.replace("check", "check disabled", 1), ["enable server b/s1", "disable server b/s1"]),
    Case("track, the follower is disabled", CHAIN.replace("track s1", "track s1 disabled"), ["enable server b/s2", "down A"]),
    Case("track, weights", CHAIN, ["set server b/s1 weight 0", "set server b/s2 weight 7", "down A", "set server b/s1 weight 1"]),
    Case("weight", CHECKED + " weight 10", ["set server b/s1 weight 50%", "set server b/s1 weight 0", "set server b/s1 weight 256",
                                            "set server b/s1 weight 100%", "down A", "set server b/s1 weight 3", "up A"]),
    Case("state", TWO, ["set server b/s1 state maint", "set server b/s2 state drain", "set server b/s2 state maint",
                        "set server b/s2 state drain", "set server b/s1 state drain", "set server b/s1 state ready",
                        "set server b/s2 state ready"]),
    Case("maintenance of what is down", CHECKED, ["down A", "set server b/s1 state maint", "up A", "set server b/s1 state ready"]),
    Case("drain of what is down", CHECKED, ["down A", "set server b/s1 state drain", "up A", "set server b/s1 state ready"]),
    Case("down while it drains", CHECKED, ["set server b/s1 state drain", "down A", "set server b/s1 state ready"]),
    Case("track, drain and down", CHAIN, ["set server b/s1 state drain", "down A", "up A", "set server b/s2 state drain", "down A", "up A"]),
    Case("weight while it drains", CHECKED, ["set server b/s1 state drain", "set server b/s1 weight 5", "disable server b/s1",
                                             "enable server b/s1", "set server b/s1 weight 0"]),
    Case("health while it drains", CHECKED + " inter 1h", ["set server b/s1 state drain", "set server b/s1 health stopping",
                                                           "set server b/s1 health down", "set server b/s1 health up"]),
    Case("health", CHECKED + " inter 1h", ["set server b/s1 health down", "set server b/s1 health stopping", "set server b/s1 health up",
                                           "set server b/s1 health down", "set server b/s1 state maint", "set server b/s1 health up",
                                           "set server b/s1 state ready"]),
    Case("health of what is not checked", "server s1 127.0.0.1:@A@", ["set server b/s1 health down", "set server b/s1 health stopping",
                                                                      "set server b/s1 health up"]),
    Case("agent by hand", "server s1 127.0.0.1:@A@ agent-check agent-port 1 agent-inter 1h", [
        "set server b/s1 agent down", "set server b/s1 agent up", "disable agent b/s1", "set server b/s1 agent down",
        "enable agent b/s1", "set server b/s1 agent down"]),
    Case("health of what has an agent", "server s1 127.0.0.1:@A@ agent-check agent-port 1 agent-inter 1h",
         ["set server b/s1 health down", "set server b/s1 agent down", "set server b/s1 agent up", "set server b/s1 health up"]),
    Case("weight in maintenance", "server s1 127.0.0.1:@A@ weight 10\nbackend c\n balance static-rr\n server s1 127.0.0.1:@A@ weight 10",
         [f"set server {server} {change}" for server in ("b/s1", "c/s1") for change in
          ("state maint", "weight 0", "weight 100%", "weight 0", "state drain", "weight 100%", "state maint", "weight 0", "state ready")]),
    Case("disabled checks", CHECKED, ["disable health b/s1", "down A", "enable health b/s1", "disable health b/s1", "up A",
                                      "enable health b/s1"]),
    Case("check-port", CHECKED, ["set server b/s1 check-port @B@", "set server b/s1 check-port @A@"], down="B"),
    Case("check-addr", CHECKED, ["set server b/s1 check-addr 127.0.0.9", "set server b/s1 check-addr 127.0.0.1",
                                 "set server b/s1 check-addr 127.0.0.1 port @B@"], down="B"),
    Case("addr", CHECKED, ["set server b/s1 addr 127.0.0.9", "set server b/s1 addr 127.0.0.1 port @B@", "down B",
                           "set server b/s1 addr 127.0.0.1 port @A@"]),
    Case("addr of what is not checked", "server s1 127.0.0.1:@A@\n server s2 127.0.0.1:@B@ backup",
         ["get 1", "set server b/s1 addr 127.0.0.1 port @C@", "get 1", "set server b/s1 addr 127.0.0.9", "get 1"]),
    Case("observe layer4, mark-down", observed("observe layer4 on-error mark-down error-limit 3 inter 1h"), ["get 2", "get 1", "get 2"], down="B"),
    Case("observe layer4, fail-check", observed("observe layer4 on-error fail-check error-limit 2 inter 1h"), ["get 2", "get 2", "get 2"], down="B"),
    Case("observe layer4, sudden-death", observed("observe layer4 on-error sudden-death error-limit 2 inter 1h"), ["get 1", "get 1", "get 2"], down="B"),
    Case("observe layer4, fastinter", observed("observe layer4 on-error fastinter error-limit 2 inter 1h"), ["get 3"], down="B"),
    Case("observe layer4, fastinter finds it down", observed("observe layer4 on-error fastinter error-limit 2 inter 700ms fastinter 30ms"),
         ["down A", "get 2", "get 2"], down="B", columns=("act", "bck", "tracked", "addr")),
    Case("observe layer4, others pass between", observed("observe layer4 on-error mark-down error-limit 3 inter 1h"),
         ["get 2", "up B", "get 1", "down B", "get 2", "get 1"], down="B"),
    Case("observe layer4 does not mind answers", observed("observe layer4 on-error mark-down error-limit 1 inter 1h"), ["mode B 500", "get 3"]),
    Case("observe layer7, mark-down", observed("observe layer7 on-error mark-down error-limit 2 inter 1h"), ["mode B 500", "get 1", "get 1", "get 1"]),
    Case("observe layer7, fail-check", observed("observe layer7 on-error fail-check error-limit 1 inter 1h"), ["mode B 500", "get 1", "get 1", "get 1"]),
    Case("observe layer7, statuses", observed("observe layer7 on-error mark-down error-limit 1 inter 1h"),
         ["mode B 404", "get 1", "mode B 501", "get 1", "mode B 505", "get 1", "mode B 502", "get 1"]),
    Case("observe layer7, no answer", observed("observe layer7 on-error mark-down error-limit 1 inter 1h"), ["mode B 0", "get 1", "get 1"]),
    Case("observe layer7, connection fails", observed("observe layer7 on-error mark-down error-limit 1 inter 1h"), ["get 1", "get 1"], down="B"),
    Case("cookie of what drains", COOKIES, ["get 1 two", "set server b/s2 state drain", "get 1 two", "get 2", "set server b/s2 state maint",
                                            "get 1 two", "set server b/s2 state ready", "get 1 two"]),
    Case("cookie of what is down", COOKIES, ["down B", "get 1 two", "up B", "get 1 two"]),
    Case("cookie of what is down, persist", "option persist\n " + COOKIES, ["down B", "get 1 two"]),
    Case("cookie of weight 0", COOKIES, ["set server b/s2 weight 0", "get 1 two", "get 2"]),
    Case("ignore-persist", "ignore-persist if { path / }\n " + COOKIES, ["set server b/s2 state drain", "get 1 two"]),
    Case("shutdown sessions", COOKIES, ["shutdown sessions server b/s1", "get 1 one"]),
    Case("disable-on-404", "option httpchk GET /check\n http-check disable-on-404\n " + TWO, ["mode A 404", "get 2", "get 1 one", "mode A 200", "mode A 404",
                                                                                         "mode A 500", "mode A 404", "mode A 200"]),
    Case("disable-on-404, tracked", "option httpchk GET /check\n http-check disable-on-404\n " + CHECKED + "\n server s2 127.0.0.1:1 track s1",
         ["mode A 404", "mode A 200", "mode A 500"]),
    Case("maxconn", "server s1 127.0.0.1:@A@ maxconn 5 check", ["set maxconn server b/s1 3", "get 1"]),
    Case("slowstart", CHECKED + " slowstart 2s weight 100\n server s2 127.0.0.1:@B@ weight 10", ["down A", "up A", "set server b/s1 state maint",
                                                                                            "set server b/s1 state ready"],
         columns=tuple(name for name in COLUMNS if name != "weight")),
    Case("init-addr", "server s1 127.0.0.1:@A@ init-addr none check\n server s2 no.such.name:1 init-addr none\n server s3 no.such.name:1 init-addr libc,127.0.0.7\n"
         " server s4 localhost:1 init-addr 127.0.0.8,libc\n server s5 localhost:1 init-addr libc resolve-prefer ipv4\n server s6 no.such.name:1 init-addr last,none",
         ["set server b/s2 state ready", "set server b/s4 addr 127.0.0.3"]),
]


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.settimeout(3)
            head = b""
            while b"\r\n\r\n" not in head:
                part = self.request.recv(4096)
                if not part: return
                head += part
            mode = self.server.mode
            if mode == "0": return
            self.request.sendall(f"HTTP/1.1 {mode} X\r\nX-Origin: {self.server.name}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode())
        except OSError: pass


class Origin:
    """an HTTP server on a port of its own that can go and come back"""

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address, daemon_threads, request_queue_size = True, True, 100

    def __init__(self, name):
        self.name, self.mode, self.server = name, "200", None
        self.holder = socket.socket()  # nobody else gets the port while the origin is away
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.holder.bind(("127.0.0.1", 0))
        self.port = self.holder.getsockname()[1]

    def up(self):
        if self.server: return
        self.server = Origin.Server(("127.0.0.1", self.port), Handler)
        self.server.name = self.name
        self.set_mode(self.mode)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self):
        if not self.server: return
        self.server.shutdown()
        self.server.server_close()
        self.server = None

    def set_mode(self, mode):
        self.mode = mode
        if self.server: self.server.mode = mode


class Program:
    def __init__(self, binary, case):
        self.case, self.folder = case, tempfile.TemporaryDirectory()
        self.origins = {name: Origin(name) for name in "ABC"}
        for name, origin in self.origins.items():
            if name not in case.down: origin.up()
        self.log = socket.socket(type=socket.SOCK_DGRAM)
        self.log.bind(("127.0.0.1", 0))
        self.log.setblocking(False)
        text = HEAD + "backend b\n " + self.ports(case.lines) + "\n"
        text = text.replace("FOLDER", self.folder.name).replace("LOG", str(self.log.getsockname()[1]))
        path = os.path.join(self.folder.name, "config")
        with open(path, "w") as file: file.write(text)
        self.process = subprocess.Popen([binary, "-q", "-f", path], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                if self.ask("show version"): break
            except OSError: time.sleep(0.02)

    def ports(self, text):
        for name, origin in self.origins.items(): text = text.replace(f"@{name}@", str(origin.port))
        return text

    def hide(self, text):
        for name, origin in self.origins.items(): text = re.sub(rf"\b{origin.port}\b", f"@{name}@", text)
        return text

    def ask(self, text):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(self.folder.name + "/socket")
            client.sendall(text.encode() + b"\n")
            answer = b""
            while part := client.recv(65536): answer += part
            return answer.decode("latin1")

    def get(self, count, cookie):
        found = []
        for _ in range(count):
            with socket.socket(socket.AF_UNIX) as client:
                client.settimeout(5)
                client.connect(self.folder.name + "/f")
                head = f"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{f'Cookie: SRV={cookie}' + chr(13) + chr(10) if cookie else ''}\r\n"
                client.sendall(head.encode())
                answer = b""
                while part := client.recv(65536): answer += part
            origin = re.search(rb"X-Origin: (.)", answer, re.I)
            found.append((answer[9:12].decode(), origin and origin.group(1).decode()))
        return found

    def step(self, step):
        words = step.split()
        if words[0] == "up": return self.origins[words[1]].up()
        if words[0] == "down": return self.origins[words[1]].down()
        if words[0] == "mode": return self.origins[words[1]].set_mode(words[2])
        if words[0] == "get" and words[1].isdigit(): return self.get(int(words[1]), words[2] if len(words) > 2 else "")
        return self.hide(self.ask(self.ports(step)))

    def state(self):
        text = self.ask("show stat")
        rows = csv.DictReader(io.StringIO(text.lstrip("# ")))
        found = {}
        for row in rows:
            if row["pxname"] == "f" or row["svname"] == "FRONTEND": continue
            found[row["pxname"] + "/" + row["svname"]] = [self.hide((row.get(name) or "").lstrip("* ")) for name in self.case.columns]
        for line in self.ask("show servers state").split("\n"):
            fields = line.split(" ")
            if len(fields) > 20: found[f"{fields[1]}/{fields[3]}"] = found.get(f"{fields[1]}/{fields[3]}", []) + [fields[5], fields[6], fields[7]]
        return found

    def lines(self):
        """the log lines that have come, without the times"""
        found = []
        while True:
            try: line = self.log.recv(65536).decode("latin1")
            except BlockingIOError: return sorted(found)
            line = re.sub(r"^<(\d+)>.*?\]: ", r"<\1> ", line.rstrip())
            # Whether the stream that finds a server broken still counts there is a matter of moments in HAProxy.
            line = re.sub(r"\d+ sessions active", "N sessions active", line)
            found.append(self.hide(re.sub(r"duration: \d+ms", "duration: Nms", line)))

    def settle(self):
        last, since = None, time.monotonic()
        while time.monotonic() - since < 0.4:
            now = self.state()
            if now != last: last, since = now, time.monotonic()
            time.sleep(0.04)
        return last

    def reach(self, wanted):
        deadline = time.monotonic() + 4
        while (now := self.state()) != wanted and time.monotonic() < deadline: time.sleep(0.03)
        return now

    def stop(self):
        self.process.kill()
        self.process.wait()
        for origin in self.origins.values():
            origin.down()
            origin.holder.close()
        self.log.close()


def run(case, weir, haproxy):
    """what differs; nothing where all is equal"""
    programs = []
    try:
        programs.append(Program(haproxy, case))
        programs.append(Program(weir, case))
        theirs, ours = programs
        for step in ["(start)"] + case.steps:
            results = [None if step == "(start)" else program.step(step) for program in programs]
            want = theirs.settle()
            got = ours.reach(want)
            logs = theirs.lines(), ours.lines()
            if results[0] != results[1]: return [f"{step}: answers", results[0], results[1]]
            if want != got:
                names = [name for name in want if want[name] != got.get(name)]
                return [f"{step}: states", {name: want[name] for name in names}, {name: got.get(name) for name in names}]
            if logs[0] != logs[1]: return [f"{step}: log", *logs]
        return []
    finally:
        for program in programs: program.stop()


ORDER = """global
 nbthread 1
 max-spread-checks 1
defaults
 mode tcp
 timeout connect 2s
 timeout client 2s
 timeout server 2s
frontend f
 bind unix@FOLDER/f
"""


def order_of_checks(program, count=12):
    """who is checked in what order where all of them are at once: each server has an address of its own"""
    seen = []
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen(64)
        listener.settimeout(20)
        port = listener.getsockname()[1]
        text = ORDER.replace("FOLDER", folder)
        for backend in range(count // 4):
            text += f"backend b{backend}\n option tcp-check\n tcp-check expect string up\n"
            for n in range(backend * 4, backend * 4 + 4):
                agent = f" agent-check agent-addr 127.1.1.{n} agent-port {port} agent-inter 1h" if n % 3 == 0 else ""
                text += f" server s{n} 127.1.0.{n}:{port} check inter 1h fastinter {1 + n % 5}h{agent}\n"
        with open(folder + "/c.cfg", "w") as file: file.write(text)
        process = subprocess.Popen([program, "-db", "-f", folder + "/c.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(count + (count + 2) // 3):
                with listener.accept()[0] as client: seen.append(client.getsockname()[0])
        except OSError as error: seen.append(str(error))
        finally:
            process.terminate()
            process.wait()
    return seen


def compare(weir, haproxy, only=""):
    todo = [case for case in CASES if only in case.name]
    judge = lambda case: run(case, os.path.abspath(weir), haproxy)
    with concurrent.futures.ThreadPoolExecutor(4) as pool: found = list(pool.map(judge, todo))
    # On a busy machine a check may come between two requests: what differs is looked at again, alone.
    found = [found and judge(case) for case, found in zip(todo, found)]
    for case, what in zip(todo, found):
        if what: print(f"differs: {case.name}: {what[0]}\n  haproxy {what[1]}\n  weir    {what[2]}")
    if only in "order of checks":
        theirs, ours = order_of_checks(haproxy), order_of_checks(os.path.abspath(weir))
        if ours != theirs: print(f"differs: order of checks\n  haproxy {theirs}\n  weir    {ours}")
        found.append(ours != theirs)
    return sum(not what for what in found), sum(bool(what) for what in found)
