"""Converters: what the tables of the unit tests know of HAProxy, and every converter over inputs of every kind."""
import os

from sample_diff import Setup
from sample_fetches import lines, request
from sample_surroundings import TABLES

SETUPS = []
LONG = "0123456789abcdef" * 180
FIELDS = f"X-Long: {LONG}\nX-High: caf\u00e9 \u00ff\nX-Empty:\nX-Json: {{\"a\":{{\"b\":[1,\"two\",true,null]}},\"n\":-1.5}}\nX-Url: /a%20b+c%zz?x=1&y=%C3%A9\n" \
    "X-Tab: a\tb\nX-Date: 1700000000"


def setup(name, expressions, frontend=(), **more):
    SETUPS.append(Setup(name, [request("/p?a=1", FIELDS)], expressions, frontend=tuple(frontend), **more))


# Inputs of every type, and odd ones.
INPUTS = ("bool(true)", "int(5)", "int(-7)", "int(9223372036854775807)", "int(-9223372036854775808)", "ipv4(192.0.2.129)", "ipv6(2001:db8::1:2)",
          "str(Some text, 12)", "str(-42x)", "str()", "bin(00ff410a7c80)", "meth(POST)", "req.hdr(X-Empty)", "req.hdr(X-None)", "req.hdr(X-High)", "req.hdr(X-Url)")
# (debug without arguments makes a HAProxy process forget itself.)
# Converters with the arguments they are tried with, over all inputs.
ANY = lines("""
    add(3)
    add(-9223372036854775808)
    add(txn.seven)
    and(6)
    b64dec
    base64
    bool
    bytes(1)
    bytes(1,2)
    bytes(0,0)
    bytes(-1)
    bytes(9,9)
    concat(<,txn.seven,>)
    concat()
    cpl
    crc32
    crc32(1)
    crc32c
    crc32c(1)
    cut_crlf
    digest(sha256),hex
    digest(md5),hex
    div(2)
    div(0)
    div(-1)
    djb2
    djb2(1)
    even
    field(1,x)
    field(-1,t)
    hex
    hex2i
    hmac(sha1,a2V5),hex
    host_only
    htonl
    http_date(0,s)
    http_date(100,us)
    iif(yes,no)
    ipmask(24)
    ipmask(24,64)
    json
    json(utf8)
    json(utf8s)
    json(utf8p)
    json(utf8ps)
    json(ascii)
    language(en;fr)
    language(en;fr,de)
    length
    lower
    ltrim(S)
    mod(3)
    mod(0)
    mod(-1)
    mul(3)
    mul(9223372036854775807)
    neg
    not
    odd
    or(6)
    port_only
    regsub([a-e],X)
    regsub([a-e],X,g)
    regsub([A-Z],x,gi)
    rtrim(2)
    sdbm
    sdbm(1)
    secure_memcmp(txn.seven)
    secure_memcmp(txn.none)
    sha1,hex
    sha2(512),hex
    sha2,hex
    strcmp(txn.seven)
    strcmp(txn.none)
    sub(3)
    sub(-9223372036854775808)
    ub64dec
    ub64enc
    upper
    url_dec
    url_dec(1)
    url_enc
    url_enc(query)
    utime(%Y,3600)
    ltime(%Y-%m-%d)
    word(1,x)
    word(-1,e)
    wt6
    wt6(1)
    xor(6)
    xxh3,hex
    xxh32
    xxh32(4)
    xxh64
    xxh64(4)
    map_int(@ints.map)
    map_ip(@addresses.map)
    map(@texts.map)
    map(@texts.map,other)
    be2dec(:,2)
    be2dec(,1)
    be2dec(:,2,3)
    be2hex(:,2)
    be2hex(,1,3)
    be2hex(-,3,1)
    set-var(txn.scratch)
    unset-var(txn.scratch)
    nbsrv
    srv_queue
    add_item(;,txn.seven)
    add_item(;,txn.seven,end)
    add_item(;,,end)
    fix_is_valid
    fix_tag_value(35)
    mqtt_is_valid
    mqtt_field_value(connect,client_identifier)
    protobuf(1)
    protobuf(1,int32)
    ungrpc(1)
    ungrpc(1.2,sint64)
    jwt_header_query
    jwt_payload_query($.a)
    jwt_verify(HS256,key)
    json_query($.a)
    debug(x,buf0)
    aes_gcm_dec(128,Zm9vb2Zvb29mb29wZm9vbw==,Zm9vb2Zvb29mb29wZm9vbw==,Zm9vb2Zvb29mb29wZm9vbw==)
""")
# What arithmetic makes of a boolean stays one in HAProxy, with another number; the sum of two negative numbers is the
# largest number there (docs/differences.md).
ODD = {("bool(true)", c) for c in ANY if c.split("(")[0] in "add sub mul div or xor cpl neg".split()} | {("int(-7)", "sub(3)"), ("str(-42x)", "sub(3)")}
setup("converters", [f"{value},{converter}".replace("@", TABLES + "/") for converter in ANY for value in INPUTS if (value, converter) not in ODD],
      ["http-request set-var(txn.seven) str(7)"])
setup("converters of a long text", [f"req.hdr(X-Long),{converter}{tail}".replace("@", TABLES + "/") for converter in ANY for tail in (",length", ",sha1,hex")],
      ["http-request set-var(txn.seven) str(7)"])
setup("converters, backend", ["str(x),base64", "str(served),nbsrv"], place="backend http-request")
setup("strings of servers", lines("""
    str(served),nbsrv
    str(empty),nbsrv
    str(served/one),srv_queue
    str(served/none),srv_queue
    str(none/none),srv_queue
    str(one),srv_queue
    str(served/),srv_queue
    str(value),capture-req(0)
    capture.req.hdr(0)
    str(value),capture-req(7)
    str(longer value),capture-req(1)
    capture.req.hdr(1)
    str(Mixed),capture-req(0),upper
    req.hdr(X-Json),json_query($.a.b[1])
    req.hdr(X-Json),json_query($.a.b)
    req.hdr(X-Json),json_query($.n)
    req.hdr(X-Json),json_query($.n,int)
    req.hdr(X-Json),json_query(a)
    req.hdr(X-Json),json_query($.none)
    req.hdr(X-Date),ltime(%a %Y-%m-%dT%H:%M:%S%z)
    req.hdr(X-Date),utime(%d/%b/%Y %j %U %p)
    req.hdr(X-Date),http_date(0,s)
    req.hdr(X-Url),url_dec
    req.hdr(X-Url),url_dec(1)
    path,field(2,/)
    """), ["declare capture request len 8", "declare capture request len 3"])
setup("strings of servers, response", ["str(value),capture-res(0)", "capture.res.hdr(0)", "str(longer value),capture-res(0)", "str(x),capture-res(5)"],
      ["declare capture response len 6"], place="http-response")
# What is wrong with arguments.
setup("arguments of converters", lines("""
    str(a),no_such
    str(a),add
    str(a),add()
    str(a),add(x)
    str(a),add(1,2)
    str(a),add(bad.var)
    str(a),bytes
    str(a),bytes(x)
    str(a),bytes(1
    str(a),concat(a,b.c)
    str(a),crc32(2)
    str(a),crc32(x)
    str(a),debug(a,none)
    str(a),digest
    str(a),digest(none)
    str(a),hmac(sha1)
    str(a),hmac(none,a2V5)
    str(a),hmac(sha1,!!)
    str(a),div()
    str(a),field
    str(a),field(0,x)
    str(a),field(1,)
    str(a),field(1,x,y)
    str(a),http_date(x)
    str(a),http_date(1,h)
    str(a),iif(a)
    str(a),ipmask
    str(a),ipmask(33)
    str(a),ipmask(24,129)
    str(a),ipmask(x)
    str(a),json(none)
    str(a),json_query()
    str(a),json_query($.a,none)
    str(a),jwt_verify(none,k)
    str(a),jwt_verify(RS256,/no/such/file)
    str(a),language
    str(a),ltime
    str(a),ltrim
    str(a),map
    str(a),map(/no/such/file)
    str(a),mqtt_field_value(none,x)
    str(a),mqtt_field_value(connect,none)
    str(a),fix_tag_value()
    str(a),fix_tag_value(x)
    str(a),protobuf()
    str(a),protobuf(x)
    str(a),protobuf(1,none)
    str(a),ungrpc(0)
    str(a),regsub
    str(a),regsub([,x)
    str(a),regsub(a,x,q)
    str(a),secure_memcmp(a)
    str(a),sha2(5)
    str(a),set-var(bad)
    str(a),set-var(txn.x,ifempty)
    str(a),set-var(txn.x,none)
    str(a),unset-var()
    str(a),strcmp(bad)
    str(a),url_enc(none)
    str(a),word
    str(a),word(0,x)
    str(a),xxh3(x)
    str(a),aes_gcm_dec(1,a,b,c)
    str(a),aes_gcm_dec(128,a)
    str(a),be2dec()
    str(a),be2hex(:,0)
    str(a),be2dec(:,9)
    str(a),add_item()
    str(a),add_item(a,,none)
    str(a),capture-req()
    str(a),capture-req(x)
    str(a),in_table
    str(a),table_gpc0()
    str(a)upper
    str(a),
    str(a),,upper
    ,upper
    str(a),upper(
    str(a),upper)
    str("a),upper
    str('a),upper
    ipv4(1.2.3.4),json_query($.a)
    bin(00),add(1)
    """), place="tcp-request content")

# The tables of the unit tests, which keep what HAProxy said: it must go on saying so.
FOLDER = os.path.join(os.path.dirname(TABLES), "..", "SamplesTests", "Tables")


def known(name):
    with open(os.path.join(FOLDER, name), encoding="latin-1") as file:
        rows = [line.rstrip("\n").split("\t")[0] for line in file if line.strip()]
    return [row.replace("@", os.path.join(FOLDER, "maps") + "/") if ".map" in row else row for row in rows]


PRESET = ["http-request set-var(txn.s) str(val)", "http-request set-var(txn.i) int(7)", "http-request set-var(txn.key) str(Zm9vb2Zvb29mb29wZm9vbw==)",
          "http-request set-var(txn.b) bin(00ff41)"]
for name, step in (("converters.txt", 1), ("xxhash.txt", 6), ("maps.txt", 2), ("tokens.txt", 30), ("binary.txt", 8)):
    setup(f"unit table {name}", known(name)[::step], PRESET)

EXCEPTIONS = set()
