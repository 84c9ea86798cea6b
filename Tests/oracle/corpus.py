#!/usr/bin/env python3
"""Checks how Weir reads the configurations of a corpus (../shared/corpus) against what HAProxy said of each.

usage: Tests/oracle/corpus.py [--weir BINARY] [--corpus FOLDER] [--required PREFIX...]

The corpus brings its own checker; this runs it and judges its list: a file whose name begins with one of the required
prefixes must give the same messages word for word; of the others only how many do is told. Where a configuration has
the one warning that Weir words in its own way (retries and redispatch in a frontend, see docs/differences.md), the
same severities on the same lines are enough.
"""
import argparse
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
REQUIRED = [f"{n:03}-" for n in range(1, 11)]
OWN_WORDING = re.compile(r"^\s*(retries|option\s+redispatch)\b", re.M)


def worded_otherwise(path):
    """whether a frontend section of the file holds retries or redispatch"""
    with open(path, encoding="latin-1") as file:
        sections = re.split(r"^(?=(?:frontend|backend|listen|defaults|global)\b)", file.read(), flags=re.M)
    return any(s.startswith("frontend") and OWN_WORDING.search(s) for s in sections)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--weir", default=os.path.join(ROOT, ".build", "release", "weir"))
    options.add_argument("--corpus", default=os.path.join(os.path.dirname(ROOT), "shared", "corpus"))
    options.add_argument("--required", nargs="*", default=REQUIRED)
    given = options.parse_args()
    run = subprocess.run([sys.executable, os.path.join(given.corpus, "check_corpus.py"), os.path.abspath(given.weir), "--list"],
                         capture_output=True, text=True)
    print(run.stdout + run.stderr)
    if not re.search(r"^\d+ files: ", run.stdout, re.M):
        print("0 passed, 1 failed")
        return 1
    configurations = os.path.join(given.corpus, "configs")
    names = [n for n in sorted(os.listdir(configurations)) if n.endswith(".cfg")]
    different = dict(reversed(line.split()[:2]) for line in run.stdout.splitlines() if re.match(r"(verdict|messages|text) ", line))
    for name in list(different):
        if different[name] == "text" and worded_otherwise(os.path.join(configurations, name)):
            del different[name]
    required = [n for n in names if n.startswith(tuple(given.required))]
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "known_differences.txt")) as file:
        known = {line[8:].strip() for line in file if line.startswith("corpus: ")}
    failed = [n for n in required if n in different and n not in known]
    expected = [n for n in required if n in different and n in known]
    for name in expected:
        print(f"note: {name} is known to differ still: {different[name]}")
    for name in failed:
        print(f"failed: {name}: {different[name]}")
    print(f"note: of all {len(names)} configurations of the corpus {len(names) - len(different)} give HAProxy's messages word for word")
    print(f"{len(required) - len(failed) - len(expected)} passed, {len(failed)} failed, {len(expected)} known to differ")
    return bool(failed)


sys.exit(main())
