/// What is told of the process, in the order of HAProxy.
extension Metric {
  static let process: [Metric] = [
    Metric("haproxy_process_nbthread", .gauge, field: "Nbthread", "Number of started threads (global.nbthread)"),
    Metric(
      "haproxy_process_nbproc", .gauge, field: "Nbproc",
      "Number of started worker processes (historical, always 1)"),
    Metric("haproxy_process_relative_process_id", .gauge, field: "Process_num", "Relative worker process number (1)"),
    Metric(
      "haproxy_process_uptime_seconds", .gauge, field: "Uptime_sec",
      "How long ago this worker process was started (seconds)"),
    Metric(
      "haproxy_process_pool_failures_total", .counter, field: "PoolFailed",
      "Number of failed pool allocations since this worker was started"),
    Metric(
      "haproxy_process_max_fds", .gauge, field: "Ulimit-n",
      "Hard limit on the number of per-process file descriptors"),
    Metric("haproxy_process_max_sockets", .gauge, field: "Maxsock", "Hard limit on the number of per-process sockets"),
    Metric(
      "haproxy_process_max_connections", .gauge, field: "Maxconn",
      "Hard limit on the number of per-process connections (configured or imposed by Ulimit-n)"),
    Metric(
      "haproxy_process_hard_max_connections", .gauge, field: "Hard_maxconn",
      "Hard limit on the number of per-process connections (imposed by Memmax_MB or Ulimit-n)"),
    Metric(
      "haproxy_process_current_connections", .gauge, field: "CurrConns",
      "Current number of connections on this worker process"),
    Metric(
      "haproxy_process_connections_total", .counter, field: "CumConns",
      "Total number of connections on this worker process since started"),
    Metric(
      "haproxy_process_requests_total", .counter, field: "CumReq",
      "Total number of requests on this worker process since started"),
    Metric(
      "haproxy_process_max_ssl_connections", .gauge, field: "MaxSslConns",
      "Hard limit on the number of per-process SSL endpoints (front+back), 0=unlimited"),
    Metric(
      "haproxy_process_current_ssl_connections", .gauge, field: "CurrSslConns",
      "Current number of SSL endpoints on this worker process (front+back)"),
    Metric(
      "haproxy_process_ssl_connections_total", .counter, field: "CumSslConns",
      "Total number of SSL endpoints on this worker process since started (front+back)"),
    Metric(
      "haproxy_process_max_pipes", .gauge, field: "Maxpipes",
      "Hard limit on the number of pipes for splicing, 0=unlimited"),
    Metric(
      "haproxy_process_pipes_used_total", .counter, field: "PipesUsed",
      "Current number of pipes in use in this worker process"),
    Metric(
      "haproxy_process_pipes_free_total", .counter, field: "PipesFree",
      "Current number of allocated and available pipes in this worker process"),
    Metric(
      "haproxy_process_current_connection_rate", .gauge, field: "ConnRate",
      "Number of front connections created on this worker process over the last second"),
    Metric(
      "haproxy_process_limit_connection_rate", .gauge, field: "ConnRateLimit",
      "Hard limit for ConnRate (global.maxconnrate)"),
    Metric(
      "haproxy_process_max_connection_rate", .gauge, field: "MaxConnRate",
      "Highest ConnRate reached on this worker process since started (in connections per second)"),
    Metric(
      "haproxy_process_current_session_rate", .gauge, field: "SessRate",
      "Number of sessions created on this worker process over the last second"),
    Metric(
      "haproxy_process_limit_session_rate", .gauge, field: "SessRateLimit",
      "Hard limit for SessRate (global.maxsessrate)"),
    Metric(
      "haproxy_process_max_session_rate", .gauge, field: "MaxSessRate",
      "Highest SessRate reached on this worker process since started (in sessions per second)"),
    Metric(
      "haproxy_process_current_ssl_rate", .gauge, field: "SslRate",
      "Number of SSL connections created on this worker process over the last second"),
    Metric(
      "haproxy_process_limit_ssl_rate", .gauge, field: "SslRateLimit",
      "Hard limit for SslRate (global.maxsslrate)"),
    Metric(
      "haproxy_process_max_ssl_rate", .gauge, field: "MaxSslRate",
      "Highest SslRate reached on this worker process since started (in connections per second)"),
    Metric(
      "haproxy_process_current_frontend_ssl_key_rate", .gauge, field: "SslFrontendKeyRate",
      "Number of SSL keys created on frontends in this worker process over the last second"),
    Metric(
      "haproxy_process_max_frontend_ssl_key_rate", .gauge, field: "SslFrontendMaxKeyRate",
      "Highest SslFrontendKeyRate reached on this worker process since started (in SSL keys per second)"),
    Metric(
      "haproxy_process_frontend_ssl_reuse", .gauge, field: "SslFrontendSessionReuse_pct",
      "Percent of frontend SSL connections which did not require a new key"),
    Metric(
      "haproxy_process_current_backend_ssl_key_rate", .gauge, field: "SslBackendKeyRate",
      "Number of SSL keys created on backends in this worker process over the last second"),
    Metric(
      "haproxy_process_max_backend_ssl_key_rate", .gauge, field: "SslBackendMaxKeyRate",
      "Highest SslBackendKeyRate reached on this worker process since started (in SSL keys per second)"),
    Metric(
      "haproxy_process_ssl_cache_lookups_total", .counter, field: "SslCacheLookups",
      "Total number of SSL session ID lookups in the SSL session cache on this worker since started"),
    Metric(
      "haproxy_process_ssl_cache_misses_total", .counter, field: "SslCacheMisses",
      "Total number of SSL session ID lookups that didn't find a session in the SSL session cache on this "
        + "worker since started"),
    Metric(
      "haproxy_process_http_comp_bytes_in_total", .counter, field: "CompressBpsIn",
      "Number of bytes submitted to the HTTP compressor in this worker process over the last second"),
    Metric(
      "haproxy_process_http_comp_bytes_out_total", .counter, field: "CompressBpsOut",
      "Number of bytes emitted by the HTTP compressor in this worker process over the last second"),
    Metric(
      "haproxy_process_limit_http_comp", .gauge, field: "CompressBpsRateLim",
      "Limit of CompressBpsOut beyond which HTTP compression is automatically disabled"),
    Metric(
      "haproxy_process_current_zlib_memory", .gauge, field: "ZlibMemUsage",
      "Amount of memory currently used by HTTP compression on the current worker process (in bytes)"),
    Metric(
      "haproxy_process_max_zlib_memory", .gauge, field: "MaxZlibMemUsage",
      "Limit on the amount of memory used by HTTP compression above which it is automatically disabled (in "
        + "bytes, see global.maxzlibmem)"),
    Metric(
      "haproxy_process_current_tasks", .gauge, field: "Tasks",
      "Total number of tasks in the current worker process (active + sleeping)"),
    Metric(
      "haproxy_process_current_run_queue", .gauge, field: "Run_queue",
      "Total number of active tasks+tasklets in the current worker process"),
    Metric(
      "haproxy_process_idle_time_percent", .gauge, field: "Idle_pct",
      "Percentage of last second spent waiting in the current worker thread"),
    Metric(
      "haproxy_process_stopping", .gauge, field: "Stopping",
      "1 if the worker process is currently stopping, otherwise zero"),
    Metric(
      "haproxy_process_jobs", .gauge, field: "Jobs",
      "Current number of active jobs on the current worker process (frontend connections, master "
        + "connections, listeners)"),
    Metric(
      "haproxy_process_unstoppable_jobs", .gauge, field: "Unstoppable Jobs",
      "Current number of unstoppable jobs on the current worker process (master connections)"),
    Metric(
      "haproxy_process_listeners", .gauge, field: "Listeners",
      "Current number of active listeners on the current worker process"),
    Metric(
      "haproxy_process_active_peers", .gauge, field: "ActivePeers",
      "Current number of verified active peers connections on the current worker process"),
    Metric(
      "haproxy_process_connected_peers", .gauge, field: "ConnectedPeers",
      "Current number of peers having passed the connection step on the current worker process"),
    Metric(
      "haproxy_process_dropped_logs_total", .counter, field: "DroppedLogs",
      "Total number of dropped logs for current worker process since started"),
    Metric(
      "haproxy_process_busy_polling_enabled", .gauge, field: "BusyPolling",
      "1 if busy-polling is currently in use on the worker process, otherwise zero (config.busy-polling)"),
    Metric(
      "haproxy_process_failed_resolutions", .counter, field: "FailedResolutions",
      "Total number of failed DNS resolutions in current worker process since started"),
    Metric(
      "haproxy_process_bytes_out_total", .counter, field: "TotalBytesOut",
      "Total number of bytes emitted by current worker process since started"),
    Metric(
      "haproxy_process_spliced_bytes_out_total", .counter, field: "TotalSplicdedBytesOut",
      "Total number of bytes emitted by current worker process through a kernel pipe since started"),
    Metric(
      "haproxy_process_bytes_out_rate", .gauge, field: "BytesOutRate",
      "Number of bytes emitted by current worker process over the last second"),
    Metric(
      "haproxy_process_recv_logs_total", .counter, field: "CumRecvLogs",
      "Total number of log messages received by log-forwarding listeners on this worker process since started"),
    Metric("haproxy_process_build_info", .gauge, field: "Build info", "Build info"),
    Metric(
      "haproxy_process_max_memory_bytes", .gauge, field: "Memmax_bytes",
      "Worker process's hard limit on memory usage in byes (-m on command line)"),
    Metric(
      "haproxy_process_pool_allocated_bytes", .gauge, field: "PoolAlloc_bytes",
      "Amount of memory allocated in pools (in bytes)"),
    Metric(
      "haproxy_process_pool_used_bytes", .gauge, field: "PoolUsed_bytes",
      "Amount of pool memory currently used (in bytes)"),
    Metric("haproxy_process_start_time_seconds", .gauge, field: "Start_time_sec", "Start time in seconds"),
  ]
}
