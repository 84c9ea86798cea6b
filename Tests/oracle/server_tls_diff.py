"""TLS towards servers: a sample of all combinations of what a server's line says, what kind of server it meets, and the
settings around both. Of every connection the client's hello, the agreed parameters or the failure, and of every request the
status, what fetches tell and the log line must be equal; of checks, what the statistics tell of them.
"""
import concurrent.futures
import contextlib
import csv
import io
import os
import random
import re
import selectors
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time

import certificates
import harness
import store_diff

# The settings that a process has in `global`; each has a process of its own.
AROUND = (
    "",
    "ssl-default-server-options ssl-min-ver TLSv1.3\n ssl-default-server-ciphersuites TLS_AES_256_GCM_SHA384",
    "ssl-default-server-options no-tls-tickets ssl-max-ver TLSv1.2\n ssl-default-server-ciphers ECDHE+AES256:DHE+AES256",
    "ssl-default-server-options force-tlsv12 no-tls-tickets\n ssl-server-verify none",
    "ssl-server-verify none\n ssl-default-bind-options ssl-min-ver TLSv1.2\n tune.ssl.cachesize 0\n tune.ssl.keylog on",
)
# Kinds of server: certificate, and what its context is told.
ORIGINS = {
    "good": ("good", {}), "good, elliptic": ("goodec", {}), "wildcard": ("wild", {}), "no names": ("client", {}), "self-signed": ("a", {}), "expired": ("expired", {}),
    "not yet": ("future", {}), "revoked": ("revoked", {}), "of an intermediate": ("leaf", {}), "of an intermediate, not sent": ("leafonly", {}), "for clients": ("purpose", {}),
    "by address": ("address", {}), "1.2": ("good", dict(version="TLSv1_2")), "1.3": ("good", dict(version="TLSv1_3")), "1.0": ("good", dict(version="TLSv1")),
    "1.2, self-signed": ("a", dict(version="TLSv1_2")), "1.2, revoked": ("revoked", dict(version="TLSv1_2")), "1.2, expired": ("expired", dict(version="TLSv1_2")),
    "wants certificate": ("good", dict(wants=ssl.CERT_REQUIRED)), "takes certificate": ("good", dict(wants=ssl.CERT_OPTIONAL)),
    "1.2, wants certificate": ("good", dict(wants=ssl.CERT_REQUIRED, version="TLSv1_2")), "1.2, takes certificate": ("good", dict(wants=ssl.CERT_OPTIONAL, version="TLSv1_2")), "no tickets": ("good", dict(tickets=0)),
    "1.2, no tickets": ("good", dict(tickets=0, version="TLSv1_2")), "h2": ("good", dict(alpn=["h2"])), "both protocols": ("good", dict(alpn=["h2", "http/1.1"])),
    "HTTP/1.1": ("good", dict(alpn=["http/1.1"])), "foo": ("good", dict(alpn=["foo"])), "few ciphers": ("good", dict(version="TLSv1_2", ciphers="ECDHE-RSA-AES256-GCM-SHA384")),
    "clear": (None, {}), "closes": ("good", dict(closes=True)),
}
# What a line says: from each group one, or mostly nothing.
VERIFY = ("verify none", "verify none", "verify required ca-file ca.pem", "verify required ca-file ca.pem", "ca-file ca.pem", "verify required ca-file a.crt", "verify none ca-file ca.pem",
          "verify required ca-file twocas.pem", "verify required ca-file ca.pem crl-file crl.pem", "verify required ca-file middle.crt", "verify none crl-file crl.pem",
          "verify required ca-file ca.pem verifyhost good.example", "verify required ca-file ca.pem verifyhost other.example", "verify required ca-file ca.pem verifyhost GOOD.Example",
          "verify required ca-file ca.pem verifyhost a.wild.example", "verify required ca-file ca.pem verifyhost a.b.wild.example", "verify required ca-file ca.pem verifyhost 127.0.0.1",
          "verify required ca-file ca.pem verifyhost signed.example", "verify required")
GROUPS = (
    ("sni str(good.example)", "sni str(other.example)", "sni req.hdr(host)", "sni req.hdr(none)", "sni str(a.wild.example)", "sni str(127.0.0.1)", "sni ssl_fc_sni",
     "sni var(txn.name)", "sni src"),
    ("ssl-min-ver TLSv1.3", "ssl-max-ver TLSv1.2", "force-tlsv12", "force-tlsv13", "no-tlsv13", "no-tlsv12", "ssl-min-ver TLSv1.2 ssl-max-ver TLSv1.2", "no-sslv3", "ssl-min-ver TLSv1.0 ciphers DEFAULT@SECLEVEL=0",
     "force-tlsv10 ciphers ALL@SECLEVEL=0", "no-tlsv10 no-tlsv11", "ssl-min-ver TLSv1.3 ssl-max-ver TLSv1.2"),
    ("ciphers ECDHE-RSA-AES128-GCM-SHA256", "ciphers AES128-SHA", "ciphersuites TLS_CHACHA20_POLY1305_SHA256", "ciphers ECDHE+AESGCM ciphersuites TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
     "ciphers NONE"),
    ("alpn h2", "alpn http/1.1", "alpn h2,http/1.1", "alpn http/1.1,h2", "alpn foo", "npn http/1.1", "alpn bar,http/1.0", "proto h1", "proto h1 alpn http/1.1", "proto h2 alpn h2"),
    ("crt client.pem", "crt e.pem", "crt leaf.pem", "crt good.pem", "crt expired.pem", "crt missing.pem"),
    ("no-ssl-reuse", "no-tls-tickets", "no-ssl-reuse no-tls-tickets", "allow-0rtt", "tfo", "ssl-reuse", "tls-tickets", "no-tfo", "send-proxy-v2-ssl no-send-proxy-v2-ssl", "pool-max-conn 0"),
)
CHECKS = ("check", "check check-ssl", "check no-check-ssl", "check check-sni good.example", "check check-ssl check-sni other.example", "check check-alpn h2", "check check-alpn http/1.1",
          "check check-ssl check-alpn foo check-sni a.wild.example", "check check-ssl verify none")
CHECKED = ("", "", "option ssl-hello-chk", "option httpchk GET /", "option httpchk\n http-check connect ssl sni other.example alpn http/1.1\n http-check send meth GET uri /x",
           "option httpchk\n http-check connect ssl alpn h2", "option tcp-check\n tcp-check connect default", "option tcp-check\n tcp-check connect ssl sni good.example\n tcp-check send GET\\ /\\ HTTP/1.0\\r\\n\\r\\n\n tcp-check expect string 200")
REUSE = ("", "", "http-reuse never", "http-reuse always", "http-reuse aggressive", "option http-server-close")
SHOWN = ("ssl_bc ssl_bc_alg_keysize ssl_bc_alpn ssl_bc_cipher ssl_bc_is_resumed ssl_bc_npn ssl_bc_protocol ssl_bc_use_keysize ssl_s_s_dn ssl_s_i_dn ssl_s_serial,hex ssl_s_key_alg ssl_s_sig_alg ssl_s_version "
         "ssl_s_notafter ssl_s_sha1,hex bc_http_major").split()
# Of several idle connections either program may take another one: no second request has the choice.
PROBES = (("good.example", "good.example"), ("other.example",), ("GOOD.example",))


def make(folder):
    """the certificates that servers show"""
    store_diff.make(folder)
    ca = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
    elliptic = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")

    def signed(name, names="", kind=("rsa:2048",), by=ca, more=""):
        extensions = "\n".join([f"subjectAltName={names}"] * bool(names) + [more] * bool(more)) + "\n"
        with open(os.path.join(folder, name + ".ext"), "w") as file: file.write(extensions)
        certificates.openssl(folder, "req", "-newkey", *kind, "-nodes", "-subj", f"/CN={name}.example", "-keyout", name + ".key", "-out", name + ".csr")
        certificates.openssl(folder, "x509", "-req", "-in", name + ".csr", *by, "-days", "3650", "-extfile", name + ".ext", "-out", name + ".crt")
        joined(name, name + ".crt", name + ".key")

    def joined(name, *parts):
        with open(os.path.join(folder, name + ".pem"), "wb") as file: file.write(b"".join(certificates.read(folder, part) for part in parts))
    signed("good", "DNS:good.example")
    signed("goodec", "DNS:good.example,DNS:other.example", elliptic)
    signed("wild", "DNS:*.wild.example,DNS:wild.example", elliptic)
    signed("address", "IP:127.0.0.1", elliptic)
    signed("purpose", "DNS:good.example", elliptic, more="extendedKeyUsage=clientAuth")
    signed("middle", "", elliptic, more="basicConstraints=critical,CA:TRUE")
    by_middle = ["-CA", "middle.crt", "-CAkey", "middle.key", "-CAcreateserial"]
    signed("leaf", "DNS:good.example", elliptic, by_middle)
    joined("leafonly", "leaf.crt", "leaf.key")
    joined("leaf", "leaf.crt", "leaf.key", "middle.crt")
    signed("revoked", "DNS:good.example", elliptic)
    for words in (["-startdate", "20400101000000Z", "-enddate", "20410101000000Z", "-in", "revoked.csr", "-out", "future.crt", "-subj", "/CN=future.example"], ["-revoke", "revoked.crt"],
                  ["-gencrl", "-crldays", "3650", "-out", "crl.pem"]):
        certificates.openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-notext", *words)
    joined("future", "future.crt", "revoked.key")


class Case:
    def __init__(self, number, words):
        """a combination that depends on `words` alone"""
        self.number, chance = number, words
        self.around = number % len(AROUND)
        self.origin = chance.choice(list(ORIGINS))
        said = ["ssl"] * (chance.random() < 0.97) + [chance.choice(VERIFY)] + [chance.choice(group) for group in GROUPS if chance.random() < 0.35]
        # With TLS 1.3 a certificate is refused after the handshake, and whether that is seen with the first request is chance.
        if self.origin in ("wants certificate", "takes certificate") and "crt good.pem" not in said: self.origin = "1.2, " + self.origin
        # A reset within the answer, and what is no HTTP/2 at all, end as chance has it.
        if self.origin == "closes" and "ssl" not in said: self.origin = "good"
        if "alpn" not in ORIGINS[self.origin][1] or "h2" not in ORIGINS[self.origin][1]["alpn"]: said = [word.replace("proto h2 ", "") for word in said]
        self.is_checked = chance.random() < 0.25
        if self.is_checked: said.append(chance.choice(CHECKS) + f" inter 2s rise 1 fall 1")
        chance.shuffle(said)
        # Some of it comes by `default-server`, and some of that is taken back.
        first = [word for word in said if chance.random() < 0.25] if chance.random() < 0.4 else []
        back = [word for word in ("no-ssl", "no-check-ssl", "no-ssl-reuse", "no-tls-tickets", "ssl-reuse", "tls-tickets", "no-tfo") if first and chance.random() < 0.08]
        self.defaults, self.line = " ".join(first), " ".join([word for word in said if word not in first] + back)
        self.backend = [f"retries {int(chance.random() < 0.12)}", chance.choice(REUSE)]
        if self.is_checked: self.backend.append(chance.choice(CHECKED))

    def __str__(self):
        return f"{self.number}, {self.origin}: {self.line}" + f", default-server {self.defaults}" * bool(self.defaults) + "".join(f", {line}" for line in self.backend if line) + \
            f", {AROUND[self.around]}" * bool(self.around)

    def section(self, port, server):
        lines = [f"frontend c{self.number}", f" bind 127.0.0.1:{port}", f" default_backend b{self.number}", " http-request set-var(txn.name) str(good.example)",
                 ' http-after-response set-header x "%s"' % "/".join(f"%[{name}]" for name in SHOWN),
                 f' log-format "c{self.number} %hr %b/%s %ST %ts %rc %[bc_err]/%[bc_err_str]/%[ssl_bc_err,hex]/%[ssl_bc_err_str]"', " capture request header x len 10",
                 f"backend b{self.number}"]
        lines += [" " + line for line in self.backend if line] + [f" default-server {self.defaults}"] * bool(self.defaults) + [f" server s 127.0.0.1:{server} {self.line}"]
        return "\n".join(lines) + "\n"


def hello_of(data):
    """what a client's hello says, without what is random in it"""
    at = 5 + 4 + 2 + 32
    found = {"version": data[9:11].hex(), "session": data[at] > 0}
    at += 1 + data[at]
    size = struct.unpack_from(">H", data, at)[0]
    found["ciphers"] = data[at + 2:at + 2 + size].hex()
    at += 2 + size
    at += 1 + data[at]
    end = at + 2 + struct.unpack_from(">H", data, at)[0]
    at += 2
    while at < end:
        kind, size = struct.unpack_from(">HH", data, at)
        body = data[at + 4:at + 4 + size]
        # Tickets, keys and binders are random: whether there is one is told.
        # Padding depends on their lengths.
        if kind != 21: found[kind] = size > 0 if kind in (35, 41, 51) else body.decode("latin1") if kind in (0, 16) else body.hex()
        at += 4 + size
    return found


class Origins:
    """the servers of all cases of one process"""

    def __init__(self, cases, folder):
        self.cases, self.seen, self.contexts, self.selector, self.ended = cases, {case.number: [] for case in cases}, {}, selectors.DefaultSelector(), False
        for name, (certificate, more) in ORIGINS.items():
            if certificate: self.contexts[name] = self.context(folder, certificate, **more)
        self.ports = {}
        for case in cases:
            listener = socket.create_server(("127.0.0.1", 0), backlog=100)
            self.selector.register(listener, selectors.EVENT_READ, case)
            self.ports[case.number] = listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept, daemon=True)
        self.thread.start()

    @staticmethod
    def context(folder, certificate, version=None, wants=None, tickets=2, alpn=(), ciphers=None, closes=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(os.path.join(folder, certificate + ".pem"))
        if version == "TLSv1": context.set_ciphers("ALL@SECLEVEL=0")
        if version: context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, version)
        if wants:
            context.verify_mode = wants
            context.load_verify_locations(os.path.join(folder, "ca.crt"))
        if not tickets:
            context.options |= ssl.OP_NO_TICKET
            context.num_tickets = 0
        if alpn: context.set_alpn_protocols(alpn)
        if ciphers: context.set_ciphers(ciphers)
        return context

    def accept(self):
        while not self.ended:
            for key, _ in self.selector.select(0.2):
                connection, _ = key.fileobj.accept()
                seen = []
                self.seen[key.data.number].append(seen)
                threading.Thread(target=self.serve, args=(connection, key.data, seen), daemon=True).start()

    def serve(self, connection, case, seen):
        connection.settimeout(20)
        with connection, contextlib.suppress(OSError):
            first = connection.recv(65536, socket.MSG_PEEK)
            if first[:1] == b"\x16":
                while len(first) < 5 + struct.unpack_from(">H", first, 3)[0] and first != (more := connection.recv(65536, socket.MSG_PEEK)): first = more
                with contextlib.suppress(struct.error, IndexError): seen.append(hello_of(first))
            else:
                seen.append("clear" if first else "nothing")
            if case.origin not in self.contexts:
                if first[:1] == b"\x16":
                    connection.sendall(b"HTTP/1.1 400 no TLS\r\nconnection: close\r\n\r\n")
                    return self.drain(connection)
                return self.answer(connection, seen)
            if ORIGINS[case.origin][1].get("closes"): return None
            kept = connection.dup()
            try:
                with self.contexts[case.origin].wrap_socket(connection, server_side=True) as peer:
                    subject = peer.getpeercert() and peer.getpeercert()["subject"]
                    seen.append((peer.version(), peer.cipher(), peer.session_reused, subject, peer.selected_alpn_protocol()))
                    if peer.selected_alpn_protocol() == "h2": self.answer_h2(peer, seen)
                    else: self.answer(peer, seen)
                    # Without the alert, OpenSSL would not have the session resumed.
                    with contextlib.suppress(ssl.SSLError): peer.unwrap()
            except ssl.SSLError as error:
                seen.append(error.reason)
                # Closed at once, what is unread would reset the connection, and whether the alert before it is seen is chance.
                self.drain(kept)
            finally:
                kept.close()

    @staticmethod
    def drain(connection):
        while connection.recv(65536): pass

    @staticmethod
    def answer(peer, seen):
        data = b""
        while part := peer.recv(65536):
            data += part
            if data.startswith(b"PRI "):
                seen.append("HTTP/2")
                return Origins.drain(peer)
            while b"\r\n\r\n" in data:
                head, data = data.split(b"\r\n\r\n", 1)
                seen.append(head.decode("latin1"))
                peer.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
        if data: seen.append(data.decode("latin1")[:20])

    @staticmethod
    def answer_h2(peer, seen):
        """as little of HTTP/2 as it takes to answer every request alike"""
        def frame(kind, flags, stream, payload=b""): return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload
        data = b""
        while len(data) < 24: data += peer.recv(65536) or bytes(24)
        if not data.startswith(b"PRI "): return seen.append("no HTTP/2")
        data = data[24:]
        peer.sendall(frame(4, 0, 0))
        while True:
            while len(data) < 9 or len(data) < 9 + int.from_bytes(data[:3], "big"):
                part = peer.recv(65536)
                if not part: return None
                data += part
            size, kind, flags, stream = int.from_bytes(data[:3], "big"), data[3], data[4], int.from_bytes(data[5:9], "big")
            data = data[9 + size:]
            if kind == 1:
                seen.append(f"request on stream {stream}")
                # :status 200, content-length 2
                peer.sendall(frame(1, 4, stream, b"\x88\x0f\x0d\x012") + frame(0, 1, stream, b"ok"))
            elif kind == 4 and not flags: peer.sendall(frame(4, 1, 0))
            elif kind == 6 and not flags: peer.sendall(frame(6, 1, 0, bytes(8)))

    def close(self):
        self.ended = True
        self.thread.join()
        for key in list(self.selector.get_map().values()): key.fileobj.close()
        self.selector.close()


def probe(port):
    """the requests of one client after the other"""
    found = []
    for number, hosts in enumerate(PROBES):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 15) as client:
            client.settimeout(15)
            for at, host in enumerate(hosts):
                client.sendall(f"GET /{number} HTTP/1.1\r\nhost: {host}\r\nx: {number}{at}\r\n\r\n".encode())
                data = b""
                while part := client.recv(65536):
                    data += part
                    if b"\r\n\r\n" in data and len(data) >= data.index(b"\r\n\r\n") + 4 + int(re.search(rb"content-length: (\d+)", data)[1]): break
                found.append(data.decode("latin1"))
                if b"connection: close" in data or not data: break
    return found


def text_of(cases, folder, control, log, ports, origins):
    based = cases[0].around == 0
    text = f"global\n nbthread 1\n maxconn 4000\n" + f" ca-base {folder}\n" * based + f" crt-base {folder}\n stats socket {control} level admin\n log 127.0.0.1:{log} format raw local0\n"
    text += f" {AROUND[cases[0].around]}\n" if AROUND[cases[0].around] else ""
    text += "defaults\n mode http\n log global\n timeout connect 5s\n timeout client 10s\n timeout server 2s\n"
    text += "".join(case.section(ports[case.number], origins[case.number]) for case in cases)
    return text if based else re.sub(r"(ca|crl)-file (?=\w)", rf"\1-file {folder}/", text)


def refused(program, cases, folder):
    """{number: messages} of the cases that the program refuses, warnings of those that it takes"""
    nothing = {case.number: 1 for case in cases}
    found, left = {}, cases
    # What some messages are about they do not say, so their cases are asked for one by one.
    alone = [case for case in cases if "NONE" in str(case) or re.search("verify required(?! ca-file)", str(case)) or "verify" not in str(case)]
    if len(cases) > 1:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for case, (said, able) in zip(alone, pool.map(lambda case: refused(program, [case], folder), alone)):
                if not able: found.update(said)
        left = [case for case in cases if case.number not in found]
    for _ in range(20):
        if not left: return found, left
        path = os.path.join(folder, f"refused-{os.path.basename(program)}-{threading.get_ident()}")
        text = text_of(left, folder, "/nonexistent", 1, nothing, nothing)
        with open(path, "w") as file: file.write(text)
        run = subprocess.run([program, "-c", "-f", path], capture_output=True, text=True)
        lines, new = text.split("\n"), {}
        for line in run.stderr.split("\n"):
            at = re.search(r"\[\S+:(\d+)\]", line)
            owner = at and next((m[1] for m in (re.match(r"frontend c(\d+)$", l) for l in lines[int(at[1]) - 1::-1]) if m), None)
            owner = owner or next(iter(re.findall(r"\bb(\d+)\b", line)), None) or ("[ALERT]" in line and len(left) == 1 and left[0].number)
            if owner is None or owner is False: continue
            message = re.sub(r":\d+\]", ":N]", re.sub(r"^\[(\w+)\]\s*\(\d+\) : ", r"[\1] ", line)).replace(path, "CFG")
            new.setdefault(int(owner), []).append(message)
        if run.returncode == 0: return {**found, **new}, left
        off = {number for number, said in new.items() if any("[ALERT]" in line for line in said)}
        found.update({number: new[number] for number in off})
        left = [case for case in left if case.number not in off]
        if not off: raise RuntimeError(run.stderr)
    raise RuntimeError("not to be started")


def run(program, cases, folder):
    """{number: what was seen}; others on this machine may take a port meanwhile"""
    for left in range(4, -1, -1):
        try: return run_once(program, cases, folder)
        except RuntimeError as error:
            if not left or "cannot bind" not in str(error): raise


def run_once(program, cases, folder):
    with tempfile.TemporaryDirectory(prefix="servers") as own, socket.socket(type=socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        log.setblocking(False)
        origins = Origins(cases, folder)
        with PORTS: found = harness.free_ports_of(len(cases))
        ports = {case.number: port for case, port in zip(cases, found)}
        path, control = own + "/cfg", own + "/control"
        with open(path, "w") as file: file.write(text_of(cases, folder, control, log.getsockname()[1], ports, origins.ports))
        process = subprocess.Popen([program, "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=open(own + "/messages", "w"))
        try:
            for _ in range(1000):
                if harness.listening(ports[cases[-1].number]) and os.path.exists(control): break
                if process.poll() is not None: break
                time.sleep(0.02)
            if process.poll() is not None: raise RuntimeError(open(own + "/messages").read())
            plain = [case for case in cases if not case.is_checked]
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                seen = {case.number: answers for case, answers in zip(plain, pool.map(lambda case: probe(ports[case.number]), plain))}
            if process.poll() is not None: raise RuntimeError(str(process.poll()) + open(own + "/messages").read()[-3000:])
            rows = checks(control, [case for case in cases if case.is_checked])
        finally:
            process.kill()
            process.wait()
            origins.close()
        lines = []
        with contextlib.suppress(BlockingIOError):
            while True: lines.append(log.recv(65536).decode("latin1").strip())
        for case in cases:
            if case.is_checked:
                # How often was checked is chance.
                seen[case.number] = [rows.get(case.number)] + sorted({repr(each) for each in origins.seen[case.number][:1]})
            else:
                seen[case.number] = (seen[case.number] + sorted(line for line in lines if line.startswith(f"c{case.number} ")) + origins.seen[case.number] + [rows.get(case.number)])
        return seen


def checks(control, cases):
    """what the statistics tell of servers once every one was checked"""
    for _ in range(60):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(control)
            client.sendall(b"show stat\n")
            answer = b""
            while part := client.recv(65536): answer += part
        rows = {int(row["pxname"][1:]): row for row in csv.DictReader(io.StringIO(answer.decode().lstrip("# "))) if row["svname"] == "s"}
        if all(rows[case.number]["check_status"] not in ("INI", "") for case in cases if "UP" in rows[case.number]["status"] or "DOWN" in rows[case.number]["status"]): break
        time.sleep(0.1)
    told = ("status", "check_status", "check_code", "last_chk", "check_health")
    checked = {case.number for case in cases}
    return {number: " ".join(row[name] for name in (told if number in checked else ("stot", "econ", "eresp", "wretr", "connect", "reuse", "hrsp_2xx", "hrsp_5xx"))) for number, row in rows.items()}


PORTS = threading.Lock()


def compare(weir, haproxy, only="", count=300, seed=1):
    chance = random.Random(seed)
    every = [Case(number, chance) for number in range(count)]
    left = [case for case in every if only in str(case)]
    total, different, last = len(left), 0, {}
    programs = [os.path.abspath(weir), haproxy]
    with tempfile.TemporaryDirectory(prefix="servers") as folder:
        os.chmod(folder, 0o755)
        make(folder)
        for around in range(len(AROUND)):
            cases = [case for case in left if case.around == around]
            if not cases: continue
            (ours, ours_able), (theirs, theirs_able) = (refused(program, cases, folder) for program in programs)
            for case in cases:
                if ours.get(case.number) != theirs.get(case.number):
                    different += 1
                    print(f"differs: {case}\n  weir    {ours.get(case.number)}\n  haproxy {theirs.get(case.number)}")
            cases = [case for case in ours_able if case in theirs_able]
            for _ in range(3):
                if not cases: break
                with concurrent.futures.ThreadPoolExecutor(2) as pool: ours, theirs = pool.map(run, programs, [cases] * 2, [folder] * 2)
                cases = [case for case in cases if normal(ours[case.number]) != normal(theirs[case.number])]
            for case in cases:
                different += 1
                print(f"differs: {case}")
                a, b = normal(ours[case.number]), normal(theirs[case.number])
                told = set()
                for at in range(max(len(a), len(b))):
                    one, other = (repr(each[at] if at < len(each) else None) for each in (a, b))
                    # The same difference in every request is told once.
                    if one != other and (one, other) not in told: print(f"    weir     {one}\n    haproxy  {other}")
                    told.add((one, other))
    return total - different, different


def normal(seen):
    return [re.sub(r"in \d+ms", "in Nms", each) if isinstance(each, str) else each for each in seen]
