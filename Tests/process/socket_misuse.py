#!/usr/bin/env python3
"""Clients of the runtime socket that are careless or hostile: what they take is bounded, and others are served.

usage: Tests/process/socket_misuse.py PROGRAM      (Weir, or HAProxy itself)
The last line is "N passed, N failed".
"""
import os
import random
import socket
import subprocess
import sys
import tempfile

from running import ask, resident, run, until

PROGRAM = os.path.abspath(sys.argv[1])
HEAD = """global
  stats socket {folder}/stats level admin
  stats timeout {timeout}
  stats maxconn {sessions}
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
backend origin
"""


class Program:
    def __init__(self, timeout="30s", sessions=10, servers=1):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "stats")
        config = os.path.join(self.folder.name, "weir.cfg")
        with open(config, "w") as file:
            file.write(HEAD.format(folder=self.folder.name, timeout=timeout, sessions=sessions))
            for number in range(servers): file.write(f"  server s{number} 127.0.0.1:1\n")
        self.process = subprocess.Popen([PROGRAM, "-q", "-f", config])

    def __enter__(self):
        until(lambda: self.ask("show version"), "the socket", 60)
        self.size = resident(self.process.pid)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.path)
        client.settimeout(20)
        return client

    def ask(self, text): return ask(self.path, text)

    def check(self, megabytes=20):
        assert self.process.poll() is None, "it died"
        assert self.ask("show version").strip(), "others are not served"
        grown = resident(self.process.pid) - self.size
        assert grown < megabytes * 1000, f"it grew by {grown} kB"


def read_all(client):
    answer = b""
    try:
        while chunk := client.recv(65536): answer += chunk
    except ConnectionResetError: pass
    return answer.decode("latin1")


def flood(program, first, piece, limit=20_000_000):
    """sends until nobody takes it any more; how much went"""
    with program.connect() as client:
        client.settimeout(1)
        sent = 0
        try:
            client.sendall(first)
            while sent < limit: sent += client.send(piece)
        except OSError: pass
        return sent


def endless_line():
    with Program() as program:
        assert flood(program, b"", b"a" * 65536) < 20_000_000, "all of it was taken"
        program.check()


def endless_payload():
    with Program() as program:
        assert flood(program, b"set ssl cert x <<\n", b"a" * 80 + b"\n") < 20_000_000, "all of it was taken"
        program.check()


def endless_words():
    with Program() as program:
        flood(program, b"", b"show " * 10000)
        program.check()


def binary():
    source = random.Random(7)
    with Program() as program:
        for _ in range(50):
            with program.connect() as client:
                client.settimeout(1)
                try:
                    client.sendall(source.randbytes(5000) + b"\n")
                    client.shutdown(socket.SHUT_WR)
                    read_all(client)
                except OSError: pass
        program.check()


def half_commands():
    with Program(sessions=50) as program:
        clients = [program.connect() for _ in range(30)]
        for number, client in enumerate(clients): client.sendall(b"show info\n"[: number % 9 + 1].rstrip(b"\n"))
        program.check()
        for client in clients: client.close()
        program.check()


def thousands_of_sessions():
    with Program(sessions=3000) as program:
        clients = [program.connect() for _ in range(2000)]
        program.check(megabytes=60)
        for client in clients[:1000]: client.close()
        assert clients[1500].sendall(b"show version\n") is None and read_all(clients[1500]).strip()
        for client in clients[1000:]: client.close()
        program.check(megabytes=60)


def more_than_may_be():
    """those over `stats maxconn` wait until the idle ones have had their time"""
    with Program(timeout="1s", sessions=5) as program:
        clients = [program.connect() for _ in range(9)]
        program.check()
        for client in clients: client.close()


def slow_reader():
    with Program(servers=4000) as program:
        expected = program.ask("show stat").count("\n")
        program.size = resident(program.process.pid)
        clients = [program.connect() for _ in range(8)]
        for client in clients:
            client.sendall(b"show stat\n")
            assert len(client.recv(100)) == 100
        program.check(megabytes=8)
        for client in clients: assert read_all(client).count("\n") >= expected - 1, "its answer is cut"


def never_reads():
    with Program(servers=1000) as program:
        clients = [program.connect() for _ in range(5)]
        for client in clients:
            client.settimeout(0.2)
            try:
                client.sendall(b"prompt\n")
                for _ in range(2000): client.sendall(b"show stat\n")
            except OSError: pass
        program.check()
        for client in clients: client.close()


def many_commands_in_a_line():
    with Program() as program:
        answer = program.ask("show version;" * 1000 + "show version")
        assert answer.count("2.6") in (0, 1001), answer.count("2.6")
        program.check()


run([endless_line, endless_payload, endless_words, binary, half_commands, thousands_of_sessions, more_than_may_be,
     slow_reader, never_reads, many_commands_in_a_line])
