#!/usr/bin/env python3
"""Tests of `log-forward` under what peers do wrong: too many connections, silence, floods, halves, and of TLS and reloads.

usage: Tests/process/forward.py BINARY
"""
import os
import socket
import ssl
import subprocess
import sys
import tempfile

from running import ask, free_port, resident, run, until

PROGRAM = os.path.abspath(sys.argv[1])
MARK = b"<13>Oct 11 22:14:15 host app[1]: "


class Forwarder:
    def __init__(self, lines=(), options="", source=None):
        self.folder = tempfile.TemporaryDirectory()
        self.sink = socket.socket(type=socket.SOCK_DGRAM)
        self.sink.bind(("127.0.0.1", 0))
        self.sink.settimeout(10)
        self.port, self.datagrams = (source.port, source.datagrams) if source else (free_port(), free_port(socket.SOCK_DGRAM))
        self.path = os.path.join(self.folder.name, "stats")
        text = f"""global
  stats socket {self.path} level admin expose-fd listeners
log-forward f
  dgram-bind 127.0.0.1:{self.datagrams}
  bind 127.0.0.1:{self.port} {options.replace("FOLDER", self.folder.name)}
  log 127.0.0.1:{self.sink.getsockname()[1]} format raw local0
"""
        config = os.path.join(self.folder.name, "weir.cfg")
        with open(config, "w") as file: file.write(text + "".join(f"  {line}\n" for line in lines))
        self.config = config

    def __enter__(self):
        self.process = subprocess.Popen([PROGRAM, "-q", "-f", self.config])
        until(lambda: ask(self.path, "show version"), "the socket")
        self.size = resident(self.process.pid)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.sink.close()

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.port), 10)
        client.settimeout(10)
        return client

    def takes(self, client, text):
        client.sendall(MARK + text + b"\n")
        got = self.sink.recv(65536)
        assert got == text + b"\n", got

    def takes_datagram(self, text):
        with socket.socket(type=socket.SOCK_DGRAM) as sender: sender.sendto(MARK + text, ("127.0.0.1", self.datagrams))
        got = self.sink.recv(65536)
        assert got == text + b"\n", got

    def check(self, megabytes=20):
        assert self.process.poll() is None, "it died"
        grown = resident(self.process.pid) - self.size
        assert grown < megabytes * 1000, f"it grew by {grown} kB"
        self.takes_datagram(b"still there")


def is_closed(client):
    try: return client.recv(1) == b""
    except ConnectionError: return True


def connections_wait_for_a_place():
    with Forwarder(["maxconn 2"]) as one:
        first, second, third = one.connect(), one.connect(), one.connect()
        one.takes(first, b"one")
        one.takes(second, b"two")
        third.sendall(MARK + b"three\n")
        one.takes_datagram(b"datagrams need no place")
        first.close()
        got = one.sink.recv(65536)
        assert got == b"three\n", got
        one.takes(second, b"four")


def silence_is_ended():
    with Forwarder(["timeout client 200ms"]) as one:
        client = one.connect()
        one.takes(client, b"one")
        assert is_closed(client)
        one.check()


def what_is_no_message_ends_the_connection():
    with Forwarder() as one:
        for junk in (b"GET / HTTP/1.1\r\n\r\n", b"\0" * 10, b"0 x", b"99999999999999999999 x", b"12x y", b"\n", b"16385 " + b"x" * 100):
            with one.connect() as client:
                client.sendall(junk)
                assert is_closed(client), junk
        one.check()


def endless_messages():
    with Forwarder() as one:
        for start, piece in ((b"<1>", b"y" * 65536), (b"16300 ", b""), (b"9" * 5, b"9" * 65536)):
            with one.connect() as client:
                client.settimeout(1)
                sent = 0
                try:
                    client.sendall(start)
                    while sent < 20_000_000 and piece: sent += client.send(piece)
                except OSError: pass
                assert sent < 20_000_000, "all of it was taken"
        one.check()


def halves_and_hundreds():
    with Forwarder(["maxconn 500"]) as one:
        clients = [one.connect() for _ in range(300)]
        for client in clients: client.sendall(b"1000 <34>half")
        one.takes_datagram(b"others are served")
        for client in clients: client.close()
        with one.connect() as last: one.takes(last, b"and then")
        until(lambda: len(os.listdir(f"/proc/{one.process.pid}/fd")) < 60, "the end of the connections")
        one.check()


def tls():
    one = Forwarder(["maxconn 5"], "ssl crt FOLDER/pem")
    pem, key = os.path.join(one.folder.name, "pem"), os.path.join(one.folder.name, "key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-keyout", key, "-out", pem],
                   check=True, stderr=subprocess.DEVNULL)
    with open(pem, "a") as file, open(key) as more: file.write(more.read())
    with one:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(one.connect()) as client:
            one.takes(client, b"one")
            client.sendall(b"13 <34>counted..")
            got = one.sink.recv(65536)
            assert got == b"counted..\n", got
        with one.connect() as plain:
            plain.sendall(MARK + b"in clear\n")
            while not is_closed(plain): pass
        one.check()


def another_process_takes_over():
    with Forwarder() as old:
        old.takes_datagram(b"old")
        new = Forwarder(source=old)
        new.process = subprocess.Popen([PROGRAM, "-q", "-f", new.config, "-x", old.path, "-sf", str(old.process.pid)])
        try:
            old.process.wait(20)
            new.takes_datagram(b"new")
            with new.connect() as client: new.takes(client, b"by connection")
        finally:
            new.process.kill()
            new.process.wait()


def a_reload_loses_no_datagram():
    with Forwarder() as old:
        old.sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        new = Forwarder(source=old)
        # The same lines go to the same place.
        with open(old.config) as file, open(new.config, "w") as other: other.write(file.read())
        count, got = 4000, set()
        with socket.socket(type=socket.SOCK_DGRAM) as sender:
            for number in range(count):
                sender.sendto(MARK + b"%d" % number, ("127.0.0.1", old.datagrams))
                # Never more on the way than the sink holds: what is missing then was lost.
                if number % 50 == 49:
                    while len(got) < number - 60: got.add(old.sink.recv(65536))
                if number == 1000:
                    new.process = subprocess.Popen([PROGRAM, "-q", "-f", new.config, "-x", old.path, "-sf", str(old.process.pid)])
        try:
            while len(got) < count: got.add(old.sink.recv(65536))
            old.process.wait(20)
        finally:
            new.process.kill()
            new.process.wait()


run([connections_wait_for_a_place, silence_is_ended, what_is_no_message_ends_the_connection, endless_messages,
     halves_and_hundreds, tls, another_process_takes_over, a_reload_loses_no_datagram])
