"""Compares how both programs try again and elsewhere: which servers, how often, with which pauses, what is counted.

Every case is a frontend with a backend of its own, whose servers refuse, are silent, cannot be reached for a reason on this
machine, or answer. Two requests are sent, one after the other; log lines and counters must be equal. Used by run.py.
"""
import concurrent.futures
import contextlib
import csv
import io
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
import zlib

import harness

CONNECT = 0.3
HEAD = f"""global
  nbthread 1
  maxconn 4000
  stats socket FOLDER/stats level admin
  log 127.0.0.1:LOG format raw local0
defaults
  log global
  timeout connect {int(CONNECT * 1000)}ms
  timeout client 10s
  timeout server 10s
"""
# What a server line says; REFUSED, SILENT, GOOD and TAKEN are ports, the last one in use where no connection can start.
SERVERS = {
    "refuses": "127.0.0.1:REFUSED", "silent": "127.0.0.1:SILENT", "good": "127.0.0.1:GOOD", "no port": "127.0.0.1:GOOD source 127.0.0.1:TAKEN-TAKEN",
    "no address": "127.0.0.1:GOOD source 203.0.113.7", "no socket": "/nonexistent/socket",
}
TRIES = [f"retries {n}" for n in range(4)]
ELSEWHERE = ["", "option redispatch", "option redispatch 0", "option redispatch 1", "option redispatch 2", "option redispatch -1", "option redispatch -2",
             "option redispatch -3", "option redispatch 5"]
SETS = [["refuses"], ["silent"], ["no port"], ["no address"], ["no socket"], ["refuses", "refuses"], ["refuses", "good"], ["good", "refuses"], ["silent", "good"],
        ["silent", "refuses"], ["no port", "no port"], ["no port", "good"], ["no address", "no address", "no address"], ["no socket", "no socket"],
        ["refuses", "refuses", "refuses"], ["refuses", "silent", "no port", "good"], ["refuses", "good backup"], ["refuses", "refuses backup"], ["no port", "good backup"],
        ["refuses weight 10", "good weight 1"], ["refuses", "good weight 0"]]
BALANCES = ["roundrobin", "static-rr", "leastconn", "first", "source", "source\n  hash-type consistent", "uri", "hdr(x)", "url_param a"]
# How a client is bound to the first server.
BOUND = ["cookie C insert", "use-server s0 if TRUE", "cookie C insert\n  option persist", "cookie C insert\n  force-persist if TRUE",
         "stick-table type ip size 10\n  stick on src"]
OTHERS = ["mode tcp", "option abortonclose", "retry-on none", "retry-on empty-response", "option httpchk", "http-reuse always", "fullconn 1"]


def cases():
    """{name: (lines of the backend, its servers)}"""
    found = {}

    def add(lines, servers):
        lines = [line for line in lines if line]
        # HAProxy divides by zero.
        if any(f"retries {n}" in lines and f"option redispatch -{n + 1}" in lines for n in range(1, 4)): return
        found.setdefault(", ".join(lines + ["and ".join(f"{s} " for s in servers).strip()]).replace("\n ", ""), (lines, servers))
    for tries in TRIES:
        for elsewhere in ELSEWHERE:
            for servers in SETS: add([tries, elsewhere], servers)
    for servers in SETS:
        for tries in TRIES[1:]:
            for elsewhere in (ELSEWHERE[0], ELSEWHERE[1], ELSEWHERE[3], ELSEWHERE[6]):
                for balance in BALANCES: add(["balance " + balance, tries, elsewhere], servers)
                if len(servers) > 1:
                    for bound in BOUND: add([bound, tries, elsewhere], servers)
        for other in OTHERS:
            for elsewhere in ELSEWHERE[:2]: add([other, "retries 2", elsewhere], servers)
    return found


class Surroundings:
    """the ports that servers stand for, and the origin that answers"""

    def __init__(self):
        self.good = socket.create_server(("127.0.0.1", 0), backlog=1000)
        threading.Thread(target=self.serve, daemon=True).start()
        self.silent = socket.socket()
        self.silent.bind(("127.0.0.1", 0))
        self.silent.listen(0)
        # Its queue is full: whoever comes now waits for ever.
        self.waiting = []
        for _ in range(3):
            self.waiting.append(socket.socket())
            self.waiting[-1].setblocking(False)
            self.waiting[-1].connect_ex(self.silent.getsockname())
        self.taken = socket.create_server(("127.0.0.1", 0))
        self.refused = socket.socket()
        self.refused.bind(("127.0.0.1", 0))

    def serve(self):
        with contextlib.suppress(OSError):
            while True: threading.Thread(target=self.answer, args=(self.good.accept()[0],), daemon=True).start()

    @staticmethod
    def answer(client):
        with client, contextlib.suppress(OSError):
            while client.recv(65536): client.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")

    def line(self, number, text):
        kind = next(kind for kind in SERVERS if text == kind or text.startswith(kind + " "))
        line = SERVERS[kind]
        for name, port in (("REFUSED", self.refused), ("SILENT", self.silent), ("GOOD", self.good), ("TAKEN", self.taken)):
            line = line.replace(name, str(port.getsockname()[1]))
        return f"  server s{number} {line} cookie s{number}{text[len(kind):]}\n"

    def close(self):
        for one in [self.good, self.silent, self.taken, self.refused] + self.waiting: one.close()


def exchange(port):
    """two requests; how many pauses of a connection's time each took"""
    spent = []
    for _ in range(2):
        start = time.monotonic()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 20) as client:
            client.settimeout(20)
            client.sendall(b"GET /x?a=1 HTTP/1.1\r\nhost: a\r\nx: 1\r\ncookie: C=s0\r\n\r\n")
            while not client.recv(65536).endswith(b"ok"): break
        spent.append(int((time.monotonic() - start) / CONNECT + 0.2))
    return f"pauses {spent}"


COUNTED = ("stot", "econ", "eresp", "wretr", "wredis", "lbtot", "connect", "reuse", "cli_abrt", "srv_abrt", "qcur", "scur", "status")


def run(program, chosen, around, ports):
    """{name: what was seen}, or the text of a failure"""
    with tempfile.TemporaryDirectory(prefix="retry") as folder, socket.socket(type=socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        log.setblocking(False)
        text = HEAD.replace("FOLDER", folder).replace("LOG", str(log.getsockname()[1]))
        for number, (lines, servers) in enumerate(chosen.values()):
            mode = "tcp" if "mode tcp" in lines else "http"
            fields = "%ST" if mode == "http" else "-"
            text += f'frontend c{number}\n  mode {mode}\n  bind 127.0.0.1:{ports[number]}\n  log-format "%f %b/%s %ts {fields} %rc"\n  default_backend b{number}\n'
            text += f"backend b{number}\n  mode {mode}\n" + "".join(f"  {line}\n" for line in lines if line != "mode tcp")
            text += "".join(around.line(place, server) for place, server in enumerate(servers))
        path = os.path.join(folder, "cfg")
        with open(path, "w") as file: file.write(text)
        process = subprocess.Popen([program, "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=open(folder + "/messages", "w"))
        try:
            end = time.monotonic() + 60
            while not all(map(harness.listening, (ports[0], ports[-1]))):
                if process.poll() is not None or time.monotonic() > end:
                    with open(folder + "/messages") as file: return file.read()
                time.sleep(0.02)
            with concurrent.futures.ThreadPoolExecutor(24) as pool: pauses = list(pool.map(exchange, ports))
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(folder + "/stats")
                client.sendall(b"show stat\n")
                answer = b""
                while part := client.recv(65536): answer += part
        finally:
            process.kill()
            process.wait()
        seen = {f"c{number}": [text] for number, text in enumerate(pauses)}
        with contextlib.suppress(BlockingIOError):
            while True:
                line = log.recv(65536).decode().strip()
                # What is told of ports that lack is told once a second by Weir.
                if found := re.match(r"c(\d+) ", line): seen["c" + found[1]].append(line.replace(found[1], "N"))
        for row in csv.DictReader(io.StringIO(answer.decode().lstrip("# "))):
            seen["c" + row["pxname"][1:]].append(f"{row['svname']} " + " ".join(f"{c}={row[c]}" for c in COUNTED if row[c] not in ("", "0")))
        return dict(zip(chosen, seen.values()))


def compare(weir, haproxy, only="", share=4):
    """one in `share` of the cases, all with --only; a case that differs is run again, as pauses depend on the machine"""
    known = harness.known_differences("retry")
    every = cases()
    left = {name: case for name, case in every.items() if (only in name if only else zlib.crc32(name.encode()) % share == 0)}
    total = len(left)
    for _ in range(3):
        around = Surroundings()
        try:
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                ports = harness.free_ports(2 * len(left))
                ours, theirs = pool.map(run, (os.path.abspath(weir), haproxy), [left] * 2, [around] * 2, (ports[::2], ports[1::2]))
        finally: around.close()
        if isinstance(ours, str) or isinstance(theirs, str):
            print("does not start:", ours if isinstance(ours, str) else theirs)
            return 0, 1, 0
        left = {name: case for name, case in left.items() if ours[name] != theirs[name]}
        if not left: break
    for name in left:
        print(f"differs{', as is known' if name in known else ''}: {name}")
        for a, b in zip(ours[name], theirs[name]):
            if a != b: print(f"    weir     {a}\n    haproxy  {b}")
        for who, more in (("weir", ours[name][len(theirs[name]):]), ("haproxy", theirs[name][len(ours[name]):])):
            for line in more: print(f"    {who:8} {line}")
    expected = len(known & set(left))
    return total - len(left), len(left) - expected, expected
