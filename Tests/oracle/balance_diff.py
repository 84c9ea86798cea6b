#!/usr/bin/env python3
"""Compares which server a client reaches through two proxies that read the same haproxy.cfg.

  balance_diff.py --theirs haproxy --ours .build/release/weir    both, printing differences; exit status 1 on any
  balance_diff.py --theirs haproxy --capture FILE                writes what the oracle chose, for the unit tests

Clients are forged with the PROXY protocol. The servers are ports of one origin, which answers its port number; the
origin is always the --theirs binary. Keys come from a generator (splitmix64) that the unit tests share, so a capture
holds only seeds and choices.
"""
import argparse, itertools, os, re, socket, subprocess, sys, tempfile, time

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
MASK = (1 << 64) - 1


class Keys:
    """The keys of one seed: kinds v4, v6, text and none."""

    def __init__(self, kind, seed):
        self.kind, self.state = kind, seed

    def random(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def next(self):
        if self.kind == "none":
            return ""
        r = self.random()
        if self.kind == "v4":
            return socket.inet_ntop(socket.AF_INET, (r >> 32).to_bytes(4, "big"))
        if self.kind == "v6":
            return socket.inet_ntop(socket.AF_INET6, r.to_bytes(8, "big") + self.random().to_bytes(8, "big"))
        length, text = r % 24 + 1, ""
        for i in range(length):
            if i % 8 == 0:
                r = self.random()
            text += DIGITS[(r >> 8 * (i % 8)) % 62]
        return text


class Scenario:
    def __init__(self, name, balance, servers, steps, mode="http", extra=(), key=None, library=True):
        self.name, self.balance, self.steps, self.mode = name, balance, steps, mode
        self.servers, self.extra, self.key, self.library = servers, extra, key, library


def servers(count, **every):
    return [dict(every) for _ in range(count)]


class Proxy:
    """One run of a binary with the configuration of a scenario."""

    def __init__(self, binary, scenario, origin, directory, label, no_socket=False):
        self.scenario, self.origin = scenario, origin
        self.socket_path = os.path.join(directory, label + ".sock")
        if os.path.exists(self.socket_path):
            os.unlink(self.socket_path)
        self.port = free_port()
        config = os.path.join(directory, label + ".cfg")
        with open(config, "w") as f:
            f.write(self.config())
        self.log = open(os.path.join(directory, label + ".log"), "w")
        self.process = subprocess.Popen([binary, "-db", "-f", config], stdout=self.log, stderr=self.log)
        self.held = []
        try:
            wait_for(lambda: try_connect(self.port) and (no_socket or self.answers()), self.process, label)
        except SystemExit:
            self.stop()
            with open(self.log.name) as f:
                print(f.read(), file=sys.stderr)
            raise

    def config(self):
        s = self.scenario
        lines = ["global", "  nbthread 1", f"  stats socket {self.socket_path} level admin", "defaults",
                 f"  mode {s.mode}", "  timeout client 60s", "  timeout server 60s", "  timeout connect 5s",
                 "  timeout queue 200ms",
                 "frontend f", f"  bind 127.0.0.1:{self.port} accept-proxy", "  default_backend b", "backend b"]
        lines += ["  " + line for line in s.balance] + ["  " + line for line in s.extra]
        for i, server in enumerate(s.servers):
            words = " ".join(k if v is True else f"{k} {v}" for k, v in server.items())
            lines.append(f"  server s{i} 127.0.0.1:{self.origin + i} {words}")
        return "\n".join(lines) + "\n"

    def command(self, text):
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.socket_path)
            s.sendall(text.encode() + b"\n")
            answer = b""
            while chunk := s.recv(65536):
                answer += chunk
        return answer.decode()

    def answers(self):
        try:
            return "Name:" in self.command("show info")
        except OSError:
            return False

    def connect(self, address, kind):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.settimeout(10)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if kind == "v6":
            return s, f"PROXY TCP6 {address} ::1 4000 80\r\n"
        return s, f"PROXY TCP4 {address if kind == 'v4' else '192.0.2.1'} 127.0.0.1 4000 80\r\n"

    def request(self, kind, key):
        s, head = self.connect(key, kind)
        line = "GET / HTTP/1.1\r\nHost: origin\r\n"
        if kind == "text":
            line = self.scenario.key(key)
        s.sendall((head + line + "\r\n").encode("latin1"))
        return s, self.answer(s)

    def answer(self, s):
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                chunk = s.recv(4096)
                if not chunk:
                    return "-"
                data += chunk
        except TimeoutError:
            return "-"
        found = re.search(rb"x-port: (\d+)", data, re.I)
        return DIGITS[int(found[1]) - self.origin] if found else "-"

    def step(self, words):
        """Performs a step and returns what it observed as text."""
        if words[0] == "picks":
            keys, result = Keys(words[1], int(words[2])), ""
            for _ in range(int(words[3])):
                s, server = self.request(words[1], keys.next())
                s.close()
                result += server
                if self.scenario.mode == "tcp":
                    self.settle()
            return result
        if words[0] == "hold":
            result = ""
            for _ in range(int(words[1])):
                s, server = self.request("none", "")
                self.held.append((s, server))
                result += server
            return result
        if words[0] == "release":
            for index in sorted((int(w) for w in words[1:]), reverse=True):
                self.held.pop(index)[0].close()
                self.settle()
            return ""
        if words[0] == "disable":
            self.command(f"set server b/s{words[1]} state maint")
        elif words[0] == "enable":
            self.command(f"set server b/s{words[1]} state ready")
        elif words[0] == "drain":
            self.command(f"set server b/s{words[1]} state drain")
        elif words[0] == "weight":
            self.command(f"set server b/s{words[1]} weight {words[2]}")
        else:
            raise ValueError(words)
        return ""

    def settle(self):
        """Waits until the proxy has noticed the closed connections."""
        def done():
            rows = [r.split(",") for r in self.command("show stat b 4 -1").splitlines() if r.startswith("b,")]
            return sum(int(r[4]) for r in rows) == sum(server != "-" for _, server in self.held)
        wait_for(done, self.process, "connections to end")

    def stop(self):
        for s, _ in self.held:
            s.close()
        self.process.terminate()
        self.process.wait()
        self.log.close()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def try_connect(port):
    try:
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    except OSError:
        return False


def wait_for(condition, process, what):
    deadline = time.monotonic() + 10
    while not condition():
        if process.poll() is not None:
            raise SystemExit(f"{what}: the proxy ended with status {process.returncode}")
        if time.monotonic() > deadline:
            raise SystemExit(f"{what}: nothing after 10 seconds")
        time.sleep(0.002)


def start_origin(binary, directory, count):
    """Servers on consecutive ports that answer their port number."""
    for base in range(21000, 60000, 101):
        path = os.path.join(directory, "origin.cfg")
        with open(path, "w") as f:
            f.write("global\n noreuseport\ndefaults\n mode http\n timeout client 60s\n timeout http-keep-alive 60s\nfrontend o\n"
                    f" bind 127.0.0.1:{base}-{base + count - 1}\n"
                    " http-request return status 200 hdr x-port %[dst_port]\n")
        process = subprocess.Popen([binary, "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(0.2)
        if process.poll() is None:
            wait_for(lambda: try_connect(base + count - 1), process, "origin")
            return process, base
    raise SystemExit("no ports for the origin")


def scenario_text(s, results):
    """The form the unit tests read."""
    lines = ["scenario " + s.name]
    lines += ["set " + line for line in s.balance + list(s.extra)]
    for i, server in enumerate(s.servers):
        lines.append("server " + " ".join(f"{k} {1 if v is True else v}" for k, v in server.items()))
    for step, result in zip(s.steps, results):
        lines.append((step + " " + result).strip())
    return "\n".join(lines) + "\n"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--theirs", default="haproxy")
    arguments.add_argument("--ours")
    arguments.add_argument("--capture")
    arguments.add_argument("--only", default="")
    arguments.add_argument("--scale", type=int, default=1, help="multiplies the number of picks")
    arguments.add_argument("--random", type=int, default=0, help="this many scenarios made at random as well")
    arguments.add_argument("--no-socket", action="store_true",
                           help="for a binary without stats socket: only the picks of scenarios in HTTP mode")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
    from balance_scenarios import scenarios, random_scenarios
    differences, compared, failed, captured = 0, 0, 0, []
    with tempfile.TemporaryDirectory() as directory:
        origin, base = start_origin(options.theirs, directory, 40)
        try:
            for s in itertools.chain(scenarios(options.scale), random_scenarios(options.seed, options.random)):
                if options.only not in s.name or options.no_socket and s.mode == "tcp":
                    continue
                if options.no_socket:
                    s.steps = [step for step in s.steps if step.startswith("picks")]
                results = []
                for label, binary in (("theirs", options.theirs), ("ours", options.ours)):
                    if binary is None:
                        continue
                    try:
                        proxy = Proxy(binary, s, base, directory, label, options.no_socket)
                    except SystemExit as error:
                        if label == "ours" and any(line.startswith("balance hash") for line in s.balance):
                            print(f"skipped: {s.name}: 'balance hash' is not implemented by Weir yet")
                            break
                        print(f"{s.name}: {error}")
                        failed += 1
                        break
                    try:
                        results.append([proxy.step(step.split()) for step in s.steps])
                    finally:
                        proxy.stop()
                if len(results) < (2 if options.ours else 1):
                    continue
                if options.capture and s.library:
                    captured.append(scenario_text(s, results[0]))
                picks = sum(len(r) for r in results[0])
                if options.ours:
                    wrong = sum(a != b for x, y in zip(*results) for a, b in zip(x, y))
                    compared, differences = compared + picks, differences + wrong
                    print(f"{s.name}: {picks} picks, {wrong} differ")
                    for step, x, y in zip(s.steps, *results):
                        if x != y:
                            print(f"  {step}\n    theirs {x[:100]}\n    ours   {y[:100]}")
                else:
                    print(f"{s.name}: {picks} picks")
        finally:
            origin.terminate()
            origin.wait()
    if options.capture:
        with open(options.capture, "w") as f:
            f.write("\n".join(captured))
    if options.ours:
        print(f"{compared} picks compared, {differences} differ, {failed} scenarios could not run")
    return 1 if differences or failed else 0


if __name__ == "__main__":
    sys.exit(main())
