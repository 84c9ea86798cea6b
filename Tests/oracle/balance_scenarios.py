"""The scenarios of balance_diff.py. Steps: picks KIND SEED COUNT, hold COUNT (connections kept open),
release INDEX... (of the held ones), disable/enable/drain SERVER, weight SERVER WEIGHT."""
import random

from balance_diff import Scenario, servers

MIXED = [dict(weight=10), dict(weight=1), dict(weight=3, id=77), dict(weight=6), dict(weight=25)]
BACKUPS = [dict(), dict(weight=2), dict(backup=True, weight=3), dict(backup=True), dict(backup=True, weight=5)]
FUNCTIONS = ["sdbm", "djb2", "wt6", "crc32"]


def weights(*values):
    return [dict(weight=v) for v in values]


def path(key):
    return f"GET /{key} HTTP/1.1\r\nHost: origin\r\n"


def parameter(key):
    return f"GET /?q=1&p={key}&r=2 HTTP/1.1\r\nHost: origin\r\n"


def header(key):
    return f"GET / HTTP/1.1\r\nHost: origin\r\nX: {key}\r\n"


def scenarios(scale):
    n = 60 * scale
    outages = [f"picks v4 3 {n}", "disable 1", f"picks v4 3 {n}", "disable 3", f"picks v4 4 {n}", "enable 1",
               f"picks v6 4 {n}", "enable 3", f"picks v6 3 {n}", "weight 0 0", f"picks v4 5 {n}"]
    result = []

    def add(name, balance, list_of_servers, steps, **more):
        result.append(Scenario(name, balance, list_of_servers, steps, **more))

    # source: the hash function has no part, the avalanche and the type have
    for modifier in ["", "map-based", "map-based sdbm avalanche", "map-based djb2", "consistent", "consistent sdbm",
                     "consistent wt6", "consistent djb2 avalanche"]:
        extra = ["hash-type " + modifier] if modifier else []
        label = modifier.replace(" ", "-") or "default"
        add("source-" + label, ["balance source"] + extra, servers(7), outages)
        add("source-mixed-" + label, ["balance source"] + extra, MIXED, outages)
    changes = [f"picks v4 8 {n}", "weight 2 40", f"picks v4 8 {n}", "weight 4 1", f"picks v6 8 {n}", "weight 1 256",
               f"picks v6 9 {n}", "weight 1 50%", f"picks v4 9 {n}", "drain 0", f"picks v4 9 {n}"]
    add("source-consistent-weights", ["balance source", "hash-type consistent"], MIXED, changes)
    backups = [f"picks v4 1 {n}", "disable 0", f"picks v4 1 {n}", "disable 1", f"picks v4 1 {n}", "disable 2",
               f"picks v4 1 {n}", "enable 2", f"picks v4 1 {n}", "enable 1", f"picks v4 1 {n}"]
    for kind in ["roundrobin", "static-rr", "leastconn", "source", "first"]:
        for extra in [(), ("option allbackups",)]:
            add(f"backup-{kind}-{len(extra)}", ["balance " + kind], BACKUPS, backups, extra=extra)
    heavier = [dict(), dict(backup=True, weight=2), dict(backup=True, weight=5), dict(backup=True, weight=3)]
    heavier_steps = ["disable 0", f"picks v4 1 {n}", "disable 1", f"picks v4 1 {n}", "enable 1", "disable 2",
                     f"picks v4 1 {n}"]
    for kind in ["roundrobin", "static-rr", "leastconn", "source", "first"]:
        add(f"backup-heavier-{kind}", ["balance " + kind], heavier, heavier_steps)
    add("backup-heavier-consistent", ["balance source", "hash-type consistent"], heavier, heavier_steps)
    text_steps = [step.replace("v4", "text") for step in heavier_steps]
    add("backup-heavier-uri", ["balance uri"], heavier, text_steps, key=path)
    add("backup-heavier-url_param", ["balance url_param p"], heavier, text_steps, key=parameter)
    add("backup-heavier-hdr", ["balance hdr(x)"], heavier, text_steps, key=header)
    add("backup-heavier-hash", ["balance hash req.hdr(x)"], heavier, text_steps, key=header)
    alone = ["disable 0", "disable 1", "picks none 0 20", "enable 0", "picks none 0 5", "disable 0", "enable 1",
             "picks none 0 20", "disable 3", "disable 2", "picks none 0 9", "enable 2", "picks none 0 11"]
    for kind, mode in [("hdr(x)", "http"), ("url_param p", "http"), ("rdp-cookie", "tcp"), ("hash req.hdr(x)", "http")]:
        for method in ["map-based", "consistent"]:
            add(f"backup-keyless-{kind.split('(')[0].split()[0]}-{method}",
                ["balance " + kind, "hash-type " + method], heavier, alone, mode=mode)
    for extra in [(), ("option allbackups",)]:
        add(f"backup-consistent-{len(extra)}", ["balance source", "hash-type consistent"], BACKUPS, backups,
            extra=extra)

    # turns
    turns = ["picks none 0 90", "disable 1", "picks none 0 50", "enable 1", "picks none 0 50", "disable 0",
             "disable 2", "picks none 0 30", "enable 2", "picks none 0 33", "enable 0", "picks none 0 90"]
    sets = dict(equal=servers(6), mixed=MIXED, steep=weights(256, 1, 100), zero=weights(0, 5, 0, 3),
                primes=weights(7, 3, 5, 2), common=weights(20, 30, 50, 10))
    for label, list_of_servers in sets.items():
        for kind in ["roundrobin", "static-rr", "leastconn"]:
            add(f"{kind}-{label}", ["balance " + kind], list_of_servers, turns)
    moving = ["picks none 0 17", "weight 2 40", "picks none 0 60", "weight 4 1", "picks none 0 60", "weight 0 0",
              "picks none 0 60", "weight 0 256", "picks none 0 70", "weight 3 12", "weight 1 12", "picks none 0 100"]
    for kind in ["roundrobin", "leastconn"]:
        add(f"{kind}-weights", ["balance " + kind], MIXED, moving)
    add("consistent-turns", ["balance hdr(x)", "hash-type consistent"], MIXED, turns + moving)
    growing = ["picks none 0 9"]
    for server, weight in [(4, 60), (4, 120), (2, 9), (0, 30), (4, 256), (2, 90), (1, 70), (4, 30), (4, 256)]:
        growing += [f"weight {server} {weight}", "picks none 0 14"]
    add("consistent-turns-growing", ["balance hdr(x)", "hash-type consistent"], MIXED, growing)
    add("map-turns", ["balance hdr(x)"], MIXED, turns)

    # limits: connections are held open
    limited = [dict(maxconn=2, weight=3), dict(maxconn=3), dict(maxconn=1, weight=9), dict(maxconn=4, weight=2, id=50),
               dict(maxconn=2, id=40)]
    holding = ["hold 4", "hold 3", "release 1 3", "hold 2", "release 0", "hold 5", "release 2 4 6", "hold 2",
               "picks none 0 2"]
    for kind in ["roundrobin", "static-rr", "leastconn", "first"]:
        add("limits-" + kind, ["balance " + kind], limited, holding, mode="tcp")
        add("load-" + kind, ["balance " + kind], MIXED, holding + ["hold 20", "release 3 9 12 15", "hold 8"],
            mode="tcp")
    add("limits-consistent-turns", ["balance rdp-cookie", "hash-type consistent"], limited, holding, mode="tcp")
    for factor in [101, 125, 200]:
        add(f"bounded-{factor}", ["balance source", "hash-type consistent", f"hash-balance-factor {factor}"], MIXED,
            ["hold 25", "release 1 3 5 7 9 11", "hold 10", "disable 4", "hold 12", f"picks v4 2 {n}"], mode="tcp")

    # keys of the request
    for function in FUNCTIONS:
        for modifier in ["", " avalanche"]:
            for kind in ["map-based", "consistent"]:
                add(f"uri-{kind}-{function}{modifier.replace(' ', '-')}",
                    ["balance uri", f"hash-type {kind} {function}{modifier}"], MIXED,
                    [f"picks text 6 {n}", "disable 4", f"picks text 6 {n}"], key=path)
    return result


def random_scenarios(seed, count):
    """Scenarios made at random, the same for the same seed."""
    r = random.Random(seed)
    for number in range(count):
        kind = r.choice(["roundrobin", "roundrobin", "leastconn", "static-rr", "source", "first", "hdr(x)", "source",
                         "rdp-cookie", "url_param p"])
        balance = ["balance " + kind]
        is_dynamic = kind in ("roundrobin", "leastconn", "first")
        if kind in ("source", "hdr(x)", "rdp-cookie", "url_param p"):
            method = r.choice(["map-based", "consistent", "consistent"])
            is_dynamic = method == "consistent"
            balance.append("hash-type " + method + r.choice(["", " sdbm", " wt6 avalanche"]))
            if is_dynamic and r.random() < 0.3:
                balance.append(f"hash-balance-factor {r.choice([101, 110, 150, 300])}")
        total = r.randint(1, 12)
        ids = r.sample(range(1, 5000), total)
        high = r.choice([1, 4, 20, 256])
        list_of_servers = []
        for i in range(total):
            server = dict(weight=r.choice([1, high, r.randint(0, high), r.randint(1, high)]))
            if r.random() < 0.3:
                server["id"] = ids[i] + 100
            if r.random() < 0.25:
                server["backup"] = True
            if r.random() < 0.3:
                server["maxconn"] = r.randint(1, 4)
            list_of_servers.append(server)
        mode = r.choice(["http", "tcp"])
        if kind in ("hdr(x)", "url_param p"):
            mode = "http"
        elif kind == "rdp-cookie":
            mode = "tcp"
        steps, held = [], 0
        for _ in range(r.randint(4, 14)):
            step = r.choice(["picks", "picks", "disable", "enable", "enable", "drain", "weight", "weight", "hold", "release"])
            if step == "picks":
                keys = r.choice(["v4", "v6"]) if kind == "source" else "none"
                steps.append(f"picks {keys} {r.randint(0, 999)} {r.randint(5, 40) if mode == 'http' else 4}")
            elif step == "weight":
                weight = r.choice([0, 1, r.randint(0, 256)]) if is_dynamic else r.choice(["0%", "100%"])
                steps.append(f"weight {r.randrange(total)} {weight}")
            elif step == "hold" and mode == "tcp":
                count_now = r.randint(1, 6)
                held += count_now
                steps.append(f"hold {count_now}")
            elif step == "release" and mode == "tcp" and held > 2:
                gone = r.sample(range(held), r.randint(1, held - 1))
                held -= len(gone)
                steps.append("release " + " ".join(map(str, gone)))
            elif step in ("disable", "enable", "drain"):
                steps.append(f"{step} {r.randrange(total)}")
        steps.append(f"picks none 1 {20 if mode == 'http' else 4}")
        extra = ["option allbackups"] if r.random() < 0.5 else []
        yield Scenario(f"random-{seed}-{number}", balance, list_of_servers, steps, mode=mode, extra=extra)
