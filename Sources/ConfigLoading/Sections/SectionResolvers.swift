import ConfigSyntax
import Configuration
import Primitives
import System

/// `resolvers` sections (manual section 5.3.2).
extension LoadContext {
  private static let systemFile = "/etc/resolv.conf"

  func openResolvers(_ line: ConfigLine) {
    let name = line[1]
    resolverIndex = nil
    if name.isEmpty { return abort("missing name for resolvers section.") }
    if let bad = Self.invalidNameScalar(name) {
      return abort("character '\(bad)' is not permitted in 'resolvers' name '\(name)'.")
    }
    if let twin = model.resolvers.first(where: { $0.name == name })?.location {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: resolvers '\(name)' has same name as another resolvers (declared at "
          + "\(twin.file):\(twin.line)).")
      return abort("out of memory.")
    }
    resolverIndex = model.resolvers.count
    model.resolvers.append(ResolverSettings(name: name, location: location))
  }

  func readInResolvers(_ line: ConfigLine) {
    switch line.keyword {
    case "nameserver": readNameserver(line)
    case "parse-resolv-conf": readSystemNameservers(line)
    case "hold": readHold(line)
    case "accepted_payload_size": readPayloadSize(line)
    case "resolve_retries":
      if line[1].isEmpty { return alert("'resolve_retries' expects <nb> as argument.") }
      change { $0.retries = CInteger.leading(line[1]) }
    case "timeout": readResolverTimeout(line)
    default: alert("unknown keyword '\(line.keyword)' in 'resolvers' section")
    }
  }

  private func change(_ body: (inout ResolverSettings) -> Void) {
    if let resolverIndex { body(&model.resolvers[resolverIndex]) }
  }

  // MARK: - Name servers

  private func readNameserver(_ line: ConfigLine) {
    if line[1].isEmpty || line[2].isEmpty {
      return alert("'nameserver' expects <name> and <addr>[:<port>] as arguments.")
    }
    if let bad = Self.invalidNameScalar(line[1]) {
      return alert("character '\(bad)' is not permitted in server name '\(line[1])'.")
    }
    let name = line[1]
    if let twin = resolverIndex.flatMap({ model.resolvers[$0].nameservers.first { $0.name == name } }) {
      return alertPlain(
        "Parsing [\(line.file):\(line.number)]: nameserver '\(name)' has same name as another nameserver (declared at "
          + "\(twin.location.file):\(twin.location.line)).")
    }
    let parsed: ParsedAddress
    do throws(AddressError) {
      parsed = try AddressParsing.parse(
        line[2], [.resolveNow, .portAllowed, .portMandatory, .datagram, .stream, .defaultDatagram])
    } catch {
      return alert("'nameserver \(name)' : \(error.text)")
    }
    guard case .ip(let address) = parsed.host, parsed.isDatagram else {
      return alert("'nameserver \(name)' : a name server over a stream is not implemented by Weir yet.")
    }
    add(
      ResolverSettings.Nameserver(
        name: name, address: address, port: UInt16(clamping: parsed.firstPort), location: location))
  }

  private func add(_ nameserver: ResolverSettings.Nameserver) { change { $0.nameservers.append(nameserver) } }

  /// Takes over the name servers of the system.
  private func readSystemNameservers(_ line: ConfigLine) {
    guard let bytes = try? Files.read(Self.systemFile) else {
      return alert("failed to open /etc/resolv.conf.")
    }
    for (number, name) in Self.systemNameservers(bytes) {
      let place = "[\(Self.systemFile):\(number)]"
      guard let address = Self.address(name) else {
        warning("parsing \(place) : address '\(name)' could not be recognized, nameserver will be excluded.")
        continue
      }
      if let twin = resolverIndex.flatMap({ model.resolvers[$0].nameservers.first { $0.name == name } }) {
        warningTight(
          "Parsing \(place) : generated name for /etc/resolv.conf nameserver '\(name)' conflicts with another "
            + "nameserver (declared at \(twin.location.file):\(twin.location.line)), it appears to be a duplicate and "
            + "will be excluded.")
        continue
      }
      add(
        ResolverSettings.Nameserver(
          name: name, address: address, port: 53,
          location: SourceLocation(file: Self.systemFile, line: number)))
    }
  }
  private static func address(_ text: String) -> IPAddress? {
    if let v4 = IPv4Address(text) { return .v4(v4) }
    if let v6 = IPv6Address(text) { return .v6(v6) }
    return nil
  }

  // MARK: - Numbers and times

  private func readHold(_ line: ConfigLine) {
    if line[2].isEmpty {
      alert("'hold' expects an <event> and a <time> as arguments.")
      return alertPlain("<event> can be either 'valid', 'nx', 'refused', 'timeout', or 'other'")
    }
    let value: Int
    switch time(line[2]) {
    case .value(let read): value = read
    case .unexpected(let scalar): return alertTight("unexpected character '\(scalar)' in argument to <hold>.")
    case .overflow:
      return alertTight(
        "timer overflow in argument <\(line[1])> to <hold>, maximum value is 2147483647 ms (~24.8 days).")
    }
    switch line[1] {
    case "nx": change { $0.hold.noDomain = value }
    case "other": change { $0.hold.other = value }
    case "refused": change { $0.hold.refused = value }
    case "timeout": change { $0.hold.timeout = value }
    case "valid": change { $0.hold.valid = value }
    case "obsolete": change { $0.hold.obsolete = value }
    default:
      alert(
        "'hold' unknown <event>: '\(line[1])', expects either 'nx', 'timeout', 'valid', 'obsolete' or 'other'.")
    }
  }

  private func readPayloadSize(_ line: ConfigLine) {
    if line[1].isEmpty { return alert("'accepted_payload_size' expects <nb> as argument.") }
    let size = CInteger.leading(line[1])
    guard (12...65535).contains(size) else {
      return alert("'accepted_payload_size' must be between 12 and 65535 inclusive (was \(line[1])).")
    }
    change { $0.payloadSize = size }
  }

  private func readResolverTimeout(_ line: ConfigLine) {
    let usage = "'timeout' expects 'retry' or 'resolve' and <time> as arguments"
    if line[1].isEmpty { return alert(usage + ".") }
    guard line[1] == "retry" || line[1] == "resolve" else { return alert(usage + " got '\(line[1])'.") }
    if line[2].isEmpty { return alert("'timeout \(line[1])' expects <time> as argument.") }
    switch time(line[2]) {
    case .value(let value):
      change { if line[1] == "retry" { $0.retryTimeout = value } else { $0.resolveTimeout = value } }
    case .unexpected(let scalar):
      alertTight("unexpected character '\(scalar)' in argument to <timeout \(line[1])>.")
    case .overflow:
      alertTight(
        "timer overflow in argument <\(line[2])> to <timeout \(line[1])>, maximum value is 2147483647 ms (~24.8 days).")
    }
  }

  // MARK: - After the last file

  /// Where no section is called `default`, one is made of the system's name servers, in silence.
  private func addDefaultResolvers() {
    if model.resolvers.contains(where: { $0.name == "default" }) { return }
    guard let bytes = try? Files.read(Self.systemFile) else { return }
    var resolver = ResolverSettings(name: "default", location: SourceLocation(file: Self.systemFile, line: 0))
    for (number, name) in Self.systemNameservers(bytes) where !resolver.nameservers.contains(where: { $0.name == name })
    {
      guard let address = Self.address(name) else { continue }
      resolver.nameservers.append(
        ResolverSettings.Nameserver(
          name: name, address: address, port: 53, location: SourceLocation(file: Self.systemFile, line: number)))
    }
    if !resolver.nameservers.isEmpty { model.resolvers.append(resolver) }
  }

  /// The `nameserver` lines of the system's file, with their numbers.
  private static func systemNameservers(_ bytes: [UInt8]) -> [(line: Int, name: String)] {
    bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated().compactMap { number, text in
      let words = String(decoding: text, as: UTF8.self).split { $0 == " " || $0 == "\t" }
      return words.count >= 2 && words[0] == "nameserver" ? (number + 1, String(words[1])) : nil
    }
  }

  /// Servers that name a section find it; a section without name servers is told of.
  func finishResolvers() {
    for resolver in model.resolvers where resolver.nameservers.isEmpty {
      warningPlain(
        "resolvers '\(resolver.name)' [\(resolver.location.file):\(resolver.location.line)] has no nameservers "
          + "configured!")
    }
    addDefaultResolvers()
    for index in model.proxies.indices where !model.proxies[index].disabled {
      for at in model.proxies[index].servers.indices {
        let server = model.proxies[index].servers[at]
        guard let name = server.resolvers else { continue }
        if let found = model.resolvers.firstIndex(where: { $0.name == name }) {
          model.proxies[index].servers[at].resolverIndex = found
        } else if server.hostname == nil {
          alertPlain(
            "backend '\(model.proxies[index].name)', server '\(server.name)': unable to find required resolvers '\(name)'"
          )
        } else {
          alertPlain(
            "\(model.proxies[index].title), server '\(server.name)': unable to find required resolvers '\(name)'"
          )
        }
      }
    }
  }
}
