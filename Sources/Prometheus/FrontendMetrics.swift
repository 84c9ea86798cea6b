/// What is told of frontends and their listeners, in the order of HAProxy.
extension Metric {
  static let frontend: [Metric] = [
    Metric(
      "haproxy_frontend_current_sessions", .gauge, .scur,
      "Number of current sessions on the frontend, backend or server"),
    Metric(
      "haproxy_frontend_max_sessions", .gauge, .smax,
      "Highest value of current sessions encountered since process started"),
    Metric("haproxy_frontend_limit_sessions", .gauge, .slim, "Frontend/listener/server's maxconn, backend's fullconn"),
    Metric("haproxy_frontend_sessions_total", .counter, .stot, "Total number of sessions since process started"),
    Metric("haproxy_frontend_bytes_in_total", .counter, .bin, "Total number of request bytes since process started"),
    Metric("haproxy_frontend_bytes_out_total", .counter, .bout, "Total number of response bytes since process started"),
    Metric(
      "haproxy_frontend_requests_denied_total", .counter, .dreq,
      "Total number of denied requests since process started"),
    Metric(
      "haproxy_frontend_responses_denied_total", .counter, .dresp,
      "Total number of denied responses since process started"),
    Metric(
      "haproxy_frontend_request_errors_total", .counter, .ereq,
      "Total number of invalid requests since process started"),
    Metric("haproxy_frontend_status", .gauge, .status, "Current status of the service, per state label value."),
    Metric(
      "haproxy_frontend_limit_session_rate", .gauge, .rateLim,
      "Limit on the number of sessions accepted in a second (frontend only, 'rate-limit sessions' setting)"),
    Metric(
      "haproxy_frontend_max_session_rate", .gauge, .rateMax,
      "Highest value of sessions per second observed since the worker process started"),
    Metric(
      "haproxy_frontend_http_responses_total", .counter, .hrsp1xx, isHTTP: true,
      "Total number of HTTP responses with status 100-199 returned by this object since the worker process "
        + "started"),
    Metric("haproxy_frontend_http_responses_total", .counter, .hrsp2xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_frontend_http_responses_total", .counter, .hrsp3xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_frontend_http_responses_total", .counter, .hrsp4xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_frontend_http_responses_total", .counter, .hrsp5xx, isHTTP: true, continues: true, ""),
    Metric("haproxy_frontend_http_responses_total", .counter, .hrspOther, isHTTP: true, continues: true, ""),
    Metric(
      "haproxy_frontend_http_requests_rate_max", .gauge, .reqRateMax, isHTTP: true,
      "Highest value of http requests observed since the worker process started"),
    Metric(
      "haproxy_frontend_http_requests_total", .counter, .reqTot, isHTTP: true,
      "Total number of HTTP requests processed by this object since the worker process started"),
    Metric(
      "haproxy_frontend_http_comp_bytes_in_total", .counter, .compIn, isHTTP: true,
      "Total number of bytes submitted to the HTTP compressor for this object since the worker process started"),
    Metric(
      "haproxy_frontend_http_comp_bytes_out_total", .counter, .compOut, isHTTP: true,
      "Total number of bytes emitted by the HTTP compressor for this object since the worker process started"),
    Metric(
      "haproxy_frontend_http_comp_bytes_bypassed_total", .counter, .compByp, isHTTP: true,
      "Total number of bytes that bypassed HTTP compression for this object since the worker process "
        + "started (CPU/memory/bandwidth limitation)"),
    Metric(
      "haproxy_frontend_http_comp_responses_total", .counter, .compRsp, isHTTP: true,
      "Total number of HTTP responses that were compressed for this object since the worker process started"),
    Metric(
      "haproxy_frontend_connections_rate_max", .gauge, .connRateMax,
      "Highest value of connections per second observed since the worker process started"),
    Metric(
      "haproxy_frontend_connections_total", .counter, .connTot,
      "Total number of new connections accepted on this frontend since the worker process started"),
    Metric(
      "haproxy_frontend_intercepted_requests_total", .counter, .intercepted, isHTTP: true,
      "Total number of HTTP requests intercepted on the frontend (redirects/stats/services) since the "
        + "worker process started"),
    Metric(
      "haproxy_frontend_denied_connections_total", .counter, .dcon,
      "Total number of incoming connections blocked on a listener/frontend by a tcp-request connection "
        + "rule since the worker process started"),
    Metric(
      "haproxy_frontend_denied_sessions_total", .counter, .dses,
      "Total number of incoming sessions blocked on a listener/frontend by a tcp-request connection rule "
        + "since the worker process started"),
    Metric(
      "haproxy_frontend_failed_header_rewriting_total", .counter, .wrew,
      "Total number of failed HTTP header rewrites since the worker process started"),
    Metric(
      "haproxy_frontend_http_cache_lookups_total", .counter, .cacheLookups, isHTTP: true,
      "Total number of HTTP requests looked up in the cache on this frontend/backend since the worker "
        + "process started"),
    Metric(
      "haproxy_frontend_http_cache_hits_total", .counter, .cacheHits, isHTTP: true,
      "Total number of HTTP requests not found in the cache on this frontend/backend since the worker "
        + "process started"),
    Metric(
      "haproxy_frontend_internal_errors_total", .counter, .eint,
      "Total number of internal errors since process started"),
  ]
  static let listener: [Metric] = [
    Metric(
      "haproxy_listener_current_sessions", .gauge, .scur,
      "Number of current sessions on the frontend, backend or server"),
    Metric(
      "haproxy_listener_max_sessions", .gauge, .smax,
      "Highest value of current sessions encountered since process started"),
    Metric("haproxy_listener_limit_sessions", .gauge, .slim, "Frontend/listener/server's maxconn, backend's fullconn"),
    Metric("haproxy_listener_sessions_total", .counter, .stot, "Total number of sessions since process started"),
    Metric("haproxy_listener_bytes_in_total", .counter, .bin, "Total number of request bytes since process started"),
    Metric("haproxy_listener_bytes_out_total", .counter, .bout, "Total number of response bytes since process started"),
    Metric(
      "haproxy_listener_requests_denied_total", .counter, .dreq,
      "Total number of denied requests since process started"),
    Metric(
      "haproxy_listener_responses_denied_total", .counter, .dresp,
      "Total number of denied responses since process started"),
    Metric(
      "haproxy_listener_request_errors_total", .counter, .ereq,
      "Total number of invalid requests since process started"),
    Metric("haproxy_listener_status", .gauge, .status, "Current status of the service, per state label value."),
    Metric(
      "haproxy_listener_denied_connections_total", .counter, .dcon,
      "Total number of incoming connections blocked on a listener/frontend by a tcp-request connection "
        + "rule since the worker process started"),
    Metric(
      "haproxy_listener_denied_sessions_total", .counter, .dses,
      "Total number of incoming sessions blocked on a listener/frontend by a tcp-request connection rule "
        + "since the worker process started"),
    Metric(
      "haproxy_listener_failed_header_rewriting_total", .counter, .wrew,
      "Total number of failed HTTP header rewrites since the worker process started"),
    Metric(
      "haproxy_listener_internal_errors_total", .counter, .eint,
      "Total number of internal errors since process started"),
  ]
}
