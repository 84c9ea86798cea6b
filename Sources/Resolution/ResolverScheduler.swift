import Configuration
import DNS
public import EventLoop
import Memory
import Primitives
public import Proxies
public import System

/// Resolves the names of servers while the process runs (manual section 5.3), on the loop of one worker. The owner of
/// the loop hands it events and timers of `TokenKind.resolver` and takes the `messages` afterwards.
public struct ResolverScheduler: ~Copyable {
  let process: ProcessRuntime
  /// By section of the model: its name servers' sockets.
  private var sockets: [[Socket]] = []
  var resolutions: [OngoingResolution?] = []
  private var lastGeneration: UInt32 = 0
  var messages: [StateMessage] = []
  /// What servers got from SRV records: the target and the port.
  var services: [ServerPlace: DNSAnswer.Service] = [:]

  /// Tokens of sockets have generation 0.
  private static let socketGeneration: UInt32 = 0

  public init(process: ProcessRuntime) { self.process = process }

  public var hasMessages: Bool { !messages.isEmpty }
  public mutating func takeMessages() -> [StateMessage] {
    defer { messages = [] }
    return messages
  }

  // MARK: - Start and end

  public mutating func start(_ loop: inout EventLoop) {
    for resolver in process.model.resolvers { sockets.append(resolver.nameservers.map { _ in Socket(.none) }) }
    for case let backend? in process.backends where !backend.settings.disabled {
      for server in backend.servers {
        guard let section = server.settings.resolverIndex else { continue }
        let place = ServerPlace(backend: backend.index, server: server.index)
        if let name = server.settings.hostname, name.hasPrefix("_") {
          subscribe(place, to: name, section, .srv, &loop)
          resume(place, server, section, &loop)
        } else if let name = server.hostname {
          subscribe(place, to: name, section, Self.addressType(server.settings), &loop)
        }
      }
    }
  }

  public mutating func stop(_ loop: inout EventLoop) {
    for list in sockets {
      for socket in list where socket.descriptor.isOpen {
        loop.poller.remove(socket.descriptor)
        socket.close()
      }
    }
    sockets = []
    resolutions = []
  }

  /// Resolves for streams alone from now on.
  public mutating func forgetServers(_ loop: inout EventLoop) {
    services = [:]
    for i in resolutions.indices where resolutions[i] != nil {
      resolutions[i]!.servers = []
      if resolutions[i]!.isUnused { remove(i, &loop) }
    }
  }

  static func type(of name: String, _ settings: ServerSettings) -> DNSType {
    name.hasPrefix("_") ? .srv : addressType(settings)
  }
  static func addressType(_ settings: ServerSettings) -> DNSType {
    switch settings.resolvePreference {
    case .v4: return .a
    case .v6: return .aaaa
    case .any: return settings.hostnameFamily == .v4 ? .a : .aaaa
    }
  }

  /// Makes the server take part in the resolution of `name`, which begins where nobody asked for it yet.
  mutating func subscribe(
    _ place: ServerPlace, to name: String, _ section: Int, _ type: DNSType, _ loop: inout EventLoop
  ) {
    let text = name.lowercased()
    for i in resolutions.indices
    where resolutions[i]?.section == section && resolutions[i]?.name == text && resolutions[i]?.preferred == type {
      resolutions[i]!.servers.append(place)
      return
    }
    let i = add(text, section, type, &loop)
    resolutions[i]!.servers = [place]
  }
  /// A resolution of its own for a name, to be begun at once.
  mutating func add(_ name: String, _ section: Int, _ type: DNSType, _ loop: inout EventLoop) -> Int {
    let i = resolutions.firstIndex { $0 == nil } ?? resolutions.count
    if i == resolutions.count { resolutions.append(nil) }
    lastGeneration = lastGeneration == .max ? 1 : lastGeneration + 1
    let token = Token(kind: TokenKind.resolver, index: i, generation: lastGeneration)
    let resolution = OngoingResolution(
      section: section, name: name, preferred: type, slot: loop.timers.allocate(token: token.bits),
      generation: lastGeneration)
    resolutions[i] = resolution
    loop.timers.arm(resolution.slot, at: loop.now)
    return i
  }
  mutating func unsubscribe(_ place: ServerPlace, from name: String, _ section: Int, _ loop: inout EventLoop) {
    let text = name.lowercased()
    for i in resolutions.indices
    where resolutions[i]?.section == section && resolutions[i]?.name == text && resolutions[i]?.preferred != .srv {
      resolutions[i]!.servers.removeAll { $0 == place }
      if resolutions[i]!.isUnused { remove(i, &loop) }
    }
  }

  private mutating func remove(_ i: Int, _ loop: inout EventLoop) {
    loop.timers.release(resolutions[i]!.slot)
    resolutions[i] = nil
  }

  // MARK: - Queries

  public mutating func handleTimer(_ token: Token, _ loop: inout EventLoop) {
    let i = token.index
    guard i < resolutions.count, let resolution = resolutions[i], resolution.generation == token.generation else {
      return
    }
    // What only streams wanted is forgotten once it is too old to be told again.
    if !resolution.isRunning && resolution.isUnused { return remove(i, &loop) }
    if !resolution.isRunning { return begin(i, &loop) }
    if resolution.triesLeft <= 0 { return end(i, .timeout, &loop) }
    ask(i, &loop)
  }

  private func settings(of i: Int) -> ResolverSettings {
    process.model.resolvers[resolutions[i]?.section ?? 0]
  }

  private mutating func begin(_ i: Int, _ loop: inout EventLoop) {
    resolutions[i]!.isRunning = true
    // What a server was given otherwise (`init-addr`) is held as long as an answer would be.
    if resolutions[i]!.lastValid == nil { resolutions[i]!.lastValid = loop.now }
    resolutions[i]!.type = resolutions[i]!.preferred
    resolutions[i]!.triesLeft = max(1, settings(of: i).retries)
    ask(i, &loop)
  }

  /// Sends the query to every name server.
  private mutating func ask(_ i: Int, _ loop: inout EventLoop) {
    guard var resolution = resolutions[i] else { return }
    let settings = settings(of: i)
    resolution.id = UInt16.random(in: .min ... .max)
    resolution.triesLeft -= 1
    resolution.errors = 0
    resolutions[i] = resolution
    let query = DNSQuery.encode(
      name: resolution.name, type: resolution.type, id: resolution.id, payloadSize: settings.payloadSize)
    guard let query, !settings.nameservers.isEmpty else { return end(i, .other, &loop) }
    for number in settings.nameservers.indices {
      guard let socket = socket(resolution.section, number, &loop), case .bytes = socket.send(query) else {
        count(.sendErrors, resolution.section, number)
        continue
      }
      count(.sent, resolution.section, number)
    }
    loop.timers.arm(resolution.slot, at: loop.now + Int64(max(1, settings.retryTimeout)))
  }

  private func count(_ counter: NameserverCounter, _ section: Int, _ number: Int) {
    process.nameserverCounters[section][number][counter.rawValue].add(1)
  }

  /// The socket towards a name server, connected so that nobody else's datagrams come in.
  private mutating func socket(_ section: Int, _ number: Int, _ loop: inout EventLoop) -> Socket? {
    if sockets[section][number].descriptor.isOpen { return sockets[section][number] }
    let nameserver = process.model.resolvers[section].nameservers[number]
    let endpoint = Endpoint(nameserver.address, port: nameserver.port)
    guard let socket = try? Socket.make(family: endpoint.family, kind: .datagram) else { return nil }
    if case .failed = socket.connect(to: endpoint) {
      socket.close()
      return nil
    }
    sockets[section][number] = socket
    let token = Token(
      kind: TokenKind.resolver, index: section << 12 | (number & 0xfff), generation: Self.socketGeneration)
    loop.poller.add(socket.descriptor, .read, token: token.bits)
    return socket
  }

  // MARK: - Answers

  public mutating func handleEvent(_ event: Poller.Event, _ loop: inout EventLoop) {
    let token = Token(bits: event.token)
    let (section, number) = (token.index >> 12, token.index & 0xfff)
    guard token.generation == Self.socketGeneration, section < sockets.count, number < sockets[section].count else {
      return
    }
    // A flood of answers must not keep the loop from its other work.
    for _ in 0..<64 {
      guard sockets[section][number].descriptor.isOpen else { return }
      var bytes: [UInt8] = []
      switch sockets[section][number].receive(into: &bytes, limit: process.model.resolvers[section].payloadSize + 1) {
      case .bytes: take(bytes, section, number, &loop)
      case .wouldBlock: return
      case .closed: continue
      case .failed:
        // Nobody listens there: the next query tries again with another socket.
        loop.poller.remove(sockets[section][number].descriptor)
        sockets[section][number].close()
        sockets[section][number] = Socket(.none)
        return
      }
    }
  }

  private mutating func take(_ bytes: [UInt8], _ section: Int, _ number: Int, _ loop: inout EventLoop) {
    if bytes.count > process.model.resolvers[section].payloadSize { return count(.tooBig, section, number) }
    guard let id = DNSReader.id(bytes) else { return count(.invalid, section, number) }
    let found = resolutions.indices.first { i in
      guard let resolution = resolutions[i] else { return false }
      return resolution.isRunning && resolution.section == section && resolution.id == id
    }
    guard let i = found, let resolution = resolutions[i] else { return count(.outdated, section, number) }
    switch DNSReader.decode(bytes, name: resolution.name, type: resolution.type) {
    case .answer(let answer):
      count(.valid, section, number)
      resolutions[i]!.isRunning = false
      resolutions[i]!.status = .valid
      resolutions[i]!.lastValid = loop.now
      resolutions[i]!.addresses = answer.addresses
      let name = process.model.resolvers[section]
      loop.timers.arm(resolution.slot, at: loop.now + Int64(max(1, name.hold.valid)))
      apply(answer, to: i, from: number, &loop)
      tell(i, answer.addresses)
    case .noDomain: fail(i, .noDomain, .noDomain, number, &loop)
    case .noData: fail(i, .other, .anyErrors, number, &loop)
    case .refused: fail(i, .refused, .refused, number, &loop)
    case .failed: fail(i, .other, .other, number, &loop)
    case .truncated: fail(i, .other, .truncated, number, &loop)
    case .invalid: fail(i, .other, .invalid, number, &loop)
    }
  }

  /// One name server has no answer: the others may. When all have said so, the other family is asked for.
  private mutating func fail(
    _ i: Int, _ status: OngoingResolution.Status, _ counter: NameserverCounter, _ number: Int,
    _ loop: inout EventLoop
  ) {
    count(counter, resolutions[i]!.section, number)
    resolutions[i]!.errors += 1
    resolutions[i]!.lastError = status
    if resolutions[i]!.errors < settings(of: i).nameservers.count { return }
    if let fallback = resolutions[i]!.fallback {
      resolutions[i]!.type = fallback
      resolutions[i]!.triesLeft += 1
      return ask(i, &loop)
    }
    end(i, status, &loop)
  }

  /// Nobody could tell.
  private mutating func end(_ i: Int, _ status: OngoingResolution.Status, _ loop: inout EventLoop) {
    resolutions[i]!.isRunning = false
    resolutions[i]!.status = status
    process.failedResolutions.add(1)
    tell(i, [])
    loop.timers.arm(resolutions[i]!.slot, at: loop.now + Int64(max(1, settings(of: i).resolveTimeout)))
    let hold = settings(of: i).hold
    let kept =
      switch status {
      case .noDomain: hold.noDomain
      case .refused: hold.refused
      case .timeout: hold.timeout
      case .none, .valid, .other: hold.other
      }
    if let last = resolutions[i]!.lastValid, loop.now - last < Int64(kept) { return }
    for place in resolutions[i]!.servers where resolutions[i]!.preferred != .srv {
      takeAway(place, status.reason, now: loop.now)
    }
  }
}
