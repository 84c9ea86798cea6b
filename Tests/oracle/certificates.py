"""Certificates for comparisons: made with openssl in a folder, once for each run."""
import os, subprocess


def openssl(folder, *words): subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)


def pair(folder, name, subject, *more, kind=("rsa:2048",)):
    openssl(folder, "req", "-x509", "-newkey", *kind, "-nodes", "-days", "3650", "-subj", f"/CN={subject}",
            *more, "-keyout", f"{name}.key", "-out", f"{name}.crt")
    return read(folder, f"{name}.crt"), read(folder, f"{name}.key")


def read(folder, name): return open(os.path.join(folder, name), "rb").read()


def make(folder):
    """fills `folder` with good and bad files; configurations of the comparison name them"""
    def write(name, *parts):
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "wb") as file: file.write(b"".join(parts))
    elliptic = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    crt, key = pair(folder, "a", "a.example", "-addext", "subjectAltName=DNS:a.example,DNS:*.b.example")
    ecrt, ekey = pair(folder, "e", "a.example", kind=elliptic)
    xcrt, xkey = pair(folder, "x", "x.example", kind=elliptic)
    authority, authority_key = pair(folder, "ca", "authority", kind=elliptic)
    openssl(folder, "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out", "dh.pem")
    openssl(folder, "rsa", "-aes128", "-passout", "pass:secret", "-in", "a.key", "-out", "encrypted.key")
    write("a.pem", crt, key)
    write("keyfirst.pem", key, crt)
    write("e.pem", ecrt, ekey)
    write("x.pem", xcrt, xkey)
    write("client.pem", *signed(folder))
    write("index.txt")
    write("ca.cnf", b"[ca]\ndefault_ca=here\n[here]\ndatabase=index.txt\nserial=ca.serial\nnew_certs_dir=.\npolicy=any\ndefault_md=sha256\n[any]\n"
          b"commonName=supplied\n")
    openssl(folder, "ca", "-batch", "-config", "ca.cnf", "-create_serial", "-in", "signed.csr", "-cert", "ca.crt", "-keyfile", "ca.key", "-notext",
            "-startdate", "20200101000000Z", "-enddate", "20210101000000Z", "-out", "expired.crt")
    write("expired.pem", read(folder, "expired.crt"), read(folder, "signed.key"))
    write("ca.pem", authority)
    write("both.pem", authority, authority_key)
    write("withdh.pem", crt, key, read(folder, "dh.pem"))
    write("chain.pem", crt, key, authority)
    write("onlycrt.pem", crt)
    write("onlykey.pem", key)
    write("mismatch.pem", crt, ekey)
    write("separate.pem", crt); write("separate.pem.key", key)
    write("stem.crt", crt); write("stem.key", key)
    write("bundle.rsa", crt, key); write("bundle.ecdsa", ecrt, ekey)
    write("badbundle.rsa", b"garbage\n"); write("badbundle.ecdsa", ecrt, ekey)
    write("garbage.pem", b"garbage\n")
    write("empty.pem")
    bad = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    write("badcrt.pem", bad, key)
    write("badchain.pem", crt, key, bad)
    os.makedirs(os.path.join(folder, "nothing"))
    write("many/a.pem", crt, key); write("many/e.pem", ecrt, ekey); write("many/.hidden", b"garbage")
    write("onebad/a.pem", crt, key); write("onebad/b.pem", b"garbage")
    write("beside/x.pem", crt); write("beside/x.pem.key", key); write("beside/y", ecrt, ekey)
    write("ocsp.pem", xcrt, xkey); write("ocsp.pem.ocsp", b"garbage")
    write("noissuer.pem", *signed(folder)); write("noissuer.pem.ocsp", b"garbage")
    write("ocspfolder/a.pem", *signed(folder)); write("ocspfolder/a.pem.ocsp", b"garbage")
    write("sctl.pem", crt, key); write("sctl.pem.sctl", b"garbage")
    keys = [b"%s\n" % k for k in (b"A" * 64, b"B" * 64, b"C" * 64)]
    write("tickets3", *keys); write("tickets1", keys[0]); write("ticketsbad", b"zz\n")
    write("ticketsmixed", *keys, b"A" * 107 + b"=\n")
    for name, text in LISTS.items(): write(name, text.encode("latin1"))


def signed(folder):
    openssl(folder, "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=signed.example", "-keyout", "signed.key", "-out", "signed.csr")
    openssl(folder, "x509", "-req", "-in", "signed.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "3650", "-out", "signed.crt")
    return read(folder, "signed.crt"), read(folder, "signed.key")


LISTS = {
    "list-plain": "a.pem\n",
    "list-options": "a.pem [alpn h2 ssl-min-ver TLSv1.2] foo.example !bar.example *.x\n\n# comment\ne.pem\n",
    "list-missing": "missing.pem\n",
    "list-unknown": "a.pem [foo]\n",
    "list-open": "a.pem [alpn h2\n",
    "list-closed": "a.pem x]\n",
    "list-twice": "a.pem [alpn h2][verify none]\n",
    "list-closed-twice": "a.pem [verify none]]\n",
    "list-empty": "",
    "list-no-options": "a.pem []\n",
    "list-filter-first": "a.pem x[alpn h2]\n",
    "list-no-argument": "a.pem [verify]\n",
    "list-bad-version": "a.pem [ssl-min-ver x]\n",
    "list-no-file": "[alpn h2]\n",
    "list-blanks": "   # only\n\n",
    "list-bundle": "bundle [alpn h2] x\n",
    "list-verify": "a.pem [verify required]\n",
    "list-ciphers": "a.pem [ciphers XX]\ne.pem [ciphers YY] *.foo\n",
    "list-strict": "a.pem [strict-sni]\n",
    "list-versions": "a.pem [ssl-min-ver TLSv1.3 ssl-max-ver TLSv1.2]\n",
    "list-crl": "a.pem [ca-file ca.pem verify required crl-file nofile]\n",
    "list-long": "a.pem " + "n" * 70000 + "\n",
    "list-stars": "a.pem ! * !*\n",
    "list-ocsp": "a.pem\nnoissuer.pem\n",
    "list-carriage": "a.pem\r\ne.pem [alpn h2] x\r\n",
}
