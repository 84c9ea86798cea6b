"""What the tests of this folder share: asking a program over its socket, waiting until something is so."""
import socket
import time


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(type=kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def until(condition, what, seconds=20):
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
        s.settimeout(10)
        s.connect(path)
        s.sendall(text.encode() + b"\n")
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := s.recv(65536): answer += chunk
        return answer.decode("latin1").strip()


def ask_softly(path, text):
    """the same, but nothing where nobody answers"""
    try: return ask(path, text)
    except OSError: return ""
