/// What is told of backends, in the order of HAProxy.
extension Metric {
  static let backend: [Metric] = [
    Metric("haproxy_backend_current_queue", .gauge, .qcur, "Number of current queued connections"),
    Metric(
      "haproxy_backend_max_queue", .gauge, .qmax,
      "Highest value of queued connections encountered since process started"),
    Metric(
      "haproxy_backend_current_sessions", .gauge, .scur,
      "Number of current sessions on the frontend, backend or server"),
    Metric(
      "haproxy_backend_max_sessions", .gauge, .smax,
      "Highest value of current sessions encountered since process started"),
    Metric("haproxy_backend_limit_sessions", .gauge, .slim, "Frontend/listener/server's maxconn, backend's fullconn"),
    Metric("haproxy_backend_sessions_total", .counter, .stot, "Total number of sessions since process started"),
    Metric("haproxy_backend_bytes_in_total", .counter, .bin, "Total number of request bytes since process started"),
    Metric("haproxy_backend_bytes_out_total", .counter, .bout, "Total number of response bytes since process started"),
    Metric(
      "haproxy_backend_requests_denied_total", .counter, .dreq,
      "Total number of denied requests since process started"),
    Metric(
      "haproxy_backend_responses_denied_total", .counter, .dresp,
      "Total number of denied responses since process started"),
    Metric(
      "haproxy_backend_connection_errors_total", .counter, .econ,
      "Total number of failed connections to server since the worker process started"),
    Metric(
      "haproxy_backend_response_errors_total", .counter, .eresp,
      "Total number of invalid responses since the worker process started"),
    Metric(
      "haproxy_backend_retry_warnings_total", .counter, .wretr,
      "Total number of server connection retries since the worker process started"),
    Metric(
      "haproxy_backend_redispatch_warnings_total", .counter, .wredis,
      "Total number of server redispatches due to connection failures since the worker process started"),
    Metric("haproxy_backend_status", .gauge, .status, "Current status of the service, per state label value."),
    Metric(
      "haproxy_backend_weight", .gauge, .weight,
      "Server's effective weight, or sum of active servers' effective weights for a backend"),
    Metric("haproxy_backend_active_servers", .gauge, .act, "Total number of active UP servers with a non-zero weight"),
    Metric("haproxy_backend_backup_servers", .gauge, .bck, "Total number of backup UP servers with a non-zero weight"),
    Metric(
      "haproxy_backend_check_up_down_total", .counter, .chkdown,
      "Total number of failed checks causing UP to DOWN server transitions, per server/backend, since the "
        + "worker process started"),
    Metric(
      "haproxy_backend_check_last_change_seconds", .gauge, .lastchg,
      "How long ago the last server state changed, in seconds"),
    Metric(
      "haproxy_backend_downtime_seconds_total", .counter, .downtime,
      "Total time spent in DOWN state, for server or backend"),
    Metric(
      "haproxy_backend_loadbalanced_total", .counter, .lbtot,
      "Total number of requests routed by load balancing since the worker process started (ignores queue "
        + "pop and stickiness)"),
    Metric(
      "haproxy_backend_max_session_rate", .gauge, .rateMax,
      "Highest value of sessions per second observed since the worker process started"),
    Metric(
      "haproxy_backend_http_responses_total", .counter, .hrsp1xx, isHTTP: true,
      "Total number of HTTP responses with status 100-199 returned by this object since the worker process "
        + "started"),
    Metric("haproxy_backend_http_responses_total", .counter, .hrsp2xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_backend_http_responses_total", .counter, .hrsp3xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_backend_http_responses_total", .counter, .hrsp4xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_backend_http_responses_total", .counter, .hrsp5xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_backend_http_responses_total", .counter, .hrspOther, isHTTP: true, continues: true, ""),
    Metric(
      "haproxy_backend_http_requests_total", .counter, .reqTot, isHTTP: true,
      "Total number of HTTP requests processed by this object since the worker process started"),
    Metric(
      "haproxy_backend_client_aborts_total", .counter, .cliAbrt,
      "Total number of requests or connections aborted by the client since the worker process started"),
    Metric(
      "haproxy_backend_server_aborts_total", .counter, .srvAbrt,
      "Total number of requests or connections aborted by the server since the worker process started"),
    Metric(
      "haproxy_backend_http_comp_bytes_in_total", .counter, .compIn, isHTTP: true,
      "Total number of bytes submitted to the HTTP compressor for this object since the worker process started"),
    Metric(
      "haproxy_backend_http_comp_bytes_out_total", .counter, .compOut, isHTTP: true,
      "Total number of bytes emitted by the HTTP compressor for this object since the worker process started"),
    Metric(
      "haproxy_backend_http_comp_bytes_bypassed_total", .counter, .compByp, isHTTP: true,
      "Total number of bytes that bypassed HTTP compression for this object since the worker process "
        + "started (CPU/memory/bandwidth limitation)"),
    Metric(
      "haproxy_backend_http_comp_responses_total", .counter, .compRsp, isHTTP: true,
      "Total number of HTTP responses that were compressed for this object since the worker process started"),
    Metric(
      "haproxy_backend_last_session_seconds", .gauge, .lastsess,
      "How long ago some traffic was seen on this object on this worker process, in seconds"),
    Metric(
      "haproxy_backend_queue_time_average_seconds", .gauge, .qtime,
      "Avg. queue time for last 1024 successful connections."),
    Metric(
      "haproxy_backend_connect_time_average_seconds", .gauge, .ctime,
      "Avg. connect time for last 1024 successful connections."),
    Metric(
      "haproxy_backend_response_time_average_seconds", .gauge, .rtime,
      "Avg. response time for last 1024 successful connections."),
    Metric(
      "haproxy_backend_total_time_average_seconds", .gauge, .ttime,
      "Avg. total time for last 1024 successful connections."),
    Metric(
      "haproxy_backend_failed_header_rewriting_total", .counter, .wrew,
      "Total number of failed HTTP header rewrites since the worker process started"),
    Metric(
      "haproxy_backend_connection_attempts_total", .counter, .connect,
      "Total number of outgoing connection attempts on this backend/server since the worker process started"),
    Metric(
      "haproxy_backend_connection_reuses_total", .counter, .reuse,
      "Total number of reused connection on this backend/server since the worker process started"),
    Metric(
      "haproxy_backend_http_cache_lookups_total", .counter, .cacheLookups, isHTTP: true,
      "Total number of HTTP requests looked up in the cache on this frontend/backend since the worker "
        + "process started"),
    Metric(
      "haproxy_backend_http_cache_hits_total", .counter, .cacheHits, isHTTP: true,
      "Total number of HTTP requests not found in the cache on this frontend/backend since the worker "
        + "process started"),
    Metric("haproxy_backend_max_queue_time_seconds", .gauge, .qtimeMax, "Maximum observed time spent in the queue"),
    Metric(
      "haproxy_backend_max_connect_time_seconds", .gauge, .ctimeMax,
      "Maximum observed time spent waiting for a connection to complete"),
    Metric(
      "haproxy_backend_max_response_time_seconds", .gauge, .rtimeMax,
      "Maximum observed time spent waiting for a server response"),
    Metric(
      "haproxy_backend_max_total_time_seconds", .gauge, .ttimeMax,
      "Maximum observed total request+response time (request+queue+connect+response+processing)"),
    Metric(
      "haproxy_backend_internal_errors_total", .counter, .eint,
      "Total number of internal errors since process started"),
    Metric(
      "haproxy_backend_uweight", .gauge, .uweight,
      "Server's user weight, or sum of active servers' user weights for a backend"),
    Metric(
      "haproxy_backend_agg_server_status", .gauge, .aggServerStatus,
      "Backend's aggregated gauge of servers' status"),
    Metric(
      "haproxy_backend_agg_server_check_status", .gauge, .aggServerCheckStatus,
      "Backend's aggregated gauge of servers' state check status"),
    Metric(
      "haproxy_backend_agg_check_status", .gauge, .aggCheckStatus,
      "Backend's aggregated gauge of servers' state check status"),
  ]
}
