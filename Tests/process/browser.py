"""A headless chromium, driven over its DevTools protocol with nothing but the standard library."""
import base64
import json
import os
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request


class DevTools:
    """The WebSocket of one page."""

    def __init__(self, url):
        place, path = url.removeprefix("ws://").split("/", 1)
        host, port = place.split(":")
        self.socket = socket.create_connection((host, int(port)), 20)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /{path} HTTP/1.1\r\nHost: {place}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest: self.rest += self.socket.recv(4096)
        self.rest = self.rest.split(b"\r\n\r\n", 1)[1]
        self.number = 0
        self.events = []

    def take(self, count):
        while len(self.rest) < count:
            part = self.socket.recv(1 << 20)
            if not part: raise EOFError("chromium is gone")
            self.rest += part
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def receive(self):
        message = b""
        while True:
            first, second = self.take(2)
            length = second & 127
            if length == 126: length, = struct.unpack(">H", self.take(2))
            elif length == 127: length, = struct.unpack(">Q", self.take(8))
            message += self.take(length)
            if first & 128: return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        text = json.dumps({"id": self.number, "method": method, "params": parameters}).encode()
        mask = os.urandom(4)
        size = bytes([128 | len(text)]) if len(text) < 126 else bytes([254]) + struct.pack(">H", len(text))
        self.socket.sendall(b"\x81" + size + mask + bytes(byte ^ mask[i & 3] for i, byte in enumerate(text)))
        while True:
            answer = self.receive()
            if answer.get("id") != self.number:
                self.events.append(answer)
                continue
            if "error" in answer: raise RuntimeError(answer["error"])
            return answer["result"]


class Browser:
    KEYS = {"Tab": (9, ""), "Enter": (13, "\r"), " ": (32, " "), "ArrowDown": (40, ""), "Backspace": (8, "")}

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.process = subprocess.Popen(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0",
             f"--user-data-dir={self.folder.name}", "about:blank"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        path = os.path.join(self.folder.name, "DevToolsActivePort")
        deadline = time.monotonic() + 60
        while not (os.path.exists(path) and "\n" in open(path).read()):
            if time.monotonic() > deadline: raise TimeoutError("chromium does not start")
            time.sleep(0.05)
        port = open(path).read().split()[0]
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json"))
        self.tools = DevTools(next(p for p in pages if p["type"] == "page")["webSocketDebuggerUrl"])
        for domain in ("Page", "Runtime", "Log"): self.tools.call(domain + ".enable")
        self.call = self.tools.call

    def wait(self, name="Page.loadEventFired"):
        deadline = time.monotonic() + 30
        while not any(event.get("method") == name for event in self.tools.events):
            if time.monotonic() > deadline: raise TimeoutError(name)
            self.evaluate("1")
        self.tools.events = [e for e in self.tools.events if e.get("method") != name]

    def open(self, address):
        self.call("Page.navigate", url=address)
        self.wait()

    def evaluate(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in result: raise RuntimeError(result["exceptionDetails"])
        return result["result"].get("value")

    def press(self, key):
        code, text = self.KEYS.get(key, (ord(key[0].upper()), key))
        what = {"key": key, "windowsVirtualKeyCode": code}
        self.call("Input.dispatchKeyEvent", type="keyDown", **what, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **what)

    def tab_to(self, condition):
        """presses Tab until the element `e` with the focus is as it should be"""
        for _ in range(200):
            self.press("Tab")
            if self.evaluate(f"(e => !!({condition}))(document.activeElement)"): return
        raise AssertionError(f"Tab never comes to {condition}")

    def focus(self, selector):
        """without scripts of the page"""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.focus", nodeId=node)

    def html(self, selector):
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        return self.call("DOM.getOuterHTML", nodeId=node)["outerHTML"] if node else ""

    def prefer(self, scheme):
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def end(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()
