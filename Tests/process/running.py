"""What the tests of this folder share: asking a program over its socket, waiting until something is so, and the run of a
file's tests."""
import resource
import socket
import sys
import time
import traceback


# A user's soft limit of descriptors is too low for some.
HARD = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (min(HARD, 65536), HARD))


class Absent(Exception):
    """what a test needs is not here: it is skipped, saying so"""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what, seconds=30):
    """the first value of `condition` that counts as true; what cannot be reached yet is none"""
    end = time.time() + seconds
    while time.time() < end:
        try:
            if value := condition(): return value
        except OSError: pass
        time.sleep(0.02)
    raise AssertionError("never came: " + what)


def ask(path, text):
    """the answer of a runtime API or a master; raises OSError where nobody answers"""
    with socket.socket(socket.AF_UNIX) as s:
        # With a time limit a connect would not wait for a place in a full backlog.
        s.connect(path)
        s.settimeout(30)
        s.sendall(text.encode() + b"\n")
        # A master waits for more otherwise.
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := s.recv(65536): answer += chunk
        return answer.decode("latin1").strip()


def ask_softly(path, text):
    """the same, but nothing where nobody answers"""
    try: return ask(path, text)
    except OSError: return ""


def resident(pid):
    """memory in use, in kB"""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))


def tests_in(names):
    """the functions of a file whose names begin with test_"""
    return [value for name, value in names.items() if name.startswith("test_")]


def run(tests, words=(), clear=lambda: None):
    """Runs each test whose name has all the words: a function, or (name, function, arguments...). What one returns is told.

    Ends the program; the last line is "N passed, N failed[, N skipped]".
    """
    counts = dict.fromkeys(("ok", "FAILED", "skipped:"), 0)
    for test in tests:
        name, function, *arguments = test if isinstance(test, tuple) else (test.__name__, test)
        if not all(word in name for word in words): continue
        start, verdict = time.time(), "ok"
        try: text = function(*arguments) or ""
        except Absent as reason: verdict, text = "skipped:", str(reason)
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[1].lineno
            verdict, text = "FAILED", f"line {line}: {type(error).__name__} {error}"
        clear()
        counts[verdict] += 1
        print(f"{verdict:7} {name}, {time.time() - start:.1f} s" + f": {text}" * bool(text), flush=True)
    passed, failed, skipped = counts.values()
    print(f"{passed} passed, {failed} failed" + f", {skipped} skipped" * bool(skipped))
    sys.exit(failed != 0)
