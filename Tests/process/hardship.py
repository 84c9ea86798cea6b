#!/usr/bin/env python3
"""Tests of processes in hard times: workers killed at any moment, and full disks under the files that they write.

usage: Tests/process/hardship.py BINARY
"""
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

from running import Absent, ask_softly, free_port, run, until

PROGRAM = os.path.abspath(sys.argv[1])
CONFIG = """global
  stats socket {folder}/stats level admin expose-fd listeners
  {more}
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:{port}
  bind unix@{folder}/f.sock
  http-request return status 200
"""


class Instance:
    def __init__(self, more="", port=None):
        self.holder = tempfile.TemporaryDirectory()
        self.folder, self.port, self.processes = self.holder.name, port or free_port(), []
        self.config = os.path.join(self.folder, "weir.cfg")
        with open(self.config, "w") as file: file.write(CONFIG.format(folder=self.folder, port=self.port, more=more))

    def start(self, *arguments):
        process = subprocess.Popen([PROGRAM, "-f", self.config, *arguments], stderr=subprocess.PIPE, text=True)
        self.processes.append(process)
        return process

    def serves(self):
        with socket.create_connection(("127.0.0.1", self.port), 2) as client:
            client.settimeout(2)
            client.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return client.recv(12).endswith(b"200")

    def stop(self):
        for process in self.processes:
            if process.poll() is None: process.kill()
            process.wait()
            process.stderr.close()
        self.holder.cleanup()

    def __enter__(self): return self
    def __exit__(self, *_): self.stop()


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file: return [int(word) for word in file.read().split()]
    except OSError: return []


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as file: return file.read().rsplit(") ", 1)[1][0] != "Z"
    except OSError: return False


def killed_at_any_moment():
    """the master ends with its worker, nothing stays behind, and the next start serves at once"""
    random.seed(4)
    port = free_port()
    for round in range(12):
        with Instance(port=port) as one:
            master = one.start("-W", "-S", one.folder + "/master")
            if round % 3: until(one.serves, "service")
            else: until(lambda: children(master.pid), "a worker")
            workers = children(master.pid)
            if round % 2: master.send_signal(signal.SIGUSR2)
            time.sleep(random.random() * 0.15)
            killed = (children(master.pid) or workers)[-1]
            everybody = set(workers) | set(children(master.pid))
            try: os.kill(killed, signal.SIGKILL)
            except ProcessLookupError: pass
            until(lambda: master.poll() is not None or children(master.pid) and one.serves(), "the end, or another worker")
            if master.poll() is None: master.terminate()
            master.wait(20)
            until(lambda: not any(is_running(pid) for pid in everybody), "the end of all workers")


def killed_alone():
    """a daemon that was killed leaves nothing that keeps the next one from starting"""
    with Instance() as one:
        for _ in range(4):
            process = one.start("-db")
            until(one.serves, "service")
            process.kill()
            process.wait()


def clients_of_a_killed_worker():
    """whoever was being served sees the connection end, and does not wait for ever"""
    with Instance() as one:
        process = one.start("-db")
        until(one.serves, "service")
        clients = [socket.create_connection(("127.0.0.1", one.port)) for _ in range(50)]
        for client in clients: client.sendall(b"GET / HTTP/1.1\r\n")
        until(lambda: "CurrConns: 50" in ask_softly(one.folder + "/stats", "show info"), "connections")
        process.kill()
        process.wait()
        for client in clients:
            client.settimeout(5)
            try: assert client.recv(10) == b""
            except ConnectionError: pass
            client.close()


class FullDisk:
    """a folder without room; needs the right to mount, in a name space of one's own"""
    def __enter__(self):
        self.folder = tempfile.mkdtemp()
        made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=50", "tmpfs", self.folder], stderr=subprocess.DEVNULL)
        if made.returncode:
            os.rmdir(self.folder)
            raise Absent("nothing can be mounted here")
        try:
            with open(self.folder + "/fill", "wb", 0) as file:
                while True: file.write(b"x" * 4096)
        except OSError: pass
        return self.folder

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.folder])
        os.rmdir(self.folder)


def full_disk_under_the_pid_file():
    """what cannot be written is told, and the service goes on"""
    with FullDisk() as full, Instance(f"pidfile {full}/pid") as one:
        master = one.start("-W")
        until(one.serves, "service")
        master.terminate()
        said = master.communicate(timeout=20)[1]
        assert f"Cannot write pidfile {full}/pid: No space left on device" in said, said


def no_place_for_the_pid_file():
    """what cannot even be made is an error"""
    with Instance("pidfile /nonexistent/pid") as one:
        for arguments in (["-W"], ["-D"]):
            process = one.start(*arguments)
            said = process.communicate(timeout=20)[1]
            assert process.returncode == 1 and "Cannot create pidfile /nonexistent/pid" in said, (arguments, process.returncode, said)


def full_disk_under_the_state_file():
    """a state file that was cut off by a full disk leaves the servers as the configuration has them"""
    with FullDisk() as full:
        path = full + "/state"
        with open(path, "wb", 0) as file:
            try: file.write(b"1\n# be_id be_name srv_id srv_name\n2 b 1 s1 127.0.0.1 0 1")
            except OSError: pass
        with Instance(f"server-state-file {path}") as one:
            with open(one.config, "a") as file: file.write("backend b\n  load-server-state-from-file global\n  server s1 127.0.0.1:1\n")
            one.start("-db")
            until(one.serves, "service")
            states = ask_softly(one.folder + "/stats", "show servers state b")
            assert " s1 127.0.0.1 2 0 " in states, states


def full_disk_under_the_log():
    """lines that a full disk cannot take are lost and counted, and nobody waits for them"""
    with FullDisk() as full, open(full + "/log", "w") as log:
        with Instance("log stderr format raw local0") as one:
            with open(one.config, "a") as file: file.write("frontend g\n  log global\n  option httplog\n  bind unix@" + one.folder + "/g.sock\n  http-request return status 200\n")
            process = subprocess.Popen([PROGRAM, "-f", one.config, "-db", "-q"], stderr=log)
            try:
                until(one.serves, "service")
                for _ in range(20):
                    with socket.socket(socket.AF_UNIX) as client:
                        client.connect(one.folder + "/g.sock")
                        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
                        assert client.recv(12).endswith(b"200")
                until(lambda: "DroppedLogs: 20" in ask_softly(one.folder + "/stats", "show info"), "the count of what was lost")
            finally:
                process.kill()
                process.wait()


if os.getuid() == 0 and "WEIR_OWN_MOUNTS" not in os.environ:
    # What is mounted goes with this process, whatever becomes of it.
    done = subprocess.run(["unshare", "-m", sys.executable, *sys.argv], env=dict(os.environ, WEIR_OWN_MOUNTS="1"))
    if done.returncode in (0, 1): sys.exit(done.returncode)

run([killed_at_any_moment, killed_alone, clients_of_a_killed_worker, no_place_for_the_pid_file, full_disk_under_the_pid_file,
     full_disk_under_the_state_file, full_disk_under_the_log])
