"""What is logged: every kind of end an exchange can have, in every log format."""
import cache_cases
import content_cases
import harness
from harness import Answer, Case, answer, close, hang, ok, reset
from wire_diff import get, post

CASES = []


def case(name, client, origin=None, **more):
    CASES.append(Case(name, client if isinstance(client, list) else [client], [ok()] if origin is None else origin, **more))


# What happens in an exchange, apart from how it is logged: name -> (client, origin, lines of the backend, of the server).
HTTP = {
    "normal": ([get(b"User-Agent: ua/1\r\nReferer: http://x/\r\n", target=b"/path?q=1")], [ok()], (), ""),
    "two requests": ([get(target=b"/1"), "read", get(target=b"/2")], [ok(b"1"), ok(b"22")], (), ""),
    "client sends nothing": ([0.01, "close"], [], (), ""),
    "client sends nothing and waits": ([], [], (), ""),
    "client leaves in the head": ([b"GET / HT", 0.05, "close"], [], (), ""),
    "client resets in the head": ([b"GET / HT", 0.05, "reset"], [], (), ""),
    "client stops in the head": ([b"GET / HT"], [], (), ""),
    "bad request": ([b"GET / HTTP/1.1\r\n: x\r\n\r\n"], [], (), ""),
    "client leaves in the body": ([post(b"Content-Length: 10\r\n", b"abc"), 0.1, "close"], [hang()], (), ""),
    "client stops in the body": ([post(b"Content-Length: 10\r\n", b"abc")], [hang()], (), ""),
    "bad chunk in the body": ([post(b"Transfer-Encoding: chunked\r\n", b""), 0.1, b"zz\r\n"], [hang()], (), ""),
    "client leaves before the answer": ([get(), 0.1, "close"], [hang()], (), ""),
    "client leaves before the answer, abortonclose": ([get(), 0.1, "close"], [hang()], ("option abortonclose",), ""),
    "client leaves in the answer": ([get(), "read", "reset"],
                                    [Answer([(0, b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n" + b"x" * 600000), (0.3, b"x" * 300000)])],
                                    (), ""),
    "server refuses": ([get()], "refuse", (), ""),
    "server refuses, no retry": ([get()], "refuse", ("retries 0",), ""),
    "server closes at once": ([get()], [close()], (), ""),
    "server resets at once": ([get()], [reset()], (), ""),
    "server silent": ([get()], [hang()], (), ""),
    "server talks nonsense": ([get()], [answer(b"nonsense\r\n\r\n", "close")], (), ""),
    "server stops in the head": ([get()], [answer(b"HTTP/1.1 200 OK\r\nX", "hang")], (), ""),
    "server closes in the head": ([get()], [answer(b"HTTP/1.1 200 OK\r\nX", "close")], (), ""),
    "server stops in the body": ([get()], [answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "hang")], (), ""),
    "server closes in the body": ([get()], [answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "close")], (), ""),
    "server sends a bad chunk": ([get()], [Answer([(0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), (0.1, b"zz\r\n")], "hang")],
                                 (), ""),
    "answer until close": ([get()], [answer(b"HTTP/1.1 200 OK\r\n\r\nabc", "close")], (), ""),
    "404": ([get()], [answer(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")], (), ""),
    "500": ([get()], [answer(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")], (), ""),
    "no server": ([get()], [], (), "disabled"),
    "retried": ([get()], [close(), ok()], ("retry-on empty-response",), ""),
    "server-close": ([get()], [ok()], ("option http-server-close",), ""),
    "upgrade": ([get(b"Connection: upgrade\r\nUpgrade: foo\r\n"), "read", b"ping"],
                [Answer([(0, b"HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n"), ("read", 4), (0, b"pong")], "close")], (), ""),
    "persistence": ([get(b"Cookie: SRV=one\r\n")], [ok()], ("cookie SRV insert indirect",), "cookie one"),
    "persistence, wrong cookie": ([get(b"Cookie: SRV=other\r\n")], [ok()], ("cookie SRV insert indirect",), "cookie one"),
}
TCP = {
    "normal": ([b"x", "read", "half"], [Answer([("read", 1), (0, b"yy")], "close")], (), ""),
    "client leaves": ([b"x", 0.1, "close"], [hang()], (), ""),
    "client sends nothing": ([0.01, "close"], [hang()], (), ""),
    "client silent": ([b"x", "read"], [Answer([("read", 1), (0, b"yy")], "hang")], (), ""),
    "server refuses": ([b"x"], "refuse", (), ""),
    "server closes at once": ([b"x"], [close()], (), ""),
    "server silent": ([b"x"], [hang()], (), ""),
    "no server": ([b"x"], [], (), "disabled"),
}
# Ends whose log line depends on which of two things the program sees first: only the rest is compared.
RACES = {"client leaves in the answer", "server resets at once", "client resets in the head"}
# Ends that do not wait for the client: whether its byte was read before, and counted, is a matter of a moment.
UNREAD = {"no server", "server refuses"}


def table():
    for name, (client, origin, backend, server) in HTTP.items():
        case("http " + name, client, origin, backend=backend, server=server, skip=("client", "log", "counters") if name in RACES else ())
    for name, (client, origin, backend, server) in TCP.items():
        case("tcp " + name, client, origin, backend=backend, server=server, mode="tcp", log="option tcplog",
             skip=("counters",) if name in UNREAD else ())
    for label, log, extra in (("clf", "option httplog clf", ()), ("tcplog", "option tcplog", ()), ("default", "", ()),
                              ("logasap", "option httplog", ("option logasap",)),
                              ("dontlognull", "option httplog", ("option dontlognull",)),
                              ("dontlog-normal", "option httplog", ("option dontlog-normal",)),
                              ("separate errors", "option httplog", ("option log-separate-errors",)),
                              ("captures", "option httplog", ("capture request header User-Agent len 4",
                                                              "capture request header X-None len 4",
                                                              "capture response header Content-Length len 9")),
                              ("cookie capture", "option httplog", ("capture cookie SRV len 8",))):
        for name in ("normal", "two requests", "client sends nothing", "client sends nothing and waits", "bad request",
                     "server refuses", "server silent", "server closes in the body", "500", "no server", "persistence"):
            client, origin, backend, server = HTTP[name]
            race = label == "logasap" and name == "server closes in the body"  # before or after the line is written
            case(f"{label}: {name}", client, origin, backend=backend, server=server, log=log, frontend=extra, skip=("log",) if race else ())
    for label, log, extra in (("default", "", ()), ("dontlognull", "option tcplog", ("option dontlognull",)),
                              ("dontlog-normal", "option tcplog", ("option dontlog-normal",)), ("logasap", "option tcplog", ("option logasap",))):
        for name, (client, origin, backend, server) in TCP.items():
            case(f"tcp {label}: {name}", client, origin, backend=backend, server=server, log=log, frontend=extra, mode="tcp",
                 skip=("counters",) if name in UNREAD else ())
    # The addresses of both sides of the server's connection, whatever became of it; the port of this side is the kernel's.
    for mode, ends in (("http", HTTP), ("tcp", TCP)):
        for name in ("normal", "server refuses", "server refuses, no retry", "server closes at once", "server silent", "no server", "client sends nothing", "retried"):
            if name in ends:
                client, origin, backend, server = ends[name]
                case(f"addresses, {mode} {name}", client, origin, backend=backend, server=server, mode=mode,
                     log="log-format '%f %s bi=%bi si=%si:%sp %ts'", skip=("client", "origin", "counters"))
    for mode in ("tcp", "http"):
        for label, origin, backend in (("fine", [ok(end="close")], ("source 127.0.0.7",)), ("refused", "refuse", ("source 127.0.0.7", "retries 0")), ("reset", [reset()], ("source 127.0.0.7",)),
                                       ("no server", [], ("tcp-request content reject",))):
            if mode == "tcp" and origin:
                continue  # HAProxy knows its address no more once the connection is closed
            case(f"bc_src, {mode}, {label}", [get(), "read"] if label == "fine" else [get()], origin, mode=mode, backend=backend, skip=("client", "origin", "counters"),
                 log="log-format '%f %s bc=%[bc_src] bcd=%[bc_dst] %[bc_src_port,bool] %[bc_dst_port,bool] fc=%[fc_src] %[fc_dst] %[src] %[dst] %ts'")
    case("port of the proxy's side, refused", get(), "refuse", log="log-format '%f %s bp=%bp %ts'", mode="tcp", backend=("source 127.0.0.1:20999", "retries 0"))
    # `tcp-response content`: once for each connection to a server, and what it counts of what came.
    for label, client, origin, retry in (("normal", [get()], [ok()], ""), ("retried", [get()], [close(), ok()], "retry-on empty-response"),
                                         ("retried 500", [get()], [answer(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"), ok()], "retry-on 500"),
                                         ("two requests", [get(target=b"/1"), "read", get(target=b"/2")], [ok(b"1"), ok(b"22")], "")):
        case(f"tcp-response content counts, {label}", client, origin, backend=("tcp-response content sc-inc-gpc0(0)",) + (retry,) * bool(retry),
             frontend=("stick-table type ip size 100 expire 1m store gpc0", "tcp-request connection track-sc0 src"), log="log-format '%f %ST %B %U %ts gpc=%[sc0_get_gpc0]'")
    for rules in (("reject if { res.len gt 2 }",), ("accept if { res.len gt 5 }",), ("close if { res.len gt 2 }",), ("accept if { res.payload(0,4) -m str HTTP }",),
                  ("reject if { res.payload(0,900) -m found }",), ("set-var(txn.a) res.len",)):
        for mode in ("http", "tcp"):
            for label, first in (("whole", ok()), ("in pieces", Answer([(0, b"HTTP/1.1 200 OK\r\nContent-"), (0.1, b"Length: 5\r\n\r\nhe"), (0.1, b"llo")], "keep")),
                                 ("never", hang())):
                if mode == "http" and "res.len" in rules[0] and "gt 2" in rules[0] and label != "never":
                    continue  # in HTTP HAProxy counts its own form of the message, see docs/differences.md
                case(f"tcp-response content {rules[0]}, {mode}, {label}", [get()], [first], mode=mode, backend=("tcp-response inspect-delay 300ms",) + tuple("tcp-response content " + r for r in rules),
                     log="log-format '%f %B %U %ts a=%[var(txn.a)]'", skip=("log", "counters") if mode == "tcp" else ())  # who ends first is a matter of a moment
    # Whose patience ends first once one side has ended its direction (the tables' timeouts: client 1500, server 900 ms).
    fins = {"none": ((), ()), "client-fin": (("timeout client-fin 200ms",), ()), "server-fin": ((), ("timeout server-fin 200ms",)),
            "both": (("timeout client-fin 250ms",), ("timeout server-fin 200ms",)),
            "tunnel": ((), ("timeout tunnel 400ms",)),
            "tunnel, both": (("timeout client-fin 250ms",), ("timeout tunnel 2s", "timeout server-fin 200ms"))}
    for label, (frontend, backend) in fins.items():
        case(f"half-closed by the client, {label}", [b"x", "read", "half"], [Answer([("read", 1), (0, b"yy")], "hang")],
             mode="tcp", log="option tcplog", frontend=frontend, backend=backend)
        case(f"half-closed by the server, {label}", [b"x"], [Answer([("read", 1), (0.05, b"yy")], "half")],
             mode="tcp", log="option tcplog", frontend=frontend, backend=backend)
    for form in ("rfc3164", "rfc5424", "short", "raw", "timed", "iso", "priority"):
        case(f"format {form}", get(), frontend=("no log", f"log 127.0.0.1:@LOG@ format {form} local3"))
    for facility in ("kern", "user", "daemon", "local7", "alert", "lpr"):
        case(f"facility {facility}", get(), frontend=("no log", f"log 127.0.0.1:@LOG@ {facility}"))
    case("level notice", get(), frontend=("no log", "log 127.0.0.1:@LOG@ local0 notice"))
    case("level cap", get(), frontend=("no log", "log 127.0.0.1:@LOG@ local0 debug debug"))
    for size in (80, 100, 120, 1024):
        case(f"len {size}", get(target=b"/" + b"x" * 200), frontend=("no log", f"log 127.0.0.1:@LOG@ len {size} local0"))
    case("long line", get(target=b"/" + b"x" * 3000))
    case("no log", get(), frontend=("no log",))
    case("log-tag", get(), frontend=("log-tag edge",))
    case("two targets", get(), frontend=("log 127.0.0.1:@LOG@ local4", "log 127.0.0.1:@LOG@ local5 err"))
    case("quote in target", get(target=b"/a\"b"))
    case("high byte in header capture", get(b"X: \xe9\"{}|\r\n"), frontend=("capture request header X len 20",))
    case("PROXY header", b"PROXY TCP4 192.0.2.1 198.51.100.2 5 80\r\n" + get(), frontend=("accept-proxy",))
    case("PROXY header missing", get(), frontend=("accept-proxy",))
    case("PROXY header missing, dontlognull", get(), frontend=("accept-proxy", "option dontlognull"))
    case("PROXY header cut", [b"PROXY TCP4 192.", "half"], frontend=("accept-proxy",))
    case("monitor-uri", get(target=b"/alive"), frontend=("monitor-uri /alive",))
    case("ignore probes", [0.01, "close"], frontend=("option http-ignore-probes",))
    case("http-buffer-request, body missing", post(b"Content-Length: 10\r\n", b"abc"), frontend=("option http-buffer-request",))


table()
CASES += content_cases.cases()
CASES += cache_cases.cases()


def compare(weir, haproxy, only=""):
    return harness.compare("log", CASES, weir, haproxy, only)
