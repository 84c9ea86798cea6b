import Configuration
import Memory
import Observability
import Proxies

/// The lines of frontends, listeners and backends.
extension PrometheusExport {
  mutating func writeFrontend(_ metric: Metric, _ process: ProcessRuntime, _ now: Int64, _ text: inout GrowingText) {
    guard let frontend = process.frontends[proxy] else { return }
    if metric.isHTTP && frontend.settings.mode != .http { return }
    head(metric.head, &text)
    if metric.key == .status {
      for isUp in [false, true] {
        text.begin(metric.name, proxy: frontend.name)
        text.add(label: "state", isUp ? Bytes("UP") : Bytes("DOWN"))
        text.end(.number(frontend.isUp == isUp ? 1 : 0))
      }
      return
    }
    text.begin(metric.name, proxy: frontend.name)
    text.add(metric.tail)
    text.add(frontend.value(metric.key, now: now))
  }

  /// The listeners of one frontend; only those that count for themselves (`option socket-stats`).
  mutating func writeListeners(_ metric: Metric, _ process: ProcessRuntime, _ text: inout GrowingText) {
    guard let frontend = process.frontends[proxy], frontend.settings.options.contains(.socketStats) else { return }
    for listener in process.listeners where listener.frontendIndex == proxy {
      head(metric.head, &text)
      let name = listener.settings.name ?? "sock-\(listener.settings.id)"
      if metric.key != .status {
        text.begin(metric.name, proxy: frontend.name, listener: name)
        text.end(listener.value(metric.key))
        continue
      }
      let state = frontend.isUp ? (listener.isFull ? 2 : 1) : 0
      for (place, label) in [Bytes("WAITING"), Bytes("OPEN"), Bytes("FULL")].enumerated() {
        text.begin(metric.name, proxy: frontend.name, listener: name)
        text.add(label: "state", label)
        text.end(.number(state == place ? 1 : 0))
      }
    }
  }

  mutating func writeBackend(_ metric: Metric, _ process: ProcessRuntime, _ now: Int64, _ text: inout GrowingText) {
    guard let backend = process.backends[proxy] else { return }
    if metric.isHTTP && backend.settings.mode != .http { return }
    switch metric.key {
    case .aggServerStatus, .aggServerCheckStatus, .aggCheckStatus: if backend.servers.isEmpty { return }
    default: break
    }
    head(metric.head, &text)
    switch metric.key {
    case .status:
      for isUp in [false, true] {
        text.begin(metric.name, proxy: backend.name)
        text.add(label: "state", isUp ? Bytes("UP") : Bytes("DOWN"))
        text.end(.number(backend.isUp == isUp ? 1 : 0))
      }
    case .aggServerStatus, .aggServerCheckStatus:
      var counts = [UInt64](repeating: 0, count: ServerStateLabel.allCases.count)
      for server in backend.servers { counts[ServerStateLabel(server).rawValue] += 1 }
      for state in ServerStateLabel.allCases {
        text.begin(metric.name, proxy: backend.name)
        text.add(label: "state", state.text)
        text.end(.number(counts[state.rawValue]))
      }
    case .aggCheckStatus: writeCheckCounts(metric, backend, &text)
    default:
      text.begin(metric.name, proxy: backend.name)
      text.add(metric.tail)
      text.add(backend.value(metric.key, now: now))
    }
  }

  private func writeCheckCounts(_ metric: Metric, _ backend: BackendRuntime, _ text: inout GrowingText) {
    var counts = [UInt64](repeating: 0, count: CheckStatus.processOK.rawValue + 1)
    for server in backend.servers {
      let check = server.check.current
      if check.isActive, counts.indices.contains(check.status.rawValue) { counts[check.status.rawValue] += 1 }
    }
    for label in CheckStatus.labels {
      text.begin(metric.name, proxy: backend.name)
      text.add(label: "state", label.text)
      text.end(.number(counts[label.status.rawValue]))
    }
  }
}
