"""Lines in sections where they mean nothing, right and wrong ones: HAProxy says that it ignores them and reads them all the same."""

IN_FRONTENDS = """
balance xyz
balance
balance hash x(
hash-type zz
hash-type consistent zz
hash-type
option tcp-check x
option httpchk GET / x y z
option mysql-check foo
option smtpchk a b c
option redis-check x
option ssl-hello-chk x
option ldap-check x
option pgsql-check
tcp-check expect foo
tcp-check send
tcp-check connect
http-check expect status abc
http-check send x
use-server
use-server a if nope
use-server a if TRUE
force-persist if nope
force-persist
ignore-persist if TRUE
cookie
cookie a zz
cookie a insert
dynamic-cookie-key
dynamic-cookie-key a b
fullconn x
fullconn
fullconn 5 6
http-reuse x
http-reuse
http-reuse safe
http-send-name-header
http-send-name-header a b
transparent x
load-server-state-from-file x
load-server-state-from-file
load-server-state-from-file global
server-state-file-name
server-state-file-name a b
retries x
retries
dispatch x
dispatch 1.1.1.1:1
dispatch
source
source x
source 1.1.1.1 zz
stick on x
stick on src
stick foo
stick
option external-check x
external-check command
stick on src if nope
timeout server x
timeout connect x
default-server zz
max-keep-alive-queue x
errorfile 999 x
option redispatch x
retry-on zz
retry-on
option persist x
stick-table type zz
http-check disable-on-404 x
http-check send-state x
option httpchk
option tcp-check
option allbackups x
option abortonclose x
option log-health-checks x
option agent-check
default-server inter 5s
server s 1.1.1.1
log-health-checks
email-alert zz
""".strip().split("\n")

IN_BACKENDS = """
bind
bind :x
bind :80 zz
use_backend
use_backend a if nope
use_backend a if TRUE
use_backend %[x] if TRUE
monitor
monitor fail
monitor fail if nope
monitor fail if TRUE
monitor-uri
monitor-uri a b
max-session-srv-conns x
max-session-srv-conns
max-session-srv-conns 3
capture
capture zz
capture cookie a
capture cookie a len x
capture cookie a len 4
capture request header a len x
capture request header a len 3
capture response header a len 3
maxconn x
maxconn
maxconn 5
backlog x
backlog
backlog 5
default_backend
default_backend a b
default_backend zz
rate-limit x
rate-limit sessions x
rate-limit sessions 5
declare capture request len 5
declare capture zz
unique-id-format
unique-id-format %[x]
unique-id-header
log-format
timeout client x
timeout http-request x
option http-ignore-probes x
option tcplog x
option dontlognull x
option httplog zz
option contstats
option clitcpka
clitcpka-cnt x
errorloc 999 x
tcp-request connection accept
tcp-request session accept
tcp-request connection zz
monitor-net 1.1.1.1
option forwardfor zz
log-format-sd %[x]
error-log-format %[x]
id x
grace x
redirect location a if nope
block if TRUE
reqadd x
bind-process x
mode zz
option socket-stats
option tcp-smart-accept x
option accept-invalid-http-request x
stats bind-process x
stats socket x
dispatch zz
force-persist if TRUE
""".strip().split("\n")
