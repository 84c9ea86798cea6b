"""Every action of every list of rules: what it does to the messages, the log line and the counters."""
import concurrent.futures
import os
import re
import subprocess
import tempfile

import config_diff
import harness
from harness import Answer, Case, answer
from sample_fetches import lines, request
from sample_surroundings import TABLES

CASES = []
# What ends a HAProxy process is not tried: set-var-fmt without a format, set-map and its like without all arguments.
FIELDS = "X-A: one, two\nX-A: three\nX-B: b\nCookie: a=1; b=2"
REQUEST = request("/Some/./path//x%7e?b=2&a=1&%61=%zz", FIELDS)
ANSWER = answer(b"HTTP/1.1 203 Fine\r\nX-A: one, two\r\nX-A: three\r\nX-B: b\r\nSet-Cookie: a=1; path=/\r\nContent-Length: 3\r\n\r\nabc")
LOG = ("log-format '%f %ST %ts %B %U %{+Q}r %hr %hs %[src] %[dst] %[src_port,mul(0)] a=%[var(txn.a)] s=%[var(sess.a)] gpc=%[sc0_get_gpc0] "
       "%[sc0_get_gpc1] gpt=%[sc0_get_gpt0] %[sc1_tracked] %[sc0_http_req_cnt] %[prio_class]  %[prio_offset] '")
CAPTURES = ("declare capture request len 12", "declare capture response len 12")


# A table for each case that keeps something, so that cases do not see one another.
KEPT = ("stick-table type ip size 100 expire 1m store gpc0,gpc1,gpt0,http_req_cnt",)
# What HAProxy lets out and Weir does not: a target or method that another parser would cut in two.
LAXER = tuple('http-request ' + a for a in ('set-method "a b"', 'set-path "/a b"', 'set-pathq "/a b?c d"', 'set-query "a b"', 'set-uri "/a b"'))


def case(name, rules, frontend=True, client=None, origin=None, mode="http", **more):
    rules, before = tuple(r.replace(" table tracked", "") for r in rules), tuple(more.pop("before", ()))
    keeps = any("sc-" in rule or "track" in rule for rule in rules)
    first = KEPT + ("tcp-request connection track-sc0 src",) * any("sc-" in rule for rule in rules) if keeps else ()
    if "response set-header Content-Length 9" in name:
        more.update(laxer="announces more than there is", wanted=b"HTTP/1.1 203 ")
    if "switch-mode" in name:
        more.update(skip=("log", "counters"))  # who ends first is a matter of a moment
    if mode == "tcp" and ("content reject" in name or "backend reject" in name or "silent-drop" in name):
        more.update(skip=("client", "log", "counters"))  # whether the client's bytes have come, and how the kernel answers them, too
    if name in LAXER:
        more.update(laxer="splits the request line", wanted=b"HTTP/1.1 500 ")
    CASES.append(Case(name, [REQUEST if mode == "http" else b"ping", "read"] if client is None else client,
                      ([ANSWER] if mode == "http" else [Answer([("read", 4), (0, b"pong!")], "close")]) if origin is None else origin,
                      frontend=first + CAPTURES + before + (rules if frontend else ()), backend=() if frontend else (KEPT if keeps else ()) + rules, mode=mode,
                      log=LOG if mode == "http" else "log-format '%f %ts %B %U %[src] %[dst] a=%[var(txn.a)] s=%[var(sess.a)] gpc=%[sc0_get_gpc0] %[sc0_get_gpt0] %hr'",
                      **more))


# Actions of headers, for each of the three lists of HTTP.
HEADERS = lines("""
    add-header X-New value
    add-header X-A "%[var(txn.text)] \\"quoted\\""
    add-header X-New
    add-header "" x
    set-header X-A value
    set-header x-a %[method]
    set-header X-A ""
    set-header X-New %[var(txn.none)]
    set-header X-New %[var(txn.binary)]
    set-header X-New %[var(txn.lines)]
    set-header X-New "%[var(txn.lines),hex]"
    set-header "bad name" x
    set-header bad:name x
    set-header Content-Length 9
    set-header Host other
    del-header X-A
    del-header x-b
    del-header X-None
    del-header X- -m beg
    del-header -a -m end
    del-header -A -m end
    del-header X-[AB] -m reg
    del-header x-[ab] -m reg
    del-header -A -m sub
    del-header X-A -m str
    del-header X-A -m none
    del-header [ -m reg
    del-header
    replace-header X-A (.*) <\\1>
    replace-header X-A ^(o)(.*)$ \\2-\\1-\\0
    replace-header X-A one|three X
    replace-header X-A two ""
    replace-header X-A nomatch x
    replace-header X-None (.*) x
    replace-header X-A (.*) "%[var(txn.text)] \\1"
    replace-header X-A (.*) %[var(txn.lines)]
    replace-header X-A ( x
    replace-header X-A (.*)
    replace-value X-A (.*) <\\1>
    replace-value X-A ^t(.*)$ T\\1
    replace-value X-A one ""
    replace-value X-A nomatch x
    replace-value X-B . %[method]
    """)
VARIABLES = lines("""
    set-var(txn.a) method
    set-var(txn.a) str(x),concat(y,txn.text)
    set-var(txn.a) var(txn.none)
    set-var(txn.a,ifnotexists) int(3)
    set-var(txn.text,ifexists) int(3)
    set-var(txn.text,ifnotexists) int(3)
    set-var(txn.a,ifset) int(3)
    set-var(txn.a,ifempty) str()
    set-var(txn.a,ifnotempty) str()
    set-var(txn.a,bad) int(1)
    set-var(a) int(1)
    set-var(zzz.a) int(1)
    set-var(txn.a)
    set-var(txn.a) no_such
    set-var() int(1)
    set-var-fmt(txn.a) "%[method] %[src] literal"
    set-var-fmt(txn.a,ifempty) %[method]
    set-var-fmt(txn.a) %[no_such]
    set-var-fmt(sess.a) %[var(txn.text)]
    unset-var(txn.text)
    unset-var(txn.none)
    unset-var(bad)
    unset-var()
    """)
COMMON = lines("""
    allow
    allow if { always_false }
    allow unless
    allow if
    allow extra
    allow if { nosuch }
    allow if !{ always_true } or { always_true }
    set-log-level err
    set-log-level silent
    set-log-level none
    set-log-level
    set-nice 5
    set-nice x
    set-nice 2000
    set-mark 7
    set-mark x
    set-tos 16
    set-tos 0x10
    set-tos x
    set-tos 256
    silent-drop
    strict-mode on
    strict-mode off
    strict-mode x
    capture str(value) id 0
    capture str(value-that-is-too-long) id 0
    capture str(value) id 7
    capture str(value)
    capture no_such id 0
    track-sc1 src table tracked
    track-sc1 src table none
    track-sc1 src
    track-sc0 str(x) table tracked
    sc-inc-gpc(0,0)
    sc-inc-gpc0(0)
    sc-inc-gpc1(0)
    sc-inc-gpc0(9)
    sc-inc-gpc0()
    sc-inc-gpc(x,0)
    sc-set-gpt0(0) 12
    sc-set-gpt0(0) int(13)
    sc-set-gpt0(0) x
    sc-set-gpt0(0)
    sc-set-gpt(0,0) 3
    deny
    deny deny_status 429
    deny status 418 content-type text/plain string "no, %[method]"
    deny status 410 content-type text/plain lf-string "no, %[method]" hdr X-Why "because %[src]"
    deny status 999
    deny status 404 errorfile /no/such/file
    deny default-errorfiles
    return
    return status 299
    return status 200 content-type text/plain string hello
    return status 200 content-type text/plain lf-string "hello %[method] %[var(txn.lines)]" hdr X-New %[var(txn.lines)]
    return content-type text/plain string hello hdr X-A a hdr X-B "%[method] b"
    return status 200 string hello
    return status 200 content-type text/plain
    return status 200 content-type text/plain file /no/such/file
    return status 200 content-type text/plain file @texts.map
    return status 200 content-type text/plain lf-file @texts.map
    return status 404 default-errorfiles
    return status 404 errorfiles none
    return status 200 default-errorfiles
    return status 100
    return status 600
    return hdr X
    return hdr "bad name" x
    redirect location /new
    redirect location /new code 301
    redirect location "/new%[path]%[var(txn.lines)]?x" code 302
    redirect location /new code 999
    redirect prefix /p
    redirect prefix http://h/p code 307
    redirect prefix /p drop-query
    redirect prefix /p drop-query append-slash
    redirect prefix /p append-slash
    redirect scheme https
    redirect scheme https code 308
    redirect location /new set-cookie SEEN=1
    redirect location /new clear-cookie SEEN
    redirect location /new clear-cookie SEEN=
    redirect location /new ignore-empty
    redirect location %[var(txn.none)] ignore-empty
    redirect
    redirect location
    redirect nosuch x
    wait-for-body time 200ms
    wait-for-body time 200ms at-least 2
    wait-for-body
    wait-for-body time x
    set-map(@texts.map) %[src] %[method]
    del-map(@texts.map) %[src]
    add-acl(@names.list) %[src]
    del-acl(@names.list) %[src]
    set-map(/no/such/file) a b
    set-map(@texts.map) a
    nosuch
    ot-group a b
    send-spoe-group a b
    """)
REQUESTS = lines("""
    auth
    auth realm "my realm"
    auth realm
    auth extra
    cache-use none
    disable-l7-retry
    do-resolve(txn.a,none,ipv4) str(h)
    do-resolve(txn.a) x
    early-hint Link "</s.css>; rel=preload"
    early-hint X %[method]
    early-hint X
    normalize-uri fragment-strip
    normalize-uri fragment-encode
    normalize-uri path-merge-slashes
    normalize-uri path-strip-dot
    normalize-uri path-strip-dotdot
    normalize-uri path-strip-dotdot full
    normalize-uri percent-decode-unreserved
    normalize-uri percent-decode-unreserved strict
    normalize-uri percent-to-uppercase
    normalize-uri percent-to-uppercase strict
    normalize-uri query-sort-by-name
    normalize-uri none
    normalize-uri
    reject
    replace-path (.*) /p\\1
    replace-path ^/([^/]*)/(.*)$ /\\2/\\1
    replace-path nomatch x
    replace-path (.*) ""
    replace-path (.*) %[var(txn.lines)]
    replace-pathq ([^?]*)(\\?(.*))? \\1/q?x&\\3
    replace-uri (.*) http://h\\1
    replace-uri ^/ //
    set-dst ipv4(127.0.0.9)
    set-dst str(junk)
    set-dst var(txn.none)
    set-dst
    set-dst-port int(99)
    set-dst-port int(99999)
    set-method POST
    set-method %[str(brew)]
    set-method "a b"
    set-method ""
    set-path /new
    set-path new
    set-path "/a b"
    set-path %[var(txn.lines)]
    set-path ""
    set-path "/a?b"
    set-path %[path,lower]
    set-pathq /new?x=1
    set-pathq "/a b?c d"
    set-query x=1
    set-query ""
    set-query "a b"
    set-query %[query,lower]
    set-uri /new?y
    set-uri http://other/new
    set-uri "/a b"
    set-uri ""
    set-uri *
    set-priority-class int(-5)
    set-priority-class int(99999)
    set-priority-class str(x)
    set-priority-offset int(100)
    set-src ipv4(192.0.2.9)
    set-src req.hdr(X-B)
    set-src str(2001:db8::1)
    set-src-port int(7)
    set-timeout server 700ms
    set-timeout server int(700)
    set-timeout tunnel 7s
    set-timeout server x
    set-timeout client 1s
    set-timeout server 0
    tarpit
    tarpit deny_status 503
    tarpit status 418 content-type text/plain string hey
    use-service none
    wait-for-handshake
    replace-path ( x
    """)
RESPONSES = lines("""
    set-status 299
    set-status 404 reason "Not there, %[method]"
    set-status 503
    set-status 99
    set-status 1000
    set-status x
    set-status 204
    set-status 304
    cache-store none
    """)
CONNECTION = lines("""
    accept
    accept if { src 127.0.0.1 }
    accept extra
    reject
    reject if { src 127.0.0.1 }
    reject unless { src 127.0.0.1 }
    reject if { src 10.0.0.0/8 } or { dst_port 1 }
    set-var(sess.a) src
    set-var(txn.a) src
    set-var-fmt(sess.a) "%[src] x"
    unset-var(sess.a)
    set-src ipv4(192.0.2.9)
    set-src str(2001:db8::9)
    set-src-port int(7)
    set-dst ipv4(127.0.0.9)
    set-dst-port int(99)
    set-mark 7
    set-tos 16
    silent-drop
    track-sc0 src table tracked
    track-sc1 src table tracked
    track-sc2 dst table tracked
    track-sc3 src
    track-sc0
    sc-inc-gpc(0,0)
    sc-inc-gpc0(0)
    sc-inc-gpc1(0)
    sc-set-gpt0(0) 12
    sc-set-gpt(0,0) 12
    capture src len 3
    expect-proxy layer5
    expect-netscaler-cip layer5
    nosuch
    reject if { req.hdr(x) a }
    """)
CONTENT = lines("""
    accept
    reject
    reject if { req.len gt 2 }
    reject if { req.payload(0,4) -m str ping }
    reject if { req.payload(0,5) -m str pingx }
    accept if { path /x }
    capture req.payload(0,4) len 3
    capture req.payload(0,4)
    capture src len 20
    set-log-level notice
    set-nice 3
    set-mark 7
    set-tos 16
    set-var(txn.a) req.payload(0,4)
    set-var(sess.a) req.len
    set-var-fmt(txn.a) "%[src] x"
    unset-var(txn.a)
    set-src ipv4(192.0.2.9)
    set-src-port int(7)
    set-dst ipv4(127.0.0.9)
    set-dst-port int(99)
    set-priority-class int(3)
    set-priority-offset int(3)
    silent-drop
    track-sc0 src table tracked
    track-sc1 req.payload(0,4) table tracked
    track-sc2 src table none
    sc-inc-gpc(0,0)
    sc-inc-gpc0(0)
    sc-inc-gpc1(0)
    sc-set-gpt0(0) 12
    sc-set-gpt(0,0) 12
    switch-mode http
    use-service none
    expect-proxy layer4
    expect-netscaler-cip layer4
    do-resolve(txn.a,none) str(h)
    send-spoe-group a b
    ot-group a b
    nosuch
    """)
BACK = [a for a in CONTENT if a.split("(")[0].split(" ")[0] in "accept set-log-level set-nice set-mark set-tos silent-drop sc-inc-gpc0 sc-inc-gpc1 sc-inc-gpc".split()
        or "gpt" in a or a.startswith(("ot-", "send-", "nosuch"))] + lines("""
    reject
    close
    reject if { res.len gt 2 }
    reject if { res.payload(0,4) -m str pong }
    set-var(txn.a) res.payload(0,4)
    set-var-fmt(txn.a) "%[src] x"
    unset-var(txn.a)
    """)
SET = ("http-request set-var(txn.text) str('some text')", "http-request set-var(txn.binary) bin(61007a)", "http-request set-var(txn.lines) str(a%0d%0aX-Evil:1%0d%0a),url_dec")


def rule(keyword, action):
    return f"{keyword} {action.replace('@', TABLES + '/')}"


def table():
    for action in HEADERS + VARIABLES + COMMON + REQUESTS:
        if "-map" in action or "-acl" in action:
            continue
        case(f"http-request {action}", [rule("http-request", action)], before=SET)
    for action in HEADERS + VARIABLES + COMMON + RESPONSES:
        if "-map" not in action and "-acl" not in action:
            case(f"http-response {action}", [rule("http-response", action)], before=SET)
    for action in HEADERS[:40:3] + COMMON[:30:4] + RESPONSES:
        case(f"http-response of the backend {action}", [rule("http-response", action)], frontend=False, before=SET)
    for action in HEADERS + VARIABLES + COMMON + RESPONSES:
        if "-map" not in action and "-acl" not in action:
            case(f"http-after-response {action}", [rule("http-after-response", action)], before=SET)
    for action in HEADERS[:12] + RESPONSES:
        case(f"http-after-response of an own answer {action}", [rule("http-after-response", action)], origin=[], before=SET + ("http-request deny",))
    # What a regular expression may cost is bounded: one that gives up does not match.
    hostile = [request("/" + "a" * 60 + "!"), "read"]
    for rules in (["http-request deny if { path_reg ^/(a+)+$ }"], ["http-request replace-path ^/(a+)+$ /x"], ["acl a path -m reg -i ^/(a|a)+$", "http-request return status 200 unless a"]):
        case(f"an expression that backtracks, {rules[-1]}", rules, client=hostile)
    # Patterns are shared by all cases with the file's name: keys of their own.
    for i, keyword in enumerate(("http-request", "http-response")):
        for action, test in (("set-map(@texts.map) key{0} %[method]", "str(key{0}),map(@texts.map)"), ("add-acl(@names.list) key{0}", "str(key{0}),map(@names.list)"),
                             ("del-acl(@names.list) gone{0}", "str(gone{0}),map(@names.list)"), ("del-map(@texts.map) gone{0}", "str(gone{0}),map(@texts.map)")):
            case(f"{keyword} {action}", [rule(keyword, action.format(i)), rule(keyword, f"set-var(txn.a) {test.format(i)}"),
                                         rule(keyword, f"set-header X-Now %[var(txn.a)] if {{ str(gone{i}) -f @names.list }}")], before=SET)
        case(f"{keyword} set-map of no file", [rule(keyword, "set-map(/no/such/file) a b")])
    for keyword in ("connection", "session"):
        for action in CONNECTION:
            case(f"tcp-request {keyword} {action}", [rule(f"tcp-request {keyword}", action)])
            case(f"tcp-request {keyword} of a tcp proxy {action}", [rule(f"tcp-request {keyword}", action)], mode="tcp", skip=("counters",))
    for action in CONTENT:
        delay = ("tcp-request inspect-delay 200ms",)
        case(f"tcp-request content {action}", [rule("tcp-request content", action)], before=delay, mode="tcp", skip=("counters",))
        if "netscaler" not in action and "expect-proxy" not in action:
            case(f"tcp-request content of an HTTP proxy {action}", [rule("tcp-request content", action)], before=delay)
            case(f"tcp-request content of the backend {action}", [rule("tcp-request content", action)], before=(), frontend=False, mode="tcp", skip=("counters",))
    for action in BACK:
        case(f"tcp-response content {action}", ["tcp-response inspect-delay 200ms", rule("tcp-response content", action)], frontend=False, mode="tcp", skip=("counters", "origin"))
        case(f"tcp-response content of an HTTP proxy {action}", [rule("tcp-response content", action)], frontend=False)


table()
HEAD = harness.HEAD.replace("defaults\n", "defaults\n    timeout tarpit 100ms\n", 1)
LISTS = ("tcp-request connection", "tcp-request session", "tcp-request content", "tcp-response content", "http-request", "http-response", "http-after-response")


def vocabulary(program, keyword):
    """the actions that the program names where it knows none of a name"""
    with tempfile.NamedTemporaryFile("w", suffix=".cfg") as file:
        file.write(f"listen l\n    mode http\n    {keyword} no-such-action\n")
        file.flush()
        text = subprocess.run([program, "-c", "-f", file.name], capture_output=True, text=True).stderr
    found = re.search(r"expects? (.*?)(?: in proxy|, but got|\(got)", text)
    return {name.replace("(*)", "") for name in re.findall(r"'([^']+)'", found.group(1))} if found else set()


def incomplete(haproxy):
    for keyword in LISTS:
        seen = {re.match(re.escape(keyword) + r" ([^\s(]+)", line.strip()).group(1) for case in CASES for line in case.frontend + case.backend
                if re.match(re.escape(keyword) + r" \S", line)}
        for action in sorted(vocabulary(haproxy, keyword)):
            if action not in seen and not (action == "track-sc" and any(s.startswith(action) for s in seen)):
                yield f"no case for {keyword} {action}"


def words(program, case):
    """(what the program says of a configuration with this case alone, exit status)"""
    text = harness.configuration([case], {case.number: [1] * (1 + case.servers)}, 1, HEAD)
    with tempfile.TemporaryDirectory(prefix="oracle") as folder:
        with open(os.path.join(folder, "t.cfg"), "w", encoding="latin-1") as file:
            file.write(text.replace("@CONTROL@", folder + "/control").replace("@FOLDER@", folder))
        run = subprocess.run([os.path.abspath(program), "-c", "-f", "t.cfg"], cwd=folder, capture_output=True)
    said = config_diff.normalise(run.stderr.decode("latin-1")).replace(folder, "FOLDER")
    return said, run.returncode


def judge(case, weir, haproxy):
    """what both say of a case, where HAProxy says something: (may run, lines of a difference)"""
    theirs = words(haproxy, case)
    if not theirs[0]:
        return True, []
    ours = words(weir, case)
    if "is not implemented by Weir yet" in ours[0]:
        return False, []
    found = [] if ours == theirs else [f"weir:    {ours}", f"haproxy: {theirs}"]
    return not theirs[1] and not ours[1], found


def compare(weir, haproxy, only=""):
    for number, case in enumerate(CASES):
        case.number = number
    chosen = [case for case in CASES if only in case.name]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = list(pool.map(lambda case: judge(case, weir, haproxy), chosen))
    able = [case for case, (runs, _) in zip(chosen, verdicts) if runs]
    bad = expected = 0
    known_names = harness.known_differences("action")
    for case, (_, found) in zip(chosen, verdicts):
        if case.name in known_names:
            expected += bool(found)
            continue
        bad += bool(found)
        for line in ([f"differs: {case.name}"] if found else []) + found:
            print("    " * (line in found) + line)
    good, worse, known = harness.compare("action", able, weir, haproxy, head=HEAD, jobs=64) if able else (0, 0, 0)
    missing = [] if only else list(incomplete(haproxy))
    for line in missing:
        print(line)
    return good + len(chosen) - len(able) - bad - expected, bad + worse + len(missing), known + expected
