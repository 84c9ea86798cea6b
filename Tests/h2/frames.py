"""Frames of HTTP/2, and a server that speaks them as it is told: what the tests of both sides share."""
import asyncio, struct

import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
NAMES = "DATA HEADERS PRIORITY RST SETTINGS PUSH PING GOAWAY WINDOW CONTINUATION".split()
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL, TIMEOUT, CLOSED, SIZE, REFUSED, CANCEL = range(9)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def block(*fields):
    """Fields without a dynamic table, so that each block stands for itself."""
    return hpack.Encoder().encode(list(fields), huffman=False)


def code(number):
    return struct.pack(">I", number)


class Exchange:
    """One stream as the server sees it."""

    def __init__(self, peer, number, fields, ended):
        self.peer, self.number, self.fields = peer, number, fields
        self.body, self.trailers, self.ended, self.reset = b"", None, ended, None
        self.changed = asyncio.Event()

    def field(self, name):
        return next((v for n, v in self.fields if n == name), None)

    async def until(self, condition):
        while not condition(self) and self.reset is None and not self.peer.gone:
            self.changed.clear()
            await self.changed.wait()

    async def whole(self):
        await self.until(lambda e: e.ended)

    def send(self, kind, flags=0, payload=b""):
        self.peer.send(frame(kind, flags, self.number, payload))

    def head(self, status, *fields, ends=False):
        self.send(HEADERS, 4 | ends, block((":status", str(status)), *fields))

    def data(self, payload, ends=False):
        """Within the client's windows only where they are large enough: tests of windows count for themselves."""
        self.send(DATA, 1 if ends else 0, payload)

    def answer(self, status, body=b"", *fields):
        if body:
            self.head(status, *fields)
            self.data(body, ends=True)
        else:
            self.head(status, *fields, ends=True)


class Peer:
    """A connection that came in."""

    def __init__(self, server, reader, writer):
        self.server, self.reader, self.writer = server, reader, writer
        self.decoder, self.exchanges, self.frames, self.gone = hpack.Decoder(), {}, [], False
        self.settings, self.index = {}, len(server.peers)
        self.first = b""
        tls = writer.get_extra_info("ssl_object")
        self.protocol = tls.selected_alpn_protocol() if tls else None

    def send(self, data):
        if not self.writer.is_closing():
            self.writer.write(data)

    async def serve(self):
        try:
            self.first = await self.reader.read(len(PREFACE))
            if not PREFACE.startswith(self.first):
                return
            self.first += await self.reader.readexactly(len(PREFACE) - len(self.first))
            self.send(self.server.greeting)
            await self.read()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.gone = True
            for exchange in self.exchanges.values():
                exchange.changed.set()
            self.writer.close()

    async def read(self):
        head = b""
        while True:
            start = await self.reader.readexactly(9)
            payload = await self.reader.readexactly(int.from_bytes(start[:3], "big"))
            kind, flags, number = start[3], start[4], int.from_bytes(start[5:], "big") & 0x7FFFFFFF
            self.frames.append((kind, flags, number, payload))
            if kind == SETTINGS and not flags & 1:
                for at in range(0, len(payload), 6):
                    self.settings[int.from_bytes(payload[at : at + 2], "big")] = int.from_bytes(payload[at + 2 : at + 6], "big")
                self.send(frame(SETTINGS, 1, 0))
            elif kind == PING and not flags & 1:
                self.send(frame(PING, 1, 0, payload))
            elif kind in (HEADERS, CONTINUATION):
                head += payload[5:] if kind == HEADERS and flags & 32 else payload
                if kind == HEADERS:
                    ends = flags & 1
                if flags & 4:
                    fields = [(str(n), str(v)) for n, v in self.decoder.decode(head)]
                    head = b""
                    self.took_head(number, fields, bool(ends))
            elif number in self.exchanges:
                exchange = self.exchanges[number]
                if kind == DATA:
                    exchange.body += payload
                    exchange.ended = exchange.ended or bool(flags & 1)
                    if payload and self.server.gives_windows:
                        self.send(frame(WINDOW, 0, 0, code(len(payload))) + frame(WINDOW, 0, number, code(len(payload))))
                elif kind == RST:
                    exchange.reset = int.from_bytes(payload, "big")
                exchange.changed.set()

    def took_head(self, number, fields, ends):
        if number in self.exchanges:
            exchange = self.exchanges[number]
            exchange.trailers, exchange.ended = fields, True
            exchange.changed.set()
            return
        exchange = self.exchanges[number] = Exchange(self, number, fields, ends)
        self.server.exchanges.append(exchange)
        self.server.spawn(self.server.handle(exchange))


class Server:
    """Calls `handler(exchange)` for every request."""

    def __init__(self, handler, greeting=frame(SETTINGS, 0, 0), gives_windows=True):
        self.handler, self.greeting, self.gives_windows = handler, greeting, gives_windows
        self.peers, self.exchanges, self.tasks = [], [], set()

    def spawn(self, job):
        task = asyncio.ensure_future(job)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def start(self, port=0, ssl=None):
        self.server = await asyncio.start_server(self.accepted, "127.0.0.1", port, ssl=ssl)
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def accepted(self, reader, writer):
        peer = Peer(self, reader, writer)
        self.peers.append(peer)
        await peer.serve()

    async def handle(self, exchange):
        await self.handler(exchange)

    def stop(self):
        self.server.close()
        for peer in self.peers:
            peer.writer.close()
        for task in list(self.tasks):
            task.cancel()


class Answer:
    """What a client got on one stream."""

    def __init__(self):
        self.heads, self.body, self.trailers, self.ended, self.reset = [], b"", None, False, None
        self.changed = asyncio.Event()

    @property
    def status(self):
        finals = [dict(h)[":status"] for h in self.heads if not dict(h)[":status"].startswith("1")]
        return finals[0] if finals else None

    def summary(self):
        heads = [[f for f in h if f[0] != "date"] for h in self.heads]
        return (heads, self.body, self.trailers, "ended" if self.ended else "reset %s" % self.reset)


class Client:
    """A client's end, for many streams."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.answers, self.next = reader, writer, {}, 1
        self.decoder, self.gone, self.goaway = hpack.Decoder(), asyncio.Event(), None
        self.settings = {}

    @classmethod
    async def connect(cls, port, ssl=None, settings=b""):
        self = cls(*await asyncio.open_connection("127.0.0.1", port, ssl=ssl))
        self.writer.write(PREFACE + frame(SETTINGS, 0, 0, settings))
        self.task = asyncio.ensure_future(self.read())
        return self

    async def read(self):
        head = b""
        try:
            while True:
                start = await self.reader.readexactly(9)
                payload = await self.reader.readexactly(int.from_bytes(start[:3], "big"))
                kind, flags, number = start[3], start[4], int.from_bytes(start[5:], "big") & 0x7FFFFFFF
                if kind == SETTINGS and not flags & 1:
                    for at in range(0, len(payload), 6):
                        self.settings[int.from_bytes(payload[at : at + 2], "big")] = int.from_bytes(payload[at + 2 : at + 6], "big")
                    self.writer.write(frame(SETTINGS, 1, 0))
                elif kind == GOAWAY:
                    self.goaway = int.from_bytes(payload[4:8], "big")
                answer = self.answers.get(number)
                if answer is None:
                    continue
                if kind in (HEADERS, CONTINUATION):
                    head += payload
                    if kind == HEADERS:
                        ends = flags & 1
                    if flags & 4:
                        fields = [(str(n), str(v)) for n, v in self.decoder.decode(head)]
                        head = b""
                        if answer.status is not None:
                            answer.trailers = fields
                        else:
                            answer.heads.append(fields)
                        answer.ended = answer.ended or bool(ends)
                elif kind == DATA:
                    answer.body += payload
                    answer.ended = answer.ended or bool(flags & 1)
                    if payload:
                        self.writer.write(frame(WINDOW, 0, 0, code(len(payload))) + frame(WINDOW, 0, number, code(len(payload))))
                elif kind == RST:
                    answer.reset = int.from_bytes(payload, "big")
                answer.changed.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.gone.set()
            for answer in self.answers.values():
                answer.changed.set()

    def request(self, *fields, ends=True):
        number, self.next = self.next, self.next + 2
        self.answers[number] = Answer()
        self.writer.write(frame(HEADERS, 4 | (1 if ends else 0), number, block(*fields)))
        return number, self.answers[number]

    def get(self, path, *more, method="GET", authority="example.org", ends=True):
        return self.request((":method", method), (":scheme", "http"), (":authority", authority), (":path", path), *more, ends=ends)

    def data(self, number, payload, ends=False):
        self.writer.write(frame(DATA, 1 if ends else 0, number, payload))

    async def until(self, answer, condition):
        while not condition(answer) and not answer.ended and answer.reset is None and not self.gone.is_set():
            answer.changed.clear()
            await answer.changed.wait()

    async def over(self, answer, seconds=10):
        await asyncio.wait_for(self.until(answer, lambda a: False), seconds)
        return answer

    async def close(self):
        self.task.cancel()
        self.writer.close()
