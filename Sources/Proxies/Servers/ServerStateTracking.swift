public import Configuration

/// A server by its place in `ProcessRuntime.backends` and there in `BackendRuntime.servers`.
public struct ServerPlace: Hashable, Sendable {
  public var backend: Int
  public var server: Int
  public init(backend: Int, server: Int) {
    self.backend = backend
    self.server = server
  }
}

/// Which server follows which (`track`, manual section 5.2).
public struct TrackingTable: Sendable {
  /// The server that one follows.
  public private(set) var followed: [ServerPlace: ServerPlace] = [:]
  /// The servers that follow one.
  public private(set) var followers: [ServerPlace: [ServerPlace]] = [:]
  /// The servers that were ever followed: they stay.
  private var targets: Set<ServerPlace> = []

  public init(model: ConfigurationModel) {
    for (b, proxy) in model.proxies.enumerated() {
      for (s, server) in proxy.servers.enumerated() {
        guard let track = server.track, let target = Self.find(track, from: b, in: model) else { continue }
        let place = ServerPlace(backend: b, server: s)
        if target == place { continue }
        followed[place] = target
        followers[target, default: []].append(place)
        targets.insert(target)
      }
    }
  }

  mutating func add(_ place: ServerPlace, following target: ServerPlace) {
    followed[place] = target
    followers[target, default: []].append(place)
    targets.insert(target)
  }
  func wasFollowed(_ place: ServerPlace) -> Bool { targets.contains(place) }
  mutating func remove(_ place: ServerPlace) {
    guard let target = followed.removeValue(forKey: place) else { return }
    followers[target]?.removeAll { $0 == place }
    if followers[target]?.isEmpty == true { followers[target] = nil }
  }

  private static func find(_ text: String, from backend: Int, in model: ConfigurationModel) -> ServerPlace? {
    let scalars = text.unicodeScalars
    var proxy = backend
    var name = text
    if let slash = scalars.lastIndex(of: "/") {
      let backendName = String(scalars[..<slash])
      name = String(scalars[scalars.index(after: slash)...])
      guard let found = model.proxyIndex(named: backendName, having: .backend) else { return nil }
      proxy = found
    }
    guard let server = model.proxies[proxy].servers.firstIndex(where: { $0.name == name }) else { return nil }
    return ServerPlace(backend: proxy, server: server)
  }

  /// The server at the end of the chain that `place` follows, which is checked; `place` itself where it follows none.
  public func root(of place: ServerPlace) -> ServerPlace {
    var place = place
    for _ in 0..<followed.count {
      guard let next = followed[place] else { break }
      place = next
    }
    return place
  }
}
