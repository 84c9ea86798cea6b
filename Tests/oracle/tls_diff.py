"""What is seen of TLS on both sides: how connections end, what is logged and counted of them."""
import ssl
import struct
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
                     **(is_cut if "until" in name and end != "close" else {}))
        both(f"{name}, cut", get(), [Answer([(0, first), (0.05, second)], "cut")], **(is_cut if "until" in name else {}))
        front(f"{name}, clear server closes", get(), [Answer([(0, first), (0.05, second)], "close")])
        front(f"{name}, clear server resets", get(), [Answer([(0, first), (0.05, second)], "reset")],
              skip=("counters",), **(is_cut if "until" in name else {}))
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


def proxied(tlvs=b"", v=1):
    """a PROXY header of version 2"""
    body = bytes([192, 0, 2, 1, 192, 0, 2, 2]) + struct.pack(">HH", 1000, 2000) + tlvs
    return b"\r\n\r\n\0\r\nQUIT\n" + bytes([0x20 | v, 0x11]) + struct.pack(">H", len(body)) + body


def tlv(kind, value):
    return struct.pack(">BH", kind, len(value)) + value


def proxy_headers():
    """what servers are told of TLS and of the client's certificate"""
    verify = "accept-proxy verify optional ca-file @CERTIFICATES@/ca.crt"
    lax = verify + " crt-ignore-err all ca-ignore-err all"
    clients = {
        "none": dict(bind="accept-proxy"),
        "name": dict(bind="accept-proxy", tls=dict(name="a.example")),
        "alpn": dict(bind="accept-proxy alpn foo,http/1.1", tls=dict(alpn=("bar", "http/1.1"))),
        "certificate": dict(bind=verify, tls=dict(certificate="client.pem")),
        "certificate not sent": dict(bind=verify),
        "certificate not trusted": dict(bind=lax, tls=dict(certificate="e.pem")),
        "1.2": dict(bind=verify, tls=dict(certificate="client.pem", version="TLSv1_2", name="b.b.example")),
        "1.2 not trusted": dict(bind=lax, tls=dict(certificate="x.pem", version="TLSv1_2")),
    }
    wanted = ("", "ssl", "cert-cn", "ssl-cipher", "cert-sig", "cert-key", "authority", "crc32c", "unique-id",
              "ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,unique-id")
    origin = [Answer([("read", 1), (0, b"y")], "half")]
    header = proxied()
    for name, more in clients.items():
        for options in wanted:
            words = "send-proxy-v2" + (options and " proxy-v2-options " + options)
            front(f"sent, {name}, {options or 'plain'}", [b"x"], origin, mode="tcp", log="option tcplog", before=header, server=words,
                  frontend=("unique-id-format id-%[src]",), **more)
        for words in ("send-proxy-v2-ssl", "send-proxy-v2-ssl-cn", "send-proxy-v2-ssl-cn no-send-proxy-v2-ssl",
                      "send-proxy-v2-ssl-cn no-send-proxy-v2-ssl-cn", "send-proxy-v2-ssl send-proxy"):
            front(f"sent, {name}, {words}", [b"x"], origin, mode="tcp", log="option tcplog", before=header, server=words, **more)
    case("sent, elliptic", [b"x"], origin, mode="tcp", log="option tcplog", before=header, bind="accept-proxy ssl crt @CERTIFICATES@/e.pem",
         tls={}, server="send-proxy-v2 proxy-v2-options cert-key,cert-sig")
    everything = "send-proxy-v2 proxy-v2-options " + wanted[-1]
    for name, before in {
        "received authority": proxied(tlv(2, b"from.example")), "received id": proxied(tlv(5, b"their id")),
        "received local": proxied(tlv(2, b"from.example"), v=0), "received alpn": proxied(tlv(1, b"h2")),
        "received ssl": proxied(tlv(0x20, b"\x01\0\0\0\0" + tlv(0x21, b"TLSv1.3"))),
        "version 1": b"PROXY TCP6 2001:db8::1 2001:db8::2 1000 2000\r\n", "version 1 unknown": b"PROXY UNKNOWN\r\n",
    }.items():
        for label, tls in (("clear", None), ("TLS", {}), ("TLS with name", dict(name="a.example"))):
            case(f"sent, {name}, {label}", [b"x"], origin, mode="tcp", log="option tcplog", before=before, server=everything, tls=tls,
                 bind="accept-proxy" + (f" {BIND}" if tls is not None else ""), frontend=("unique-id-format id-%[src]",),
                 skip=("origin",) if "local" in name or "unknown" in name else ())
    case("sent, clear, http, unique-id", [get(), "read", get()], [ok(), ok()], before=header, bind="accept-proxy", server=everything,
         frontend=("unique-id-format id-%[src]-%rt", "unique-id-header x-id"), skip=("origin",))
    case("sent, clear, no unique-id-format", [b"x"], origin, mode="tcp", log="option tcplog", before=header, bind="accept-proxy",
         server="send-proxy-v2 proxy-v2-options unique-id,crc32c")


def received_headers():
    """what a PROXY header of version 2 tells, and headers that lie"""
    shown = 'http-request return status 200 hdr x-seen "<%[fc_pp_authority]> <%[fc_pp_unique_id]> %[src] %[fc_rcvd_proxy]"'

    def summed(tlvs=b"", v=1):
        """with the right checksum in front"""
        whole = bytearray(proxied(tlv(3, b"\0\0\0\0") + tlvs, v))
        whole[31:35] = struct.pack(">I", crc32c(whole))
        return bytes(whole)

    def raw(command, family, body, length=None):
        return b"\r\n\r\n\0\r\nQUIT\n" + bytes([command, family]) + struct.pack(">H", len(body) if length is None else length) + body
    addresses = bytes([192, 0, 2, 1, 192, 0, 2, 2]) + struct.pack(">HH", 1000, 2000)
    headers = {
        "authority": proxied(tlv(2, b"a.example")), "authority empty": proxied(tlv(2, b"")), "authority of 255": proxied(tlv(2, b"a" * 255)),
        "authority of 256": proxied(tlv(2, b"a" * 256)), "authority twice": proxied(tlv(2, b"one") + tlv(2, b"two")),
        "authority with NUL": proxied(tlv(2, b"a\0b")),
        "id": proxied(tlv(5, b"an id")), "id empty": proxied(tlv(5, b"")), "id of 128": proxied(tlv(5, b"i" * 128)),
        "id of 129": proxied(tlv(5, b"i" * 129)), "id twice": proxied(tlv(5, b"one") + tlv(5, b"two")),
        "both": proxied(tlv(5, b"an id") + tlv(4, b"padding") + tlv(2, b"a.example") + tlv(0xe0, b"custom")),
        "checksum": summed(tlv(2, b"a.example")), "checksum, local": summed(tlv(2, b"a.example"), v=0),
        "checksum wrong": proxied(tlv(3, b"abcd") + tlv(2, b"a.example")), "checksum short": proxied(tlv(3, b"abc")),
        "checksum long": proxied(tlv(3, b"abcde")), "checksum twice": summed(tlv(3, b"\0\0\0\0")), "checksum empty": proxied(tlv(3, b"")),
        "checksum wrong, local": proxied(tlv(3, b"abcd"), v=0), "authority, local": proxied(tlv(2, b"a.example"), v=0),
        "padding empty": proxied(tlv(4, b"")), "padding of 1000": proxied(tlv(4, b"p" * 1000)),
        "type cut": proxied(b"\x02"), "length cut": proxied(b"\x02\0"), "value cut": proxied(b"\x02\0\x05abc"),
        "length of 65535": proxied(b"\x02\xff\xff"), "length one too long": proxied(tlv(5, b"x") + b"\x02\0\x01"),
        "ssl cut": proxied(tlv(0x20, b"\x01\0\0")), "ssl with a long version": proxied(tlv(0x20, b"\x01\0\0\0\0\x21\xff\xff")),
        "namespace": proxied(tlv(0x30, b"other")),
        "IPv4 short": raw(0x21, 0x11, addresses[:11]), "IPv4 empty": raw(0x21, 0x11, b""), "IPv6 short": raw(0x21, 0x21, bytes(35)),
        "UNIX": raw(0x21, 0x31, bytes(216)), "UNIX short": raw(0x21, 0x31, bytes(215)), "UDP": raw(0x21, 0x12, addresses),
        "family 0": raw(0x21, 0, b""), "family 4": raw(0x21, 0x41, addresses), "command 2": raw(0x22, 0x11, addresses),
        "version 1": raw(0x11, 0x11, addresses), "version 3": raw(0x31, 0x11, addresses), "local, empty": raw(0x20, 0, b""),
        "local, junk": raw(0x20, 0, b"junk"), "local, IPv4 short": raw(0x20, 0x11, b"abc"), "family 0, junk": raw(0x21, 0, b"junk"),
        "length over the rest": raw(0x21, 0x11, addresses, 400), "longest": raw(0x21, 0x11, addresses + tlv(4, bytes(3000))),
        "over the buffer": raw(0x21, 0x11, addresses + tlv(4, bytes(17000)), 17015),
    }
    for name, header in headers.items():
        for label, bind, tls in (("clear", "accept-proxy", None), ("TLS", f"{BIND} accept-proxy", {})):
            if tls is not None and name in ("over the buffer", "length over the rest"):
                continue
            skip = ("client",) if name in ("namespace",) else ()
            case(f"received, {name}, {label}", [get()], [], before=header, bind=bind, tls=tls, frontend=(shown,), skip=skip)
    whole = summed(tlv(2, b"a.example"))
    for at in range(len(whole)):
        case(f"received, cut at {at}", [whole[:at], "half"], [], bind="accept-proxy", frontend=(shown,))
        case(f"received, in two at {at}", [whole[:at], 0.1, whole[at:] + get()], [], bind="accept-proxy", frontend=(shown,))


def crc32c(data):
    value = 0xffffffff
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82f63b78 if value & 1 else 0)
    return value ^ 0xffffffff


def client_hello(**options):
    """the bytes that begin a handshake"""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="a.example")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def record(kind, body, version=0x301):
    return struct.pack(">BHH", kind, version, len(body)) + body


# Servers that are verified: name, words of the line, what they show.
SERVERS = (
    ("wrong authority", "ssl verify required ca-file @CERTIFICATES@/ca.crt", {}),
    ("right authority", "ssl verify required ca-file @CERTIFICATES@/a.crt", {}),
    ("wrong name", "ssl verify required ca-file @CERTIFICATES@/a.crt verifyhost other.example", {}),
    ("right name", "ssl verify required ca-file @CERTIFICATES@/a.crt verifyhost x.b.example", {}),
    ("wrong SNI", "ssl verify required ca-file @CERTIFICATES@/a.crt sni str(other.example)", {}),
    ("expired", "ssl verify required ca-file @CERTIFICATES@/ca.crt", dict(certificate="expired.pem")),
    ("signed", "ssl verify required ca-file @CERTIFICATES@/ca.crt", dict(certificate="client.pem")),
    ("only 1.3", "ssl verify none ssl-max-ver TLSv1.2", dict(version="TLSv1_3")),
)


def nonsense():
    """what is no TLS on a TLS port, or breaks its rules"""
    hello = client_hello()
    body = hello[5:]
    messages = {
        "HTTP": get(), "HTTP long": get(b"X: " + b"x" * 20000 + b"\r\n"), "HTTP head only": b"GET / HTTP/1.1\r\n", "HTTP POST": post(b"Content-Length: 3\r\n", b"abc"),
        "CONNECT": b"CONNECT a:1 HTTP/1.1\r\n\r\n", "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9), "SSH": b"SSH-2.0-OpenSSH_9\r\n",
        "zeros": bytes(64), "ones": b"\xff" * 64, "one byte": b"\x16", "SSLv2": b"\x80\x2e\x01\0\x02\0\x15\0\0\0\x10" + bytes(37),
        "alert": record(21, b"\x02\x28"), "close alert": record(21, b"\x01\0"), "data": record(23, b"hello"), "change of cipher": record(20, b"\x01"),
        "empty record": record(22, b""), "empty records": record(22, b"") * 40, "record over its limit": record(22, b"\1\0\x40\0" + bytes(17000)),
        "record of 65535": struct.pack(">BHH", 22, 0x301, 65535) + bytes(70000), "unknown record": record(99, b"hello"),
        "version 9.9": record(22, body, 0x909), "hello with a wrong length": record(22, body[:3] + bytes([body[3] ^ 1]) + body[4:]),
        "hello over its limit": record(22, b"\1\xff\xff\xff" + bytes(16000)) + record(22, bytes(16384)) * 9,
        "hello twice": hello + hello, "server hello": record(22, b"\x02" + body[1:]), "hello and HTTP": hello + get(),
        "hello and zeros": hello + bytes(100), "hello and alert": hello + record(21, b"\x02\x28", 0x303),
        "no ciphers": record(22, b"\x01\0\0\x29\x03\x03" + bytes(32) + b"\0\0\0\x01\0"),
    }
    for name, message in messages.items():
        for end in ("", "half"):
            is_answered = name in ("hello twice", "hello and HTTP", "hello and zeros", "hello and alert")  # by random bytes
            case(f"handshake, {name} {end}".strip(), [message] + [end] * bool(end), [], bind=BIND, skip=("client",) * is_answered)
    case("handshake, nothing", [], [], bind=BIND)
    for at in range(1, len(hello)):
        case(f"handshake, hello cut at {at}", [hello[:at], "half"], [], bind=BIND)
    for at in range(1, 80):
        front(f"handshake, 1.3 finish cut at {at}", [], [], tls=dict(cut=at, version="TLSv1_3"))
    for at in range(1, 93, 3):
        front(f"handshake, 1.2 key exchange cut at {at}", [], [], tls=dict(cut=at, version="TLSv1_2"))
    for end in ("close", "half", "reset"):
        case(f"handshake, nothing, {end}", [0.02, end], [], bind=BIND)
        case(f"handshake, hello, {end}", [hello, 0.1, end], [], bind=BIND, skip=("client",))
    # The same message in records of one byte, and over several records.
    for size in (1, 7, 100, 400):
        pieces = b"".join(record(22, body[i:i + size]) for i in range(0, len(body), size))
        case(f"handshake, hello in records of {size}", [pieces, "read"], [], bind=BIND, skip=("client",))
    for name, tls in {
        "1.0": dict(version="TLSv1"), "1.1": dict(version="TLSv1_1"), "1.2 only": dict(version="TLSv1_2"),
        "no common cipher": dict(version="TLSv1_2", ciphers="AES128-SHA"), "no certificate": dict(), "wrong certificate": dict(certificate="e.pem"),
        "expired certificate": dict(certificate="expired.pem"), "right certificate": dict(certificate="client.pem"), "unknown name": dict(name="unknown.example"),
    }.items():
        bind = "verify required ca-file @CERTIFICATES@/ca.crt" if "certificate" in name else "strict-sni" if "name" in name else "ssl-min-ver TLSv1.2 ciphers ECDHE+AESGCM"
        if name == "1.2 only":
            bind = "ssl-min-ver TLSv1.3"
        for end in ((), (0.2,)):
            front(f"handshake, {name}{' later' * bool(end)}", [*end, get()], [ok()], bind=bind, tls=tls)
    for name, server, options in SERVERS:
        case(f"handshake, server: {name}", [get()], [ok()] * 4, server=server, origin_tls=options, backend=("retries 1",), skip=("origin",))
    case("handshake, server speaks no TLS", [get()], [answer(b"HTTP/1.1 400 no\r\n\r\n", "close")] * 4, server=SERVER, backend=("retries 1",), skip=("origin",))


TOLD = ('error-log-format "%ft %[fc_err]/%[fc_err_str] %[ssl_fc_err,hex]/%[ssl_fc_err_str] %[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_c_ca_err_depth]'
        ' %[ssl_fc_is_resumed]/%[ssl_fc]/%[ssl_fc_has_crt]/%[ssl_c_used]/%[ssl_c_verify] %[ssl_fc_sni]/%[ssl_fc_has_sni]/%sslv/%sslc'
        ' %ST %ts %B %U %{+Q}r %b/%s %bi %bp %rc %sq/%bq"',)


def failures():
    """what is logged of handshakes that fail, and told of them by fetches"""
    hello = client_hello()
    verify = "verify required ca-file @CERTIFICATES@/ca.crt"
    for name, message in {
        "HTTP": get(), "zeros": bytes(64), "alert": record(21, b"\x02\x28"), "close alert": record(21, b"\x01\0"), "data": record(23, b"hello"),
        "version 9.9": record(22, hello[5:], 0x909), "unknown record": record(99, b"hello"), "nothing": b"", "one byte": b"\x16",
        "no ciphers": record(22, b"\x01\0\0\x29\x03\x03" + bytes(32) + b"\0\0\0\x01\0"), "hello": hello,
        "hello and alert": hello + record(21, b"\x02\x28", 0x303), "hello and alert 46": hello + record(21, b"\x02\x2e", 0x303),
    }.items():
        for end in ("", "half", "close"):
            case(f"told, {name} {end}".strip(), [0.02, message] + ([0.05] if end == "close" else []) + [end] * bool(end), [], bind=BIND, frontend=TOLD, skip=("client",))
    for name, (bind, tls) in {
        "1.0": ("", dict(version="TLSv1")), "1.2 where 1.3": ("ssl-min-ver TLSv1.3", dict(version="TLSv1_2")),
        "no common cipher": ("ciphers ECDHE+AESGCM", dict(version="TLSv1_2", ciphers="AES128-SHA")),
        "no certificate": (verify, dict()), "no certificate, 1.2": (verify, dict(version="TLSv1_2")),
        "wrong certificate": (verify, dict(certificate="e.pem")), "wrong certificate, 1.2": (verify, dict(certificate="e.pem", version="TLSv1_2")),
        "expired certificate": (verify, dict(certificate="expired.pem")), "unknown name": ("strict-sni", dict(name="unknown.example")),
        "no name": ("strict-sni", dict()), "cut": ("", dict(cut=30, version="TLSv1_3")), "cut, 1.2": ("", dict(cut=60, version="TLSv1_2")),
        "fine": ("", dict(name="a.example")), "fine, certificate": (verify, dict(certificate="client.pem")),
        "optional": (verify.replace("required", "optional crt-ignore-err all ca-ignore-err all"), dict(certificate="e.pem")),
    }.items():
        client = [] if "cut" in name else [get()]
        front(f"told, {name}", client, [ok()], bind=bind, tls=tls, frontend=TOLD, log="option httpslog", skip=("client",) if name != "fine" else ())
        front(f"told, {name}, plain", client, [ok()], bind=bind, tls=tls, log="option httpslog", frontend=("option log-separate-errors",), skip=("client",))
        front(f"told, {name}, dontlognull", client, [ok()], bind=bind, tls=tls, log="option httpslog", frontend=("option dontlognull",) + TOLD, skip=("client",))
    case("told, PROXY header missing", [get()], [], bind="accept-proxy", frontend=TOLD)
    case("told, PROXY header cut", [b"PROXY TCP4 1", "half"], [], bind="accept-proxy", frontend=TOLD)
    case("told, PROXY header bad", [b"PROXY TCP9 1.2.3.4\r\n"], [], bind="accept-proxy", frontend=TOLD)
    for name, text in {
        "bad address": b"PROXY TCP4 1.2.3.x 1.2.3.4 1 2\r\n", "bad port": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 x\r\n", "one port": b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        "five words": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n", "no CR": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n", "TCP6 bad": b"PROXY TCP6 ::x ::1 1 2\r\n",
        "no protocol": b"PROXY \r\n1234\r\n", "TCP": b"PROXY TCP 1.2.3.4 1.2.3.4 1 2\r\n", "small": b"PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n",
        "no end": b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 " + b"x" * 200, "two blanks": b"PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n", "family": b"PROXY TCP4 ::1 ::1 1 2\r\n",
    }.items():
        case(f"told, PROXY {name}", [text + get()], [], bind="accept-proxy", frontend=TOLD, skip=("client", "counters"))
        case(f"told, PROXY {name}, TLS", [text], [], bind=f"{BIND} accept-proxy", frontend=TOLD, skip=("client", "counters"))
    case("told, PROXY unknown with words", [b"PROXY UNKNOWN a b c d\r\n" + get()], [ok()], bind="accept-proxy", frontend=TOLD,
         laxer="no: it refuses what its own protocol has receivers ignore", wanted=b"HTTP/1.1 200 ")
    shown = 'http-after-response set-header x-bc "%[bc_err]/%[bc_err_str]/%[ssl_bc_err]/%[ssl_bc_err_str]/%[ssl_bc]/%[ssl_bc_is_resumed]/%[ssl_bc_protocol]/%[ssl_bc_cipher]"'
    line = 'log-format "%ft %[bc_err]/%[bc_err_str]/%[ssl_bc_err]/%[ssl_bc_err_str]/%[ssl_bc]/%[ssl_bc_protocol]/%[fc_err]/%[ssl_fc_err] %ST %ts %rc"'
    for name, server, options in SERVERS:
        for label, backend in (("one try", ("retries 0",)), ("two", ("retries 1",))):
            case(f"told, server: {name}, {label}", [get()], [ok()] * 4, server=server, origin_tls=options, backend=backend, frontend=(shown, line), skip=("origin",))
    for name, reply in (("no TLS", answer(b"HTTP/1.1 400 no\r\n\r\n", "close")), ("closes", close()), ("resets", reset()), ("silent", hang())):
        case(f"told, server: {name}", [get()], [reply] * 4, server=SERVER, backend=("retries 1",), frontend=(shown, line), mode="http", skip=("origin",))
    for name, script in (("closes", [close()]), ("resets", [reset()]), ("nonsense", [answer(b"HTTP/1.1 400 no\r\n\r\n", "close")]), ("silent", [hang()]),
                         ("alert", [answer(record(21, b"\x02\x28", 0x303), "half")]), ("other alert", [answer(record(21, b"\x02\x46"), "half")])):
        case(f"told, server: tcp, {name}", [b"x"], script * 4, server=SERVER, backend=("retries 1",), frontend=(line,), mode="tcp", skip=("origin",))
    for name, script in (("closes", [close()]), ("resets", [reset()]), ("cut", [Answer([], "cut")]), ("cut in the head", [Answer([(0, b"HTTP/1.1 200 OK\r\nX")], "cut")]),
                         ("closes in the head", [Answer([(0, b"HTTP/1.1 200 OK\r\nX")], "close")]), ("nonsense", [answer(b"nonsense\r\n\r\n", "close")]), ("silent", [hang()])):
        case(f"told, server: answers, {name}", [get()], script * 2, server=SERVER, origin_tls={}, frontend=(shown, line), skip=("origin",))
        case(f"told, server: clear, answers, {name}", [get()], script * 2, frontend=(shown, line), skip=("origin",)) if "cut" not in name else None
    case("told, server: refuses", [get()], "refuse", server=SERVER, backend=("retries 0",), frontend=(shown, line))
    case("told, server: clear", [get()], [ok()], frontend=(shown, line))
    case("told, server: clear, refuses", [get()], "refuse", backend=("retries 0",), frontend=(shown, line))


ends()
proxy_headers()
received_headers()
nonsense()
failures()


def compare(weir, haproxy, only=""):
    with tempfile.TemporaryDirectory(prefix="certificates") as folder:
        certificates.make(folder)
        harness.CERTIFICATES = folder
        head = harness.HEAD
        for each in CASES:
            each.bind, each.server = (text.replace("@CERTIFICATES@", folder) for text in (each.bind, each.server))
            each.frontend = tuple(text.replace("@CERTIFICATES@", folder) for text in each.frontend)
        return harness.compare("tls", CASES, weir, haproxy, only, head)
