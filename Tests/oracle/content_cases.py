"""Rules on the bytes of TCP connections: `tcp-response content`, `switch-mode`, connections that join HTTP backends, RDP."""
from harness import Answer, Case, hang, ok

GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
SPEAK = [Answer([("read", 1), (0, b"hello")], "close")]
SLOW = [Answer([("read", 1), (0.1, b"he"), (0.1, b"llo")], "close")]
HELLO = "tcp-response content %s if { res.payload(0,5) -m str hello }"
HTTP = [Answer([("read", 20), (0, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")], "hang")]


def rdp(cookie):
    return b"\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: " + cookie + b"\r\n"


def responses():
    """name -> (client, origin, lines of the backend, more)"""
    yield "accept", [b"x"], SPEAK, ("accept",), {}
    # Whether the client's byte has been read by then is a matter of a moment.
    early = {"skip": ("origin", "counters")}
    yield "reject", [b"x"], SPEAK, ("reject",), early
    yield "close", [b"x"], SPEAK, ("close",), early
    yield "reject by length", [b"x"], SPEAK, ("reject if { res.len gt 0 }",), {}
    wait = "inspect-delay 500ms"
    yield "reject, waited for", [b"x"], SLOW, (wait, HELLO % "reject"), {}
    yield "accept, waited for", [b"x"], SLOW, (wait, HELLO % "accept"), {}
    yield "no match", [b"x"], SLOW, (wait, "reject if { res.payload(0,5) -m str hallo }"), {}
    yield "delay over", [b"x"], SLOW, ("inspect-delay 150ms", HELLO % "reject"), {}
    yield "WAIT_END", [b"x"], [Answer([("read", 1), (0, b"hello")], "hang")], ("inspect-delay 150ms", "reject if WAIT_END"), {}
    yield "close at once", [b"x"], SLOW, (wait, "close if { res.payload(0,2) -m str he }"), {}
    yield "close at the end", [b"x"], SLOW, (wait, HELLO % "close"), {}
    yield "level", [b"x"], SPEAK, ("set-log-level notice",), {}
    yield "short", [b"x"], [Answer([("read", 1), (0, b"hel")], "close")], (wait, HELLO % "reject"), {}
    yield "silent", [b"x"], [hang()], ("inspect-delay 200ms", HELLO % "reject"), {}
    yield "silent, WAIT_END", [b"x"], [hang()], ("inspect-delay 200ms", "reject if WAIT_END"), {}
    yield "client leaves", [b"x", 0.1, "close"], [hang()], ("inspect-delay 400ms", "reject if WAIT_END"), {}
    yield "client half closes", [b"x", 0.1, "half"], SLOW, ("inspect-delay 400ms", "accept if WAIT_END"), {}
    yield "silent-drop", [b"x"], SPEAK, ("inspect-delay 200ms", "silent-drop if { res.len gt 0 }"), {}


def bodies():
    """`wait-for-body`: name -> (client, origin, time and more, skip), of answers and of requests"""
    def sized(*parts, end="keep"):
        return [Answer([(0, b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n"), *parts], end)]

    def chunked(*parts, end="keep"):
        return [Answer([(0, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), *parts], end)]

    res = "http-response wait-for-body time "
    two = ((0.1, b"hello"), (0.1, b"world"))
    # HAProxy makes one chunk of what has gathered.
    chunks, joined = ((0.1, b"5\r\nhello\r\n"), (0.1, b"5\r\nworld\r\n0\r\n\r\n")), ("client",)
    yield "answer", [GET], sized(*two), res + "500ms", ()
    yield "some of an answer", [GET], sized(*two), res + "500ms at-least 5", ()
    yield "answer too late", [GET], sized((0.1, b"hello"), (0.3, b"world")), res + "150ms", ()
    yield "answer in chunks", [GET], chunked(*chunks), res + "500ms", joined
    yield "some chunks", [GET], chunked(*chunks), res + "500ms at-least 3", joined
    yield "answer until close", [GET], [Answer([(0, b"HTTP/1.1 200 OK\r\n\r\n"), *two], "close")], res + "500ms", ()
    yield "answer cut", [GET], sized((0.1, b"hello"), end="close"), res + "500ms", ()
    yield "answer cut before its body", [GET], sized(end="close"), res + "500ms", ()
    yield "answer that is there", [GET], [ok()], res + "500ms", ()
    yield "HEAD", [b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"], [ok()], res + "500ms", ()
    yield "silent server", [GET], sized((0, b"hel"), end="hang"), res + "5s", ()
    yield "client leaves", [GET, 0.1, "close"], sized((0.2, b"hello"), end="hang"), res + "500ms", ()
    yield "bad chunk in the answer", [GET], chunked((0.1, b"zz\r\n"), end="close"), res + "500ms", ("counters",)
    post = b"POST / HTTP/1.1\r\nHost: a\r\n%s\r\n"
    size, coded = post % b"Content-Length: 5\r\n", post % b"Transfer-Encoding: chunked\r\n"
    req = "http-request wait-for-body time "
    yield "request", [size, 0.1, b"he", 0.1, b"llo"], [ok()], req + "500ms", ()
    yield "request too late", [size, 0.1, b"he", 0.3, b"llo"], [ok()], req + "150ms", ()
    yield "request never", [size, 0.1, b"he"], [ok()], req + "150ms", ()
    yield "silent client", [size, 0.1, b"he"], [ok()], req + "5s", ()
    yield "some of a request", [size, 0.1, b"he", 0.2, b"llo"], [ok()], req + "500ms at-least 2", ()
    yield "request cut", [size, 0.1, b"he", "close"], [ok()], req + "500ms", ()
    yield "request half closed", [size, 0.1, b"he", "half"], [ok()], req + "500ms", ()
    yield "expect", [post % b"Expect: 100-continue\r\nContent-Length: 5\r\n", "read", b"hello"], [ok()], req + "500ms", ()
    yield "request in chunks", [coded, 0.1, b"5\r\nhello\r\n0\r\n\r\n"], [ok()], req + "500ms", ()
    yield "request's chunks", [coded, 0.1, b"5\r\nhello\r\n", 0.2, b"0\r\n\r\n"], [ok()], req + "500ms at-least 3", ()
    yield "trailers", [coded, 0.1, b"5\r\nhello\r\n0\r\na: b\r\n\r\n"], [ok()], req + "500ms", ()
    yield "bad chunk in the request", [coded, 0.1, b"zz\r\n"], [ok()], req + "500ms", ("counters",)


def line(text):
    text = text.replace("tcp-response content ", "")
    return "tcp-response " + (text if text.startswith("inspect") else "content " + text)


def cases():
    for name, client, origin, lines, more in responses():
        yield Case("tcp response: " + name, client, origin, backend=tuple(line(l) for l in lines), mode="tcp",
                   log="option tcplog", **more)
    for name in ("accept", "reject", "close", "silent-drop"):
        yield Case("http, tcp response: " + name, [GET], [ok()], backend=("tcp-response content " + name,))
        yield Case("http, tcp response and more: " + name, [GET, "read", GET], [ok(), ok()],
                   backend=("tcp-response content accept", "http-response set-header x 1") if name == "accept"
                   else (f"tcp-response content {name} if FALSE",))
    for name, client, origin, rule, skip in bodies():
        show = "set-header x %[res.body]" if "http-response" in rule else "set-header x %[req.body]"
        yield Case("wait-for-body: " + name, client, origin, backend=(rule, f"{rule.split()[0]} {show}"), skip=skip)
    for name in ("deny", "return status 200", "redirect location /x"):
        yield Case("http response: " + name, [GET], [ok()], backend=("http-response " + name,))
    yield Case("http response: silent-drop", [GET], [ok()], backend=("http-response silent-drop",))
    wait = "tcp-request inspect-delay 500ms"
    for name, client, rules in (
            ("set-var does not wait", [b"ab", 0.1, b"cde"], ("set-var(sess.a) req.payload(0,5)",)),
            ("WAIT_END", [b"abcde"], ("set-var(sess.a) str(x) if WAIT_END", "accept if { req.len gt 3 }")),
            ("bytes count", [b"ab", 0.1, b"cde"], ("accept if { req.len ge 5 }",))):
        yield Case("tcp request: " + name, client, [Answer([("read", 5), (0, b"hello")], "close")], mode="tcp", log="",
                   frontend=(wait, *("tcp-request content " + r for r in rules), "log-format %f:%U:%B:%[var(sess.a)]"))
    switch = "tcp-request content switch-mode http"
    http = {"mode": "tcp", "log": "option tcplog"}
    for name, client, origin, front in (
            ("always", [GET], [ok()], (switch,)), ("two requests", [GET, "read", GET], [ok(), ok()], (switch,)),
            ("h1", [GET], [ok()], (switch + " proto h1",)), ("if HTTP", [GET], [ok()], (wait, switch + " if HTTP")),
            ("by the backend", [GET, "read", GET], [ok(), ok()], ()),
            ("rules of the backend", [GET], [ok()], ("http-request set-header y 1", switch))):
        yield Case("switch-mode: " + name, client, origin, frontend=front,
                   backend=("mode http", "http-request set-header x 1"), **http)
    for name, client in (("bad request", [b"GET /\r\n\r\n"]), ("half a request", [b"GET /"])):
        # HAProxy counts the error twice, and logs the end of the rule.
        yield Case("switch-mode: " + name, client, [], frontend=(switch,), backend=("mode http",), skip=("log", "counters"), **http)
    # HAProxy never takes such a stream out of its backend's count.
    yield Case("switch-mode: TCP backend", [GET], [], frontend=(switch,), skip=("log", "counters"), **http)
    yield Case("switch-mode: not HTTP", [b"hello world\r\n"], [Answer([("read", 5), (0, b"x")], "close")],
               frontend=(wait, switch + " if HTTP"), **http)
    persist = "tcp-request content accept if { req.rdp_cookie(msts) -m found }"
    for name, cookie, backend in (("no such server", b"msts=16777343.1.0000", "persist rdp-cookie"),
                                  ("junk", b"msts=junk", "persist rdp-cookie"),
                                  ("other name", b"mstshash=abc", "persist rdp-cookie(mstshash)")):
        yield Case("persist rdp-cookie: " + name, [rdp(cookie)], SPEAK, frontend=(wait, persist), backend=(backend,),
                   mode="tcp", log="option tcplog")
    for value in ("0", "1", "5"):
        yield Case("max-session-srv-conns " + value, [GET, "read", GET, "read", GET], [ok(), ok(), ok()],
                   frontend=("max-session-srv-conns " + value,), backend=("http-reuse never",))
