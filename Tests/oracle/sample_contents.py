"""Fetches of what lies in buffers, in stick tables, and in TLS."""
import os

from harness import Answer, answer, ok
from sample_diff import Setup
from sample_fetches import lines, request
from sample_surroundings import TABLES

SETUPS = []


def setup(name, client, expressions, **more):
    SETUPS.append(Setup(name, client if isinstance(client, list) else [client], expressions, **more))


# --- bytes of TCP: what the tables of the unit tests know ----------------------------------------------------------
def payloads():
    """{payload: expressions}"""
    found = {}
    with open(os.path.join(os.path.dirname(TABLES), "..", "SamplesTests", "Tables", "payloads.txt")) as file:
        for line in file:
            payload, expression, *_ = line.rstrip("\n").split("\t")
            found.setdefault(payload, []).append(expression)
    return found


OTHER_NAMES = {"req.ssl_hello_type": "req_ssl_hello_type", "req.ssl_sni": "req_ssl_sni", "req.ssl_ver": "req_ssl_ver", "req.rdp_cookie": "rdp_cookie",
               "req.rdp_cookie_cnt": "rdp_cookie_cnt"}
for number, (payload, expressions) in enumerate(payloads().items()):
    if payload:
        wait = ("tcp-request inspect-delay 300ms", f"tcp-request content set-var(txn.wait) int(1) if {{ req.len ge {len(payload) // 2} }}")
        setup(f"payload {number}", [bytes.fromhex(payload), 0.3, "half"],
              expressions + (list(OTHER_NAMES) + list(OTHER_NAMES.values()) if number % 4 == 0 else []), place="tcp-request content", mode="tcp", frontend=wait,
              origin=[Answer([], "close")], skip=("origin",))
HELLO = bytes.fromhex("160303003a0200003603035252525252525252525252525252525252525252525252525252525252525252520000130100000e002b00020304003300020017")
setup("payload of an answer", [b"x"], ["res.ssl_hello_type", "rep_ssl_hello_type", "res.len", "res.payload(0,5),hex", "res.payload_lv(3,2),hex", "res.payload(1,0),length",
                                       "payload(0,3),hex", "payload_lv(3,2),hex"], place="tcp-response content", mode="tcp",
      backend=("tcp-response inspect-delay 300ms", "tcp-response content set-log-level info if { res.len ge 63 }"), origin=[Answer([("read", 1), (0, HELLO)], "close")])
setup("distcc", [b"DIST00000001ARGC00000002ARGV00000003abcARGV00000002deDOTI00000004wxyz", 0.2, "half"],
      lines("""
    distcc_param(ARGC)
    distcc_param(DIST)
    distcc_param(ARGV,2)
    distcc_param(NONE)
    distcc_body(ARGV)
    distcc_body(ARGV,2)
    distcc_body(DOTI)
    distcc_body(DOTI,2)
    distcc_param(X)
    """), place="tcp-request content", mode="tcp", frontend=("tcp-request inspect-delay 200ms", "tcp-request content set-var(txn.w) int(1) if { req.len ge 70 }"),
      origin=[Answer([], "close")], skip=("origin",))

# --- stick tables --------------------------------------------------------------------------------------------------
COUNTERS = "bytes_in_rate bytes_out_rate clr_gpc0 clr_gpc1 conn_cnt conn_cur conn_rate get_gpc0 get_gpc1 get_gpt0 gpc0_rate gpc1_rate http_err_cnt http_err_rate " \
    "http_fail_cnt http_fail_rate http_req_cnt http_req_rate inc_gpc0 inc_gpc1 kbytes_in kbytes_out sess_cnt sess_rate".split()
DATA = "gpc0,gpc0_rate(10s),gpc1,gpc1_rate(10s),gpt0,conn_cnt,conn_cur,conn_rate(10s),sess_cnt,sess_rate(10s),http_req_cnt,http_req_rate(10s),http_err_cnt," \
    "http_err_rate(10s),http_fail_cnt,http_fail_rate(10s),bytes_in_cnt,bytes_in_rate(10s),bytes_out_cnt,bytes_out_rate(10s),server_id"
TABLE = f"stick-table type ip size 100 expire 1m store {DATA}"
# Asked once each, in this order: some of them change what they tell. Rates of what has just begun differ with the moment.
OWN = [f"sc0_{c}" for c in COUNTERS] + [f"sc_{c}(0)" for c in COUNTERS] + [f"src_{c}" for c in COUNTERS]
OWN = [e + ",bool" if "_rate" in e or "kbytes" in e else e for e in OWN]
OWN += lines("""
    sc0_tracked
    sc0_trackers
    sc_tracked(0)
    sc_trackers(0)
    sc1_tracked
    sc1_trackers
    sc2_tracked
    sc2_trackers
    sc_tracked(2)
    sc0_get_gpc0(kept)
    sc0_http_req_cnt(kept)
    sc0_tracked(kept)
    sc_inc_gpc0(0,kept)
    sc_get_gpc0(0,kept)
    sc0_get_gpc0(numbers)
    src_updt_conn_cnt
    src_updt_conn_cnt(kept)
    src_conn_cnt(kept)
    src_get_gpc0(arrays)
    src,table_conn_cnt
    src,in_table
    src,in_table(kept)
    str(192.0.2.77),in_table
    """)
OWN += [f"src,table_{c}" + (",bool" if "_rate" in c or "kbytes" in c else "") for c in
        "bytes_in_rate bytes_out_rate conn_cnt conn_cur conn_rate gpc0 gpc0_rate gpc1 gpc1_rate gpt0 http_err_cnt http_err_rate http_fail_cnt http_fail_rate "
        "http_req_cnt http_req_rate kbytes_in kbytes_out server_id sess_cnt sess_rate trackers".split()]
OWN += ["src,table_expire,div(60000)", "src,table_idle,div(60000)", "str(192.0.2.77),table_expire(kept,7)", "str(192.0.2.77),table_idle(kept,8)",
        "str(192.0.2.77),table_expire(kept)", "str(192.0.2.77),table_gpc0(kept)", "str(192.0.2.77),table_trackers(kept)", "int(5),table_gpc0(numbers)"]
for number, place in ((1, "sc1"), (2, "sc2")):
    OWN += [f"{place}_{c}" + (",bool" if "_rate" in c or "kbytes" in c else "") for c in COUNTERS]
# Each frontend has the table itself, so that batches do not see one another.
for start in range(0, len(OWN), 45):
    for label, frontend in (("tracked", (TABLE, "tcp-request connection track-sc0 src", "http-request track-sc1 src", "http-request track-sc2 src")), ("untracked", (TABLE,))):
        setup(f"stick table, {label} {start}", [request("/1"), "read", request("/2")], OWN[start:start + 45], frontend=frontend, origin=[ok(), ok()], pure=False)
ARRAYS = lines("""
    sc_get_gpc(0,0)
    sc_inc_gpc(1,0)
    sc_inc_gpc(1,0)
    sc_get_gpc(1,0)
    sc_get_gpc(9,0)
    sc_gpc_rate(1,0),bool
    sc_clr_gpc(1,0)
    sc_get_gpc(1,0)
    sc_get_gpt(1,0)
    sc_get_gpt(7,0)
    sc_inc_gpc(2,0,arrays)
    sc1_clr_gpc(0)
    src_inc_gpc(0)
    src_inc_gpc(0,@)
    src_get_gpc(0,@)
    src_gpc_rate(0,@),bool
    src_clr_gpc(0,@)
    src_get_gpt(2,@)
    src,table_gpc(0,@)
    src,table_gpc(9,@)
    src,table_gpc_rate(0,@),bool
    src,table_gpt(1,@)
    sc0_get_gpc0
    sc0_inc_gpc1
    sc0_get_gpt0
    str(x),table_gpc(0,arrays)
    str(x),table_gpt(0,arrays)
    """)
setup("stick table of arrays", [request("/1"), "read", request("/2")], [e.replace("@", "vectors") for e in ARRAYS],
      frontend=("http-request track-sc0 src table vectors", "http-request sc-set-gpt(1,0) 12"), origin=[ok(), ok()], pure=False)

# --- maps ----------------------------------------------------------------------------------------------------------
MAPS = [f"{value},map_{method}{kind}({TABLES}/{file}.map{default})" for method in ("str", "beg", "sub", "end", "dir", "dom", "reg", "int", "ip")
        for kind, files, defaults in (("", ("texts", "ints"), ("", ",none")), ("_int", ("numbers",), ("", ",9")), ("_ip", ("hosts",), ("", ",192.0.2.1")))
        for file in files for default in defaults for value in ("str(5)", "str(192.0.2.129)", "str(Some text, 12)", "str(www.one.example)", "req.hdr(X-None)")
        if not (method == "ip" and file != "hosts" and kind) and not (method == "int" and (kind or file == "texts")) and not (method == "ip" and file != "hosts")]
setup("maps of every kind", request(), MAPS + [f"{value},map_{what}" for what in (f"int_int({TABLES}/ints-ints.map)", f"int_ip({TABLES}/ints-hosts.map)", f"ip({TABLES}/addresses.map)",
      f"ip_int({TABLES}/addresses-ints.map)", f"ip_ip({TABLES}/hosts.map)", f"regm({TABLES}/expressions.map)", f"reg({TABLES}/expressions.map)")
      for value in ("str(5)", "int(7)", "src", "str(192.0.2.7)", "str(word 12)", "ipv6(2001:db8::1)")])

# --- TLS -----------------------------------------------------------------------------------------------------------
BOTH = "alg_keysize alpn cipher err err_str is_resumed npn protocol use_keysize".split()
RANDOM = "client_random server_random session_id session_key unique_id".split()
FRONT = [f"ssl_fc_{n}" for n in BOTH] + [f"ssl_fc_{n},hex,length" for n in RANDOM] + lines("""
    ssl_fc
    ssl_fc_has_crt
    ssl_fc_has_early
    ssl_fc_has_sni
    ssl_fc_sni
    ssl_fc_protocol_hello_id
    ssl_fc_cipherlist_bin,hex
    ssl_fc_cipherlist_bin(1),hex
    ssl_fc_cipherlist_hex
    ssl_fc_cipherlist_hex(1)
    ssl_fc_cipherlist_str
    ssl_fc_cipherlist_str(1)
    ssl_fc_cipherlist_xxh
    ssl_fc_eclist_bin,hex
    ssl_fc_eclist_bin(1),hex
    ssl_fc_ecformats_bin,hex
    ssl_fc_extlist_bin,hex
    ssl_fc_extlist_bin(1),hex
    ssl_fc_client_early_traffic_secret,length
    ssl_fc_client_handshake_traffic_secret,length
    ssl_fc_client_traffic_secret_0,length
    ssl_fc_early_exporter_secret,length
    ssl_fc_exporter_secret,length
    ssl_fc_server_handshake_traffic_secret,length
    ssl_fc_server_traffic_secret_0,length
    ssl_c_used
    ssl_c_verify
    ssl_c_err
    ssl_c_ca_err
    ssl_c_ca_err_depth
    ssl_c_chain_der,sha1,hex
    src
    dst_port,bool
    fc_err
    fc_err_str
    """)
CERTIFICATE = lines("""
    der,sha1,hex
    i_dn
    i_dn(CN)
    i_dn(CN,1)
    i_dn(,0,rfc2253)
    i_dn(O)
    i_dn(CN,-1)
    key_alg
    notafter
    notbefore
    s_dn
    s_dn(CN)
    s_dn(CN,2)
    s_dn(,0,rfc2253)
    s_dn(,0,x)
    serial,hex
    sha1,hex
    sig_alg
    version
    """)
FRONT += [f"ssl_{side}_{e}" for side in "cf" for e in CERTIFICATE]
BACK = [f"ssl_bc_{n}" for n in BOTH] + [f"ssl_bc_{n},hex,length" for n in RANDOM] + ["ssl_bc", "ssl_s_chain_der,sha1,hex"] + [f"ssl_s_{e}" for e in CERTIFICATE]
BIND = "ssl crt @CERTIFICATES@/a.pem"
for label, bind, tls in (("1.3", "", {"name": "www.example"}), ("1.2", "", {"version": "TLSv1_2"}), ("ALPN", " alpn http/1.1", {"alpn": ("http/1.1",)}),
                         ("a client certificate", " verify optional ca-file @CERTIFICATES@/ca.crt", {"certificate": "client.pem"}),
                         ("a bad certificate", " verify optional ca-file @CERTIFICATES@/ca.crt ca-ignore-err all crt-ignore-err all", {"certificate": "x.pem", "version": "TLSv1_2"})):
    setup(f"TLS {label}", request(), FRONT, bind=BIND + bind, tls=tls)
setup("TLS to a server", request(), BACK, server="ssl verify none", origin_tls={}, place="http-response")
setup("TLS to a server, 1.2", request(), BACK, server="ssl verify none ssl-max-ver TLSv1.2 alpn http/1.1 sni str(b.example)", origin_tls={}, place="http-response")
setup("TLS, log", request(), ["ssl_fc", "ssl_fc_cipher", "ssl_fc_protocol", "ssl_fc_sni", "ssl_c_verify", "ssl_bc", "ssl_f_serial,hex", "%sslc", "%sslv", "%ft"],
      bind=BIND, tls={"name": "www.example"}, place="log")
setup("TLS to a server, log", request(), ["ssl_bc", "ssl_bc_cipher", "ssl_bc_protocol", "ssl_s_version", "ssl_s_serial,hex", "ssl_fc"], server="ssl verify none", origin_tls={},
      place="log")
