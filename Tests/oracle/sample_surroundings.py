"""What the expressions of sample_diff.py refer to: variables, users, tables, backends, maps."""
import os

TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples")

# The cache of patterns mixes what map_sub and map_end of one file find in HAProxy.
GLOBAL = """    tune.pattern.cache-size 0
    presetenv WEIR_TEST 'a value; with |signs| and é'
    set-var proc.number int(12)
    set-var proc.text str(process)
"""

SECTIONS = """userlist people
    group admins users ann,bob
    group guests
    user ann insecure-password secret
    user bob insecure-password other groups guests
    user eve password $5$abc$ZfEzM3pNW4P4d2k0z3ZsN6WGVKKp/QXbQFVlDMmUuFD
backend served
    mode http
    server one 127.0.0.1:1 weight 10 maxconn 5
    server two 127.0.0.1:1 weight 20 id 77
    server off 127.0.0.1:1 disabled
    server spare 127.0.0.1:1 backup
backend empty
    mode http
backend kept
    stick-table type ip size 100 expire 1m store gpc0,gpc0_rate(10s),gpc1,gpc1_rate(10s),gpt0,conn_cnt,conn_cur,conn_rate(10s),sess_cnt,sess_rate(10s),http_req_cnt,http_req_rate(10s),http_err_cnt,http_err_rate(10s),http_fail_cnt,http_fail_rate(10s),bytes_in_cnt,bytes_in_rate(10s),bytes_out_cnt,bytes_out_rate(10s),server_id
backend arrays
    stick-table type string len 20 size 100 expire 1m store gpc(4),gpc_rate(4,10s),gpt(3)
backend vectors
    stick-table type ip size 100 expire 1m store gpc(4),gpc_rate(4,10s),gpt(3)
backend numbers
    stick-table type integer size 100 expire 1m store gpc0,http_req_cnt
frontend named
    mode http
    bind unix@@FOLDER@/named
    default_backend served
"""
