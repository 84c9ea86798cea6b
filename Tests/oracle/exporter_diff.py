"""Compares what scrapers read: lines of the exporter by scope, and the forms of the statistics page, without the values
that depend on the moment. Used by run.py."""
import os
import re
import socket
import subprocess
import tempfile
import time

CONFIG = """global
 stats socket FOLDER/socket level admin
defaults
 mode http
 timeout client 3s
 timeout server 3s
 timeout connect 1s
frontend f
 bind unix@FOLDER/f
 bind unix@FOLDER/f2 name second id 7
 option socket-stats
 default_backend b
frontend t
 mode tcp
 bind unix@FOLDER/t
 default_backend tcpb
frontend st
 bind unix@FOLDER/st
 stats enable
 stats uri /stats
 stats refresh 5s
 http-request use-service prometheus-exporter if { path /metrics }
backend b
 server s1 127.0.0.1:1
 server s2 127.0.0.1:2 backup
 server s3 127.0.0.1:3 disabled
 server s4 127.0.0.1:4 id 12
backend tcpb
 mode tcp
 server s1 127.0.0.1:1
backend t1
 stick-table type string len 32 size 1k expire 1h store http_req_cnt
backend t2
 stick-table type ip size 100 store gpc0
listen l
 bind unix@FOLDER/l
 stick-table type integer size 1k store gpc0
 server s1 127.0.0.1:1
backend empty
"""

METRICS = [
    "", "?scope=global", "?scope=frontend", "?scope=listener", "?scope=backend", "?scope=server", "?scope=sticktable",
    "?scope=global&scope=server", "?scope=*", "?scope=", "?scope", "?no-maint", "?scope=server&no-maint",
    "?no-maint&scope=backend", "?scope=foo", "?foo", "?foo=bar", "?scope=foo&scope=global", "?no-maint=1",
    "?scope=frontend&scope=*", "?scope=%67lobal", "?SCOPE=global", "?scope=global,server", "?scope=global;no-maint", "?", "?&",
    "?scope=global&", "?x#scope=server", "?scope=+global",
]
# HAProxy loses the last letter of a scope that ends the address.
PAGES = [
    ";csv", ";csv;norefresh", ";csv;up", ";csv;no-maint", ";up;no-maint;csv", ";norefresh;csv;up", ";typed", ";typed;up", ";json",
    ";json;no-maint", ";json-schema", "?scope=t;csv", ";csv?scope=b;", ";csv;scope=b;", ";csv;scope=zz;", ";scope=f;up;csv", ";CSV",
    ";csvx", ";x;csv", ";json;csv", ";csv;json", ";typed;json", "/;csv", "x;csv", ";csv;st=DONE",
]


def get(path, target):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.settimeout(5)
        client.sendall(f"GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
        answer = b""
        while part := client.recv(65536): answer += part
    head, _, body = answer.decode("latin1").partition("\r\n\r\n")
    if "chunked" in head.lower():
        chunks, body = body, ""
        while chunks:
            size, _, chunks = chunks.partition("\r\n")
            length = int(size, 16)
            if not length: break
            body, chunks = body + chunks[:length], chunks[length + 2:]
    return head, body


def metrics(answer):
    """names and labels in their order"""
    head, body = answer
    lines = [line for line in body.split("\n") if not line.startswith("# HELP") and "weir_" not in line]
    return head.split("\r\n")[0], [re.sub(r" \S+$", "", line) for line in lines if "build_info" not in line]


def page(answer):
    """the fields that do not change, and where there is none"""
    head, body = answer
    kind = re.search(r"(?i)content-type: *(.*)", head)
    kind = kind and kind[1].strip()
    if "<html" in body: return head.split("\r\n")[0], "a page"
    body = re.sub(r"2\.6[-.][-+.\w]+", "VERSION", body).replace('", "', '","')
    if body.startswith("# pxname"):
        return head.split("\r\n")[0], kind, [[f if re.match("[A-Za-z]", f) else bool(f) for f in line.split(",")]
                                             for line in body.split("\n")]
    return head.split("\r\n")[0], kind, re.sub(r'(?<=[:"])-?\d+(?=["\n}]|$)', "N", body)


def run(program):
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config")
        with open(config, "w") as file: file.write(CONFIG.replace("FOLDER", folder))
        process = subprocess.Popen([program, "-q", "-f", config], stderr=subprocess.DEVNULL)
        try:
            path = os.path.join(folder, "st")
            deadline = time.monotonic() + 10
            while True:
                try:
                    get(path, "/ready")
                    break
                except OSError:
                    if time.monotonic() > deadline: raise
                    time.sleep(0.02)
            return ([("/metrics" + query, metrics(get(path, "/metrics" + query))) for query in METRICS]
                    + [("/stats" + query, page(get(path, "/stats" + query))) for query in PAGES])
        finally:
            process.kill()
            process.wait()


def compare(weir, haproxy, only=""):
    different = equal = 0
    for (target, want), (_, got) in zip(run(haproxy), run(os.path.abspath(weir))):
        if only not in target: continue
        equal += want == got
        if want == got: continue
        different += 1
        print(f"differs: {target}\n  haproxy {str(want)[:2000]}\n  weir    {str(got)[:2000]}")
    return equal, different
