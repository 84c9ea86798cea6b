import Configuration
import EventLoop
import Memory
import Primitives
import Proxies
import System

/// Builds what the workers share out of the model.
enum RuntimeAssembly {
  /// Frontends, backends, servers and listeners of `model`, ready to run on `wakeUps.count` workers.
  /// What has the same name in `predecessor` goes on with its figures there.
  static func assemble(
    _ model: ConfigurationModel, wakeUps: [WakeUp], limits: DescriptorLimits, predecessor: ProcessRuntime? = nil,
    reloads: ReloadRequests? = nil
  ) -> ProcessRuntime {
    var former = FormerGeneration(predecessor)
    let threads = wakeUps.count
    let measures = model.hasExporter
    let full = fullConnections(model, limits)
    var frontends: [FrontendRuntime?] = []
    var backends: [BackendRuntime?] = []
    var listeners: [ListenerRuntime] = []
    for (index, proxy) in model.proxies.enumerated() {
      let isFrontend = proxy.capabilities.contains(.frontend) && !proxy.disabled
      let isBackend = proxy.capabilities.contains(.backend) && !proxy.disabled
      frontends.append(
        isFrontend
          ? FrontendRuntime(
            settings: proxy, index: index,
            maxConnections: proxy.maxConnections.flatMap { $0 > 0 ? $0 : nil } ?? limits.maxConnections,
            threads: threads, predecessor: former.frontends[proxy.name]) : nil)
      if isFrontend {
        for bind in proxy.binds {
          for shard in ListenerShards.expand(bind, threads: threads) {
            listeners.append(
              ListenerRuntime(
                settings: shard, frontendIndex: index, index: listeners.count, threads: threads,
                predecessor: former.takeListener(shard, of: proxy, model.global)))
          }
        }
      }
      let old = former.backends[proxy.name]
      backends.append(isBackend ? backend(proxy, index, threads, full[index], measures, old) : nil)
    }
    return ProcessRuntime(
      model: model, threads: threads, frontends: frontends, backends: backends, listeners: listeners,
      mailboxes: wakeUps.map { WorkerMailbox(wakeUp: $0) }, startedAt: Clock.wallMicroseconds(),
      startedAtTick: Clock.monotonicMilliseconds(), maxConnections: limits.maxConnections, maxPipes: limits.maxPipes,
      maxSockets: limits.maxSockets, predecessor: predecessor, reloads: reloads)
  }

  /// `fullconn` of every proxy where it is not set: a tenth of the `maxconn` of all frontends that lead there (manual
  /// section 4.2).
  private static func fullConnections(_ model: ConfigurationModel, _ limits: DescriptorLimits) -> [Int] {
    var sums = Array(repeating: 0, count: model.proxies.count)
    for place in model.proxies.indices {
      if !model.proxies[place].capabilities.contains(.frontend) || model.proxies[place].disabled { continue }
      let proxy = model.proxies[place]
      var targets = Set(proxy.switchingRules.compactMap(\.backendIndex))
      if let target = proxy.defaultBackendIndex { targets.insert(target) }
      if targets.isEmpty && proxy.capabilities.contains(.backend) { targets.insert(place) }
      let limit = proxy.maxConnections.flatMap { $0 > 0 ? $0 : nil } ?? limits.maxConnections
      for target in targets where sums.indices.contains(target) { sums[target] += limit }
    }
    return sums.map { max(1, ($0 + 9) / 10) }
  }

  private static func backend(
    _ proxy: ProxySettings, _ index: Int, _ threads: Int, _ fullConnections: Int, _ measures: Bool,
    _ old: BackendRuntime?
  ) -> BackendRuntime {
    let former = Dictionary(
      (old?.servers ?? []).filter { !$0.isDynamic }.map { ($0.settings.name, $0) },
      uniquingKeysWith: { first, _ in first })
    let servers = proxy.servers.enumerated().map { place, server in
      var server = server
      // What the process itself knows is newer than any file.
      if former[server.name] != nil { server.savedState = nil }
      return ServerRuntime(
        settings: server, backendIndex: index, index: place, endpoint: server.endpoint, threads: threads,
        measuresLatency: measures, predecessor: former[server.name])
    }
    return BackendRuntime(
      settings: proxy, index: index, servers: servers, threads: threads, fullConnections: fullConnections,
      measuresLatency: measures, predecessor: old)
  }
}

/// What the generation before has under its names.
private struct FormerGeneration {
  private(set) var frontends: [String: FrontendRuntime] = [:]
  private(set) var backends: [String: BackendRuntime] = [:]
  private var listeners: [String: ListenerRuntime] = [:]

  init(_ process: ProcessRuntime?) {
    guard let process else { return }
    for case let frontend? in process.frontends { frontends[frontend.settings.name] = frontend }
    for case let backend? in process.backends { backends[backend.settings.name] = backend }
    for listener in process.listeners {
      let name = process.model.proxies[listener.frontendIndex].name
      listeners[listener.settings.connectionText(process.model.global, frontend: name)] = listener
    }
  }
  mutating func takeListener(
    _ settings: BindSettings, of proxy: ProxySettings, _ global: GlobalSettings
  ) -> ListenerRuntime? {
    if listeners.isEmpty { return nil }
    return listeners.removeValue(forKey: settings.connectionText(global, frontend: proxy.name))
  }
}
