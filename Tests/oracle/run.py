#!/usr/bin/env python3
"""Compares Weir with HAProxy, byte for byte and field for field.

usage: Tests/oracle/run.py [--weir BINARY] [--haproxy BINARY] [--only TEXT] [wire] [log] [balance]

The last line is "N passed, N failed".
"""
import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import balance_diff  # noqa: E402
import log_diff  # noqa: E402
import wire_diff  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weir", default=os.path.join(ROOT, ".build", "release", "weir"))
    options.add_argument("--haproxy", default="/usr/sbin/haproxy")
    options.add_argument("--only", default="")
    options.add_argument("tables", nargs="*")
    given = options.parse_args()
    tables = {"wire": wire_diff.compare, "log": log_diff.compare, "balance": balance_diff.compare}
    passed = failed = 0
    for name in given.tables or tables:
        good, bad = tables[name](given.weir, given.haproxy, given.only)
        print(f"{name}: {good} equal, {bad} different", flush=True)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return failed != 0


sys.exit(main())
