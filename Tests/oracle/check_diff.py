"""Compares what both programs make of the same health checks: the bytes that the checked server received, the columns
of `show stat` that checks fill, and the log lines of `option log-health-checks`. Used by run.py.

Each case is a backend with one server, whose peer follows a script. One check of each is run (`max-spread-checks`
lets all of them start at once, and the next ones are a minute away).
"""
import asyncio
import os
import re
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field

import harness

COLUMNS = ("status check_status check_code last_chk check_desc check_health agent_status agent_code last_agt agent_desc "
           "chkfail weight").split()
HEAD = """global
    nbthread 1
    maxconn 2000
    max-spread-checks 1
    external-check
    insecure-fork-wanted
    log 127.0.0.1:@LOG@ local0
    stats socket @CONTROL@ level admin
defaults
    log global
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    timeout check 700ms
    option log-health-checks
    default-server inter 60s rise 1 fall 1
frontend last
    mode tcp
    bind 127.0.0.1:@LAST@
"""


@dataclass
class Case:
    """backend: the section's lines; peers: for each port the connections in turn, each a list of steps, or "refuse".

    Steps: bytes are sent; a whole number is so many bytes to read; ("until", bytes) reads until they came; a fraction
    is a wait; "close", "reset" and "hang" end the connection. In the lines, @1@ is the second peer's port and so on.
    """
    name: str
    backend: list
    peers: list
    server: str = "check"
    mode: str = "tcp"
    skip: tuple = ()
    number: int = 0


@dataclass
class Result:
    received: list = field(default_factory=list)
    row: dict = field(default_factory=dict)
    log: list = field(default_factory=list)


class Peer:
    """one port of a checked server"""

    def __init__(self, connections):
        self.connections, self.received, self.writers, self.listener = connections, [], [], None

    async def start(self, port):
        if self.connections != "refuse":
            self.listener = await asyncio.start_server(self.connection, "127.0.0.1", port)

    async def connection(self, reader, writer):
        number = len(self.received)
        self.received.append(bytearray())
        self.writers.append(writer)
        steps = self.connections[min(number, len(self.connections) - 1)] if self.connections else ["hang"]
        try:
            await self.follow(steps, reader, writer, self.received[number])
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        writer.close()

    async def follow(self, steps, reader, writer, seen):
        for step in [*steps, "drain"]:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, int):
                part = await reader.readexactly(step)
                seen += part
            elif isinstance(step, float):
                await asyncio.sleep(step)
            elif isinstance(step, tuple):
                while step[1] not in seen:
                    part = await reader.read(1)
                    if not part:
                        return
                    seen += part
            elif step == "close":
                writer.write_eof()
                return
            elif step == "reset":
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, harness.LINGER_RESET)
                return
            else:  # hang, drain: until the other side ends it
                while True:
                    part = await reader.read(65536)
                    if not part:
                        return
                    seen += part

    def stop(self):
        if self.listener:
            self.listener.close()
        for writer in self.writers:
            writer.close()


def configuration(cases, ports, log_port, last):
    text = HEAD.replace("@LOG@", str(log_port)).replace("@LAST@", str(last))
    for case in cases:
        lines = [f"backend c{case.number:03}", f"    mode {case.mode}"] + ["    " + line for line in case.backend]
        if not any(line.startswith("server ") for line in case.backend):
            lines.append(f"    server s1 127.0.0.1:@0@ {case.server}")
        section = "\n".join(lines) + "\n"
        for place, port in enumerate(ports[case.number]):
            section = section.replace(f"@{place}@", str(port))
        text += section
    return text


def normal(text, ports):
    """without what differs between two runs of one program"""
    for place, port in enumerate(ports):
        text = re.sub(rf"\b{port}\b", f"@{place}@", text)
    text = re.sub(r"check duration: \d+ms", "check duration: Nms", text)
    text = re.sub(r"\bPROXY TCP4 127.0.0.1 127.0.0.1 \d+ ", "PROXY TCP4 127.0.0.1 127.0.0.1 PORT ", text)
    # the port in a request to a SOCKS4 proxy
    return re.sub(r"\x04\x01..(....HAProxy)", "SOCKS4 \\1", text, flags=re.S)


def rows(text):
    lines = text.strip().split("\n")
    columns = lines[0].lstrip("# ").split(",")
    found = {}
    for line in lines[1:]:
        values, quoted = [], re.findall(r'("(?:[^"]|"")*"|[^,]*)(?:,|$)', line)
        values = dict(zip(columns, quoted))
        if values["svname"] == "s1":
            found[values["pxname"]] = {c: values.get(c, "") for c in COLUMNS}
    return found


def is_running(row):
    return row["check_status"] in ("INI", "") and row["agent_status"] in ("INI", "") or row["check_status"].startswith("*")


async def run_program(program, cases, folder, label):
    ports = {case.number: harness.free_ports_of(len(case.peers)) for case in cases}
    last = harness.free_ports_of(1)[0]
    loop = asyncio.get_running_loop()
    transport, log = await loop.create_datagram_endpoint(harness.LogCollector, local_addr=("127.0.0.1", 0))
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    peers = {case.number: [Peer(script) for script in case.peers] for case in cases}
    for case in cases:
        for peer, port in zip(peers[case.number], ports[case.number]):
            await peer.start(port)
    text = configuration(cases, ports, transport.get_extra_info("sockname")[1], last)
    proxy = harness.Proxy(program, text, folder, label)
    found = {}
    try:
        await proxy.start(last)
        for _ in range(80):
            await asyncio.sleep(0.1)
            found = rows(await proxy.command("show stat"))
            if not any(is_running(row) for row in found.values()):
                break
        await asyncio.sleep(0.2)
        found = rows(await proxy.command("show stat"))
        if not proxy.running():
            raise ConnectionError(f"{label} ended: {proxy.messages()[-300:]}")
    finally:
        proxy.stop()
        for list_ in peers.values():
            for peer in list_:
                peer.stop()
        transport.close()
    results = {}
    for case in cases:
        own = ports[case.number]
        name = f"c{case.number:03}"
        results[case.number] = Result(
            [[normal(bytes(seen).decode("latin-1"), own) for seen in peer.received] for peer in peers[case.number]],
            {c: normal(v, own) for c, v in found.get(name, {}).items()},
            [normal(harness.normal_line(line), own) for line in log.lines if f" {name}/" in line])
    return results


def differences(case, weir, haproxy):
    found = []
    if "received" not in case.skip and weir.received != haproxy.received:
        found += [f"received, weir:    {weir.received!r}", f"received, haproxy: {haproxy.received!r}"]
    for column in COLUMNS:
        if column not in case.skip and weir.row.get(column) != haproxy.row.get(column):
            found.append(f"{column}: weir {weir.row.get(column)!r}, haproxy {haproxy.row.get(column)!r}")
    if "log" not in case.skip and weir.log != haproxy.log:
        found += [f"log, weir:    {line}" for line in weir.log or ["nothing"]]
        found += [f"log, haproxy: {line}" for line in haproxy.log or ["nothing"]]
    return found


def compare(weir, haproxy, only="", show=False):
    import check_cases
    cases = [case for case in check_cases.CASES if only in case.name]
    def written(left): return configuration(left, {case.number: [1] * len(case.peers) for case in left}, 1, 2)
    refused = {} if weir == haproxy else harness.refusals(weir, cases, written, "backend c")
    unbuilt = {number for number, message in refused.items() if "is not implemented by Weir yet" in message}
    for number, message in refused.items():
        if number not in unbuilt:
            print(f"refused: check {next(case.name for case in cases if case.number == number)}: {message}")
    if unbuilt:
        print(f"skipped: {len(unbuilt)} checks whose lines Weir does not have yet")
    cases = [case for case in cases if case.number not in refused]
    if not cases:
        return 0, 0

    async def run_oracle(cases, folder):
        """HAProxy 2.6 may die of a check that ends while it wakes another: then all is run again"""
        for attempt in range(4):
            try:
                return await run_program(haproxy, cases, folder, f"haproxy-{attempt}")
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                print(f"note: HAProxy died while it checked: {error}")
        raise SystemExit("HAProxy dies each time it runs these checks")

    async def run():
        with tempfile.TemporaryDirectory() as folder:
            theirs = await run_oracle(cases, folder)
            ours = theirs if weir == haproxy else await run_program(weir, cases, folder, "weir")
            return ours, theirs

    ours, theirs = asyncio.run(run())
    seen = {case.number: ([ours[case.number]], [theirs[case.number]]) for case in cases}
    if show:
        for case in cases:
            print(f"== {case.name}\n   {theirs[case.number].received}\n   { {k: v for k, v in theirs[case.number].row.items() if v} }")
            for line in theirs[case.number].log:
                print("   " + line)
    wrong = {case.name: found for case in cases if (found := differences(case, ours[case.number], theirs[case.number]))}
    for _ in range(2):  # what differs is run again: some ends depend on which of two events comes first
        cases_again = [case for case in cases if case.name in wrong]
        if not cases_again or len(cases_again) == len(seen):
            break
        everything, cases[:] = list(cases), cases_again
        ours, theirs = asyncio.run(run())
        for case in cases_again:
            seen[case.number][0].append(ours[case.number])
            seen[case.number][1].append(theirs[case.number])
            if any(not differences(case, a, b) for a in seen[case.number][0] for b in seen[case.number][1]):
                del wrong[case.name]
        cases[:] = everything
    known = harness.known_differences("check")
    for name, lines in wrong.items():
        print(f"differs{', as is known' if name in known else ''}: check {name}")
        for line in lines:
            print("    " + line)
    bad = [name for name in wrong if name not in known]
    for name in sorted(known & {case.name for case in cases} - set(wrong)):
        print(f"note: check: {name} does not differ any more: drop it from known_differences.txt")
    return len(cases) - len(wrong), len(bad) + len(refused) - len(unbuilt), len(wrong) - len(bad)


if __name__ == "__main__" and len(sys.argv) > 3:  # check_diff.py HAPROXY TEXT WEIR
    print(compare(sys.argv[3], sys.argv[1], sys.argv[2]))
elif __name__ == "__main__":  # check_diff.py HAPROXY [TEXT]: what HAProxy makes of the cases
    print(compare(sys.argv[1], sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "", show=True))
