#!/usr/bin/env python3
"""`program` sections: what a master runs beside its worker, over reloads and to its end.

usage: Tests/process/programs.py PROGRAM      (Weir, or HAProxy itself)
The last line is "N passed, N failed".
"""
import os
import pwd
import re
import signal
import subprocess
import sys
import tempfile

from running import ask, run, until

PROGRAM = os.path.abspath(sys.argv[1])
# Only root can give a program another user.
IS_ROOT = os.geteuid() == 0
USER = "user nobody\n  group nogroup" if IS_ROOT else ""
WHO = "nobody" if IS_ROOT else pwd.getpwuid(os.geteuid()).pw_name
CONFIG = """global
  {extra}
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend f
  bind unix@{folder}/f
program again
  command sh -c "echo again >>{folder}/log; exec sleep 1000"
program once
  no option start-on-reload
  command sleep 1000
program asks
  option start-on-reload
  {user}
  command sh -c "id -un >>{folder}/who; exec sleep 1000"
"""


class Master:
    def __init__(self, extra=""):
        self.folder = tempfile.TemporaryDirectory()
        os.chmod(self.folder.name, 0o777)
        self.socket = os.path.join(self.folder.name, "master")
        config = os.path.join(self.folder.name, "weir.cfg")
        with open(config, "w") as file: file.write(CONFIG.format(folder=self.folder.name, extra=extra, user=USER))
        self.messages = open(os.path.join(self.folder.name, "messages"), "w+")
        self.process = subprocess.Popen([PROGRAM, "-W", "-S", self.socket, "-f", config], stderr=self.messages)

    def __enter__(self):
        until(lambda: len(self.programs()) == 3, "three programs")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try: self.process.wait(10)
        except subprocess.TimeoutExpired: self.process.kill()
        self.folder.cleanup()

    def ask(self, text): return ask(self.socket, text)

    def programs(self):
        """name and pid of the programs, without those of before"""
        try: text = self.ask("show proc")
        except OSError: return {}
        part = text.split("# programs\n")[1].split("# old")[0]
        return {name: int(pid) for pid, name in re.findall(r"^(\d+)\s+(\S+)", part, re.M)}

    def said(self):
        with open(self.messages.name) as file: return file.read()

    def lines(self, name):
        try:
            with open(os.path.join(self.folder.name, name)) as file: return file.read().split()
        except OSError: return []


def gone(pid):
    try: os.kill(pid, 0)
    except OSError: return True
    return False


def run_beside_the_worker():
    with Master() as master:
        until(lambda: master.lines("log") == ["again"], "its line")
        until(lambda: master.lines("who") == [WHO], "its user")
        assert "New program 'again'" in master.said()


def reload_starts_those_that_ask():
    with Master() as master:
        before = master.programs()
        try: master.ask("reload")
        except OSError: pass
        def renewed():
            now = master.programs()
            return set(now) == {"again", "asks"} and now["again"] != before["again"]
        until(renewed, "the new programs")
        for pid in before.values(): until(lambda: gone(pid), "the end of the old programs")
        until(lambda: master.lines("log") == ["again"] * 2, "its second line")
        until(lambda: "Former program 'once'" in master.said(), "the message")


def end_takes_them_along():
    with Master() as master:
        pids = master.programs().values()
        master.process.terminate()
        assert master.process.wait(10) in (0, 143)
        assert all(gone(pid) for pid in pids)


def terminated_is_no_failure():
    with Master() as master:
        pid = master.programs()["again"]
        os.kill(pid, signal.SIGTERM)
        until(lambda: set(master.programs()) == {"once", "asks"}, "it to be gone")
        assert "Current program 'again'" in master.said()


def failure_ends_all():
    with Master() as master:
        os.kill(master.programs()["again"], signal.SIGKILL)
        assert master.process.wait(10) != 0
        assert "exit-on-failure" in master.said()


run([run_beside_the_worker, reload_starts_those_that_ask, end_takes_them_along, terminated_is_no_failure, failure_ends_all])
