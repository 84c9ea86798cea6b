"""Lines that are nearly right: what both programs say of them, message by message.

Every line of `mutation_lines.py` is spoiled in every way of `mutants`: a word dropped, doubled, misspelt or of the wrong
kind, a parenthesis, bracket, brace, quote, comma or sign taken out or put in, an argument too much, the wrong section. Each
spoiled line stands in a section of its own, many in one file, and an unknown keyword at the end of the file shows
whether a program read that far: where HAProxy gave up at once, what follows goes into another file. Lines that HAProxy
finds nothing wrong with are read once more without that end, so that the checks behind reading see them too.

There are some tens of thousands of them. One in SHARE is compared, and with `--only` every one that it names.
"""
import concurrent.futures
import os
import re
import subprocess
import tempfile
import zlib

import config_diff
import harness
from mutation_lines import LINES, NOT_COMPARED

END = "no-such-keyword-at-the-end"
BATCH = 60
SHARE = 16
TIMES = "    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\n"
HEAD = ("userlist users\n    user u insecure-password p\nbackend tracked from http\n    stick-table type ip size 10 store gpc0,conn_rate(10s)\n"
        "resolvers names\n    nameserver n 127.0.0.1:1\nhttp-errors answers\ncache kept\n    total-max-size 4\n")
DEFAULTS = f"defaults http\n    mode http\n{TIMES}defaults tcp\n    mode tcp\n{TIMES}"
PROXY = "    acl known path /x\n    declare capture request len 10\n    declare capture response len 10\n"
# How a line stands in each context; {n} is its number.
CONTEXTS = {
    "http": "listen p{n} from http\n    bind 127.0.0.1:1\n" + PROXY + "    {line}\n",
    "tcp": "listen p{n} from tcp\n    bind 127.0.0.1:1\n    acl known src 127.0.0.1\n    {line}\n",
    "frontend": "frontend p{n} from http\n    bind 127.0.0.1:1\n" + PROXY + "    default_backend tracked\n    {line}\n",
    "backend": "backend p{n} from http\n    acl known path /x\n    {line}\n",
    "defaults": "defaults p{n}\n    mode http\n" + TIMES + "    {line}\n",
    "anonymous": "defaults\n    mode http\n" + TIMES + "    {line}\n",
    "global": "global\n    {line}\n",
    "peers": "peers p{n}\n    {line}\n",
    "resolvers": "resolvers p{n}\n    {line}\n",
    "userlist": "userlist p{n}\n    {line}\n",
    "http-errors": "http-errors p{n}\n    {line}\n",
    "cache": "cache p{n}\n    total-max-size 4\n    {line}\n",
    "ring": "ring p{n}\n    {line}\n",
    "mailers": "mailers p{n}\n    {line}\n",
}
MARKS = "()[]{},'\"%\\:-="


def misspelt(word):
    middle = len(word) // 2
    yield word[:-1]
    yield word + "x"
    if middle and word[middle - 1] != word[middle]:
        yield word[:middle - 1] + word[middle] + word[middle - 1] + word[middle + 1:]


def mutants(line):
    """the line itself, and every spoiled form of it"""
    yield line
    words = line.split(" ")
    for i, word in enumerate(words):
        yield " ".join(words[:i] + words[i + 1:])
        yield " ".join(words[:i])
        yield " ".join(words[:i] + [word] + words[i:])
        for other in ("''", "x", "-1", "99999999999999999999", "%[src", "if", "{"):
            yield " ".join(words[:i] + [other] + words[i + 1:])
        for other in misspelt(word):
            yield " ".join(words[:i] + [other] + words[i + 1:])
        if i + 1 < len(words):
            yield " ".join(words[:i] + [words[i + 1], word] + words[i + 2:])
    for i, c in enumerate(line):
        if c in MARKS:
            yield line[:i] + line[i + 1:]
            yield line[:i] + c + line[i:]
            yield line[:i]
            yield line[:i + 1]
            yield line[:i] + " " + line[i:]
            yield line[:i + 1] + "x" + line[i + 1:]
    for more in ("x", "if", "unless known", "if known", "if none", "if { }", "if { path /x", "if !", "if known or", "x y z", "''", "\\", "#", "if { path -m int /x }", "if { req.len gt 1 }",
                 "if { res.hdr(x) -m found }", "if { src -f /no/such/file }", "if HTTP known", "if { path(x) /x }", "if { path,lower( /x }"):
        yield f"{line} {more}"


def cases():
    """(context, line) of every mutant, each once"""
    seen = {}
    for contexts, line in LINES:
        first, *others = contexts.split(",")
        for mutant in mutants(line):
            seen.setdefault((first, mutant))
        for context in others or [c for c in CONTEXTS if c != first]:
            seen.setdefault((context, line))
    return [c for c in seen if c not in NOT_COMPARED]


def text_of(batch, end):
    """the configuration, and for each of its lines the number of the case that it belongs to"""
    text = DEFAULTS + HEAD
    owners = [None] * text.count("\n")
    for number, (context, line) in batch:
        section = CONTEXTS[context].replace("{n}", str(number)).replace("{line}", line)
        text += section
        owners += [number] * section.count("\n")
    return text + ("listen p from http\n    " + END + "\n" if end else ""), owners


def run(program, batch, end=True):
    """{number: messages}, whether the end was reached, the exit status"""
    text, owners = text_of(batch, end)
    with tempfile.TemporaryDirectory(prefix="mutants") as folder:
        with open(os.path.join(folder, "t.cfg"), "w", encoding="latin1") as file:
            file.write(text)
        done = subprocess.run([program, "-c", "-f", "t.cfg"], cwd=folder, capture_output=True, timeout=120)
    messages, last = {}, None
    names = {f"p{number}": number for number, _ in batch}
    for line in config_diff.normalise((done.stderr + done.stdout).decode("latin1")).split("\n"):
        start = re.match(r"\[\w+\] +\(P\) : ", line)
        if start:
            place = re.search(r"\bt\.cfg:(\d+)\]?", line) or re.search(r"\[t\.cfg:(\d+)\]", line)
            named = next((names[w] for w in re.findall(r"\bp\d+\b", line) if w in names), None)
            last = owners[int(place[1]) - 1] if place and int(place[1]) <= len(owners) else named
        messages.setdefault(last, []).append(line)
    return messages, END in (done.stderr + done.stdout).decode("latin1"), done.returncode


def slipped(messages):
    """whether HAProxy printed memory that it had given back, or cut its words at a byte of zero"""
    return any(re.search(r"[^\n\x20-\x7e]|character '\[ALERT\]", line) for lines in messages.values() for line in lines)


def judged(weir, haproxy, batch):
    """yields (number, what Weir says, what HAProxy says) of cases that differ"""
    silent = []
    while batch:
        theirs, complete, status = run(haproxy, batch)
        alone = len(batch) == 1
        if alone and (status < 0 or slipped(theirs)):  # HAProxy does not survive it or its words: then a refusal will do
            ours = run(weir, batch)
            if ours[2] != 1:
                yield batch[0][0], sum(ours[0].values(), []), [f"exit {status}"] + sum(theirs.values(), [])
            return
        reached = max((n for n in theirs if n is not None), default=batch[0][0])
        seen = batch if complete or alone else [c for c in batch if c[0] <= reached]
        ours = run(weir, seen)[0]
        for number, _ in seen:
            if ours.get(number) != theirs.get(number):
                if not alone:  # alone, so that no other line has a part in it
                    yield from judged(weir, haproxy, [c for c in seen if c[0] == number])
                else:
                    yield number, ours.get(number, []), theirs.get(number, [])
            elif number not in theirs:
                silent.append((number, dict(seen)[number]))
        batch = [] if alone else batch[len(seen):]
    if silent:
        yield from checked(weir, haproxy, silent)


def checked(weir, haproxy, batch):
    """the same without the end, for lines that can be read"""
    ours, theirs = run(weir, batch, end=False), run(haproxy, batch, end=False)
    if ours == theirs:
        return
    if len(batch) == 1:
        if ours[2] == 1 and (theirs[2] < 0 or slipped(theirs[0])):
            return
        yield batch[0][0], [f"exit {ours[2]}"] + sum(ours[0].values(), []), [f"exit {theirs[2]}"] + sum(theirs[0].values(), [])
        return
    for half in (batch[:len(batch) // 2], batch[len(batch) // 2:]):
        yield from checked(weir, haproxy, half)


def compare(weir, haproxy, only=""):
    known = harness.known_differences("mutation")
    todo = [(number, case) for number, case in enumerate(cases(), 1) if (only in f"{case[0]}: {case[1]}" if only else zlib.crc32(case[1].encode()) % SHARE == 0)]
    by_number = dict(todo)
    batches = [todo[i:i + BATCH] for i in range(0, len(todo), BATCH)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [f for b in pool.map(lambda batch: list(judged(os.path.abspath(weir), haproxy, batch)), batches) for f in b]
    expected = 0
    for number, ours, theirs in found:
        name = ": ".join(by_number[number])
        expected += name in known
        print(f"differs{', as is known' if name in known else ''}: {name}")
        for who, lines in (("weir", ours), ("haproxy", theirs)):
            print(*(f"    {who:8} {line[:400]}" for line in lines), sep="\n")
    return len(todo) - len(found), len(found) - expected, expected
