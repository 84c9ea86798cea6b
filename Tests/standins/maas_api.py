#!/usr/bin/env python3
"""A stand-in for a MAAS API server: small, quick, without dependencies, and able to misbehave.

usage: Tests/standins/maas_api.py [--name NAME] ADDRESS:PORT...

    GET  /MAAS/                     the page a browser would get
    GET  /MAAS/api/2.0/version/     {"version": ..., "server": NAME}
    GET  /MAAS/api/2.0/machines/    a list of machines, a few kilobytes of JSON
    POST /MAAS/api/2.0/boot-resources/   an upload of any size and framing: {"bytes": N, "sha256": ..., "server": NAME}
    GET  /MAAS/ws                   a WebSocket that sends back what it gets
    GET  /status                    200 for health checks; 503 after POST /control/unhealthy, 200 again after /control/healthy
    GET  /slow?seconds=S            answers after S seconds
    GET  /trickle?seconds=S&bytes=N a body that comes over S seconds
    GET  /bytes?count=N             N bytes
    GET  /chunked?count=N           N bytes, chunked;  /close?count=N: N bytes without a length, HTTP/1.0 style
    GET  /reset, /empty, /junk, /cut, /bad-chunk, /bad-length     ways to fail
    ANY  /echo                      the request as it came, head and body
    GET  /counters                  {"requests": N, "uploads": N, "websockets": N, "server": NAME}

Every answer has the header X-Server: NAME.
"""
import argparse
import asyncio
import base64
import hashlib
import json
import socket
import struct
import sys
import urllib.parse

WEBSOCKET_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
LINGER_RESET = struct.pack("ii", 1, 0)
BLOCK = 65536


class Request:
    """the head of one request; its body is read from the connection as it comes"""

    def __init__(self, head):
        lines = head.decode("latin-1").split("\r\n")
        self.text = head
        self.method, self.target, self.version = lines[0].split(" ", 2)
        self.fields = {}
        for line in lines[1:]:
            if ":" in line:
                name, value = line.split(":", 1)
                self.fields[name.strip().lower()] = value.strip()
        self.path, _, query = self.target.partition("?")
        if "://" in self.path:
            self.path = "/" + self.path.split("://", 1)[1].partition("/")[2]
        self.query = dict(urllib.parse.parse_qsl(query))

    def keeps(self):
        connection = self.fields.get("connection", "").lower()
        return "close" not in connection and (self.version == "HTTP/1.1" or "keep-alive" in connection)

    def number(self, name, otherwise):
        try:
            return float(self.query.get(name, otherwise))
        except ValueError:
            return otherwise


async def body(request, reader):
    """the body, block by block"""
    if "chunked" in request.fields.get("transfer-encoding", "").lower():
        while size := int((await reader.readline()).split(b";")[0], 16):
            while size:
                block = await reader.readexactly(min(size, BLOCK))
                size -= len(block)
                yield block
            await reader.readexactly(2)
        while (await reader.readline()).strip():
            pass
        return
    left = int(request.fields.get("content-length", 0))
    while left:
        block = await reader.read(min(left, BLOCK))
        if not block:
            raise ConnectionError("the body ended early")
        left -= len(block)
        yield block


class Server:
    def __init__(self, name):
        self.name, self.healthy = name, True
        self.counters = {"requests": 0, "uploads": 0, "websockets": 0}

    def head(self, status, reason, fields):
        lines = [f"HTTP/1.1 {status} {reason}", f"X-Server: {self.name}"] + [f"{k}: {v}" for k, v in fields.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def whole(self, status, reason, content, kind="application/json"):
        content = json.dumps(content).encode() if not isinstance(content, bytes) else content
        return self.head(status, reason, {"Content-Type": kind, "Content-Length": len(content)}) + content

    async def connection(self, reader, writer):
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            while True:
                request = Request((await reader.readuntil(b"\r\n\r\n"))[:-4])
                self.counters["requests"] += 1
                if not await self.answer(request, reader, writer) or not request.keeps():
                    break
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    async def answer(self, request, reader, writer):
        """-> whether the connection can serve another request"""
        if request.fields.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        path = request.path.rstrip("/")
        if path == "/MAAS/ws" and "upgrade" in request.fields:
            await self.websocket(request, reader, writer)
            return False
        if path == "/echo":
            content = request.text + b"\r\n\r\n" + b"".join([block async for block in body(request, reader)])
            writer.write(self.whole(200, "OK", content, "text/plain"))
            return True
        size, digest = 0, hashlib.sha256()
        async for block in body(request, reader):
            size += len(block)
            digest.update(block)
        failure = getattr(self, "fail_" + path[1:].replace("-", "_"), None)
        if failure:
            failure(writer)
            return False
        if request.method in ("POST", "PUT") and path == "/MAAS/api/2.0/boot-resources":
            self.counters["uploads"] += 1
            writer.write(self.whole(201, "Created", {"bytes": size, "sha256": digest.hexdigest(), "server": self.name}))
        elif path in ("/control/healthy", "/control/unhealthy"):
            self.healthy = path == "/control/healthy"
            writer.write(self.whole(200, "OK", {"healthy": self.healthy}))
        elif path == "/status":
            writer.write(self.whole(*((200, "OK") if self.healthy else (503, "Unhealthy")), {"healthy": self.healthy}))
        elif path == "/counters":
            writer.write(self.whole(200, "OK", {**self.counters, "server": self.name}))
        elif path == "/MAAS/api/2.0/version":
            writer.write(self.whole(200, "OK", {"version": "3.5.0", "subversion": "stand-in", "server": self.name}))
        elif path == "/MAAS/api/2.0/machines":
            machines = [{"system_id": f"m{i:05}", "hostname": f"node-{i}", "status_name": "Ready", "memory": 65536} for i in range(40)]
            writer.write(self.whole(200, "OK", machines))
        elif path in ("", "/MAAS"):
            writer.write(self.whole(200, "OK", f"<html><body>MAAS stand-in {self.name}</body></html>\n".encode(), "text/html"))
        elif path in ("/slow", "/bytes", "/chunked", "/close", "/trickle"):
            return await self.shaped(path, request, writer)
        else:
            writer.write(self.whole(404, "Not Found", {"error": "not found", "path": request.path}))
        await writer.drain()
        return True

    async def shaped(self, path, request, writer):
        count = int(request.number("count", 100000))
        if path == "/slow":
            await asyncio.sleep(request.number("seconds", 1))
            writer.write(self.whole(200, "OK", {"server": self.name, "slow": True}))
        elif path == "/bytes":
            writer.write(self.head(200, "OK", {"Content-Length": count}))
            await self.fill(writer, count)
        elif path == "/chunked":
            writer.write(self.head(200, "OK", {"Transfer-Encoding": "chunked"}))
            while count:
                size = min(count, BLOCK)
                writer.write(b"%x\r\n%s\r\n" % (size, b"c" * size))
                await writer.drain()
                count -= size
            writer.write(b"0\r\n\r\n")
        elif path == "/close":
            writer.write(self.head(200, "OK", {"Connection": "close"}))
            await self.fill(writer, count)
            return False
        else:
            steps, total = 20, int(request.number("bytes", 2000))
            writer.write(self.head(200, "OK", {"Content-Length": total}))
            for i in range(steps):
                writer.write(b"t" * (total // steps + (total % steps if i == 0 else 0)))
                await writer.drain()
                await asyncio.sleep(request.number("seconds", 1) / steps)
        await writer.drain()
        return True

    async def fill(self, writer, count):
        block = b"b" * BLOCK
        while count:
            writer.write(block[:count])
            await writer.drain()
            count -= min(count, BLOCK)

    # ways to fail, by path
    def fail_reset(self, writer):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)

    def fail_empty(self, writer):
        pass

    def fail_junk(self, writer):
        writer.write(b"this is not HTTP\r\n\r\n")

    def fail_cut(self, writer):
        writer.write(self.head(200, "OK", {"Content-Length": 1000}) + b"cut here")

    def fail_bad_chunk(self, writer):
        writer.write(self.head(200, "OK", {"Transfer-Encoding": "chunked"}) + b"5\r\nhello\r\nzz\r\n")

    def fail_bad_length(self, writer):
        writer.write(self.head(200, "OK", {"Content-Length": "12x"}) + b"hello")

    async def websocket(self, request, reader, writer):
        """sends back every text and binary message, answers pings, until the close frame (RFC 6455)"""
        self.counters["websockets"] += 1
        key = request.fields.get("sec-websocket-key", "").encode()
        accept = base64.b64encode(hashlib.sha1(key + WEBSOCKET_KEY).digest()).decode()
        writer.write(self.head(101, "Switching Protocols", {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Accept": accept}))
        while True:
            first, second = await reader.readexactly(2)
            opcode, length = first & 15, second & 127
            if length == 126:
                length, = struct.unpack(">H", await reader.readexactly(2))
            elif length == 127:
                length, = struct.unpack(">Q", await reader.readexactly(8))
            mask = await reader.readexactly(4) if second & 128 else bytes(4)
            payload = bytearray(await reader.readexactly(length))
            for i in range(length if any(mask) else 0):
                payload[i] ^= mask[i % 4]
            if opcode == 9:
                first = (first & 0xF0) | 10
            size = bytes([length]) if length < 126 else b"\x7e" + struct.pack(">H", length) if length < 65536 else b"\x7f" + struct.pack(">Q", length)
            writer.write(bytes([first]) + size + bytes(payload))
            await writer.drain()
            if opcode == 8:
                return


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--name", default="")
    options.add_argument("listen", nargs="+", metavar="ADDRESS:PORT")
    given = options.parse_args()
    for place in given.listen:
        address, _, port = place.rpartition(":")
        server = Server(given.name or place)
        try:
            await asyncio.start_server(server.connection, address.strip("[]"), int(port), backlog=1024, reuse_address=True)
        except OSError as error:
            sys.exit(f"cannot listen on {place}: {error.strerror}")
    print("ready", flush=True)
    await asyncio.Event().wait()


try:
    asyncio.run(main())
except KeyboardInterrupt:
    pass
