import Memory
import Proxies

/// What the exporter tells of stick tables.
extension PrometheusExport {
  private static let sizeHead = Metric.head("haproxy_sticktable_size", .gauge, "Stick table size.")
  private static let usedHead = Metric.head(
    "haproxy_sticktable_used", .gauge, "Number of entries used in this stick table.")

  mutating func writeStickTables(_ process: ProcessRuntime, _ now: Int64, _ text: inout GrowingText) {
    defer { nextSection() }
    if !scope.sections.contains(.stickTables) || process.tables.isEmpty { return }
    // In HAProxy's order, which is that of `show table`.
    text.add(Self.sizeHead)
    for table in process.tables.reversed() {
      begin("haproxy_sticktable_size", table.settings.name, table.settings.keyType.name, &text)
      text.end(.count(table.settings.size))
    }
    text.add(Self.usedHead)
    for table in process.tables.reversed() {
      begin("haproxy_sticktable_used", table.settings.name, table.settings.keyType.name, &text)
      text.end(.count(table.count(now: now)))
    }
  }

  private func begin(_ metric: StaticString, _ name: String, _ type: String, _ text: inout GrowingText) {
    text.add(metric)
    text.add("{name=\"")
    text.add(labelValue: name)
    text.add("\",type=\"")
    text.add(labelValue: type)
    text.add("\"")
  }
}
