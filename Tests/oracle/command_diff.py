"""Compares what both programs make of a command line: exit status and messages. Used by run.py.

Texts that are each program's own (version, usage, lists of -dK) count as present or absent only.
"""
import concurrent.futures
import os
import re
import subprocess
import tempfile

FILES = {
    "ok.cfg": "listen a\n mode tcp\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n bind :7777\n",
    "warn.cfg": "listen a\n mode tcp\n bind :7777\n",
    "master.cfg": "global\n master-worker\nlisten a\n mode tcp\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n bind :7777\n",
    "bad.cfg": "global\n foo\n",
    "half.cfg": "backend b\n",
    "notice.cfg": "global\n.notice n\n.diag d\n",
    "none.cfg": "",
    "dir/b.cfg": "global\n bar\n",
    "dir/a.cfg": "foo\n",
    "dir/.c.cfg": "baz\n",
    "dir/d.txt": "baz\n",
    "good/1.cfg": "defaults\n mode tcp\n timeout client 1s\n timeout server 1s\n timeout connect 1s\n",
    "good/2.cfg": "listen a\n bind :7777\n",
    "empty/d.txt": "baz\n",
    "env.cfg": '.notice "$HAPROXY_LOCALPEER"\nlisten a\n.notice "$HAPROXY_CFGFILES"\n',
    "path/one.cfg": "global\n default-path config\ndefaults\n errorfile 503 error.http\n",
    "path/error.http": "HTTP/1.0 503 x\r\n\r\n",
    "origin.cfg": "global\n default-path origin path\ndefaults\n errorfile 503 error.http\n",
    "more/two.cfg": "backend b\n errorfile 503 other.http\n",
    "more/other.http": "HTTP/1.0 503 x\r\n\r\n",
    "lost.cfg": "defaults\n errorfile 503 error.http\n",
}

LINES = """
-v | -vv | -vvv | -vx | -f zz -v | -f | -zz | -h | -- | ok.cfg | -c ok.cfg | -c -f ok.cfg | -c -f ok.cfg -V
-c -q -f ok.cfg | -c -f warn.cfg | -c -q -f warn.cfg | -c -q -V -f warn.cfg | -c -dW -f warn.cfg | -c -dW -f ok.cfg
-c -f bad.cfg | -c -q -f bad.cfg | -c -f none.cfg | -c -f half.cfg | -c -V -f none.cfg | -c -q -f none.cfg
-c -f nowhere | -c -f ok.cfg -f nowhere | -c -f bad.cfg -f half.cfg | -c -f ok.cfg -f half.cfg | -c -f ok.cfg -f ok.cfg
-c -f dir | -c -f dir/ | -c -f good | -c -- good/1.cfg good/2.cfg | -c -f good/1.cfg -- good/2.cfg | -c -f good/2.cfg
-c -f ok.cfg -- | -c -f dir -f bad.cfg | -c -C good -f 2.cfg | -c -C nowhere -f ok.cfg | -c -C | -c -f notice.cfg
-c -dD -f notice.cfg | -c -q -dD -f notice.cfg | -c -n | -c -n x -f ok.cfg | -c -n 12 -f ok.cfg | -c -N 5 -f ok.cfg
-c -m 100 -f ok.cfg | -c -p -f ok.cfg | -c -p x -f ok.cfg | -c -x /nope -f ok.cfg | -c -f ok.cfg -x | -c -f ok.cfg -x -q
-c -f ok.cfg -sf 1 2 3 | -c -f ok.cfg -sf | -c -f ok.cfg -st 1 | -c -f ok.cfg -sf 1x -q | -c -f ok.cfg -sf 1 -q
-c -L | -c -L a -f ok.cfg | -c -L ok a | -c -L peer -f env.cfg | -c -D -f ok.cfg | -c -dr -f ok.cfg | -c -deX -f ok.cfg
-c -de -dp -dS -dG -dR -dV -f ok.cfg | -c -ff ok.cfg | -c -fok.cfg | -c - -f ok.cfg | -c -u 3 -f ok.cfg | -c -d -f ok.cfg
-c -db -f ok.cfg | -c -dz -f ok.cfg | -c -VV -f ok.cfg | -f none.cfg | -c -f path/one.cfg | -c -f origin.cfg | -c -f lost.cfg
-c -dM -f ok.cfg | -c -dM0x41,poison,fail,no-tag -f ok.cfg | -c -dMfoo -f ok.cfg | -c -dM,x -f ok.cfg | -c -de -f ok.cfg
-x /nope -f ok.cfg | -c -x /dev/null -f ok.cfg | -c -S sock -f ok.cfg | -c -S sock -f warn.cfg | -c -S sock -f bad.cfg
-c -W -S sock -f ok.cfg | -c -S sock -f master.cfg | -c -S | -c -S sock -dW -f ok.cfg | -c -q -S sock -f ok.cfg
-c -f empty | -f empty | -q -c -- empty | -c -f empty -f ok.cfg | -c -f ok.cfg -f empty
-c -f path/one.cfg -f more/two.cfg | -c -C path -f one.cfg | -cc | -c -cc 1 | -q -cc 1
"""
CONDITIONS = ["1", "0", "", "foo", "streq(a", "streq(a,a)", "version_atleast(2.6)", "1 x", "defined(PATH)"]
OWN = re.compile(r"^(HAProxy version |Status: |Known bugs: |Running on: )")


def lines():
    found = [part.split() for line in LINES.strip().split("\n") for part in line.split("|")]
    return found + [["-cc", text] for text in CONDITIONS]


def normalise(text):
    """the messages, without process ids, and one line for a version or a usage"""
    kept, own = [], set()
    for line in text.split("\n"):
        line = re.sub(r"^(\[\w+\]\s+)\(\d+\)", r"\1(P)", line)
        if OWN.match(line): own.add("(version)")
        elif line.startswith("Usage :"): own.add("(usage)")
        elif line.startswith("[NOTICE]   (P) : haproxy version") or line.startswith("[NOTICE]   (P) : path to"): continue
        elif "(usage)" in own or own and not line.startswith("["): continue
        else: kept.append(line)
    return "\n".join(kept).strip("\n"), sorted(own)


def run(binary, arguments):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in FILES.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", newline="") as file: file.write(text)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("HAPROXY")}
        try:
            done = subprocess.run([binary, *arguments], cwd=folder, env=environment, capture_output=True, timeout=20,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired: return "timeout", "", ""
        decode = lambda data: normalise(data.decode("latin1").replace(folder, "FOLDER").replace(binary, "PROGRAM"))
        return done.returncode, decode(done.stderr), decode(done.stdout)


def compare(weir, haproxy, only=""):
    todo = [line for line in lines() if only in " ".join(line)]
    both = lambda line: (run(haproxy, line), run(os.path.abspath(weir), line))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool: results = list(pool.map(both, todo))
    different = 0
    for line, (want, got) in zip(todo, results):
        if want == got: continue
        different += 1
        print(f"differs: {' '.join(line)}\n  haproxy {want}\n  weir    {got}")
    return len(todo) - different, different
