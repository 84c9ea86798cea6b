#!/usr/bin/env python3
"""Takes the pictures of the statistics page that are in docs, with Debian's chromium: a small site with some traffic, a
server that is down, one in maintenance, one that is drained.

usage: Tests/process/pictures.py PROGRAM FOLDER [SECONDS]      (of traffic, 90 when not given)
"""
import base64
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from browser import Browser
from running import ask, free_port, until

PROGRAM, FOLDER = os.path.abspath(sys.argv[1]), sys.argv[2]
SECONDS = int(sys.argv[3]) if len(sys.argv) > 3 else 90
DEFAULTS = """defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 5s
"""
ORIGINS = DEFAULTS + """frontend origin
  bind {folder}/origin.sock
  http-request return status 503 if {{ path /health }} {{ hdr(host) ill }}
  http-request return status 404 if {{ path_beg /missing }}
  http-request return status 200 content-type text/plain string "{text}"
"""
CONFIG = """global
  stats socket {folder}/stats level admin
  node lb-1
""" + DEFAULTS + """frontend web
  bind 127.0.0.1:{port}
  use_backend api if {{ path_beg /api }}
  default_backend shop
frontend status
  bind 127.0.0.1:{page}
  stats enable
  stats uri /
  stats show-node
  stats show-legends
  stats admin if TRUE
backend shop
  balance roundrobin
  option httpchk GET /health
  default-server check inter 500ms
  server web-1 unix@{folder}/origin.sock weight 10
  server web-2 unix@{folder}/origin.sock weight 10
  server web-3 127.0.0.1:1 weight 10
  server web-4 unix@{folder}/origin.sock weight 5
  server spare unix@{folder}/origin.sock backup
backend api
  balance leastconn
  default-server check inter 500ms
  server api-1 unix@{folder}/origin.sock
  server api-2 unix@{folder}/origin.sock
"""


def traffic(port, stopping):
    turn = 0
    while not stopping.is_set():
        turn += 1
        for path in ["/", "/api/items", "/missing"][: 1 + turn % 3]:
            try: urllib.request.urlopen(f"http://127.0.0.1:{port}{path}").read()
            except OSError: pass
        stopping.wait(0.02 + 0.1 * (turn // 40 % 4))


def take(browser, name, height=None):
    """the whole page, or its first `height` pixels"""
    browser.evaluate("scrollTo(0, 0)")
    size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
    clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height or 10000), "scale": 1}
    data = browser.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
    with open(os.path.join(FOLDER, name), "wb") as file: file.write(base64.b64decode(data))


def screen(browser, width):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)


with tempfile.TemporaryDirectory() as folder:
    port, page = free_port(), free_port()
    values = {"folder": folder, "port": port, "page": page, "text": "hello " * 300}
    programs, stopping, browser = [], threading.Event(), None
    try:
        for name, text in ("origins", ORIGINS), ("site", CONFIG):
            path = os.path.join(folder, name + ".cfg")
            with open(path, "w") as file: file.write(text.format(**values))
            programs.append(subprocess.Popen([PROGRAM, "-q", "-db", "-f", path]))
        until(lambda: ask(folder + "/stats", "show version"), "the socket")
        ask(folder + "/stats", "set server shop/web-2 state drain; set server api/api-2 state maint")
        threads = [threading.Thread(target=traffic, args=(port, stopping)) for _ in range(3)]
        for thread in threads: thread.start()
        time.sleep(SECONDS)
        address, browser = f"http://127.0.0.1:{page}/", Browser()
        screen(browser, 1280)
        browser.prefer("light")
        browser.open(address)
        take(browser, "stats-light.png")
        browser.tab_to("e.id == 'filter'")
        for key in "api": browser.press(key)
        take(browser, "stats-filter.png")
        browser.prefer("dark")
        browser.open(address)
        browser.tab_to("e.name == 's' && e.value == 'web-4'")
        browser.press(" ")
        browser.tab_to("e.tagName == 'SELECT'")
        for _ in range(3): browser.press("ArrowDown")
        browser.tab_to("e.tagName == 'BUTTON'")
        browser.press("Enter")
        browser.wait()
        take(browser, "stats-dark.png")
        browser.prefer("light")
        screen(browser, 400)
        browser.open(address)
        take(browser, "stats-narrow.png", 1400)
    finally:
        stopping.set()
        if browser: browser.end()
        for program in programs:
            program.kill()
            program.wait()
