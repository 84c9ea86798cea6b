"""Compares the answers of both programs to commands of the runtime API, one after the other on one process each. Used
by run.py. What each program says in its own words (help, versions, addresses) is not here."""
import os
import re
import socket
import subprocess
import tempfile
import time

import runtime_cases

CONFIG = """global
 stats socket FOLDER/socket level admin
 set-var proc.zz str(abc)
defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
frontend f
 bind unix@FOLDER/f
 use_backend b
backend b
 default-server weight 50
 server s1 127.0.0.1:1
 server s2 127.0.0.1:2 check inter 1h
 server s3 127.0.0.1:3 track s2
 server s4 127.0.0.1:4 id 12
 use-server s4 if { always_false }
backend st
 balance static-rr
 server s1 127.0.0.1:1
backend src
 balance source
 server s1 127.0.0.1:1
backend tcpb
 mode tcp
 balance leastconn
 server s1 127.0.0.1:1
backend empty
backend disp
 dispatch 127.0.0.1:1
"""

# One command, or several with ";", a line.
COMMANDS = r"""
get var
get var proc.zz
get var proc.nope
get var txn.x
get var zz
get var proc.zz
set profiling
set profiling foo
set profiling tasks
set profiling tasks foo
set profiling memory on
set profiling memory off
show cache
show startup-logs
set rate-limit
set rate-limit foo
set rate-limit ssl-sessions
set rate-limit ssl-sessions foo
set rate-limit ssl-sessions global
set rate-limit ssl-sessions global x
set rate-limit ssl-sessions global -1
set rate-limit ssl-sessions global 17
set rate-limit ssl-sessions global 0
set rate-limit sessions global
set maxconn frontend
set maxconn frontend zz
set maxconn frontend f
set maxconn frontend f x
set maxconn frontend f -1
set maxconn global
set maxconn global 999999999
set maxconn server
set maxconn server b
set maxconn server b/s1
set maxconn server b/s1 x
set maxconn server b/s1 5
set severity-output
set severity-output zz
set severity-output string; get weight b/zz
set timeout
set timeout cli
set timeout cli x
set timeout cli 0
set timeout cli 10s
set timeout zz
show cli level
show cli sockets
shutdown frontend
shutdown frontend zz
shutdown sessions server
shutdown sessions server b
shutdown sessions server b/zz
shutdown sessions server b/s1
shutdown session
shutdown session 0
shutdown session zz
clear counters
clear counters all
clear counters foo
clear table
clear table zz
operator; clear counters all
show backend
show env nope
show fd x
show table
show table zz
get acl
get map
get weight
get weight b
add acl
add map
del acl
del map
set map
clear acl
clear map
prepare acl
commit map
show stat zz 1 1
show stat b 4 99
show servers state zz
show servers conn zz
prompt
disable frontend zz
enable frontend
enable frontend f
disable frontend f
disable frontend f
enable frontend f
disable server b
enable agent b/s1
enable health b/s1
disable health b/s1
set weight b/s1
set weight b/s1 x
set server
set server b
set server b/s1
set server b/s1 foo
set server b/s1 state
set server b/s1 fqdn
set server b/s1 fqdn a.b
set server b/s1 ssl
set server b/s1 ssl on
set server b/s1 ssl foo
set server b/s1 agent foo
set server b/s1 addr
set server b/s1 addr x
set server b/s1 addr 127.0.0.1 port
set server b/s1 addr 127.0.0.1 port x
set server b/s1 addr 127.0.0.1 port 99999
set server b/s1 check-port 1
set server b/s2 check-port x
set server b/s2 check-port 99999
set server b/s2 check-addr x
set server b/s1 agent-port 4
set server b/s1 agent-addr 4
set server b/s1 agent-send foo
enable dynamic-cookie backend b
set dynamic-cookie-key backend b foo
"""

SERVERS = r"""
add server
add server b
add server b/
add server /x
add server zz/x
add server b/x
add server b/s1 127.0.0.1:5
add server b/x1 127.0.0.1:5
add server b/x1 127.0.0.1:5
add server b/x2 nowhere:5
add server b/x3 127.0.0.1:5 weight 7 check inter 1s id 33
add server b/x4 127.0.0.1:5 id 33
add server b/x5 127.0.0.1:5 cookie c
add server b/x5 127.0.0.1:5 foo
add server b/x5 127.0.0.1:5 wait
add server b/x5 127.0.0.1:5 weight 999
add server b/x5 127.0.0.1:5 slowstart 1s
add server b/x5 127.0.0.1:5 track s2
add server b/x6 127.0.0.1:5 track x1
add server b/x7 127.0.0.1:5 track s2 check
add server b/x8 127.0.0.1:5 resolvers r
add server b/x9 127.0.0.1:5 init-addr none
add server b/x9 127.0.0.1:5 maxconn 5 minconn 1 maxqueue 3 backup
add server b/y1 127.0.0.1:5 enabled
add server b/y2 127.0.0.1:5 disabled
add server b/y4 127.0.0.1:5 ssl verify none
add server b/y6 127.0.0.1:5 proto zz
add server b/y7 127.0.0.1:5 send-proxy
add server b/y8 127.0.0.1:5 redir http://x
add server b/y9 127.0.0.1:5 agent-check
add server b/z1 127.0.0.1:5 agent-check agent-port 5
add server b/z2 127.0.0.1:5 check port 7 addr 1.1.1.1 rise 1 fall 1
add server b/z3 127.0.0.1
add server b/z4 127.0.0.1:99999
add server b/z5 /tmp/x
add server b/z6 127.0.0.1:+5
add server b/z7! 127.0.0.1:5
add server b/z8 127.0.0.1:5 observe layer4
add server b/z9 127.0.0.1:5 on-marked-down shutdown-sessions
add server b/a1 127.0.0.1:5 namespace x
add server b/a2 127.0.0.1:5 tfo
add server b/a3 127.0.0.1:5 source 127.0.0.1
add server b/a4 127.0.0.1:5 error-limit 5 pool-max-conn 4 pool-low-conn 3 pool-purge-delay 5s proxy-v2-options ssl
add server b/a5 127.0.0.1:5 weight
add server b/a6 127.0.0.1:5 inter x
add server b/a7 127.0.0.1:5 non-stick usesrc
add server b/a9 127.0.0.1:5 max-reuse 4 send-proxy-v2 socks4 127.0.0.1:1 tcp-ut 5s
add server b/b1 127.0.0.1:5 log-proto x
add server st/x 127.0.0.1:5
add server src/x 127.0.0.1:5
add server tcpb/x 127.0.0.1:5
add server empty/x 127.0.0.1:5
add server disp/x 127.0.0.1:5
add server #3/x 127.0.0.1:5
del server
del server b
del server b/zz
del server zz/zz
del server b/s1
del server b/x1
del server b/x1
del server b/s4
set server b/s4 state maint
del server b/s4
set server b/s2 state maint
del server b/s2
set server b/s3 state maint
del server b/s3
set server b/s1 state maint
del server b/s1
enable server b/y1
enable health b/y1
enable health b/x3
enable agent b/z1
disable health b/x3
set server b/y1 state ready
get weight b/x3
set weight b/x3 3
add server b/s1 127.0.0.1:5
del server #4/y2
del server b/#33
operator; add server b/p 1.1.1.1:1; del server b/y1
enable health b/zz
enable health
enable health b
disable agent b/x3
"""

NAMES_CONFIG = """global
 stats socket FOLDER/socket level admin
 localpeer A
defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
resolvers rr
 nameserver n1 127.0.0.1:1
 hold obsolete 1h
peers none
backend b
 server s1 127.0.0.1:1
 server s2 localhost:2 resolvers rr init-addr 127.0.0.5
 server s3 127.0.0.1:2 resolvers rr
 server t1 127.0.0.1:3 ssl verify none
 default-server ssl verify none
 server t2 127.0.0.1:3
 server t3 127.0.0.1:3 no-ssl
 server-template m 2 _http._tcp.x.y:1 resolvers rr init-addr none
listen l
 bind unix@FOLDER/l
"""

NAMES = r"""
set server b/s1 fqdn foo
set server b/s2 fqdn foo.bar
set server b/s2 fqdn foo.bar
set server b/s2 fqdn
set server b/s2 fqdn _a._tcp.b
set server b/s3 fqdn foo.bar
set server b/m1 fqdn foo.bar
set server b/s2 fqdn 1.2.3.4
set server b/s2 fqdn a!b
set server b/s2 fqdn a..b
set server b/s2 fqdn .a
set server b/s2 fqdn a.b.
set server b/s1 ssl on
set server b/t1 ssl
set server b/t1 ssl off
show servers state b
set server b/t1 ssl on
set server b/t1 ssl foo
set server b/t2 ssl off
set server b/t3 ssl on
operator; set server b/t1 ssl on
show servers state b
show servers conn b
show resolvers
show resolvers rr
show resolvers zz
set severity-output number; set server b/s2 fqdn x.b; set server b/t1 ssl off; show peers nope; set var x
user; experimental-mode on
show peers
show peers dict
show peers - none
show peers zz
show tasks
user; show tasks
"""

# Modes, and what they offer.
MODES = r"""
experimental-mode
experimental-mode on
experimental-mode on; experimental-mode
expert-mode foo; expert-mode
expert-mode on; expert-mode off; expert-mode
operator; experimental-mode
user; expert-mode
set var
set var proc.zz int(4)
experimental-mode on; set var
experimental-mode on; set var proc.q
experimental-mode on; set var proc.q int(4); get var proc.q
experimental-mode on; set var proc.q expr int(5); get var proc.q
experimental-mode on; set var proc.q fmt a%[str(x)]b; get var proc.q
experimental-mode on; set var proc.q fmt %[nope]; get var proc.q
experimental-mode on; set var proc.q expr nope; get var proc.q
experimental-mode on; set var proc.q expr src; get var proc.q
experimental-mode on; set var proc.q expr var(proc.zz),upper; get var proc.q
experimental-mode on; set var proc.new expr int(4),add(1); get var proc.new
experimental-mode on; set var proc.new expr var(proc.q); get var proc.new
experimental-mode on; set var proc.b expr str(abc),sha1; get var proc.b
experimental-mode on; set var proc.b expr bin(6101620a7fc3a9); get var proc.b
experimental-mode on; set var proc.b fmt %[bin(6101620a7fc3a9)]; get var proc.b
experimental-mode on; set var proc.b expr meth(GET); get var proc.b
experimental-mode on; set var proc.n expr nbsrv(zz)
experimental-mode on; set var txn.q expr int(4)
experimental-mode on; set var zz expr int(4)
experimental-mode on; set var proc.a-b expr int(4)
experimental-mode on; set var proc.new foo bar
experimental-mode on; set var proc.q int(4) int(5)
experimental-mode on; set var proc.q fmt a b; get var proc.q
experimental-mode on; operator; set var proc.q expr int(4)
debug dev exit
debug dev panic
debug dev fd
httpclient GET http://127.0.0.1:1/
expert-mode on; operator; debug dev fd
expert-mode on; debug dev write
expert-mode on; debug dev write 10
expert-mode on; debug dev write 120
expert-mode on; debug dev write 0
expert-mode on; debug dev write 200
expert-mode on; debug dev log some words
expert-mode on; debug dev delay 1; debug dev loop 1; debug dev delay x
expert-mode on; debug dev close
expert-mode on; debug dev close x
expert-mode on; debug dev close 0
expert-mode on; debug dev close 999
expert-mode on; debug dev tkill 99
expert-mode on; debug dev tkill 0 0
expert-mode on; debug dev tkill -1
operator; expert-mode on; debug dev delay 1
trace 0
trace zz
show trace zz
user; trace
expert-mode on; debug dev exit 3
"""


ADDRESSES_CONFIG = """global
 stats socket FOLDER/socket level admin
defaults
 mode http
 timeout client 1s
 timeout server 1s
 timeout connect 1s
resolvers rr
 nameserver n1 127.0.0.1:1
frontend f
 bind unix@FOLDER/f
 use_backend c if { srv_is_up(b/t2) }
 http-request set-header x %[srv_conn(b/t6)]
 default_backend b
backend b
 server s0 no.such.name:1 init-addr none
 server s1 no.such.name:1 init-addr none
 server s3 FOLDER/x
 server s4 127.0.0.1:+5
 server s5 127.0.0.1:7
 server s6 127.0.0.1
 server s7 abns@x
 server s8 127.0.0.1:7 check port 8 inter 1h
 server s9 127.0.0.1:7 check inter 1h
 server sa 127.0.0.1:+7 check port 4 inter 1h
 server sb 127.0.0.1:-7
 server sc 127.0.0.1:3 agent-check agent-port 4 agent-inter 1h
 server t1 localhost:5 init-addr 127.0.0.5
 server t2 127.0.0.1:2
 server t3 localhost:5 resolvers rr init-addr 127.0.0.5
 server t6 127.0.0.1:2
 server t8 127.0.0.1:2 source 0.0.0.0
 server t9 127.0.0.1:2
backend c
 option httpchk
 http-check expect string-lf %[srv_is_up(b/t9)]
 server c1 127.0.0.1:9
 server c2 127.0.0.1:9 track c3
 server c3 127.0.0.1:9 check inter 1h
"""

# What `set server` makes of addresses, ports and weights, and which servers may be deleted.
ADDRESSES = r"""
set severity-output number; set server b/s3 addr x
set severity-output number; set server b/s3 addr 127.0.0.9 port 4
set severity-output number; set server b/s3 addr 127.0.0.9; show servers state b
set severity-output number; set server b/s4 addr 127.0.0.1 port 5
set severity-output number; set server b/s4 addr 127.0.0.1 port +5
set severity-output number; set server b/s4 addr 127.0.0.1 port -5; show servers state b
set severity-output number; set server b/s4 addr 127.0.0.1 port +6
set severity-output number; set server b/s4 addr 127.0.0.2 port +0
set severity-output number; set server b/s4 addr 127.0.0.2 port 6; show servers state b
set severity-output number; set server b/s4 addr 127.0.0.2 port 70000
set severity-output number; set server b/s5 addr 127.0.0.2 port +5
set severity-output number; set server b/s5 addr 127.0.0.2 port +; show servers state b
set severity-output number; set server b/s5 addr 127.0.0.2 port -7
set severity-output number; set server b/s5 addr 127.0.0.2 port 70000
set severity-output number; set server b/s5 addr 127.0.0.2 port 0; show servers state b
set severity-output number; set server b/s5 addr 127.0.0.2 port 99999999999
set severity-output number; set server b/s5 addr 127.0.0.2 port 4294967297
set severity-output number; set server b/s5 addr 127.0.0.2 port 8x; show servers state b
set severity-output number; set server b/s5 addr 127.0.0.2 port x8
set severity-output number; set server b/s5 addr 127.0.0.2 port  
set severity-output number; set server b/s5 addr 127.0.0.2 foo 8; show servers state b
set severity-output number; set server b/s5 addr ::1 port 8
set severity-output number; set server b/s5 addr ::1 port 8
set severity-output number; set server b/s5 addr [::1] port 9; show servers state b
set severity-output number; set server b/s5 addr ::0001 port 9
set severity-output number; set server b/s5 addr * port 9
set severity-output number; set server b/s5 addr 0.0.0.0; show servers state b
set severity-output number; set server b/s5 addr ::FFFF port 9
set severity-output number; set server b/s5 addr ::ffff:1.2.3.4 port 9
set severity-output number; set server b/s5 addr 127.1 port 9; show servers state b
set severity-output number; set server b/s5 addr localhost
set severity-output number; set server b/s5 addr 127.0.0.1 port 9
set severity-output number; set server b/s6 addr 127.0.0.1 port 9; show servers state b
set severity-output number; set server b/s6 addr 127.0.0.1 port +9
set severity-output number; set server b/s6 addr 127.0.0.1 port -9
set severity-output number; set server b/s7 addr 127.0.0.1 port 9; show servers state b
set severity-output number; set server b/s8 addr 127.0.0.1 port 9
set severity-output number; set server b/s8 addr 127.0.0.1 port +9
set severity-output number; set server b/s9 addr 127.0.0.1 port 9; show servers state b
set severity-output number; set server b/s9 addr 127.0.0.1 port +9
set severity-output number; set server b/s9 addr 127.0.0.1 port 0
set severity-output number; set server b/sa addr 127.0.0.1 port 0; show servers state b
set severity-output number; set server b/sa addr 127.0.0.1 port 9
set severity-output number; set server b/sa addr 127.0.0.1 port +9
set severity-output number; set server b/s9 check-port 5 x; show servers state b
set severity-output number; set server b/s9 check-port 05
set severity-output number; set server b/s9 check-port -1
set severity-output number; set server b/s9 check-port 0; show servers state b
set severity-output number; set server b/s9 check-port 5x
set severity-output number; set server b/s9 check-port 99999999999999999
set severity-output number; set server b/s9 check-port 4294967301; show servers state b
set severity-output number; set server b/s9 check-addr [::1]
set severity-output number; set server b/s9 check-addr *
set severity-output number; set server b/s9 check-addr 127.0.0.1 port 5; show servers state b
set severity-output number; set server b/s9 check-addr 127.0.0.1 foo 5
set severity-output number; set server b/s9 check-addr 127.0.0.1 port
set severity-output number; set server b/s9 check-addr localhost; show servers state b
set severity-output number; set server b/s9 check-addr
set severity-output number; set server b/s9 check-port
set severity-output number; set server b/s1 check-port; show servers state b
set severity-output number; set server b/s1 check-addr
set severity-output number; set server b/s1 agent-addr
set severity-output number; set server b/s1 agent-port; show servers state b
set severity-output number; set server b/s1 agent-send
set severity-output number; set server b/s9 weight 4x%
set severity-output number; set server b/s9 weight 100000%; show servers state b
set severity-output number; set server b/s9 weight 0x10
set severity-output number; set server b/s9 weight 1e1
set severity-output number; set server b/s9 weight -1; show servers state b
set severity-output number; set server b/s9 weight -1%
set severity-output number; set server b/s9 weight 99999999999999999999
set severity-output number; set server b/s9 weight 99999999999999999999%; show servers state b
set severity-output number; set server b/s9 weight +5
set severity-output number; set maxconn server b/s9 4294967297
set severity-output number; set maxconn server b/s9 -1
set severity-output number; set maxconn server b/s9 +1
set severity-output number; set maxconn server b/s9 99999999999999999999
set severity-output number; set server b/s9 state; show servers state b
set severity-output number; set server b/s9 fqdn
set severity-output number; set server b/s9 fqdn foo
set severity-output number; set server /s9 state ready
set severity-output number; set server b/ state ready
set severity-output number; set server / state ready
set severity-output number; set server b/#9 state ready
set severity-output number; set server #3/#9 state ready
set severity-output number; set weight /s9 3
set severity-output number; set weight b/ 3
set severity-output number; get weight /
set severity-output number; disable server b/
set severity-output number; enable health /x
set severity-output number; shutdown sessions server b/
set severity-output number; set maxconn server b/ 3
set severity-output number; del server b/
set severity-output number; add server b/ x
set server b/sc agent-send
set server b/sc agent-port +5
set server b/sc agent-port 5
set server b/sc agent-addr [::1] port +1
set server b/sc agent-addr * port 6
set server b/sc health down
set server b/sc agent down
set server b/sc health up; set server b/sc agent up; show servers state b
set server b/sb addr 127.0.0.1 port -7; set server b/sb addr 127.0.0.1 port -7; show servers state b
set server b/sb addr 127.0.0.1 port -8; set server b/sb addr 127.0.0.1 port -8; show servers state b
set server b/t1 state maint; set server b/t1 weight 7; set weight b/t1 0; show servers state b; get weight b/t1
set server b/t1 state ready; show servers state b
set server b/t1 state maint; del server b/t1
set server b/t2 state maint; del server b/t2
set server b/t3 state maint; del server b/t3
set server b/t6 state maint; del server b/t6
set server b/t8 state maint; del server b/t8
set server b/t9 state maint; del server b/t9
set server c/c1 state maint; del server c/c1
set server c/c2 state maint; del server c/c2
set server c/c3 state maint; del server c/c3
del server b/s5
del server b/t3
add server b/d1 127.0.0.1:5 ssl verify none
set server b/d1 ssl on
add server b/d1 127.0.0.1:5
add server b/d1 127.0.0.1:5 foo
add server b/d1 fd@4
add server b/d2 127.0.0.1:5 no-backup no-send-proxy no-send-proxy-v2 no-tfo
add server b/d3 127.0.0.1:5 ca-file /no
add server b/d3 127.0.0.1:5 crl-file /no
add server b/d3 127.0.0.1:5 no-check
add server b/d3 127.0.0.1:5 stick
"""


def ask(path, command, ends=False):
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)
        client.settimeout(5)
        try:
            client.sendall(command if ends else command.encode() + b"\n")
            if ends: client.shutdown(socket.SHUT_WR)
        except OSError: return "(closed)"
        answer = b""
        try:
            while part := client.recv(65536): answer += part
        except TimeoutError: answer += b"(no end)"
        except ConnectionError: answer += b"(reset)"
        return answer.decode("latin1")


def run(binary, commands, text=CONFIG, name="socket", files={}):
    with tempfile.TemporaryDirectory() as folder:
        config, path = os.path.join(folder, "config"), os.path.join(folder, "socket")
        with open(config, "w") as file: file.write(text.replace("FOLDER", folder))
        for file_name, content in files.items():
            with open(os.path.join(folder, file_name), "w") as file: file.write(content)
        process = subprocess.Popen([binary, "-q", "-f", config], stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline:
                try:
                    if ask(path, "show cli level"): break
                except OSError: time.sleep(0.02)
            path = os.path.join(folder, name)
            return [normalise(send(path, command, folder).replace(folder, "FOLDER")) for command in commands]
        finally:
            process.kill()
            process.wait()


def send(path, command, folder):
    """one line, or bytes as they are with line feeds for bars"""
    if isinstance(command, str): return ask(path, command.replace("FOLDER", folder))
    return ask(path, command.replace(b"FOLDER", folder.encode()).replace(b"|", b"\n"), ends=True)


def normalise(answer):
    """without the seconds since the last change of a server, what name servers were asked meanwhile, and that a name was
    changed (admin state 64), which HAProxy shows from the next change of the state on only; addresses, versions, dates,
    numbers of processes, and the words of `help`"""
    answer = re.sub(r"0x[0-9a-f]{6,}", "0xN", answer)
    answer = re.sub(r"2\.6[-.][-+.\w]+", "VERSION", answer)
    answer = re.sub(r"\[\d\d/\w+/\d{4}:[\d:.]+\]", "[DATE]", answer).replace('", "', '","')
    answer = re.sub(r"^(  [a-z].*?) *: .*", r"\1", answer, flags=re.M).replace("new ssl crlfile", "new ssl crl-file")
    answer = re.sub(r"^(\d+ \S+ \d+ \S+ \S+ \d) 64 ", r"\1 0 ", answer, flags=re.M)
    answer = re.sub(r"^(  (sent|snd_error): +)\d+", r"\1-", answer, flags=re.M)
    return re.sub(r"^(\d+ \S+ \d+ \S+ \S+ \d \d+ \d+ \d+) \d+ ", r"\1 - ", answer, flags=re.M)


SUITES = [
    (CONFIG, COMMANDS, "socket"), (CONFIG, SERVERS, "socket"), (NAMES_CONFIG, NAMES, "socket"), (ADDRESSES_CONFIG, ADDRESSES, "socket"),
    (CONFIG, MODES, "socket"),
    (runtime_cases.CONFIG, runtime_cases.NAMES, "socket"), (runtime_cases.CONFIG, runtime_cases.LISTS, "socket"),
    (runtime_cases.CONFIG, runtime_cases.TRACES, "socket"), (runtime_cases.CONFIG, runtime_cases.LEVELS, "user"),
    (runtime_cases.CONFIG, runtime_cases.LEVELS, "oper"), (runtime_cases.CONFIG, runtime_cases.BYTES, "socket"),
]


def compare(weir, haproxy, only="", attempts=3):
    """-> (equal, different); lines that differ are run again with their suite on both: some answers depend on the moment, and
    Weir's is equal once it is one that HAProxy was seen giving"""
    different = equal = 0
    for config, lines, name in SUITES:
        commands = [line for line in (lines.split("\n") if isinstance(lines, str) else lines) if line]
        chosen = {number for number, command in enumerate(commands) if only in str(command)}
        left, ours, theirs = set(chosen), [], []
        for _ in range(attempts if chosen else 0):
            for program, answers in ((haproxy, theirs), (os.path.abspath(weir), ours)):
                answers.append(run(program, commands, config, name, runtime_cases.FILES))
            left = {number for number in left if not any(a[number] == b[number] for a in ours for b in theirs)}
            if not left: break
        for number in sorted(left):
            print(f"differs: {commands[number]}\n  haproxy {theirs[-1][number]!r}\n  weir    {ours[-1][number]!r}")
        equal, different = equal + len(chosen) - len(left), different + len(left)
    return equal, different
