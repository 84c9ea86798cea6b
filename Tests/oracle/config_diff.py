#!/usr/bin/env python3
"""Compares how HAProxy and Weir read configurations: messages and exit status of `-c`.

usage: config_diff.py WEIR [--oracle HAPROXY] [--show] [CASE-FILE...]

Each file of Tests/oracle/configs/*.cases holds cases separated by lines that begin with `=== name`; within a
case, first lines `@env NAME=VALUE` set variables, `@args ...` adds arguments and `@certificates` puts the files of
certificates.py beside the configuration; after a line `@bytes` the rest has no
line feed at its end but where `@LF` stands, and `@xHH` is a byte. Prints the cases that differ and counts; the exit
status is 1 where any case differs. Cases under a name that ends in ` (weir)` show deliberate differences and are not compared.
"""
import argparse, concurrent.futures, functools, glob, os, re, subprocess, sys, tempfile

import certificates

HERE = os.path.dirname(os.path.abspath(__file__))


def cases(path):
    name, lines = None, []
    with open(path, encoding="latin1", newline="") as file:
        for line in file.read().split("\n"):
            if line.startswith("=== "):
                if name: yield name, lines
                name, lines = line[4:], []
            elif name is not None: lines.append(line)
    if name: yield name, lines


def build(lines):
    env, args, raw = {}, [], False
    while lines and lines[0].startswith("@"):
        word, _, rest = lines[0].partition(" ")
        if word == "@env":
            key, _, value = rest.partition("=")
            env[key] = value.encode("latin1").decode("unicode_escape")
        elif word == "@args": args += rest.split()
        elif word == "@bytes": raw = True
        elif word == "@certificates": env["CERTIFICATES"] = ""
        lines = lines[1:]
    text = "\n".join(lines).rstrip("\n") + "\n"
    if raw:
        text = text[:-1]
        text = re.sub(r"@x([0-9a-fA-F]{2})", lambda m: chr(int(m.group(1), 16)), text).replace("@LF", "\n")
        text = re.sub(r"@rep\((\d+),([^)]*)\)", lambda m: m.group(2) * int(m.group(1)), text)
    return text, env, args


# What Weir adds, on purpose, to the warnings of `retries` and `option redispatch` in a frontend (docs/differences.md).
FRONTEND_RETRIES = " (That is what HAProxy does; Weir applies it to the requests of this frontend whose backend does not set it.)"


def normalise(out):
    out = re.sub(r"^(\[\w+\]\s+)\(\d+\)", r"\1(P)", out, flags=re.M)
    out = out.replace(FRONTEND_RETRIES, "")
    return "".join(
        line for line in out.splitlines(keepends=True)
        if not re.match(r"\[NOTICE\]\s+\(P\) : (haproxy version is|path to executable)", line))


@functools.cache
def shared_certificates():
    """a folder with all certificates, made on first use"""
    keeper = tempfile.TemporaryDirectory()
    certificates.make(keeper.name)
    return keeper


def run(binary, text, env, args):
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "t.cfg"), "w", encoding="latin1", newline="") as file: file.write(text)
        if "CERTIFICATES" in env:
            for name in os.listdir(shared_certificates().name):
                os.symlink(os.path.join(shared_certificates().name, name), os.path.join(folder, name))
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HAPROXY")}
        environment.update(env)
        try:
            done = subprocess.run([binary, "-c", *args, "-f", "t.cfg"], cwd=folder, env=environment,
                                  capture_output=True, stdin=subprocess.DEVNULL, timeout=20)
        except subprocess.TimeoutExpired: return "timeout", ""
        out = (done.stderr + done.stdout).decode("latin1").replace(folder, "FOLDER")
        return done.returncode, normalise(out)


def compare(weir, haproxy, only="", files=(), show=False):
    """runs the cases on both; gives how many are equal and how many differ"""
    files = files or sorted(glob.glob(os.path.join(HERE, "configs", "*.cases")))
    todo = [(os.path.basename(f), n, *build(l)) for f in files for n, l in cases(f)
            if not n.endswith(" (weir)") and only in f"{os.path.basename(f)}: {n}"]
    if any("CERTIFICATES" in case[3] for case in todo): shared_certificates()
    def both(case):
        return run(haproxy, *case[2:]), run(os.path.abspath(weir), *case[2:])
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool: results = list(pool.map(both, todo))
    different = 0
    for case, (want, got) in zip(todo, results):
        if want == got: continue
        different += 1
        print(f"differs: {case[0]}: {case[1]} (exit {want[0]}, got {got[0]})")
        if show: print("--- haproxy", want[1], "--- weir", got[1], sep="\n")
    return len(todo) - different, different


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weir")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--oracle", default="/usr/sbin/haproxy")
    parser.add_argument("--show", action="store_true", help="print both outputs of each case that differs")
    options = parser.parse_intermixed_args()
    if not os.access(options.oracle, os.X_OK):
        print(f"skipped: no {options.oracle}")
        return 0
    equal, different = compare(options.weir, options.oracle, files=options.files, show=options.show)
    print(f"{equal + different} cases, {different} differ")
    return 1 if different else 0


if __name__ == "__main__": sys.exit(main())
