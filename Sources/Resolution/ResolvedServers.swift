import Configuration
import DNS
import EventLoop
import Memory
import Primitives
import Proxies

/// What answers do to servers.
extension ResolverScheduler {
  mutating func apply(_ answer: DNSAnswer, to i: Int, from number: Int, _ loop: inout EventLoop) {
    guard let resolution = resolutions[i] else { return }
    let section = process.model.resolvers[resolution.section]
    let source = "\(section.name)/\(section.nameservers[number].name)"
    if resolution.preferred == .srv { return applyServices(answer, to: i, source, &loop) }
    // The first server learns it from the name server; the others find it here.
    var isFirst = true
    for place in resolution.servers {
      guard let (_, server) = process.server(at: place) else { continue }
      var taken: Set<IPAddress> = []
      for other in resolution.servers where other != place {
        if let address = process.server(at: other)?.1.currentEndpoint.address { taken.insert(address) }
      }
      let current = server.currentEndpoint.address
      if let address = AddressChoice.best(of: answer.addresses, current: current, taken: taken, for: server.settings) {
        if address != current {
          process.nameserverCounters[resolution.section][number][NameserverCounter.update.rawValue].add(1)
        }
        give(place, server, address, isFirst ? source : "DNS cache", now: loop.now)
      } else {
        takeAway(place, "No IP for server ", now: loop.now)
      }
      isFirst = false
    }
  }

  /// The server's address, from a name server or from what another server was told.
  private mutating func give(
    _ place: ServerPlace, _ server: ServerRuntime, _ address: IPAddress, _ source: String, now: Int64
  ) {
    let old = server.currentEndpoint
    if old.address != address {
      server.currentEndpoint = Endpoint(address, port: old.port != 0 ? old.port : server.settings.port)
      for mailbox in process.mailboxes { mailbox.post(.dropIdle(backend: place.backend, server: place.server)) }
      let from = old.address.map { "\($0)" } ?? "(none)"
      say(place, "\(title(place)) changed its IP from \(from) to \(address) by \(source).")
    }
    if !server.adminState.contains(.resolutionMaintenance) { return }
    var transitions = ServerTransitions(process: process, now: now)
    transitions.clear(.resolutionMaintenance, place)
    messages += transitions.takeMessages()
    say(place, "Server \(title(place)) administratively READY thanks to valid DNS answer.")
  }

  /// The server has no address any more.
  mutating func takeAway(_ place: ServerPlace, _ reason: String, now: Int64) {
    guard let (_, server) = process.server(at: place) else { return }
    if server.adminState.contains(.resolutionMaintenance) { return }
    var transitions = ServerTransitions(process: process, now: now)
    transitions.set(.resolutionMaintenance, place, cause: reason)
    messages += transitions.takeMessages()
    server.currentEndpoint = Endpoint(family: .none, port: server.currentEndpoint.port)
    for mailbox in process.mailboxes { mailbox.post(.dropIdle(backend: place.backend, server: place.server)) }
  }

  private func title(_ place: ServerPlace) -> String {
    guard let (backend, server) = process.server(at: place) else { return "" }
    return "\(backend.settings.name)/\(server.settings.name)"
  }
  private mutating func say(_ place: ServerPlace, _ text: String) {
    messages.append(StateMessage(level: .notice, text: text, proxyIndex: place.backend))
  }

  // MARK: - Services

  /// Gives each service of an SRV answer to a server: those that have one keep it, new ones go to servers without, and
  /// servers whose service is gone for longer than `hold obsolete` lose it.
  private mutating func applyServices(
    _ answer: DNSAnswer, to i: Int, _ source: String, _ loop: inout EventLoop
  ) {
    guard var resolution = resolutions[i] else { return }
    let kept = Int64(process.model.resolvers[resolution.section].hold.obsolete)
    for service in answer.services { resolution.seen[service] = loop.now }
    resolution.seen = resolution.seen.filter { loop.now - $0.value <= kept }
    resolutions[i] = resolution
    // Servers that have just lost theirs come last.
    var free = resolution.servers.filter { services[$0] == nil }
    for place in resolution.servers {
      guard let service = services[place], !isThere(service, resolution.seen) else { continue }
      drop(place, service, resolution.section, &loop)
      free.append(place)
    }
    for service in answer.services {
      let holder = resolution.servers.first { place in
        services[place].map { $0.target == service.target && $0.port == service.port } ?? false
      }
      if let holder {
        setWeight(holder, service, now: loop.now)
      } else if !free.isEmpty {
        take(free.removeFirst(), service, answer, resolution.section, source, &loop)
      }
    }
  }

  private func isThere(_ service: DNSAnswer.Service, _ seen: [DNSAnswer.Service: Int64]) -> Bool {
    seen.keys.contains { $0.target == service.target && $0.port == service.port }
  }

  private mutating func take(
    _ place: ServerPlace, _ service: DNSAnswer.Service, _ answer: DNSAnswer, _ section: Int, _ source: String,
    _ loop: inout EventLoop
  ) {
    guard let (_, server) = process.server(at: place) else { return }
    services[place] = service
    server.currentEndpoint = Endpoint(family: .none, port: service.port)
    server.resolvedName = service.target
    server.admin.set(server.adminState.union(.hostnameChanged).rawValue)
    var message = StateMessage(
      level: .notice, text: "\(title(place)) changed its FQDN from (null) to \(service.target) by 'SRV record'",
      proxyIndex: place.backend)
    message.consoleText = ""
    messages.append(message)
    setWeight(place, service, now: loop.now)
    if let address = answer.targetAddresses[service.target] {
      give(place, server, address, source, now: loop.now)
    }
    subscribe(place, to: service.target, section, Self.type(of: service.target, server.settings), &loop)
  }

  private mutating func drop(
    _ place: ServerPlace, _ service: DNSAnswer.Service, _ section: Int, _ loop: inout EventLoop
  ) {
    services[place] = nil
    unsubscribe(place, from: service.target, section, &loop)
    takeAway(place, "entry removed from SRV record", now: loop.now)
    guard let (_, server) = process.server(at: place) else { return }
    server.currentEndpoint = Endpoint(family: .none, port: 0)
    server.resolvedName = nil
  }

  /// Weights of SRV records have 16 bits, those of servers 8.
  private mutating func setWeight(_ place: ServerPlace, _ service: DNSAnswer.Service, now: Int64) {
    guard let (_, server) = process.server(at: place), !server.settings.resolveOptions.ignoresWeight else { return }
    let weight = (Int(service.weight) + 255) / 256
    if server.userWeight.value == weight { return }
    var transitions = ServerTransitions(process: process, now: now)
    transitions.setWeight(place, weight)
    messages += transitions.takeMessages()
  }
}

/// `show resolvers [<section>]`.
public enum ResolversText {
  /// nil: there is no such section.
  public static func text(_ process: ProcessRuntime, section name: String) -> String? {
    var text = ""
    var isFound = name.isEmpty
    for (section, settings) in process.model.resolvers.enumerated() where name.isEmpty || settings.name == name {
      isFound = true
      text += "Resolvers section \(settings.name)\n"
      for (number, nameserver) in settings.nameservers.enumerated() {
        text += " nameserver \(nameserver.name):\n"
        for counter in NameserverCounter.allCases {
          text += "  \(counter.label)\(process.nameserverCounters[section][number][counter.rawValue].value)\n"
        }
      }
    }
    return isFound ? text : nil
  }
}
