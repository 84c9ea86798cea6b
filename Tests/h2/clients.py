#!/usr/bin/python3
"""HTTP/2 from clients, section by section of RFC 9113 and RFC 7541: `clients.py --weir PROGRAM [--haproxy PROGRAM]`.

Each case sends frames as it is told. What came back (frames in short, the end of the connection), what the server saw,
what was logged and what was counted must be what HAProxy does; where HAProxy is known to do otherwise the case says why,
and what is right.
"""
import argparse, asyncio, os, re, resource, shutil, signal, socket, struct, subprocess, sys, tempfile

try:
    from frames import *
    from client_cases import ALL, CASES, DIFFERS
except ImportError:
    print("skipped: HTTP/2 from clients, python3-hpack is not installed")
    sys.exit(0)

CONFIG = """
global
  nbthread 1
  stats socket {folder}/stats level admin
  {globals}
defaults
  mode http
  timeout client 3s
  timeout server 3s
  timeout connect 3s
  timeout http-request 3s
  log 127.0.0.1:{log} local0
  option httplog
"""
PROXY = """
frontend f{n}
  bind fd@{descriptor}
  {frontend}
  default_backend b{n}
backend b{n}
  {backend}
  server s 127.0.0.1:{origin}
"""


ERRORS = ("NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
          "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY HTTP_1_1_REQUIRED").split()


def error(number):
    return ERRORS[number] if number < len(ERRORS) else str(number)


class Connection:
    """What one program sends on one connection, in short."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer
        self.seen, self.bodies, self.decoder, self.ended, self.acknowledged = [], {}, hpack.Decoder(), False, 0
        self.changed = asyncio.Event()
        self.task = asyncio.ensure_future(self.read())

    async def read(self):
        head = b""
        try:
            while True:
                start = await self.reader.readexactly(9)
                payload = await self.reader.readexactly(int.from_bytes(start[:3], "big"))
                kind, flags, number = start[3], start[4], int.from_bytes(start[5:], "big")
                if kind == SETTINGS:
                    note = None
                    self.acknowledged += flags & 1
                elif kind == WINDOW:
                    note = None
                elif kind == GOAWAY:
                    note = f"GOAWAY {error(int.from_bytes(payload[4:8], 'big'))}"
                elif kind == RST:
                    note = f"RST {number} {error(int.from_bytes(payload, 'big'))}"
                    if any("GOAWAY" in line for line in self.seen):
                        note = None  # HAProxy says so of each stream
                elif kind in (HEADERS, CONTINUATION):
                    head += payload
                    if kind == HEADERS:
                        ends = flags & 1
                    note = None
                    if flags & 4:
                        got = [(str(n), str(v)) for n, v in self.decoder.decode(head) if str(n) != "date"]
                        head = b""
                        note = f"HEADERS {number} {got}{' END' * bool(ends)}"
                elif kind == DATA:
                    note = None
                    self.bodies[number] = self.bodies.get(number, b"") + payload
                    if flags & 1:
                        note = f"END {number}"
                elif kind == PING:
                    note = f"PING {flags} {payload.hex()}"
                else:
                    note = f"{kind} {flags} {number} {payload.hex()}"
                if note:
                    self.seen.append(note)
                self.changed.set()
        except asyncio.IncompleteReadError as cut:
            self.ended = "closed" if not cut.partial else f"closed behind {cut.partial[:40]!r}"
        except ConnectionError:
            self.ended = "closed"
        self.changed.set()

    async def until(self, condition, seconds=3):
        async def wait():
            while not self.ended and not condition():
                self.changed.clear()
                await self.changed.wait()
        try:
            await asyncio.wait_for(wait(), seconds)
        except asyncio.TimeoutError:
            self.seen.append("(waited in vain)")

    async def quiet(self, seconds):
        while not self.ended:
            self.changed.clear()
            try:
                await asyncio.wait_for(self.changed.wait(), seconds)
            except asyncio.TimeoutError:
                return

    def short(self, text):
        """A frame whose short form begins so has come."""
        return any(line.startswith(text) for line in self.seen)


class Origin:
    """Answers every request once it is whole; keeps what it saw for each path's case."""

    def __init__(self):
        self.seen = {}

    async def start(self, count):
        self.servers = []
        self.ports = []
        for n in range(count):
            server = await asyncio.start_server(lambda r, w, n=n: self.serve(n, r, w), "127.0.0.1", 0)
            self.servers.append(server)
            self.ports.append(server.sockets[0].getsockname()[1])

    async def serve(self, n, reader, writer):
        seen = self.seen.setdefault(n, [])
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = re.search(rb"\r\ncontent-length: (\d+)", head)
                body, at = b"", len(seen)
                seen.append((head, "cut"))
                if found:
                    body = await reader.readexactly(int(found[1]))
                elif b"\r\ntransfer-encoding: chunked" in head:
                    while True:
                        line = await reader.readline()
                        if not line:
                            return
                        if int(line, 16) == 0:
                            while (line := await reader.readline()) not in (b"\r\n", b""):
                                body += line
                            break
                        body += (await reader.readexactly(int(line, 16) + 2))[:-2]
                seen[at] = (head, body[:200])
                if b"/wait" in head:
                    await asyncio.sleep(30)
                size = re.search(rb" /size/(\d+)", head)
                answer = b"z" * int(size[1]) if size else b"ok"
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(answer) + answer * (not head.startswith(b"HEAD")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()


# A user's soft limit is too low for all cases at once.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


def listeners(count):
    """Sockets that listen on ports of their own; the program is handed them, so that nobody can take a port meanwhile."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
        one.listen(128)
        one.set_inheritable(True)
    return sockets


class Log(asyncio.DatagramProtocol):
    def __init__(self):
        self.lines = {}

    def datagram_received(self, data, _):
        found = re.search(rb" f(\d+) (.*)", data)
        if found:
            line = found[2].decode("latin1").strip()
            line = re.sub(r"^[bf]\d+/", "", re.sub(r" \S+ (-?\d+) (\d+) - - (....) \S+ \S+ ", r" \1 \2 \3 ", line))
            line = re.sub(r" (\d+) \d+ ([CS]\S--)", r" \1 N \2", line)
            self.lines.setdefault(int(found[1]), []).append(line)


async def run(program, cases, quiet, extra=""):
    """-> for each case what was seen"""
    folder = tempfile.mkdtemp()
    origin = Origin()
    await origin.start(len(cases))
    log = Log()
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: log, local_addr=("127.0.0.1", 0))
    sockets = listeners(len(cases))
    ports = [one.getsockname()[1] for one in sockets]
    text = CONFIG.format(folder=folder, log=transport.get_extra_info("sockname")[1], globals=extra)
    for n, each in enumerate(cases):
        text += PROXY.format(n=n, descriptor=sockets[n].fileno(), frontend=each.frontend, backend=each.backend, origin=origin.ports[n])
    path = os.path.join(folder, "cfg")
    with open(path, "w") as file:
        file.write(text)
    errors = open(os.path.join(folder, "err"), "w")
    process = await asyncio.create_subprocess_exec(program, "-f", path, "-db", stdout=subprocess.DEVNULL, stderr=errors,
                                                   pass_fds=[one.fileno() for one in sockets])
    for one in sockets:
        one.close()
    try:
        for _ in range(300):
            if os.path.exists(os.path.join(folder, "stats")):
                break
            if process.returncode is not None:
                raise RuntimeError("does not start: " + open(os.path.join(folder, "err")).read())
            await asyncio.sleep(0.05)
        gate = asyncio.Semaphore(12)

        async def one(n, each):
            async with gate:
                connection = Connection(*await asyncio.open_connection("127.0.0.1", ports[n]))
                connection.writer.write(each.preface)
                for step in each.steps:
                    if isinstance(step, bytes):
                        connection.writer.write(step)
                    elif isinstance(step, (int, float)):
                        await asyncio.sleep(step)
                    elif step == "half":
                        connection.writer.write_eof()
                    elif step == "quiet":
                        await connection.quiet(quiet)
                    else:
                        await connection.until(lambda: connection.short(step[1]))
                await connection.quiet(quiet)
                connection.task.cancel()
                connection.writer.transport.abort()
                return connection

        connections = await asyncio.gather(*[one(n, each) for n, each in enumerate(cases)])
        await asyncio.sleep(0.3)
        reader, writer = await asyncio.open_unix_connection(os.path.join(folder, "stats"))
        writer.write(b"show stat\n")
        lines = (await reader.read()).decode().strip().split("\n")
        names = lines[0].split(",")
        rows = {}
        for line in lines[1:]:
            row = dict(zip(names, line.split(",")))
            if row.get("svname") == "FRONTEND":
                rows[row["# pxname"]] = row
        # A client that goes on as if nothing were must be served.
        if process.returncode is not None:
            raise RuntimeError("the program has ended: " + open(os.path.join(folder, "err")).read()[-2000:])
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
        for server in origin.servers:
            server.close()
        transport.close()
        shutil.rmtree(folder, ignore_errors=True)
    results = []
    for n, connection in enumerate(connections):
        row = rows.get(f"f{n}", {})
        counted = {c: row.get(c) for c in COUNTERS}
        bodies = {k: (len(v), v[:20]) for k, v in connection.bodies.items()}
        results.append({"frames": connection.seen, "acknowledged": 0 if connection.ended else connection.acknowledged, "bodies": bodies, "end": connection.ended or "open", "server": origin.seen.get(n, []),
                        "log": sorted(log.lines.get(n, [])), "counters": counted})
    return results


# Of frames received HAProxy counts some twice: they are not among these.
COUNTERS = ("ereq stot req_tot dreq hrsp_2xx hrsp_4xx hrsp_5xx h2_rst_stream_rcvd h2_detected_conn_protocol_errors "
            "h2_detected_strm_protocol_errors h2_rst_stream_resp h2_goaway_resp h2_open_connections "
            "h2_backend_open_streams h2_total_connections h2_backend_total_streams").split()

async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weir", required=True)
    parser.add_argument("--haproxy")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    chosen = [c for c in CASES if options.only in c.name]
    programs = [options.weir] + ([options.haproxy] if options.haproxy else [])
    failing, quiet = {}, 0.15
    for attempt in range(3):
        todo = chosen if attempt == 0 else [c for c in chosen if c.name in failing]
        results = await asyncio.gather(*[run(program, todo, quiet) for program in programs])
        failing = {}
        for n, each in enumerate(todo):
            ours = results[0][n]
            if options.show:
                print(each.name, *("\n    %s" % r[n] for r in results))
            pattern, differs, _, wanted = next((d for d in DIFFERS if re.fullmatch(d[0], each.name)), ("", (), "", ()))
            told = ours["frames"] + [ours["end"]] + ours["log"]
            found = [f"misses {w!r}: {told}" for w in wanted if not any(w in line for line in told)]
            if len(results) == 2 and ALL not in differs:
                for key, value in ours.items():
                    other = results[1][n][key]
                    if key == "counters":
                        value, other = ({k: v for k, v in a.items() if v != b[k]} for a, b in ((value, other), (other, value)))
                    if key not in differs and value != other:
                        found += [f"{key}, weir:    {value}", f"{key}, haproxy: {other}"]
            if found:
                failing[each.name] = found
        if not failing:
            break
        quiet = 0.6  # the machine may be busy
    for name, found in failing.items():
        print(f"FAILED {name}", *found, sep="\n    ")
    print(f"HTTP/2 from clients: {len(chosen)} cases, {len(failing)} failures")
    sys.exit(1 if failing else 0)


asyncio.run(main())
