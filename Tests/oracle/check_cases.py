"""The health checks that check_diff.py runs on both programs."""
from check_diff import Case

CASES = []
TCP, HTTP = ["option tcp-check"], ["option httpchk"]
CRLF = b"\r\n"


def case(name, backend, *peers, **more):
    CASES.append(Case(name, list(backend), list(peers) or [[[]]], number=len(CASES), **more))


def tcp(name, rules, *peers, **more):
    case("tcp " + name, TCP + ["tcp-check " + rule for rule in rules], *peers, **more)


def http(name, rules, answer, *more_peers, option="option httpchk", **more):
    peer = [[("until", b"\r\n\r\n"), answer]] if isinstance(answer, bytes) else answer
    case("http " + name, [option] + ["http-check " + rule for rule in rules], peer, *more_peers, **more)


def ok(body=b"hello", head=b"", status=b"200 OK"):
    return b"HTTP/1.1 " + status + b"\r\n" + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


# --- connections
case("connect", [])
case("connect refused", [], "refuse")
case("connect send-proxy", [], [[("until", CRLF)]], server="send-proxy check")
case("connect send-proxy port", [], [[]], [[]], server="send-proxy check port @1@")
case("connect check-send-proxy", [], [[("until", CRLF)]], server="check check-send-proxy")
case("connect check-send-proxy v2", [], [[12]], server="check send-proxy-v2")
case("connect port", [], "refuse", [[]], server="check port @1@")
case("connect addr", [], [[]], server="check addr 127.0.0.2")
case("connect no port", ["server s1 127.0.0.1 check port @0@"])
tcp("empty", [])
tcp("empty refused", [], "refuse")
tcp("connect", ["connect"])
tcp("connect refused", ["connect"], "refuse")
tcp("connect refused with comment", ["connect comment one"], "refuse")
tcp("connect port refused", ["connect port @1@"], [[]], "refuse")
tcp("two connects", ["connect", "connect port @1@"], [[]], [[]])
tcp("second connect refused", ["connect", "connect port @1@"], [[]], "refuse")
tcp("second connect refused with comment", ["connect", "comment two", "connect port @1@"], [[]], "refuse")
tcp("second connect, script goes on", ["connect", "send a", "expect string b", "connect port @1@", "send c", "expect string d"],
    [[1, b"b"]], [[1, b"d"]])
tcp("connect addr", ["connect addr 127.0.0.2 port @1@"], [[]], "refuse")
tcp("connect default", ["connect default"], [[]])
tcp("connect send-proxy", ["connect send-proxy", "send x"], [[("until", b"\nx")]])
tcp("connect without server's send-proxy", ["connect", "send x"], [[1]], server="check send-proxy")
tcp("connect default with server's send-proxy", ["connect default", "send x"], [[("until", b"\nx")]], server="check send-proxy")
tcp("implicit connect with server's send-proxy", ["send x"], [[("until", b"\nx")]], server="check send-proxy")
tcp("connect linger", ["connect linger", "send x"], [[1]])
tcp("connect port expression", ["set-var(check.p) int(@1@)", "connect port var(check.p)", "send x"], "refuse", [[1]])
tcp("connect port from nothing", ["connect port var(check.none)", "send x"], [[1]])
tcp("connect port zero", ["connect port int(0)", "send x"], [[1]])
# --- sending
tcp("send", ["send x"], [[1]])
tcp("send twice", ["send a", "send b"], [[2]])
tcp("send only, refused", ["send a"], "refuse")
tcp("send only with comment, refused", ["comment hey", "send a"], "refuse")
tcp("connect, send, refused", ["connect", "send a"], "refuse")
tcp("send-binary", ["send-binary 00ff10"], [[3]])
tcp("send-lf", ["send-lf %[srv_name]/%[be_name]/%[str(a%20b)]"], [[10]])
tcp("send-lf aliases", ["send-lf '%b %s %bi %si %sp %ci %cp %f %ft %ST %B %T %pid %H %hr %tsc %rc %ac'"], [["hang"]], skip=("received",))
tcp("send-lf empty", ["send-lf %[var(check.none)]", "send y"], [[1]])
case("tcp send-lf, figures of a backend with backups",
     TCP + ["tcp-check send-lf %[nbsrv]/%[queue]/%[avg_queue].", "server s1 127.0.0.1:@0@ check", "server b1 127.0.0.1:1 backup",
            "server b2 127.0.0.1:1 backup"], [[6]])
for limits in ("", "maxconn 5", "maxconn 5 maxqueue 7", "maxqueue 7"):
    case(f"tcp send-lf, free connections, {limits}",
         TCP + ["tcp-check send-lf '%[connslots]/%[be_conn_free]/%[srv_conn_free(s1)]/%[fe_conn(last)]/%[fe_req_rate(last)]/%[fe_sess_rate(last)].'",
                f"server s1 127.0.0.1:@0@ check {limits}", f"server s2 127.0.0.1:1 {limits}", "server b1 127.0.0.1:1 backup maxconn 3 maxqueue 2"],
         [[("until", b".")]])
tcp("send-lf, TLS that is not", ["send-lf [%[ssl_bc]%[ssl_bc_is_resumed]%[ssl_bc_protocol]%[ssl_bc_cipher]]"], [["hang"]])
tcp("send-binary-lf", ["send-binary-lf 41%[str(42)]43"], [[3]])
tcp("send-binary-lf odd", ["send-binary-lf 41%[str(4)]"], [["hang"]])
tcp("send-binary-lf bad", ["send-binary-lf zz%[str(4)]"], [["hang"]])
tcp("send-binary-lf empty", ["send-binary-lf %[var(check.none)]", "send x"], [[1]])
tcp("set-var and use", ["set-var(check.a) str(hello)", "set-var-fmt(check.b) <%[var(check.a)]>", "send-lf %[var(check.b)]"], [[7]])
tcp("unset-var", ["set-var(check.a) str(hello)", "unset-var(check.a)", "send-lf [%[var(check.a)]]"], [[2]])
tcp("set-var of scopes", ["set-var(proc.cd1) str(p)", "set-var(sess.a) str(s)", "set-var(req.a) str(r)", "set-var(txn.a) str(t)",
                          "send-lf [%[var(proc.cd1)]%[var(sess.a)]%[var(req.a)]%[var(txn.a)]]"], [["hang"]])
tcp("set-var conditions", ["set-var(check.a) str(1)", "set-var(check.a,ifnotset) str(2)", "set-var(check.b,ifexists) str(3)",
                           "send-lf [%[var(check.a)]%[var(check.b)]]"], [["hang"]])
tcp("set-var from answer", ["expect string +OK", "set-var(check.a) res.payload(0,3)", "send-lf [%[var(check.a)]]"], [[b"+OK hi", 5]])
tcp("set-var only", ["set-var(check.a) str(1)"])
tcp("comment only", ["comment hello"])
# --- expectations
for kind, good, bad in (("string", "+PONG", "-ERR"), ("rstring", "^.P[O]", "^-ERR"), ("binary", "2b504f4e", "2d2d"),
                        ("rbinary", "^2B50", "^2D"), ("string-lf", "%[str(+PO)]", "%[str(-ER)]"),
                        ("binary-lf", "%[str(2b50)]", "%[str(2d50)]")):
    tcp(f"expect {kind}", [f"expect {kind} {good}"], [[b"+PONG\r\n", "hang"]])
    tcp(f"expect not {kind}", [f"expect ! {kind} {bad}"], [[b"+PONG\r\n", "close"]])
    tcp(f"expect {kind}, wrong", [f"expect {kind} {bad}"], [[b"+PONG\r\n", "close"]])
    tcp(f"expect not {kind}, wrong", [f"expect ! {kind} {good}"], [[b"+PONG\r\n", "hang"]])
    tcp(f"expect {kind}, wrong with comment", [f"comment some words", f"expect {kind} {bad}"], [[b"+PONG\r\n", "close"]])
    tcp(f"expect {kind}, silence", [f"expect {kind} {bad}"], [["hang"]])
    tcp(f"expect {kind}, silence with comment", [f"expect {kind} {bad} comment quiet"], [["hang"]])
    tcp(f"expect {kind}, closed", [f"expect {kind} {bad}"], [["close"]])
    tcp(f"expect {kind}, reset", [f"expect {kind} {bad}"], [[0.1, "reset"]])
    tcp(f"expect {kind}, closed with comment", [f"connect", f"expect {kind} {bad} comment c"], [["close"]])
tcp("expect not string, closed", ["expect ! string foo"], [["close"]])
tcp("expect in pieces", ["expect string hello"], [[b"he", 0.1, b"ll", 0.1, b"o", "hang"]])
tcp("expect rstring in pieces", ["expect rstring h.*o"], [[b"he", 0.1, b"ll", 0.1, b"o", "hang"]])
tcp("expect not string in pieces", ["expect ! string hello"], [[b"he", 0.1, b"ll", 0.1, b"o", "hang"]])
tcp("expect not string, never comes", ["expect ! string hello"], [[b"he", "hang"]])
tcp("expect not rstring, never comes", ["expect ! rstring hello"], [[b"hexxxxxxxxxx", "hang"]])
tcp("expect not string, long enough", ["expect ! string hello"], [[b"hexxxxxxxxxx", "hang"]])
tcp("min-recv", ["expect min-recv 5 string lo"], [[b"hel", 0.1, b"lo", "hang"]])
tcp("min-recv, wrong", ["expect min-recv 5 string foo"], [[b"hel", 0.1, b"lo", "hang"]])
tcp("min-recv not", ["expect min-recv 5 ! string foo"], [[b"hel", 0.1, b"lo", "hang"]])
tcp("min-recv zero", ["expect min-recv 0 rstring foo"], [[b"hello", "hang"]])
tcp("min-recv zero, string", ["expect min-recv 0 string foobar"], [[b"he", 0.1, b"lloxxxx", "hang"]])
tcp("min-recv minus one", ["expect min-recv -1 string foo"], [[b"hello", "close"]])
tcp("min-recv regex", ["expect min-recv 5 rstring ^hello$"], [[b"hel", 0.1, b"lo", "hang"]])
tcp("min-recv not reached", ["expect min-recv 50 string hel"], [[b"hello", "hang"]])
tcp("min-recv not reached, closed", ["expect min-recv 50 string hel"], [[b"hello", "close"]])
tcp("chain", ["expect string a", "expect string b", "expect ! string z"], [[b"a", 0.1, b"b", "close"]])
tcp("chain, second wrong", ["expect string a", "expect string c"], [[b"a", 0.1, b"b", "close"]])
tcp("chain, second silent", ["expect string a", "expect string c"], [[b"a", 0.1, b"b", "hang"]])
tcp("send resets what came", ["expect string a", "send x", "expect string a"], [[b"a", 1, b"b", "close"]])
tcp("send, expect after close", ["send x", "expect string a"], [[1, b"a", "close"]])
tcp("send, expect, quit", ["send x", "expect string a", "send quit"], [[1, b"a", 4, "close"]])
tcp("send to a closed one", ["expect string a", "send x", "expect string b"], [[b"a", "close"]])
tcp("nul bytes", ["expect binary 6100ff62"], [[b"xa\0\xffbx", "hang"]])
tcp("rbinary nul", ["expect rbinary ^6100"], [[b"a\0b", "hang"]])
tcp("rstring after nul", ["expect rstring b$"], [[b"a\0b", "hang"]])
tcp("string-lf empty", ["expect string-lf %[var(check.none)]"], [[b"a", "hang"]])
tcp("binary-lf bad", ["expect binary-lf zz%[str(1)]"], [[b"a", "hang"]])
tcp("flood", ["expect string never"], [[b"x" * 100000, "hang"]])
tcp("flood with end", ["expect string never"], [[b"x" * 100000, "close"]])
tcp("found at the end of a full buffer", ["expect string abc"], [[b"x" * 16381 + b"abc" + b"y" * 999, "hang"]])
for status in ("L4OK", "L6OK", "L7OK", "L7OKC"):
    tcp(f"ok-status {status}", [f"expect ok-status {status} string a"], [[b"a", "hang"]])
for status in ("L4CON", "L6RSP", "L7RSP", "L7STS", "L7OKC"):
    tcp(f"error-status {status}", [f"expect error-status {status} string a"], [[b"b", "close"]])
for status in ("L4TOUT", "L6TOUT", "L7TOUT"):
    tcp(f"tout-status {status}", [f"expect tout-status {status} string a"], [[b"b", "hang"]])
tcp("ok-status not last", ["expect ok-status L6OK string a", "send x", "expect string b"], [[b"a", 1, b"b", "hang"]])
tcp("ok-status before send", ["expect ok-status L6OK string a", "send x"], [[b"a", 1, "hang"]])
tcp("ok-status before connect", ["connect", "expect ok-status L6OK string a", "connect port @1@"], [[b"a", "hang"]], [[]])
tcp("ok-status before set-var", ["connect", "expect ok-status L6OK on-success done string a", "set-var(check.a) int(1)"], [[b"a", "hang"]], [[]])
tcp("on-success", ["expect on-success 'fine %[res.payload(0,3)]' string a"], [[b"abcdef", "hang"]])
tcp("on-success not last", ["expect on-success fine string a", "send x", "expect string b"], [[b"a", 1, b"b", "hang"]])
tcp("on-error", ["expect on-error 'bad %[res.payload(0,0)]' comment more string z"], [[b"abc\r\n", "close"]])
tcp("on-error, timeout", ["expect on-error 'bad %[res.payload(0,0)]' comment more string z"], [[b"abc\r\n", "hang"]])
tcp("on-error, converters", ["expect on-error '%[res.payload(0,0),cut_crlf,upper]' string z"], [[b"abc\r\ndef", "close"]])
tcp("status-code", ["expect status-code res.payload(0,3) error-status L7STS string z"], [[b"421 no", "close"]])
tcp("status-code, good", ["expect status-code res.payload(0,3) string 2"], [[b"220 no", "hang"]])
tcp("status-code int", ["expect status-code int(7) string 2"], [[b"220 no", "hang"]])
tcp("status-code no number", ["expect status-code res.payload(0,3) string 2"], [[b"2xx no", "hang"]])
tcp("long comment", ["expect string foo comment '" + "c" * 300 + "'"], [[b"x", "close"]])
tcp("quotes in comment", ["expect string foo comment 'a \"b\" <c>'"], [[b"x", "close"]])
tcp("comment order", ["connect", "comment a", "send x", "comment b", "expect string y"], [[1, "close"]])
tcp("comment stays", ["connect", "comment a", "send x", "expect string y"], [[1, "close"]])
tcp("comment goes with set-var", ["connect", "comment a", "set-var(check.x) int(1)", "expect string y"], [["close"]])
# --- HTTP
http("plain", [], ok())
http("uri", [], ok(), option="option httpchk /a")
http("method uri", [], ok(), option="option httpchk GET /a")
http("version", [], ok(), option="option httpchk GET /a HTTP/1.1")
http("odd version", [], ok(), option="option httpchk GET /a FOO/1.1")
http("headers in version", [], ok(), option="option httpchk GET /a HTTP/1.1\\r\\nHost:\\ www\\r\\nX:\\ y")
http("body in version", [], ok(), option="option httpchk GET /a HTTP/1.1\\r\\nHost:\\ www\\r\\n\\r\\nbody")
http("headers in version and send", ["send hdr A b"], ok(), option="option httpchk GET /a HTTP/1.1\\r\\nHost:\\ www")
for status in (b"204 No Content", b"301 Moved", b"404 Not Found", b"500 Oh", b"503", b"99 x", b"1000 x", b"100 Continue"):
    http("status " + status.decode(), [], ok(status=status))
http("refused", [], "refuse")
http("silent", [], [["hang"]])
http("closed", [], [[0.1, "close"]])
http("closed after request", [], [[("until", b"\r\n\r\n"), "close"]])
http("reset", [], [[("until", b"\r\n\r\n"), 0.1, "reset"]])
http("garbage", [], b"SSH-2.0\r\n")
http("half a head, closed", [], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\nX: y", "close"]])
http("half a head, silent", [], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\nX: y", "hang"]])
http("head too large", [], b"HTTP/1.0 200 OK\r\n" + b"X: " + b"y" * 20000 + b"\r\n\r\n")
http("send", ["send meth POST uri /b ver HTTP/1.1 hdr Host x hdr A-B c body hello"], ok())
http("send only header", ["send hdr Host x"], ok(), option="option httpchk GET /a HTTP/1.1")
http("send uri", ["send uri /b"], ok(), option="option httpchk GET /a HTTP/1.1")
http("send version", ["send ver HTTP/1.1"], ok(), option="option httpchk GET /a")
http("send before option", ["send uri /b hdr x y"], ok(), option="")
CASES[-1].backend = ["http-check send uri /b hdr x y", "option httpchk GET /a HTTP/1.1"]
http("send before bare option", [], ok())
CASES[-1].backend = ["http-check send meth PUT uri /b hdr x y", "option httpchk"]
http("connect before option", [], ok())
CASES[-1].backend = ["http-check connect", "option httpchk GET /a"]
http("connect, send before option", [], ok())
CASES[-1].backend = ["http-check connect", "http-check send uri /b hdr x y", "option httpchk GET /a"]
http("connect, expect before option", [], ok())
CASES[-1].backend = ["http-check connect", "http-check expect status 500", "option httpchk GET /a"]
http("expect before option", [], ok())
CASES[-1].backend = ["http-check expect status 500", "option httpchk GET /a"]
http("connect", ["connect", "send meth GET uri /c"], ok(), option="option httpchk GET /a")
http("connect, no send", ["connect"], ok(), option="option httpchk GET /a")
http("connect after option with uri, expect", ["connect", "send hdr x y", "expect status 200"], ok(), option="option httpchk GET /a HTTP/1.1")
http("send log-format", ["send uri-lf /%[srv_name] hdr X %[be_name]-%[int(3)] body-lf <%[str(b)]>"], ok())
http("send uri-lf empty", ["send uri-lf %[var(check.none)]"], ok())
http("send body-lf empty", ["send body-lf %[var(check.none)]"], ok())
http("send header empty", ["send hdr X %[var(check.none)]"], ok())
http("send connection", ["send ver HTTP/1.1 hdr connection keep-alive"], ok())
http("send lengths", ["send hdr content-length 7 hdr transfer-encoding chunked body abc"], ok())
http("send body, GET", ["send meth GET body abc"], ok())
http("send POST without body", ["send meth POST"], ok())
http("send host and absolute uri", ["send meth GET uri http://a/b ver HTTP/1.1 hdr Host c"], ok())
http("send connect", ["send meth CONNECT uri a:1"], ok())
http("send head", ["send meth HEAD", "expect status 200"], b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n")
http("send old version", ["send ver HTTP/0.9"], ok())
http("send HTTP/2 version", ["send ver HTTP/2.0"], ok())
http("send-state", ["send-state"], ok(), skip=("received",))
http("send-state, version 1.1", ["send-state", "send ver HTTP/1.1 hdr A b"], ok(), skip=("received",))
http("disable-on-404", ["disable-on-404"], ok(status=b"404 NF"), mode="http")
http("disable-on-404, expect", ["disable-on-404", "expect status 200"], ok(status=b"404 NF"), mode="http")
http("disable-on-404, expect string", ["disable-on-404", "expect string foo"], ok(status=b"404 NF"), mode="http")
for rule in ("status 200", "status 201,200", "status 100-199,200-204", "! status 500", "rstatus ^2", "! rstatus ^5", "string ello",
             "! string foo", "rstring ^h.l", "! rstring foo", "string-lf %[str(ell)]", "! string-lf %[str(x)]",
             "hdr name x-a", "hdr name X-A value one", "hdr name x-a value two", "hdr name -m beg X- value -m sub w",
             "hdr name -m end -A value -m end o", "hdr name -m reg ^x- value -m reg ^t.o$", "fhdr name x-a value one,two",
             "fhdr name x-a value -m beg one", "hdr name-lf x-%[str(a)] value-lf t%[str(wo)]", "! hdr name x-b",
             "hdr name x-a value one comment foo", "fhdr name x-a value -m sub e,t", "hdr name -m str x-a", "hdr name -m sub -",
             "hdr name x-empty", "fhdr name x-a value -m end two"):
    http(f"expect {rule}", [f"expect {rule}"], ok(head=b"X-A: one,two\r\nX-Empty:\r\n"))
for rule in ("status 201", "! status 200", "rstatus ^3", "! rstatus ^2", "string foo", "! string ello", "rstring ^x", "! rstring h",
             "string-lf %[str(x)]", "! string-lf %[str(ell)]", "hdr name x-b", "hdr name x-a value three", "! hdr name x-a",
             "hdr name -m beg y-", "hdr name -m reg ^y", "fhdr name x-a value one", "hdr name x-a value-lf %[str(x)]",
             "hdr name-lf %[str(no)]", "hdr name-lf %[var(check.none)]", "hdr name x-a value-lf %[var(check.none)]",
             "string-lf %[var(check.none)]", "hdr name x-a value ONE", "! hdr name x-a value one"):
    http(f"expect {rule}, wrong", [f"expect {rule}"], ok(head=b"X-A: one,two\r\n"))
    http(f"expect {rule}, wrong with comment", [f"expect {rule} comment why"], ok(head=b"X-A: one,two\r\n"))
    http(f"expect {rule}, wrong with message", [f"expect on-error 'no %[status] %[res.hdr(x-a)]' comment why {rule}"], ok(head=b"X-A: one,two\r\n"), mode="http")
http("expect string, no body", ["expect string foo"], ok(b""))
http("expect string, no body, message", ["expect on-error oops string foo"], ok(b""))
http("expect not string, no body", ["expect ! string foo"], ok(b""))
http("expect string, body in pieces", ["expect string hello"],
     [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nhe", 0.1, b"ll", 0.1, b"o", "hang"]])
http("expect string, body never whole", ["expect string foo"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhe", "hang"]])
http("expect string, body cut", ["expect string foo"], [[("until", b"\r\n\r\n"), b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhe", "close"]])
http("expect string, chunked", ["expect string hello"],
     [[("until", b"\r\n\r\n"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n", 0.1, b"3\r\nllo\r\n0\r\n\r\n", "hang"]])
http("expect string, bad chunk", ["expect string hello"],
     [[("until", b"\r\n\r\n"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhe\r\n", "hang"]])
http("expect string, large body", ["expect string never"], b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100000)
http("expect, min-recv", ["expect min-recv 4 rstring ^hello$"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nhe", 0.1, b"llo", "close"]])
http("expect, min-recv, early", ["expect min-recv 4 rstring ^hellox$"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nhe", 0.1, b"llo", 0.1, b"x", "close"]])
http("expect, min-recv zero", ["expect min-recv 0 string foo"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nhe", "hang"]])
http("two expects", ["expect status 200", "expect string hello"], ok())
http("two expects, second wrong", ["expect status 200", "expect string foo"], ok())
http("two expects, first wrong", ["expect status 201", "expect string hello"], ok())
for status in ("L4OK", "L6OK", "L7OK", "L7OKC"):
    http(f"ok-status {status}", [f"expect ok-status {status} status 200"], ok())
for status in ("L4CON", "L6RSP", "L7RSP", "L7STS", "L7OKC"):
    http(f"error-status {status}", [f"expect error-status {status} string z"], ok())
http("error-status of status", ["expect error-status L7RSP status 201"], ok())
http("tout-status", ["expect tout-status L4TOUT status 201"], [["hang"]])
http("on-success", ["expect on-success 'yes %[status] %[res.body] %[res.ver]' status 200"], ok(), mode="http")
http("status-code", ["expect status-code res.hdr(x-code) status 200"], ok(head=b"X-Code: 77\r\n"), mode="http")
http("set-var from answer", ["connect", "send uri /1", "expect status 200", "set-var(check.v) res.hdr(x-v)", "connect port @1@",
                             "send uri-lf /%[var(check.v)]"], ok(head=b"X-V: abc\r\n"), [[("until", b"\r\n\r\n"), ok()]], mode="http")
http("two connections", ["connect", "send uri /1", "expect status 200", "connect port @1@", "send uri /2", "expect status 201"],
     ok(), [[("until", b"\r\n\r\n"), ok()]])
http("second connection refused", ["connect", "send uri /1", "expect status 200", "connect port @1@ comment two", "send uri /2"], ok(), "refuse")
http("second connection silent", ["connect", "send uri /1", "expect status 200", "connect port @1@ comment two", "send uri /2"], ok(), [["hang"]])
http("send-proxy", [], [[("until", b"\r\n\r\n"), ok()]], server="check check-send-proxy")
http("continue first", [], b"HTTP/1.1 100 Continue\r\n\r\n" + ok())
http("mode http", [], ok(), mode="http")
OLD = "option httpchk GET /a HTTP/1.1\\r\\nHost:\\ www\\r\\nX:\\ y\\r\\n\\r\\nbody"
http("request in option, method", ["send meth PUT"], ok(), option=OLD)
http("request in option, header", ["send hdr A b"], ok(), option=OLD)
http("request in option, body", ["send body zz"], ok(), option=OLD)
http("request in option, uri-lf", ["send uri-lf /x"], ok(), option=OLD)
http("request in option, body-lf", ["send body-lf x%[int(3)]"], ok(), option=OLD)
for version in ("HTTP/1.5", "HTTP/3.0", "HTTP/2", "HTTP/1.10", "FOO", "HTTP/1.1"):
    http(f"send version {version}", [f"send ver {version}"], ok())
http("send host and port in uri", ["send meth GET uri http://a:8080/b?c ver HTTP/1.1 hdr Host c:9"], ok())
http("send host and word", ["send meth GET uri foo ver HTTP/1.1 hdr Host c"], ok())
http("send host and asterisk", ["send meth OPTIONS uri * ver HTTP/1.1 hdr Host c"], ok())
http("send connect and host", ["send meth CONNECT uri a:1 ver HTTP/1.1 hdr Host c"], ok())
http("set-var before connect", ["set-var(check.a) int(1)", "connect", "comment uu", "send meth GET", "expect status 300"], ok())
http("set-var before send", ["set-var(check.a) int(1)", "send meth GET", "expect status 300"], ok())
http("comment before expect", ["comment zz", "expect status 300"], ok())
http("second connection, other status", ["connect", "send", "expect status 200", "connect", "send uri /2"],
     [[("until", b"\r\n\r\n"), ok()], [("until", b"\r\n\r\n"), ok(status=b"500 x")]])
http("expect custom", ["expect custom"], ok())
tcp("expect custom", ["expect custom"], [[b"x", "hang"]])
tcp("expect custom, send", ["expect custom", "send x"], [[b"x", 1, "hang"]])
tcp("chain from what must not come", ["expect ! string z", "expect string b"], [[b"a", "hang"]])
tcp("chain, late", ["expect ! string z", "expect string b"], [[b"aaa", 0.1, b"z", 0.1, b"b", "hang"]])
tcp("chain of three, late", ["expect string a", "expect ! string z", "expect string b"], [[b"aaa", 0.1, b"z", 0.1, b"b", "hang"]])
tcp("linger", ["connect linger", "send x", "expect string a"], [[1, b"a", "hang"]])
tcp("set-var counts as a step", ["send x", "set-var(check.b) int(3)", "expect string a"], [[1, "close"]])
tcp("set-vars last", ["expect string a", "set-var(check.b) int(3)", "set-var(check.c) int(3)"], [[b"a", "hang"]])
tcp("connect, set-var", ["connect", "set-var(check.b) int(3)"], [[b"a", "hang"]])
tcp("set-var between connects", ["set-var(check.b) int(3)", "connect", "set-var(check.b) int(3)", "connect port @1@"], [[]], "refuse")
tcp("set-var, connect refused", ["set-var(check.b) int(3)", "connect", "send x", "expect string y"], "refuse")
tcp("set-var, implied connect refused", ["set-var(check.b) int(3)", "send x", "expect string y"], "refuse")
tcp("samples", ["send-lf '%[res.payload(0,0)] %[src] %[dst] %[bc_src] %[srv_id] %[be_conn] %[nbsrv] %[srv_is_up(s1)] %[thread]'"], [["hang"]])
http("samples in request", ["send uri-lf '/%[srv_name] %[be_name]' hdr a %[bc_http_major]"], ok())
http("samples of answer", ["expect on-success '%[res.hdrs]|%[res.body_len]|%[res.body_size]|%[res.hdr_cnt]|%[res.fhdr(x)]|%[res.payload(0,4)]' status 200"],
     ok(head=b"X: y, z\r\n"), mode="http")
http("aliases of answer", ["expect on-success '%ST %B %si %sp %b %s %Tr' status 200"], ok(), mode="http")
http("variable in message", ["expect status 200", "set-var(check.x) res.hdr(x)", "expect on-success '%[var(check.x)]' status 200"], ok(head=b"X: y\r\n"), mode="http")
http("min-recv more than there is", ["expect min-recv 3 string foo"], ok(b"fo"))
http("min-recv and status", ["expect comment a min-recv 3 rstatus x"], ok(b"fo"))
for rule in ("hdr name x value y", "! hdr name x value y", "! hdr name x value q", "! fhdr name x value y", "fhdr name -m beg x value y",
             "hdr name x value -m reg ^z", 'hdr name x value "q,r"'):
    http(f"expect {rule}, several fields", [f"expect {rule}"], ok(head=b"X: a,b\r\nXa: z\r\nX: y, z , \"q,r\"\r\n"))
http("expect not string, silent", ["expect ! string foo"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nbar", "hang"]])
http("expect string-lf, open", ["expect string-lf %[srv_name]"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nbs1r", "hang"]])
http("timeout with messages", ["expect tout-status L7TOUT on-error aa comment bb status 200"], [["hang"]])
# --- bad servers
http("trickle", [], [[("until", b"\r\n\r\n")] + [part for c in b"HTTP/1.0 200 OK\r\n" for part in (bytes([c]), 0.01)] + [b"\r\n", "hang"]])
http("trickle without end", [], [[("until", b"\r\n\r\n")] + [part for c in b"HTTP/1.0 200 OK\r\nX: " * 9 for part in (bytes([c]), 0.01)] + ["hang"]])
http("two lengths", [], b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
http("length too large", ["expect string hello"], [[("until", b"\r\n\r\n"), b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", "hang"]])
http("length too small", ["expect string hello"], b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello")
http("reset in head", [], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n", 0.1, "reset"]])
http("reset in body", ["expect string foo"], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n\r\nbar", 0.1, "reset"]])
http("zero bytes", [], b"\0" * 50)
http("flood of head", [], [[("until", b"\r\n\r\n"), b"HTTP/1.0 200 OK\r\n" + b"A: b\r\n" * 9000, "hang"]])
tcp("flood, matched late", ["expect string never", "expect string abc"], [[b"x" * 50000, "hang"]])
tcp("reset at once", ["expect string abc"], [["reset"]])
tcp("answer before question", ["send x", "expect string abc"], [[b"abc", 1, "hang"]])
# --- protocols
REDIS = ["option redis-check"]
case("redis", REDIS, [[14, b"+PONG\r\n", "hang"]])
case("redis, error", REDIS, [[14, b"-ERR no auth\r\n", "hang"]])
case("redis, error and end", REDIS, [[14, b"-ERR no auth\r\n", "close"]])
case("redis, closed", REDIS, [["close"]])
case("redis, silent", REDIS, [["hang"]])
case("redis, refused", REDIS, "refuse")
case("redis, in pieces", REDIS, [[14, b"+PO", 0.1, b"NG\r\n", "hang"]])
SMTP = ["option smtpchk"]
case("smtp", SMTP, [[b"220 mail ESMTP\r\n", ("until", CRLF), b"250 hello\r\n", ("until", b"QUIT\r\n"), b"221 bye\r\n", "close"]])
case("smtp ehlo", ["option smtpchk EHLO me.example"], [[b"220 mail ESMTP\r\n", ("until", CRLF), b"250-hello\r\n250 X\r\n", "hang"]])
case("smtp other word", ["option smtpchk FOO me.example"], [[b"220 mail ESMTP\r\n", ("until", CRLF), b"250 hello\r\n", "hang"]])
case("smtp one word", ["option smtpchk EHLO"], [[b"220 mail ESMTP\r\n", ("until", CRLF), b"250 hello\r\n", "hang"]])
case("smtp, 554 first", SMTP, [[b"554 go away\r\n", "hang"]])
case("smtp, 500 then", SMTP, [[b"220 hi\r\n", ("until", CRLF), b"500  what?\r\n", "hang"]])
case("smtp, 500 then closed", SMTP, [[b"220 hi\r\n", ("until", CRLF), b"500 what?\r\n", "close"]])
case("smtp, garbage", SMTP, [[b"hello there\r\n", "hang"]])
case("smtp, short", SMTP, [[b"22", "close"]])
case("smtp, multi-line greeting", SMTP, [[b"220-hi\r\n220 there\r\n", ("until", CRLF), b"250 ok\r\n", "hang"]])
case("smtp, silent", SMTP, [["hang"]])
case("smtp, silent after greeting", SMTP, [[b"220 hi\r\n", "hang"]])
case("smtp, closed", SMTP, [["close"]])
case("smtp, refused", SMTP, "refuse")


def packet(number, payload):
    return len(payload).to_bytes(3, "little") + bytes([number]) + payload


GREETING = packet(0, b"\x0a5.5.5-10.11.4-MariaDB\0" + bytes(4) + b"12345678\0" + b"\xff\xf7\x08\x02\0\xff\x81\x15" + bytes(10) + b"123456789012\0")
DENIED = packet(0, b"\xff\x69\x04Host '1.2.3.4' is not allowed to connect to this MySQL server")
OKAY, REFUSED = packet(2, b"\0\0\0\2\0\0\0"), packet(2, b"\xff\x15\x04#28000Access denied for user 'x'@'y'")
for name, option, login in (("", "option mysql-check", False), (" user", "option mysql-check user haproxy", True),
                            (" post-41", "option mysql-check user haproxy post-41", True), (" pre-41", "option mysql-check user haproxy pre-41", True),
                            (" long user", "option mysql-check user " + "u" * 40, True)):
    case(f"mysql{name}", [option], [[GREETING, 20, OKAY, "hang"] if login else [GREETING, "hang"]])
    case(f"mysql{name}, denied", [option], [[DENIED, "hang"]])
    case(f"mysql{name}, refused login", [option], [[GREETING, 20, REFUSED, "hang"]])
    case(f"mysql{name}, closed after greeting", [option], [[GREETING, "close"]])
    case(f"mysql{name}, silent", [option], [["hang"]])
    case(f"mysql{name}, closed", [option], [["close"]])
    case(f"mysql{name}, garbage", [option], [[b"hello world, this is no database at all\r\n", "close"]])
    case(f"mysql{name}, short", [option], [[GREETING[:9], "close"]])
    case(f"mysql{name}, short silent", [option], [[GREETING[:9], "hang"]])
    case(f"mysql{name}, in pieces", [option], [[GREETING[:9], 0.1, GREETING[9:], 20, OKAY[:3], 0.1, OKAY[3:], "hang"]])
    case(f"mysql{name}, wrong number", [option], [[packet(1, GREETING[4:]), 20, OKAY, "hang"]])
    case(f"mysql{name}, huge length", [option], [[b"\xff\xff\xff\0" + GREETING[4:], 20, OKAY, "hang"]])
    case(f"mysql{name}, empty packet", [option], [[packet(0, b""), "hang"]], skip=("log", "last_chk"))
    case(f"mysql{name}, empty answer", [option], [[GREETING, 20, packet(2, b""), "hang"]])
    case(f"mysql{name}, odd answer", [option], [[GREETING, 20, packet(2, b"\xfemysql_old_password\0"), "hang"]])
    case(f"mysql{name}, odd answer number", [option], [[GREETING, 20, packet(3, b"\0\0\0\2\0\0\0"), "hang"]])
    # of these two HAProxy reads on behind the packet, into what its buffer held before
    case(f"mysql{name}, version without end", [option], [[packet(0, b"\x0a5.5.5"), 20, OKAY, "hang"]], skip=("log",))
    case(f"mysql{name}, short error", [option], [[packet(0, b"\xff\x69"), "hang"]])
PG = ["option pgsql-check user someone"]
case("pgsql", PG, [[20, b"R\0\0\0\x08\0\0\0\0", "hang"]])
case("pgsql, md5", PG, [[20, b"R\0\0\0\x0c\0\0\0\x05abcd", "hang"]])
case("pgsql, sasl", PG, [[20, b"R\0\0\0\x17\0\0\0\x0aSCRAM-SHA-256\0\0", "hang"]])
case("pgsql, error", PG, [[20, b"E\0\0\0\x20SFATAL\0C28000\0Mno such user\0\0", "close"]])
case("pgsql, other", PG, [[20, b"N", "hang"]])
case("pgsql, other long", PG, [[20, b"Nothing like this", "hang"]])
case("pgsql, R short", PG, [[20, b"R\0\0", "close"]])
case("pgsql, closed", PG, [["close"]])
case("pgsql, silent", PG, [["hang"]])
LDAP = ["option ldap-check"]
case("ldap", LDAP, [[14, bytes.fromhex("300c02010161070a010004000400"), "hang"]])
case("ldap, long form", LDAP, [[14, bytes.fromhex("30840000001002010161840000000 70a010004000400".replace(" ", "")), "hang"]])
case("ldap, code 2", LDAP, [[14, bytes.fromhex("300c02010161070a010204000400"), "hang"]])
case("ldap, other message", LDAP, [[14, bytes.fromhex("300c02010162070a010004000400"), "hang"]])
case("ldap, other id", LDAP, [[14, bytes.fromhex("300c02010261070a010004000400"), "hang"]])
case("ldap, garbage", LDAP, [[14, b"hello there, how are you", "hang"]])
case("ldap, short", LDAP, [[14, bytes.fromhex("300c020101"), "close"]])
case("ldap, short silent", LDAP, [[14, bytes.fromhex("300c020101"), "hang"]])
case("ldap, closed", LDAP, [["close"]])
case("ldap, silent", LDAP, [["hang"]])
HELLO = ["option ssl-hello-chk"]  # the date is in what is sent
case("ssl-hello", HELLO, [[40, b"\x16\x03\x00\x00\x50" + bytes(80), "hang"]], skip=("received",))
case("ssl-hello, alert", HELLO, [[40, b"\x15\x03\x00\x00\x02\x02\x28", "close"]], skip=("received",))
case("ssl-hello, garbage", HELLO, [[40, b"hello", "hang"]], skip=("received",))
case("ssl-hello, short", HELLO, [[40, b"\x16\x03", "close"]], skip=("received",))
case("ssl-hello, silent", HELLO, [["hang"]], skip=("received",))
case("ssl-hello, closed", HELLO, [["close"]], skip=("received",))


def text(value):
    return bytes([len(value)]) + value


def spop_frame(kind, stream, frame, payload):
    body = bytes([kind]) + b"\0\0\0\1" + bytes([stream, frame]) + payload
    return len(body).to_bytes(4, "big") + body


SPOP = ["option spop-check"]
SPOP_OK = spop_frame(101, 0, 0, text(b"version") + b"\x08" + text(b"2.0") + text(b"max-frame-size") + b"\x03\xfc\xf0\x06" + text(b"capabilities") + b"\x08" + text(b""))
case("spop", SPOP, [[80, SPOP_OK, "hang"]])
case("spop, disconnect", SPOP, [[80, spop_frame(102, 0, 0, text(b"status-code") + b"\x03\x04" + text(b"message") + b"\x08" + text(b"go away")), "hang"]])
case("spop, bad version", SPOP, [[80, spop_frame(101, 0, 0, text(b"version") + b"\x08" + text(b"7.0") + text(b"max-frame-size") + b"\x03\xfc\xf0\x06" + text(b"capabilities") + b"\x08" + text(b"")), "hang"]])
case("spop, no version", SPOP, [[80, spop_frame(101, 0, 0, text(b"max-frame-size") + b"\x03\xfc\xf0\x06"), "hang"]])
case("spop, garbage", SPOP, [[80, b"\0\0\0\x05hello", "hang"]])
case("spop, huge", SPOP, [[80, b"\xff\xff\xff\xffhello", "hang"]])
case("spop, closed", SPOP, [["close"]])
case("spop, silent", SPOP, [["hang"]])
# --- external
for name, command in (("true", "/bin/true"), ("false", "/bin/false"), ("missing", "/no/such/program"), ("folder", "/tmp")):
    case(f"external {name}", ["option external-check", f"external-check command {command}"])
# --- agents
AGENT = "agent-check agent-port @0@ agent-inter 60s"
for words in ("up", "down", "stopped", "fail", "ready", "drain", "maint", "50%", "0%", "150%", "up 25%", "maxconn:5", "up,ready\t50%", "down # why not",
              "up#all well", "foo", "foo up", "up foo", "", " ", "# only words", "fail #", "UP", "100", "%", "-5%", "10.5%", "999999999999%",
              "maxconn:", "maxconn:x", "maxconn:-1", "down up", "up down", "drain up", "maint up", "ready drain", "50% 20%", "stopped #a #b",
              "up maxconn:3 10% ready # text"):
    case(f"agent {words!r}", ["balance roundrobin", f"server s1 127.0.0.1:9 weight 100 {AGENT}"], [[words.encode() + b"\r\n", "hang"]])
case("agent, no end of line", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"up", "close"]])
case("agent, carriage return", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"down\r", "hang"]])
case("agent, line feed", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"down\n", "hang"]])
case("agent, in pieces", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"do", 0.1, b"wn\n", "hang"]])
case("agent, silent", [f"server s1 127.0.0.1:9 {AGENT}"], [["hang"]])
case("agent, closed", [f"server s1 127.0.0.1:9 {AGENT}"], [["close"]])
case("agent, refused", [f"server s1 127.0.0.1:9 {AGENT}"], "refuse")
case("agent, flood", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"x" * 100000, "hang"]])
case("agent, binary", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"\0\1\2\xff\n", "hang"]])
case("agent-send", [f"server s1 127.0.0.1:9 {AGENT} agent-send hello\\n"], [[6, b"up\n", "hang"]])
case("agent, static weight", ["balance source", "hash-type map-based", f"server s1 127.0.0.1:9 weight 100 {AGENT}"], [[b"50%\n", "hang"]])
case("agent and check", [f"server s1 127.0.0.1:@1@ check {AGENT}"], [[b"up 50%\n", "hang"]], [[]])
case("agent down and check", [f"server s1 127.0.0.1:@1@ check {AGENT}"], [[b"down\n", "hang"]], [[]])
# --- more agents, and ways through a SOCKS4 proxy
GRANTED = b"\0\x5a" + bytes(6)


def socks(name, backend, proxy, more="check-via-socks4"):
    case("socks4, " + name, backend + [f"server s1 127.0.0.1:@0@ socks4 127.0.0.1:@1@ check {more}"], [["hang"]], [proxy])


socks("connect", [], [16, GRANTED, "hang"])
socks("http", ["option httpchk"], [16, GRANTED, ("until", b"\r\n\r\n"), ok()])
socks("denied", [], [16, b"\0\x5b" + bytes(6), "hang"])
socks("denied http", ["option httpchk"], [16, b"\0\x5b" + bytes(6), "hang"])
socks("silent", [], ["hang"])
socks("half an answer", [], [16, GRANTED[:4], "hang"])
socks("closed", [], [16, "close"])
socks("reset", [], [16, 0.1, "reset"])
socks("garbage", [], [16, b"HTTP/1.0 400 Bad\r\n\r\n", "hang"])
socks("send-proxy", ["option httpchk"], [16, GRANTED, ("until", b"\r\n\r\n"), ok()], "check-via-socks4 check-send-proxy")
socks("not asked for", [], [16, GRANTED, "hang"], "")
socks("rule", ["option tcp-check", "tcp-check connect via-socks4", "tcp-check send x"], [16, GRANTED, 1, "hang"], "")
socks("rule without", ["option tcp-check", "tcp-check connect", "tcp-check send x"], [16, GRANTED, 1, "hang"])
socks("rule denied", ["option tcp-check", "tcp-check connect via-socks4", "tcp-check send x"], [16, b"\0\x5b" + bytes(6), "hang"], "")
socks("rule silent", ["option tcp-check", "tcp-check connect via-socks4", "tcp-check send x"], ["hang"], "")
case("agent, trickle", [f"server s1 127.0.0.1:9 {AGENT}"], [[p for c in b"down # slow\n" for p in (bytes([c]), 0.01)] + ["hang"]])
case("agent, reset", [f"server s1 127.0.0.1:9 {AGENT}"], [[0.1, "reset"]])
case("agent, reset after words", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"up", 0.1, "reset"]])
case("agent, many words", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"up " * 2000 + b"\n", "hang"]])
case("agent, long word", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"x" * 3000 + b"\n", "hang"]])
case("agent, two lines", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"up\ndown\n", "hang"]])
case("agent, empty lines first", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"\n\nup\n", "hang"]])
case("agent, high bytes", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"\xff\xfe up # \xe9\n", "hang"]])
case("agent, words with tabs", [f"server s1 127.0.0.1:9 {AGENT}"], [[b"\t,up,,#\t why not\n", "hang"]])
case("agent, check both down", [f"server s1 127.0.0.1:@1@ check {AGENT}"], [[b"down\n", "hang"]], "refuse")
case("agent, up check down", [f"server s1 127.0.0.1:@1@ check {AGENT}"], [[b"up\n", "hang"]], "refuse")
# --- what no rule of expectations has a word in, whatever `error-status` says
for status in ("L7STS", "L6RSP", "L4CON", "L7OKC"):
    for rule in ("string-lf %[var(check.none)]", "hdr name-lf %[var(check.none)]", "hdr name x-a value-lf %[var(check.none)]", "string foo"):
        http(f"expect {rule}, error-status {status}", [f"expect error-status {status} comment why {rule}"], ok(head=b"X-A: b\r\n"))
    for rule in ("string-lf %[var(check.none)]", "binary-lf %[var(check.none)]", "binary-lf zz%[str(a)]", "string foo"):
        tcp(f"expect {rule}, error-status {status}", [f"expect error-status {status} {rule}"], [[b"hello", "close"]])
for rule in ("status 200", "status 300", "! status 500", "rstatus ^2", "hdr name x-a", "string hello", "string foo"):
    for name, body in (("end", [b"5\r\nhelloXX\r\n"]), ("late end", [b"5\r\nhello", 0.05, b"XX\r\n"]), ("size", [b"zz\r\nhello"])):
        http(f"expect {rule}, bad chunk {name}", [f"expect {rule}"],
             [[("until", b"\r\n\r\n"), b"HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n" + body[0], *body[1:], "hang"]])
for head, body in ((b"Content-Length: 5\r\n", b"hello"), (b"", b"hello"), (b"", b""), (b"Transfer-Encoding: chunked\r\n", b"5\r\nhello\r\n0\r\n\r\n")):
    for rule in ("status 101", "string hello", "! string foo", "rstring ^5", "hdr name x-a"):
        http(f"101 with {head} {body}, expect {rule}", [f"expect {rule}"],
             [[("until", b"\r\n\r\n"), b"HTTP/1.1 101 Sw\r\nX-A: b\r\n" + head + b"\r\n" + body, "hang"]])
http("half a head, comment", ["comment free"], [[("until", b"\r\n\r\n"), b"HTTP/1.", "close"]])
http("half a head, message", ["expect on-error '%[res.hdr(x-a)]-%[var(check.a)]' error-status L7OKC rstring ^$"], [[("until", b"\r\n\r\n"), b"HTTP/1.", "close"]])
http("a comment last", ["expect hdr name x-a value two", "comment free"], ok(head=b"X-A: one\r\n"))
http("connects before the option", [], ok())
CASES[-1].backend = ["http-check connect addr 127.0.0.1", "http-check connect comment two", "option httpchk HEAD /h HTTP/1.1"]
for name, end in (("silence", "hang"), ("reset", "reset")):
    tcp(f"expect custom, {name}", ["expect min-recv 0 custom"], [[0.1, end]])
    tcp(f"expect binary with a zero byte, {name}", ["expect binary 61006263"], [[0.1, end]])
tcp("send where a reset came", ["send-binary 0001ff", "expect rstring [0-9]+", "send hello"], [[b"one220 ok", "reset"]])
for name, lines, server in (("server's", [], "check check-alpn http/1.1"), ("server's, http", HTTP, "check check-alpn http/1.1"),
                            ("rule's", TCP + ["tcp-check connect alpn http/1.1 comment foo", "tcp-check send x"], "check"),
                            ("server's, rule", TCP + ["tcp-check connect", "tcp-check send x"], "check check-alpn http/1.1")):
    case(f"alpn of the {name}, refused", lines, "refuse", server=server)
for user in ("", " user u", " user u post-41"):
    for data in (b"\xff\0\0\0\xff\0\0\0\0", b"\5\0\0\0\xff\0\0\0\0", b"\5\0\0\0\x0a\0\0\0\0"):
        case(f"mysql{user}, {data} and the end", ["option mysql-check" + user], [[data, "close"]], skip=("received",))
case("spop, a length that never comes", SPOP, [[14, b"\x07\0\0\2abcd", "hang"]], skip=("received",))
for data in (b"22", b"0", b"30\x0c\2", b"x" * 13):
    case(f"ldap, {data} and the end", LDAP, [[14, data, "close"]])
for words in ("0%", "50%", "1000% maint", "maint 50%", "drain 50%"):
    case(f"agent of a disabled server, {words}", ["balance roundrobin", f"server s1 127.0.0.1:9 disabled {AGENT}"], [[words.encode() + b"\n", "hang"]])
    case(f"agent of a disabled server, static, {words}", ["balance static-rr", f"server s1 127.0.0.1:9 disabled {AGENT}"], [[words.encode() + b"\n", "hang"]])
tcp("expect custom, min-recv not reached", ["expect tout-status L6TOUT min-recv 50 custom"], [[b"+PONG\r\n", "hang"]])
tcp("connect port beyond 16 bits", ["connect port int(65537)", "send x"], [["hang"]])
http("set-var last", ["expect status 404", "unset-var(check.zz)"], ok(status=b"404 NF"))
# --- the end of a chunked body, and of what an agent says
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
for tail in (b"0\r\n", b"0\r\n\r", b"0\r\n\r\n", b"0\r\nX: y\r\n", b"0\r\nX: y\r\n\r\n", b"0\r\nbad line\r\n\r\n", b"0\r\nX: y\r\n z\r\n\r\n", b"0\r\nX: y\n\r\n",
             b"0\r\n: y\r\n\r\n", b"0\r\nTransfer-Encoding: chunked\r\n\r\n", b"0\r\n y\r\n\r\n", b"0;a=b\r\n\r\n",
             b"0\r\n\r\nmore", b"0\r\n" + b"X: y\r\n" * 200 + b"\r\n", b"0\r\nX: \0\r\n\r\n"):
    for rule in ("string hello", "string other", "! string other", "status 200", "min-recv 9 string other"):
        for end in ("hang", "close"):
            name = tail if len(tail) < 50 else tail[:9] + b"..."
            http(f"expect {rule}, chunks end by {name}, {end}", [f"expect {rule}"], [[("until", b"\r\n\r\n"), CHUNKED + b"5\r\nhello\r\n" + tail, end]])
for words in (b"up\n", b"up", b"50%", b"maint", b"down", b"down\n", b"50%\r\n", b"", b"x" * 30, b"down\0\n"):
    for pause in (0, 0.1):
        for end in ("reset", "close"):
            case(f"agent, {words}, {end} after {pause} s", ["balance roundrobin", f"server s1 127.0.0.1:9 weight 100 {AGENT}"], [[words] + [pause] * bool(pause) + [end]])
for end in ("hang", "close"):
    for name, answer in (("an answer of HTTP/1.1", ok()), ("rubbish", b"\xff" * 40)):
        http(f"HTTP/2 to a server that sends {name}, {end}", [], [[("until", b"\r\n\r\n"), answer, end]], server="check check-proto h2", mode="http",
             skip=("received",))
http("HTTP/2 to a server that closes", [], [[("until", b"\r\n\r\n"), 0.1, "close"]], server="check check-proto h2", mode="http", skip=("received",))
