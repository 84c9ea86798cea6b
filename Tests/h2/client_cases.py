"""What clients of HTTP/2 do, well and badly: the cases of clients.py, in the order of RFC 9113 and RFC 7541."""
import struct

import hpack

from frames import *

CASES = []


class Case:
    """steps: bytes are sent, a number is a wait in seconds, "half" ends our direction, ("until", text) waits until a frame
    that begins so in short has come, "quiet" until nothing more comes."""

    def __init__(self, name, steps, frontend="", backend="", preface=PREFACE + frame(SETTINGS, 0, 0)):
        self.name, self.steps, self.frontend, self.backend, self.preface = name, steps, frontend, backend, preface


def case(*arguments, **more):
    CASES.append(Case(*arguments, **more))


def fields(*more, method="GET", path="/", scheme="http", authority="example.org"):
    pseudo = ((":method", method), (":scheme", scheme), (":authority", authority), (":path", path))
    return [f for f in pseudo if f[1] is not None] + list(more)


def encoded(*more, **pseudo):
    return block(*fields(*more, **pseudo))


def request(number=1, *more, ends=True, flags=4, **pseudo):
    return frame(HEADERS, flags | ends, number, encoded(*more, **pseudo))


def trailers(*more, ends=True, number=1):
    return frame(HEADERS, 4 | ends, number, block(*more))


def setting(number, value):
    return struct.pack(">HI", number, value)


ping = frame(PING, 0, 0, b"12345678")
POST = dict(method="POST", ends=False)
answered = ("until", "END 1")

# --- 3.4 the preface ------------------------------------------------------------------------------------------------
case("3.4 preface and settings", [])
case("3.4 preface cut", ["quiet", "half"], preface=PREFACE[:20])
for at in (1, 3, 4, 14, 16, 23):
    case(f"3.4 preface in two at {at}", [PREFACE[at:] + frame(SETTINGS, 0, 0) + request(), answered], preface=PREFACE[:at])
case("3.4 preface spoiled", [], preface=PREFACE[:-4] + b"\r\n\r.")
case("3.4 preface spoiled at SM", [], preface=b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + frame(SETTINGS, 0, 0))
case("3.4 no settings", [request(), answered], preface=PREFACE)
case("3.4 PING before settings", [ping], preface=PREFACE)
case("3.4 WINDOW_UPDATE before settings", [frame(WINDOW, 0, 0, code(5))], preface=PREFACE)
case("3.4 settings acknowledged first", [frame(SETTINGS, 1, 0) + request()], preface=PREFACE)
case("3.4 settings later", ["quiet", frame(SETTINGS, 0, 0) + request(), answered], preface=PREFACE)
case("3.4 half closed at once", ["half"])

# --- 4.1 frames -----------------------------------------------------------------------------------------------------
case("4.1 unknown type", [frame(0xBB, 0xFF, 0, b"x" * 8) + request(), answered])
case("4.1 unknown type on a stream", [request(1, **POST) + frame(0xBB, 0xFF, 1, b"x" * 8) + frame(DATA, 1, 1, b"x"), answered])
case("4.1 unknown type on an idle stream", [frame(0xBB, 0, 7, b"x") + request(), answered])
case("4.1 unknown flags of PING", [frame(PING, 0xFE, 0, b"12345678")])
case("4.1 unknown flags of HEADERS", [request(flags=4 | 0x80 | 0x40 | 0x10), answered])
case("4.1 reserved bit of PING", [frame(PING, 0, 1 << 31, b"12345678")])
case("4.1 reserved bit of HEADERS", [request(1 | 1 << 31), answered])
case("4.1 reserved bit of DATA", [request(1, **POST) + frame(DATA, 1, 1 | 1 << 31, b"x"), answered])
# --- 4.2 sizes ------------------------------------------------------------------------------------------------------
case("4.2 DATA of 16384", [request(1, **POST) + frame(DATA, 1, 1, b"x" * 16384), answered])
case("4.2 DATA of 16385", [request(1, **POST), 0.1, frame(DATA, 1, 1, b"x" * 16385)])
case("4.2 HEADERS of 16385", [frame(HEADERS, 5, 1, b"x" * 16385)])
case("4.2 HEADERS of 16385 with fields", [request(1, ("x", "y" * 16385))])
case("4.2 SETTINGS of 16386", [frame(SETTINGS, 0, 0, setting(3, 100) * 2731)])
case("4.2 unknown of 16385", [frame(0xBB, 0, 0, b"x" * 16385)])
case("4.2 PING of 16385", [frame(PING, 0, 0, b"x" * 16385)])
case("4.2 GOAWAY of 16384", [frame(GOAWAY, 0, 0, b"\0" * 16384) + request(), "quiet"])
case("4.2 PRIORITY of 16385", [frame(PRIORITY, 0, 1, b"x" * 16385)])
# --- 4.3 header blocks ----------------------------------------------------------------------------------------------
case("4.3 no HPACK", [frame(HEADERS, 5, 1, b"\x40\xff\xff\xff\xff\xff\xff")])
case("4.3 PRIORITY within", [request(flags=0) + frame(PRIORITY, 0, 1, code(0) + b"\x0f")])
case("4.3 HEADERS of another stream within", [request(flags=0) + request(3)])
case("4.3 unknown frame within", [request(flags=0) + frame(0xBB, 0, 0, b"x")])
case("4.3 PING within", [request(flags=0) + ping])
case("4.3 DATA within", [request(1, flags=0, **POST) + frame(DATA, 1, 1, b"x")])
case("4.3 SETTINGS within", [request(flags=0) + frame(SETTINGS, 0, 0)])
case("4.3 CONTINUATION of another stream", [request(flags=0) + frame(CONTINUATION, 4, 3)])
whole = encoded(("x-a", "1"), ("x-b", "2"))
for at in (0, 1, 5, len(whole) - 1, len(whole)):
    case(f"4.3 head in two at {at}", [frame(HEADERS, 1, 1, whole[:at]) + frame(CONTINUATION, 4, 1, whole[at:]), answered])
case("4.3 head in bytes", [frame(HEADERS, 1, 1, whole[:1]) + b"".join(frame(CONTINUATION, 0, 1, whole[i:i + 1]) for i in range(1, 30))
                           + frame(CONTINUATION, 4, 1, whole[30:]), answered])
case("4.3 head never ended", [request(flags=0), "quiet", "half"])
case("4.3 END_HEADERS and no END_STREAM of CONTINUATION", [frame(HEADERS, 0, 1, whole[:5]) + frame(CONTINUATION, 5, 1, whole[5:]) + frame(DATA, 1, 1, b"x"), answered])

# --- 5.1 states -----------------------------------------------------------------------------------------------------
for name, sent in {
    "DATA": frame(DATA, 1, 1, b"x"), "RST": frame(RST, 0, 1, code(8)), "WINDOW_UPDATE": frame(WINDOW, 0, 1, code(100)),
    "CONTINUATION": frame(CONTINUATION, 4, 1, whole), "PRIORITY": frame(PRIORITY, 0, 1, code(0) + b"\x0f"), "empty DATA": frame(DATA, 0, 1),
}.items():
    case(f"5.1 idle, {name}", [sent])
    case(f"5.1 idle, {name}, even", [sent[:8] + b"\x02" + sent[9:]])
    case(f"5.1 half closed, {name}", [request(1, path="/wait"), 0.1, sent])
    case(f"5.1 half closed by DATA, {name}", [request(1, path="/wait", **POST), 0.1, frame(DATA, 1, 1, b"x"), 0.1, sent])
    case(f"5.1 closed by RST, {name}", [request(1, path="/wait", **POST), 0.05, frame(RST, 0, 1, code(8)) + sent])
    case(f"5.1 closed by RST, later, {name}", [request(1, path="/wait", **POST), 0.05, frame(RST, 0, 1, code(8)), "quiet", sent])
    case(f"5.1 closed, {name}", [request(1), answered, sent])
    case(f"5.1 closed, another behind, {name}", [request(1), answered, request(3), ("until", "END 3"), sent])
    case(f"5.1 closed, another under way, {name}", [request(1), answered, request(3, path="/wait"), 0.1, sent])
    case(f"5.1 skipped, {name}", [request(5), ("until", "END 5"), sent])
    case(f"5.1 reset by the proxy, {name}", [request(1, ("Bad", "x"), **POST), ("until", "RST 1"), sent])
for name, more in {"END_STREAM": dict(), "no END_STREAM": dict(ends=False)}.items():
    sent = request(1, **more)
    case(f"5.1 half closed, HEADERS, {name}", [request(1, path="/wait"), 0.1, sent])
    case(f"5.1 half closed by DATA, HEADERS, {name}", [request(1, path="/wait", **POST), 0.1, frame(DATA, 1, 1, b"x"), 0.1, sent])
    case(f"5.1 closed by RST, HEADERS, {name}", [request(1, path="/wait", **POST), 0.05, frame(RST, 0, 1, code(8)) + sent])
    case(f"5.1 closed by RST, later, HEADERS, {name}", [request(1, path="/wait", **POST), 0.05, frame(RST, 0, 1, code(8)), "quiet", sent])
    case(f"5.1 closed, HEADERS, {name}", [request(1), answered, sent])
    case(f"5.1 reset by the proxy, HEADERS, {name}", [request(1, ("Bad", "x"), **POST), ("until", "RST 1"), sent])
    # --- 5.1.1 numbers
    case(f"5.1.1 lower number, {name}", [request(5), ("until", "END 5"), request(3, **more)])
    case(f"5.1.1 lower number, the higher under way, {name}", [request(5, path="/wait"), 0.05, request(3, **more)])
    case(f"5.1.1 lower number at once, {name}", [request(5) + request(3, **more)])
    case(f"5.1.1 even number, {name}", [request(2, **more)])
    case(f"5.1.1 even number behind, {name}", [request(1), answered, request(4, **more)])
case("5.1.1 lower number, in pieces", [request(5), ("until", "END 5"), frame(HEADERS, 1, 3, whole[:7]) + frame(CONTINUATION, 4, 3, whole[7:])])
case("5.1.1 the last number", [request((1 << 31) - 1), ("until", f"END {(1 << 31) - 1}")])
case("5.1.1 behind the last number", [request((1 << 31) - 1), ("until", f"END {(1 << 31) - 1}"), request(1)])
case("5.1.1 stream 0", [request(0)])
case("5.1.1 holes", [request(1), answered, request(9), ("until", "END 9"), request(11), ("until", "END 11")])
case("5.1.1 lower than a malformed one", [request(5, ("Bad", "x")), ("until", "RST 5"), request(3)])
case("5.1.2 more streams than may be", [b"".join(request(n, path="/wait") for n in range(1, 205, 2)) + ping, 0.2])
case("5.3 depends on itself", [frame(PRIORITY, 0, 1, code(1) + b"\x0f") + request(), answered])
case("5.3 HEADERS depends on itself", [frame(HEADERS, 0x25, 1, code(1) + b"\x0f" + whole), answered])
case("5.3 HEADERS with priority", [frame(HEADERS, 0x25, 1, code(1 << 31 | 7) + b"\xff" + whole), answered])
case("5.3 HEADERS with priority and padding", [frame(HEADERS, 0x2D, 1, b"\x03" + code(7) + b"\xff" + whole + b"\0\0\0"), answered])
case("5.3 trailers depend on itself", [request(1, **POST) + frame(DATA, 0, 1, b"x") + frame(HEADERS, 0x25, 1, code(1) + b"\x0f" + block(("x", "y"))), answered])
case("5.3 PRIORITY on all kinds", [frame(PRIORITY, 0, 1, code(3) + b"\0") + request() + frame(PRIORITY, 0, 1, code(3) + b"\0") + frame(PRIORITY, 0, 2, code(0) + b"\0"), answered])

# --- 6.1 DATA -------------------------------------------------------------------------------------------------------
case("6.1 stream 0", [frame(DATA, 1, 0, b"x")])
case("6.1 padded", [request(1, **POST) + frame(DATA, 9, 1, b"\x04abc" + bytes(4)), answered])
case("6.1 padded, junk", [request(1, **POST) + frame(DATA, 9, 1, b"\x04abc1234"), answered])
case("6.1 nothing but padding", [request(1, **POST) + frame(DATA, 9, 1, b"\x04" + bytes(4)), answered])
case("6.1 padding of 0", [request(1, **POST) + frame(DATA, 9, 1, b"\0abc"), answered])
case("6.1 padding as long as the frame", [request(1, **POST), 0.1, frame(DATA, 9, 1, b"\x04abc")])
case("6.1 padding longer", [request(1, **POST), 0.1, frame(DATA, 9, 1, b"\xffabc")])
case("6.1 padded and empty", [request(1, **POST), 0.1, frame(DATA, 9, 1, b"")])
case("6.1 empty, several", [request(1, **POST) + frame(DATA, 0, 1) * 5 + frame(DATA, 1, 1, b"x"), answered])
# --- 6.2 HEADERS ----------------------------------------------------------------------------------------------------
case("6.2 padded", [frame(HEADERS, 13, 1, b"\x04" + whole + bytes(4)), answered])
case("6.2 padding longer", [frame(HEADERS, 13, 1, b"\xff" + whole)])
case("6.2 padding as long", [frame(HEADERS, 13, 1, bytes([len(whole)]) + whole)])
case("6.2 padding one longer", [frame(HEADERS, 13, 1, bytes([len(whole) + 1]) + whole)])
case("6.2 padded and empty", [frame(HEADERS, 13, 1)])
case("6.2 priority cut", [frame(HEADERS, 0x25, 1, b"\0\0")])
case("6.2 priority and padding cut", [frame(HEADERS, 0x2D, 1, b"\0\0\0\0")])
case("6.2 empty", [frame(HEADERS, 5, 1)])
case("6.2 padding without CONTINUATION's", [frame(HEADERS, 9, 1, b"\x04" + whole[:6] + bytes(4)) + frame(CONTINUATION, 4, 1, whole[6:]), answered])
# --- 6.3 PRIORITY ---------------------------------------------------------------------------------------------------
case("6.3 stream 0", [frame(PRIORITY, 0, 0, code(0) + b"\x0f")])
for size in (0, 4, 6):
    case(f"6.3 of {size}", [request(1, path="/wait", **POST), 0.1, frame(PRIORITY, 0, 1, bytes(size))])
    case(f"6.3 of {size}, idle", [frame(PRIORITY, 0, 1, bytes(size))])
# --- 6.4 RST_STREAM -------------------------------------------------------------------------------------------------
case("6.4 stream 0", [frame(RST, 0, 0, code(8))])
for size in (0, 3, 5):
    case(f"6.4 of {size}", [request(1, path="/wait", **POST), 0.1, frame(RST, 0, 1, bytes(size))])
for number in (0, 1, 7, 8, 99):
    case(f"6.4 code {number}", [request(1, path="/wait", **POST), 0.1, frame(RST, 0, 1, code(number))])
    case(f"6.4 code {number}, whole request", [request(1, path="/wait"), 0.1, frame(RST, 0, 1, code(number))])
    case(f"6.4 code {number} in the body", [request(1, ("content-length", "9"), **POST) + frame(DATA, 0, 1, b"abc"), 0.1, frame(RST, 0, 1, code(number))])
case("6.4 at once", [request(1) + frame(RST, 0, 1, code(8)) + request(3), ("until", "END 3")])
# --- 6.5 SETTINGS ---------------------------------------------------------------------------------------------------
case("6.5 acknowledged with payload", [frame(SETTINGS, 1, 0, bytes(6))])
case("6.5 acknowledged with a byte", [frame(SETTINGS, 1, 0, b"x")])
case("6.5 acknowledged unasked", [frame(SETTINGS, 1, 0) * 3 + request(), answered])
case("6.5 on a stream", [frame(SETTINGS, 0, 1)])
for size in (1, 3, 5, 7, 11):
    case(f"6.5 of {size}", [frame(SETTINGS, 0, 0, bytes(size))])
case("6.5.2 push of 1", [frame(SETTINGS, 0, 0, setting(2, 1)) + request(), answered])
case("6.5.2 push of 2", [frame(SETTINGS, 0, 0, setting(2, 2))])
case("6.5.2 window of 2^31", [frame(SETTINGS, 0, 0, setting(4, 1 << 31))])
case("6.5.2 window of 2^31-1", [frame(SETTINGS, 0, 0, setting(4, (1 << 31) - 1)) + request(), answered])
case("6.5.2 frames of 16383", [frame(SETTINGS, 0, 0, setting(5, 16383))])
case("6.5.2 frames of 16384", [frame(SETTINGS, 0, 0, setting(5, 16384)) + request(), answered])
case("6.5.2 frames of 2^24-1", [frame(SETTINGS, 0, 0, setting(5, (1 << 24) - 1)) + request(), answered])
case("6.5.2 frames of 2^24", [frame(SETTINGS, 0, 0, setting(5, 1 << 24))])
case("6.5.2 connect of 1", [frame(SETTINGS, 0, 0, setting(8, 1)) + request(), answered])
case("6.5.2 connect of 2", [frame(SETTINGS, 0, 0, setting(8, 2)) + request(), answered])
case("6.5.2 table of 0", [frame(SETTINGS, 0, 0, setting(1, 0)) + request(), answered])
case("6.5.2 table of 2^32-1", [frame(SETTINGS, 0, 0, setting(1, 0xFFFFFFFF)) + request(), answered])
case("6.5.2 streams of 0", [frame(SETTINGS, 0, 0, setting(3, 0)) + request(), answered])
case("6.5.2 list of 0", [frame(SETTINGS, 0, 0, setting(6, 0)) + request(), answered])
case("6.5.2 unknown", [frame(SETTINGS, 0, 0, setting(0xFF, 1)) + request(), answered])
case("6.5.2 number 0", [frame(SETTINGS, 0, 0, setting(0, 1)) + request(), answered])
case("6.5.3 window twice", [frame(SETTINGS, 0, 0, setting(4, 100) + setting(4, 1)) + request(), ("until", "HEADERS 1")])
case("6.5.3 each acknowledged", [frame(SETTINGS, 0, 0) * 3 + ping])
# --- 6.6 PUSH_PROMISE -----------------------------------------------------------------------------------------------
case("6.6 promise", [request(1, path="/wait"), 0.1, frame(PUSH, 4, 1, code(2) + whole)])
case("6.6 promise on stream 0", [frame(PUSH, 4, 0, code(2) + whole)])
case("6.6 promise on an idle stream", [frame(PUSH, 4, 1, code(2) + whole)])
# --- 6.7 PING -------------------------------------------------------------------------------------------------------
case("6.7 answered", [ping])
case("6.7 three", [ping + frame(PING, 0, 0, b"abcdefgh") + ping])
case("6.7 acknowledged unasked", [frame(PING, 1, 0, b"12345678") + frame(PING, 0, 0, b"abcdefgh")])
case("6.7 on a stream", [frame(PING, 0, 1, b"12345678")])
for size in (0, 6, 7, 9):
    case(f"6.7 of {size}", [frame(PING, 0, 0, bytes(size))])
    case(f"6.7 of {size}, acknowledged", [frame(PING, 1, 0, bytes(size))])
# --- 6.8 GOAWAY -----------------------------------------------------------------------------------------------------
case("6.8 on a stream", [frame(GOAWAY, 0, 1, bytes(8))])
for size in (0, 4, 7):
    case(f"6.8 of {size}", [frame(GOAWAY, 0, 0, bytes(size))])
for number in (0, 1, 99):
    case(f"6.8 code {number}", [frame(GOAWAY, 0, 0, code(0) + code(number))])
    case(f"6.8 code {number}, a request behind", [frame(GOAWAY, 0, 0, code(0) + code(number)), "quiet", request(), "quiet"])
    case(f"6.8 code {number}, with text", [frame(GOAWAY, 0, 0, code(0) + code(number) + b"because")])
    case(f"6.8 code {number}, a stream under way", [request(1, **POST), 0.05, frame(GOAWAY, 0, 0, code(0) + code(number)), 0.05, frame(DATA, 1, 1, b"x"), "quiet"])
case("6.8 of an unknown stream", [frame(GOAWAY, 0, 0, code(99) + code(0))])
# --- 6.9 windows ----------------------------------------------------------------------------------------------------
case("6.9 of 0", [frame(WINDOW, 0, 0, code(0))])
case("6.9 of 0 on a stream", [request(1, path="/wait", **POST), 0.1, frame(WINDOW, 0, 1, code(0))])
for size in (0, 3, 5):
    case(f"6.9 of {size} bytes", [frame(WINDOW, 0, 0, bytes(size))])
    case(f"6.9 of {size} bytes on a stream", [request(1, path="/wait", **POST), 0.1, frame(WINDOW, 0, 1, bytes(size))])
case("6.9 reserved bit", [frame(WINDOW, 0, 0, code(1 << 31 | 5)) + request(), answered])
case("6.9.1 over the limit", [frame(WINDOW, 0, 0, code(0x7FFFFFFF))])
case("6.9.1 over the limit in two", [frame(WINDOW, 0, 0, code(0x40000000)) * 2])
case("6.9.1 up to the limit", [frame(WINDOW, 0, 0, code(0x7FFFFFFF - 65535)) + request(), answered])
case("6.9.1 over the limit on a stream", [request(1, path="/wait", **POST), 0.1, frame(WINDOW, 0, 1, code(0x7FFFFFFF))])
case("6.9.1 window of a byte", [request(), ("until", "HEADERS 1"), "quiet", frame(WINDOW, 0, 1, code(1)), answered], preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 1)))
case("6.9.2 window of nothing", [request(), ("until", "HEADERS 1"), "quiet", frame(SETTINGS, 0, 0, setting(4, 1)), "quiet", frame(SETTINGS, 0, 0, setting(4, 2)), answered],
     preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 0)))
case("6.9.2 window made negative", [request(1, path="/size/100"), ("until", "HEADERS 1"), "quiet", frame(SETTINGS, 0, 0, setting(4, 5)), "quiet", frame(WINDOW, 0, 1, code(10)), "quiet",
                                    frame(SETTINGS, 0, 0, setting(4, 60)), "quiet", frame(SETTINGS, 0, 0, setting(4, 100)), answered],
     preface=PREFACE + frame(SETTINGS, 0, 0, setting(4, 20)))
case("6.9.2 over by a setting", [request(1, path="/wait", **POST), 0.1, frame(WINDOW, 0, 1, code(0x7FFFFFFF - 65535)), 0.05, frame(SETTINGS, 0, 0, setting(4, 65536))])
case("6.9.1 more than the window", [request(1, path="/wait", **POST), 0.1, frame(DATA, 0, 1, b"x" * 16384) * 5, 0.1])
case("6.9 answer in windows", [request(1, path="/size/100000"), ("until", "HEADERS 1"), "quiet", frame(WINDOW, 0, 1, code(50000)), "quiet", frame(WINDOW, 0, 0, code(50000)), answered])
# --- 6.10 CONTINUATION ----------------------------------------------------------------------------------------------
case("6.10 several", [frame(HEADERS, 1, 1, whole[:3]) + frame(CONTINUATION, 0, 1, whole[3:9]) + frame(CONTINUATION, 0, 1) + frame(CONTINUATION, 4, 1, whole[9:]), answered])
case("6.10 stream 0", [frame(HEADERS, 1, 1, whole[:3]) + frame(CONTINUATION, 4, 0, whole[3:])])
case("6.10 behind END_HEADERS", [request(1, path="/wait"), 0.1, frame(CONTINUATION, 4, 1, whole)])
case("6.10 behind its own END_HEADERS", [frame(HEADERS, 1, 1, whole[:3]) + frame(CONTINUATION, 4, 1, whole[3:]) + frame(CONTINUATION, 4, 1, whole)])
case("6.10 behind DATA", [request(1, **POST), 0.1, frame(DATA, 0, 1, b"x") + frame(CONTINUATION, 4, 1, whole)])
case("6.10 alone on stream 0", [frame(CONTINUATION, 4, 0, whole)])
case("6.10 unknown flags", [frame(HEADERS, 1, 1, whole[:3]) + frame(CONTINUATION, 0xFF, 1, whole[3:]), answered])

# --- 8.1 messages ---------------------------------------------------------------------------------------------------
case("8.1 trailers", [request(1, **POST) + frame(DATA, 0, 1, b"abc") + trailers(("x-t", "1")), answered])
case("8.1 trailers behind a length", [request(1, ("content-length", "3"), **POST) + frame(DATA, 0, 1, b"abc") + trailers(("x-t", "1")), answered])
case("8.1 trailers without END_STREAM", [request(1, **POST) + frame(DATA, 0, 1, b"abc") + trailers(("x-t", "1"), ends=False)])
case("8.1 trailers behind nothing", [request(1, **POST) + trailers(("x-t", "1")), answered])
case("8.1 trailers in two", [request(1, **POST) + frame(DATA, 0, 1, b"abc") + frame(HEADERS, 1, 1, block(("x-t", "1"))) + frame(CONTINUATION, 4, 1, block(("x-u", "2"))), answered])
case("8.1 trailers empty", [request(1, **POST) + frame(DATA, 0, 1, b"abc") + trailers(), answered])
for name, more in {"pseudo-header": (":path", "/"), "upper case": ("X-T", "1"), "connection": ("connection", "x"), "transfer-encoding": ("transfer-encoding", "chunked"),
                   "content-length": ("content-length", "3"), "host": ("host", "x"), "LF": ("x", "a\nb"), "empty name": ("", "x"), "status": (":status", "200"), "te": ("te", "gzip")}.items():
    case(f"8.1 trailers with {name}", [request(1, **POST) + frame(DATA, 0, 1, b"abc") + trailers(("x-a", "1"), more), "quiet"])
case("8.1 second HEADERS is a request", [request(1, **POST), 0.1, request(1, ends=False)])
# --- 8.1.1 lengths
for name, length, sent in (("short", "5", b"abc"), ("long", "2", b"abc"), ("right", "3", b"abc"), ("none", "0", b""), ("none but sent", "0", b"a")):
    case(f"8.1.1 length {name}", [request(1, ("content-length", length), **POST), 0.1, frame(DATA, 1, 1, sent), "quiet"])
    case(f"8.1.1 length {name}, later", [request(1, ("content-length", length), **POST), 0.1, frame(DATA, 0, 1, sent), 0.1, frame(DATA, 1, 1), "quiet"])
    case(f"8.1.1 length {name}, trailers", [request(1, ("content-length", length), **POST), 0.1, frame(DATA, 0, 1, sent) + trailers(("x", "y")), "quiet"])
    case(f"8.1.1 length {name}, END_STREAM", [request(1, ("content-length", length), method="POST"), "quiet"])
case("8.1.1 lengths several", [request(1, ("content-length", "3"), **POST) + frame(DATA, 0, 1, b"a") + frame(DATA, 0, 1, b"b") + frame(DATA, 1, 1, b"cd"), "quiet"])
for name, values in {"plus": ["+3"], "empty": [""], "list": ["3, 3"], "list differs": ["3, 4"], "twice": ["3", "3"], "differ": ["3", "4"], "hex": ["0x3"], "minus": ["-3"],
                     "blank": ["3 "], "huge": ["99999999999999999999"], "over 2^63": ["9223372036854775808"], "comma": ["3,"], "zeros": ["003"]}.items():
    case(f"8.1.1 length as {name}", [request(1, *(("content-length", v) for v in values), **POST) + frame(DATA, 1, 1, b"abc"), "quiet"])
for method in ("GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"):
    case(f"8.1 {method}", [request(1, method=method), answered if method != "HEAD" else ("until", "HEADERS 1")])
    case(f"8.1 {method} with a body", [request(1, method=method, ends=False) + frame(DATA, 1, 1, b"abc"), answered if method != "HEAD" else ("until", "HEADERS 1")])
# --- 8.2 fields -----------------------------------------------------------------------------------------------------
def single(name, *more, **pseudo):
    case(name, [request(1, *more, **pseudo), "quiet"])


def blocked(name, *all):
    case(name, [frame(HEADERS, 5, 1, block(*all)), "quiet"])


G = [(":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", "/")]
for character in range(256):
    if chr(character).islower() or chr(character).isdigit() or character in b"-_":
        continue
    case(f"8.2.1 name with {character:#04x}", [frame(HEADERS, 5, 1, block(*G) + b"\0\x03a" + bytes([character]) + b"b\x01v"), "quiet"])
for character in (*range(0, 34), 127, 128, 255):
    case(f"8.2.1 value with {character:#04x}", [frame(HEADERS, 5, 1, block(*G) + b"\0\x01a\x03x" + bytes([character]) + b"y"), "quiet"])
    for where, value in (("first", bytes([character]) + b"xy"), ("last", b"xy" + bytes([character]))):
        case(f"8.2.1 value with {character:#04x} {where}", [frame(HEADERS, 5, 1, block(*G) + b"\0\x01a\x03" + value), "quiet"])
single("8.2.1 upper-case name", ("Upper", "x"))
single("8.2.1 empty name", ("", "x"))
single("8.2.1 empty name and value", ("", ""))
single("8.2.1 empty value", ("x", ""))
single("8.2.1 colon alone", (":", "x"))
single("8.2.1 long name", ("x" * 300, "y"))
single("8.2.1 long value", ("x", "y" * 5000))
for name, value in (("connection", "close"), ("connection", "keep-alive"), ("connection", ""), ("proxy-connection", "x"), ("keep-alive", "1"), ("transfer-encoding", "chunked"),
                    ("transfer-encoding", "identity"), ("upgrade", "x"), ("upgrade", "h2c"), ("te", "trailers"), ("te", "gzip"), ("te", "trailers, gzip"), ("te", ""), ("te", "Trailers"),
                    ("http2-settings", "AAMAAABkAARAAAAAAAIAAAAA"), ("expect", "100-continue"), ("trailer", "x"), ("date", "x"), ("via", "1.1 a")):
    single(f"8.2.2 {name}: {value}", (name, value))
single("8.2.3 cookies", ("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3; d=4"))
single("8.2.3 cookies, empty", ("cookie", ""), ("cookie", "b=2"), ("cookie", ""))
single("8.2.3 one cookie", ("cookie", "a=1"))
# --- 8.3 pseudo-header fields ---------------------------------------------------------------------------------------
single("8.3 unknown", (":what", "x"))
single("8.3 status", (":status", "200"))
single("8.3 behind fields", ("x", "y"), (":path", "/b"), path=None)
single("8.3 authority behind fields", ("x", "y"), (":authority", "b"), authority=None)
for pseudo in ("method", "scheme", "authority", "path"):
    single(f"8.3.1 no {pseudo}", **{pseudo: None})
    single(f"8.3.1 empty {pseudo}", **{pseudo: ""})
    single(f"8.3.1 {pseudo} twice", (":" + pseudo, "GET"))
    for character in (*range(0, 34), 34, 35, 37, 40, 44, 47, 58, 60, 62, 63, 64, 91, 92, 93, 94, 96, 123, 124, 125, 126, 127, 128, 255):
        value = {"method": b"G%cT", "scheme": b"ht%ctp", "authority": b"ex%cample", "path": b"/a%cb"}[pseudo] % character
        parts = b"".join(b"\0" + bytes([len(n)]) + n.encode() + bytes([len(value if n[1:] == pseudo else v)]) + (value if n[1:] == pseudo else v.encode()) for n, v in G)
        case(f"8.3.1 {pseudo} with {character:#04x}", [frame(HEADERS, 5, 1, parts), "quiet"])
for path in ("x", "*", "//", "/?", "?", "http://example.org/", "http://other.org/x", "/%00", "/a#b", "/..", "/a b"):
    single(f"8.3.1 path {path}", path=path)
    single(f"8.3.1 path {path}, OPTIONS", path=path, method="OPTIONS")
for scheme in ("https", "ftp", "HTTP", "http://", "x+y", "1x", "", "ws", "http:"):
    single(f"8.3.1 scheme {scheme}", scheme=scheme)
for authority in ("example.org:80", "example.org:443", "example.org:8080", "user@example.org", "[::1]", "[::1]:80", "EXAMPLE.org", "a,b", "a b", "/", "a/b", "a?b", "a#b", ":80", "a:", "a:x", "x" * 300):
    single(f"8.3.1 authority {authority[:30]}", authority=authority)
    single(f"8.3.1 host {authority[:30]}", ("host", authority), authority=None)
single("8.3.1 host the same", ("host", "example.org"))
single("8.3.1 host differs", ("host", "other.org"))
single("8.3.1 host twice", ("host", "example.org"), ("host", "example.org"))
single("8.3.1 host twice, without authority", ("host", "example.org"), ("host", "example.org"), authority=None)
single("8.3.1 host twice and they differ", ("host", "a"), ("host", "b"), authority=None)
single("8.3.1 host empty", ("host", ""))
single("8.3.1 host empty, without authority", ("host", ""), authority=None)
single("8.3.1 neither", authority=None)
blocked("8.3.1 any order", G[3], G[2], G[1], G[0])
blocked("8.3.1 only method", G[0])
blocked("8.3.1 only fields", ("x", "y"))
# --- 8.5 CONNECT ----------------------------------------------------------------------------------------------------
blocked("8.5 CONNECT", (":method", "CONNECT"), (":authority", "example.org:443"))
blocked("8.5 CONNECT without a port", (":method", "CONNECT"), (":authority", "example.org"))
blocked("8.5 CONNECT without authority", (":method", "CONNECT"))
blocked("8.5 CONNECT with a scheme", (":method", "CONNECT"), (":authority", "x:1"), (":scheme", "http"))
blocked("8.5 CONNECT with a path", (":method", "CONNECT"), (":authority", "x:1"), (":path", "/"))
blocked("8.5 CONNECT with all", (":method", "CONNECT"), *G[1:])
blocked("8.5 protocol and no CONNECT", *G, (":protocol", "websocket"))
blocked("8.5 protocol and no path", (":method", "CONNECT"), (":protocol", "websocket"), G[1], G[2])
blocked("8.5 protocol and no scheme", (":method", "CONNECT"), (":protocol", "websocket"), G[3], G[2])
blocked("8.5 protocol and no authority", (":method", "CONNECT"), (":protocol", "websocket"), G[1], G[3])
blocked("8.5 protocol twice", (":method", "CONNECT"), (":protocol", "websocket"), (":protocol", "websocket"), *G[1:])
blocked("8.5 protocol empty", (":method", "CONNECT"), (":protocol", ""), *G[1:])
blocked("8.5 protocol behind fields", (":method", "CONNECT"), *G[1:], ("x", "y"), (":protocol", "websocket"))

# --- RFC 7541 -------------------------------------------------------------------------------------------------------
def hpacked(name, data, **more):
    case("HPACK " + name, [frame(HEADERS, 5, 1, data), "quiet"], **more)


g = block(*G)
hpacked("2.3.3 index out of the table", g + b"\xff\x80\x01")
hpacked("2.3.3 index of the first dynamic entry, which there is", g[:0] + b"\x82\x86\x84\x41\x01x\x40\x01a\x01b\xbe")
hpacked("2.3.3 name index out of the table", g + b"\x7f\xff\x80\x01\x01v")
hpacked("4.2 size update behind fields", g + b"\x20")
hpacked("4.2 size update in front", b"\x20" + g)
hpacked("4.2 size update twice in front", b"\x20\x3f\xe1\x1f" + g)
hpacked("4.2 size update three times", b"\x20\x20\x20" + g)
hpacked("5.1 integer without end", g + b"\x40\x7f" + b"\xff" * 20)
hpacked("5.1 integer over 32 bits", g + b"\xff\xff\xff\xff\xff\xff\x7f")
hpacked("5.1 integer with zeros behind", g + b"\x00\x01a\x7f\x80\x80\x80\x80\x00" + b"v" * 127)
hpacked("5.2 literal cut", g + b"\x40\x0a:meth")
hpacked("5.2 value missing", g + b"\x40\x01a")
hpacked("5.2 padding longer than 7 bits", g + b"\x00\x85\xf2\xb2\x4a\x84\xff\x01v")
hpacked("5.2 padding of zeros", g + b"\x00\x83\x0c\x00\x00\x01v")
hpacked("5.2 padding with a zero", g + b"\x00\x81\x1e\x01v")
hpacked("5.2 EOS", g + b"\x00\x85\xf2\xb2\x4a\x87\xff\x84\xff\xff\xff\xff\x01v")
hpacked("5.2 EOS alone", g + b"\x00\x84\xff\xff\xff\xff\x01v")
hpacked("5.2 Huffman", hpack.Encoder().encode([*G, ("x-a", "hello")], huffman=True))
hpacked("6.1 index 0", g + b"\x80")
hpacked("6.2.2 without indexing, name indexed", g + b"\x04\x02/x")
hpacked("6.2.2 user-agent without indexing", g + b"\x0f\x2b\x01v")
hpacked("6.2.3 never indexed", g + b"\x10\x01a\x01v")
hpacked("6.3 size update over the limit", b"\x3f\xe1\xff\x07" + g)
hpacked("6.3 size update to the limit", b"\x3f\xe1\x1f" + g)
hpacked("6.3 size update one over", b"\x3f\xe2\x1f" + g)
hpacked("empty", b"")
for index in (1, 2, 8, 9, 16, 38, 61, 62):
    hpacked(f"static index {index}", g + bytes([0x80 | index]))
case("HPACK table across requests", [frame(HEADERS, 5, 1, g + b"\x40\x03x-a\x03one"), answered, frame(HEADERS, 5, 3, g + b"\xbe"), ("until", "END 3")])
case("HPACK table emptied", [frame(HEADERS, 5, 1, g + b"\x40\x03x-a\x03one"), answered, frame(HEADERS, 5, 3, b"\x20" + g + b"\xbe")])
case("HPACK table kept by a refused head", [frame(HEADERS, 5, 1, g + b"\x40\x03x-a\x03one\x00\x01X\x01v"), ("until", "RST 1"), frame(HEADERS, 5, 3, g + b"\xbe"), "quiet"])
case("HPACK table kept by trailers", [frame(HEADERS, 4, 1, block((":method", "POST"), *G[1:])) + frame(HEADERS, 5, 1, b"\x40\x03x-a\x03one"), answered,
                                      frame(HEADERS, 5, 3, g + b"\xbe"), "quiet"])
case("HPACK table kept by trailers of a reset stream", [frame(HEADERS, 4, 1, block((":method", "POST"), (":path", "/wait"), *G[1:3])), 0.05, frame(RST, 0, 1, code(8)) + frame(HEADERS, 5, 1, b"\x40\x03x-a\x03one")
                                                        + frame(HEADERS, 5, 3, g + b"\xbe"), "quiet"])
# --- tune.h2 and more -----------------------------------------------------------------------------------------------
case("two requests at once", [request(1) + request(3), answered, ("until", "END 3")])
case("a request and what is no frame", [request(1), answered, b"GET / HTTP/1.1\r\n\r\n"])
case("HTTP/1 on prior knowledge", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "quiet"], preface=b"")
case("closed in a frame", [request(1, **POST) + frame(DATA, 1, 1, b"abcdef")[:12], "quiet", "half"])
case("closed in a body", [request(1, ("content-length", "9"), **POST) + frame(DATA, 0, 1, b"abc"), "quiet", "half"])
case("closed while an answer is awaited", [request(1, path="/wait"), "quiet", "half"])
case("closed behind a request", [request(1), "half"])

# --- where HAProxy does otherwise -----------------------------------------------------------------------------------
# pattern of names, what is not compared, why, and what is to be among Weir's frames, its end or its log
ALL = "all"
RESET, GONE, SERVED, REFUSED = ("RST 1 PROTOCOL_ERROR",), ("GOAWAY PROTOCOL_ERROR", "closed"), ("'200'",), ("'400'",)
CLOSED, AS400, ORDER = "GOAWAY STREAM_CLOSED", ("'400'",), ("server", "log", "counters")
DIFFERS = [
    (r"3.4 (no settings|PING before settings|WINDOW_UPDATE before settings|settings acknowledged first)", (ALL,), "it closes without GOAWAY", GONE),
    (r"3.4 preface (cut|spoiled.*)", ("log", "end"), "it counts the bytes of this answer, with its names in lower case", ("400 Bad request",)),
    (r"4.1 unknown type on an idle stream", (ALL,), "it refuses what section 4.1 has it ignore", SERVED),
    (r"4.3 head in two at 0", (ALL,), "it knows no empty HEADERS", SERVED),
    (r"6.2 empty|HPACK empty", (ALL,), "it knows no empty HEADERS", RESET),
    (r"8.1 trailers empty", (ALL,), "it knows no empty HEADERS", SERVED),
    (r"4.2 DATA of 16385|5.3 depends on itself|6.9 of 0|6.10 behind END_HEADERS|6.5.2 window of 2\^31", ("log",), "it has a line for some errors only", ("GOAWAY",)),
    (r"5.1 idle, RST.*|6.4 (stream 0|of \d)", ("counters",), "it counts no frames of resets that make no sense", ("GOAWAY",)),
    (r"5.1 .*, CONTINUATION", (ALL,), "it calls the error STREAM_CLOSED", GONE),
    (r"5.1 half closed.*, HEADERS.*", (ALL,), "it calls the error PROTOCOL_ERROR", (CLOSED, "closed")),
    (r"5.1 reset by the proxy, .*", (ALL,), "it knows no streams that it has refused", RESET),
    (r"5.1.1 lower than a malformed one", (ALL,), "it knows no streams that it has refused", ("RST 5", CLOSED)),
    (r"5.1.1 lower number at once.*|6.4 at once|6.10 behind its own END_HEADERS|8.1.1 lengths several", ORDER, "it looks at requests behind all that has come", ()),
    (r"5.1.2 .*", (ALL,), "it refuses streams over the limit, which wait here until there is room", ()),
    (r"5.3 trailers depend on itself", (ALL,), "RFC 9113 has no priorities", SERVED),
    (r"6.[12] padded and empty|6.2 priority.* cut|6.5 acknowledged with payload", ("frames", "counters"), "it calls the error FRAME_SIZE_ERROR", ("GOAWAY", "closed")),
    (r"6.5 acknowledged unasked|6.5.2 connect of 2|6.8 of an unknown stream", (ALL,), "it takes what makes no sense", GONE),
    (r"6.5.3 window twice", ("log",), "its stream ends with the last byte", ()),
    (r"6.9 of 0 on a stream", (ALL,), "it ends the stream alone", GONE),
    (r"6.9 reserved bit", (ALL,), "it does not ignore the reserved bit", SERVED),
    (r"6.9.1 over the limit on a stream", ("counters",), "it counts the error as a stream's", ("RST 1 FLOW_CONTROL_ERROR",)),
    (r"6.9.2 over by a setting|6.9.1 more than the window", (ALL,), "it lets the stream go on", ("RST 1 FLOW_CONTROL_ERROR",)),
    (r"8.1 trailers without END_STREAM|8.1 second HEADERS is a request|8.1 trailers with empty name", (ALL,), "it ends the connection", RESET),
    (r"8.1 trailers with (pseudo-header|upper case|connection|transfer-encoding|LF|status|te)", (ALL,), "it has trailers of which the server has seen a part", RESET),
    (r"8.1 trailers with (content-length|host)", (ALL,), "it has trailers of which the server has seen a part", AS400),
    (r"8.1.1 length short, trailers", (ALL,), "it waits for the rest", RESET),
    (r"8.1.1 length .*, END_STREAM", (ALL,), "it drops a length that does not come true", ()),
    (r"8.1.1 length long, (later|trailers)", (ALL,), "it calls what comes behind a reset an error", RESET),
    (r"8.1.1 length none.*", (ALL,), "it calls what comes behind a reset an error, and resets requests that lack only END_STREAM", SERVED),
    (r"8.1.1 length as (plus|empty|list differs|differ|hex|minus|huge|comma)", (ALL,), "it ends the connection for what comes behind the reset", RESET),
    (r"8.1.1 length as (list|blank)", (ALL,), "it takes lists of one number", RESET),
    (r"8.1.1 length as over 2\^63", (ALL,), "it counts up to 2^64", RESET),
    (r"8.2.1 name with 0x5a", (ALL,), "it forgets about Z", RESET),
    (r"8.2.1 value with 0x(09|20) (first|last)", ("server",), "it passes blanks around a value on", SERVED),
    (r"8.2.1 value with 0x(0[1-8abcdef]|1.|7f).*", (ALL,), "it passes control characters on", ("RST 1 PROTOCOL_ERROR",)),
    (r"8.2.1 empty name.*", (ALL,), "it ends the connection", RESET),
    (r"8.2.1 long name", (ALL,), "it resets the stream", AS400),
    (r"8.2.2 te: Trailers", (ALL,), "it minds the case", SERVED),
    (r"8.2.2 http2-settings.*|8.2.3 cookies, empty|8.3.1 host empty, without authority", ("server",), "it passes the field on as it is", SERVED),
    (r"8.3.1 method with 0x(?!21|23|25|5e|60|7c|7e).*|8.3.1 (empty scheme|scheme( with)? .*)|8.3.1 path with 0x7f", (ALL,), "it answers 400", ()),
    (r"8.3.1 (authority|host) (with .*|user@.*|a,b|a b|/|a/b|a\?b|a#b)|8.3.1 empty authority|8.3.1 path \*|8.3.1 host twice and they differ", (ALL,), "it is laxer", ()),
    (r"8.3.1 authority (:80|a:x)|8.5 CONNECT without a port", (ALL,), "it checks these in HTTP/1 only", AS400),
    (r"8.5 CONNECT", ("frames", "server"), "it keeps the port, and the length of an answer that opens a tunnel", SERVED),
    (r"8.5 protocol (and no CONNECT|empty)", (ALL,), "it is laxer", RESET),
    (r"HPACK table across requests", (ALL,), "the peers close at the same moment", ()),
    (r"HPACK table emptied", (ALL,), "it finds entries that were thrown out", ("GOAWAY COMPRESSION_ERROR",)),
    (r"two requests at once", ("frames", "log"), "which ends first is chance", ()),
    (r"closed in a frame|closed in a body", (ALL,), "it answers 400", ("CD--",)),
]
