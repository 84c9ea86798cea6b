#!/usr/bin/env python3
"""Random sequences of commands of the runtime API, to one process of each program: sequences by `;`, payloads, levels,
the interactive mode, bytes that are no text. Used by run.py with a fixed seed; by itself it looks for more.

usage: Tests/oracle/runtime_random.py WEIR HAPROXY [SEED [SESSIONS]]
"""
import random
import re
import sys

import runtime_cases
import runtime_diff

WORDS = """b/s1 b/s2 b/zz zz/s1 #3/s1 b f zz st src #3 @1 @2 @0 @x FOLDER/map FOLDER/acl #0 #1 #-1 #99 /x a.b 1 0 -1 5 10s 99999
x on off all cli state ready maint drain weight addr port 127.0.0.9 127.0.0.1 health up down stopping agent check-port fqdn ssl
tasks memory auto global frontend server sessions connections key data.gpc0 data.zz table proc.zz proc.q txn.q str(a) int(4) fmt expr
50% 300% 0% 256 257 4294967296 -99999999999999999999 0x10 key-with-dash \\  \\; " ' b/ /s1 typed json desc up no-maint 4 request response
dict - byaddr status none number string error user event level verbosity lock sink start stop now any buf0 stdout h1 h2 check stream pt
peers -w -n""".split()

# What is asked again and again with the same words has something to change, and what tells of it.
COMMANDS = """abort ssl cert;abort ssl ca-file;add acl;add map;add server;clear acl;clear map;clear counters;clear table;commit acl
commit map;commit ssl cert;del acl;del map;del server;del ssl cert;disable agent;disable frontend;disable health;disable server
disable dynamic-cookie backend;enable agent;enable frontend;enable health;enable server;enable dynamic-cookie backend;get acl;get map
get var;get weight;new ssl cert;operator;prepare acl;prepare map;set dynamic-cookie-key backend;set map;set maxconn frontend
set maxconn global;set maxconn server;set profiling;set rate-limit;set server;set severity-output;set ssl cert;set table;set timeout
set weight;show acl;show backend;show cache;show cli level;show cli sockets;show env nope;show errors;show map;show peers
show servers conn;show servers state;show stat zz;show startup-logs;show table;show trace;show resolvers;shutdown session;trace
shutdown sessions server;user;help;prompt;expert-mode;experimental-mode;set var;show;set;get;add;del;enable;clear;zz;show ssl cert
show schema;show ssl crt-list;show ssl ca-file;set ssl tls-key;set ssl ocsp-response;show tls-keys;show version x;set;"""
COMMANDS = [c.strip() for line in COMMANDS.split("\n") for c in line.split(";")]

# Good arguments, so that much is done and not all refused.
GOOD = """get weight b/s1|set weight b/s1 7|set weight b/s1 50%|set server b/s1 weight 9|set server b/s1 state drain
set server b/s1 state ready|set server b/s2 health down|set server b/s2 health up|disable server b/s1|enable server b/s1
set server b/s1 addr 127.0.0.8|set server b/s1 addr 127.0.0.1 port 7|add map FOLDER/map k v|get map FOLDER/map k
set map FOLDER/map k w|del map FOLDER/map k|clear map FOLDER/map|prepare map FOLDER/map|add map @1 FOLDER/map kk vv
commit map @1 FOLDER/map|show map FOLDER/map|add acl FOLDER/acl q|show acl FOLDER/acl|del acl FOLDER/acl q|get acl FOLDER/acl q
show map|show acl|get var proc.zz|show servers state b|show servers conn b|show cli level|set maxconn server b/s1 9
set maxconn frontend f 40|set rate-limit sessions global 9|add server b/n1 127.0.0.1:9|del server b/n1|set server b/n1 state maint
enable health b/s2|disable health b/s2|set timeout cli 30s|show backend|disable frontend f|enable frontend f
clear counters|set profiling tasks on|set profiling tasks off|show stat b 4 -1|trace h1 level proto|trace h1 verbosity|show trace h1"""
GOOD = [g for line in GOOD.split("\n") for g in line.split("|")]

NOISE = [b"\0", b"\xff\xfe", b"\x80", b"\t", b"  ", b"\\", b"\\\\", b"\r", b"#", b"<<", b"<", b"@", b"\x1b[A", b"%s%n", b'"', b"\\;"]


def command(rng):
    kind = rng.random()
    if kind < 0.45: return rng.choice(GOOD)
    words = [rng.choice(COMMANDS)] + [rng.choice(WORDS) for _ in range(rng.choice((0, 1, 1, 2, 2, 3, 4, 6)))]
    if kind > 0.93 and words:
        place = rng.randrange(len(words))
        words[place] = words[place][:rng.randrange(len(words[place]) + 1)]
    return " ".join(words)


def line(rng):
    parts = [command(rng) for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5)))]
    text = rng.choice((";", "; ", " ; ")).join(parts).encode()
    if rng.random() < 0.06:
        place = rng.randrange(len(text) + 1)
        text = text[:place] + rng.choice(NOISE) + text[place:]
    if rng.random() < 0.08:
        name = rng.choice((b"add map FOLDER/map", b"add acl FOLDER/acl", b"set ssl cert x", b"get weight b/s1", b"add map", b"zz"))
        rows = [rng.choice((b"k v", b"/a 1", b"k  v w ", b" lead x", b"\xff v", b"x\\;y z")) for _ in range(rng.randrange(4))]
        text += b"\n" + name + rng.choice((b" <<", b" <<", b"<<")) + b"\n" + b"".join(row + b"\n" for row in rows) + b"\n"
    return text


def session(rng):
    """the bytes of one connection, ended by the end of its direction"""
    start = rng.choice((b"", b"", b"", b"prompt\n", b"operator;", b"user;", b"set severity-output number;", b"expert-mode on;",
                        b"experimental-mode on;", b"prompt;user\n"))
    if start.startswith(b"prompt"): return start + b"\n".join(line(rng) for _ in range(rng.randrange(1, 5))) + b"\n"
    return start + line(rng) + rng.choice((b"\n", b"\n", b""))


def sessions(seed, count):
    rng = random.Random(seed)
    # What ends the process, waits, or tells of the machine has other tests.
    forbidden = (b"debug", b"httpclient", b"shutdown frontend", b"-w", b"sink", b"show info", b"show fd", b"show sess", b"show env",
                 # Permissions that differ on purpose (docs/differences.md).
                 b"tls-key", b"ocsp", b"show ssl",
                 # What is told in words of Weir's own, or changes with time.
                 b"trace", b"help", b"show stat", b"show servers conn", b"server b/n1 zz", b" # ", b" #\n", b"frontend #", b";\\0",
                 # Where an escaped line end is the last byte, HAProxy's answer depends on what it has received so far.
                 b"\\\n")
    made = (session(rng) for _ in iter(int, 1))
    return [one for one, _ in zip((s for s in made if not any(word in s for word in forbidden)), range(count))]


def compare(weir, haproxy, only="", seed=7, count=400):
    inputs = sessions(seed, count)
    both = [runtime_diff.run(program, inputs, runtime_cases.CONFIG, "socket", runtime_cases.FILES) for program in (haproxy, weir)]
    different = equal = 0
    for data, want, got in zip(inputs, *both):
        if only.encode() not in data: continue
        # Which commands are likely meant is a matter of taste.
        want, got = (re.sub(r"(?m)(?<=better match:\n)(  .*\n)+|^\d+ .*httpclient.*\n", "", text) for text in (want, got))
        equal += want == got
        if want == got: continue
        different += 1
        print(f"differs: {data!r}\n  haproxy {want!r}\n  weir    {got!r}")
    return equal, different


if __name__ == "__main__":
    found = compare(sys.argv[1], sys.argv[2], "", int(sys.argv[3]) if len(sys.argv) > 3 else 7, int(sys.argv[4]) if len(sys.argv) > 4 else 400)
    print(f"{found[0]} passed, {found[1]} failed")
