import Configuration
import Memory
import Observability
import Proxies

/// A histogram of Weir's own, which HAProxy does not have.
struct HistogramMetric: Sendable {
  let phase: LatencyHistograms.Phase
  let head: Bytes
  let bucket: Bytes
  let sum: Bytes
  let count: Bytes

  init(_ name: String, _ phase: LatencyHistograms.Phase, _ help: String) {
    self.phase = phase
    head = Metric.head(name, .histogram, help)
    bucket = Bytes(permanent: name + "_bucket")
    sum = Bytes(permanent: name + "_sum")
    count = Bytes(permanent: name + "_count")
  }

  static let backend = list(of: "backend")
  static let server = list(of: "server")
  private static func list(of object: String) -> [HistogramMetric] {
    [
      HistogramMetric("weir_\(object)_queue_time_seconds", .queue, "Time that exchanges spent in queues"),
      HistogramMetric("weir_\(object)_connect_time_seconds", .connect, "Time that connections to servers took"),
      HistogramMetric("weir_\(object)_response_time_seconds", .response, "Time that servers took to answer"),
      HistogramMetric("weir_\(object)_total_time_seconds", .total, "Time from the request to the end of its answer"),
    ]
  }
  /// The labels `le`: the bounds in seconds.
  static let bounds: [Bytes] = LatencyHistograms.bounds.map { bound in
    let thousandths = String(String(1000 + bound % 1000).dropFirst())
    let digits = String(thousandths.reversed().drop { $0 == "0" }.reversed())
    return Bytes(permanent: "\(bound / 1000)" + (digits.isEmpty ? "" : ".\(digits)"))
  }
}

extension PrometheusExport {
  /// The histograms of backends or of servers, of those that any exchange has gone through.
  mutating func writeHistograms(
    _ part: ExportScope.Sections, _ process: ProcessRuntime, _ limit: Int, _ text: inout GrowingText
  ) {
    if !scope.sections.contains(part) || scope.hidesHistograms { return nextSection() }
    let list = part == .servers ? HistogramMetric.server : HistogramMetric.backend
    while metric < list.count {
      while proxy < process.backends.count {
        if text.count >= limit { return }
        if let backend = process.backends[proxy] {
          if part == .servers {
            if !writeServers(of: backend, list[metric], limit, &text) { return }
          } else if let latency = backend.latency {
            write(latency, list[metric], backend.name, nil, &text)
          }
        }
        proxy += 1
        item = 0
      }
      nextMetric()
    }
    nextSection()
  }

  private mutating func writeServers(
    of backend: BackendRuntime, _ metric: HistogramMetric, _ limit: Int, _ text: inout GrowingText
  ) -> Bool {
    let servers = backend.servers
    while item < servers.count {
      if text.count >= limit { return false }
      let server = servers[item]
      item += 1
      if scope.hidesMaintenance && server.isInMaintenance { continue }
      if let latency = server.latency { write(latency, metric, backend.name, server.name, &text) }
    }
    return true
  }

  private mutating func write(
    _ latency: LatencyHistograms, _ metric: HistogramMetric, _ proxy: Bytes, _ server: Bytes?,
    _ text: inout GrowingText
  ) {
    let values = latency.values(of: metric.phase)
    if values.count == 0 { return }
    head(metric.head, &text)
    func begin(_ name: Bytes) {
      text.begin(name, proxy: proxy, server == nil ? nil : "server", server ?? Bytes())
    }
    var sum: UInt64 = 0
    for (place, count) in values.buckets.enumerated() {
      sum += count
      begin(metric.bucket)
      text.add(label: "le", place < HistogramMetric.bounds.count ? HistogramMetric.bounds[place] : Bytes("+Inf"))
      text.end(.number(sum))
    }
    begin(metric.sum)
    text.end(.milliseconds(values.sum))
    begin(metric.count)
    text.end(.number(values.count))
  }
}
