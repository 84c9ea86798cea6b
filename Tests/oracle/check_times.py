#!/usr/bin/env python3
"""Compares when both programs check servers: the first check of each, the intervals between checks, and which interval comes
behind which answers.

usage: Tests/oracle/check_times.py [--weir BINARY] [--haproxy BINARY] [--only TEXT] [--rounds N]

A tool and no table: times depend on the machine. Both programs run one after the other, several rounds each, and the
median of each server's first check, counted from the first of all, is compared; so is the range of the intervals, and
how many different ones there are (none is constant with `spread-checks`). Every server has an address of its own in
127.0.0.0/8, all on one listening socket of this script, which notes who was asked when.
"""
import argparse
import os
import select
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEAD = "global\n nbthread {threads}\n {settings}\ndefaults\n mode tcp\n timeout connect 1s\n timeout client 1s\n timeout server 1s\nfrontend f\n bind unix@FOLDER/f\n"


class Case:
    def __init__(self, name, settings, backends, seconds, threads=1):
        self.name, self.settings, self.backends, self.seconds, self.threads = name, settings, backends, seconds, threads

    def text(self, port):
        """@ stands for the address of the next server, with the port; & for another one without it"""
        parts, number = [HEAD.format(threads=self.threads, settings=self.settings)], 0
        for at, lines in enumerate(self.backends):
            # A check by connection alone would be reset before anybody could see where it went.
            parts.append(f"backend b{at}\n option tcp-check\n tcp-check expect string up\n")
            for line in lines:
                while "@" in line or "&" in line:
                    number += 1
                    address = f"127.1.{number >> 8}.{number & 255}"
                    place = min(p for p in (line.find("@"), line.find("&")) if p >= 0)
                    line = line[:place] + address + (f":{port}" if line[place] == "@" else "") + line[place + 1:]
                parts.append(" " + line.replace("PORT", str(port)) + "\n")
        return "".join(parts)


def servers(count, options): return [f"server s{i} @ check {options}" for i in range(count)]


CASES = [
    Case("one backend", "", [servers(20, "inter 4s")], 5),
    Case("three backends", "", [servers(7, "inter 3s"), servers(5, "inter 4s"), servers(9, "inter 3s")], 5),
    Case("different intervals", "", [[f"server s{i} @ check inter {t}" for i, t in enumerate(
        ("2s", "500ms", "4s", "999ms", "1s", "1001ms", "6s", "2s", "200ms", "3s"))]], 7),
    Case("only short intervals", "", [[f"server s{i} @ check inter {t}" for i, t in enumerate(("900ms", "300ms", "999ms", "500ms", "700ms"))]], 2),
    Case("agents between", "", [[f"server s{i} @ check inter 3s agent-check agent-addr & agent-port PORT agent-inter {4 + i % 2}s"
                                for i in range(6)]], 5),
    Case("agents only", "", [[f"server s{i} @ agent-check agent-addr & agent-port PORT agent-inter 3s" for i in range(8)]], 4),
    Case("followers and others without checks", "", [["server s0 @ check inter 2s", "server s1 @ track s0", "server s2 @", "server s3 @ check inter 2s disabled",
                                           "server s4 @ check inter 2s backup", "server s5 @ check inter 2s weight 0"],
                                          ["disabled"] + servers(4, "inter 2s"), servers(3, "inter 2s")], 3),
    Case("fastinter and downinter do not count", "", [servers(8, "inter 3s fastinter 50ms downinter 100ms")], 4),
    Case("slowstart takes no place", "", [servers(8, "inter 3s slowstart 30s")], 4),
    Case("max-spread-checks", "max-spread-checks 1s", [servers(10, "inter 5s")], 2),
    Case("max-spread-checks 1", "max-spread-checks 1", [servers(10, "inter 5s")], 1),
    Case("two threads", "", [servers(20, "inter 4s")], 5, threads=2),
    Case("spread-checks 50", "spread-checks 50\n max-spread-checks 1", [servers(40, "inter 400ms")], 6),
    Case("spread-checks 10", "spread-checks 10\n max-spread-checks 1", [servers(40, "inter 1s")], 6),
    Case("spread-checks, fastinter", "spread-checks 50\n max-spread-checks 1", [servers(40, "inter 10s fastinter 300ms fall 20")], 4),
    Case("spread-checks 0", "spread-checks 0\n max-spread-checks 1", [servers(20, "inter 200ms")], 2),
]


def measure(program, case):
    """address -> times of its checks, in milliseconds from the first of all"""
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("0.0.0.0", 0))
        listener.listen(512)
        listener.setblocking(False)
        path = os.path.join(folder, "haproxy.cfg")
        with open(path, "w") as file:
            file.write(case.text(listener.getsockname()[1]).replace("FOLDER", folder))
        seen, began, kept = {}, None, []
        process = subprocess.Popen([program, "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            limit = time.monotonic() + 10
            while time.monotonic() < (limit if began is None else began + case.seconds):
                if not select.select([listener], [], [], 0.05)[0]:
                    continue
                try:
                    client, _ = listener.accept()
                except OSError:
                    continue
                now = time.monotonic()
                began = began or now
                try:
                    name = client.getsockname()[0]
                    client.sendall(b"up\n")
                except OSError:
                    name = None
                if name:
                    seen.setdefault(name, []).append((now - began) * 1000)
                client.close()
        finally:
            process.terminate()
            process.wait()
        return seen


# What a server says to its checks in turn (u: well, d: not), and the options of its line. The pauses between the checks are
# told as i, f or d: which of inter, fastinter and downinter comes nearest, as their ratios are 9 to 1 to 3.
TIMES = "inter 900ms fastinter 100ms downinter 300ms"
PACES = [
    ("up at the start", TIMES + " rise 2 fall 3", "uuuuu"),
    ("down at the start", TIMES + " rise 2 fall 3", "dddddd"),
    ("goes down and comes back", TIMES + " rise 2 fall 3", "uuuddddduuuu"),
    ("fails now and then", TIMES + " rise 3 fall 3", "uuudududduuu"),
    ("comes back now and then", TIMES + " rise 3 fall 1", "uddududuuuu"),
    ("no fastinter", "inter 900ms downinter 300ms rise 2 fall 2", "uudddduuu"),
    ("no downinter", "inter 900ms fastinter 100ms rise 2 fall 2", "uudddduuu"),
    ("neither", "inter 300ms rise 2 fall 2", "uudddduuu"),
    ("rise 1 fall 1", TIMES + " rise 1 fall 1", "uudduudu"),
    ("agent", "agent-inter 300ms", "uudduudu"),
]


def pace(program, options, says):
    """the letters of the pauses between the checks of one server"""
    is_agent = options.startswith("agent")
    with tempfile.TemporaryDirectory() as folder, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(8)
        listener.settimeout(10)
        port = listener.getsockname()[1]
        line = f"agent-check agent-port {port}" if is_agent else "check"
        with open(folder + "/haproxy.cfg", "w") as file:
            file.write(HEAD.format(threads=1, settings="").replace("FOLDER", folder)
                       + f"backend b\n option tcp-check\n tcp-check expect string up\n server s 127.0.0.1:{port} {line} {options}\n")
        process = subprocess.Popen([program, "-db", "-f", folder + "/haproxy.cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times = []
        try:
            for word in says + "u":
                with listener.accept()[0] as client:
                    times.append(time.monotonic())
                    client.sendall(b"up\n" if word == "u" else b"down\n")
        except OSError:
            return "none"
        finally:
            process.terminate()
            process.wait()
    pauses = [(b - a) * 1000 for a, b in zip(times, times[1:])]
    return "".join("f" if pause < 173 else "d" if pause < 520 else "i" for pause in pauses)


def compare_pace(programs, options, says):
    """what differs three times in a row: a busy machine is late now and then"""
    for _ in range(3):
        ours, theirs = (pace(program, options, says) for program in programs)
        if ours == theirs and ours != "none":
            return [], " " + ours
    return [f"pauses {ours}, with HAProxy {theirs}"], ""


def key(name): return tuple(map(int, name.split(".")))


def compare(case, programs, rounds):
    """what differs, in words"""
    first, intervals = [], []
    for program in programs:
        runs = [measure(program, case) for _ in range(rounds)]
        if not all(runs):
            return [f"{program} checks nothing"], ""
        names = sorted({n for run in runs for n in run}, key=key)
        first.append({n: statistics.median(run[n][0] if n in run else case.seconds * 1000 for run in runs) for n in names})
        intervals.append({n: [b - a for run in runs for a, b in zip(run.get(n, []), run.get(n, [])[1:])] for n in names})
    found = []
    ours, theirs = first
    if set(ours) != set(theirs):
        found.append(f"checked by one only: {sorted(set(ours) ^ set(theirs), key=key)}")
    for name in sorted(set(ours) & set(theirs), key=key):
        if abs(ours[name] - theirs[name]) > 60:
            found.append(f"first check of {name}: {ours[name]:.0f} ms, with HAProxy {theirs[name]:.0f} ms")
    all_ours, all_theirs = ([x for values in side.values() for x in values] for side in intervals)
    told = ""
    if len(all_theirs) > 30:
        (low, middle, high), (low2, middle2, high2) = (
            (lambda v: (v[len(v) // 20], v[len(v) // 2], v[-len(v) // 20]))(sorted(side)) for side in (all_ours, all_theirs))
        told = f" intervals {low:.0f}/{middle:.0f}/{high:.0f} ms, HAProxy {low2:.0f}/{middle2:.0f}/{high2:.0f}"
        width = max(20, (high2 - low2) * 0.15)
        if max(abs(low - low2), abs(middle - middle2), abs(high - high2)) > width:
            found.append("intervals differ:" + told)
    return found, told


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weir", default=os.path.join(ROOT, ".build", "release", "weir"))
    options.add_argument("--haproxy", default="/usr/sbin/haproxy")
    options.add_argument("--only", default="")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    failed = 0
    for name, options, says in PACES:
        if given.only not in name:
            continue
        found, told = compare_pace((given.weir, given.haproxy), options, says)
        failed += bool(found)
        print(("different" if found else "equal    "), name + told, *found, sep="\n   " if found else " ", flush=True)
    for case in CASES:
        if given.only not in case.name:
            continue
        found, told = compare(case, (given.weir, given.haproxy), given.rounds)
        failed += bool(found)
        print(("different" if found else "equal    "), case.name + told, *found, sep="\n   " if found else " ", flush=True)
    raise SystemExit(failed != 0)


main()
