#!/usr/bin/env python3
"""The page of statistics in a real browser (Debian's chromium, headless), by keyboard. Skips where it is absent.

usage: Tests/process/page.py PROGRAM
The last line is "N passed, N failed".
"""
import os
import shutil
import subprocess
import sys
import tempfile

from browser import Browser
from running import Absent, ask, free_port, run, until

PROGRAM = os.path.abspath(sys.argv[1])
CONFIG = """global
  stats socket {folder}/stats level admin
defaults
  mode http
  timeout connect 5s
  timeout client 20s
  timeout server 5s
frontend web
  bind 127.0.0.1:{port}
  stats enable
  stats uri /
  stats admin if TRUE
  default_backend shop
backend shop
  server first 127.0.0.1:1 weight 10
  server second 127.0.0.1:2 weight 30
  server third 127.0.0.1:3 weight 20
backend other
  server alone 127.0.0.1:4
"""
SHOP = "section.px[data-name=shop]"
ORDER = f"[...document.querySelectorAll('{SHOP} tr.sv th')].map(h => h.textContent.match(/first|second|third/)[0]).join()"


def in_browser(test):
    if not shutil.which("chromium"): raise Absent("chromium is not installed")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        path = os.path.join(folder, "weir.cfg")
        with open(path, "w") as file: file.write(CONFIG.format(folder=folder, port=port))
        process = subprocess.Popen([PROGRAM, "-q", "-f", path])
        browser = None
        try:
            until(lambda: ask(folder + "/stats", "show version"), "the socket")
            browser = Browser()
            test(browser, f"http://127.0.0.1:{port}/", lambda: state(folder))
        finally:
            if browser: browser.end()
            process.kill()
            process.wait()


def state(folder):
    """the administrative state of the first server of `shop`"""
    lines = ask(folder + "/stats", "show servers state shop").split("\n")
    return next(line for line in lines if " first " in line).split()[6]


def focus(browser, address, _):
    for scheme in ("light", "dark"):
        browser.prefer(scheme)
        browser.open(address)
        seen = set()
        for _ in range(50):
            browser.press("Tab")
            name, outline, visible = browser.evaluate(
                "(e => [e.tagName, getComputedStyle(e).outlineStyle, e.matches(':focus-visible')])(document.activeElement)")
            seen.add(name)
            assert name == "BODY" or (visible and outline != "none"), f"{scheme}: the focus on {name} is not seen"
        assert {"A", "BUTTON", "INPUT", "SELECT", "DIV"} <= seen, seen
    # Nothing is blocked by the page's policy, and no script fails.
    said = [e for e in browser.tools.events if e.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown")]
    assert not said, said


def sort(browser, address, _):
    browser.open(address)
    browser.tab_to(f"e.tagName == 'BUTTON' && e.textContent == 'Wght' && e.closest('{SHOP}')")
    browser.press("Enter")
    assert browser.evaluate(ORDER) == "second,third,first", browser.evaluate(ORDER)
    assert browser.evaluate("document.activeElement.closest('th').getAttribute('aria-sort')") == "descending"
    browser.press(" ")
    assert browser.evaluate(ORDER) == "first,third,second", browser.evaluate(ORDER)


def filter_rows(browser, address, _):
    browser.open(address)
    browser.tab_to("e.id == 'filter'")
    for key in "thir": browser.press(key)
    shown = "[...document.querySelectorAll('tr.sv')].filter(r => r.offsetParent).length"
    assert browser.evaluate(shown) == 1, browser.evaluate(shown)
    for _ in "thir": browser.press("Backspace")
    assert browser.evaluate(shown) == 4, browser.evaluate(shown)


def administer(browser, address, state):
    browser.open(address)
    browser.tab_to(f"e.name == 's' && e.closest('{SHOP}')")
    browser.press(" ")
    browser.tab_to(f"e.tagName == 'SELECT' && e.closest('section')?.dataset.name == 'shop'")
    for _ in range(3): browser.press("ArrowDown")
    assert browser.evaluate("document.activeElement.value") == "maint", browser.evaluate("document.activeElement.value")
    browser.tab_to("e.tagName == 'BUTTON'")
    browser.press("Enter")
    browser.wait()
    assert "st=DONE" in browser.evaluate("location.href"), browser.evaluate("location.href")
    assert state() == "1", state()


def without_scripts(browser, address, state):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    browser.open(address)
    browser.focus(f"{SHOP} input[name=s]")
    browser.press(" ")
    browser.focus(f"{SHOP} select")
    for _ in range(2): browser.press("ArrowDown")
    browser.press("Tab")
    browser.press("Enter")
    browser.wait()
    assert "success" in browser.html(".notice"), browser.html(".notice")
    assert state() == "8", state()


def from_another_site(browser, address, state):
    browser.open("data:text/html,<form method=post></form>")
    browser.evaluate(f"""{{const f = document.forms[0]; f.action = '{address}';
      for (const [n, v] of [['s', 'first'], ['action', 'maint'], ['b', 'shop']]) {{
        const i = document.createElement('input'); i.name = n; i.value = v; f.append(i)}}
      f.submit()}}""")
    browser.wait()
    assert "st=DENY" in browser.evaluate("location.href"), browser.evaluate("location.href")
    assert state() == "0", state()


def narrow(browser, address, _):
    browser.call("Emulation.setDeviceMetricsOverride", width=400, height=800, deviceScaleFactor=1, mobile=False)
    browser.open(address)
    assert browser.evaluate("document.documentElement.scrollWidth") <= 400


run([("the focus is seen, light and dark", in_browser, focus), ("sorted by keyboard", in_browser, sort),
     ("filtered", in_browser, filter_rows), ("a server put into maintenance", in_browser, administer),
     ("a server drained without scripts", in_browser, without_scripts),
     ("an action from another site", in_browser, from_another_site), ("a narrow screen", in_browser, narrow)])
