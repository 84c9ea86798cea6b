"""Which certificate and which parameters a client gets, and what fetches tell of it: a sample of all pairs of `bind` lines,
names and clients, each through both programs."""
import os
import random
import re
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import certificates
import store_diff
from harness import free_ports_of, listening

LISTS = {
    "l1": "a.pem !a.example\ne.pem a.example\nx.pem\n",
    "l2": "a.pem *.example !deny.example\nx.pem deny.example\n",
    "l3": "a.pem *.example !*.example\nx.pem foo.example\n",
    "l4": "a.pem [verify required ca-file ca.pem] secure.example\nx.pem [ssl-max-ver TLSv1.2] old.example\ne.pem [alpn h2] h2.example\n"
          "m.pem [ciphers ECDHE-RSA-AES256-GCM-SHA384 ssl-max-ver TLSv1.2] c.example\n",
    "l5": "a.pem dual.example\ne.pem dual.example\n",
    "l6": "a.pem A.Example B.EXAMPLE\nx.pem\n",
    "l7": "a.pem [curves P-384] p.example\nx.pem [ecdhe secp521r1 ssl-max-ver TLSv1.2] q.example\n"
          " e.pem  [no-ca-names verify optional ca-file ca.pem]  n.example  \n",
    "l8": "a.pem [npn http/1.1 alpn http/1.1] n.example\nx.pem [ciphersuites TLS_AES_256_GCM_SHA384] s.example\n",
    "l9": "a.pem *\nx.pem x.y\n",
    "l10": "a.pem !x.y\nx.pem !x.y z.y\n",
}
LINES = """crt a.pem
crt a.pem crt x.pem
crt x.pem crt a.pem
crt a.pem crt e.pem
crt e.pem crt a.pem
crt dual.pem
crt m.pem crt a.pem crt x.pem
strict-sni crt a.pem
strict-sni crt m.pem crt dual.pem
crt a.pem prefer-client-ciphers crt e.pem
crt m.pem crt-list l1
crt m.pem crt-list l2
crt m.pem crt-list l5
crt-list l1 crt m.pem
crt-list l10 crt m.pem
crt a.pem ssl-min-ver TLSv1.3
crt a.pem ssl-max-ver TLSv1.2
crt a.pem force-tlsv12
crt a.pem no-tlsv13
crt a.pem force-tlsv13
crt a.pem ssl-min-ver TLSv1.0 ciphers DEFAULT@SECLEVEL=0
crt a.pem curves P-521
crt a.pem ecdhe secp384r1
crt a.pem alpn h2,http/1.1
crt a.pem alpn foo
crt a.pem npn http/1.1
crt a.pem ciphersuites TLS_CHACHA20_POLY1305_SHA256 ciphers ECDHE-RSA-AES128-SHA
crt a.pem no-tls-tickets
crt a.pem verify required ca-file ca.pem
crt a.pem verify optional ca-file a.crt ca-verify-file ca.pem
crt a.pem verify required ca-file a.crt crt-ignore-err all ca-ignore-err all
crt a.pem verify required ca-file ca.pem crl-file crl.pem
crt a.pem verify required ca-file ca.pem crt-ignore-err 10
crt a.pem verify required ca-file ca.pem no-ca-names
crt a.pem verify optional crt-ignore-err 18,19,20,21 ca-ignore-err 18,19,20 ca-file ca.pem
crt status.pem
crt withdh.pem
crt a.pem generate-certificates ca-sign-file @FOLDER@/both.pem""".split("\n")
LINES += [f"{strict}crt-list l{n}" for n in range(1, 11) for strict in ("", "strict-sni ")]
NAMES = (None, "a.example", "A.EXAMPLE", "b.b.example", "x.b.example", "x.y.b.example", ".b.example", "b.example", "multi.example", "foo.multi.example", "x.example",
         "deny.example", "foo.example", "secure.example", "old.example", "h2.example", "c.example", "dual.example", "p.example", "q.example", "n.example", "s.example", "x.y", "z.y",
         "nothing.org", "a.example.")
CLIENTS = """
-tls1_2
-tls1_3
-tls1_2 -cipher ECDHE-ECDSA-AES128-GCM-SHA256
-sigalgs RSA+SHA256:RSA-PSS+SHA256
-sigalgs ECDSA+SHA256
-tls1_2 -cipher AES128-SHA256
-alpn h2
-alpn http/1.1,h2
-alpn bar
-nextprotoneg http/1.1 -tls1_2
-groups P-384
-groups X25519
-status
-tls1_1 -cipher DEFAULT@SECLEVEL=0
-tls1_2 -cipher DHE-RSA-AES128-GCM-SHA256
-cert @FOLDER@/client.pem
-cert @FOLDER@/expired.pem
-cert @FOLDER@/e.pem
-cert @FOLDER@/client.pem -tls1_2""".split("\n")
# Of generated certificates the end depends on the second.
SHOWN = ("ssl_c_verify ssl_c_err ssl_c_ca_err ssl_c_used ssl_fc_npn ssl_c_s_dn ssl_c_i_dn ssl_f_s_dn ssl_f_key_alg ssl_f_sig_alg ssl_fc_alg_keysize ssl_fc_use_keysize "
         "ssl_fc_sni ssl_fc_alpn ssl_fc_cipherlist_str ssl_c_serial,hex ssl_c_sha1,hex ssl_c_notbefore ssl_fc_is_resumed").split()
SEEN = (r"^subject=.*$", r"Server public key is \d+", r"^    Protocol  : \S+", r"^New, \S+, Cipher is \S+", r"ALPN protocol: \S+", r"Next protocol: .*$", r"Server Temp Key: .*$",
        r"Acceptable client certificate CA names\n.*$", r"OCSP response: .*$", r"^x: .*$", r"alert [a-z ]+", r"TLS session ticket:")


def start(binary, folder, label):
    ports = free_ports_of(len(LINES))
    config = os.path.join(folder, label)
    text = f"global\n ca-base {folder}\n crt-base {folder}\n tune.ssl.capture-buffer-size 100\n tune.ssl.default-dh-param 2048\n"
    text += "defaults\n mode http\n timeout client 3s\n timeout server 3s\n timeout connect 3s\nfrontend f\n"
    for line, port in zip(LINES, ports):
        text += f" bind 127.0.0.1:{port} ssl {line}\n".replace("crt-list ", f"crt-list {folder}/").replace("@FOLDER@", folder)
    text += ' http-request return status 200 hdr x "%s"\n' % " ".join(f"%[{name}]" for name in SHOWN)
    with open(config, "w") as file:
        file.write(text)
    process = subprocess.Popen([os.path.abspath(binary), "-db", "-f", config], stderr=open(config + ".messages", "w"))
    for _ in range(500):
        if listening(ports[-1]):
            return process, ports
        if process.poll() is not None:
            break
        time.sleep(0.02)
    with open(config + ".messages") as file:
        raise RuntimeError("does not start: " + file.read())


def see(port, name, words):
    run = subprocess.run(["timeout", "5", "openssl", "s_client", "-connect", f"127.0.0.1:{port}", *(["-servername", name] if name else ["-noservername"]), *words, "-ign_eof"],
                         input=b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", capture_output=True)
    text = (run.stdout + run.stderr).decode("latin1")
    return [found and found[0] for found in (re.search(pattern, text, re.M) for pattern in SEEN)]


def compare(weir, haproxy, only="", count=300):
    every = [(n, name, client) for n in range(len(LINES)) for name in NAMES for client in CLIENTS if only in LINES[n]]
    chosen = random.Random(1).sample(every, min(count, len(every)))
    with tempfile.TemporaryDirectory(prefix="handshakes") as folder:
        os.chmod(folder, 0o755)
        store_diff.make(folder)
        crt, key = certificates.pair(folder, "m", "multi.example", "-addext", "subjectAltName=DNS:multi.example,DNS:*.multi.example")
        for name, parts in {"m.pem": (crt, key), "dual.pem.rsa": (certificates.read(folder, "a.pem"),), "dual.pem.ecdsa": (certificates.read(folder, "e.pem"),)}.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(b"".join(parts))
        for name, text in LISTS.items():
            with open(os.path.join(folder, name), "w") as file:
                file.write(text)
        programs = []
        try:
            programs = [start(binary, folder, label) for label, binary in (("weir", weir), ("haproxy", haproxy))]

            def one(case):
                n, name, client = case
                words = client.replace("@FOLDER@", folder).split()
                return case, *[see(ports[n], name, words) for _, ports in programs]

            different = 0
            with ThreadPoolExecutor(4) as pool:
                for (n, name, client), ours, theirs in pool.map(one, chosen):
                    if ours == theirs:
                        continue
                    different += 1
                    print(f"differs: {LINES[n]}, {name}, {client}\n  weir    {ours}\n  haproxy {theirs}")
            return len(chosen) - different, different
        finally:
            for process, _ in programs:
                process.kill()
                process.wait()
