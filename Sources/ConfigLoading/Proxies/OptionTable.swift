import Configuration

/// The `option` keywords that are plain switches (manual section 4.2): where they count and what they set.
struct SwitchOption: Sendable {
  let name: String
  let capability: ProxyCapabilities
  let option: ProxyOptions
  /// Means something in HTTP mode only; elsewhere a warning says so.
  let needsHTTP: Bool

  init(_ name: String, _ capability: ProxyCapabilities, _ option: ProxyOptions, http: Bool = false) {
    self.name = name
    self.capability = capability
    self.option = option
    self.needsHTTP = http
  }

  /// In the order in which HAProxy names them in its warnings.
  static let all: [SwitchOption] = [
    SwitchOption("abortonclose", .backend, .abortOnClose),
    SwitchOption("allbackups", .backend, .allBackups),
    SwitchOption("checkcache", .backend, .checkCache, http: true),
    SwitchOption("clitcpka", .frontend, .clientTCPKeepAlive),
    SwitchOption("contstats", .frontend, .contStats),
    SwitchOption("dontlognull", .frontend, .dontLogNull),
    SwitchOption("http-buffer-request", .listen, .httpBufferRequest, http: true),
    SwitchOption("http-ignore-probes", .frontend, .httpIgnoreProbes, http: true),
    SwitchOption("idle-close-on-response", .frontend, .idleCloseOnResponse, http: true),
    SwitchOption("prefer-last-server", .backend, .preferLastServer, http: true),
    SwitchOption("logasap", .frontend, .logASAP),
    SwitchOption("nolinger", .listen, .noLinger),
    SwitchOption("persist", .backend, .persist),
    SwitchOption("srvtcpka", .backend, .serverTCPKeepAlive),
    SwitchOption("transparent", .backend, .transparent),
    SwitchOption("splice-request", .listen, .spliceRequest),
    SwitchOption("splice-response", .listen, .spliceResponse),
    SwitchOption("splice-auto", .listen, .spliceAuto),
    SwitchOption("accept-invalid-http-request", .frontend, .acceptInvalidHTTPRequest, http: true),
    SwitchOption("accept-invalid-http-response", .backend, .acceptInvalidHTTPResponse, http: true),
    SwitchOption("dontlog-normal", .frontend, .dontLogNormal),
    SwitchOption("log-separate-errors", .frontend, .logSeparateErrors),
    SwitchOption("log-health-checks", .backend, .logHealthChecks),
    SwitchOption("socket-stats", .frontend, .socketStats),
    SwitchOption("tcp-smart-accept", .frontend, .tcpSmartAccept),
    SwitchOption("tcp-smart-connect", .backend, .tcpSmartConnect),
    SwitchOption("independent-streams", .listen, .independentStreams),
    SwitchOption("http-use-proxy-header", .frontend, .httpUseProxyHeader, http: true),
    SwitchOption("http-pretend-keepalive", .backend, .httpPretendKeepAlive, http: true),
    SwitchOption("http-no-delay", .listen, .httpNoDelay, http: true),
    SwitchOption("h1-case-adjust-bogus-client", .frontend, .forceCaseAdjustClient),
    SwitchOption("h1-case-adjust-bogus-server", .backend, .forceCaseAdjustServer),
    SwitchOption("disable-h2-upgrade", .frontend, .disableH2Upgrade, http: true),
  ]
}
