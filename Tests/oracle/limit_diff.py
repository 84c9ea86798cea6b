"""Configurations at and beyond every limit of the language: what both programs say of them, and that Weir says it soon.

Each case is a configuration that is made here (and files beside it); messages and the exit status of `-c` must be equal.
"""
import os
import re
import subprocess
import tempfile
import time

import config_diff
import harness
import misplaced_lines

PROXY = "defaults\n    mode http\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nlisten l\n    bind 127.0.0.1:1\n"
PATIENCE = 60  # seconds; a debug build on a busy machine
CASES = {}


def case(name, text, files=None, laxer=""):
    """laxer: why HAProxy's own words are not wanted; then Weir has to end by itself with this exit status, 1, and name `laxer`"""
    CASES[name] = (text if isinstance(text, str) else "".join(text), files or {}, laxer)


def nested(depth):
    return ".if 1\n" * depth + "global\n    no-such-keyword\n" + ".endif\n" * depth


def table():
    for count in (60, 61, 62, 63, 64, 65, 70, 1000):
        case(f"{count} words", PROXY + "    acl a path " + " ".join(f"/{i}" for i in range(count - 3)) + "\n    http-request deny if a\n")
    for count in (16000, 16384, 20000, 200000):
        case(f"{count} words", PROXY + "    acl a path " + "/x " * count + "\n")
        case(f"{count} bytes in a word", PROXY + "    acl a path /" + "x" * count + "\n    http-request deny if a\n")
        case(f"{count} bytes of a comment", PROXY + "    #" + "x" * count + "\n")
    case("words, small bufsize", "global\n    tune.bufsize 1024\n" + PROXY + "    acl a path " + "/x " * 50 + "\n    acl b path /" + "x" * 2000 + "\n")
    case("10000 unknown keywords", PROXY + "".join(f"    no-such-{i}\n" for i in range(10000)))
    case("10000 bad servers", PROXY + "".join(f"    server s{i} 127.0.0.1:99999\n" for i in range(10000)))
    case("10000 unknown sections", "".join(f"section{i}\n" for i in range(10000)))
    case("10000 bad expressions", PROXY + "".join("    acl a no_such_fetch x\n" for i in range(10000)))
    case("1000 unresolved names", PROXY + "".join(f"    acl a nbsrv(none{i}) 1\n" for i in range(1000)))
    for depth in (1, 48, 49, 50, 51, 1000):
        case(f"{depth} nested conditions", nested(depth))
        case(f"{depth} open conditions", ".if 1\n" * depth)
        case(f"{depth} elses", ".if 0\n" + ".elif 0\n" * depth + ".else\n.endif\n" + PROXY)
    for depth in (2, 20, 100, 1000):
        case(f"{depth} parentheses in a condition", ".if " + "(" * depth + "1" + ")" * depth + "\n    no-such\n.endif\n" + PROXY)
        case(f"{depth} negations in a condition", ".if " + "!" * depth + "1\n    no-such\n.endif\n" + PROXY)
        case(f"{depth} open parentheses in a condition", ".if " + "(" * depth + "1\n.endif\n" + PROXY)
        case(f"{depth} terms in a condition", ".if " + "||".join(["0"] * depth) + "\n    no-such\n.endif\n" + PROXY)
        case(f"{depth} converters", PROXY + "    http-request set-var(txn.a) str(a)" + ",upper" * depth + "\n")
        case(f"{depth} parentheses in an argument", PROXY + "    http-request set-var(txn.a) str" + "(" * depth + "a" + ")" * depth + "\n")
        case(f"{depth} braces", PROXY + "    http-request deny if " + "{ " * min(depth, 50) + "path /x" + " }" * min(depth, 50) + "\n")
        case(f"{depth} negations", PROXY + "    acl a path /x\n    http-request deny if " + "!" * depth + "a\n")
        case(f"{depth} expressions in a format", PROXY + "    http-request set-header X " + "%[method]" * depth + "\n")
        case(f"{depth} nested formats", PROXY + "    http-request set-header X " + "%[str(" * depth + ")]" * depth + "\n")
        case(f"{depth} groups", PROXY + "    http-request replace-path " + "(" * depth + "a" + ")" * depth + " x\n")
        case(f"{depth} ACLs in a condition", PROXY + "    acl a path /x\n    http-request deny if " + "a " * min(depth, 55) + "\n")
    for text in ("%", "%[", "%[src", "%[src(", "%[src]%", "%{", "%{+Q", "%{+Q}", "%[str(\"a]", "%[str('a)]", "%[,]", "%[]", "%[ ]", "%[src]]", "%%%", "%[src,map(", "%[%[src]]"):
        for keyword in ("http-request set-header X", "log 127.0.0.1 local0\n    log-format", "unique-id-format", "http-request redirect location"):
            case(f"{keyword} {text}", PROXY + f"    {keyword} '" + text.replace("'", "'\\''") + "'\n")
    for text in ("\"a", "'a", "a\\", "\"a\\", "\"${A", "${A", "\"${}\"", "\"${A-\"", "\"${A[*]}\"", "\"$\"", "a\"b'c", "\\x4", "\\xzz", "\\q"):
        case(f"quoting {text}", PROXY + f"    http-request set-header X {text}\n")
    for number in ("0", "-1", "2147483647", "2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "99999999999999999999", "0x10", "1e3", "1 2", "''"):
        for line in ("maxconn {}", "timeout client {}", "retries {}", "acl a src_port {}", "http-request deny deny_status {}", "stick-table type string len {} size 10",
                     "stick-table type ip size {}", "http-request set-var(txn.a) int({})", "capture request header X len {}", "server s 127.0.0.1:{}", "server s 127.0.0.1:1 weight {}",
                     "acl a path_len ge {}", "acl a path_len {}:5", "http-request set-timeout server {}", "rate-limit sessions {}", "http-request set-nice {}"):
            case(f"{line.format(number)}", PROXY + f"    {line.format(number)}\n")
    million = 1000000
    bad = {"numbers.map": "".join(f"{i} {i}\n" if i != 777776 else "12x bad\n" for i in range(million))}
    case("a map of a million numbers with a bad line", PROXY + "    http-request set-var(txn.a) src_port,map_int(numbers.map)\n", bad)
    case("a list of a million addresses with a bad line", PROXY + "    acl a src -f addresses.lst\n",
         {"addresses.lst": "".join(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}\n" if i != 777776 else "10.0.0\n" for i in range(million))})
    case("a map with a key without value", PROXY + "    http-request set-var(txn.a) path,map(short.map)\n", {"short.map": "a b\nc\n\n# x\nd e\n"})
    case("a map of a value that is no number", PROXY + "    http-request set-var(txn.a) path,map_str_int(short.map)\n", {"short.map": "a 1\nc x\nd 3\n"})
    case("a map of expressions, one bad", PROXY + "    http-request set-var(txn.a) path,map_reg(short.map)\n", {"short.map": "^a 1\n( x\nd 3\n"})
    case("a map with a line of a megabyte", PROXY + "    http-request set-var(txn.a) path,map_str(long.map)\n", {"long.map": "a " + "x" * 1000000 + "\nb c\n"})
    case("a map without an end", PROXY + "    http-request set-var(txn.a) path,map_str(long.map)\n", {"long.map": "a b\nc d"})
    case("a binary map", PROXY + "    http-request set-var(txn.a) path,map_str(long.map)\n", {"long.map": "a\0b c\n\xff\xfe d\n"})
    opening = PROXY.replace("listen l\n    bind 127.0.0.1:1\n", "")
    for line in misplaced_lines.IN_FRONTENDS:
        case(f"in a frontend: {line}", f"{opening}frontend f\n    bind 127.0.0.1:1\n    {line}\n")
    for line in misplaced_lines.IN_BACKENDS:
        case(f"in a backend: {line}", f"{opening}frontend f\n    bind 127.0.0.1:1\nbackend b\n    {line}\n")


table()


def run(program, text, files):
    with tempfile.TemporaryDirectory(prefix="limits") as folder:
        for name, content in {**files, "t.cfg": text}.items():
            with open(os.path.join(folder, name), "w", encoding="latin-1", newline="") as file:
                file.write(content)
        start = time.monotonic()
        try:
            done = subprocess.run([os.path.abspath(program), "-c", "-f", "t.cfg"], cwd=folder, capture_output=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            return f"no end after {PATIENCE} seconds", None, PATIENCE
    return config_diff.normalise((done.stderr + done.stdout).decode("latin-1")), done.returncode, time.monotonic() - start


def compare(weir, haproxy, only=""):
    good = bad = expected = 0
    known = harness.known_differences("limit")
    for name, (text, files, laxer) in CASES.items():
        if only not in name:
            continue
        ours, theirs = run(weir, text, files), run(haproxy, text, files)
        if laxer or theirs[1] is not None and theirs[1] < 0:  # HAProxy itself does not survive it: then a refusal will do
            equal = ours[1] in (0, 1) and laxer in ours[0]
        else:
            equal = ours[:2] == theirs[:2]
        good, bad, expected = good + equal, bad + (not equal and name not in known), expected + (not equal and name in known)
        if equal and name in known:
            print(f"note: limit: {name} does not differ any more: drop it from known_differences.txt")
        if not equal:
            print(f"differs{', as is known' if name in known else ''}: {name}")
            mine, other = ours[0].split("\n"), theirs[0].split("\n")
            shown = [(a, b) for a, b in zip(mine + [""] * len(other), other + [""] * len(mine)) if a != b][:3]
            print(f"    exit status: weir {ours[1]}, haproxy {theirs[1]}; lines: weir {len(mine)}, haproxy {len(other)}")
            for a, b in shown:
                print(f"    weir:    {a[:300]}\n    haproxy: {b[:300]}")
    return good, bad, expected
