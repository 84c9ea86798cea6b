/// Every keyword that HAProxy 2.6.12 knows, by section, implemented or not.
enum KeywordCatalogue {
  /// Whether HAProxy has a keyword of this name in the section.
  static func knows(_ name: String, in section: SectionKind) -> Bool {
    sets[section]?.contains(name) ?? false
  }

  /// Keywords of `global` that are Weir's alone.
  static let own: Set<String> = ["reload-mode"]

  /// What a misspelt keyword of the section may have been meant to be; among equally like ones the first wins.
  static func candidates(in section: SectionKind) -> [String] {
    section == .global ? global : section.isProxy ? proxies : []
  }

  /// All names of a section, sorted.
  static func names(in section: SectionKind) -> [String] { (sets[section] ?? []).sorted() }

  private static let sets: [SectionKind: Set<String>] = {
    let sectionNames = Set(SectionKind.allCases.map(\.rawValue))
    let ofProxies = Set(proxies).union(removedFromProxies).subtracting(sectionNames)
    var sets: [SectionKind: Set<String>] = [
      .global: Set(global).union(unsuggestedGlobal).subtracting(sectionNames)
    ]
    for kind in SectionKind.allCases where kind.isProxy { sets[kind] = ofProxies }
    for (kind, names) in others { sets[kind] = Set(names) }
    return sets
  }()

  /// The order is the one in which HAProxy compares them.
  static let global: [String] = [
    "ca-base", "crt-base", "close-spread-time", "h1-accept-payload-with-any-method", "issuers-chain-path",
    "maxsslconn", "ssl-default-bind-ciphersuites", "ssl-default-bind-options", "ssl-default-server-ciphersuites",
    "ssl-default-server-options", "ssl-default-server-ciphers", "ssl-dh-param-file", "ssl-mode-async",
    "h1-case-adjust", "h1-case-adjust-file", "lua-prepend-path", "mworker-max-reloads", "ssl-propquery",
    "ssl-provider", "ssl-provider-path", "ssl-skip-self-issued-ca", "tune.h2.header-table-size",
    "tune.idle-pool.shared", "thread-group", "thread-groups", "tune.lua.forced-yield", "tune.pool-high-fd-ratio",
    "tune.ssl.cachesize", "tune.sched.low-latency", "tune.ssl.capture-buffer-size", "tune.ssl.default-dh-param",
    "pp2-never-send-local", "tune.ssl.force-private-cache", "tune.ssl.lifetime", "tune.h2.max-frame-size",
    "tune.lua.session-timeout", "httpclient.resolvers.id", "httpclient.resolvers.prefer", "httpclient.ssl.verify",
    "tune.lua.task-timeout", "tune.ssl.maxrecord", "tune.peers.max-updates-at-once", "tune.ssl.hard-maxrecord",
    "tune.ssl.ssl-ctx-cache-size", "tune.ssl.capture-cipherlist-size", "ssl-default-bind-ciphers",
    "ssl-default-bind-curves", "tune.ssl.keylog", "ssl-load-extra-files", "ssl-load-extra-del-ext", "lua-load",
    "default-path", "lua-load-per-thread", "tune.lua.service-timeout", "tune.listener.multi-queue", "tune.lua.maxmem",
    "no-memory-trimming", "tune.h2.initial-window-size", "tune.h2.max-concurrent-streams", "stats", "grace",
    "hard-stop-after", "httpclient.ssl.ca-file", "profiling.tasks", "set-var", "set-var-fmt",
    "tune.fd.edge-triggered", "tune.pool-low-fd-ratio", "tune.fail-alloc", "tune.vars.global-max-size",
    "tune.vars.proc-max-size", "tune.vars.sess-max-size", "nbthread", "tune.vars.check-max-size",
    "tune.vars.txn-max-size", "tune.vars.reqres-max-size", "busy-polling", "daemon", "global", "insecure-fork-wanted",
    "insecure-setuid-wanted", "master-worker", "noepoll", "noevports", "nogetaddrinfo", "nokqueue", "nopoll",
    "noreuseport", "nosplice", "quiet", "set-dumpable", "tune.buffers.limit", "tune.buffers.reserve",
    "tune.recv_enough", "external-check", "tune.rcvbuf.server", "tune.runqueue-depth", "tune.maxpollevents",
    "tune.comp.maxlevel", "chroot", "maxconn", "description", "maxcompcpuusage", "maxpipes", "pidfile",
    "tune.http.cookielen", "tune.http.logurilen", "tune.sndbuf.server", "log-send-hostname", "cpu-map",
    "numa-cpu-mapping", "server-state-base", "server-state-file", "log-tag", "spread-checks", "max-spread-checks",
    "ulimit-n", "setenv", "frontend", "strict-limits", "peers", "resolvers", "zero-warning", "tune.maxaccept",
    "tune.bufsize", "tune.maxrewrite", "maxconnrate", "tune.idletimer", "tune.rcvbuf.client", "tune.sndbuf.client",
    "tune.pipesize", "tune.http.maxhdr", "tune.pattern.cache-size", "uid", "gid", "group", "nbproc", "node", "user",
    "maxsessrate", "log", "maxcomprate", "maxsslrate", "ssl-server-verify", "maxzlibmem", "presetenv", "unix-bind",
    "backend", "unsetenv", "localpeer", "defaults", "resetenv", "listen", "cluster-secret",
  ]

  /// Known to `global`, but never suggested.
  static let unsuggestedGlobal: [String] = [
    "expose-experimental-directives", "fd-hard-limit", "h2-workaround-bogus-websocket-clients", "tune.chksize",
  ]

  /// Of `defaults`, `frontend`, `backend` and `listen`, in the order in which HAProxy compares them.
  static let proxies: [String] = [
    "http-check", "tcp-check", "clitimeout", "contimeout", "rate-limit", "max-keep-alive-queue", "clitcpka-intvl",
    "srvtcpka-cnt", "srvtcpka-idle", "srvtcpka-intvl", "tcp-request", "compression", "filter", "timeout",
    "srvtimeout", "declare", "clitcpka-cnt", "clitcpka-idle", "errorloc", "errorloc302", "errorfile", "errorfiles",
    "errorloc303", "http-error", "retry-on", "tcp-response", "external-check", "use-fcgi-app", "bind-process",
    "default-server", "disabled", "frontend", "description", "enabled", "listen", "backend", "defaults",
    "monitor-net", "dynamic-cookie-key", "cookie", "email-alert", "monitor-uri", "server", "acl", "bind", "fullconn",
    "http-response", "http-after-response", "id", "load-server-state-from-file", "capture", "block", "mode",
    "server-state-file-name", "http-send-name-header", "retries", "ignore-persist", "redirect", "server-template",
    "persist", "appsession", "force-persist", "http-request", "max-session-srv-conns", "option", "stick", "backlog",
    "stick-table", "monitor", "maxconn", "balance", "hash-type", "unique-id-format", "use-server", "http-reuse",
    "hash-balance-factor", "stats", "log-format-sd", "transparent", "dispatch", "unique-id-header", "log",
    "error-log-format", "source", "use_backend", "default_backend", "log-format", "log-tag", "usesrc",
  ]

  /// Known to proxies only to say that they are gone.
  static let removedFromProxies: [String] = [
    "cliexp", "srvexp", "grace", "redisp", "redispatch", "reqadd", "reqallow", "reqdel", "reqdeny", "reqiallow",
    "reqidel", "reqideny", "reqipass", "reqirep", "reqitarpit", "reqpass", "reqrep", "reqtarpit", "rspadd", "rspdel",
    "rspdeny", "rspidel", "rspideny", "rspirep", "rsprep",
  ]

  /// The keywords of the other sections.
  static let others: [SectionKind: [String]] = [
    .userlist: ["group", "user"],
    .peers: [
      "bind", "default-bind", "default-server", "disabled", "enabled", "log", "peer", "server", "shards", "table",
    ],
    .mailers: ["mailer", "timeout"],
    .namespaceList: ["namespace"],
    .resolvers: ["accepted_payload_size", "hold", "nameserver", "parse-resolv-conf", "resolve_retries", "timeout"],
    .cache: ["max-age", "max-object-size", "max-secondary-entries", "process-vary", "total-max-size"],
    .httpErrors: ["errorfile"],
    .ring: ["description", "format", "maxlen", "server", "size", "timeout"],
    .logForward: ["backlog", "bind", "dgram-bind", "log", "maxconn", "timeout"],
    .program: ["command", "group", "option", "user"],
    .fcgiApp: [
      "acl", "docroot", "index", "log-stderr", "option", "pass-header", "path-info", "set-param",
    ],
  ]
}
