#!/usr/bin/python3
"""HTTP/2 as broken and hostile peers speak it, in the spirit of h2spec: `conformance.py --weir PROGRAM`.

Each case sends raw frames (python3-hpack encodes heads) to a clear frontend and looks at what comes back: a reset of the
stream, a GOAWAY with its code, or an answer. The process must be alive and serve a good client after every case.
"""
import argparse, http.server, os, signal, socket, struct, subprocess, sys, tempfile, threading, time

try:
    import hpack
except ImportError:
    print("skipped: HTTP/2 conformance, python3-hpack is not installed")
    sys.exit(0)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def head(*fields, method="GET", path="/", authority="example.org", scheme="http"):
    pseudo = [(":method", method), (":scheme", scheme), (":authority", authority), (":path", path)]
    return hpack.Encoder().encode([f for f in pseudo if f[1] is not None] + list(fields), huffman=False)


class Origin(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    complete = []

    def answer(self):
        length = self.headers.get("content-length")
        body = self.rfile.read(int(length)) if length else b""
        if length and len(body) == int(length):
            Origin.complete.append(self.path)
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"ok")

    do_GET = do_POST = do_HEAD = do_OPTIONS = answer

    def log_message(self, *_):
        pass


class Client:
    def __init__(self, port, preface=PREFACE + frame(SETTINGS, 0, 0)):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.settimeout(5)
        self.buffer = b""
        self.send(preface)

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def frames(self):
        """Frames until the connection ends."""
        while True:
            while len(self.buffer) >= 9:
                length = int.from_bytes(self.buffer[:3], "big")
                if len(self.buffer) < 9 + length:
                    break
                kind, flags, stream = self.buffer[3], self.buffer[4], int.from_bytes(self.buffer[5:9], "big")
                payload, self.buffer = self.buffer[9 : 9 + length], self.buffer[9 + length :]
                yield kind, flags, stream, payload
            try:
                data = self.socket.recv(65536)
            except OSError:
                return
            if not data:
                return
            self.buffer += data

    def outcome(self):
        """What ends the case: ("reset", code), ("goaway", code), ("answer", first byte of the block) or ("closed",)."""
        for kind, _, stream, payload in self.frames():
            if kind == RST:
                return ("reset", int.from_bytes(payload[:4], "big"))
            if kind == GOAWAY:
                return ("goaway", int.from_bytes(payload[4:8], "big"))
            if kind == HEADERS and stream:
                return ("answer", hpack.Decoder().decode(payload)[0][1])
        return ("closed",)


def request(stream, block, ends=True):
    return frame(HEADERS, 4 | (1 if ends else 0), stream, block)


RESET1 = ("reset", 1)
ERROR = "error"  # a connection error of any code, or the end of the connection
# name, bytes behind the preface, what is expected: an outcome, or a set of them
CASES = [
    ("a good request", request(1, head()), ("answer", "200")),
    ("path without slash", request(1, head(path="x")), RESET1),
    ("path with a fragment", request(1, head(path="/a#b")), RESET1),
    ("path with a blank", request(1, head(path="/a b")), RESET1),
    ("no path", request(1, head(path=None)), RESET1),
    ("empty path", request(1, head(path="")), RESET1),
    ("asterisk for GET", request(1, head(path="*")), RESET1),
    ("no method", request(1, head(method=None)), RESET1),
    ("method with a blank", request(1, head(method="GET /x")), RESET1),
    ("scheme with a slash", request(1, head(scheme="http://x/")), RESET1),
    ("scheme with CR", request(1, head(scheme="http\r")), RESET1),
    ("no scheme", request(1, head(scheme=None)), RESET1),
    ("duplicate pseudo-header", request(1, head((":path", "/b"))), RESET1),
    ("pseudo-header behind fields", request(1, head(("x", "y"), (":path", "/b"), path=None)), RESET1),
    ("unknown pseudo-header", request(1, head((":what", "x"))), RESET1),
    ("status in a request", request(1, head((":status", "200"))), RESET1),
    ("upper-case name", request(1, head(("Upper", "x"))), RESET1),
    ("blank in a name", request(1, head(("a b", "x"))), RESET1),
    ("empty name", request(1, head(("", "x"))), RESET1),
    ("colon in a name", request(1, head(("a:b", "x"))), RESET1),
    ("NUL in a value", request(1, head(("a", "x\0y"))), RESET1),
    ("CR in a value", request(1, head(("a", "x\ry"))), RESET1),
    ("LF in a value", request(1, head(("a", "x\ny"))), RESET1),
    ("connection", request(1, head(("connection", "close"))), RESET1),
    ("keep-alive", request(1, head(("keep-alive", "1"))), RESET1),
    ("proxy-connection", request(1, head(("proxy-connection", "x"))), RESET1),
    ("transfer-encoding", request(1, head(("transfer-encoding", "chunked"))), RESET1),
    ("upgrade", request(1, head(("upgrade", "x"))), RESET1),
    ("te: gzip", request(1, head(("te", "gzip"))), RESET1),
    ("te: trailers", request(1, head(("te", "trailers"))), ("answer", "200")),
    ("bad length", request(1, head(("content-length", "+3"), method="POST"), False), RESET1),
    ("two lengths that differ",
     request(1, head(("content-length", "3"), ("content-length", "4"), method="POST"), False), RESET1),
    ("length and END_STREAM", request(1, head(("content-length", "3"), method="POST")), RESET1),
    ("short body", request(1, head(("content-length", "5"), method="POST", path="/short"), False)
     + frame(DATA, 1, 1, b"abc"), RESET1),
    ("long body", request(1, head(("content-length", "2"), method="POST", path="/long"), False)
     + frame(DATA, 1, 1, b"abc"), RESET1),
    ("short body ended by trailers", request(1, head(("content-length", "5"), method="POST", path="/short"), False)
     + frame(DATA, 0, 1, b"abc") + request(1, hpack.Encoder().encode([("x", "y")])), RESET1),
    ("trailers without END_STREAM", request(1, head(method="POST"), False)
     + request(1, hpack.Encoder().encode([("x", "y")]), False), RESET1),
    ("CONNECT with a path", request(1, head(method="CONNECT")), RESET1),
    ("DATA before HEADERS", frame(DATA, 0, 1, b"x"), ERROR),
    ("DATA on stream 0", frame(DATA, 0, 0, b"x"), ERROR),
    ("HEADERS on stream 0", request(0, head()), ERROR),
    ("HEADERS on an even stream", request(2, head()), ERROR),
    ("frame over the size", frame(DATA, 0, 1, b"x" * 16385), ERROR),
    ("padding longer than the frame", frame(DATA, 8, 1, b"\xff\0"), ERROR),
    ("HEADERS padded too much", frame(HEADERS, 4 | 8 | 1, 1, b"\xff" + head()), ERROR),
    ("SETTINGS on a stream", frame(SETTINGS, 0, 1), ERROR),
    ("SETTINGS of a bad size", frame(SETTINGS, 0, 0, b"abc"), ERROR),
    ("SETTINGS acknowledged with payload", frame(SETTINGS, 1, 0, b"abcdef"), ERROR),
    ("window over 2^31", frame(SETTINGS, 0, 0, struct.pack(">HI", 4, 1 << 31)), ERROR),
    ("frame size too small", frame(SETTINGS, 0, 0, struct.pack(">HI", 5, 100)), ERROR),
    ("PUSH of 2", frame(SETTINGS, 0, 0, struct.pack(">HI", 2, 2)), ERROR),
    ("PING of a bad size", frame(PING, 0, 0, b"1234"), ERROR),
    ("PING on a stream", frame(PING, 0, 1, b"12345678"), ERROR),
    ("WINDOW_UPDATE of 0", frame(WINDOW, 0, 0, struct.pack(">I", 0)), ERROR),
    ("WINDOW_UPDATE over the limit", frame(WINDOW, 0, 0, struct.pack(">I", 0x7FFFFFFF)) * 2, ERROR),
    ("WINDOW_UPDATE on an idle stream", frame(WINDOW, 0, 1, struct.pack(">I", 1)), ERROR),
    ("RST_STREAM on an idle stream", frame(RST, 0, 1, struct.pack(">I", 8)), ERROR),
    ("RST_STREAM of a bad size", request(1, head(), False) + frame(RST, 0, 1, b"abc"), ERROR),
    ("PUSH_PROMISE", frame(PUSH, 4, 1, struct.pack(">I", 2) + head()), ERROR),
    ("GOAWAY on a stream", frame(GOAWAY, 0, 1, b"\0" * 8), ERROR),
    ("CONTINUATION alone", frame(CONTINUATION, 4, 1, head()), ERROR),
    ("a frame between HEADERS and CONTINUATION", frame(HEADERS, 1, 1, head()) + frame(PING, 0, 0, b"12345678"), ERROR),
    ("CONTINUATION on another stream", frame(HEADERS, 1, 1, head()) + frame(CONTINUATION, 4, 3), ERROR),
    ("HEADERS on a lower stream", request(5, head()) + request(3, head()), ("goaway", 5)),
    ("HEADERS on a lower stream, in pieces", request(5, head()) + frame(HEADERS, 1, 3, head()[:4]) + frame(CONTINUATION, 4, 3, head()[4:]), ("goaway", 5)),
    ("DATA behind the end of a request", request(1, head(path="/slow")) + frame(DATA, 1, 1, b"x"), ("reset", 5)),
    ("DATA on a lower stream", request(5, head(method="POST"), False) + frame(DATA, 1, 3, b"x"), ("reset", 5)),
    ("head in two frames", frame(HEADERS, 1, 1, head()[:3]) + frame(CONTINUATION, 4, 1, head()[3:]),
     ("answer", "200")),
    ("an index out of the table", request(1, b"\xff\xff\x03"), ERROR),
    ("index 0", request(1, b"\x80"), ERROR),
    ("a table size over the limit", request(1, b"\x3f\xe1\xff\x07" + head()), ERROR),
    ("a cut literal", request(1, b"\x40\x0a:meth"), ERROR),
    ("bad Huffman padding", request(1, b"\x40\x81\xff\x01x"), ERROR),
    ("unknown frame", frame(0xBB, 0, 0, b"x") + request(1, head()), ("answer", "200")),
    ("priority is ignored", frame(PRIORITY, 0, 3, struct.pack(">IB", 1, 7)) + request(1, head()), ("answer", "200")),
    # floods
    ("CONTINUATION without end", frame(HEADERS, 1, 1, head()) + frame(CONTINUATION, 0, 1) * 5000, ERROR),
    ("SETTINGS flood", frame(SETTINGS, 0, 0) * 20000, ERROR),
    ("PING flood", frame(PING, 0, 0, b"12345678") * 20000, ERROR),
    ("PRIORITY flood", frame(PRIORITY, 0, 3, struct.pack(">IB", 1, 7)) * 20000, ERROR),
    ("empty DATA flood", request(1, head(method="POST"), False) + frame(DATA, 0, 1) * 20000, ERROR),
    ("rapid reset", b"".join(request(i, head()) + frame(RST, 0, i, struct.pack(">I", 8))
                             for i in range(1, 20001, 2)), ERROR),
    ("a list over the limits", frame(HEADERS, 1, 1, head(*[("x%d" % i, "v" * 200) for i in range(70)]))
     + frame(CONTINUATION, 4, 1, hpack.Encoder().encode([("y%d" % i, "v" * 200) for i in range(70)], huffman=False)),
     ERROR),
    ("HPACK expansion", request(1, head(("bomb", "v" * 4000)) + b"\xbe" * 12000), ERROR),
]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def fits(outcome, expected):
    if expected == ERROR:
        return outcome[0] == "closed" or (outcome[0] == "goaway" and outcome[1] != 0) or outcome[0] == "reset"
    return outcome == expected


def good(port):
    try:
        client = Client(port)
    except OSError:
        return False
    client.send(request(1, head()))
    outcome = client.outcome()
    client.socket.close()
    return outcome == ("answer", "200")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    origin = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)
    # Resets are what this is about.
    origin.handle_error = lambda *_: None
    threading.Thread(target=origin.serve_forever, daemon=True).start()
    port = free_port()
    with tempfile.NamedTemporaryFile("w", suffix=".cfg", delete=False) as config:
        config.write(
            "defaults\n  mode http\n  timeout connect 5s\n  timeout client 5s\n  timeout server 5s\n"
            f"listen web\n  bind 127.0.0.1:{port}\n  server s1 127.0.0.1:{origin.server_address[1]}\n")
    process = subprocess.Popen([options.weir, "-db", "-f", config.name])
    failures = 0
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        run = [case for case in CASES if not options.names or case[0] in options.names]
        for name, sent, expected in run:
            client = Client(port)
            sender = threading.Thread(target=client.send, args=(sent,), daemon=True)
            sender.start()
            outcome = client.outcome()
            client.socket.close()
            if not fits(outcome, expected):
                failures += 1
                print(f"FAILED {name}: {outcome}, expected {expected}")
            if process.poll() is not None or not good(port):
                failures += 1
                print(f"FAILED {name}: the process is gone, or serves no other client")
                break
        if Origin.complete:
            failures += 1
            print(f"FAILED: bodies reached the server as complete: {Origin.complete}")
        print(f"{len(run) - failures} passed, {failures} failed")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        os.unlink(config.name)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
