#!/usr/bin/python3
"""HTTP/2 towards servers: `servers.py --weir PROGRAM [--haproxy PROGRAM] [--only TEXT]`.

Every case is one exchange with a server that speaks frames as it is told. What the client got, what the server saw and
what was logged must be the same through HAProxy, and where a case says what it expects, Weir must do that.
"""
import argparse, asyncio, os, re, shutil, signal, socket, ssl, subprocess, sys, tempfile

try:
    from frames import *
except ImportError:
    print("skipped: HTTP/2 towards servers, python3-hpack is not installed")
    sys.exit(0)

CASES = []


def case(name, kind="default", oracle=True, **more):
    """A coroutine of `run` whose result both programs must have in common. `oracle`: False, or why HAProxy differs."""

    def add(function):
        CASES.append((name, kind, oracle, function, more))
        return function

    return add


KINDS = {
    "default": "",
    "always": "http-reuse always",
    "aggressive": "http-reuse aggressive",
    "never": "http-reuse never",
    "retry": "retry-on all-retryable-errors",
}
CONFIG = """
global
  stats socket {folder}/stats level admin
  {globals}
defaults
  mode http
  timeout client {seconds}s
  timeout server {seconds}s
  timeout connect 5s
  timeout http-request 5s
  timeout tunnel 20s
  log 127.0.0.1:{log} local0
  option httplog
frontend f
  bind 127.0.0.1:{port}
  {frontend}
  default_backend b
backend b
  {backend}
  server s 127.0.0.1:{origin} {server}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Log(asyncio.DatagramProtocol):
    def __init__(self):
        self.lines = []

    def datagram_received(self, data, _):
        line = data.decode()
        found = re.search(r" b/(\S+) (\S+) (\S+) (\d+) \S \S (\S\S)\S\S \S+ \S+ (\".*\")", line)
        if found:
            timers = "/".join("0" if re.fullmatch(r"\+?\d+", t) else t for t in found[2].split("/"))
            self.lines.append("%s %s %s %s %s %s" % (found[1], timers, found[3], found[4], found[5], found[6]))


class Run:
    """One program with one configuration, and its server."""

    def __init__(self, program, folder, more):
        self.program, self.folder, self.more = program, folder, more

    async def __aenter__(self):
        more = self.more
        greeting = more.get("greeting", frame(SETTINGS, 0, 0))
        self.server = await Server(self.answer, greeting, more.get("windows", True)).start(ssl=more.get("server_tls"))
        self.log = Log()
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: self.log, local_addr=("127.0.0.1", 0))
        self.transport, self.port = transport, free_port()
        text = CONFIG.format(
            folder=self.folder, port=self.port, origin=more.get("origin", self.server.port), seconds=more.get("seconds", 5),
            log=transport.get_extra_info("sockname")[1], globals=more.get("globals", ""), frontend=more.get("frontend", ""),
            backend=more["backend"], server=more.get("server", "proto h2"),
        )
        path = os.path.join(self.folder, "cfg")
        with open(path, "w") as file:
            file.write(text)
        self.process = await asyncio.create_subprocess_exec(
            self.program, "-f", path, "-db", stdout=subprocess.DEVNULL, stderr=open(os.path.join(self.folder, "err"), "w"))
        for _ in range(200):
            with open("/proc/net/tcp") as table:
                if f":{self.port:04X} 00000000:0000 0A " in table.read():
                    return self
            if self.process.returncode is not None:
                break
            await asyncio.sleep(0.05)
        raise RuntimeError("does not start: " + open(os.path.join(self.folder, "err")).read())

    async def __aexit__(self, *_):
        self.alive = self.process.returncode is None
        if self.alive:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        self.server.stop()
        self.transport.close()

    async def answer(self, exchange):
        await self.handler(exchange)

    async def handler(self, exchange):
        exchange.answer(200, b"early")

    async def command(self, line):
        reader, writer = await asyncio.open_unix_connection(os.path.join(self.folder, "stats"))
        writer.write(line.encode() + b"\n")
        text = (await reader.read()).decode()
        writer.close()
        return text

    async def h1(self, data, wait=None):
        """Sends over a connection of its own, and reads until it ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(data)
        try:
            return await asyncio.wait_for(reader.read(), wait or 10)
        finally:
            writer.close()

    async def client(self, **more):
        return await Client.connect(self.port, **more)

    async def settled(self, count=1):
        """Until so many lines were logged: then the exchanges are over."""
        for _ in range(200):
            if len(self.log.lines) >= count:
                return sorted(self.log.lines)
            await asyncio.sleep(0.02)
        return sorted(self.log.lines)

    def seen(self):
        return [(e.peer.index, e.fields, e.body, e.trailers) for e in self.server.exchanges]


def request(path, method="GET", *fields, body=b"", version="1.1", close=True):
    lines = [f"{method} {path} HTTP/{version}", "host: example.org", *fields] + (["connection: close"] if close else [])
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# --- requests and answers -----------------------------------------------------------------------------------------
def plain(name, handler, data, expect=None, **more):
    """HTTP/1.1 client, HTTP/2 server."""

    async def job(run):
        run.handler = handler
        got = await run.h1(data)
        log = await run.settled()
        if expect:
            assert expect(got, run), got
        return got, run.seen(), log

    case(name, **more)(job)


def answering(*arguments, **more):
    async def handler(e):
        await e.whole()
        e.answer(*arguments, **more)

    return handler


def doing(*steps):
    """Each step is called with the exchange."""

    async def handler(e):
        for step in steps:
            step(e)

    return handler


def head(status, *fields, ends=False):
    return lambda e: e.head(status, *fields, ends=ends)


def data(payload, ends=False):
    return lambda e: e.data(payload, ends)


def trailers(*fields):
    return lambda e: e.send(HEADERS, 5, block(*fields))


def rst(number):
    return lambda e: e.send(RST, 0, code(number))


def raw(payload):
    return lambda e: e.peer.send(payload)


hello = answering(200, b"hello", ("content-length", "5"), ("x-a", "1"))
bare = answering(200, b"hello")
plain("an answer with a length", hello, request("/x?y=1", "GET", "Cookie: a=1; b=2", "TE: trailers", "X-Up: Q"),
      lambda got, run: got.startswith(b"HTTP/1.1 200 \r\n") and got.endswith(b"\r\n\r\nhello"))
plain("an answer without a length", bare, request("/"))
plain("an answer without a length for HTTP/1.0", bare, request("/", version="1.0", close=False), oracle="chunks are no matter of HTTP/1.0",
      expect=lambda got, run: b"chunked" not in got and got.endswith(b"\r\n\r\nhello"))
plain("an absolute target", hello, request("http://example.org/a"))
plain("HEAD", answering(200, b"", ("content-length", "5")), request("/", "HEAD"))
plain("204", answering(204), request("/"))
plain("304 with a length", answering(304, b"", ("content-length", "10")), request("/"))
plain("an answer without a body", answering(200, b"", ("x", "y")), request("/"))
plain("several set-cookie", answering(200, b"x", ("set-cookie", "a=1"), ("set-cookie", "b=2")), request("/"))
plain("OPTIONS of everything", hello, request("*", "OPTIONS"))
plain("a body with a length", hello, request("/", "POST", "content-length: 3", body=b"abc"))
plain("a body in chunks, with trailers", hello, request("/", "POST", "transfer-encoding: chunked", body=b"3\r\nabc\r\n0\r\nx-t: 1\r\n\r\n"))
plain("an empty body in chunks", hello, request("/", "POST", "transfer-encoding: chunked", body=b"0\r\n\r\n"))
plain("an empty body with a length", hello, request("/", "POST", "content-length: 0"))
plain("a long body", hello, request("/", "POST", "content-length: 300000", body=b"z" * 300000),
      lambda got, run: run.server.exchanges[0].body == b"z" * 300000)
plain("a long answer", answering(200, b"z" * 60000, ("content-length", "60000")), request("/"))
plain("fields of one hop", hello, request("/", "GET", "Keep-Alive: 1", "Proxy-Connection: x", "Upgrade: h2c", close=True))
plain("trailers", doing(head(200), data(b"abc"), trailers(("grpc-status", "0"), ("x", "y"))), request("/"))
plain("trailers behind a length", doing(head(200, ("content-length", "3")), data(b"abc"), trailers(("x", "y"))), request("/"), oracle=False)
plain("an interim answer", doing(head(103, ("link", "</x>")), head(200, ("content-length", "1")), data(b"x", True)), request("/"))
plain("padding", doing(head(200, ("content-length", "3")), lambda e: e.send(DATA, 9, b"\x04abc" + b"\0" * 4)), request("/"))
plain("empty frames", doing(head(200), data(b""), data(b"ab"), data(b""), data(b"", True)), request("/"), oracle="it counts the last one")
plain("a head in pieces", doing(lambda e: e.send(HEADERS, 1, block((":status", "200"))), lambda e: e.send(CONTINUATION, 4, block(("x", "y")))),
      request("/"))

# --- ends ---------------------------------------------------------------------------------------------------------
for number in (NO_ERROR, REFUSED, CANCEL, INTERNAL_ERROR):
    plain(f"reset {number} before the answer", doing(rst(number)), request("/"), lambda got, run: got.startswith(b"HTTP/1.1 502 "))
plain("reset in the body", doing(head(200, ("content-length", "10")), data(b"abc"), rst(CANCEL)), request("/"))
plain("reset in a body of unknown length", doing(head(200), data(b"abc"), rst(CANCEL)), request("/"),
      lambda got, run: got.endswith(b"abc\r\n"))
plain("a body shorter than its length", doing(head(200, ("content-length", "10")), data(b"abc", True)), request("/"))
plain("a body longer than its length", doing(head(200, ("content-length", "2")), data(b"abcd", True)), request("/"))
plain("the connection ends before the answer", doing(lambda e: e.peer.writer.close()), request("/"))
plain("the connection ends in the body", doing(head(200, ("content-length", "10")), data(b"abc"), lambda e: e.peer.writer.close()), request("/"))
plain("a server that says nothing", doing(), request("/"), seconds=1)
plain("GOAWAY with the last answer", doing(lambda e: e.peer.send(frame(GOAWAY, 0, 0, code(e.number) + code(0))), head(200, ends=True)), request("/"))
plain("GOAWAY without the request", doing(raw(frame(GOAWAY, 0, 0, code(0) + code(0)))), request("/"), oracle="HAProxy waits until its timeout",
      expect=lambda got, run: got.startswith(b"HTTP/1.1 502 "))
plain("an answer before the end of the request", doing(head(200, ("content-length", "5")), data(b"early", True), rst(NO_ERROR)),
      request("/", "POST", "content-length: 30", body=b"abc"), oracle="it logs what it sees first",
      expect=lambda got, run: got.endswith(b"early"))

# --- heads that make no sense -------------------------------------------------------------------------------------
BAD = {
    "no status": [("x", "y")],
    "two of status": [(":status", "200"), (":status", "200")],
    "status behind a field": [("x", "y"), (":status", "200")],
    "status of two digits": [(":status", "20")],
    "status with letters": [(":status", "2x0")],
    "status 101": [(":status", "101")],
    "another pseudo-header": [(":status", "200"), (":path", "/")],
    "upper-case name": [(":status", "200"), ("Bad", "x")],
    "name with a blank": [(":status", "200"), ("b d", "x")],
    "empty name": [(":status", "200"), ("", "x")],
    "line feed in a value": [(":status", "200"), ("x", "a\nb")],
    "NUL in a value": [(":status", "200"), ("x", "a\0b")],
    "connection": [(":status", "200"), ("connection", "close")],
    "transfer-encoding": [(":status", "200"), ("transfer-encoding", "chunked")],
    "upgrade": [(":status", "200"), ("upgrade", "x")],
    "two lengths": [(":status", "200"), ("content-length", "1"), ("content-length", "2")],
    "length that is no number": [(":status", "200"), ("content-length", "+1")],
}
LAXER = {"status of two digits", "status with letters", "status 101", "upgrade", "empty name", "name with a blank", "length that is no number",
         "connection", "transfer-encoding", "two lengths", "status behind a field", "two of status", "another pseudo-header", "NUL in a value"}
for name, fields in BAD.items():
    plain("a head with " + name, doing(lambda e, f=fields: e.send(HEADERS, 5, block(*f))), request("/"),
          lambda got, run: got.startswith(b"HTTP/1.1 502 "), oracle=name not in LAXER)
plain("an interim head that ends the stream", doing(head(103, ends=True)), request("/"), lambda got, run: got.startswith(b"HTTP/1.1 502 "), oracle=False)
plain("data before the head", doing(data(b"abc")), request("/"), lambda got, run: got.startswith(b"HTTP/1.1 502 "), oracle=False)
plain("interim heads without end", doing(lambda e: [e.head(103) for _ in range(300)]), request("/"), lambda got, run: b" 502 " in got, oracle=False)
plain("trailers with a pseudo-header", doing(head(200), data(b"a"), trailers((":status", "200"))), request("/"),
      lambda got, run: not got.endswith(b"0\r\n\r\n"), oracle=False)
plain("trailers that do not end the stream", doing(head(200), data(b"a"), lambda e: e.send(HEADERS, 4, block(("x", "y")))), request("/"),
      lambda got, run: not got.endswith(b"0\r\n\r\n"), oracle=False)
plain("a length with an end at once", doing(head(200, ("content-length", "3"), ends=True)), request("/"),
      lambda got, run: not got.endswith(b"\r\n\r\n") or got.startswith(b"HTTP/1.1 502 "), oracle=False)

# --- connection errors: every one ends the connection, and the next request has a new one ---------------------------
HOSTILE = {
    "a frame on an idle stream": frame(DATA, 0, 9, b"x"),
    "a head on a stream that nobody opened": frame(HEADERS, 5, 2, block((":status", "200"))),
    "PUSH_PROMISE": lambda e: frame(PUSH, 4, e.number, code(2) + block((":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", "/"))),
    "SETTINGS of a bad size": frame(SETTINGS, 0, 0, b"abc"),
    "SETTINGS on a stream": frame(SETTINGS, 0, 1),
    "SETTINGS with a window too large": frame(SETTINGS, 0, 0, b"\0\4" + b"\xff\xff\xff\xff"),
    "SETTINGS with a frame size too small": frame(SETTINGS, 0, 0, b"\0\5" + code(100)),
    "SETTINGS with pushes": frame(SETTINGS, 0, 0, b"\0\2" + code(2)),
    "an acknowledgement with a payload": frame(SETTINGS, 1, 0, code(1) * 2),
    "PING of a bad size": frame(PING, 0, 0, b"abc"),
    "PING on a stream": frame(PING, 0, 1, b"\0" * 8),
    "RST_STREAM of a bad size": frame(RST, 0, 1, b"abc"),
    "RST_STREAM of an idle stream": frame(RST, 0, 99, code(8)),
    "RST_STREAM of the connection": frame(RST, 0, 0, code(8)),
    "WINDOW_UPDATE of a bad size": frame(WINDOW, 0, 0, b"abc"),
    "WINDOW_UPDATE of nothing": frame(WINDOW, 0, 0, code(0)),
    "a window over its limit": frame(WINDOW, 0, 0, code(0x7FFFFFFF)) * 2,
    "GOAWAY on a stream": frame(GOAWAY, 0, 1, code(0) * 2),
    "DATA on the connection": frame(DATA, 0, 0, b"x"),
    "HEADERS on the connection": frame(HEADERS, 5, 0, block((":status", "200"))),
    "CONTINUATION out of nowhere": frame(CONTINUATION, 4, 1, b""),
    "a frame between a head and its rest": frame(HEADERS, 0, 1, block((":status", "200"))) + frame(PING, 0, 0, b"\0" * 8),
    "padding longer than the frame": frame(DATA, 8, 1, b"\xffabc"),
    "a frame longer than allowed": frame(DATA, 0, 1, b"z" * 20000),
    "a head that HPACK cannot mean": frame(HEADERS, 5, 1, b"\xff\xff\xff\xff\xff\xff"),
    "an index outside of the table": frame(HEADERS, 5, 1, b"\xfe"),
    "index zero": frame(HEADERS, 5, 1, b"\x80"),
    "a table larger than agreed": frame(HEADERS, 5, 1, b"\x3f\xe1\xff\x03\x88"),
    "Huffman padding that is too long": frame(HEADERS, 5, 1, b"\x88\x00\x82\xff\xff\x00"),
    "a literal that ends early": frame(HEADERS, 5, 1, b"\x88\x00\x05ab"),
}


def hostile(name, payload, floods=False):
    async def job(run):
        async def handler(e):
            if e.field(":path") == "/good":
                return e.answer(200, b"ok", ("content-length", "2"))
            e.peer.send(payload(e) if callable(payload) else payload)

        run.handler = handler
        got = await run.h1(request("/bad"))
        assert b"HTTP/1.1 502 " in got, got[:60]
        assert (await run.h1(request("/good"))).endswith(b"ok")
        # The bad one is over: it may be told so before.
        assert run.server.exchanges[-1].peer is not run.server.exchanges[0].peer

    case(name, oracle=False, seconds=3)(job)


for name, payload in HOSTILE.items():
    hostile(name, payload)
hostile("a flood of PING", frame(PING, 0, 0, b"\0" * 8) * 20000)
hostile("a flood of SETTINGS", frame(SETTINGS, 0, 0) * 20000)
hostile("a flood of empty DATA", lambda e: frame(HEADERS, 4, 1, block((":status", "103"))) + frame(PRIORITY, 0, 1, b"\0" * 5) * 20000)
hostile("CONTINUATION without end", frame(HEADERS, 0, 1, block((":status", "200"))) + frame(CONTINUATION, 0, 1, b"\x00\x01a\x01b" * 100) * 3000)
plain("a head of too many fields", doing(head(200, *[(f"x{i}", "y") for i in range(300)], ends=True)), request("/"),
      lambda got, run: got.startswith(b"HTTP/1.1 502 "), oracle=False)
plain("a head of too many bytes", doing(lambda e: e.send(HEADERS, 1, block((":status", "200"), ("x", "y" * 12000))), lambda e: e.send(CONTINUATION, 4, block(("x", "y" * 12000)))),
      request("/"), lambda got, run: got.startswith(b"HTTP/1.1 502 "), oracle=False)


@case("an acknowledgement in place of settings", oracle=False, seconds=1, greeting=b"")
async def no_settings(run):
    run.handler = hello
    got = await run.h1(request("/"))
    assert got.startswith(b"HTTP/1.1 502 "), got[:60]


@case("a greeting that is not HTTP/2", oracle=False, greeting=b"HTTP/1.1 400 Bad request\r\n\r\n")
async def not_http2(run):
    run.handler = hello
    got = await run.h1(request("/"))
    assert got.startswith(b"HTTP/1.1 502 "), got[:60]


# --- clients that speak HTTP/2 --------------------------------------------------------------------------------------
def both(name, handler, *fields, path="/", method="GET", body=None, expect=None, **more):
    """HTTP/2 on both sides."""

    async def job(run):
        run.handler = handler
        client = await run.client()
        number, answer = client.get(path, *fields, method=method, ends=body is None)
        if body is not None:
            client.data(number, body, ends=True)
        await client.over(answer)
        log = await run.settled()
        await client.close()
        assert not expect or expect(answer), answer.summary()
        return answer.summary(), run.seen(), log

    case("h2: " + name, **more)(job)


both("an answer with a length", hello)
both("an answer without a length", bare)
both("cookies", bare, ("cookie", "a=1"), ("cookie", "b=2"), ("te", "trailers"))
both("a body", hello, method="POST", body=b"abc")
both("a body with a length", hello, ("content-length", "3"), method="POST", body=b"abc")
both("trailers", doing(head(200), data(b"abc"), trailers(("grpc-status", "0"))))
both("trailers alone", answering(200, b"", ("grpc-status", "5")))
both("an interim answer", doing(head(103, ("link", "</x>")), head(200, ("content-length", "1")), data(b"x", True)))
both("HEAD", answering(200, b"", ("content-length", "5")), method="HEAD")
both("204", answering(204))
both("reset in the body", doing(head(200), data(b"abc"), rst(CANCEL)), oracle="HAProxy ends the stream as if all had come", expect=lambda a: a.reset == CANCEL and a.body == b"abc")
both("reset before the answer", doing(rst(INTERNAL_ERROR)), oracle="HAProxy resets, as if the server had not seen the request, and logs nothing",
     expect=lambda a: a.status == "502")


@case("h2: a client that resets")
async def client_resets(run):
    async def handler(e):
        e.head(200)
        e.data(b"abc")
        await e.until(lambda e: False)

    run.handler = handler
    client = await run.client()
    number, answer = client.get("/")
    await client.until(answer, lambda a: a.body)
    client.writer.write(frame(RST, 0, number, code(CANCEL)))
    log = await run.settled()
    exchange = run.server.exchanges[0]
    await asyncio.wait_for(exchange.until(lambda e: False), 5)
    await client.close()
    assert exchange.reset == CANCEL, exchange.reset
    return exchange.reset


@case("h2: a client that resets before the answer")
async def client_resets_early(run):
    async def handler(e):
        await e.until(lambda e: False)

    run.handler = handler
    client = await run.client()
    number, answer = client.get("/")
    while not run.server.exchanges:
        await asyncio.sleep(0.01)
    client.writer.write(frame(RST, 0, number, code(CANCEL)))
    exchange = run.server.exchanges[0]
    await asyncio.wait_for(exchange.until(lambda e: False), 5)
    log = await run.settled()
    await client.close()
    return exchange.reset, log


@case("h2: many streams over one connection", kind="always")
async def many(run):
    async def handler(e):
        await e.whole()
        e.answer(200, e.field(":path").encode() + e.body)

    run.handler = handler
    client = await run.client()
    sent = []
    for i in range(60):
        number, answer = client.get(f"/{i}", method="POST" if i % 3 == 0 else "GET", ends=i % 3 != 0)
        if i % 3 == 0:
            client.data(number, b"body%d" % i, ends=True)
        sent.append(answer)
    for answer in sent:
        await client.over(answer)
    peers = len(run.server.peers)
    await client.close()
    assert peers == 1, peers
    return [a.body for a in sent], peers


@case("h2: streams over one connection of the session", kind="default", oracle=False)
async def many_safe(run):
    run.handler = bare
    clients = [await run.client() for _ in range(2)]
    for round in range(2):
        answers = [client.get("/") for client in clients for _ in range(5)]
        for client, (_, answer) in zip([c for c in clients for _ in range(5)], answers):
            await client.over(answer)
    for client in clients:
        await client.close()
    assert len(run.server.peers) <= 2, len(run.server.peers)


@case("a server's limit of streams", kind="always", oracle=False, greeting=frame(SETTINGS, 0, 0, b"\0\3" + code(2)))
async def limited(run):
    under_way = [0, 0]

    async def handler(e):
        under_way[0] += 1
        under_way[1] = max(under_way[1], sum(1 for x in e.peer.exchanges.values() if not getattr(x, "answered", False)))
        await asyncio.sleep(0.01)
        e.answered = True
        e.answer(200, b"x")

    run.handler = handler
    client = await run.client()
    answers = [client.get("/")[1] for _ in range(12)]
    for answer in answers:
        await client.over(answer)
        assert answer.status == "200", answer.summary()
    await client.close()
    assert under_way[1] <= 2, under_way


@case("max-reuse", kind="always", server="proto h2 max-reuse 2")
async def max_reuse(run):
    run.handler = bare
    client = await run.client()
    for _ in range(7):
        await client.over(client.get("/")[1])
    await client.close()
    return [e.peer.index for e in run.server.exchanges]


@case("pool-max-conn 0", kind="always", server="proto h2 pool-max-conn 0")
async def no_pool(run):
    run.handler = bare
    client = await run.client()
    for _ in range(3):
        await client.over(client.get("/")[1])
    await client.close()
    return [e.peer.index for e in run.server.exchanges]


for kind in ("default", "always", "aggressive", "never"):

    @case(f"first and second requests, reuse {kind}", kind=kind)
    async def reuse(run):
        run.handler = hello
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
            for _ in range(2):
                writer.write(request("/", close=False))
                await reader.readuntil(b"hello")
                # The connection is back in its place once the line is there.
                await run.settled(len(run.server.exchanges))
            writer.close()
            await asyncio.sleep(0.05)
        used = [e.peer.index for e in run.server.exchanges]
        # Which of several idle ones is taken does not matter.
        return [used.index(u) == i for i, u in enumerate(used)]


@case("GOAWAY drains", kind="always", oracle=False)
async def drains(run):
    gate = asyncio.Event()

    async def handler(e):
        if e.field(":path") == "/slow":
            e.peer.send(frame(GOAWAY, 0, 0, code(e.number) + code(0)))
            await gate.wait()
        e.answer(200, e.field(":path").encode())

    run.handler = handler
    client = await run.client()
    _, slow = client.get("/slow")
    while not run.server.exchanges:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    _, other = client.get("/other")
    await client.over(other)
    gate.set()
    await client.over(slow)
    await client.close()
    assert (slow.body, other.body) == (b"/slow", b"/other")
    assert [e.peer.index for e in run.server.exchanges] == [0, 1]


@case("a refused stream of a used connection goes out again", kind="always", oracle=False)
async def refused(run):
    async def handler(e):
        if e.peer.index == 0 and e.number > 1:
            e.send(RST, 0, code(REFUSED))
        else:
            e.answer(200, b"%d" % e.peer.index)

    run.handler = handler
    client = await run.client()
    await client.over(client.get("/")[1])
    _, answer = client.get("/")
    await client.over(answer)
    await client.close()
    assert answer.body == b"1", answer.summary()


@case("retry-on", kind="retry")
async def retried(run):
    async def handler(e):
        if len(run.server.exchanges) == 1:
            e.send(RST, 0, code(REFUSED))
        else:
            e.answer(200, b"again", ("content-length", "5"))

    run.handler = handler
    got = await run.h1(request("/"))
    assert got.endswith(b"again"), got
    return got, await run.settled()


@case("a server that reads slowly holds the client back", oracle=False, windows=False, seconds=10)
async def backpressure_up(run):
    go = asyncio.Event()

    async def handler(e):
        await go.wait()
        total = 4 << 20
        e.peer.send(frame(WINDOW, 0, 0, code(total)) + frame(WINDOW, 0, e.number, code(total)))
        await e.whole()
        e.answer(200, str(len(e.body)).encode())

    run.handler = handler
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    size = 4 << 20
    writer.write(request("/", "POST", f"content-length: {size}"))
    sent, chunk = 0, b"z" * 65536
    try:
        while sent < size:
            writer.write(chunk)
            sent += len(chunk)
            await asyncio.wait_for(writer.drain(), 0.5)
    except asyncio.TimeoutError:
        pass
    received = len(run.server.exchanges[0].body)
    assert received <= 65535, received
    go.set()
    while sent < size:
        writer.write(chunk)
        sent += len(chunk)
    got = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert str(size).encode() in got, got


@case("a client that reads slowly holds the server back", oracle=False, seconds=10)
async def backpressure_down(run):
    """The server's credit: its windows as the proxy gives them back."""

    async def handler(e):
        e.head(200, ("content-length", str(8 << 20)))
        e.sent = 0
        while e.sent < 8 << 20 and not e.peer.gone:
            credit = 65535 + sum(int.from_bytes(p, "big") for k, _, n, p in e.peer.frames if k == WINDOW and n == e.number)
            n = min(16384, credit - e.sent, (8 << 20) - e.sent)
            if n > 0:
                e.data(b"z" * n, ends=e.sent + n == 8 << 20)
                e.sent += n
            else:
                await asyncio.sleep(0.005)

    run.handler = handler
    read, write = socket.socket(), None
    read.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    read.connect(("127.0.0.1", run.port))
    read.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=read, limit=4096)
    writer.write(request("/"))
    await asyncio.sleep(1)
    held = run.server.exchanges[0].sent
    assert held < 6 << 20, held
    got = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert len(got) > 8 << 20, len(got)


# --- WebSockets -----------------------------------------------------------------------------------------------------
CONNECT = frame(SETTINGS, 0, 0, b"\0\x08" + code(1))
WS = "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13", "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="


async def echo(e):
    e.head(200, ("x-ws", "1"))
    at = 0
    while not e.ended and e.reset is None and not e.peer.gone:
        e.changed.clear()
        if len(e.body) > at:
            e.data(e.body[at:].upper())
            at = len(e.body)
        await e.changed.wait()
    e.send(DATA, 1, b"")


async def upgraded(run):
    reader, writer = await asyncio.open_connection("127.0.0.1", run.port)
    writer.write(request("/chat", "GET", *WS, close=False))
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    if b" 101 " not in head:
        writer.close()
        return head, run.seen()
    writer.write(b"ping")
    got = await asyncio.wait_for(reader.readexactly(4), 5)
    writer.write_eof()
    rest = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return head.lower(), got, rest, run.seen()


@case("a WebSocket of HTTP/1.1 over HTTP/2", greeting=CONNECT)
async def websocket(run):
    run.handler = echo
    result = await upgraded(run)
    assert b"s3pplmbitxaq9kygzzhzrbk+xoo=" in result[0] and result[1] == b"PING", result
    return result


@case("a WebSocket where the server takes none")
async def websocket_refused(run):
    run.handler = echo
    result = await upgraded(run)
    assert b" 502 " in result[0]
    return result


@case("h2: a WebSocket over HTTP/2", greeting=CONNECT)
async def websocket_both(run):
    run.handler = echo
    client = await run.client()
    number, answer = client.request((":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "x"), (":path", "/chat"),
                                    ("sec-websocket-version", "13"), ends=False)
    client.data(number, b"ping")
    await client.until(answer, lambda a: a.body)
    client.data(number, b"", ends=True)
    await client.over(answer)
    await client.close()
    assert answer.body == b"PING", answer.summary()
    return answer.status, answer.body


@case("h2: a WebSocket that the server refuses", greeting=CONNECT)
async def websocket_403(run):
    run.handler = answering_now(403, b"no", ("content-length", "2"))
    client = await run.client()
    _, answer = client.request((":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "https"), (":authority", "x"), (":path", "/chat"), ends=False)
    await client.over(answer)
    await client.close()
    assert (answer.status, answer.body) == ("403", b"no"), answer.summary()
    return answer.status


def answering_now(*arguments):
    async def handler(e):
        e.answer(*arguments)

    return handler


@case("set server addr: what is under way goes on, others go to the new place", kind="always", oracle="it sends others to the old place as long as a connection is there")
async def moved(run):
    gate, other = asyncio.Event(), await Server(answering(200, b"new")).start()

    async def waiting(e):
        await gate.wait()
        e.answer(200, b"old")

    run.handler = waiting
    client = await run.client()
    first = client.get("/1")[1]
    while not run.server.exchanges:
        await asyncio.sleep(0.01)
    await run.command(f"set server b/s addr 127.0.0.1 port {other.port}")
    bodies = [(await client.over(client.get("/2")[1])).body]
    gate.set()
    bodies += [(await client.over(first)).body, (await client.over(client.get("/3")[1])).body]
    await client.close()
    other.stop()
    assert bodies == [b"new", b"old", b"new"], bodies
    return bodies


# --- TLS --------------------------------------------------------------------------------------------------------------
def certificate():
    """A context of a server, made once."""
    folder = tempfile.mkdtemp()
    key, chain = os.path.join(folder, "key"), os.path.join(folder, "crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", chain],
                   check=True, stderr=subprocess.DEVNULL)
    contexts = []
    for names in (["h2"], ["http/1.1"], ["h2", "http/1.1"]):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain, key)
        context.set_alpn_protocols(names)
        contexts.append(context)
    shutil.rmtree(folder)
    return contexts


ONLY_H2, ONLY_H1, EITHER = certificate()
SSL = "ssl verify none alpn h2,http/1.1"


async def protocols(run):
    """Twice a request and once a WebSocket: by which protocol they came."""
    run.handler = hello
    results = []
    for data in (request("/"), request("/"), request("/", "GET", *WS)):
        try:
            results.append((await run.h1(data))[:12])
        except asyncio.TimeoutError:
            results.append("timeout")
    return results, [p.first[:4] for p in run.server.peers], [p.protocol for p in run.server.peers]


for name, context, server in [
    ("both", EITHER, SSL),
    ("both, HTTP/1.1 first", EITHER, "ssl verify none alpn http/1.1,h2"),
    ("a server of HTTP/2 only", ONLY_H2, SSL),
    ("a server of HTTP/1.1 only", ONLY_H1, SSL),
    ("ws h2", EITHER, SSL + " ws h2"),
    ("ws h1", EITHER, SSL + " ws h1"),
    ("proto h2 without alpn", EITHER, "ssl verify none proto h2"),
    ("proto h1", EITHER, SSL + " proto h1"),
]:

    @case(f"TLS, {name}", server=server, server_tls=context, greeting=CONNECT, seconds=1)
    async def negotiated(run):
        return await protocols(run)


@case("TLS, h2: many streams", kind="always", server=SSL, server_tls=ONLY_H2)
async def many_tls(run):
    run.handler = bare
    client = await run.client()
    await client.over(client.get("/")[1])
    answers = [client.get("/")[1] for _ in range(20)]
    for answer in answers:
        await client.over(answer)
    await client.close()
    assert len(run.server.peers) == 1
    return [a.body for a in answers]


@case("ws h1 beside proto h2", server="proto h2 ws h1", seconds=1)
async def ws_h1(run):
    run.handler = hello
    await run.h1(request("/"))
    await run.h1(request("/", "GET", *WS))
    return [p.first[:3] for p in run.server.peers]


# --- checks -----------------------------------------------------------------------------------------------------------
for name, server, context in [
    ("proto", "proto h2 check inter 100ms", None),
    ("check-proto", "check check-proto h2 inter 100ms", None),
    ("alpn", SSL + " check inter 100ms", ONLY_H2),
    ("check-alpn", "ssl verify none check check-alpn h2 inter 100ms", EITHER),
]:

    # HAProxy speaks HTTP/1.1 there whatever TLS has agreed on.
    @case(f"health checks, {name}", oracle=name != "alpn", server=server, server_tls=context, backend="option httpchk GET /health\n  http-check send hdr Host h.org")
    async def checked(run):
        run.status = 200
        paths = []

        async def handler(e):
            paths.append((e.field(":method"), e.field(":path"), e.field("host"), e.field(":authority")))
            e.answer(run.status, b"fine")

        run.handler = handler

        async def state(wanted):
            for _ in range(200):
                lines = (await run.command("show stat")).splitlines()
                names = lines[0].split(",")
                row = dict(zip(names, next(l for l in lines if l.startswith("b,s,")).split(",")))
                if row["check_status"] == wanted:
                    return row
                await asyncio.sleep(0.05)
            raise AssertionError(f"{row['check_status']} instead of {wanted}")

        up = await state("L7OK")
        run.status = 500
        down = await state("L7STS")
        return paths[0], [(r["check_status"], r["check_code"]) for r in (up, down)]


async def run_one(program, kind, function, more):
    folder = tempfile.mkdtemp()
    more = dict(more)
    more["backend"] = "\n  ".join(filter(None, [KINDS[kind], more.get("backend", "")]))
    try:
        async with Run(program, folder, more) as run:
            result = await asyncio.wait_for(function(run), 40)
            if run.process.returncode is not None:
                raise AssertionError("the program has ended: " + open(os.path.join(folder, "err")).read()[-2000:])
            return result
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--haproxy")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    failures = 0
    gate = asyncio.Semaphore(4)

    async def one(name, kind, oracle, function, more):
        nonlocal failures
        async with gate:
            try:
                ours = await run_one(options.weir, kind, function, more)
                if options.show:
                    print(name, ours)
                if options.haproxy and oracle is True:
                    try:
                        theirs = await run_one(options.haproxy, kind, function, more)
                    except Exception as problem:
                        raise AssertionError(f"HAProxy: {problem!r}")
                    if ours != theirs:
                        raise AssertionError(f"\n  weir    {ours}\n  haproxy {theirs}")
            except Exception as problem:
                failures += 1
                print(f"FAILED {name} [{kind}]: {problem if isinstance(problem, AssertionError) else repr(problem)}")

    chosen = [c for c in CASES if options.only in c[0]]
    await asyncio.gather(*[one(*c) for c in chosen])
    print(f"HTTP/2 towards servers: {len(chosen)} cases, {failures} failures")
    sys.exit(1 if failures else 0)


asyncio.run(main())
