"""Every sample fetch, converter and log alias, evaluated by both programs: the same requests, the same expressions,
and for each expression the value (with its length, so that nothing and an empty text differ).

The tables are `sample_fetches.py`, `sample_contents.py`, `sample_converters.py` and `sample_aliases.py`: each a list of `Setup`s. One has what
the client and the origin do, and the expressions that are evaluated meanwhile, at one place. A setup becomes a few
frontends with some fifty expressions each; all of them run in one process. An expression that a program refuses is
equal when the other one refuses it in the same words.
"""
import asyncio
import concurrent.futures
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, field, replace

import certificates
import harness
from harness import Case, ok

BATCH = 50
HEAD = """global
    nbthread 1
    maxconn 2000
    log 127.0.0.1:@LOG@ len 65000 format raw local0
    stats socket @CONTROL@ level admin
@GLOBAL@""" + harness.DEFAULTS

# place -> (where the rule stands, rule, scope of the variable that keeps the value until it is logged)
PLACES = {
    "tcp-request connection": ("frontend", "sess"), "tcp-request session": ("frontend", "sess"),
    "tcp-request content": ("frontend", "txn"), "http-request": ("frontend", "txn"), "http-response": ("frontend", "txn"),
    "http-after-response": ("frontend", "txn"), "tcp-response content": ("backend", "txn"),
    "backend tcp-request content": ("backend", "txn"), "backend http-request": ("backend", "txn"),
    "backend http-response": ("backend", "txn"), "log": ("log", ""),
}


@dataclass
class Setup:
    """What happens (see harness.Case), and what is evaluated at `place`, after the lines `frontend` and `backend` have.

    pure: asking a second time gives the same, so each value is logged with its length, too.
    """
    name: str
    client: list
    expressions: list
    place: str = "http-request"
    origin: object = field(default_factory=lambda: [ok()])
    frontend: tuple = ()
    backend: tuple = ()
    server: str = ""
    mode: str = "http"
    pure: bool = True
    bind: str = ""
    skip: tuple = ()
    tls: dict = None
    origin_tls: dict = None


def quoted(text):
    """text as one word of the configuration"""
    return "'" + text.replace("'", "'\\''") + "'"


def batches(setups):
    """-> harness cases, each with `.expressions`, its lines in the order of the expressions"""
    cases = []
    for setup in setups:
        for start in range(0, max(1, len(setup.expressions)), BATCH):
            cases.append(one_batch(setup, setup.expressions[start:start + BATCH]))
    for number, case in enumerate(cases):
        case.number = number
    return cases


def one_batch(setup, expressions):
    where, scope = PLACES[setup.place]
    rule = setup.place.removeprefix("backend ")
    lines = [f"{rule} set-var({scope}.e{i}) {quoted(e)}" for i, e in enumerate(expressions)] if scope else []
    value = (lambda i, e: f"%[var({scope}.e{i})]") if scope else (lambda i, e: e if e.startswith("%") else f"%[{e}]")
    length = (lambda i, e: f";%[var({scope}.e{i}),length];%[var({scope}.e{i}),hex]") if scope and setup.pure else (lambda i, e: "")
    text = "".join(f"<~{i}={value(i, e)}{length(i, e)}" for i, e in enumerate(expressions))
    case = Case(setup.name, setup.client, setup.origin, frontend=setup.frontend + tuple(lines if where == "frontend" else ()),
                backend=setup.backend + tuple(lines if where == "backend" else ()), server=setup.server, mode=setup.mode,
                log="log-format " + quoted("c@NUMBER@ " + text + "<~"), skip=setup.skip, bind=setup.bind, tls=setup.tls, origin_tls=setup.origin_tls,
                raw_log=True)
    case.expressions, case.setup = expressions, setup
    return case


def numbered(case):
    """the case with its number in its log line"""
    fresh = replace(case, log=case.log.replace("@NUMBER@", f"{case.number:03}"))
    fresh.expressions, fresh.setup = case.expressions, case.setup
    return fresh


# --- what each program says of the configuration -------------------------------------------------------------------
def messages(program, case, head):
    """{expression: message} of what a program refuses or warns of, and the rest of its words under None"""
    text = harness.configuration([case], {case.number: [1] * (1 + case.servers)}, 1, head)
    found = {}
    with tempfile.TemporaryDirectory(prefix="oracle") as folder:
        path = os.path.join(folder, "t.cfg")
        with open(path, "w", encoding="latin-1") as file:
            file.write(text.replace("@CONTROL@", folder + "/control").replace("@FOLDER@", folder))
        run = subprocess.run([program, "-c", "-f", path], capture_output=True)
    lines = text.split("\n")
    kind = ""
    for line in run.stderr.decode("latin-1").replace(folder, "FOLDER").split("\n"):
        kind = (re.match(r"\[(\w+)\]", line) or [line, kind])[1]  # one message can have several lines
        match = re.search(r"\[FOLDER/t.cfg:(\d+)\] ?:? ?(.*)", line)
        if not match or kind not in ("ALERT", "WARNING"):
            continue
        place = lines[int(match.group(1)) - 1]
        index = re.search(r" set-var\(\w+\.e(\d+)\) ", place)
        key = int(index.group(1)) if index else place.strip()[:40]
        found.setdefault(key, []).append((kind, match.group(2)))
    return found, run.returncode


def judge_case(case, weir, haproxy, head):
    """leaves out of the case what is refused -> (cleaned case or None, {label: lines}, count of equal refusals)

    A rule of HTTP that is refused ends the reading of the file, so that this needs a few turns.
    """
    different, equal = {}, 0
    for _ in range(BATCH + 1):
        theirs, their_exit = messages(haproxy, case, head)
        # What HAProxy is content with is checked with all the others at once, when they run.
        ours, our_exit = messages(weir, case, head) if theirs or their_exit else ({}, 0)
        refused = set()
        for key in sorted(set(ours) | set(theirs), key=str):
            mine, other = ours.get(key, []), theirs.get(key, [])
            if mine != other:
                name = case.expressions[key] if isinstance(key, int) else key
                different[f"{case.name}: {name}"] = [f"weir:    {m}" for m in mine or ["silent"]] + [f"haproxy: {m}" for m in other or ["silent"]]
            if isinstance(key, int) and any(kind == "ALERT" for kind, _ in mine + other):
                refused.add(key)
                equal += mine == other
        if not refused:
            break
        left = [e for i, e in enumerate(case.expressions) if i not in refused]
        fresh = one_batch(case.setup, left)
        fresh.number = case.number
        case = numbered(fresh)
    if our_exit != their_exit:
        different[f"{case.name}: exit status of -c"] = [f"weir {our_exit}, haproxy {their_exit}"]
    return case if case.expressions and not our_exit and not their_exit else None, different, equal


def judge_messages(cases, weir, haproxy, head):
    cleaned, different, equal = [], {}, 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, found, refusals in pool.map(lambda case: judge_case(case, weir, haproxy, head), cases):
            cleaned += [case] if case else []
            different.update(found)
            equal += refusals
    return cleaned, different, equal


# --- what each program does ----------------------------------------------------------------------------------------
def values(line):
    """{number of the expression: value} of a log line"""
    return {int(i): value for i, value in re.findall(r"<~(\d+)=(.*?)(?=<~)", line, re.S)}


def judge(case, weir, haproxy):
    """{expression or what else differs: lines}"""
    from sample_aliases import normal
    if weir.error or haproxy.error:
        return {"run": [f"weir: {weir.error or 'fine'}", f"haproxy: {haproxy.error or 'fine'}"]}
    found = {}
    if len(weir.log) != len(haproxy.log):
        found["count of log lines"] = [f"weir: {len(weir.log)}, haproxy: {len(haproxy.log)}"]
    for number, (ours, theirs) in enumerate(zip(weir.log, haproxy.log)):
        mine, other = values(ours), values(theirs)
        for i, expression in enumerate(case.expressions):
            if normal(expression, mine.get(i)) != normal(expression, other.get(i)):
                found.setdefault(expression, []).append(f"line {number}: weir {mine.get(i)!r:.400}, haproxy {other.get(i)!r:.400}")
    for what in ("client", "end", "origin"):
        mine, other = getattr(weir, what), getattr(haproxy, what)
        if what not in case.skip and mine != other:
            found[what] = [f"weir:    {mine!r:.600}", f"haproxy: {other!r:.600}"]
    return found


def run_cases(cases, weir, haproxy, head, attempts=3):
    """-> {label: lines} of what differs in each of a few attempts (see harness.compare)"""
    different = {}
    todo = cases
    for _ in range(attempts):
        with tempfile.TemporaryDirectory(prefix="oracle") as folder:
            os.chmod(folder, 0o755)
            pool = harness.free_ports(2 * sum(1 + case.servers for case in todo))
            half = len(pool) // 2

            async def both():
                return await asyncio.gather(harness.run_program(weir, todo, folder, "weir", head, 16, pool[:half]),
                                            harness.run_program(haproxy, todo, folder, "haproxy", head, 16, pool[half:]))
            ours, theirs = asyncio.run(both())
        failing = []
        for case in todo:
            found = judge(case, ours[case.number], theirs[case.number])
            before = different.get(case.number)
            still = {k: v for k, v in found.items() if before is None or k in before}
            different[case.number] = still
            if still:
                failing.append(case)
        if not failing or len(failing) == len(cases) > 1:
            break
        todo = failing
    return {f"{case.name}: {what}": lines for case in cases for what, lines in different[case.number].items()}


# --- completeness --------------------------------------------------------------------------------------------------
def words(expression):
    """the fetch and the converters that an expression names"""
    found, depth, word, quote = [], 0, "", ""
    for c in expression:
        if quote:
            quote = "" if c == quote else quote
        elif c in "\"'" and depth:
            quote = c
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
        elif c == "," and not depth:
            found.append(word)
            word = ""
        elif not depth:
            word += c
    return found + [word]


def vocabulary(weir, kind):
    """the names that the program prints with -dKsmp or -dKcnv"""
    text = subprocess.run([weir, "-dK" + kind, "-q", "-c", "-f", "/dev/null"], capture_output=True, text=True).stdout
    lines = [line.split("] ", 1)[-1] for line in text.split("\n") if line and not line.startswith("#")]
    return {re.match(r"[^(:]+", line).group(0) for line in lines}


def incomplete(setups, weir, exceptions):
    """fetches and converters without a case, exceptions that are none"""
    fetches, converters = set(), set()
    for setup in setups:
        for expression in setup.expressions:
            first, *rest = words(expression)
            fetches.add(first)
            converters.update(rest)
    missing = {"fetch": vocabulary(weir, "smp") - fetches, "converter": vocabulary(weir, "cnv") - converters}
    lines = [f"no case for {kind} {name}" for kind, names in missing.items() for name in sorted(names) if name not in exceptions[kind]]
    return lines + [f"{kind} {name} is an exception and has a case" for kind, names in exceptions.items() for name in sorted(set(names) - missing[kind])]


def compare(weir, haproxy, only=""):
    import sample_aliases
    import sample_contents
    import sample_converters
    import sample_fetches
    from sample_surroundings import GLOBAL, SECTIONS
    setups = sample_fetches.SETUPS + sample_converters.SETUPS + sample_contents.SETUPS + sample_aliases.SETUPS
    exceptions = {"fetch": sample_fetches.EXCEPTIONS, "converter": sample_converters.EXCEPTIONS}
    head = HEAD.replace("@GLOBAL@", GLOBAL) + SECTIONS
    chosen = [replace(s, expressions=[e for e in s.expressions if only in f"{s.name}: {e}"]) for s in setups]
    chosen = [s for s in chosen if s.expressions]
    with tempfile.TemporaryDirectory(prefix="certificates") as folder:
        certificates.make(folder)
        harness.CERTIFICATES = folder
        for each in chosen:
            each.bind, each.server = (text.replace("@CERTIFICATES@", folder) for text in (each.bind, each.server))
        cases, different, refused = judge_messages([numbered(c) for c in batches(chosen)], weir, haproxy, head)
        different.update(run_cases(cases, weir, haproxy, head) if cases else {})
    told = set()
    for name, lines in different.items():
        if str(lines) in told and name.endswith(": run"):
            continue  # the process did not start, or ended: that concerns all
        told.add(str(lines))
        print(f"differs: {name}")
        for line in lines[:8]:
            print("    " + line)
    missing = [] if only else incomplete(setups, weir, exceptions)
    for line in missing:
        print(line)
    total = sum(len(case.expressions) for case in cases) + refused
    return max(0, total - len(different)), len(different) + len(missing), 0
