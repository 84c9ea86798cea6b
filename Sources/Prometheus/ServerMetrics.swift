/// What is told of servers, in the order of HAProxy.
extension Metric {
  static let server: [Metric] = [
    Metric("haproxy_server_current_queue", .gauge, .qcur, "Number of current queued connections"),
    Metric(
      "haproxy_server_max_queue", .gauge, .qmax,
      "Highest value of queued connections encountered since process started"),
    Metric(
      "haproxy_server_current_sessions", .gauge, .scur,
      "Number of current sessions on the frontend, backend or server"),
    Metric(
      "haproxy_server_max_sessions", .gauge, .smax,
      "Highest value of current sessions encountered since process started"),
    Metric("haproxy_server_limit_sessions", .gauge, .slim, "Frontend/listener/server's maxconn, backend's fullconn"),
    Metric("haproxy_server_sessions_total", .counter, .stot, "Total number of sessions since process started"),
    Metric("haproxy_server_bytes_in_total", .counter, .bin, "Total number of request bytes since process started"),
    Metric("haproxy_server_bytes_out_total", .counter, .bout, "Total number of response bytes since process started"),
    Metric(
      "haproxy_server_responses_denied_total", .counter, .dresp,
      "Total number of denied responses since process started"),
    Metric(
      "haproxy_server_connection_errors_total", .counter, .econ,
      "Total number of failed connections to server since the worker process started"),
    Metric(
      "haproxy_server_response_errors_total", .counter, .eresp,
      "Total number of invalid responses since the worker process started"),
    Metric(
      "haproxy_server_retry_warnings_total", .counter, .wretr,
      "Total number of server connection retries since the worker process started"),
    Metric(
      "haproxy_server_redispatch_warnings_total", .counter, .wredis,
      "Total number of server redispatches due to connection failures since the worker process started"),
    Metric("haproxy_server_status", .gauge, .status, "Current status of the service, per state label value."),
    Metric(
      "haproxy_server_weight", .gauge, .weight,
      "Server's effective weight, or sum of active servers' effective weights for a backend"),
    Metric(
      "haproxy_server_check_failures_total", .counter, .chkfail,
      "Total number of failed individual health checks per server/backend, since the worker process started"),
    Metric(
      "haproxy_server_check_up_down_total", .counter, .chkdown,
      "Total number of failed checks causing UP to DOWN server transitions, per server/backend, since the "
        + "worker process started"),
    Metric(
      "haproxy_server_check_last_change_seconds", .gauge, .lastchg,
      "How long ago the last server state changed, in seconds"),
    Metric(
      "haproxy_server_downtime_seconds_total", .counter, .downtime,
      "Total time spent in DOWN state, for server or backend"),
    Metric(
      "haproxy_server_queue_limit", .gauge, .qlimit,
      "Limit on the number of connections in queue, for servers only (maxqueue argument)"),
    Metric(
      "haproxy_server_current_throttle", .gauge, .throttle,
      "Throttling ratio applied to a server's maxconn and weight during the slowstart period (0 to 100%)"),
    Metric(
      "haproxy_server_loadbalanced_total", .counter, .lbtot,
      "Total number of requests routed by load balancing since the worker process started (ignores queue "
        + "pop and stickiness)"),
    Metric(
      "haproxy_server_max_session_rate", .gauge, .rateMax,
      "Highest value of sessions per second observed since the worker process started"),
    Metric("haproxy_server_check_status", .gauge, .checkStatus, "Status of last health check, per state label value."),
    Metric("haproxy_server_check_code", .gauge, .checkCode, "layer5-7 code, if available of the last health check."),
    Metric(
      "haproxy_server_check_duration_seconds", .gauge, .checkDuration,
      "Total duration of the latest server health check, in seconds."),
    Metric(
      "haproxy_server_http_responses_total", .counter, .hrsp1xx, isHTTP: true,
      "Total number of HTTP responses with status 100-199 returned by this object since the worker process "
        + "started"),
    Metric("haproxy_server_http_responses_total", .counter, .hrsp2xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_server_http_responses_total", .counter, .hrsp3xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_server_http_responses_total", .counter, .hrsp4xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_server_http_responses_total", .counter, .hrsp5xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_server_http_responses_total", .counter, .hrspOther, isHTTP: true, continues: true, ""),
    Metric(
      "haproxy_server_client_aborts_total", .counter, .cliAbrt,
      "Total number of requests or connections aborted by the client since the worker process started"),
    Metric(
      "haproxy_server_server_aborts_total", .counter, .srvAbrt,
      "Total number of requests or connections aborted by the server since the worker process started"),
    Metric(
      "haproxy_server_last_session_seconds", .gauge, .lastsess,
      "How long ago some traffic was seen on this object on this worker process, in seconds"),
    Metric(
      "haproxy_server_queue_time_average_seconds", .gauge, .qtime,
      "Avg. queue time for last 1024 successful connections."),
    Metric(
      "haproxy_server_connect_time_average_seconds", .gauge, .ctime,
      "Avg. connect time for last 1024 successful connections."),
    Metric(
      "haproxy_server_response_time_average_seconds", .gauge, .rtime,
      "Avg. response time for last 1024 successful connections."),
    Metric(
      "haproxy_server_total_time_average_seconds", .gauge, .ttime,
      "Avg. total time for last 1024 successful connections."),
    Metric(
      "haproxy_server_failed_header_rewriting_total", .counter, .wrew,
      "Total number of failed HTTP header rewrites since the worker process started"),
    Metric(
      "haproxy_server_connection_attempts_total", .counter, .connect,
      "Total number of outgoing connection attempts on this backend/server since the worker process started"),
    Metric(
      "haproxy_server_connection_reuses_total", .counter, .reuse,
      "Total number of reused connection on this backend/server since the worker process started"),
    Metric(
      "haproxy_server_idle_connections_current", .gauge, .srvIcur,
      "Current number of idle connections available for reuse on this server"),
    Metric(
      "haproxy_server_idle_connections_limit", .gauge, .srcIlim,
      "Limit on the number of available idle connections on this server (server 'pool_max_conn' directive)"),
    Metric("haproxy_server_max_queue_time_seconds", .gauge, .qtimeMax, "Maximum observed time spent in the queue"),
    Metric(
      "haproxy_server_max_connect_time_seconds", .gauge, .ctimeMax,
      "Maximum observed time spent waiting for a connection to complete"),
    Metric(
      "haproxy_server_max_response_time_seconds", .gauge, .rtimeMax,
      "Maximum observed time spent waiting for a server response"),
    Metric(
      "haproxy_server_max_total_time_seconds", .gauge, .ttimeMax,
      "Maximum observed total request+response time (request+queue+connect+response+processing)"),
    Metric(
      "haproxy_server_internal_errors_total", .counter, .eint,
      "Total number of internal errors since process started"),
    Metric(
      "haproxy_server_unsafe_idle_connections_current", .gauge, .idleConnCur,
      "Current number of unsafe idle connections"),
    Metric(
      "haproxy_server_safe_idle_connections_current", .gauge, .safeConnCur,
      "Current number of safe idle connections"),
    Metric("haproxy_server_used_connections_current", .gauge, .usedConnCur, "Current number of connections in use"),
    Metric("haproxy_server_need_connections_current", .gauge, .needConnEst, "Estimated needed number of connections"),
    Metric(
      "haproxy_server_uweight", .gauge, .uweight,
      "Server's user weight, or sum of active servers' user weights for a backend"),
  ]
}
