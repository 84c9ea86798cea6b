"""Compares what both programs make of a file of server states: the messages at start, and the states afterwards.
Used by run.py."""
import concurrent.futures
import os
import re
import socket
import subprocess
import tempfile
import time

FIRST = "server s1 127.0.0.1:PORT check inter 1h\n server s2 127.0.0.1:2\n server s3 127.0.0.1:3 weight 10 disabled"
FOLLOWED = "server s1 127.0.0.1:PORT check inter 1h\n server s2 127.0.0.1:2 track s1"
NAMED = "server s1 no.such:1 init-addr last,none"


def row(server, operational, admin, weight=1, initial=1, check=6, rest="0 0 0 - PORT - 0 0 - - 0", address="127.0.0.1"):
    return f"2 b {server[1:]} {server} {address} {operational} {admin} {weight} {initial} 100 6 3 4 {check} {rest}\n"


# name: lines of the file, then what the configuration has else
CASES = {
    "down": dict(lines=row("s1", 0, 0)),
    "down without check": dict(lines=row("s2", 0, 0)),
    "maintenance": dict(lines=row("s1", 0, 1)),
    "maintenance while it ran": dict(lines=row("s1", 2, 1)),
    "all in maintenance": dict(lines=row("s1", 0, 1) + row("s2", 0, 1)),
    "drain": dict(lines=row("s1", 2, 8)),
    "down and drain": dict(lines=row("s1", 0, 8)),
    "both": dict(lines=row("s1", 2, 9)),
    "stopping": dict(lines=row("s2", 3, 0)),
    "stopping in maintenance": dict(lines=row("s1", 3, 1)),
    "weight": dict(lines=row("s1", 2, 0, weight=7)),
    "weight of another configuration": dict(lines=row("s1", 2, 0, weight=7, initial=5)),
    "weight of a static algorithm": dict(lines=row("s1", 2, 0, weight=7), extra="balance source"),
    "check is off": dict(lines=row("s1", 2, 0, check=2)),
    "agent without agent": dict(lines=row("s1", 2, 0, rest="0 0 0 - 99 - 0 88 10.0.0.7 10.0.0.8 77")),
    "check elsewhere": dict(lines=row("s1", 2, 0, rest="0 0 0 - 99 - 0 88 10.0.0.7 - 0")),
    "check elsewhere, no check": dict(lines=row("s2", 2, 0, rest="0 0 0 - 99 - 0 88 10.0.0.7 - 0")),
    "check at a wrong address": dict(lines=row("s1", 2, 0, rest="0 0 0 - 1 - 0 x zz - 0")),
    "check at a wrong port": dict(lines=row("s1", 2, 0, rest="0 0 0 - 1 - 0 70000 - - 0")),
    "was ready, is disabled": dict(lines=row("s3", 2, 0, 10, 10)),
    "disabled, was made ready": dict(lines=row("s3", 2, 4, 10, 10)),
    "disabled as before": dict(lines=row("s3", 0, 5, 10, 10)),
    "was disabled, is ready": dict(lines=row("s1", 0, 5)),
    "other numbers": dict(lines=row("s1", 0, 0).replace("2 b 1", "9 b 8")),
    "other names": dict(lines=row("s1", 0, 0).replace(" b ", " c ")),
    "20 fields": dict(lines=" ".join(row("s1", 0, 0).split(" ")[:20]) + "\n"),
    "19 fields": dict(lines=" ".join(row("s1", 0, 0).split(" ")[:19]) + "\n"),
    "26 fields": dict(lines=row("s1", 0, 0)[:-1] + " 1\n"),
    "no line end": dict(lines=row("s1", 0, 0)[:-1]),
    "carriage return": dict(lines=row("s1", 0, 0)[:-1] + "\r\n"),
    "twice": dict(lines=row("s1", 0, 0) + row("s1", 2, 8)),
    "letters": dict(lines="2 b 1 s1 xx a a a a a a a a a a a a - a - a a a a a\n"),
    "too large": dict(lines="2 b 1 s1 x 4 127 257 257 9 99 9 9 99 99 9 9 - 65536 - 9 65536 - - 65536\n"),
    # HAProxy keeps 8, 16 or 32 bits of a number.
    **{f"check status {text}": dict(lines=row("s1", 0, 0).replace(" 6 3 4 ", f" {text} 3 4 "))
       for text in ("65535", "32767", "32768", "65557", "-32769", "21", "99999999999999999999")},
    **{f"operational state {value}": dict(lines=row("s1", value, 0)) for value in (256, 257, 260, -1)},
    **{f"administrative state {value}": dict(lines=row("s1", 2, value)) for value in (257, 264, 258, 384)},
    "weight of 33 bits": dict(lines=row("s1", 2, 0, weight=(1 << 32) + 7)),
    "inherited": dict(lines=row("s1", 2, 2)),
    "unresolved": dict(lines=row("s1", 2, 32)),
    "binary": dict(lines="\x01\xff\xfe\x00 b 1 s1\n" + row("s1", 0, 0)),
    "long line": dict(lines="x" * 100000 + "\n" + row("s1", 0, 0)),
    "spaces": dict(lines="   " + row("s1", 0, 0).replace(" ", "  ")),
    "a good line, then junk": dict(lines=row("s1", 0, 0) + "x y\n"),
    "empty": dict(lines="", version=""),
    "version 2": dict(lines=row("s1", 0, 0), version="2\n"),
    "version 1 and a blank": dict(lines=row("s1", 0, 0), version="1 \n"),
    "version 01": dict(lines=row("s1", 0, 0), version="01\n"),
    "local": dict(lines=row("s1", 0, 0), local=True),
    "local, version 2": dict(lines=row("s1", 0, 0), local=True, version="2\n"),
    "local, junk": dict(lines=row("s1", 0, 0) + "x y\n", local=True),
    "followed, maintenance": dict(lines=row("s1", 0, 1), servers=FOLLOWED),
    "followed, down": dict(lines=row("s1", 0, 0), servers=FOLLOWED),
    "followed, drain": dict(lines=row("s1", 2, 8), servers=FOLLOWED),
    "followed, was disabled": dict(lines=row("s1", 0, 5), servers=FOLLOWED),
    "address of a name": dict(lines=row("s1", 2, 0, address="127.0.0.7"), servers=NAMED),
    "address of a name is junk": dict(lines=row("s1", 2, 0, address="zz"), servers=NAMED),
    "no address of a name": dict(lines=row("s1", 2, 0, address="-"), servers=NAMED),
    "a name without address": dict(lines=row("s1", 0, 32, address="-"), servers=NAMED),
    "backup": dict(lines=row("s1", 0, 0), servers="server s1 127.0.0.1:1 backup\n server s2 127.0.0.1:2 backup"),
    "agent is off": dict(lines=row("s2", 2, 0, rest="18 0 0 - 2 - 0 0 - - 0"),
                         servers="server s2 127.0.0.1:2 agent-check agent-port 9 agent-inter 1h"),
}

RESOLVERS = "\nresolvers rr\n nameserver n1 127.0.0.1:1\n hold obsolete 1h\n"
RESOLVED = "server s1 localhost:1 resolvers rr init-addr last,none" + RESOLVERS
SERVICE = "server s1 _http._tcp.a.b resolvers rr init-addr last,none" + RESOLVERS
SECURE = "server s1 127.0.0.1:1 ssl verify none\n server s2 127.0.0.1:1"


def named(admin, name="-", port=9, record="-", address="127.0.0.7"):
    return row("s1", 2, admin, address=address, rest=f"0 0 0 {name} {port} {record} 0 0 - - 0")


def secure(use): return "".join(row(server, 2, 0, rest=f"0 0 0 - 9 - {use} 0 - - 0") for server in ("s1", "s2"))


CASES |= {f"name, admin state {admin}": dict(lines=named(admin, "foo.bar"), servers=RESOLVED) for admin in (0, 64, 96, 65)}
CASES |= {f"service, admin state {admin}": dict(lines=named(admin, "t1.a.b", 8081, "_http._tcp.a.b"), servers=SERVICE)
          for admin in (0, 64, 32, 96)}
CASES |= {f"ssl {use}": dict(lines=secure(use), servers=SECURE) for use in ("0", "1", "-1", "x")}
CASES |= {
    "name as configured": dict(lines=named(64, "localhost"), servers=RESOLVED),
    "name without resolvers": dict(lines=named(64, "foo.bar"), servers="server s1 localhost:1 init-addr last,none"),
    "name with a wrong letter": dict(lines=named(64, "foo!bar"), servers=RESOLVED),
    "name with an empty part": dict(lines=named(64, "foo..bar"), servers=RESOLVED),
    "name without address": dict(lines=named(64, "foo.bar", address="-"), servers=RESOLVED),
    "name of an address": dict(lines=named(64, "foo.bar"), servers="server s1 127.0.0.9:1 resolvers rr" + RESOLVERS),
    "service of another record": dict(lines=named(64, "t1.a.b", 8081, "_x._tcp.a.b"), servers=SERVICE),
    "service without record": dict(lines=named(64, "t1.a.b", 8081), servers=SERVICE),
    "service without name": dict(lines=named(0, "-", 8081, "_http._tcp.a.b"), servers=SERVICE),
    "service without address": dict(lines=named(0, "t1.a.b", 8081, "_http._tcp.a.b", "-"), servers=SERVICE),
    "service with a wrong letter": dict(lines=named(64, "t1!a.b", 8081, "_http._tcp.a.b"), servers=SERVICE),
    "record of a name": dict(lines=named(0, "t1.a.b", 8081, "_x._tcp.a.b"), servers=RESOLVED),
    "record of an address": dict(lines=named(0, "t1.a.b", 8081, "_x._tcp.a.b"), servers="server s1 127.0.0.1:1"),
    "other version with more fields": dict(lines=named(0, "-", 9) .rstrip("\n") + " 1 2 3 4\n", servers=RESOLVED),
    "cut in the middle": dict(lines=(row("s2", 0, 0) + row("s1", 0, 0))[:-20]),
    "cut behind the version": dict(lines="", version="1"),
    "only a version": dict(lines="", version="1\n"),
    "negative numbers": dict(lines="2 b 1 s1 127.0.0.1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 - -1 - -1 -1 - - -1\n"),
    "huge numbers": dict(lines="2 b 1 s1 127.0.0.1 " + "9" * 30 + " 0 1 1 100 6 3 4 6 0 0 0 - 1 - 0 0 - - 0\n"),
    "hexadecimal": dict(lines="2 b 1 s1 127.0.0.1 0x2 0x0 0x1 0x1 0 6 3 4 6 0 0 0 - 0x50 - 0 0 - - 0\n"),
    "drain of a weight that was 0": dict(lines=row("s2", 2, 8, weight=0, initial=0)),
    "drain of a weight that was 0, and changed": dict(lines=row("s2", 2, 8, weight=5, initial=0)),
    "drain of a weight that is 0": dict(lines=row("s2", 2, 8, weight=0, initial=0), servers="server s1 127.0.0.1:1\n server s2 127.0.0.1:2 weight 0"),
    "drain of another weight": dict(lines=row("s2", 2, 8, weight=7, initial=7)),
    "mapped port": dict(lines=row("s1", 2, 0, rest="0 0 0 - 9 - 0 0 - - 0"), servers="server s1 127.0.0.1:+5"),
    "mapped port 0": dict(lines=row("s1", 2, 0, rest="0 0 0 - 0 - 0 0 - - 0"), servers="server s1 127.0.0.1:-5"),
    "a record that is none": dict(lines=row("s2", 2, 0, rest="0 0 0 - 2 x 0 0 - - 0")),
    "local, others": dict(lines="".join(row(f"s{i}", 2, 0) for i in range(9)), local=True),
    "local, other numbers": dict(lines=row("s1", 2, 0).replace("2 b", "7 b") + row("s2", 2, 0).replace("2 b", "2 c") + row("s8", 2, 0) +
                                 row("s7", 2, 0).replace("2 b", "7 c") + row("s6", 2, 0).replace("2 b", "2x b") + row("s5", 2, 0).replace("2 b", "- b"), local=True),
    "followed, its own line says down": dict(lines=row("s2", 0, 0), servers=FOLLOWED),
    "followed, its own line says stopping": dict(lines=row("s2", 3, 0), servers=FOLLOWED),
    "a blank before the version": dict(lines=row("s1", 0, 0), version=" 1\n"),
    "a tab before the version": dict(lines=row("s1", 0, 0), version="\t 1\n"),
    "a thousand others": dict(lines="".join(f"2 b {i} x{i} 127.0.0.1 0 0 1 1 1 6 3 4 6 0 0 0 - 1 - 0 0 - - 0\n" for i in range(1000)) + row("s1", 0, 0)),
}


def run(binary, port, lines, servers=FIRST, version="1\n", local=False, extra=""):
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state")
        with open(state, "w", encoding="latin1", newline="") as file:
            file.write(version + ("# a comment\n" if version else "") + lines.replace("PORT", str(port)))
        source = f"local\n server-state-file-name {state}" if local else "global"
        config = f"""global
 server-state-file {state}
 stats socket {folder}/sock level admin
defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
backend b
 load-server-state-from-file {source}
 {extra}
 {servers.replace("PORT", str(port))}
"""
        path = os.path.join(folder, "config")
        with open(path, "w") as file: file.write(config)
        done = subprocess.run([binary, "-c", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=20)
        checked = done.stderr.decode("latin1")
        process = subprocess.Popen([binary, "-f", path], stderr=subprocess.DEVNULL)
        try: states = ask(folder + "/sock", process)
        finally:
            process.kill()
            process.wait()
        messages = [re.sub(r"\(\d+\)", "(P)", line).replace(folder, "FOLDER") for line in checked.split("\n")]
        messages = [line for line in messages if "[NOTICE]" not in line]
        return messages, [normalise(line) for line in states.split("\n") if " b " in line]


def normalise(line):
    """without the time and what a check may have found meanwhile"""
    fields = line.split(" ")
    return " ".join(fields[:9] + (["-"] * 4) + [str(int(fields[13]) & ~1)] + fields[14:])


def ask(path, process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None:
        try:
            client = socket.socket(socket.AF_UNIX)
            client.connect(path)
            client.settimeout(5)
            client.sendall(b"show servers state\n")
            found = b""
            while part := client.recv(65536): found += part
            return found.decode("latin1")
        except OSError: time.sleep(0.02)
        finally: client.close()
    return "no answer"


def compare(weir, haproxy, only=""):
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    port = listener.getsockname()[1]
    todo = [name for name in CASES if only in name]
    both = lambda name: (run(haproxy, port, **CASES[name]), run(os.path.abspath(weir), port, **CASES[name]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool: results = list(pool.map(both, todo))
    listener.close()
    different = 0
    for name, (want, got) in zip(todo, results):
        if want == got: continue
        different += 1
        print(f"differs: {name}\n  haproxy {want}\n  weir    {got}")
    return len(todo) - different, different
