#!/usr/bin/env python3
"""Compares Weir with HAProxy, byte for byte and field for field.

usage: Tests/oracle/run.py [--weir BINARY] [--haproxy BINARY] [--only TEXT] [config] [command] [wire] [log] [balance] [check] [tls] [runtime] [random] [state] [end] [mail] [sample] [action] [limit] [mutation] [forward] [store] [handshake] [life] [retry] [master] [exporter] [server_tls]

The last line is "N passed, N failed, N known to differ".
"""
import argparse
import os
import re
import resource
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import action_diff  # noqa: E402
import check_diff  # noqa: E402
import command_diff  # noqa: E402
import config_diff  # noqa: E402
import end_diff  # noqa: E402
import exporter_diff  # noqa: E402
import forward_diff  # noqa: E402
import handshake_diff  # noqa: E402
import life_diff  # noqa: E402
import limit_diff  # noqa: E402
import log_diff  # noqa: E402
import mail_diff  # noqa: E402
import master_diff  # noqa: E402
import mutation_diff  # noqa: E402
import retry_diff  # noqa: E402
import runtime_diff  # noqa: E402
import runtime_random  # noqa: E402
import sample_diff  # noqa: E402
import server_tls_diff  # noqa: E402
import state_diff  # noqa: E402
import store_diff  # noqa: E402
import tls_diff  # noqa: E402
import wire_diff  # noqa: E402

# A user's soft limit is too low for all cases at once.
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def balance(weir, haproxy, only):
    """balance_diff.py counts picks; here each of its scenarios counts as one"""
    here = os.path.dirname(os.path.abspath(__file__))
    command = [sys.executable, os.path.join(here, "balance_diff.py"), "--theirs", haproxy, "--ours", weir, "--only", only]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    verdicts = re.findall(r"^(.*): \d+ picks, (\d+) differ$", run.stdout, re.M)
    failed = sum(wrong != "0" for _, wrong in verdicts)
    if failed or run.returncode:
        print(run.stdout[-6000:])
    return len(verdicts) - failed, max(failed, int(run.returncode != 0)), 0


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weir", default=os.path.join(ROOT, ".build", "release", "weir"))
    options.add_argument("--haproxy", default="/usr/sbin/haproxy")
    options.add_argument("--only", default="")
    options.add_argument("tables", nargs="*")
    given = options.parse_args()
    tables = {"config": config_diff.compare, "command": command_diff.compare, "wire": wire_diff.compare, "log": log_diff.compare, "balance": balance,
              "check": check_diff.compare, "tls": tls_diff.compare, "runtime": runtime_diff.compare, "random": runtime_random.compare, "state": state_diff.compare, "end": end_diff.compare, "mail": mail_diff.compare,
              "sample": sample_diff.compare, "action": action_diff.compare, "limit": limit_diff.compare, "mutation": mutation_diff.compare,
              "forward": forward_diff.compare, "store": store_diff.compare, "handshake": handshake_diff.compare, "life": life_diff.compare, "retry": retry_diff.compare, "master": master_diff.compare,
              "exporter": exporter_diff.compare, "server_tls": server_tls_diff.compare}
    passed = failed = known = 0
    for name in given.tables or tables:
        good, bad, *rest = tables[name](given.weir, given.haproxy, given.only)
        expected = sum(rest)  # a table without known differences tells two numbers
        print(f"{name}: {good} equal, {bad} different, {expected} known to differ", flush=True)
        passed, failed, known = passed + good, failed + bad, known + expected
    if known:
        print(f"note: {known} comparisons are known to differ still (Tests/oracle/known_differences.txt)")
    print(f"{passed} passed, {failed} failed, {known} known to differ")
    return failed != 0


sys.exit(main())
