"""Compares the answers of both masters' sockets, and what both masters say when a configuration is read anew. Used by
run.py. Numbers of processes, times, versions and what each program says in its own words do not count."""
import os
import re
import signal
import subprocess
import tempfile
import time

import runtime_diff

CONFIG = """global
 hard-stop-after 20s
defaults
 mode http
 timeout connect 1s
 timeout client 10s
 timeout server 10s
frontend f
 bind unix@FOLDER/f
 default_backend b
backend b
 server s1 127.0.0.1:1
program sleeper
 command sleep 100
"""
BAD = CONFIG.replace("mode http", "mode htt")

# A line each, "\\n" within it a further line to the same session.
COMMANDS = r"""
show proc
@1 show version
@!0 show version
@2 show version
@-1 show version
@+1 show version
@01 show version
@1x show version
@masterx show version
@x show version
@!99999 show version
@!abc show version
@sleeper show version
@@1 show version
@master show proc
@master help
help
help show
help show cli
help reload
help nothing
@1 help prompt
@ show info
@1 nosuch server
@1 show nosuch
show nosuch
show
@1\nshow cli level
@1; show proc
@1 show version; @master show version; show version
@1\nshow cli level\n@master\nshow proc
prompt\nshow version\n@1\nshow cli level\n@master show proc
expert-mode on; show startup-logs
show startup-logs
mcli-debug-mode on
show proc debug
show cli sockets
show cli level
operator; show cli level; @1 show cli level
user; show cli level; @1 show cli level
user; show proc
user; reload
operator; @1 disable server b/s1
user; @1 disable server b/s1
experimental-mode on
@1 set server b/s1 state maint\n@1 show servers state
@1 enable server b/s1; @1 show servers state
@1 expert-mode on; @1 debug dev fd
@1 set map x <<\na b\n\nshow proc
@1 add map <<\na b\n
@1 get var proc.x
show env
show info
show pools
show proc; show proc
@1 quit; show cli level
@master quit; show proc
quit; show proc
"""


def ask(path, data):
    """What comes until the end of a session that sends this and ends its direction."""
    return runtime_diff.ask(path, data, ends=True)


def normalise(text):
    text = re.sub(r"2\.6[-.][\w.+-]+", "VERSION", text)
    text = re.sub(r"^(  \S.{39,}?)\s*: .*$", r"\1", text, flags=re.M)  # a line of help: the command, not its text
    text = re.sub(r"path to executable is .*", "path to executable", text)
    return re.sub(r"[ -]+$", "", re.sub(r" +", " ", re.sub(r"\d+", "#", text)), flags=re.M)


def wait_for(condition):
    deadline = time.monotonic() + 15
    while not (found := condition()) and time.monotonic() < deadline: time.sleep(0.02)
    return found


def answer(path, data):
    """The answer, once there is a master that gives one: HAProxy's opens its socket anew after a reload."""
    def asked():
        try: return (ask(path, data),)
        except OSError: return None
    return (wait_for(asked) or ("nobody answers",))[0]


def told(path, words):
    try: return all(word in open(path, errors="replace").read() for word in words)
    except OSError: return False


def run(binary):
    with tempfile.TemporaryDirectory() as folder:
        config, path, messages = (os.path.join(folder, name) for name in ("config", "master", "messages"))

        def write(text):
            with open(config, "w") as file: file.write(text.replace("FOLDER", folder))

        write(CONFIG)
        with open(messages, "w") as stream:
            process = subprocess.Popen([os.path.abspath(binary), "-W", "-S", path, "-f", config], stderr=stream, cwd=folder)
        found = []
        try:
            wait_for(lambda: told(messages, ["Loading success"]))
            wait_for(lambda: "master" in answer(path, b"show proc\n"))
            for line in COMMANDS.strip().split("\n"):
                found.append((line, ask(path, line.replace("\\n", "\n").encode() + b"\n")))
            write(BAD)
            answer(path, b"reload\n")
            wait_for(lambda: told(messages, ["Loading failure"]))
            found.append(("show proc then", answer(path, b"show proc\n")))
            found.append(("prompt then", answer(path, b"prompt\nshow cli level\n")))
            write(CONFIG)
            answer(path, b"reload\n")
            wait_for(lambda: told(messages, ["Former worker"]) and "old" not in answer(path, b"show proc\n"))
            found.append(("show proc at last", answer(path, b"show proc\n")))
            process.send_signal(signal.SIGTERM)
            found.append(("exit status", str(process.wait(20))))
        finally:
            process.kill()
            process.wait()
        # Which of two processes ends first is chance, and HAProxy has proxies of its own to stop.
        lines = [line for line in normalise(open(messages).read()).split("\n") if "HTTPCLIENT" not in line]
        found.append(("messages", "\n".join(sorted(lines))))
        return [(name, normalise(answer).replace(normalise(folder), "FOLDER")) for name, answer in found]


def compare(weir, haproxy, only):
    passed = failed = 0
    for (name, ours), (_, theirs) in zip(run(weir), run(haproxy)):
        if only not in name: continue
        # Which commands are alike an unknown one is each program's own measure.
        if all("better match" in text for text in (ours, theirs)): ours = theirs = ""
        if ours == theirs: passed += 1
        else:
            failed += 1
            print(f"master: {name}\n--- haproxy\n{theirs}\n--- weir\n{ours}\n", flush=True)
    return passed, failed
