#!/usr/bin/env python3
"""What operators use: hatop on the socket, prometheus-haproxy-exporter on socket and page, Prometheus on the exporter
inside. Skips what is absent.

usage: Tests/process/tools.py PROGRAM      (Weir, or HAProxy itself)
The last line is "N passed, N failed".
"""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import urllib.parse
import urllib.request

from running import Absent, ask, free_port, run, until

PROGRAM = os.path.abspath(sys.argv[1])
CONFIG = """global
  stats socket {folder}/stats level admin
  stats timeout 10s
defaults
  mode http
  timeout connect 5s
  timeout client 5s
  timeout server 5s
frontend web
  bind 127.0.0.1:{port}
  stats enable
  stats uri /stats
  monitor-uri /alive
  http-request use-service prometheus-exporter if {{ path /metrics }}
  use_backend round if {{ path /round }}
  default_backend origin
backend round
  http-request set-path /alive
  server itself 127.0.0.1:{port}
backend origin
  server first 127.0.0.1:1 weight 10
  server second 127.0.0.1:2
"""


def exporter(address):
    port = free_port()
    process = subprocess.Popen(["prometheus-haproxy-exporter", f"--haproxy.scrape-uri={address}",
                                f"--web.listen-address=127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        def scrape(): return urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
        text = until(lambda: (t := scrape()) if "haproxy_up" in (t := scrape()) else None, "metrics")
        assert "haproxy_up 1" in text, re.findall(r"haproxy_up.*", text)
        assert "haproxy_exporter_csv_parse_failures_total 0" in text, re.findall(r".*parse_failures.*", text)
        for line in ('haproxy_server_up{backend="origin",server="first"} 1',
                     'haproxy_server_weight{backend="origin",server="first"} 10', 'haproxy_frontend_current_sessions{frontend="web"}',
                     'haproxy_backend_up{backend="origin"} 1'):
            assert line in text, line
    finally:
        process.kill()
        process.wait()


def by_socket(folder, port): exporter(f"unix:{folder}/stats")


def by_page(folder, port): exporter(f"http://127.0.0.1:{port}/stats;csv")


# HAProxy's own, and the only one.
LINT = 'haproxy_process_failed_resolutions counter metrics should have "_total" suffix'


def prometheus(folder, port):
    """scrapes the exporter, and answers questions about it; promtool finds nothing but what it finds of HAProxy's"""
    site, is_weir = f"http://127.0.0.1:{port}", "weir" in ask(folder + "/stats", "show info")
    for _ in range(20): assert urllib.request.urlopen(site + "/round").status == 200
    text = urllib.request.urlopen(site + "/metrics").read()
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True)
    assert lint.stderr.decode().split("\n") == [LINT, ""], lint
    own = free_port()
    config = os.path.join(folder, "prometheus.yml")
    with open(config, "w") as file:
        file.write("global: {scrape_interval: 200ms, scrape_timeout: 200ms}\nscrape_configs:\n- job_name: proxy\n"
                   f"  static_configs: [{{targets: ['127.0.0.1:{port}']}}]\n")
    process = subprocess.Popen(["prometheus", "--config.file=" + config, "--storage.tsdb.path=" + folder + "/data",
                                f"--web.listen-address=127.0.0.1:{own}"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def query(text):
        address = f"http://127.0.0.1:{own}/api/v1/query?" + urllib.parse.urlencode({"query": text})
        found = json.load(urllib.request.urlopen(address, timeout=5))["data"]["result"]
        return [float(one["value"][1]) for one in found]
    try:
        until(lambda: query("up") == [1.0], "a scrape")
        until(lambda: query('haproxy_backend_http_responses_total{proxy="round",code="2xx"}') == [20.0], "the answers")
        assert query('haproxy_server_status{proxy="origin",server="first",state="UP"}') == [1.0]
        if not is_weir: return
        for scope in "backend", "server":
            series = f'weir_{scope}_total_time_seconds_bucket{{proxy="round"}}'
            [most] = query(f"histogram_quantile(0.99, sum by (le) ({series}))")
            assert 0 < most < 10, most
    finally:
        process.kill()
        process.wait()


def hatop(folder, port):
    """its screen tells of the servers, and its key F10 puts the chosen one into maintenance"""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", LINES="40", COLUMNS="150")
        os.execvp("hatop", ["hatop", "-s", folder + "/stats"])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 150, 0, 0))
    shown = ""
    try:
        def look():
            nonlocal shown
            if select.select([terminal], [], [], 0.2)[0]: shown += os.read(terminal, 65536).decode("latin1")
            return shown
        until(lambda: "second" in look() and "origin" in shown, "its screen: " + shown[-200:])
        def press(key):
            os.write(terminal, key)
            for _ in range(5): look()
        def pressed():
            press(b"\x1bOB")
            press(b"\x1b[21~")
            return re.search(r"origin,(first|second),.*MAINT", ask(folder + "/stats", "show stat"))
        until(pressed, "a server in maintenance: " + shown[-300:], 60)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(terminal)


def on_a_proxy(tool, test):
    if not shutil.which(tool): raise Absent(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        path = os.path.join(folder, "weir.cfg")
        with open(path, "w") as file: file.write(CONFIG.format(folder=folder, port=port))
        process = subprocess.Popen([PROGRAM, "-q", "-f", path])
        try:
            until(lambda: ask(folder + "/stats", "show version"), "the socket")
            test(folder, port)
        finally:
            process.kill()
            process.wait()


run([("exporter, by socket", on_a_proxy, "prometheus-haproxy-exporter", by_socket),
     ("exporter, by page", on_a_proxy, "prometheus-haproxy-exporter", by_page), ("hatop", on_a_proxy, "hatop", hatop),
     ("prometheus", on_a_proxy, "prometheus", prometheus)])
