import Memory
import Proxies

/// The labels of all servers, written once for a scrape: each server's stand in some seventy lines.
struct ServerLabels: Sendable {
  private var text = GrowingText()
  /// Where each server's labels end.
  private var ends: [Int] = []
  /// Whose they are: servers may come and go while a scrape goes on.
  private var owners: [ObjectIdentifier] = []
  /// The place of each backend's first server.
  private var first: [Int] = []

  mutating func prepare(_ process: ProcessRuntime) {
    if !first.isEmpty { return }
    for backend in process.backends {
      first.append(ends.count)
      for server in backend?.servers ?? [] {
        text.begin(Bytes(), proxy: backend?.name ?? Bytes(), "server", server.name)
        ends.append(text.count)
        owners.append(ObjectIdentifier(server))
      }
    }
  }

  /// `name{proxy="...",server="..."`; the brace stays open.
  func begin(
    _ name: Bytes, _ backend: BackendRuntime, proxy: Int, _ server: ServerRuntime, item: Int,
    _ lines: inout GrowingText
  ) {
    let place = proxy < first.count ? first[proxy] + item : owners.count
    if place < owners.count && owners[place] == ObjectIdentifier(server) {
      lines.add(name)
      lines.add(text, from: place == 0 ? 0 : ends[place - 1], to: ends[place])
    } else {
      lines.begin(name, proxy: backend.name, "server", server.name)
    }
  }
}
