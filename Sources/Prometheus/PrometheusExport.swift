public import Memory
public import Observability
public import Proxies

/// One scrape of the exporter, made as the client takes it: metric by metric as HAProxy has them, and within a metric
/// object by object. It remembers how far it has come and holds no text itself.
public struct PrometheusExport: Sendable {
  let scope: ExportScope
  private var section = 0
  var metric = 0
  /// The proxy, and its server or listener, that comes next.
  var proxy = 0
  var item = 0
  var labels = ServerLabels()
  /// The lines about its metric have been written.
  private var hasHead = false

  public init(_ scope: ExportScope) { self.scope = scope }

  /// Adds lines until there are some `limit` bytes. False: that was the end.
  public mutating func next(
    _ process: ProcessRuntime, _ facts: ProcessFacts, now: Int64, wallClock: Int64, limit: Int,
    into text: inout GrowingText
  ) -> Bool {
    while text.count < limit {
      switch section {
      case 0: writeProcess(process, facts, now: now, wallClock: wallClock, into: &text)
      case 1: write(Metric.frontend, .frontends, process, limit, &text) { $0.writeFrontend($1, process, now, &$2) }
      case 2: write(Metric.listener, .listeners, process, limit, &text) { $0.writeListeners($1, process, &$2) }
      case 3: write(Metric.backend, .backends, process, limit, &text) { $0.writeBackend($1, process, now, &$2) }
      case 4: writeHistograms(.backends, process, limit, &text)
      case 5: writeServers(process, now: now, limit: limit, into: &text)
      case 6: writeHistograms(.servers, process, limit, &text)
      case 7: writeStickTables(process, now, &text)
      default: return false
      }
    }
    return true
  }

  // MARK: - Position

  mutating func nextSection() {
    section += 1
    (metric, proxy, item, hasHead) = (0, 0, 0, false)
  }
  mutating func nextMetric() {
    metric += 1
    (proxy, item, hasHead) = (0, 0, false)
  }
  mutating func head(_ lines: Bytes, _ text: inout GrowingText) {
    if hasHead { return }
    hasHead = true
    text.add(lines)
  }

  /// Writes the metrics of `list`, each over all proxies.
  private mutating func write(
    _ list: [Metric], _ part: ExportScope.Sections, _ process: ProcessRuntime, _ limit: Int, _ text: inout GrowingText,
    _ line: (inout Self, Metric, inout GrowingText) -> Void
  ) {
    if !scope.sections.contains(part) { return nextSection() }
    while metric < list.count {
      while proxy < process.model.proxies.count {
        if text.count >= limit { return }
        line(&self, list[metric], &text)
        proxy += 1
      }
      nextMetric()
    }
    nextSection()
  }

  // MARK: - Process

  private mutating func writeProcess(
    _ process: ProcessRuntime, _ facts: ProcessFacts, now: Int64, wallClock: Int64, into text: inout GrowingText
  ) {
    defer { nextSection() }
    if !scope.sections.contains(.process) { return }
    let fields = ProcessInformation.fields(process, facts, now: now, wallClock: wallClock)
    for metric in Metric.process {
      text.add(metric.head)
      text.add(metric.name)
      let field = fields.first { $0.name == metric.field }
      switch field?.value {
      case .number(let n): text.add(space: .number(n))
      case .signed(let n): text.add(space: .signed(n))
      case .text(let version) where metric.field == "Build info":
        text.add("{version=\"")
        text.add(labelValue: version)
        text.add("\"")
        text.end(.number(1))
      default: text.add(space: .none)
      }
    }
  }
}
