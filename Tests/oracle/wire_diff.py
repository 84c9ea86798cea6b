"""What goes over the wire: requests and answers of every shape, and what the other side receives of them."""
import harness
from harness import Answer, Case, answer, close, hang, ok, reset

H = b"Host: a\r\n"


def get(extra=b"", target=b"/", version=b"HTTP/1.1", host=H):
    return b"GET %s %s\r\n%s%s\r\n" % (target, version, host, extra)


def post(headers, body, version=b"HTTP/1.1"):
    return b"POST / %s\r\nHost: a\r\n%s\r\n%s" % (version, headers, body)


CASES = []


def case(name, client, origin=None, **more):
    client = client if isinstance(client, list) else [client]
    CASES.append(Case(name, client, [ok()] if origin is None else origin, **more))


def requests():
    case("plain request", get())
    case("two requests on one connection", [get(target=b"/1"), "read", get(target=b"/2")], [ok(b"1"), ok(b"2")])
    case("pipelined requests", get(target=b"/1") + get(target=b"/2") + get(target=b"/3"), [ok(b"1"), ok(b"2"), ok(b"3")])
    case("close by the client", get(b"Connection: close\r\n"))
    case("close in upper case", get(b"CONNECTION: CLOSE\r\n"))
    case("close in a list", get(b"Connection: foo, close\r\n"))
    case("keep-alive named", get(b"Connection: keep-alive\r\n"))
    case("close and keep-alive", get(b"Connection: keep-alive, close\r\n"))
    case("Keep-Alive header", get(b"Keep-Alive: timeout=5\r\nConnection: keep-alive\r\n"))
    case("proxy-connection", get(b"Proxy-Connection: keep-alive\r\n"))
    case("TE trailers", get(b"TE: trailers\r\nConnection: TE\r\n"))
    case("TE other", get(b"TE: gzip\r\nConnection: TE\r\n"))
    case("1.0 plain", get(version=b"HTTP/1.0"))
    case("1.0 without host", get(version=b"HTTP/1.0", host=b""))
    case("1.0 keep-alive", [get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0"), "read",
                            get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0")], [ok(b"1"), ok(b"2")])
    case("1.1 without host", get(host=b""))
    case("empty host", get(host=b"Host:\r\n"))
    case("host with port", get(host=b"Host: a:80\r\n"))
    case("host in upper case", get(host=b"HOST: Example.ORG\r\n"))
    case("two equal hosts", get(host=b"Host: a\r\nHost: a\r\n"))
    case("ipv6 host", get(host=b"Host: [::1]:80\r\n"))
    case("absolute form", get(target=b"http://a/p?q"))
    case("absolute form, default port", get(target=b"http://a:80/p"))
    case("absolute form, other port", get(target=b"http://a:81/p", host=b"Host: a:81\r\n"))
    case("absolute form without path", get(target=b"http://a"))
    case("absolute form, other scheme", get(target=b"ftp://a/p"))
    case("absolute form, upper case host", get(target=b"http://A/p"))
    case("options asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    case("options path", b"OPTIONS /x HTTP/1.1\r\nHost: a\r\n\r\n")
    case("get asterisk", get(target=b"*"))
    case("long target", get(target=b"/" + b"x" * 8000))
    case("target with escapes", get(target=b"/%41%zz%/a%20b"))
    case("target with odd marks", get(target=b"/a'()*+,;=:@!$&~"))
    case("target with braces", get(target=b"/{a}[b]^`|\\"))
    case("target with quote", get(target=b"/\"<>"))
    case("target with double slash", get(target=b"//a//b"))
    case("target with high bytes", get(target=b"/\xc3\xa9"))
    case("target with delete byte", get(target=b"/\x7f"))
    case("target with tab", get(target=b"/a\tb"))
    for method in (b"PUT", b"DELETE", b"PATCH", b"TRACE", b"PROPFIND", b"get", b"G", b"A" * 60, b"M-SEARCH", b"X_Y.Z~1"):
        case("method " + method.decode()[:12], method + b" / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("two blanks after the method", b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("two blanks before the version", b"GET /  HTTP/1.1\r\nHost: a\r\n\r\n")
    case("blank after the version", b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n")
    case("tab for a blank", b"GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n")
    case("leading blank", b" GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("leading empty line", b"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("leading bare LF", b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("leading bare CR", b"\rGET / HTTP/1.1\r\nHost: a\r\n\r\n")
    case("bare LF everywhere", b"GET / HTTP/1.1\nHost: a\nX: 1\n\n")
    case("mixed line ends", b"GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\n")
    for version in (b"HTTP/1.2", b"HTTP/1.9", b"HTTP/0.9", b"HTTP/2.0", b"HTTP/3", b"http/1.1", b"HTTP/1.10", b"HTTP/11",
                    b"RTSP/1.0", b"HTTP/1.", b"HTTP/.1", b"HTTP/A.B"):
        case("version " + version.decode(), get(version=version))
    case("0.9 request", b"GET /\r\n")
    case("0.9 request with blank", b"GET / \r\n\r\n")
    case("method only", b"GET\r\n\r\n")
    case("nothing but line ends", b"\r\n\r\n\r\n\r\n")
    case("head in pieces", [b"GET / HT", 0.05, b"TP/1.1\r", 0.05, b"\nHost", 0.05, b": a\r\n\r", 0.05, b"\n"])
    case("one byte at a time", [bytes([b]) for b in get()])


def headers():
    for label, line in (
            ("ordinary", b"X: 1"), ("empty value", b"X:"), ("blank value", b"X:   "), ("tabs around", b"X:\t1\t"),
            ("no blank", b"X:1"), ("many blanks inside", b"X: a   b"), ("colon in value", b"X: a:b: c"),
            ("upper case", b"X-UPPER-Case: MiXeD"), ("digits", b"X1-2: 1"), ("all token marks", b"!#$%&'*+-.^_`|~: 1"),
            ("high bytes", b"X: \xe9\xff"), ("utf-8", b"X: \xc3\xa9"), ("tab inside", b"X: a\tb"), ("nul in value", b"X: a\0b"), ("quotes", b'X: "a, b"'),
            ("long value", b"X: " + b"v" * 9000), ("long name", b"n" * 200 + b": 1"), ("folded", b"X: a\r\n b"),
            ("folded by tab", b"X: a\r\n\tb"), ("folded empty", b"X: a\r\n \r\n b"), ("folded first blank", b"X:\r\n a"),
            ("comma list", b"Accept: a, b,, c"), ("cookie", b"Cookie: a=1; b=2"), ("two cookies", b"Cookie: a=1\r\nCookie: b=2"),
            ("same name apart", b"X: 1\r\nY: 2\r\nx: 3"), ("delete byte in value", b"X: a\x7fb"),
            ("no colon", b"X"), ("blank in name", b"X Y: 1"), ("blank before colon", b"X : 1"), ("tab before colon", b"X\t: 1"),
            ("slash in name", b"X/Y: 1"), ("parenthesis in name", b"X(Y): 1"), ("comma in name", b"X,Y: 1"),
            ("high byte in name", b"X\xe9: 1"), ("at in name", b"X@Y: 1"), ("empty name", b": 1"), ("bracket in name", b"X[]: 1"),
            ("quote in name", b'"X": 1'), ("equals in name", b"X=Y: 1"), ("nul in name", b"X\0: 1"), ("bare CR", b"X: a\rb"),
            ("CR at end", b"X: a\r"), ("expect other", b"Expect: 200-ok"), ("via", b"Via: 1.1 x"), ("date", b"Date: x"),
            ("upgrade insecure", b"Upgrade-Insecure-Requests: 1"), ("max-forwards", b"Max-Forwards: 0")):
        case("header " + label, get(line + b"\r\n"))
    case("header first line folded", b"GET / HTTP/1.1\r\n Host: a\r\n\r\n")
    case("ninety headers", get(b"".join(b"h%d: %d\r\n" % (i, i) for i in range(90))))
    case("a hundred headers", get(b"".join(b"h%d: %d\r\n" % (i, i) for i in range(100))))
    case("a hundred and one headers", get(b"".join(b"h%d: %d\r\n" % (i, i) for i in range(101))))
    case("head over the buffer", get(b"X: " + b"v" * 20000 + b"\r\n"))
    case("head within the reserve", get(b"X: " + b"v" * 15600 + b"\r\n"))


def bodies():
    length = lambda n: b"Content-Length: %s\r\n" % n
    chunked = b"Transfer-Encoding: chunked\r\n"
    case("post with length", post(length(b"5"), b"hello"))
    case("post with length zero", post(length(b"0"), b""))
    case("post without length", post(b"", b""))
    case("put in pieces", [post(length(b"10"), b"01234"), 0.1, b"56789"])
    case("get with body", get(length(b"3")) + b"abc")
    case("delete with body", b"DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nxy")
    case("length with leading zeros", post(length(b"0005"), b"hello"))
    case("length list", post(length(b"5, 5"), b"hello"))
    case("length list without blank", post(length(b"5,5"), b"hello"))
    case("length twice", post(length(b"5") + length(b"5"), b"hello"))
    case("length with blanks", post(b"Content-Length:   5  \r\n", b"hello"))
    for text in (b"", b"5,", b",5", b"+5", b"-5", b"0x5", b"5a", b"5 5", b"5.0", b"five", b"5;", b"99999999999999999999999",
                 b"18446744073709551616", b"9223372036854775808", b"5, 6", b"\"5\""):
        case("length " + (text.decode() or "empty"), post(length(text), b"hello"))
    case("lengths that differ", post(length(b"5") + length(b"6"), b"hello!"))
    case("body and next request", post(length(b"5"), b"hello") + get(target=b"/2"), [ok(b"1"), ok(b"2")])
    case("large body", post(length(b"200000"), b"x" * 200000))
    case("chunked", post(chunked, b"5\r\nhello\r\n0\r\n\r\n"))
    case("chunked in upper case", post(b"Transfer-Encoding: CHUNKED\r\n", b"5\r\nhello\r\n0\r\n\r\n"))
    case("chunked in pieces", [post(chunked, b"5\r\nhe"), 0.05, b"llo\r", 0.05, b"\n0\r\n", 0.05, b"\r\n"], skip=("origin",))
    case("chunked with extension", post(chunked, b"5;a=b\r\nhello\r\n0\r\n\r\n"))
    case("chunked with quoted extension", post(chunked, b"5;a=\"b;c\"\r\nhello\r\n0\r\n\r\n"))
    case("chunked with blanks after the size", post(chunked, b"5  \r\nhello\r\n0\r\n\r\n"))
    case("chunked with leading zeros", post(chunked, b"00005\r\nhello\r\n000\r\n\r\n"))
    case("chunked with upper case digits", post(chunked, b"A\r\n0123456789\r\n0\r\n\r\n"))
    case("chunked with trailer", post(chunked, b"5\r\nhello\r\n0\r\nX: 1\r\n\r\n"))
    case("chunked with two trailers", post(chunked, b"5\r\nhello\r\n0\r\nX: 1\r\nY: 2\r\n\r\n"))
    case("chunked and next request", post(chunked, b"5\r\nhello\r\n0\r\n\r\n") + get(target=b"/2"), [ok(b"1"), ok(b"2")])
    case("chunked and length", post(length(b"3") + chunked, b"5\r\nhello\r\n0\r\n\r\n"))
    case("chunked in 1.0", post(chunked, b"5\r\nhello\r\n0\r\n\r\n", b"HTTP/1.0"))
    case("chunked and close", post(chunked + b"Connection: close\r\n", b"5\r\nhello\r\n0\r\n\r\n"))
    for label, text in (("0x", b"0x5\r\nhello\r\n0\r\n\r\n"), ("minus", b"-5\r\nhello\r\n0\r\n\r\n"), ("empty", b"\r\nhello\r\n0\r\n\r\n"),
                        ("letters", b"zz\r\nhello\r\n0\r\n\r\n"), ("overflow", b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
                        ("too much data", b"3\r\nhello\r\n0\r\n\r\n"), ("leading blank", b" 5\r\nhello\r\n0\r\n\r\n"),
                        ("bare CR", b"5\rhello\r\n0\r\n\r\n")):
        case("chunk size " + label, post(chunked, text))
    for text in (b"", b"identity", b"gzip", b"chunked, gzip", b"gzip, chunked", b"chunked, chunked", b"xchunked", b"chunkedx",
                 b"\"chunked\"", b"chunked;q=1", b"\x0bchunked", b"chunked\x0b", b"trailers"):
        case("transfer-encoding " + (repr(text)[2:-1] or "empty"), post(b"Transfer-Encoding: %s\r\n" % text, b"0\r\n\r\n"))
    case("transfer-encoding twice", post(chunked * 2, b"0\r\n\r\n"))
    case("expect 100, answered", [post(length(b"5") + b"Expect: 100-continue\r\n", b""), "read", b"hello"],
         [Answer([(0, b"HTTP/1.1 100 Continue\r\n\r\n"), (0.1, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")], early=True)],
         skip=("origin",))
    case("expect 100, refused", post(length(b"5") + b"Expect: 100-continue\r\n", b""),
         [Answer([(0, b"HTTP/1.1 417 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")], "close", early=True)])
    case("early answer", post(length(b"100000"), b"begin"),
         [Answer([(0, b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")], "hang", early=True)],
         skip=("log", "counters"))


def answers():
    one = lambda name, data, end="keep", request=get(), **more: case("answer " + name, request, [answer(data, end)], **more)
    one("plain", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    one("1.0 with length", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "close")
    one("1.0 keep-alive", b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok")
    one("1.0 until close", b"HTTP/1.0 200 OK\r\n\r\nuntil close", "close")
    one("until close", b"HTTP/1.1 200 OK\r\n\r\nuntil close", "close")
    one("until close, client 1.0", b"HTTP/1.1 200 OK\r\n\r\nuntil close", "close", get(version=b"HTTP/1.0"))
    one("connection close", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "close")
    one("keep-alive named", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\nok")
    one("chunked", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    one("chunked with extension", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n")
    one("chunked with trailer", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: 1\r\n\r\n")
    one("chunked to 1.0", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "keep", get(version=b"HTTP/1.0"))
    one("chunked to 1.0 keep-alive", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "keep",
        get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0"))
    one("chunked and length", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
    one("chunked cut", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "close")
    one("chunked without end", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", "close")
    one("bad chunk size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n")
    one("length zero", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    one("large", b"HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + b"y" * 300000)
    one("length cut", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "close")
    one("length cut by reset", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "reset", skip=("client", "log", "counters"))
    one("length over", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokEXTRA")
    one("length list", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok")
    one("length list differs", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\nok")
    for text in (b"", b"-2", b"+2", b"2x", b"0x2", b"99999999999999999999999"):
        one("length " + (text.decode() or "empty"), b"HTTP/1.1 200 OK\r\nContent-Length: %s\r\n\r\nok" % text, "close")
    for text in (b"", b"gzip", b"identity", b"gzip, chunked", b"chunked, gzip", b"xchunked", b"chunked, chunked"):
        one("transfer-encoding " + (text.decode() or "empty"),
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: %s\r\n\r\n2\r\nok\r\n0\r\n\r\n" % text, "close")
    head = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
    one("to head, length", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n", "keep", head)
    one("to head, no length", b"HTTP/1.1 200 OK\r\n\r\n", "keep", head)
    one("to head, chunked", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "keep", head)
    one("to head, body all the same", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "keep", head, skip=("log", "counters"))
    one("204", b"HTTP/1.1 204 No Content\r\n\r\n")
    one("204 with length", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n")
    one("304", b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n")
    one("304 with length", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 50\r\n\r\n")
    one("304 chunked", b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")
    one("205", b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")
    one("no reason", b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok")
    one("empty reason", b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok")
    one("odd reason", b"HTTP/1.1 200 \xe9t\xe9 (x)\r\nContent-Length: 2\r\n\r\nok")
    for status in (b"099", b"20", b"2000", b"600", b"999", b"abc", b"-20", b"", b"1000"):
        one("status " + status.decode(), b"HTTP/1.1 %s X\r\nContent-Length: 2\r\n\r\nok" % status, "close")
    for version in (b"HTTP/1.2", b"HTTP/2.0", b"HTTP/0.9", b"http/1.1", b"ICY", b"HTTP/1.1x", b"RTSP/1.0"):
        one("version " + version.decode(), version + b" 200 OK\r\nContent-Length: 2\r\n\r\nok", "close")
    one("junk", b"hello there\r\n\r\n", "close")
    one("junk without end", b"hello there", "close")
    one("leading line end", b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "close")
    one("bare LF", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok")
    one("leading blank", b" HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "close")
    for label, line in (("empty name", b": 1"), ("blank before colon", b"X : 1"), ("no colon", b"X"), ("blank in name", b"X Y: 1"),
                        ("folded", b"X: a\r\n b"), ("empty value", b"X:"), ("high bytes", b"X: \xe9"), ("mixed case", b"X-ABC: Def"),
                        ("two cookies", b"Set-Cookie: a=1\r\nSet-Cookie: b=2"), ("bare CR", b"X: a\rb"), ("parenthesis in name", b"X(: 1"),
                        ("long", b"X: " + b"v" * 9000), ("date and server", b"Date: x\r\nServer: y")):
        one("header " + label, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\n\r\nok" % line)
    one("head over the buffer", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: %s\r\n\r\nok" % (b"v" * 20000), "close")
    one("hundred and two headers", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n%s\r\nok" % b"".join(b"h%d: 1\r\n" % i for i in range(102)), "close")
    one("100 then 200", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    one("103 then 200", b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    one("102 102 200", b"HTTP/1.1 102 P\r\n\r\n" * 2 + b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    one("100 to 1.0", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "keep", get(version=b"HTTP/1.0"))
    one("101 unasked", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: upgrade\r\n\r\n", "close", skip=("log", "counters"))
    case("answer none, closed", get(), [close()])
    case("answer none, reset", get(), [reset()])
    case("answer none, silent", get(), [hang()])
    case("answer none, refused", get(), "refuse")
    case("answer in pieces", get(), [Answer([(0, b"HTTP/1.1 2"), (0.05, b"00 OK\r\nContent-"), (0.05, b"Length: 4\r\n\r"), (0.05, b"\no"),
                                             (0.05, b"k!!")])])
    case("answer head cut", get(), [answer(b"HTTP/1.1 200 OK\r\nContent-Le", "close")])
    case("answer slow body", get(), [Answer([(0, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok"), (1.5, b"!!")], "hang")])
    case("second answer after a wait", [get(target=b"/1"), "read", 0.1, get(target=b"/2")], [ok(b"1"), ok(b"2")])
    case("second request finds the server gone", [get(target=b"/1"), "read", 0.1, get(target=b"/2")],
         [answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", "close"), ok(b"2")])


def upgrades():
    upgrade = b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    switched = (b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
    case("websocket", [get(upgrade), "read", b"ping"], [Answer([(0, switched), ("read", 4), (0, b"pong")], "close")])
    case("websocket, server-close", [get(upgrade), "read", b"ping"], [Answer([(0, switched), ("read", 4), (0, b"pong")], "close")],
         backend=("option http-server-close",))
    case("websocket, wrong accept", get(upgrade), [answer(switched.replace(b"s3p", b"xxx"), "close")])
    case("websocket without key", get(b"Connection: Upgrade\r\nUpgrade: websocket\r\n"))
    case("upgrade declined", get(b"Connection: Upgrade\r\nUpgrade: foo\r\n") + get(target=b"/2"), [ok(b"1"), ok(b"2")])
    case("connect accepted", [b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "read", b"ping"],
         [Answer([(0, b"HTTP/1.1 200 OK\r\n\r\n"), ("read", 4), (0, b"pong")], "close")])
    case("connect declined", b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", [answer(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")])
    case("connect without port", b"CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n")
    case("connect, host differs", b"CONNECT a:443 HTTP/1.1\r\nHost: b:443\r\n\r\n")
    case("data right after a 101", [get(b"Connection: Upgrade\r\nUpgrade: foo\r\n"), "read", b"more"],
         [Answer([(0, b"HTTP/1.1 101 S\r\nConnection: Upgrade\r\nUpgrade: foo\r\n\r\nat once"), ("read", 4), (0, b"bye")], "close")])


def options():
    both = lambda name, line, **more: case("option " + name, [get(target=b"/1"), "read", get(target=b"/2")], [ok(b"1"), ok(b"2")],
                                           backend=(line,), **more)
    both("http-server-close", "option http-server-close")
    both("httpclose", "option httpclose")
    both("http-keep-alive", "option http-keep-alive")
    both("http-pretend-keepalive", "option http-pretend-keepalive")
    both("http-reuse never", "http-reuse never")
    both("http-reuse always", "http-reuse always")
    both("forwardfor", "option forwardfor")
    both("forwardfor header", "option forwardfor header X-Client-Address")
    both("forwardfor except", "option forwardfor except 127.0.0.0/8")
    both("originalto", "option originalto")
    both("http-no-delay", "option http-no-delay")
    both("nolinger", "option nolinger")
    both("splice", "option splice-auto")
    case("option server-close, answer closes", [get(target=b"/1"), "read", get(target=b"/2")],
         [answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\n1", "close"), ok(b"2")],
         backend=("option http-server-close",))
    case("option forwardfor if-none, present", get(b"X-Forwarded-For: 192.0.2.1\r\n"), backend=("option forwardfor if-none",))
    case("option forwardfor if-none, absent", get(), backend=("option forwardfor if-none",))
    case("option forwardfor, present", get(b"X-Forwarded-For: 192.0.2.1\r\nY: 1\r\n"), backend=("option forwardfor",))
    case("option forwardfor in front", get(), frontend=("option forwardfor header X-Front",), backend=("option forwardfor",))
    case("option forwardfor, PROXY", b"PROXY TCP4 192.0.2.1 198.51.100.2 5 80\r\n" + get(), frontend=("accept-proxy",),
         backend=("option forwardfor", "option originalto"))
    case("option use-proxy-header", get(b"Proxy-Connection: close\r\n", target=b"http://a/"), frontend=("option http-use-proxy-header",))
    case("option buffer-request", [post(b"Content-Length: 10\r\n", b"01234"), 0.1, b"56789"], frontend=("option http-buffer-request",))
    case("option accept-invalid-request", get(b"X(: 1\r\n", target=b"/\"|"), frontend=("option accept-invalid-http-request",))
    case("option accept-invalid-response", get(), [answer(b"HTTP/1.1 200 OK\r\nX(: 1\r\nContent-Length: 2\r\n\r\nok")],
         backend=("option accept-invalid-http-response",))
    case("option ignore-probes, silent client", [0.01], frontend=("option http-ignore-probes",))
    case("option ignore-probes, half a head", b"GET / HT", frontend=("option http-ignore-probes",))
    case("monitor-uri", get(target=b"/alive"), frontend=("monitor-uri /alive",))
    case("monitor-uri by head", b"HEAD /alive HTTP/1.1\r\nHost: a\r\n\r\n", frontend=("monitor-uri /alive",))
    case("monitor-uri 1.0", get(target=b"/alive", version=b"HTTP/1.0"), frontend=("monitor-uri /alive",))
    case("monitor-uri with query", get(target=b"/alive?x"), frontend=("monitor-uri /alive",))
    case("monitor-uri with body", b"POST /alive HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", frontend=("monitor-uri /alive",))
    case("monitor fail", get(target=b"/alive"), frontend=("monitor-uri /alive", "monitor fail if TRUE"))
    case("errorloc", get(), "refuse", backend=("errorloc 503 http://x/",), skip=("log",))
    case("errorloc303", get(), "refuse", backend=("errorloc303 503 http://x/",), skip=("log",))
    case("no server", get(), "refuse", backend=("balance first",), server="disabled")
    case("weight zero", get(), "refuse", server="weight 0")
    case("source of another machine", get(), server="source 192.0.2.7")
    case("source of another machine, redispatch", get(), server="source 192.0.2.7", backend=("option redispatch 1",))
    case("retry-on empty-response", get(), [close(), ok()], backend=("retry-on empty-response",))
    case("retry-on junk-response", get(), [answer(b"junk\r\n\r\n", "close"), ok()], backend=("retry-on junk-response",))
    case("retry-on 500", get(), [answer(b"HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "close"), ok()], backend=("retry-on 500",))
    case("retry-on with body", post(b"Content-Length: 5\r\n", b"hello"), [close(), ok()], backend=("retry-on empty-response",))
    case("retries spent", get(), [close()] * 3, backend=("retry-on empty-response",))
    case("retries zero", get(), "refuse", backend=("retries 0",))
    case("redirected to a slow server", get(), [Answer([(0.2, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")])])
    case("cookie insert", get(), backend=("cookie SRV insert indirect nocache",), server="cookie one")
    case("cookie insert, sent back", get(b"Cookie: a=1; SRV=one; b=2\r\n"), backend=("cookie SRV insert indirect nocache",), server="cookie one")
    case("cookie prefix", get(b"Cookie: S=one~x\r\n"), [ok(extra=b"Set-Cookie: S=y\r\n")], backend=("cookie S prefix",), server="cookie one")
    case("cookie rewrite", get(), [ok(extra=b"Set-Cookie: SRV=x; path=/\r\n")], backend=("cookie SRV rewrite",), server="cookie one")


def server_redirects():
    """`redir` of a server"""
    redir = lambda name, client, origin=None, **more: case(
        "redir, " + name, client, origin, **{"server": "redir http://images.example/base", **more})
    redir("get", get(target=b"/a?b"))
    redir("pipelined", get(target=b"/1") + get(target=b"/2"))
    redir("head", b"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n")
    redir("1.0", get(version=b"HTTP/1.0"))
    redir("1.0 keep-alive", get(b"Connection: keep-alive\r\n", version=b"HTTP/1.0"))
    redir("absolute form", get(target=b"http://a/p?q"))
    redir("absolute form without path", get(target=b"http://a"))
    redir("post", post(b"Content-Length: 5\r\n", b"hello"))
    redir("delete", b"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n")
    redir("options asterisk", b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")
    redir("get with a body", get(b"Content-Length: 5\r\n") + b"hello")
    redir("other path by a rule", get(target=b"/old"), backend=("http-request set-path /new",))
    redir("other method by a rule", get(), backend=("http-request set-method POST",))
    redir("rules for answers", get(), backend=("http-response set-header x-r 1", "http-after-response set-header x-a 1"))
    redir("cookie", get(b"Cookie: S=one\r\n"), backend=("cookie S insert",), server="redir http://i cookie one")
    redir("server down", get(), [], server="redir http://i disabled")
    redir("space in the prefix", get(), server='redir "http://x y"')
    redir("nothing there", get(), "refuse")
    case("redirect line, no format", get(), frontend=("redirect location http://x/%[hdr(host)]%{",))
    case("redirect line, prefix", get(target=b"/a?b"), frontend=("redirect prefix /%[path] drop-query",))
    case("redirect line, prefix /", get(target=b"/a?b"), frontend=("redirect prefix / code 303",))


BLOCKED = "answers with the status of the answer that it blocks, not with the 502 of its manual"


def cacheable_cookies():
    """`option checkcache`"""
    known = b"Last-Modified: x\r\n"

    def one(name, line=b"", status=200, blocked=True, method=b"GET", cookie=b"Set-Cookie: a=1\r\n", term=known, **more):
        head = b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n" % status + cookie + term + line + b"\r\n"
        label = f"checkcache, {name}"
        case(label, method + b" / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", [answer(head)],
             **{"backend": ("option checkcache",), **more})
        if blocked and status != 502:
            LAXER_ANSWERS[label] = BLOCKED

    kept = (200, 203, 206, 300, 301, 404, 405, 410, 414, 501)
    for status in kept + (201, 202, 302, 303, 307, 400, 403, 500, 502, 503):
        one(f"status {status}", status=status, blocked=status in kept)
        one(f"status {status}, public", b"Cache-Control: public\r\n", status)
    for method in (b"HEAD", b"POST", b"PUT", b"OPTIONS", b"TRACE", b"DELETE", b"FOO"):
        one(f"method {method.decode()}", method=method, blocked=method in (b"HEAD", b"OPTIONS", b"TRACE"))
        one(f"method {method.decode()}, public", b"Cache-Control: public\r\n", method=method)
    for term in (b"ETag: x", b"Expires: 0", b"Cache-Control: max-age=3", b"Cache-Control: s-maxage=3", b"Cache-Control: max-age"):
        one(f"lives by {term.decode()}", term=term + b"\r\n")
    for term in (b"", b"Age: 3", b"Vary: x", b"Cache-Control: public", b"Cache-Control: max-age=0, public"):
        one(f"no life by {term.decode()}", term=term and term + b"\r\n", blocked=False)
    for value in ("private", "no-store", "max-age=0", "s-maxage=0", "no-cache", "PRIVATE", "no-cache=\"set-cookie\"",
                  "no-cache=\"set-cookie, x\"", "no-cache=\"set-cookiex", "public, private", "public, no-cache=\"set-cookie\"",
                  "public, max-age=0", "max-age=0, max-age=10", "x,private"):
        one(f"passes {value}", b"Cache-Control: %s\r\n" % value.encode(), blocked=False)
    for value in ("public", "max-age=10", "max-age=00", "max-age=0x", "no-cache=\"x, set-cookie\"", "no-cache=set-cookie",
                  "private=x", "private=\"x\"", "xprivate", "must-revalidate", "", "private, public", "max-age=0, public",
                  "no-cache=\"set-cookie\", public", "x;private"):
        one(f"blocked by {value}", b"Cache-Control: %s\r\n" % value.encode())
    # With this status both answer alike.
    for value in ("public", "public, private", "private, public", "no-cache, public", "public, no-cache=\"set-cookie\"",
                  "no-cache=\"set-cookie\", public", "public, max-age=0", "max-age=0, public", "public, s-maxage=0", "publicx"):
        one(f"502 with {value}", b"Cache-Control: %s\r\n" % value.encode(), 502)
    for value, blocked in (("no-cache", False), ("NO-CACHE", False), ("no-cachex", True), ("x, no-cache", True), ("", True)):
        one(f"pragma {value}", b"Pragma: %s\r\n" % value.encode(), blocked=blocked)
        one(f"502 with pragma {value}", b"Cache-Control: public\r\nPragma: %s\r\n" % value.encode(), 502)
    one("two fields", b"Cache-Control: public\r\nCache-Control: private\r\n", 502)
    one("two fields, the other way", b"Cache-Control: private\r\nCache-Control: public\r\n", 502)
    one("no cookie", b"Cache-Control: public\r\n", 502, cookie=b"")
    one("Set-Cookie2", b"Cache-Control: public\r\n", 502, cookie=b"Set-Cookie2: a=1\r\n")
    one("empty cookie", b"Cache-Control: public\r\n", 502, cookie=b"Set-Cookie:\r\n")
    for label, mode in (("insert", "insert indirect"), ("nocache", "insert indirect nocache"), ("rewrite", "rewrite")):
        for cookie in (b"", b"Set-Cookie: S=1\r\n", b"Set-Cookie: a=1\r\n"):
            one(f"502, cookie {label}, {cookie.decode().strip()}", b"Cache-Control: public\r\n", 502, cookie=cookie,
                backend=("option checkcache", "cookie S " + mode), server="cookie one")
    one("502 by a rule", status=502, term=b"ETag: x\r\n", backend=("option checkcache", "http-response set-header cache-control public"))
    one("502, private by a rule", status=502, term=b"ETag: x\r\n", backend=("option checkcache", "http-response set-header cache-control private"))


def tcp():
    one = lambda name, client, origin, **more: case("tcp " + name, client, origin, mode="tcp", log="option tcplog", **more)
    one("echo", [b"hello", "read", "half"], [Answer([("read", 5), (0, b"world")], "hang")])
    one("server first", ["read", b"QUIT\r\n"], [Answer([(0, b"220 hi\r\n"), ("read", 6)], "close")])
    one("server closes", [b"x"], [Answer([("read", 1), (0, b"bye")], "close")])
    one("client half closes", [b"hello", "half"], [Answer([("read", 5), (0.1, b"late answer")], "close")])
    one("client leaves", [b"hello", 0.05, "close"], [hang()])
    one("client resets", [b"hello", 0.05, "reset"], [hang()], skip=("log", "counters"))
    one("server resets", [b"x"], [Answer([("read", 1)], "reset")], skip=("client",))
    one("refused", [b"x"], "refuse")
    one("silent both", [b"x"], [hang()])
    one("large", [b"x" * 300000, "half"], [Answer([("read", 300000), (0, b"y" * 300000)], "close")])
    one("send-proxy", [b"x", "half"], [Answer([(0.1, b"z")], "hang")], server="send-proxy", skip=("origin",))
    one("nothing at all", ["half"], [hang()])
    one("accept-proxy v1", [b"PROXY TCP4 192.0.2.1 198.51.100.2 5 80\r\nhello", "half"], [Answer([("read", 5), (0, b"k")], "close")],
        frontend=("accept-proxy",))
    one("accept-proxy v1 unknown", [b"PROXY UNKNOWN\r\nhello", "half"], [Answer([("read", 5), (0, b"k")], "close")], frontend=("accept-proxy",))
    one("accept-proxy missing", [b"hello", "half"], [hang()], frontend=("accept-proxy",))
    v2 = b"\r\n\r\n\0\r\nQUIT\n"
    one("accept-proxy v2", [v2 + b"\x21\x11\0\x0c\xc0\0\2\1\xc6\x33\x64\2\0\5\0\x50" + b"hello", "half"],
        [Answer([("read", 5), (0, b"k")], "close")], frontend=("accept-proxy",))
    one("accept-proxy v2 local", [v2 + b"\x20\0\0\0hello", "half"], [Answer([("read", 5), (0, b"k")], "close")], frontend=("accept-proxy",))
    one("accept-proxy v2 with TLV", [v2 + b"\x21\x11\0\x13\xc0\0\2\1\xc6\x33\x64\2\0\5\0\x50\x04\0\x04abcd" + b"hello", "half"],
        [Answer([("read", 5), (0, b"k")], "close")], frontend=("accept-proxy",))


# Where HAProxy 2.6 is laxer than Weir means to be (docs/differences.md): Weir refuses, whatever HAProxy does.
LAXER = {
    "length 18446744073709551616": "wraps around at 64 bits",
    "header nul in value": "takes any byte but CR and LF",
    "header delete byte in value": "takes any byte but CR and LF",
    "get asterisk": "takes the asterisk for any method",
}
# The same of answers: Weir's client gets a 502.
LAXER_ANSWERS = {
    "answer status 099": "takes any number", "answer status 20": "takes any number",
    "answer status 1000": "takes any number", "answer status 2000": "takes any number",
    "answer version RTSP/1.0": "takes RTSP for HTTP", "answer transfer-encoding empty": "ignores an empty list",
}

for table in (requests, headers, bodies, answers, upgrades, options, server_redirects, cacheable_cookies, tcp):
    table()

for each in CASES:
    each.laxer = LAXER.get(each.name) or LAXER_ANSWERS.get(each.name, "")
    each.wanted = b"HTTP/1.1 502 " if each.name in LAXER_ANSWERS else b"HTTP/1.1 400 "


def compare(weir, haproxy, only=""):
    return harness.compare("wire", CASES, weir, haproxy, only)
