#!/usr/bin/env python3
"""Servers that are added and deleted while traffic runs on several threads: no request is lost, places are used again.

usage: Tests/process/servers.py PROGRAM [SECONDS]      (Weir, or HAProxy itself)
The last line is "N passed, N failed".
"""
import os
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

from running import ask, resident, run

PROGRAM = os.path.abspath(sys.argv[1])
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 5
CONFIG = """global
  nbthread 4
  stats socket {folder}/stats level admin
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
  option redispatch
frontend f
  bind {folder}/f.sock
  default_backend b
backend b
  balance {balance}
  server stays 127.0.0.1:{port} {limit}
"""


class Origin(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 500


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.settimeout(30)
        held = b""
        try:
            while part := self.request.recv(65536):
                held += part
                while b"\r\n\r\n" in held:
                    held = held.split(b"\r\n\r\n", 1)[1]
                    self.request.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except OSError: pass


def traffic(path, stop, counts, errors):
    while not stop.is_set():
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(10)
            s.connect(path)
            for number in range(20):
                s.sendall(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
                answer = b""
                while not answer.endswith(b"\r\n\r\nok"):
                    part = s.recv(65536)
                    if not part: break
                    answer += part
                if not answer.startswith(b"HTTP/1.1 200"):
                    errors.append(answer[:60])
                    break
                counts.append(1)


def under_traffic(balance):
    limit = "maxconn 2" if balance == "first" else ""
    origin = Origin(("127.0.0.1", 0), Handler)
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    port = origin.server_address[1]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "weir.cfg")
        with open(path, "w") as file: file.write(CONFIG.format(folder=folder, port=port, balance=balance, limit=limit))
        process = subprocess.Popen([PROGRAM, "-q", "-f", path], stderr=subprocess.PIPE)
        stats = os.path.join(folder, "stats")
        try:
            while not os.path.exists(stats) or not os.path.exists(os.path.join(folder, "f.sock")): time.sleep(0.02)
            stop, counts, errors = threading.Event(), [], []
            clients = [threading.Thread(target=traffic, args=(folder + "/f.sock", stop, counts, errors))
                       for _ in range(8)]
            for client in clients: client.start()
            end, cycles, sizes = time.time() + SECONDS, 0, []
            while time.time() < end:
                cycle(stats, port, cycles)
                cycles += 1
                sizes.append(resident(process.pid))
            stop.set()
            for client in clients: client.join()
            assert process.poll() is None, process.stderr.read()
            assert not errors, errors[:3]
            rows = [line for line in ask(stats, "show servers state b").split("\n") if " b " in line]
            assert len(rows) == 1, rows
            chosen = {row.split(",")[1]: int(row.split(",")[30])
                      for row in ask(stats, "show stat b 6 -1").split("\n") if row.startswith("b,")}
            assert chosen["BACKEND"] > chosen["stays"], "the added servers had no part: " + str(chosen)
            quarter = max(1, len(sizes) // 4)
            assert cycles > 10, f"only {cycles} rounds"
            assert max(sizes) - sizes[quarter] < 30000, f"grew from {sizes[quarter]} to {max(sizes)} kB"
            return f"{len(counts)} requests, {cycles} rounds"
        finally:
            process.kill()
            process.wait()
            origin.shutdown()
            origin.server_close()


def cycle(stats, port, number):
    names = [f"added{number % 3}x{place}" for place in range(3)]
    for name in names:
        answer = ask(stats, f"add server b/{name} 127.0.0.1:{port} pool-max-conn 5 weight {1 + number % 7}")
        assert "New server registered." in answer, answer
    for name in names: assert not ask(stats, f"set server b/{name} state ready")
    time.sleep(0.02)
    for name in names: assert not ask(stats, f"set server b/{name} state maint")
    for name in names:
        deadline = time.time() + 20
        while True:
            answer = ask(stats, f"del server b/{name}")
            if answer == "Server deleted.": break
            assert answer == "Server still has connections attached to it, cannot remove it.", answer
            assert time.time() < deadline, "its connections never went"
            time.sleep(0.005)


run([(balance.split()[0], under_traffic, balance)
     for balance in ("roundrobin", "leastconn", "first", "random", "uri\n  hash-type consistent")])
