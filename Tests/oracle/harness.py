"""Runs the same exchanges through two programs, Weir and HAProxy, and compares everything that can be seen of them:
the bytes the client received, the bytes the origin received, the log lines and the counters of `show stat`.

A table of cases becomes one configuration with a frontend and a backend for each case, so that one process of each
program serves them all. The timeouts are short and end every exchange by themselves, so the client only has to read
until the end of the connection. Nothing is compared that differs between two runs of one program: process and port
numbers, dates, durations.
"""
import asyncio
import os
import re
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
from dataclasses import dataclass, field

import tls_peers

CERTIFICATES = ""  # the folder of a table's certificates
LINGER_RESET = struct.pack("ii", 1, 0)


# --- what an origin does with one request -------------------------------------------------------------------------
@dataclass
class Answer:
    """parts: (seconds to wait, bytes) sent one after another; end: keep, close, reset, hang or half (no more is sent), or
    cut (of TLS: closed without its alert)"""
    parts: list
    end: str = "keep"
    early: bool = False  # begins at the end of the request's head, without waiting for the body


def answer(data, end="keep"):
    return Answer([(0, data)], end)


def close():
    return Answer([], "close")


def reset():
    return Answer([], "reset")


def hang():
    return Answer([], "hang")


def ok(body=b"hello", extra=b"", end="keep"):
    return answer(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n%s" % (len(body), extra, body), end)


@dataclass
class Case:
    """One exchange: what the client does, what the origin does, and the lines the configuration has for it.

    client: bytes are sent; a number is a wait in seconds; "half" shuts the sending side, "close" and "reset" end the
    connection; "read" waits for the next bytes. Then the client reads until the connection ends.
    origin: one Answer for each request in turn (in TCP mode: for each connection); "refuse" for a port nothing listens on.
    laxer: why HAProxy's own behaviour is not wanted here; then only Weir's answer is checked, to begin with `wanted`, to
    end as `wanted_end` says and to be logged with `wanted_log` in it, where they are given.
    skip: what is not to be compared ("client", "origin", "log", "counters").
    tls: the client speaks TLS: the arguments of `tls_peers.client_context`, and `name` for SNI; origin_tls: those of the
    origin. `before` goes out before TLS begins. The client's step "cut" ends the connection without TLS's alert, ("raw", bytes) goes around TLS.
    """
    name: str
    client: list
    origin: object = field(default_factory=lambda: [ok()])
    frontend: tuple = ()
    backend: tuple = ()
    server: str = ""
    mode: str = "http"
    log: str = "option httplog"
    laxer: str = ""
    wanted: bytes = b"HTTP/1.1 400 "
    wanted_end: str = ""
    wanted_log: str = ""
    skip: tuple = ()
    sections: tuple = ()  # more sections of the configuration: a word at the head, then its lines
    servers: int = 1
    number: int = 0
    bind: str = ""
    before: bytes = b""
    tls: dict = None
    origin_tls: dict = None
    raw_log: bool = False  # the lines as they came and in that order


# --- ports and processes ------------------------------------------------------------------------------------------
def free_ports(count):
    """ports that nothing uses and that the kernel does not hand out to outgoing connections"""
    found, sockets = [], []
    port = 10000 + (os.getpid() * 37) % 12000
    while len(found) < count:
        port = port + 1 if port < 32000 else 10000
        probe = socket.socket()
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        sockets.append(probe)
        found.append(port)
    for probe in sockets:
        probe.close()
    return found


TAKEN = set()


def free_ports_of(count):
    """as free_ports, and none twice in one run"""
    found = [port for port in free_ports(count + len(TAKEN)) if port not in TAKEN][:count]
    TAKEN.update(found)
    return found


def listening(port):
    """whether some process listens on the port, seen without connecting to it"""
    with open("/proc/net/tcp") as table:
        return any(f":{port:04X} 00000000:0000 0A " in line for line in table)


class Proxy:
    """one process of a program on a configuration, under the name haproxy whatever the program's own name is"""

    def __init__(self, program, config, folder, label):
        self.folder = os.path.join(folder, label)
        os.makedirs(self.folder)
        self.name = os.path.join(self.folder, "haproxy")
        os.symlink(os.path.abspath(program), self.name)
        self.config = os.path.join(self.folder, "test.cfg")
        self.control = os.path.join(self.folder, "control")
        with open(self.config, "w", encoding="latin-1") as file:
            file.write(config.replace("@CONTROL@", self.control).replace("@FOLDER@", self.folder))
        self.output = os.path.join(self.folder, "output")
        self.process = None

    async def start(self, port, seconds=20):
        """waits until `port`, the last one of the configuration, is listened on"""
        self.process = subprocess.Popen(
            [self.name, "-db", "-f", self.config], stdout=subprocess.DEVNULL, stderr=open(self.output, "w"))
        for _ in range(int(seconds / 0.02)):
            if self.process.poll() is not None:
                break
            if listening(port):
                return
            await asyncio.sleep(0.02)
        raise RuntimeError("does not start:\n" + self.messages())

    def messages(self):
        with open(self.output, encoding="latin-1") as file:
            return file.read()

    def running(self):
        return self.process.poll() is None

    async def command(self, line):
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(line.encode() + b"\n")
        text = await asyncio.wait_for(reader.read(-1), 30)
        writer.close()
        return text.decode("latin-1")

    def stop(self):
        if self.process is None or not self.running():
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


# --- the origin ---------------------------------------------------------------------------------------------------
async def read_request(reader, seen, early):
    """reads one request, as it comes, into `seen`; False at the end of the connection"""
    head = b""
    while b"\r\n\r\n" not in head:
        part = await reader.read(1)
        if not part:
            seen += head
            return False
        head += part
    seen += head
    if early:
        return True
    lower = head.lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)\r\n", lower)
    if re.search(rb"\r\ntransfer-encoding: *chunked\r\n", lower):
        while True:
            line = await reader.readline()
            seen += line
            if not line:
                return False
            size = int(line.split(b";")[0].strip() or b"0", 16)
            if size:
                seen += await reader.readexactly(size + 2)
                continue
            while True:
                line = await reader.readline()
                seen += line
                if line in (b"\r\n", b""):
                    return bool(line)
    if length:
        seen += await reader.readexactly(int(length.group(1)))
    return True


class Origin:
    """the servers of one case: answers requests in the order of its script, keeps what each connection received"""

    def __init__(self, case):
        self.case, self.script, self.received = case, list(case.origin) if case.origin != "refuse" else [], []
        self.listener, self.writers = None, []
        self.context = tls_peers.origin_context(CERTIFICATES, **case.origin_tls) if case.origin_tls is not None else None

    async def start(self, port):
        self.listener = await asyncio.start_server(self.connection, "127.0.0.1", port)

    async def connection(self, reader, writer):
        seen = bytearray()
        self.received.append(seen)
        self.writers.append(writer)
        try:
            if self.context:
                reader = writer = tls_peers.TLSPeer(reader, writer, self.context, True)
                await reader.handshake()
            if self.case.mode == "tcp" and "mode http" not in self.case.backend:
                await self.reply(self.script.pop(0) if self.script else hang(), reader, writer, seen)
                return
            while True:
                step = self.script[0] if self.script else hang()
                if not await read_request(reader, seen, step.early):
                    return
                if self.script:
                    self.script.pop(0)
                if not await self.reply(step, reader, writer, seen):
                    return
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def reply(self, step, reader, writer, seen):
        for wait, data in step.parts:
            if wait == "read":
                seen += await reader.readexactly(data)
                continue
            if wait:
                await asyncio.sleep(wait)
            writer.write(data)
            await writer.drain()
        if step.end == "keep":
            return True
        if step.end == "reset":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        # Over TLS without the alert: behind one a reset says nothing any more, and whether it is seen is chance.
        if step.end == "cut" or step.end == "reset" and hasattr(writer, "cut"):
            writer.cut()
        if step.end == "half":
            writer.write_eof()
        if step.end in ("hang", "half"):
            while True:
                part = await reader.read(65536)
                if not part:
                    break
                seen += part
        return False

    def stop(self):
        if self.listener:
            self.listener.close()
        for writer in self.writers:
            writer.close()


# --- the client ---------------------------------------------------------------------------------------------------
async def run_client(case, port):
    """-> (bytes received, how it ended)"""
    received, end = bytearray(), "closed"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    peer = None
    try:
        if case.before:
            writer.write(case.before)
        if case.tls is not None:
            context = tls_peers.client_context(CERTIFICATES, **case.tls)
            reader = writer = peer = tls_peers.TLSPeer(reader, writer, context, False, case.tls.get("name"))
            await asyncio.wait_for(peer.handshake(case.tls.get("cut")), 8)
        for step in case.client:
            if isinstance(step, tuple):
                writer.write_raw(step[1])
            elif isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif isinstance(step, (int, float)):
                await asyncio.sleep(step)
            elif step == "read":
                part = await asyncio.wait_for(reader.read(65536), 8)
                received += part
            elif step == "half":
                writer.write_eof()
            elif step == "cut":
                writer.cut()
                return bytes(received), "left"
            elif step in ("close", "reset"):
                if step == "reset":
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
                writer.transport.abort() if step == "reset" else writer.close()
                return bytes(received), "left"
        while True:
            part = await asyncio.wait_for(reader.read(65536), 8)
            if not part:
                break
            received += part
    except asyncio.TimeoutError:
        end = "open"
    except ssl.SSLError as error:
        end = f"TLS: {error.reason}"
    except OSError:
        end = "reset"
    finally:
        writer.transport.abort()
    if peer and end == "closed":
        end = "closed by an alert" if peer.notified else "cut"
    return bytes(received), end


# --- logs and counters --------------------------------------------------------------------------------------------
class LogCollector(asyncio.DatagramProtocol):
    def __init__(self):
        self.lines = []

    def datagram_received(self, data, address):
        self.lines.append(data.decode("latin-1"))

    def of(self, case):
        if case.raw_log:
            return [line for line in self.lines if line.startswith("c%03d " % case.number)]
        return sorted(normal_line(l) for l in self.lines if re.search(r"\bc%03d\b" % case.number, l))


def timer(text):
    sign = "+" if text.startswith("+") else ""
    return text if text == "-1" else sign + "n"


def normal_line(line):
    """a log line without what differs between two runs of one program"""
    line = line.rstrip("\n")[:900]  # where a longer one is cut depends on the lengths of numbers before it
    line = re.sub(r"^<(\d+)>[A-Z][a-z]{2} [ \d]\d [\d:]{8} ", r"<\1>DATE ", line)
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+([+-]\d\d:\d\d|Z)", "ISODATE", line)
    line = re.sub(r"^(<\d+>DATE (\S+ )?\w+)\[\d+\]:", r"\1[PID]:", line)
    line = re.sub(r"/s1 [\d/+-]+$", "/s1 CUT", line)  # within the times of a line cut short by `len`
    line = re.sub(r" haproxy \d+ - ", " haproxy PID - ", line)
    line = re.sub(r"\[\d\d/[A-Z][a-z]{2}/\d{4}:[\d:]+(\.\d+)?( [+-]\d{4})?\]", "[DATE]", line)
    line = re.sub(r"(127\.0\.0\.\d+|::1|192\.0\.2\.\d+):\d+", r"\1:PORT", line)
    line = re.sub(r" (-?\d+)/(-?\d+)/(-?\d+)/(-?\d+)/(\+?\d+) (-?\d+) ",
                  lambda m: " " + "/".join(timer(m.group(i)) for i in range(1, 6)) + f" {m.group(6)} ", line)
    line = re.sub(r" (-?\d+)/(-?\d+)/(\+?-?\d+) (\+?\d+) (--|\w-|-\w|\w\w) ",
                  lambda m: " " + "/".join(timer(m.group(i)) for i in range(1, 4)) + f" {m.group(4)} {m.group(5)} ", line)
    line = re.sub(r" (\S{2}|\S{4}) \d+/(\d+/\d+/\d+/\+?\d+) (\d+/\d+)", r" \1 ACTIVE/\2 \3", line)
    line = re.sub(r" (\S{2}|\S{4}) [\d/]+$", r" \1 CUT", line)  # within the counts of such a line
    if '"c' in line:  # CLF: the port and the five times stand alone
        line = re.sub(r'"" "" \d+ (\d+) "', r'"" "" PORT MS "', line)
        line = re.sub(r'" (-?\d+) (-?\d+) (-?\d+) (-?\d+) (\+?\d+) (....) \d+ ',
                      lambda m: '" ' + " ".join(timer(m.group(i)) for i in range(1, 6)) + f" {m.group(6)} ACTIVE ", line)
    return line


COUNTERS = ("qcur scur stot bin bout dreq dresp ereq econ eresp wretr wredis status weight act bck hrsp_1xx hrsp_2xx "
            "hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other req_tot cli_abrt srv_abrt lbtot intercepted conn_tot connect reuse "
            "eint ssl_sess ssl_reused_sess ssl_failed_handshake").split()


def counters(text):
    """{(proxy, server): {column: value}} of `show stat`"""
    lines = text.strip().split("\n")
    columns = lines[0].lstrip("# ").split(",")
    rows = {}
    for line in lines[1:]:
        values = dict(zip(columns, line.split(",")))
        rows[values["pxname"], values["svname"]] = {c: values.get(c, "") for c in COUNTERS}
    return rows


# --- a table of cases on one program ------------------------------------------------------------------------------
DEFAULTS = """defaults
    log global
    timeout connect 1s
    timeout client 1500ms
    timeout server 900ms
    timeout http-request 700ms
    timeout http-keep-alive 300ms
    timeout queue 500ms
    retries 2
"""
HEAD = """global
    nbthread 1
    maxconn 2000
    log 127.0.0.1:@LOG@ local0
    stats socket @CONTROL@ level admin
""" + DEFAULTS


def configuration(cases, ports, log_port, head):
    text = head.replace("@LOG@", str(log_port))
    for case in cases:
        front, *origins = ports[case.number]
        lines = [f"frontend c{case.number:03}", f"    mode {case.mode}", f"    bind 127.0.0.1:{front}"
                 + (" accept-proxy" if "accept-proxy" in case.frontend else "") + (case.bind and " " + case.bind)]
        if case.log:
            lines.append("    " + case.log)
        lines += ["    " + l.replace("@LOG@", str(log_port)) for l in case.frontend if l != "accept-proxy"]
        lines += [f"    default_backend b{case.number:03}", f"backend b{case.number:03}", f"    mode {case.mode}"]
        lines += ["    " + l.replace("@LOG@", str(log_port)) for l in case.backend]
        lines += [f"    server s{i + 1} 127.0.0.1:{port} {case.server}".rstrip() for i, port in enumerate(origins)]
        lines += [("    " if at else "") + line for at, line in enumerate(case.sections)]
        text += "\n".join(lines) + "\n"
    return text


@dataclass
class Result:
    client: bytes = b""
    end: str = ""
    origin: list = field(default_factory=list)
    log: list = field(default_factory=list)
    counters: dict = field(default_factory=dict)
    error: str = ""


async def run_program(program, cases, folder, label, head, jobs, pool):
    results = {case.number: Result() for case in cases}
    loop = asyncio.get_running_loop()
    transport, log = await loop.create_datagram_endpoint(LogCollector, local_addr=("127.0.0.1", 0))
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    ports, at = {}, 0
    for case in cases:
        ports[case.number] = pool[at:at + 1 + case.servers]
        at += 1 + case.servers
    origins = {}
    for case in cases:
        origins[case.number] = Origin(case)
        if case.origin != "refuse":
            for port in ports[case.number][1:]:
                await origins[case.number].start(port)
    proxy = Proxy(program, configuration(cases, ports, transport.get_extra_info("sockname")[1], head), folder, label)
    try:
        await proxy.start(ports[cases[-1].number][0])
        limit = asyncio.Semaphore(jobs)

        async def one(case):
            async with limit:
                result = results[case.number]
                try:
                    result.client, result.end = await run_client(case, ports[case.number][0])
                except ConnectionResetError:
                    result.end = "reset"  # refused as soon as it was accepted
                except OSError as error:
                    result.error = f"cannot connect: {error}"

        await asyncio.gather(*(one(case) for case in cases))
        await asyncio.sleep(1.2)  # longer than the longest timeout: what clients left behind has ended and is logged
        try:
            rows = counters(await proxy.command("show stat"))
        except (OSError, asyncio.TimeoutError, ValueError, IndexError, KeyError) as error:
            rows = None
            print(f"{label}: no counters, show stat: {error!r}")
        if not proxy.running():
            for result in results.values():
                result.error = result.error or f"the process ended with {proxy.process.returncode}"
    except RuntimeError as error:
        rows = {}
        for result in results.values():
            result.error = str(error)
    finally:
        proxy.stop()
        for origin in origins.values():
            origin.stop()
        transport.close()
    for case in cases:
        result = results[case.number]
        result.origin = [bytes(seen) for seen in origins[case.number].received]
        result.log = log.of(case)
        result.counters = rows and {key: row for key, row in rows.items() if key[0] in (f"c{case.number:03}", f"b{case.number:03}")}
    return results


def differences(case, weir, haproxy):
    """what the two results differ in, as lines to print"""
    if weir.error or haproxy.error:
        return [f"weir: {weir.error or 'fine'}", f"haproxy: {haproxy.error or 'fine'}"]
    if case.laxer:
        if weir.client.startswith(case.wanted) and weir.end.startswith(case.wanted_end) and case.wanted_log in "".join(weir.log):
            return []
        return [f"wanted {case.wanted!r} from weir, got {weir.client[:80]!r}, {weir.end}"] + weir.log
    found = []
    if "client" not in case.skip:
        if weir.client != haproxy.client:
            found += [f"client, weir:    {weir.client[:600]!r}", f"client, haproxy: {haproxy.client[:600]!r}"]
        # A reset after the answer is an end too: whether it comes depends on what was still unread.
        if weir.end.replace("reset", "closed") != haproxy.end.replace("reset", "closed"):
            found += [f"end, weir:    {weir.end}", f"end, haproxy: {haproxy.end}"]
    if "origin" not in case.skip and weir.origin != haproxy.origin:
        found += [f"origin, weir:    {[o[:600] for o in weir.origin]!r}", f"origin, haproxy: {[o[:600] for o in haproxy.origin]!r}"]
    if "log" not in case.skip and weir.log != haproxy.log:
        found += [f"log, weir:    {line}" for line in weir.log or ["nothing"]]
        found += [f"log, haproxy: {line}" for line in haproxy.log or ["nothing"]]
    return found


def counter_differences(case, weir, haproxy):
    """{column: the rows where it differs, as text} of one case: over all cases each column of `show stat` is one test"""
    found = {}
    if "counters" in case.skip or case.laxer or not weir.counters:
        return found
    for key, row in haproxy.counters.items():
        other = weir.counters.get(key, {})
        for column, value in row.items():
            if other.get(column) != value:
                found.setdefault(column, []).append(f"{case.name}, {key[1]}: {other.get(column)}, {value} with haproxy")
    return found


def known_differences(table):
    """the names of a table's cases that are known to differ still, from known_differences.txt"""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "known_differences.txt")
    with open(path) as file:
        lines = [line.strip().split(": ", 1) for line in file if line.strip() and not line.startswith("#")]
    return {name for kind, name in lines if kind == table}


def refusals(program, cases, written, section):
    """{case number: message} of the cases whose lines the program refuses, so that the others can run without them.
    `written` makes the configuration of cases; `section` is what begins a case's part of it, before its number."""
    refused = {}
    with tempfile.TemporaryDirectory(prefix="oracle") as folder:
        for attempt in range(5):
            left = [case for case in cases if case.number not in refused]
            text = written(left).replace("@CONTROL@", folder + "/control").replace("@FOLDER@", folder)
            path = os.path.join(folder, f"{attempt}.cfg")
            with open(path, "w", encoding="latin-1") as file:
                file.write(text)
            run = subprocess.run([program, "-c", "-f", path], capture_output=True, text=True, errors="replace")
            if run.returncode == 0:
                break
            lines = text.split("\n")
            for number, message in re.findall(r"^\[ALERT\].*?:(\d+)\]\s*:? (.*)", run.stderr, re.M):
                before = [found.group(1) for line in lines[:int(number)] if (found := re.match(section + r"(\d+)$", line))]
                if before:
                    refused.setdefault(int(before[-1]), message)
    return refused


def compare(table, cases, weir, haproxy, only="", head=HEAD, jobs=16, attempts=4):
    """runs the cases on both programs and prints what differs -> (equal, different, known to differ)

    A case that differs is run again, a few times, before it counts: on a busy machine a short timeout may end an
    exchange early on one side, and some ends depend on which of two events a program meets first. It is equal once
    Weir has done what HAProxy was seen doing in any of the runs.
    """
    for number, case in enumerate(cases):
        case.number = number
    chosen = [case for case in cases if only in case.name]

    async def both(some, folder):
        count = sum(1 + case.servers for case in some)
        pool = free_ports(2 * count)
        return await asyncio.gather(run_program(weir, some, folder, "weir", head, jobs, pool[:count]),
                                    run_program(haproxy, some, folder, "haproxy", head, jobs, pool[count:]))

    known = known_differences(table)
    def written(left): return configuration(left, {case.number: [1] * (1 + case.servers) for case in left}, 1, head)
    refused = refusals(weir, chosen, written, "frontend c")
    unbuilt = {number for number, message in refused.items() if "is not implemented by Weir yet" in message}
    for case in chosen:
        if case.number in refused:
            # A keyword that is known and not built yet is said to be so: its cases wait for it, and do not fail.
            word = "skipped" if case.number in unbuilt else "refused"
            print(f"{word}: {case.name}: {refused[case.number]}")
    able = [case for case in chosen if case.number not in refused]
    failing, columns = {}, {}  # what still differs: case name -> lines; case name -> {column: rows}
    seen = {case.name: ([], []) for case in able}
    uncounted = False
    for attempt in range(attempts):
        todo = able if attempt == 0 else [case for case in able if case.name in failing or case.name in columns]
        if not todo:
            break
        with tempfile.TemporaryDirectory(prefix="oracle") as folder:
            os.chmod(folder, 0o755)
            ours, theirs = asyncio.run(both(todo, folder))
        uncounted = uncounted or any(result.counters is None for result in ours.values())
        for case in todo:
            for results, result in zip(seen[case.name], (ours[case.number], theirs[case.number])):
                results.append(result)
            pairs = [(a, b) for a in seen[case.name][0][::-1] for b in seen[case.name][1][::-1]]
            for verdicts, judge in ((failing, differences), (columns, counter_differences)):
                verdicts.pop(case.name, None)
                found = [judge(case, *pair) for pair in pairs]
                if all(found):
                    verdicts[case.name] = found[0]
        if len(failing) == len(able) and len(able) > 1:
            break
    rows = {}
    for found in columns.values():
        for column, examples in found.items():
            rows.setdefault(column, []).extend(examples)
    for name, found in failing.items():
        print(f"differs{', as is known' if name in known else ''}: {name}")
        for line in found:
            print("    " + line[:1500])
        if len(failing) == len(able) and found and found[0].startswith("weir: does not start"):
            break
    for name in sorted(known & {case.name for case in able} - set(failing)):
        print(f"note: {table}: {name} does not differ any more: drop it from known_differences.txt")
    off = list(failing) + [case.name for case in chosen if case.number in refused and case.number not in unbuilt]
    failed, expected = [name for name in off if name not in known], [name for name in off if name in known]
    total = len(chosen) - len(unbuilt)
    if not only and able:  # the counters are judged over the whole table only
        known_columns = known_differences(table + " counter")
        for column, examples in rows.items():
            print(f"counter {column} differs{', as is known' if column in known_columns else ''}: in {len(examples)} rows")
            for example in examples[:4]:
                print("    " + example)
        failed += ["counters"] if uncounted else [c for c in rows if c not in known_columns]
        expected += [c for c in rows if c in known_columns]
        total += len(COUNTERS)
    return total - len(failed) - len(expected), len(failed), len(expected)
