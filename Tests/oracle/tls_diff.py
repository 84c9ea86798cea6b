"""What is seen of TLS on both sides: how connections end, what is logged and counted of them."""
import tempfile

import certificates
import harness
from harness import Answer, Case, answer, close, hang, ok, reset
from wire_diff import get, post

CASES = []
BIND = "ssl crt @CERTIFICATES@/a.pem"
SERVER = "ssl verify none"


def case(name, client, origin=None, **more):
    CASES.append(Case(name, client if isinstance(client, list) else [client], [ok()] if origin is None else origin, **more))


def front(name, client, origin=None, bind="", tls=None, **more):
    """TLS on the client's side"""
    case("client: " + name, client, origin, bind=f"{BIND} {bind}".strip(), tls=tls or {}, **more)


def back(name, client, origin=None, server="", **more):
    """TLS on the server's side"""
    case("server: " + name, client, origin, server=f"{SERVER} {server}".strip(), origin_tls={}, **more)


def both(name, client, origin=None, **more):
    case("both: " + name, client, origin, bind=BIND, tls={}, server=SERVER, origin_tls={}, **more)


def ends():
    """a server's end with and without the alert, in every framing of a body"""
    bodies = {
        "until close": (b"HTTP/1.1 200 OK\r\n\r\nabc", b"def"),
        "until close, 1.0": (b"HTTP/1.0 200 OK\r\n\r\nabc", b"def"),
        "length, short": (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"def"),
        "length, whole": (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nabc", b"def"),
        "chunked, short": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"3\r\ndef\r\n"),
        "chunked, whole": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", b"3\r\ndef\r\n0\r\n\r\n"),
        "head, short": (b"HTTP/1.1 200 OK\r\nX: ", b"y\r\n"),
        "nothing": (b"", b""),
    }
    for name, (first, second) in bodies.items():
        is_cut = dict(laxer="what may have been cut passes as whole", wanted=b"HTTP/1.", wanted_end="reset", wanted_log="SD--")
        for end in ("close", "cut", "reset"):
            for label, parts in (("at once", [(0, first + second)]), ("later", [(0, first), (0.05, second)])):
                if "chunked" in name and label == "at once" or end == "reset" and "whole" in name:
                    continue  # chunks that came together are merged by HAProxy; whether it sees the reset is chance
                skip = ("counters",) if end == "reset" and label == "at once" else ()  # whether it is met with the data is chance
                back(f"{name}, {end} {label}", get(), [Answer(parts, end)], skip=skip,
                     **(is_cut if "until" in name and end == "cut" else {}))
        both(f"{name}, cut", get(), [Answer([(0, first), (0.05, second)], "cut")], **(is_cut if "until" in name else {}))
        front(f"{name}, clear server closes", get(), [Answer([(0, first), (0.05, second)], "close")])
        front(f"{name}, clear server resets", get(), [Answer([(0, first), (0.05, second)], "reset")],
              **(is_cut if "until" in name else {}))
    for end in ("close", "cut", "reset", "half"):
        back(f"tcp, {end}", [b"x", "read"], [Answer([("read", 1), (0, b"yy")], end)], mode="tcp", log="option tcplog")
        back(f"tcp, {end} at once", [b"x"], [Answer([], end)], mode="tcp", log="option tcplog")
        both(f"tcp, {end}", [b"x", "read"], [Answer([("read", 1), (0, b"yy")], end)], mode="tcp", log="option tcplog")
    back("kept connection cut", [get(), "read", 0.1, get(), "read"], [ok(end="cut"), ok()])
    requests = {
        "length": post(b"Content-Length: 10\r\n", b"abc"),
        "chunked": post(b"Transfer-Encoding: chunked\r\n", b"3\r\nabc\r\n"),
        "head": b"GET / HTTP/1.1\r\nHost: x\r\n",
        "whole": get(),
    }
    for name, request in requests.items():
        for end in ("close", "cut", "reset", "half"):
            front(f"request, {name}, {end}", [request, 0.1, end], [hang()] if name != "head" else [])
    for end in ("close", "cut", "reset", "half"):
        front(f"no request, {end}", [0.02, end], [])
        front(f"tcp, {end}", [b"x", "read", end], [Answer([("read", 1), (0, b"yy")], "hang")], mode="tcp", log="option tcplog")


ends()


def compare(weir, haproxy, only=""):
    with tempfile.TemporaryDirectory(prefix="certificates") as folder:
        certificates.make(folder)
        harness.CERTIFICATES = folder
        head = harness.HEAD
        for each in CASES:
            each.bind, each.server = (text.replace("@CERTIFICATES@", folder) for text in (each.bind, each.server))
        return harness.compare("tls", CASES, weir, haproxy, only, head)
