"""Sample fetches: requests, and what is asked of them."""
from harness import Answer, answer, hang, ok
from sample_diff import Setup

SETUPS = []


def setup(name, client, expressions, **more):
    SETUPS.append(Setup(name, client if isinstance(client, list) else [client], expressions.split("\n") if isinstance(expressions, str) else expressions,
                        **more))


def lines(text):
    return [line.strip() for line in text.strip().split("\n") if line.strip()]


def request(target="/", fields="", body="", method="GET", version="1.1", host="www.Example.com:8080"):
    """one request as bytes; fields is text with a line for each"""
    head = f"{method} {target} HTTP/{version}\r\n" + (f"Host: {host}\r\n" if host is not None else "")
    head += "".join(line + "\r\n" for line in fields.split("\n") if line)
    if body:
        head += f"Content-Length: {len(body)}\r\n"
    return (head + "\r\n" + body).encode("latin-1")


# --- from inside the process ---------------------------------------------------------------------------------------
CONSTANTS = lines("""
    always_false
    always_true
    bin(00ff41)
    bin()
    bin(0)
    bin(0g)
    bool(true)
    bool(1)
    bool(no)
    bool(maybe)
    int(12)
    int(-9223372036854775808)
    int(9223372036854775807)
    int(9223372036854775808)
    int(0x10)
    int(012)
    int(abc)
    int()
    int
    ipv4(1.2.3.4)
    ipv4(localhost)
    ipv4(1.2.3)
    ipv6(::1)
    ipv6(2001:db8::ffff:1.2.3.4)
    ipv6(1.2.3.4)
    meth(GET)
    meth(get),lower
    meth(BREW),lower
    meth(),lower
    str(abc)
    str("a, b")
    str()
    str
    env(WEIR_TEST)
    env(WEIR_NOT_SET)
    env()
    hostname
    nbproc
    proc
    thread
    stopping
    rand(1)
    rand,mul(0)
    rand(0)
    rand(-1)
    uuid,length
    uuid(4),length
    uuid(5)
    date,div(1000000000)
    date(3600),div(1000000000)
    date(0,ms),div(1000000000000)
    date(0,us),div(1000000000000000)
    date(0,h)
    date_us,mul(0)
    wait_end
    cpu_calls,mul(0)
    cpu_ns_avg,mul(0)
    cpu_ns_tot,mul(0)
    lat_ns_avg,mul(0)
    lat_ns_tot,mul(0)
    prio_class
    prio_offset
    last_rule_file
    last_rule_line
    internal.strm.is_htx
    unique-id
    var(proc.number)
    var(proc.text)
    var(txn.none)
    var(txn.none,str(7))
    var(txn.none,7)
    var(bad)
    var()
    var(proc.9)
    no_such_fetch
""")
INTERNAL = lines("""
    avg_queue
    avg_queue(served)
    avg_queue(none)
    be_conn
    be_conn(served)
    be_conn_free
    be_conn_free(served)
    be_conn_free(empty)
    be_sess_rate,mul(0)
    be_sess_rate(served)
    connslots
    connslots(served)
    fe_conn(named)
    fe_conn,bool
    fe_req_rate,mul(0)
    fe_req_rate(named)
    fe_sess_rate,bool
    fe_sess_rate(named)
    nbsrv
    nbsrv(served)
    nbsrv(empty)
    queue
    queue(served)
    srv_conn(served/one)
    srv_conn(one)
    srv_conn(served/none)
    srv_conn(none/one)
    srv_conn_free(served/one)
    srv_conn_free(served/two)
    srv_is_up(served/one)
    srv_is_up(served/off)
    srv_is_up(served/spare)
    srv_iweight(served/one)
    srv_iweight(served/off)
    srv_queue(served/one)
    srv_sess_rate(served/one)
    srv_uweight(served/two)
    srv_weight(served/two)
    srv_weight(served/off)
    table_avl(kept)
    table_cnt(kept)
    table_cnt(none)
    table_cnt(served)
    table_cnt
    fe_client_timeout
    fe_defbe,length
    fe_id,mul(0)
    fe_name,length
    be_id,mul(0)
    be_name,length
    be_server_timeout
    be_tunnel_timeout
    cur_server_timeout
    cur_tunnel_timeout
    so_id
    so_name
    http_first_req
""")
CONNECTION = lines("""
    src
    src_port,bool
    src_is_local
    dst
    dst_port,bool
    dst_is_local
    dst_conn
    fc_src
    fc_src_port,bool
    fc_src_is_local
    fc_dst
    fc_dst_port,bool
    fc_dst_is_local
    fc_err
    fc_err_str
    fc_http_major
    fc_pp_authority
    fc_pp_unique_id
    fc_rcvd_proxy
    fc_rtt,mul(0)
    fc_rtt(us),mul(0)
    fc_rtt(ms),mul(0)
    fc_rtt(h)
    fc_rttvar,mul(0)
    fc_fackets
    fc_lost
    fc_reordering
    fc_retrans
    fc_sacked
    fc_unacked,mul(0)
    ssl_fc
    ssl_fc_has_early
    ssl_fc_is_resumed
    ssl_fc_err
    ssl_fc_err_str
    ssl_fc_cipher
    ssl_fc_has_crt
    ssl_fc_has_sni
    ssl_fc_sni
    ssl_fc_alpn
    ssl_c_used
    ssl_f_serial
    ssl_c_verify
""")
BACK = lines("""
    bc_dst
    bc_dst_port,bool
    bc_err
    bc_err_str
    bc_http_major
    bc_src
    bc_src_port,bool
    srv_id
    srv_name
    be_id,mul(0)
    be_name,length
    be_server_timeout
    be_tunnel_timeout
    cur_server_timeout
    cur_tunnel_timeout
    res.comp
    res.comp_algo
    res.cache_hit
    res.cache_name
    ssl_bc
    ssl_bc_cipher
    ssl_bc_protocol
    ssl_bc_is_resumed
    ssl_bc_alpn
""")
EVERYWHERE = CONSTANTS + INTERNAL + CONNECTION
for place in ("tcp-request connection", "tcp-request session", "tcp-request content", "http-request", "backend http-request",
              "http-response", "http-after-response"):
    setup(f"internal, {place}", request(),
          [e for e in EVERYWHERE if e != "var(txn.none,7)" or place not in ("tcp-request connection", "tcp-request session")]
          + (BACK if place.endswith("response") else []), place=place)
# http_first_req in TCP mode ends a HAProxy process.
setup("internal, tcp-request content of a tcp proxy", [b"x", "read", "half"], [e for e in EVERYWHERE if e != "http_first_req"], place="tcp-request content", mode="tcp",
      origin=[Answer([("read", 1), (0, b"yy")], "close")])
setup("internal, tcp-response content", request(), EVERYWHERE + BACK, place="tcp-response content")
LOGGED = [e for e in EVERYWHERE + BACK if not any(w in e for w in ("maybe", "0g", "h)", "none)", "none/", '"', "bad", "abc)", "var()", "var(proc.9)",
          "no_such", "int()", "ipv4(l", "1.2.3)", "(1.2.3.4)", "BREW", "uuid(5)", "rand(-1)", "rand(0)", "808)", "table_cnt", "(one)", "avg_queue", "be_conn", "be_sess", "connslots", "nbsrv", "queue"))
          and e not in ("int", "str", "bin(0)", "env()")]
setup("internal, log", request(), LOGGED, place="log")
setup("PROXY header", b"PROXY TCP4 192.0.2.1 198.51.100.2 5 80\r\n" + request(),
      "src\nsrc_port\ndst\ndst_port\nfc_src\nfc_dst_port,bool\nfc_rcvd_proxy\nsrc_is_local\ndst_is_local\nfc_src_is_local", frontend=("accept-proxy",))
setup("PROXY header, IPv6", b"PROXY TCP6 2001:db8::1 2001:db8::2 5 80\r\n" + request(), "src\nsrc_port\ndst\ndst_port\nsrc,ipmask(24,64)",
      frontend=("accept-proxy",))


def version2(*extra):
    """a PROXY header, version 2, with type-length-value fields"""
    fields = b"".join(bytes([kind]) + len(value).to_bytes(2, "big") + value for kind, value in extra)
    body = bytes([192, 0, 2, 1, 198, 51, 100, 2]) + (5).to_bytes(2, "big") + (80).to_bytes(2, "big") + fields
    return b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + len(body).to_bytes(2, "big") + body


setup("PROXY header, version 2", version2((2, b"name.example"), (5, b"id\xff\x00x")) + request(),
      "src\ndst_port\nfc_pp_authority\nfc_pp_unique_id\nfc_pp_unique_id,hex\nfc_rcvd_proxy", frontend=("accept-proxy",))
setup("timeouts", request(), "cur_server_timeout\ncur_tunnel_timeout\nbe_server_timeout\nbe_tunnel_timeout\nfe_client_timeout", place="backend http-request",
      backend=("timeout tunnel 7s", "http-request set-timeout server 650ms", "http-request set-timeout tunnel 9s"))
setup("priorities", request(), "prio_class\nprio_offset", frontend=("http-request set-priority-class int(-3)", "http-request set-priority-offset int(100)"))
setup("unique-id", request(fields="X-Id: abc"), "unique-id\nunique-id,length", frontend=("unique-id-format 'id-%[src]-%[method]'",))
setup("last rule", request(), "last_rule_file,field(-1,/)\nlast_rule_line,bool", place="http-response", frontend=("http-request allow",))

# --- requests ------------------------------------------------------------------------------------------------------
NAMES = ("", "(X-List)", "(X-List,1)", "(X-List,2)", "(X-List,3)", "(X-List,-1)", "(X-List,-2)", "(X-List,0)", "(X-List,99)", "(X-List,-99)", "(X-None)",
         "(x-empty)", "(Host)", "(X-Date)", "(X-Num)", "(X-Quoted)", "(X-Ip)")
HEADER_FETCHES = [f"{fetch}{names}" for fetch in ("req.hdr", "req.fhdr", "hdr") for names in NAMES]
HEADER_FETCHES += [f"{fetch}{names}" for fetch in ("req.hdr_cnt", "req.fhdr_cnt", "hdr_cnt") for names in ("", "(X-List)", "(X-None)", "(x-empty)", "(X-List,1)")]
HEADER_FETCHES += [f"{fetch}{names}" for fetch in ("req.hdr_ip", "hdr_ip") for names in ("(X-Ip)", "(X-Ip,2)", "(X-Ip,3)", "(X-Ip,4)", "(X-Ip,5)", "(X-Num)", "")]
HEADER_FETCHES += [f"{fetch}{names}" for fetch in ("req.hdr_val", "hdr_val") for names in ("(X-Num)", "(X-Num,2)", "(X-Num,-1)", "(X-List)", "")]
HEADER_FETCHES += lines("""
    req.hdr_names
    req.hdr_names(;)
    req.hdrs
    req.hdrs_bin,hex
    req.hdrs,length
    shdr(X)
    method
    req.ver
    req_ver
    req.proto_http
    req_proto_http
    capture.req.method
    capture.req.uri
    capture.req.ver
    capture.res.ver
    capture.req.hdr(0)
    capture.req.hdr(9)
    capture.res.hdr(0)
    http_first_req
""")
LISTS = """X-List: one, two ,three
X-List:four
X-Empty:
X-Date: Tue, 15 Nov 1994 08:12:31 GMT, other
X-Num: 12, -7, 99999999999999999999
X-Quoted: "a,b", "c\\",d" , e
X-Ip: 1.2.3.4, 2001:db8::1, [::1], 10.0.0.1:80, junk"""
setup("request header", request(fields=LISTS), HEADER_FETCHES)
setup("request header, none", [request(host=None, version="1.0")], HEADER_FETCHES)
setup("request header, odd", request(fields="X-List: ,,  , a\xe9,\t\"unclosed, x\nX-List: \nX-Num: 0x10\nX-Num:  +5 \nX-Ip:  1.2.3.4 \nX-Ip: 1.2.3\nX-Quoted: \"\\"),
      HEADER_FETCHES)

COOKIES = [f"{fetch}{names}" for fetch in ("req.cook", "cook", "req.cook_cnt", "cook_cnt", "req.cook_val", "cook_val", "cookie", "scook")
           for names in ("", "(a)", "(b)", "(A)", "(num)", "(q)", "(none)", "(sp)", "(empty)")]
for label, fields in (("cookies", "Cookie: a=1; b=two; a=3; num=42; q=\"quoted;x\"; sp = 5 ; empty=; last"),
                      ("cookies in two fields", "Cookie: a=1;b=x\nCookie: a=2; num=-5"),
                      ("cookies, odd", "Cookie: =x; ;; a; b==y; num=12abc; q=\"; sp=a b\xe9; $Version=1"),
                      ("cookies, commas", "Cookie: a=1, b=2; num=3,4"), ("no cookies", "X: y")):
    setup(label, request(fields=fields), COOKIES)

TARGETS = lines("""
    base
    base32
    base32+src,hex
    baseq
    path
    pathq
    query
    url
    url32
    url32+src,hex
    url_ip
    url_port
    url_param
    url_param()
    url_param(a)
    url_param(b)
    url_param(A)
    url_param(none)
    url_param(a,;)
    url_param(a,&)
    url_param(a,xy)
    urlp(a)
    urlp(empty)
    urlp(enc)
    urlp(enc),url_dec
    urlp_val(a)
    urlp_val(b)
    urlp_val(none)
    method,lower
    path,length
    query,length
    pathq,length
    req.ver
""")
LONG = "/" + "l" * 3000
for label, target, method, host in (
        ("plain", "/a/b.html?a=1&b=two&empty=&enc=%41%2f+x&a=3", "GET", "www.Example.com:8080"),
        ("slash", "/", "HEAD", "h"), ("question mark only", "/x?", "GET", "h"), ("two question marks", "/x?y?a=1", "GET", "h"),
        ("semicolons", "/p;a=7?b=1;a=2;c=3", "GET", "h"), ("absolute", "http://www.example.com:81/p/q?a=1", "GET", "www.example.com:81"),
        ("absolute with an address", "http://10.1.2.3:8888/p?a=-5", "GET", "10.1.2.3:8888"), ("absolute, no path", "http://h.example?a=9", "GET", "h.example"),
        ("absolute, IPv6", "http://[2001:db8::1]:99/z", "GET", "[2001:db8::1]:99"), ("asterisk", "*", "OPTIONS", "h"),
        ("connect", "h.example:443", "CONNECT", "h.example:443"), ("double slash", "//a//b?a=%00", "GET", "h"),
        ("long", LONG + "?a=" + "9" * 30, "GET", "h"), ("odd method", "/m?a", "BREW", "h"), ("lower method", "/m?&&a=&a=2&=", "get", "h"),
        ("escaped", "/%41%zz/../b?a=%&b=é".replace("é", "%C3%A9"), "GET", "h"), ("dots", "/a/../b/./c?a==1", "DELETE", "h"),
        ("https", "https://www.example.com/p?a=1#".rstrip("#"), "PATCH", "www.example.com")):
    setup(f"target, {label}", request(target, host=host, method=method), TARGETS, origin=[hang()], skip=("end",))
setup("target, no host", request("/x?a=1", host=None, version="1.0"), TARGETS)

BODIES = lines("""
    req.body
    req.body,length
    req.body_len
    req.body_size
    req.body_param
    req.body_param(a)
    req.body_param(b)
    req.body_param(none)
    req.body,hex
    req.len
    req_len
    req.payload(0,4)
    req.payload(0,0)
    req.payload_lv(0,1)
    payload(0,4)
    payload_lv(0,1)
    url_param(a,,check_post)
    urlp(a)
""")
WAIT = ("option http-buffer-request",)
FORM = "Content-Type: application/x-www-form-urlencoded"
for label, body, fields in (("form", "a=1&b=two+x%41&c=", FORM), ("none", "", ""), ("text", "hello", "Content-Type: text/plain"),
                            ("binary", "\x00\x01\xff\r\n|", ""), ("form without type", "a=5", ""), ("form, odd", "&&=x&a&b==1", FORM + "; charset=x")):
    setup(f"body, {label}", request("/?a=target", fields, body, "POST"), BODIES, frontend=WAIT)
setup("body, not waited for", [request("/", "Content-Length: 5", "", "POST"), 0.2, b"hello"], [e for e in BODIES if "len" not in e], origin=[ok()])
setup("body, chunked", request("/", "Transfer-Encoding: chunked\n" + FORM, "", "POST") + b"4\r\na=12\r\n3\r\n&b=\r\n0\r\n\r\n", BODIES, frontend=WAIT, skip=("origin",))
setup("body, chunked in pieces", [request("/", "Transfer-Encoding: chunked\n" + FORM, "", "POST") + b"4\r\na=12\r\n", 0.1, b"3\r\n&b=\r\n", 0.1, b"0\r\n\r\n"],
      BODIES, frontend=WAIT, skip=("origin",))  # HAProxy makes one chunk of what has gathered.

AUTHORIZATION = lines("""
    http_auth(people)
    http_auth(none)
    http_auth
    http_auth_group(people)
    http_auth_bearer
    http_auth_bearer(X-Token)
    http_auth_pass
    http_auth_type
    http_auth_user
""")
for label, fields in (("none", ""), ("basic", "Authorization: Basic YW5uOnNlY3JldA=="), ("wrong", "Authorization: Basic YW5uOndyb25n"),
                      ("group", "Authorization: Basic Ym9iOm90aGVy"), ("bearer", "Authorization: Bearer abc.def"),
                      ("odd", "Authorization: Basic !!!"), ("no colon", "Authorization: Basic YW5u"), ("other", "Authorization: Digest x=y"),
                      ("lower", "authorization:basic YW5uOnNlY3JldA=="), ("empty", "Authorization:"), ("token", "X-Token: Bearer  t  x"),
                      ("crypted", "Authorization: Basic ZXZlOnB3"), ("two", "Authorization: Basic YW5uOnNlY3JldA==\nAuthorization: Bearer z"),
                      ("basic, spaces", "Authorization:   Basic    YW5uOnNlY3JldA==  ")):
    setup(f"authorization, {label}", request(fields=fields), AUTHORIZATION)
setup("proxy authorization", request("http://h/x", "Proxy-Authorization: Basic YW5uOnNlY3JldA==", host="h"), AUTHORIZATION)

# --- responses -----------------------------------------------------------------------------------------------------
RESPONSE_NAMES = ("", "(X-List)", "(X-List,2)", "(X-List,-1)", "(X-None)", "(X-Num)", "(X-Ip)", "(X-Ip,2)", "(Set-Cookie)")
RESPONSES = [f"{fetch}{names}" for fetch in ("res.hdr", "res.fhdr", "shdr", "res.hdr_cnt", "res.fhdr_cnt", "shdr_cnt", "res.hdr_ip", "shdr_ip", "res.hdr_val",
                                             "shdr_val", "hdr") for names in RESPONSE_NAMES if "cnt" not in fetch or "," not in names]
RESPONSES += [f"{fetch}{names}" for fetch in ("res.cook", "scook", "res.cook_cnt", "scook_cnt", "res.cook_val", "scook_val", "cookie")
              for names in ("", "(a)", "(b)", "(num)", "(none)")]
RESPONSES += lines("""
    status
    res.ver
    resp_ver
    res.hdr_names
    res.hdr_names(;)
    res.hdrs
    res.hdrs_bin,hex
    res.body
    res.body_len
    res.body_size
    res.len
    res.payload(0,2)
    res.payload_lv(0,1)
    capture.req.hdr(0)
    capture.req.hdr(1)
    capture.res.hdr(0)
    capture.res.hdr(1)
    capture.req.method
    capture.req.uri
    capture.req.ver
    capture.res.ver
    method
    req.hdr(Host)
    path
    http_first_req
    res.comp
    res.comp_algo
    srv_id
    srv_name
    bc_http_major
""")
CAPTURES = ("capture request header Host len 8", "capture request header X-None len 8", "capture response header X-List len 30")
ANSWER = b"HTTP/1.1 203 Fine thing\r\nX-List: one, two\r\nX-List: three\r\nX-Num: 12, -9\r\nX-Ip: 1.2.3.4, ::1\r\nSet-Cookie: a=1; path=/\r\n" \
    b"Set-Cookie: b=\"two\"; HttpOnly\r\nSet-Cookie: num=77\r\nContent-Length: 3\r\n\r\n\x02ab"
for place in ("http-response", "backend http-response", "http-after-response", "tcp-response content"):
    setup(f"response, {place}", request("/r?x", "Cookie: a=c"), RESPONSES, place=place, frontend=CAPTURES, origin=[answer(ANSWER)])
setup("response, 1.0", request(), RESPONSES, place="http-response", frontend=CAPTURES, origin=[answer(b"HTTP/1.0 404\r\nX-List\t:x\r\n\r\n".replace(b"\t", b""), "close")])
# The body of an own answer is no content that rules see.
setup("response, own answer", request(), [e for e in RESPONSES if not e.startswith(("res.body", "res.len"))], place="http-after-response", frontend=CAPTURES + ("http-request deny",), origin=[])
setup("response, wait for body", request(), RESPONSES, place="http-response", frontend=CAPTURES + ("http-response wait-for-body time 1s",),
      origin=[Answer([(0, ANSWER[:-2]), (0.1, ANSWER[-2:])])])
LOGGED_HTTP = [e for e in RESPONSES if e.startswith(("res.hdr(", "capture", "status", "http_first", "res.ver", "srv_"))] + ["path", "req.hdr(Host)", "method"]
setup("request and response, log", request("/r?x"), LOGGED_HTTP, place="log", frontend=CAPTURES, origin=[answer(ANSWER)])
setup("two requests", [request("/1"), "read", request("/2")], "http_first_req\npath\nmethod\ncapture.req.uri\nunique-id", origin=[ok(), ok()],
      frontend=("unique-id-format %[path]",))
setup("two requests, log", [request("/1"), "read", request("/2")], "http_first_req\ncapture.req.uri\nstatus\nvar(sess.count)", origin=[ok(), ok()], place="log",
      frontend=("http-request set-var(sess.count) var(sess.count),add(1)",))

# Refused by Weir: what looks into HAProxy's own form of a message, and into FastCGI.
EXCEPTIONS = {"fcgi.docroot", "fcgi.index"} | {"internal.htx." + n for n in "data free free_data has_eom nbblks size used".split()} | {
    "internal.htx_blk." + n for n in "data hdrname hdrval size start_line type".split()}
