import Configuration
import Memory
import Observability
import Proxies

/// The lines of servers.
extension PrometheusExport {
  mutating func writeServers(_ process: ProcessRuntime, now: Int64, limit: Int, into text: inout GrowingText) {
    if !scope.sections.contains(.servers) { return nextSection() }
    labels.prepare(process)
    while metric < Metric.server.count {
      while proxy < process.backends.count {
        if !writeServers(of: process.backends[proxy], Metric.server[metric], now, limit, &text) { return }
        proxy += 1
        item = 0
      }
      nextMetric()
    }
    nextSection()
  }

  /// The servers of one backend; false where the text is long enough before the last of them.
  private mutating func writeServers(
    of backend: BackendRuntime?, _ metric: Metric, _ now: Int64, _ limit: Int, _ text: inout GrowingText
  ) -> Bool {
    guard let backend, !(metric.isHTTP && backend.settings.mode != .http) else { return true }
    let servers = backend.servers
    while item < servers.count {
      if text.count >= limit { return false }
      let server = servers[item]
      item += 1
      if scope.hidesMaintenance && server.isInMaintenance { continue }
      write(server, backend, metric, now, &text)
    }
    return true
  }

  private mutating func write(
    _ server: ServerRuntime, _ backend: BackendRuntime, _ metric: Metric, _ now: Int64, _ text: inout GrowingText
  ) {
    switch metric.key {
    case .status:
      head(metric.head, &text)
      let state = ServerStateLabel(server)
      for label in ServerStateLabel.allCases {
        begin(metric, server, backend, &text)
        text.add(label: "state", label.text)
        text.end(.number(state == label ? 1 : 0))
      }
    case .checkStatus, .checkCode, .checkDuration: writeCheck(server, backend, metric, &text)
    default:
      head(metric.head, &text)
      begin(metric, server, backend, &text)
      text.add(metric.tail)
      text.add(server.value(metric.key, in: backend, now: now))
    }
  }

  /// The server that `item` is behind.
  private func begin(
    _ metric: Metric, _ server: ServerRuntime, _ backend: BackendRuntime, _ text: inout GrowingText
  ) {
    labels.begin(metric.name, backend, proxy: proxy, server, item: item - 1, &text)
  }

  /// Nothing for a server that is not checked, or not yet.
  private mutating func writeCheck(
    _ server: ServerRuntime, _ backend: BackendRuntime, _ metric: Metric, _ text: inout GrowingText
  ) {
    let check = server.check.current
    if !check.isActive { return }
    switch metric.key {
    case .checkStatus:
      head(metric.head, &text)
      for label in CheckStatus.labels {
        begin(metric, server, backend, &text)
        text.add(label: "state", label.text)
        text.end(.number(check.status == label.status ? 1 : 0))
      }
      return
    case .checkDuration: if check.status.rawValue < CheckStatus.checked.rawValue { return }
    default: break
    }
    head(metric.head, &text)
    begin(metric, server, backend, &text)
    text.end(metric.key == .checkCode ? .count(check.code) : .milliseconds(UInt64(max(0, check.duration))))
  }
}
