#!/usr/bin/env python3
"""Reloads and the deaths of workers, as clients, the master's socket and the service manager see them.

usage: Tests/process/reload.py PROGRAM      (Weir, or HAProxy itself)
The last line is "N passed, N failed".
"""
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading

from running import ask_softly as ask, free_port, run, tests_in, until

PROGRAM = os.path.abspath(sys.argv[1])
CONFIG = """global
  stats socket {folder}/stats level admin expose-fd listeners
  hard-stop-after 10s
  {extra}
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:{port}
  bind {folder}/f.sock
  bind abns@weir-{port}
  monitor-uri /alive
"""


LIVING = []


def end_all():
    """what a test that failed has left"""
    while LIVING:
        process = LIVING.pop()
        if process.poll() is None: process.kill()
        process.wait()


class Instance:
    """a program that runs, with its folder, its messages and its notify socket"""

    def __init__(self, master=True, extra="", arguments=(), config=CONFIG):
        self.folder = tempfile.mkdtemp(prefix="reload")
        self.port = free_port()
        self.config = self.folder + "/a.cfg"
        self.write(config.format(folder=self.folder, port=self.port, extra=extra))
        self.cli = self.folder + "/master"
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.folder + "/notify")
        self.notify.settimeout(20)
        self.errors = open(self.folder + "/errors", "w+")
        self.master = master
        self.process = self.start(["-Ws", "-S", self.cli] if master else ["-db"], arguments)
        if master:
            self.await_state("READY=1")

    def start(self, options, arguments=()):
        environment = {**os.environ, "NOTIFY_SOCKET": self.folder + "/notify"}
        LIVING.append(subprocess.Popen([PROGRAM, *options, "-f", self.config, *arguments], stderr=self.errors, env=environment))
        return LIVING[-1]

    def write(self, text):
        with open(self.config, "w") as f:
            f.write(text)

    def await_state(self, wanted):
        while True:
            text = self.notify.recv(4096).decode()
            if wanted in text:
                return text

    def reload(self, wanted="STATUS=Ready"):
        self.process.send_signal(signal.SIGUSR2)
        return self.await_state(wanted)

    def workers(self):
        """pids by state: the current ones and the old ones"""
        found, kind = {"current": [], "old": []}, "current"
        for line in ask(self.cli, "show proc").split("\n"):
            if line.startswith("# old workers"):
                kind = "old"
            if re.match(r"\d+ +worker", line):
                found[kind].append(int(line.split()[0]))
        return found

    def text(self):
        with open(self.folder + "/errors") as f:
            return f.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


class Load:
    """clients that never stop asking, each request on a connection of its own; what went wrong is kept"""

    def __init__(self, instance):
        self.stopping, self.failures, self.count = False, [], 0
        places = [
            (socket.AF_INET, ("127.0.0.1", instance.port)), (socket.AF_UNIX, instance.folder + "/f.sock"),
            (socket.AF_UNIX, b"\0" + f"weir-{instance.port}".encode().ljust(107, b"\0"))]
        self.threads = [threading.Thread(target=self.work, args=place) for place in places]
        for thread in self.threads:
            thread.start()

    def work(self, family, address):
        while not self.stopping:
            try:
                with socket.socket(family) as s:
                    s.settimeout(10)
                    s.connect(address)
                    s.sendall(b"GET /alive HTTP/1.0\r\n\r\n")
                    answer = s.recv(4096)
                    if not answer.startswith(b"HTTP/1.1 200"):
                        self.failures.append((address, answer))
                    self.count += 1
            except OSError as error:
                self.failures.append((address, error))

    def finish(self):
        self.stopping = True
        for thread in self.threads:
            thread.join()
        assert not self.failures, f"{len(self.failures)} of {self.count} lost: {self.failures[:3]}"
        assert self.count > 0


def test_no_connection_is_lost_in_reloads():
    one = Instance()
    load = Load(one)
    for _ in range(10):
        one.reload()
    until(lambda: not one.workers()["old"], "the end of the old workers")
    load.finish()
    assert one.stop() in (0, 143)


def test_sockets_go_to_a_process_started_with_x():
    one = Instance(master=False)
    until(lambda: "Version" in ask(one.folder + "/stats", "show info"), "the first process")
    load = Load(one)
    for _ in range(5):
        old = one.process
        one.process = one.start(["-db"], ["-x", one.folder + "/stats", "-sf", str(old.pid)])
        assert old.wait(20) == 0
        until(lambda: f"Pid: {one.process.pid}" in ask(one.folder + "/stats", "show info"), "the next process")
    load.finish()
    one.stop()


def test_a_wrong_configuration_leaves_the_worker():
    one = Instance()
    before = one.workers()["current"]
    with open(one.config) as f:
        good = f.read()
    one.write(good + "  nonsense\n")
    one.reload("STATUS=Reload failed")
    assert one.workers()["current"] == before
    assert "[failed: 1]" in ask(one.cli, "show proc")
    assert "unknown keyword 'nonsense'" in one.text() and "Loading failure!" in one.text()
    load = Load(one)
    until(lambda: load.count > 10, "answers")
    load.finish()
    one.write(good)
    one.reload()
    until(lambda: one.workers()["current"] not in ([], before), "a new worker")
    assert "[failed: 0]" in ask(one.cli, "show proc")
    one.stop()


def test_a_port_that_is_taken_leaves_the_worker():
    one = Instance()
    before = one.workers()["current"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with open(one.config) as f:
            good = f.read()
        one.write(good + f"  bind 127.0.0.1:{taken.getsockname()[1]}\n")
        one.reload("STATUS=Reload failed")
        assert one.workers()["current"] == before
    one.reload()
    one.stop()


def test_a_killed_worker_ends_the_master():
    one = Instance()
    os.kill(one.workers()["current"][0], signal.SIGKILL)
    assert one.process.wait(20) == 137
    assert "exited with code 137 (Killed)" in one.text()


def test_a_worker_ends_with_its_master():
    one = Instance()
    one.process.kill()
    one.process.wait()
    refused = lambda: socket.socket().connect_ex(("127.0.0.1", one.port)) != 0
    until(refused, "the end of the worker")


def test_the_master_passes_commands_on():
    one = Instance()
    pid = one.workers()["current"][0]
    assert f"Pid: {pid}" in ask(one.cli, "@1 show info")
    assert ask(one.cli, f"@!{pid} show info;@1 show info").count(f"Pid: {pid}") == 2
    assert ask(one.cli, "@1;show info;show info").count(f"Pid: {pid}") == 2
    assert ask(one.cli, "@!1 show info").startswith("Can't find the target PID matching the prefix '@!1'")
    assert "current worker" not in ask(one.cli, "reload").lower()
    one.await_state("STATUS=Ready")
    assert one.workers()["current"] != [pid]
    one.stop()


def test_descriptors_do_not_pile_up():
    one = Instance()
    one.reload()
    until(lambda: not one.workers()["old"], "the end of the old worker")
    before = len(os.listdir(f"/proc/{one.process.pid}/fd"))
    for _ in range(5):
        one.reload()
    until(lambda: not one.workers()["old"], "the end of the old workers")
    assert len(os.listdir(f"/proc/{one.process.pid}/fd")) <= before
    one.stop()


def test_a_daemon_by_its_configuration_stays_with_its_service_manager():
    instance = Instance(extra="daemon")
    assert instance.process.poll() is None, "it went into the background"
    instance.reload("READY=1")
    assert instance.process.poll() is None, "it went into the background"
    instance.stop()


def test_a_daemon_by_its_command_line_goes_into_the_background():
    instance = Instance(master=False)
    instance.stop()
    pid_file = instance.folder + "/pid"
    for options in ["-D"], ["-D", "-db"], ["-D", "-W"], ["-D", "-Ws"]:
        process = instance.start([*options, "-p", pid_file])
        assert process.wait(20) == 0, options
        pid = until(lambda: int(open(pid_file).read() or 0), "its number")
        try: until(lambda: ask(instance.cli[:-6] + "stats", "show info"), f"an answer with {options}")
        finally: os.kill(pid, signal.SIGTERM)
        until(lambda: not os.path.exists(f"/proc/{pid}") or "State:\tZ" in open(f"/proc/{pid}/status").read(), "its end")
        os.unlink(pid_file)


def test_stick_tables_survive_a_reload():
    # Who ends teaches who follows (section 3.5 of the manual), over the port of the local peer.
    one = Instance(arguments=["-L", "me"])
    with open(one.config) as file: text = file.read()
    one.write(text + f"peers p\n  peer me 127.0.0.1:{free_port()}\n  table t type string len 20 size 10k store gpc0\n")
    one.reload()
    until(lambda: not one.workers()["old"], "the end of the worker without a table")
    for key in range(500): assert ask(one.folder + "/stats", f"set table p/t key k{key} data.gpc0 {key}") == ""
    one.reload()
    until(lambda: not one.workers()["old"], "the end of the old worker")
    until(lambda: "used:500" in ask(one.folder + "/stats", "show table"), "the entries")
    assert "gpc0=77" in ask(one.folder + "/stats", "show table p/t key k77")
    one.stop()


# HAProxy 2.6 dies of a pause with an abstract socket.
PAUSABLE = CONFIG.replace("  bind abns@weir-{port}\n", "")


def answers(instance):
    """whether the port takes a client, and whether the local socket does"""
    found = []
    for family, address in (socket.AF_INET, ("127.0.0.1", instance.port)), (socket.AF_UNIX, instance.folder + "/f.sock"):
        with socket.socket(family) as s:
            s.settimeout(5)
            try:
                s.connect(address)
                s.sendall(b"GET /alive HTTP/1.0\r\n\r\n")
                found.append(b" 200 " in s.recv(100))
            except (ConnectionRefusedError, ConnectionResetError, FileNotFoundError): found.append(False)
    return found


def test_a_frontend_that_is_paused_refuses_clients():
    instance = Instance(master=False, config=PAUSABLE)
    stats = instance.folder + "/stats"
    # The thread that answers this is the one that takes signals.
    until(lambda: "Version" in ask(stats, "show info"), "the start")
    until(lambda: answers(instance) == [True, True], "an answer")
    instance.process.send_signal(signal.SIGTTOU)
    until(lambda: answers(instance) == [False, True], "the pause")
    instance.process.send_signal(signal.SIGTTIN)
    until(lambda: answers(instance) == [True, True], "the end of the pause")
    ask(stats, "disable frontend f")
    until(lambda: answers(instance) == [False, True], "the second pause")
    ask(stats, "enable frontend f")
    until(lambda: answers(instance) == [True, True], "its end")
    ask(stats, "shutdown frontend f")
    until(lambda: answers(instance) == [False, False], "the shutdown")
    instance.stop()


def test_sighup_tells_the_states():
    instance = Instance(master=False, config=PAUSABLE)
    until(lambda: "Version" in ask(instance.folder + "/stats", "show info"), "the start")
    until(lambda: answers(instance) == [True, True], "an answer")
    instance.process.send_signal(signal.SIGHUP)
    end = r"dumping servers states\.\n.*Proxy f has no servers\. Conn: act\(FE\+BE\): \d\+0, 0 pend \(0 unass\), tot\(FE\+BE\): 2\+0\."
    until(lambda: re.search(end, re.sub(r".*GLOBAL.*\n", "", instance.text())), "the states")
    instance.stop()


def test_sigusr1_lets_everybody_finish():
    one = Instance()
    one.process.send_signal(signal.SIGUSR1)
    assert one.process.wait(20) == 0


run(tests_in(globals()), sys.argv[2:], end_all)
