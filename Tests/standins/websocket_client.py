#!/usr/bin/env python3
"""Opens a WebSocket, sends messages, checks that each comes back, and closes it.

usage: Tests/standins/websocket_client.py [--messages N] [--size BYTES] ADDRESS:PORT [PATH]
"""
import argparse
import base64
import hashlib
import os
import socket
import struct
import sys


def exactly(stream, count):
    data = stream.read(count)
    if len(data) != count:
        sys.exit("the connection ended early")
    return data


def frame(opcode, payload):
    mask = os.urandom(4)
    length = len(payload)
    size = bytes([128 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length) if length < 65536 else b"\xff" + struct.pack(">Q", length)
    return bytes([128 | opcode]) + size + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def receive(stream):
    first, length = exactly(stream, 2)
    if length == 126:
        length, = struct.unpack(">H", exactly(stream, 2))
    elif length == 127:
        length, = struct.unpack(">Q", exactly(stream, 8))
    return first & 15, exactly(stream, length)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--messages", type=int, default=3)
    options.add_argument("--size", type=int, default=100)
    options.add_argument("place")
    options.add_argument("path", nargs="?", default="/MAAS/ws")
    given = options.parse_args()
    address, _, port = given.place.rpartition(":")
    key = base64.b64encode(os.urandom(16))
    with socket.create_connection((address, int(port)), 10) as connection:
        stream = connection.makefile("rb")
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                           b"Sec-WebSocket-Key: %s\r\n\r\n" % (given.path.encode(), given.place.encode(), key))
        status = stream.readline()
        fields = {}
        while line := stream.readline().strip():
            name, _, value = line.partition(b":")
            fields[name.strip().lower()] = value.strip()
        if not status.startswith(b"HTTP/1.1 101 "):
            sys.exit(f"no upgrade: {status.decode('latin-1').strip()}")
        wanted = base64.b64encode(hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
        if fields.get(b"sec-websocket-accept") != wanted:
            sys.exit("the server's Sec-WebSocket-Accept is wrong")
        for number in range(given.messages):
            message = (b"%d " % number + os.urandom(given.size))[:given.size]
            connection.sendall(frame(2, message))
            if receive(stream) != (2, message):
                sys.exit(f"message {number} came back changed")
        connection.sendall(frame(8, struct.pack(">H", 1000)))
        if receive(stream)[0] != 8:
            sys.exit("no close frame came back")
    print(f"{given.messages} messages of {given.size} bytes came back through {fields.get(b'x-server', b'?').decode()}")


main()
