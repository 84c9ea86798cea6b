"""Compares the mails that both programs send for the same changes of servers (`mailers`, `email-alert`). Used by run.py.

Each case is a backend with its own mailer, a server that is down from the start and one that is drained; the mailer
follows a script of replies. What it received must be equal, dates apart.
"""
import asyncio
import re
import tempfile
from dataclasses import dataclass, field

import harness

HEAD = """global
    nbthread 1
    max-spread-checks 1
    stats socket @CONTROL@ level admin
defaults
    mode tcp
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend last
    bind 127.0.0.1:@LAST@
"""
FULL = ("email-alert from a@x", "email-alert to b@y")
GOOD = [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n", b"250 queued\r\n", b"221 bye\r\n"]


@dataclass
class Case:
    """replies: what the mailer says first, then after each line, after the text, and after QUIT; None: it hangs up"""
    name: str
    lines: tuple = FULL
    replies: list = field(default_factory=lambda: list(GOOD))
    timeout: str = "5s"


def replaced(place, reply):
    return GOOD[:place] + [reply] + GOOD[place + 1:]


CASES = [
    Case("plain"),
    Case("level notice", FULL + ("email-alert level notice",)),
    Case("level info, checks logged", FULL + ("email-alert level info", "option log-health-checks")),
    Case("level emerg", FULL + ("email-alert level emerg",)),
    Case("host name", FULL + ("email-alert myhostname my.host",)),
    Case("names with addresses", ('email-alert from "Some One <a@x>"', "email-alert to b@y,c@z")),
    Case("not greeted", replies=replaced(0, b"554 go away\r\n")),
    Case("sender refused", replies=replaced(2, b"550 no\r\n")),
    Case("receiver refused", replies=replaced(3, b"550 no\r\n"), lines=FULL + ("email-alert level notice",)),
    Case("text refused", replies=replaced(5, b"554 spam\r\n")),
    Case("hangs up", replies=[b"220 hi\r\n", None]),
    Case("silent", replies=[b""], timeout="300ms", lines=FULL + ("email-alert level notice",)),
    Case("zero bytes", replies=replaced(0, b"\0" * 100 + b"\n")),
]


class Mailer:
    def __init__(self, replies):
        self.replies, self.received, self.listener = replies, [], None

    async def start(self, port):
        self.listener = await asyncio.start_server(self.connection, "127.0.0.1", port)

    async def connection(self, reader, writer):
        seen = bytearray()
        self.received.append(seen)
        try:
            for place, reply in enumerate(self.replies):
                if reply is None:
                    break
                writer.write(reply)
                end = b"\r\n.\r\n" if place == 4 else b"\n"
                while place < 6 and reply:
                    part = await reader.readline()
                    seen += part
                    if not part or (place == 4 and seen.endswith(end)) or place != 4:
                        break
            while reply is not None and (part := await reader.read(4096)):
                seen += part
        except OSError:
            pass
        writer.close()


async def run_program(program, cases, folder, label):
    ports = harness.free_ports_of(len(cases) + 2)
    text = HEAD.replace("@LAST@", str(ports[-1]))
    mailers = [Mailer(case.replies) for case in cases]
    for number, (case, port, mailer) in enumerate(zip(cases, ports, mailers)):
        await mailer.start(port)
        text += f"mailers m{number}\n    timeout mail {case.timeout}\n    mailer one 127.0.0.1:{port}\n"
        text += f"backend b{number:02}\n    email-alert mailers m{number}\n" + "".join(f"    {line}\n" for line in case.lines)
        text += f"    server s1 127.0.0.1:{ports[-2]} check inter 60s rise 1 fall 1\n    server s2 127.0.0.1:9\n"
    proxy = harness.Proxy(program, text, folder, label)
    try:
        await proxy.start(ports[-1])
        for _ in range(100):
            await asyncio.sleep(0.1)
            if (await proxy.command("show stat")).count(",DOWN,") >= len(cases):
                break
        for number in range(len(cases)):
            await proxy.command(f"set server b{number:02}/s2 state drain")
            await proxy.command(f"set server b{number:02}/s2 state maint")
            await proxy.command(f"set server b{number:02}/s2 state ready")
        await asyncio.sleep(1.5)
    finally:
        proxy.stop()
        for mailer in mailers:
            mailer.listener.close()
    return [[re.sub(r"(?m)^Date: \w{3}, .*$", "Date: DATE", re.sub(r"check duration: \d+ms", "check duration: Nms", bytes(seen).decode("latin-1")))
             for seen in mailer.received] for mailer in mailers]


def compare(weir, haproxy, only=""):
    cases = [case for case in CASES if only in case.name]
    if not cases:
        return 0, 0

    async def run():
        with tempfile.TemporaryDirectory() as folder:
            return [await run_program(program, cases, folder, label) for program, label in ((weir, "weir"), (haproxy, "haproxy"))]

    ours, theirs = asyncio.run(run())
    bad = 0
    for case, mine, wanted in zip(cases, ours, theirs):
        if mine != wanted:
            bad += 1
            print(f"differs: mail {case.name}\n    weir:    {mine!r}\n    haproxy: {wanted!r}")
    return len(cases) - bad, bad
