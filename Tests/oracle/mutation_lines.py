"""The lines that mutation_diff.py spoils: (contexts, line). The first context is where it belongs and where its mutants
stand; without others the line as it is stands in every other section too.
"""
def _lines(contexts, text):
    return [(contexts, line.strip()) for line in text.strip().split("\n") if line.strip()]


EXPRESSIONS = """
    src
    req.hdr(host)
    req.hdr(host,1),lower
    path,field(2,/),map_str_int(none.map,0)
    url_param(a,'&'),url_dec,json(utf8)
    str("a,b"),concat('-',txn.a,)
    int(5),add(3),mul(txn.b)
    src,ipmask(24,64)
    req.cook(name),regsub(^a,"b",g)
    nbsrv(tracked)
    sc0_conn_rate(tracked)
    ssl_fc_sni,bytes(0,4),hex
    var(txn.a),iif(yes,no)
    date(-10,s),ltime("%H:%M")
    req.body_param(x),base64,b64dec,sha2(256)
    table_conn_rate
    req.payload(0,4),strcmp(txn.x)
    http_auth_group(users)
"""
FORMATS = """
    "%[src]:%ci %{+Q}[req.hdr(x)]"
    %[path,lower]/%{+X}o%rt
    "a %% b %[str('c d')]"
    %{+Q,-X}HM
"""
LINES = []
for expression in EXPRESSIONS.strip().split("\n"):
    LINES += _lines("http,backend", f"http-request set-var(txn.x) {expression.strip()}")
    LINES += _lines("http,tcp", f"acl a {expression.strip()} 1 2")
    LINES += _lines("http,tcp", "http-request deny if { " + expression.strip() + " 1 }")
    LINES += _lines("frontend,backend", f"http-request set-header X %[{expression.strip()}]")
for form in FORMATS.strip().split("\n"):
    form = form.strip()
    for line in ("http-request set-header X {}", "http-request redirect location {}", "log-format {}", "unique-id-format {}", "http-request set-var-fmt(txn.x) {}",
                 "http-request return status 200 content-type text/plain lf-string {}", "http-response add-header X {} if known", "error-log-format {}", "log-format-sd {}"):
        LINES += _lines("frontend,backend,tcp,defaults", line.format(form))
    LINES += _lines("frontend,backend,tcp", f"use_backend {form} if known")
    LINES += _lines("backend,frontend,tcp", f"use-server {form} if known")
LINES += _lines("http", """
    acl a path -i -m beg /x /y
    acl a path_beg -i /x --
    acl a path_len gt 5 lt 10 3:4
    acl a src -n 127.0.0.0/8 ::1 10.0.0.1/255.0.0.0
    acl a path -f none.lst -u 5
    acl a path -M -f none.map
    acl a path_reg ^/a(b|c)$
    acl a req.ssl_ver ge 3.1 3.0:3.3
    acl a method GET POST
    acl a req.payload(0,4) -m bin 0a0b
    acl a always_true
    acl a req.hdr(x) -m found
    acl a hdr_dom(host) -i example.com
    acl a urlp_reg(a) ^b
    acl a http_auth(users)
""")
LINES += _lines("http", """
    http-request allow if known !known or known
    http-request deny deny_status 403 if known
    http-request deny status 429 content-type text/plain string "x" hdr a b
    http-request tarpit deny_status 500 unless known
    http-request auth realm x if known
    http-request redirect scheme https code 301 if !known
    http-request redirect prefix /p drop-query append-slash set-cookie A=1
    http-request redirect location / code 302 clear-cookie A ignore-empty
    http-request return status 200 content-type text/plain string hello hdr a b
    http-request return status 404 errorfiles answers
    http-request return status 503 default-errorfiles
    http-request return content-type text/plain file none.txt
    http-request del-header X -m beg if known
    http-request replace-header X (.*) a\\\\1 if known
    http-request replace-value X ^a$ b
    http-request replace-path (.*) /x\\\\1
    http-request replace-uri ^/ /y
    http-request set-path /x
    http-request set-query a=%[src]
    http-request set-method GET
    http-request set-uri /x
    http-request normalize-uri path-strip-dotdot full
    http-request normalize-uri query-sort-by-name
    http-request set-log-level silent
    http-request set-nice 5
    http-request set-mark 0x10
    http-request set-tos 7
    http-request set-timeout server 5s
    http-request set-timeout tunnel int(5)
    http-request capture req.hdr(x) len 10
    http-request capture req.hdr(x) id 0
    http-request track-sc0 src table tracked
    http-request track-sc1 req.hdr(x)
    http-request sc-inc-gpc0(0)
    http-request sc-inc-gpc(0,1)
    http-request sc-set-gpt0(0) 5
    http-request set-map(none.map) %[src] %[path]
    http-request add-acl(none.lst) %[src]
    http-request del-map(none.map) %[src]
    http-request do-resolve(txn.ip,names,ipv4) req.hdr(host)
    http-request set-dst var(txn.ip)
    http-request set-src-port int(5)
    http-request set-priority-class int(5)
    http-request cache-use kept
    http-request early-hint Link "</a>"
    http-request wait-for-body time 5s at-least 10
    http-request wait-for-handshake
    http-request disable-l7-retry
    http-request strict-mode on
    http-request use-service prometheus-exporter if known
    http-request silent-drop
    http-request reject
    http-request unset-var(txn.x)
    http-request set-var(txn.x,ifnotset,ifgt) int(5)
    http-response set-status 404 reason "x y"
    http-response set-header X-A value
    http-response deny status 502
    http-response cache-store kept
    http-response track-sc2 src table tracked
    http-response capture res.hdr(x) id 0
    http-response redirect location /x
    http-response wait-for-body time 1s
    http-response replace-header X a b
    http-after-response set-header X-A value
    http-after-response del-header X-A
    http-after-response set-status 200
    http-after-response set-var(txn.a) res.hdr(x)
    http-after-response capture res.hdr(x) id 0
    http-after-response allow if known
    tcp-request connection accept if known
    tcp-request connection reject if { src 127.0.0.1 }
    tcp-request connection expect-proxy layer4
    tcp-request connection track-sc0 src table tracked
    tcp-request connection set-src src,ipmask(24)
    tcp-request connection silent-drop
    tcp-request session track-sc1 src
    tcp-request session sc-inc-gpc0(0)
    tcp-request session set-var(sess.a) src
    tcp-request content accept if known
    tcp-request content reject unless known
    tcp-request content capture req.payload(0,4) len 10
    tcp-request content switch-mode http proto h1
    tcp-request content set-dst-port int(5)
    tcp-request content use-service none
    tcp-request content set-nice 5
    tcp-request content do-resolve(txn.ip,names) req.ssl_sni
    tcp-request inspect-delay 5s
    tcp-response content close if known
    tcp-response content set-var(txn.a) res.payload(0,4)
    tcp-response content sc-inc-gpc1(0)
    tcp-response inspect-delay 5s
""")
LINES += _lines("http", """
    use_backend tracked if known
    use-server s if known
    redirect prefix /x code 301 if known
    stick-table type string len 10 size 1k expire 5m store gpc0,conn_rate(5s),http_req_cnt peers none
    stick-table type ip size 1m nopurge srvkey addr
    stick on src table tracked if known
    stick match req.hdr(x)
    stick store-request path table tracked
    stick store-response res.cook(x)
    capture request header Host len 10
    capture response header X len 20
    capture cookie A len 10
    declare capture request len 10
    monitor fail if known
    monitor-uri /x
    force-persist if known
    ignore-persist unless known
    unique-id-header X-ID
    http-error status 500 content-type text/plain string x hdr a b
    http-error status 404 errorfile none.http
    errorfile 503 none.http
    errorloc302 404 /x
    errorloc303 500 /x
    errorfiles answers 500 503
    rate-limit sessions 10
    filter compression
    filter cache kept
    compression algo gzip deflate
    compression type text/html
    cookie NAME insert indirect nocache httponly secure maxidle 10 maxlife 1h domain .x attr a=b
    cookie NAME prefix dynamic
    dynamic-cookie-key key
    balance roundrobin
    balance uri len 10 depth 3 whole
    balance url_param a check_post 10
    balance hdr(host) use_domain_only
    balance hash req.hdr(x),lower
    balance random(2)
    hash-type consistent sdbm avalanche
    hash-balance-factor 150
    http-reuse always
    http-send-name-header X
    http-check expect status 200-299
    http-check send meth GET uri /x ver HTTP/1.1 hdr a b body x
    http-check connect port 80 ssl sni x alpn h2
    http-check set-var(check.a) int(5)
    tcp-check expect rstring ^x min-recv 5 comment y
    tcp-check send x\\ y
    tcp-check connect port 80
    option httpchk GET /x HTTP/1.0
    option forwardfor except 127.0.0.0/8 header X if-none
    option originalto except 127.0.0.1 header X
    option httplog clf
    option redispatch 5
    option smtpchk HELO x
    no option httplog
    default-server inter 5s fall 3 rise 2 weight 10 maxconn 5
    server s 127.0.0.1:80 check inter 5s weight 10 maxconn 5 cookie a
    server s 127.0.0.1:80 ssl verify none sni req.hdr(host) check-sni x
    server s name:80 resolvers names init-addr libc,none
    server-template s 5 127.0.0.1:80 check
    retry-on conn-failure 500 503
    retries 3
    timeout http-request 5s
    timeout tarpit 10m
    maxconn 10
    fullconn 10
    backlog 10
    mode http
    id 500
    description a b
    log 127.0.0.1:514 format rfc5424 sample 1:2 local0 info err
    log-tag x
    email-alert from x
    stats uri /x
    stats auth a:b
    stats refresh 5s
    stats admin if known
    stats http-request auth realm x if known
    persist rdp-cookie(x)
    source 127.0.0.1:5 usesrc clientip
    external-check command /bin/true
    max-keep-alive-queue 5
    load-server-state-from-file global
    bind 127.0.0.1:1-5 name x maxconn 5 accept-proxy
    bind :80 ssl crt none.pem alpn h2,http/1.1
    bind /none/x mode 600 user none
""")
LINES += _lines("global", """
    maxconn 100
    nbthread 2
    cpu-map 1/all 0-1
    tune.bufsize 16384
    tune.http.maxhdr 101
    set-var proc.a int(5)
    set-var-fmt proc.a "%[hostname] x"
    log 127.0.0.1:514 len 1024 local0 notice
    stats socket /none/x mode 600 level admin
    stats timeout 5s
    spread-checks 5
    setenv A b
    presetenv A b
    unsetenv A B
    hard-stop-after 5s
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
    ssl-default-bind-ciphers ALL
    user nobody
    group none
    uid 5
    chroot /none
    daemon
    h1-case-adjust a A
    server-state-base /none
    log-send-hostname x
    ulimit-n 100
    default-path config
""")
LINES += _lines("peers", "peer a 127.0.0.1:1024\n table t type ip size 10 store gpc0\n bind 127.0.0.1:1\n server a 127.0.0.1:1")
LINES += _lines("resolvers", "nameserver a 127.0.0.1:53\n hold valid 5s\n resolve_retries 3\n timeout retry 5s\n accepted_payload_size 512\n parse-resolv-conf")
LINES += _lines("userlist", "user a password x groups b\n user a insecure-password x\n group a users b,c")
LINES += _lines("http-errors", "errorfile 503 none.http")
LINES += _lines("cache", "total-max-size 4\n max-age 60\n max-object-size 100\n process-vary on\n max-secondary-entries 5")
LINES += _lines("ring", "size 32768\n format rfc5424\n maxlen 1000\n server a 127.0.0.1:1 log-proto octet-count\n timeout connect 5s\n description x")
LINES += _lines("mailers", "mailer a 127.0.0.1:25\n timeout mail 5s")

# What HAProxy does not survive, or where its words are a slip that Weir does not repeat.
NOT_COMPARED = {("http", f"http-{side} capture {fetch} id {number}") for side, fetch in (("request", "req.hdr(x)"), ("response", "res.hdr(x)")) for number in ("-1", "99999999999999999999")}
