"""Compares what both programs make of syslog messages that they send on (`log-forward`): each message in every form that a
`log` line may ask for, and the framings of messages over TCP. Used by run.py."""
import os
import re
import socket
import subprocess
import tempfile
import time

FORMATS = ("", "raw", "rfc3164", "rfc5424", "local", "priority", "short", "timed", "iso")
OLD, NEW = b"<34>Oct 11 22:14:15 ", b"<34>1 2003-10-11T22:14:15.003Z "

DATAGRAMS = [
    OLD + b"mymachine su: hello world", OLD + b"su[123]: local format", OLD + b"host su[123]: with process",
    OLD + b"host no-colon text more", OLD + b"host a[1][2]: text", OLD + b"host app: ", OLD + b"host app text", OLD + b"host ",
    OLD + b"host", OLD, OLD[:-1], OLD + b"host tag:", OLD + b"host tag:x", OLD + b"host tag[1]:x", OLD + b"host tag[1] x",
    OLD + b"host tag[]: x", OLD + b"host []: x", OLD + b"host : x", OLD + b"host tag: two: colons",
    b"<191>Oct  1 02:04:05 h tag: x\n", b"<34>Oct 01 22:14:15 h tag: x", b"<34>Oct 1 22:14:15 h tag: x",
    b"<34>Oct 99 99:99:99 h tag: x", b"<34>Okt 11 22:14:15 h tag: x", b"<34>oct 11 22:14:15 h tag: x",
    b"<34> Oct 11 22:14:15 h tag: x", b"Oct 11 22:14:15 h tag: x",
    NEW + b"mymachine.example.com su - ID47 - message here", NEW + b"h a p m - ", NEW + b"h a p m [a] ",
    b'<165>1 2003-10-11T22:14:15.003Z host evntslog 77 ID47 [ex@32473 iut="3" eventSource="App"] An event',
    NEW + b'h a p m [a][b c="\\]"] text\nnext line', NEW + b"- a p m - y", NEW + b"h - p m - y", NEW + b"- - p m - y",
    b"<34>1 - h a p m - y", b"<34>1 - - - - - - y", b"<34>1 2003-10-11T22:14:15Z h a p m - x",
    b"<34>1 2003-10-01T22:14:15+02:00 h a p m - x", b"<34>1 2003-99-11T22:14:15Z h a p m - x",
    b"<34>2 2003-10-11T22:14:15Z h a p m - y", b"1 2003-10-11T22:14:15Z h a p m - y",
    b"<13>plain text no header", b"no priority at all", b"<5>short", b"<5>2003-10-11T22:14:15.003000+00:00 timed",
    b"2003-10-11T22:14:15.003000+00:00 iso", b"<999>too big", b"<>nothing", b"<34>", b"<192>x", b"<0>y", b"<034>z", b"<-1>n",
    b"<99999999999>x", b"<4294967297>x", b"<1a>x", b"< 1>x", b"x\n\n", b"x\r\n", b"x\0y", b"\x01\xff binary", b"<34>" + b"y" * 3000,
]

# What comes over one connection, piece by piece.
STREAMS = [
    [b"<34>a\n<35>b\n"], [b"5 hello5 world"], [b"text\n"], [b"0 x"], [b"00003 abc"], [b"12a hello"], [b"99999 hello"],
    [b"1000 " + b"x" * 1000], [b"4 <1>a<2>b\n"], [b"<1>a"], [b"\n\n<1>x\n"], [b"5 he", b"llo"], [b"<1>he", b"llo\n"],
    [b"<1>a\0<2>b\n"], [b"5 <1>a\n<2>b\n"], [b"<1>a\r\n"], [b" <1>a\n"], [b"5  <1>a"], [b"1"], [b"12345678901234567890 a"],
    [b"<1>a\n", b"4 <2>b", b"<3>c\n"], [b"<1>ok\n", b"zz\n", b"<2>after\n"], [b"11 <34>hello", b" w"],
    [b"<1>" + bytes([byte]) + b"\n" for byte in range(32, 127)],
]

# The rest of the section, and messages of two severities.
TARGETS = [
    "log @ local0 err", "log @ local0 debug err", "log @ len 100 local0", "log @ sample 1:2 local3",
    "log @ format rfc5424 local7 info notice", "log @ len 100 format rfc3164 local0",
]

CONFIG = """global
 nbthread 1
 HOST
log-forward f
 maxconn 1000
 dgram-bind 127.0.0.1:UDP
 bind 127.0.0.1:TCP
"""


class Sink:
    def __init__(self):
        self.socket = socket.socket(type=socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.place = "127.0.0.1:%d" % self.socket.getsockname()[1]

    def read(self, end):
        """what comes before a message with this text; None: the end did not come"""
        found = []
        while True:
            try: message = self.socket.recv(70000)
            except TimeoutError: return found + [None]
            if end in message: return found
            found.append(message)


def free(kind):
    with socket.socket(type=kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Forwarder:
    def __init__(self, binary, lines, host=""):
        self.folder = tempfile.TemporaryDirectory()
        self.ports = free(socket.SOCK_DGRAM), free(socket.SOCK_STREAM)
        text = CONFIG.replace("UDP", str(self.ports[0])).replace("TCP", str(self.ports[1])).replace("HOST", host)
        path = os.path.join(self.folder.name, "config")
        with open(path, "w") as file: file.write(text + "".join(f" {line}\n" for line in lines))
        self.process = subprocess.Popen([binary, "-q", "-f", path], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try: return socket.create_connection(("127.0.0.1", self.ports[1])).close()
            except OSError: time.sleep(0.02)

    def datagram(self, message):
        with socket.socket(type=socket.SOCK_DGRAM) as sender: sender.sendto(message, ("127.0.0.1", self.ports[0]))

    def connect(self): return socket.create_connection(("127.0.0.1", self.ports[1]), 5)

    def stop(self):
        self.process.kill()
        self.process.wait()


def normalise(message, old):
    """without the time of day, and the year that HAProxy adds"""
    if message is None: return message
    message = re.sub(rb"20[2-9]\d-(\d\d-\d\dT\d\d:\d\d:\d\d-00:00)", rb"YEAR-\1", message)
    message = re.sub(rb"20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d", b"NOW", message)
    today = time.strftime("%b ").encode()
    return re.sub(today + rb"[ \d]\d \d\d:\d\d:\d\d", b"NOW", message) if today not in old else message


def forms(binary, host):
    sinks = [Sink() for _ in FORMATS]
    lines = [f"log {sink.place} {'format ' + name if name else ''} local0" for sink, name in zip(sinks, FORMATS)]
    forwarder = Forwarder(binary, lines, host)
    try:
        for message in DATAGRAMS:
            forwarder.datagram(message)
            forwarder.datagram(b"<13>END-OF-CASE")
            for sink, name in zip(sinks, FORMATS):
                found = [normalise(part, message) for part in sink.read(b"END-OF-CASE")]
                yield f"{name or 'own form'} {host} {message[:60]!r}", found
    finally: forwarder.stop()


def streams(binary):
    sink = Sink()
    forwarder = Forwarder(binary, [f"log {sink.place} format raw local0"])
    try:
        for parts in STREAMS:
            with forwarder.connect() as client:
                for part in parts:
                    client.sendall(part)
                    if len(parts) < 9: time.sleep(0.02)
                time.sleep(0.15)  # HAProxy may serve the next connection first
                with forwarder.connect() as last: last.sendall(b"<13>END-OF-CASE\n")
                found = sink.read(b"END-OF-CASE")
                client.settimeout(0.2)
                try: end = "closed" if client.recv(1) == b"" else "talks"
                except TimeoutError: end = "open"
                except OSError: end = "closed"
            yield f"stream {[part[:30] for part in parts[:4]]}", (found, end)
    finally: forwarder.stop()


def targets(binary):
    for line in TARGETS:
        sink, last = Sink(), Sink()
        forwarder = Forwarder(binary, [line.replace("@", sink.place), f"log {last.place} local0"])
        try:
            for message in (b"<34>critical", b"<38>informational", b"none", NEW + b"h a p m - " + b"z" * 200, b"<34>END-OF-CASE",
                            b"<34>END-OF-CASE"):
                forwarder.datagram(message)
            last.read(b"END-OF-CASE")
            last.read(b"END-OF-CASE")
            yield f"target {line}", [normalise(part, b"") for part in sink.read(b"END-OF-CASE")]
        finally: forwarder.stop()


def results(binary):
    found = {}
    for host in ("", "log-send-hostname me.test"): found.update(forms(binary, host))
    found.update(streams(binary))
    found.update(targets(binary))
    return found


def compare(weir, haproxy, only=""):
    want, got = results(haproxy), results(os.path.abspath(weir))
    equal = different = 0
    for name in want:
        if only not in name: continue
        equal += want[name] == got[name]
        if want[name] == got[name]: continue
        different += 1
        print(f"differs: {name}\n  haproxy {str(want[name])[:400]}\n  weir    {str(got[name])[:400]}")
    return equal, different
