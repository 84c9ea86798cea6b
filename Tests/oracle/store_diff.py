"""Certificates, authorities, revocations, lists, OCSP responses and ticket keys over the stats socket: what both programs
answer to every command, and which certificate a client gets after it."""
import os
import re
import socket
import subprocess
import tempfile
import time

import certificates
from harness import free_ports_of
from runtime_diff import ask

CONFIG = """global
 stats socket @SOCKET@ level admin
 crt-base @FOLDER@
 ca-base @FOLDER@
defaults
 mode http
 timeout client 5s
 timeout server 5s
 timeout connect 5s
frontend one
 bind 127.0.0.1:@ONE@ ssl crt a.pem ca-file ca.pem verify optional crl-file crl.pem tls-ticket-keys @FOLDER@/tickets3
 bind 127.0.0.1:@TWO@ ssl crt-list @FOLDER@/list-store
 bind 127.0.0.1:@THREE@ ssl crt @FOLDER@/many/ strict-sni tls-ticket-keys @FOLDER@/ticketslong
 bind 127.0.0.1:@FOUR@ ssl crt @FOLDER@/status.pem
 http-request return status 200
backend b
 server s1 127.0.0.1:1 ssl verify required ca-file ca.pem crt client.pem
 server s2 127.0.0.1:1 ssl verify none crt a.pem
"""

# Each script has a process of its own. "@name@" in a line is the text of that file as the command's payload; "connect PORT
# [NAME]" tells which certificate a client gets.
SCRIPTS = {
    "shown": """show ssl cert
show ssl cert a.pem
show ssl cert F/a.pem
show ssl cert *F/a.pem
show ssl cert nope.pem
show ssl cert F/many/e.pem
show ssl cert F/status.pem
show ssl cert F/status.pem x
show ssl ca-file
show ssl ca-file F/ca.pem
show ssl ca-file ca.pem
show ssl ca-file F/ca.pem:1
show ssl ca-file F/ca.pem:2
show ssl ca-file F/ca.pem:0
show ssl ca-file F/ca.pem:x
show ssl ca-file nope
show ssl crl-file
show ssl crl-file F/crl.pem
show ssl crl-file F/crl.pem:1
show ssl crl-file F/crl.pem:9
show ssl crt-list
show ssl crt-list F/list-store
show ssl crt-list -n F/list-store
show ssl crt-list -n
show ssl crt-list nope
show ssl crt-list -x F/list-store
show ssl crt-list F/many/
show ssl crt-list F/many
show ssl ocsp-response
show ssl ocsp-response nope
show ssl ocsp-response 00
show tls-keys
show tls-keys *
show tls-keys 0
show tls-keys 1
show tls-keys #0
show tls-keys #9
show tls-keys 9
show tls-keys F/tickets3
show tls-keys nope
show ssl
set ssl
new ssl
commit ssl
add ssl
del ssl
abort ssl
show ssl nope""",
    "replaced": """connect 1
set ssl cert F/a.pem @x.pem@
connect 1
show ssl cert
show ssl cert *F/a.pem
show ssl cert F/a.pem
commit ssl cert F/a.pem
connect 1
show ssl cert F/a.pem
commit ssl cert F/a.pem
abort ssl cert F/a.pem""",
    "replaced, short name": """set ssl cert a.pem @x.pem@
commit ssl cert a.pem
connect 1""",
    "dropped": """set ssl cert F/a.pem @x.pem@
abort ssl cert F/nope.pem
abort ssl cert
abort ssl cert F/a.pem
abort ssl cert F/a.pem
commit ssl cert F/a.pem
show ssl cert
connect 1""",
    "key of another": """set ssl cert F/a.pem @mismatch.pem@
commit ssl cert F/a.pem
show ssl cert
show ssl cert *F/a.pem
abort ssl cert F/a.pem
connect 1""",
    "key of another, in two files": """set ssl cert F/separate.pem.key @e.key@
set ssl cert F/a.pem @onlycrt.pem@
set ssl cert F/a.pem.key @e.key@
commit ssl cert F/a.pem
abort ssl cert F/a.pem""",
    "spoiled": """set ssl cert F/a.pem @garbage.pem@
set ssl cert F/a.pem @badcrt.pem@
set ssl cert F/a.pem @badchain.pem@
set ssl cert F/a.pem @onlykey.pem@
set ssl cert F/a.pem @onlycrt.pem@
set ssl cert F/a.pem @encrypted.key@
show ssl cert
commit ssl cert F/a.pem
set ssl cert F/a.pem
set ssl cert
commit ssl cert
commit ssl cert nope
commit ssl cert F/nope.pem
show ssl cert
connect 1""",
    "order and blanks": """set ssl cert F/a.pem @keyfirst.pem@
commit ssl cert F/a.pem
set ssl cert F/a.pem @chain.pem@
commit ssl cert F/a.pem
show ssl cert F/a.pem
set ssl cert F/a.pem @withdh.pem@
commit ssl cert F/a.pem
show ssl cert F/a.pem
set ssl cert F/a.pem @e.pem@
commit ssl cert F/a.pem
show ssl cert F/a.pem
connect 1""",
    "unknown": """set ssl cert F/nope.pem @a.pem@
set ssl cert F/a.pem.foo @a.pem@
set ssl cert F/a.pem.key
commit ssl cert F/nope.pem""",
    "two at once": """set ssl cert F/a.pem @x.pem@
set ssl cert F/a.pem @e.pem@
commit ssl cert F/a.pem
connect 1
show ssl cert""",
    "new": """new ssl cert F/new.pem
new ssl cert F/new.pem
new ssl cert
show ssl cert
show ssl cert F/new.pem
show ssl cert *F/new.pem
commit ssl cert F/new.pem
add ssl crt-list F/list-store F/new.pem
set ssl cert F/new.pem @x.pem@
show ssl cert
show ssl cert *F/new.pem
commit ssl cert F/new.pem
show ssl cert F/new.pem
connect 2 x.example
add ssl crt-list F/list-store F/new.pem
add ssl crt-list F/list-store F/new.pem
connect 2 x.example
show ssl crt-list F/list-store
show ssl crt-list -n F/list-store
del ssl cert F/new.pem
del ssl crt-list F/list-store F/new.pem
connect 2 x.example
del ssl crt-list F/list-store F/new.pem
del ssl cert F/new.pem
del ssl cert F/new.pem
show ssl cert""",
    "new with its parts": """new ssl cert F/new2.pem
set ssl cert F/new2.pem @onlycrt.pem@
set ssl cert F/new2.pem.key @onlykey.pem@
commit ssl cert F/new2.pem
show ssl cert F/new2.pem
set ssl cert F/new2.pem.issuer @ca.pem@
set ssl cert F/new2.pem.sctl @garbage.pem@
set ssl cert F/new2.pem.ocsp @garbage.pem@
abort ssl cert F/new2.pem""",
    "lists": """new ssl cert F/l.pem
set ssl cert F/l.pem @x.pem@
commit ssl cert F/l.pem
add ssl crt-list F/list-store @line-plain@
add ssl crt-list F/list-store @line-options@
show ssl crt-list -n F/list-store
connect 2 foo.example
connect 2 bar.example
connect 2 sub.wild.example
connect 2 not.wild.example
add ssl crt-list F/list-store @line-unknown@
add ssl crt-list F/list-store @line-missing@
add ssl crt-list F/list-store @line-two@
add ssl crt-list F/list-store
add ssl crt-list
add ssl crt-list nope F/l.pem
add ssl crt-list F/list-store F/nope.pem
show ssl crt-list -n F/list-store
del ssl crt-list F/list-store F/l.pem
del ssl crt-list F/list-store F/l.pem:7
del ssl crt-list F/list-store F/l.pem:99
del ssl crt-list F/list-store F/l.pem:x
del ssl crt-list F/list-store F/nope.pem
del ssl crt-list F/list-store
del ssl crt-list
del ssl crt-list nope F/l.pem
del ssl crt-list F/list-store F/a.pem:1
show ssl crt-list -n F/list-store""",
    "a folder's list": """add ssl crt-list F/many F/x.pem
new ssl cert F/f.pem
set ssl cert F/f.pem @x.pem@
commit ssl cert F/f.pem
add ssl crt-list F/many F/f.pem
connect 3 x.example
show ssl crt-list F/many
del ssl crt-list F/many F/f.pem
connect 3 x.example
del ssl crt-list F/many F/many/a.pem
del ssl cert F/many/a.pem""",
    "in use": """del ssl cert F/a.pem
del ssl cert F/client.pem
del ssl cert nope
del ssl cert
del ssl ca-file F/ca.pem
del ssl ca-file nope
del ssl ca-file
del ssl crl-file F/crl.pem
del ssl crl-file nope""",
    "a server's": """show ssl cert F/client.pem
set ssl cert F/client.pem @a.pem@
commit ssl cert F/client.pem
show ssl cert F/client.pem""",
    "authorities": """new ssl ca-file F/newca.pem
new ssl ca-file F/newca.pem
show ssl ca-file
set ssl ca-file F/newca.pem @ca.pem@
show ssl ca-file
show ssl ca-file *F/newca.pem
show ssl ca-file F/newca.pem
commit ssl ca-file F/newca.pem
commit ssl ca-file F/newca.pem
show ssl ca-file F/newca.pem
set ssl ca-file F/newca.pem @garbage.pem@
set ssl ca-file nope @ca.pem@
set ssl ca-file F/newca.pem
abort ssl ca-file F/newca.pem
abort ssl ca-file nope
set ssl ca-file F/ca.pem @twocas.pem@
show ssl ca-file *F/ca.pem
abort ssl ca-file F/ca.pem
abort ssl ca-file F/ca.pem
set ssl ca-file F/ca.pem @twocas.pem@
commit ssl ca-file F/ca.pem
show ssl ca-file F/ca.pem
show ssl ca-file F/ca.pem:2
show ssl ca-file
del ssl ca-file F/newca.pem
del ssl ca-file F/newca.pem
show ssl ca-file""",
    "revocations": """new ssl crl-file F/newcrl.pem
set ssl crl-file F/newcrl.pem @crl.pem@
show ssl crl-file
show ssl crl-file *F/newcrl.pem
commit ssl crl-file F/newcrl.pem
show ssl crl-file F/newcrl.pem
set ssl crl-file F/crl.pem @garbage.pem@
set ssl crl-file F/crl.pem @ca.pem@
set ssl crl-file F/crl.pem @crl.pem@
abort ssl crl-file F/crl.pem
abort ssl crl-file F/crl.pem
set ssl crl-file F/crl.pem @crl.pem@
set ssl crl-file F/newcrl.pem @crl.pem@
commit ssl crl-file F/newcrl.pem
commit ssl crl-file F/crl.pem
commit ssl crl-file F/crl.pem
del ssl crl-file F/newcrl.pem
show ssl crl-file""",
    "one at a time": """set ssl ca-file F/ca.pem @ca.pem@
set ssl cert F/a.pem @x.pem@
set ssl crl-file F/crl.pem @crl.pem@
show ssl cert
show ssl ca-file
show ssl crl-file
commit ssl cert F/a.pem
commit ssl crl-file F/crl.pem
commit ssl ca-file F/ca.pem""",
    "ticket keys": """set ssl tls-key
set ssl tls-key #0
set ssl tls-key #0 zzz
set ssl tls-key #9 AAAA
set ssl tls-key nope AAAA
set ssl tls-key #0 @KEY48@
show tls-keys #0
set ssl tls-key F/tickets3 @KEY48@
set ssl tls-key #0 @KEY80@
show tls-keys *
set ssl tls-key #1 @KEY80@
set ssl tls-key #1 @KEY48@
show tls-keys #1
set ssl tls-key 0 @KEY48@""",
    "OCSP": """set ssl ocsp-response
set ssl ocsp-response zz
set ssl ocsp-response AAAA
set ssl ocsp-response @garbage64@
set ssl ocsp-response @garbage.pem@
set ssl ocsp-response @ocsp64@
show ssl ocsp-response
show ssl cert F/status.pem
set ssl cert F/status.pem.ocsp @ocsp64@
set ssl cert F/status.pem.issuer @ca.pem@
commit ssl cert F/status.pem
show ssl cert F/status.pem
show ssl ocsp-response""",
    "levels": """operator; show ssl cert
operator; set ssl cert F/a.pem
operator; commit ssl cert F/a.pem
operator; new ssl cert x
operator; del ssl cert x
operator; add ssl crt-list x y
operator; del ssl crt-list x y
operator; show tls-keys
user; show ssl crt-list
user; show ssl ocsp-response
operator; set ssl ca-file x
operator; set ssl crl-file x
operator; abort ssl cert x""",
}
LINES = {
    "line-plain": "F/l.pem\n", "line-options": "F/l.pem [alpn h2,http/1.1 ssl-min-ver TLSv1.2] foo.example !bar.example *.wild.example !not.wild.example\n",
    "line-unknown": "F/l.pem [foo]\n", "line-missing": "F/missing.pem\n", "line-two": "F/l.pem one.example\nF/l.pem two.example\n",
   
}


def make(folder):
    certificates.make(folder)
    def write(name, data):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    certificates.openssl(folder, "ca", "-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-gencrl", "-crldays", "3650", "-out", "crl.pem")
    write("list-store", b"a.pem\ne.pem [alpn h2] e.example !no.e.example\nx.pem *.x.example\n")
    write("twocas.pem", certificates.read(folder, "ca.pem") + certificates.read(folder, "a.crt"))
    write("ticketslong", b"".join(b"%s\n" % (letter * 106 + b"0=") for letter in (b"S", b"T", b"U")))
    write("status.pem", certificates.read(folder, "signed.crt") + certificates.read(folder, "signed.key") + certificates.read(folder, "ca.crt"))
    serial = subprocess.run(["openssl", "x509", "-in", "signed.crt", "-noout", "-serial"], cwd=folder, check=True, capture_output=True, text=True).stdout
    write("index.txt", f"V\t400101000000Z\t\t{serial.strip().split('=')[1]}\tunknown\t/CN=signed.example\n".encode())
    certificates.openssl(folder, "ocsp", "-issuer", "ca.crt", "-cert", "signed.crt", "-reqout", "request.der")
    certificates.openssl(folder, "ocsp", "-index", "index.txt", "-CA", "ca.crt", "-rsigner", "ca.crt", "-rkey", "ca.key", "-reqin", "request.der",
                         "-respout", "status.pem.ocsp", "-ndays", "300")
    for name, source in (("ocsp64", "status.pem.ocsp"), ("garbage64", "garbage.pem")):
        certificates.openssl(folder, "base64", "-A", "-in", source, "-out", name)
    for name, text in LINES.items():
        write(name, text.replace("F/", folder + "/").encode())


def run(binary, name, script, folder):
    ports = free_ports_of(4)
    with tempfile.TemporaryDirectory() as own:
        path, config = os.path.join(own, "socket"), os.path.join(own, "config")
        text = CONFIG.replace("@SOCKET@", path).replace("@FOLDER@", folder)
        for word, port in zip(("@ONE@", "@TWO@", "@THREE@", "@FOUR@"), ports):
            text = text.replace(word, str(port))
        with open(config, "w") as file:
            file.write(text)
        process = subprocess.Popen([os.path.abspath(binary), "-db", "-f", config], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        try:
            for _ in range(500):
                try:
                    if ask(path, "show cli level"):
                        break
                except OSError:
                    time.sleep(0.02)
                if process.poll() is not None:
                    raise RuntimeError(process.stderr.read().decode())
            return [normal(step(line, path, ports, folder).replace(config, "CONFIG"), folder) for line in script.split("\n")]
        finally:
            process.kill()
            process.wait()
            process.stderr.close()


def step(line, path, ports, folder):
    if line.startswith("connect "):
        _, number, *names = line.split()
        # The chain's first certificate, as a client sees it.
        seen = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{ports[int(number) - 1]}", *(["-servername", names[0]] if names else ["-noservername"])],
                              input=b"", capture_output=True).stdout.decode("latin1")
        found = re.search(r"^subject=(.*)$", seen, re.M), re.search(r"Server public key is (\d+)", seen)
        return " ".join(match[1] if match else "none" for match in found)
    line = re.sub(r"\bF/", folder + "/", line).replace("*F/", "*" + folder + "/")
    line = line.replace("@KEY48@", "Q" * 64).replace("@KEY80@", "R" * 106 + "0=")
    if found := re.search(r"@(\S+)@$", line):
        with open(os.path.join(folder, found[1]), encoding="latin1") as file:
            line = line[:found.start()] + "<<\n" + re.sub(r"\n\n+", "\n", file.read().rstrip("\n")) + "\n"
    return ask(path, line)


def normal(text, folder):
    """without the commands' help, whose words are each program's own, and the NUL that HAProxy shows between protocols"""
    text = re.sub(r"@system-ca - .*\n", "", text)  # which HAProxy has for a client of its own
    return re.sub(r"Unknown command.*", "Unknown command", text.replace(folder, "F").replace("\0", ""), flags=re.S)


def compare(weir, haproxy, only=""):
    equal = different = 0
    with tempfile.TemporaryDirectory(prefix="store") as folder:
        os.chmod(folder, 0o755)
        make(folder)
        for name, script in SCRIPTS.items():
            if only not in name:
                continue
            for line, ours, theirs in zip(script.split("\n"), run(weir, name, script, folder), run(haproxy, name, script, folder)):
                if ours == theirs:
                    equal += 1
                    continue
                different += 1
                print(f"differs: {name}: {line}\n  weir    {ours!r}\n  haproxy {theirs!r}")
    return equal, different
