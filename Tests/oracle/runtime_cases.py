"""More lines for runtime_diff.py: names, lists, traces, levels, and what a client may send in one go (a tuple's second
line and the rest are bytes as Python writes them). FOLDER stands for the folder of the test."""

CONFIG = """global
 stats socket FOLDER/socket level admin
 stats socket FOLDER/user level user
 stats socket FOLDER/oper level operator
 stats timeout 2s
 set-var proc.zz str(abc)
 localpeer A
ring r1
 description "a ring"
 size 65536
defaults
 mode http
 timeout client 3s
 timeout server 3s
 timeout connect 1s
frontend f
 bind unix@FOLDER/f
 bind unix@FOLDER/f2 name second id 7
 acl a1 path -i -f FOLDER/acl
 http-request set-header x %[path,map(FOLDER/map)]
 http-request track-sc0 path table t1
 use_backend b
 default_backend b
backend b
 default-server weight 50
 server s1 127.0.0.1:1
 server s2 127.0.0.1:2
 server s3 127.0.0.1:3
 server s4 127.0.0.1:4 id 12
 server s5 127.0.0.1:5 disabled
 use-server s4 if { always_false }
backend tcpb
 mode tcp
 server s1 127.0.0.1:1
backend t1
 stick-table type string len 32 size 1k expire 1h store http_req_cnt,http_req_rate(10s),gpc0,gpc1,gpt0,server_id
backend empty
listen l
 bind unix@FOLDER/l
 server s1 127.0.0.1:1
"""
FILES = {"acl": "/a\n/b\n", "map": "/a 1\n/b 2\n"}

NAMES = r"""
add server /tmp/x/y
add server /tmp
add server x/y/z
add server b/s1/z
add server b/
add server /
disable agent /tmp/x
disable agent b/s1/z
disable agent b/
disable agent zz/
disable agent /s1
disable agent b
set server b/
set server /s1 state ready
set server b/s1/z state ready
get weight b/
get weight /s1
get weight b/s1/z
get weight #3x/s1
set weight b/
set maxconn server b/
set maxconn server /s1
set maxconn server b/s1/z 5
shutdown sessions server b/
shutdown sessions server /s1
del server b/
del server /
del server /s1
del server b/s1/z
enable server b/
show errors b
show errors b request
show errors b response
show errors b foo
show errors request
show errors -1 request
show errors zz
show errors 1
show errors 0
show errors 99
show errors #3
show errors #3x
show servers state #3x
enable dynamic-cookie backend #3x
set maxconn global 99999999999999999999999
set maxconn global 4294967297
set maxconn global 10
set maxconn global 0
set maxconn global -5
set maxconn global x5
set maxconn frontend f 99999999999
set maxconn frontend f 4294967297
set maxconn frontend f -1
set maxconn server b/s1 -1
set maxconn server b/s1 99999999999
set maxconn frontend b 10
set maxconn frontend l 10
set rate-limit connections global 99999999999
set rate-limit connections global -4
set rate-limit connections global 5x
set rate-limit connections global 0
set rate-limit sessions global 5 6
set rate-limit sessions global 0
set rate-limit http-compression global 7
set weight b/s1 50%
set weight b/s1 101%
set weight b/s1 300
set weight b/s1 256
set weight b/s1 -1
set weight b/s1 1x
set weight tcpb/s1 10%
get weight tcpb/s1
shutdown session b
shutdown session 0x
shutdown session 0x5
shutdown session -1
shutdown session 99999999999999999999999
show sess 5
show sess 0x5
show profiling -1
show profiling 3
show ssl cert
show ssl crl-file
show ssl ocsp-response aa
operator -
operator - x
operator -; get weight b/s1; show cli level
user -; show cli level
operator x; show cli level
show env HAPROXY_CLI
show env HAPROXY_LOCALPEER
show stat f 1 -1
show schema json foo
show tasks foo
show anon
shutdown frontend l
shutdown frontend l
enable frontend l
disable frontend l
set maxconn frontend l 10
""" + f"show ssl ocsp-response {'a' * 255}\nshow ssl ocsp-response {'a' * 258}\n"

LISTS = r"""
show acl FOLDER/map
show acl #2
show map #1
show map FOLDER/acl
get acl #2 /a
get acl #1 /a
get map #1 /a
get map FOLDER/acl /a
get map FOLDER/map /a
add map FOLDER/acl /q r
add map #1 /q r
add acl #2 /q
add acl FOLDER/map /q
del acl FOLDER/map /a
del map FOLDER/acl /a
del map #1 /a
del acl #99 x
set map FOLDER/acl /b x
set map #1 /b x
clear acl FOLDER/map
clear map FOLDER/acl
prepare acl FOLDER/map
prepare map FOLDER/acl
commit acl @1 FOLDER/map
commit map @1 FOLDER/acl
commit acl
commit acl @
commit acl @1
commit acl x
show acl @1
show map @0
show acl @1 #1
show map @1 zz
clear acl @1
clear acl
prepare acl
prepare acl zz
prepare acl @1 #1
add acl @9 #1 zz
add acl @0 #1 zz
add map @9 FOLDER/map k v
show map FOLDER/map
del acl #1 #0x1
del acl #1 #zz
del acl #1 zz
del acl #1
del acl
"""

# What traces are like: the sources that both have are named, their events are not.
TRACES = r"""
trace foo
trace 0
trace h1 foo
trace h1 event foo
trace h1 event +foo
trace h1 event -any
trace h1 event any
trace h1 level foo
trace h1 level data
trace h1 lock foo
trace h1 lock connection
trace check lock session
trace h1 verbosity foo
trace h1 verbosity complete
trace h1 sink foo
trace h1 sink buf0
trace h1 sink r1
trace h1 sink none
trace h1 start foo
trace h1 start now
trace h1 pause now
trace h1 stop now
trace h1 start h1s_new
trace h1 stop !h1s_new
trace 0
show trace zz
show events
show events buf0
show events r1
show events stdout
show events buf0 -x
user; trace
operator; trace 0
operator; trace zz
user; show trace zz
user; show trace h1
"""

# Lines of sockets that allow less.
LEVELS = r"""
show env
show env HOME
show errors
show events
show events r1
show events zz
show cli sockets
show cli level
show version
show stat f 1 -1
show table
show table t1
clear table t1
set table t1 key a
show map
add map FOLDER/map a b
del map FOLDER/map a
clear counters
clear counters all
get weight b/s1
set weight b/s1 3
set server b/s1 state maint
disable server b/s1
disable frontend f
shutdown frontend f
shutdown session 5
shutdown sessions server b/s1
set maxconn global 5
set rate-limit sessions global 4
set profiling tasks on
show profiling status
get var proc.zz
set var proc.zz int(4)
get weight x; operator; user; operator; show cli level
show startup-logs
trace zz
add server b/n 127.0.0.1:1
del server b/s1
enable health b/s1
show servers state zz
show servers conn zz
show peers
show resolvers zz
show ssl providers x
show cache
set ssl cert x
expert-mode on
experimental-mode on
set severity-output number; clear counters all; show env; get weight zz/s1
set timeout cli 5
"""

# In one go, with the end of what is sent behind.
BYTES = [
    rb"get weight b/s1 \|show version|", rb"get weight \|b/s1|show cli level|", rb"get weight b/s1\||",
    rb"get weight b/s1\\|show cli level|", rb"get weight b/s1", rb"get weight b/s1;", rb"get weight b/s1;get weight b/s4",
    rb"get weight b/s1|show cli level|", rb"prompt|get weight b/s1|show cli level|",
    rb"prompt; get weight b/s1|get weight b/s1; show cli level|", rb"prompt|prompt|get weight b/s1|",
    rb"get weight #3/s1|", rb"get weight b/s1 # x|", rb"get weight b/s1#x|",
    rb"add map FOLDER/map <<|/x 1|/y 2||", rb"add map FOLDER/map <<|/x 1|/y 2|",
    rb"add map FOLDER/map <<||", rb"add map FOLDER/acl <<||", rb"add acl FOLDER/acl <<||", rb"add acl FOLDER/acl x <<|payload||show acl FOLDER/acl|",
    rb"add map FOLDER/map <<; get weight b/s1|/x 1||", rb"get weight b/s1; add map FOLDER/map <<|/z 1||get weight b/s1|",
    rb"prompt|add map FOLDER/map <<|/z 1||get weight b/s1|", rb"prompt|add map FOLDER/map <<|/z 1|/u||get weight b/s1|",
    rb"add map FOLDER/map<<|/x 1||", rb"add map FOLDER/map a b <<|/x 1||", rb"get weight b/s1 <<|foo||",
    rb"get weight <<|b/s1||", rb"prompt|add map FOLDER/map <<|", rb"add map FOLDER/map <<|  /lead 1  |/tr 2   3  ||",
    b"add map FOLDER/map <<\r|/cr 1\r|\r|", rb"show map FOLDER/map|", b"get weight b/s1\0x|",
    b"get weight b/s1 " + b"a " * 100 + b"|", b"get weight b/s1|" * 5, b"get weight b/s1\r|",
    rb"set severity-output string; get weight b/zz; set weight b/s1 x|",
    rb"prompt|set severity-output number|get weight b/zz|set server b/s4 state drain|show cli level|",
    rb"user; prompt|show env|", rb"prompt|operator|show cli level|user|show cli level|operator|",
    rb"quit; get weight b/s1|", rb"get weight b/s1; quit; get weight b/s1|",
    rb"expert-mode on; prompt|show cli level|experimental-mode on|expert-mode off|",
    b"prompt|" + b"get weight b/s1;" * 200 + b"show cli level|", rb"get  weight" + b"\tb/s1|", rb"get weight b/s1\;show version|",
]
