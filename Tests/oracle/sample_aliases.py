"""The aliases of log-format (manual, 8.2.6), with their flags, in streams that come to every end."""
import re

from harness import Answer, answer, close, hang, ok
from sample_diff import Setup
from sample_fetches import request

HTTP_ALIASES = "%CC %CS %HM %HP %HPO %HQ %HU %HV %r %tr %trg %trl %tsc %Ta %Ti %Tq %TR %Tr".split()
ALIASES = "%B %H %ID %ST %U %ac %b %bc %bi %bq %ci %f %fc %fi %ft %hr %hrl %hs %hsl %lc %rc %rt %s %sc %si %sq %ts %sslc %sslv " \
    "%T %Tc %Td %Tl %Th %Ts %Tt %Tu %Tw %bp %cp %fp %sp %ms %pid %t".split()
FLAGGED = "%{+Q}r %{+X}ci %{+X}fi %{+X}si %{+X}bi %{+X}rt %{+X}Ts %{+X}pid %{+X}cp %{+X}ST %{+X}B %{+E}HU %{+Q,+E}HU %{+Q}HU %{+Q}hr %{+E}hr %{+Q,+E}hrl %{+Q}ts " \
    "%{+Q}s %{+Q}CC %{+E}HQ %{+Q}ID %{-Q}r %{+Q}ci %{+Q}ST %{+Q}tr %% %{+Q}[capture.req.hdr(0)] %{+E}[capture.req.hdr(0)] %{+X}[src] %{+X}[status] " \
    "%{+X}[var(txn.text)] %{+Q}[var(txn.none)] %[var(txn.none)] %{+Q,+E}[var(txn.text)] %{raw}ci %{+Q}trg %{+X}tsc %{+E}r".split()
# What of a value differs between two runs: numbers, but not whether there is one.
VARYING = re.compile(r"^%(\{[^}]*\})?(T\w?|t|trl?g?|cp|bp|sp|fp|ms|pid|ac|lc|rt)$")
SETUPS = []


def normal(alias, value):
    """a value without what differs between two runs"""
    if value is None or not VARYING.match(alias):
        return value
    if "+X" in alias or re.fullmatch(r"[0-9A-F]+", value):
        return re.sub(r"[0-9A-F]{1,}", "x", value)
    return re.sub(r"[A-Z][a-z]{2}/", "Mon/", re.sub(r"(?<![-\d])\d+", "n", value))


def setup(name, client, aliases=(), **more):
    first = Setup(f"aliases, {name}", client if isinstance(client, list) else [client], list(aliases) or ALIASES + HTTP_ALIASES, place="log", **more)
    SETUPS.append(first)


FIELDS = "Cookie: SRV=one; x=y\nUser-Agent: a \"b\" c]d\\e{f}|g#\u00e9\nX-B: "
CAPTURES = ("capture request header User-Agent len 40", "capture request header X-B len 4", "capture request header X-None len 4",
            "capture response header Server len 10", "capture response header X-None len 3", "capture cookie SRV len 8", "unique-id-format 'id %[method]\"]'",
            "http-request set-var(txn.text) str('a \"quoted\\\" ] text')")
COOKIES = ("cookie SRV insert indirect nocache",)
SERVED = [answer(b"HTTP/1.1 203 Fine\r\nServer: so \"x\" long a name\r\nSet-Cookie: SRV=two; x\r\nContent-Length: 3\r\n\r\nabc")]
for label, client, more in (
        ("served", request('/p/a?q="1"]\\', FIELDS), {"origin": SERVED}),
        ("absolute", request("http://www.Example.com:8080/p?q=1", FIELDS), {"origin": SERVED}),
        ("posted", request("/", FIELDS, "hello", "POST"), {"origin": SERVED}),
        ("two requests", [request("/1", FIELDS), "read", request("/2")], {"origin": SERVED + [ok()]}),
        ("refused", request("/", FIELDS), {"origin": "refuse"}),
        ("bad", b"GET / HTTP/1.1\r\n: x\r\n\r\n", {"origin": []}),
        ("silent client", [], {"origin": []}),
        ("silent server", request("/", FIELDS), {"origin": [hang()]}),
        ("closing server", request("/", FIELDS), {"origin": [close()]}),
        ("cut answer", request("/", FIELDS), {"origin": [answer(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "close")]}),
        ("denied", request("/", FIELDS), {"origin": [], "frontend": CAPTURES + ("http-request deny",)}),
        ("returned", request("/", FIELDS), {"origin": [], "frontend": CAPTURES + ("http-request return status 299 content-type text/plain string x",)}),
        ("redirected", request("/", FIELDS), {"origin": [], "frontend": CAPTURES + ("http-request redirect location /x",)}),
        ("1.0", request("/", version="1.0"), {"origin": [answer(b"HTTP/1.0 200 OK\r\n\r\nabc", "close")]}),
        ("asterisk", request("*", method="OPTIONS"), {}),
        ("PROXY header", b"PROXY TCP6 2001:db8::1 2001:db8::2 5 80\r\n" + request(), {"frontend": CAPTURES + ("accept-proxy",)})):
    more = {"frontend": CAPTURES, "backend": COOKIES, "server": "cookie one", **more}
    setup(label, client, **more)
    setup(label + ", flags", client, FLAGGED, **more)
    for flags in ("%{+Q}o", "%{+E,+Q}o", "%{+X}o"):
        setup(f"{label}, {flags}", client, [flags] + ALIASES + HTTP_ALIASES, **more)
TCP = {"mode": "tcp", "origin": [Answer([("read", 1), (0, b"yy")], "close")]}
setup("tcp", [b"x", "read", "half"], ALIASES, **TCP)
setup("tcp, flags", [b"x", "read", "half"], ["%{+X}o"] + ALIASES, **TCP)
setup("tcp, aliases of HTTP", [b"x", "read", "half"], HTTP_ALIASES, **TCP)
# Of a connection that never was, only HAProxy knows the ends.
setup("tcp, refused", [b"x"], [a for a in ALIASES if a not in ("%bi", "%si", "%bp", "%sp")], mode="tcp", origin="refuse")
setup("unknown", request(), ["%zz"])
setup("unknown flag", request(), ["%{+Z}r", "%B"])
setup("open", request(), ["%[src"])
setup("open braces", request(), ["%{+Q"])
setup("percent at the end", request(), ["%"])
