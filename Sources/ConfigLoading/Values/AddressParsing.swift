import ConfigSyntax
import Primitives
import System

/// What an address word may be where it stands (manual section 11).
struct AddressRules: OptionSet {
  let rawValue: UInt16
  /// A port must be given, from 1 on.
  static let portMandatory = AddressRules(rawValue: 1)
  static let portAllowed = AddressRules(rawValue: 2)
  static let portRange = AddressRules(rawValue: 4)
  /// `+n` and `-n`: relative to the client's port.
  static let portOffset = AddressRules(rawValue: 8)
  /// `fd@` of a bound socket.
  static let boundSocket = AddressRules(rawValue: 16)
  /// `fd@` of anything.
  static let rawDescriptor = AddressRules(rawValue: 32)
  static let stream = AddressRules(rawValue: 64)
  static let datagram = AddressRules(rawValue: 128)
  /// A bare address is datagram.
  static let defaultDatagram = AddressRules(rawValue: 256)
  /// Names are looked up at once; else they are left to the caller.
  static let resolveNow = AddressRules(rawValue: 512)
  /// Names may stand, and are left to the caller.
  static let nameAllowed = AddressRules(rawValue: 1024)
  /// Goes somewhere: `sockpair@` must be a socket now.
  static let connect = AddressRules(rawValue: 2048)
}

/// Why a word is no address: HAProxy's text, ending in a line feed where HAProxy's does.
struct AddressError: Error, Equatable {
  let text: String
}

/// An address word taken apart.
struct ParsedAddress: Equatable {
  enum Host: Equatable {
    case ip(IPAddress)
    /// A name still to be looked up.
    case name(String)
    case unix(String)
    case abstract(String)
    case descriptor(Int32)
    case socketPair(Int32)
  }
  enum Family { case any, v4, v6 }
  var host: Host
  /// What `ipv4@` and the like ask for.
  var family = Family.any
  var isDatagram = false
  /// What was written after the colon, or nothing.
  var firstPort = 0
  var lastPort = 0
  var hasPort = false
  /// `+n`, `-n`: the ports are an offset.
  var isOffset = false

  /// The address with its first port; nil while it is a name.
  var socketAddress: SocketAddress? { socketAddress(port: UInt16(clamping: firstPort)) }
  func socketAddress(port: UInt16) -> SocketAddress? {
    switch host {
    case .ip(let ip): .ip(ip, port: port)
    case .name: nil
    case .unix(let path): .unix(path)
    case .abstract(let name): .abstract(name)
    case .descriptor(let n): .descriptor(n)
    case .socketPair(let n): .socketPair(n)
    }
  }
  var isIP: Bool {
    switch host {
    case .ip, .name: true
    default: false
    }
  }
}

enum AddressParsing {
  /// Replaces `$NAME` and `${NAME}` by the environment's values: what addresses do even outside quotes.
  static func expandVariables(_ word: String) -> String {
    guard word.utf8.contains(UInt8(ascii: "$")) else { return word }
    let text = word.latin1Bytes
    var out: [UInt8] = []
    var at = 0
    while at < text.count {
      guard text[at] == UInt8(ascii: "$") else {
        out.append(text[at])
        at += 1
        continue
      }
      var end = at + 1
      let braced = end < text.count && text[end] == UInt8(ascii: "{")
      if braced { end += 1 }
      let start = end
      while end < text.count, isNameByte(text[end]) { end += 1 }
      let name = String(latin1: text[start..<end])
      if braced { end = (text[end...].firstIndex(of: UInt8(ascii: "}")) ?? text.count - 1) + 1 }
      out += OwnProcess.environment(name)?.latin1Bytes ?? []
      at = end
    }
    return String(latin1: out)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte & 0xdf) || byte == UInt8(ascii: "_")
  }

  private enum Form { case ip, unix, abstract, descriptor, socketPair }
  private struct Scheme {
    let prefix: String
    let form: Form
    var family = ParsedAddress.Family.any
    /// nil: as the place asks for.
    var datagram: Bool?
    var needsQUIC = false
  }
  private static let schemes: [Scheme] = [
    Scheme(prefix: "unix@", form: .unix), Scheme(prefix: "uxdg@", form: .unix, datagram: true),
    Scheme(prefix: "uxst@", form: .unix, datagram: false), Scheme(prefix: "abns@", form: .abstract),
    Scheme(prefix: "ip@", form: .ip), Scheme(prefix: "ipv4@", form: .ip, family: .v4),
    Scheme(prefix: "ipv6@", form: .ip, family: .v6), Scheme(prefix: "tcp4@", form: .ip, family: .v4, datagram: false),
    Scheme(prefix: "udp4@", form: .ip, family: .v4, datagram: true),
    Scheme(prefix: "tcp6@", form: .ip, family: .v6, datagram: false),
    Scheme(prefix: "udp6@", form: .ip, family: .v6, datagram: true),
    Scheme(prefix: "tcp@", form: .ip, datagram: false), Scheme(prefix: "udp@", form: .ip, datagram: true),
    Scheme(prefix: "quic4@", form: .ip, family: .v4, datagram: true, needsQUIC: true),
    Scheme(prefix: "quic6@", form: .ip, family: .v6, datagram: true, needsQUIC: true),
    Scheme(prefix: "fd@", form: .descriptor), Scheme(prefix: "sockpair@", form: .socketPair),
  ]

  /// Longest path of a unix socket: room for the suffix of the temporary name is kept.
  static let maximumUnixPath = 97
  static let maximumAbstractName = 107

  /// Reads one address. `unixPrefix` is put before relative unix paths (`unix-bind prefix`).
  static func parse(_ word: String, _ rules: AddressRules, unixPrefix: String = "") throws(AddressError)
    -> ParsedAddress
  {
    if let plain = plainEndpoint(word, rules) { return plain }
    let expanded = expandVariables(word)
    if expanded.isEmpty {
      throw AddressError(text: "'\(word)' resolves to an empty address (environment variable missing?)\n")
    }
    var rest = Substring(expanded)
    var datagram: Bool?
    if rest.hasPrefix("stream+") {
      datagram = false
      rest = rest.dropFirst(7)
    } else if rest.hasPrefix("dgram+") {
      datagram = true
      rest = rest.dropFirst(6)
    }
    var scheme = Scheme(prefix: "", form: rest.hasPrefix("/") ? .unix : .ip)
    if rest.utf8.contains(UInt8(ascii: "@")), let named = schemes.first(where: { rest.hasPrefix($0.prefix) }) {
      scheme = named
      rest = rest.dropFirst(named.prefix.count)
    }
    let isDatagram = scheme.datagram ?? datagram ?? rules.contains(.defaultDatagram)
    var parsed: ParsedAddress
    switch scheme.form {
    case .descriptor: parsed = try descriptor(rest, word, rules)
    case .socketPair: parsed = try socketPair(rest, word, rules)
    case .unix: parsed = ParsedAddress(host: .unix(try path(String(rest), word, prefix: unixPrefix)))
    case .abstract:
      if rest.unicodeScalars.count > maximumAbstractName {
        throw AddressError(text: "socket path '\(word)' too long (max \(maximumAbstractName))\n")
      }
      parsed = ParsedAddress(host: .abstract(String(rest)))
    case .ip: parsed = try endpoint(rest, word, scheme.family, rules)
    }
    parsed.isDatagram = isDatagram
    if scheme.form == .descriptor { return parsed }
    if scheme.needsQUIC {
      let family = scheme.family == .v6 ? 10 : 2
      throw AddressError(
        text: "unsupported stream protocol for datagram family \(family) address '\(word)'; "
          + "QUIC is not compiled in if this is what you were looking for.")
    }
    if isDatagram && !rules.contains(.datagram) {
      throw AddressError(text: "dgram-type address not acceptable in '\(word)'\n")
    }
    if !isDatagram && !rules.contains(.stream) {
      throw AddressError(text: "stream-type address not acceptable in '\(word)'\n")
    }
    return parsed
  }

  /// `a.b.c.d:port`, as most addresses of large configurations are written; nil for whatever else.
  private static func plainEndpoint(_ word: String, _ rules: AddressRules) -> ParsedAddress? {
    guard rules.contains(.stream), !rules.contains(.defaultDatagram) else { return nil }
    let text = word.utf8
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let address = IPv4Address(word[..<colon]) else {
      return nil
    }
    var port = 0
    for byte in text[text.index(after: colon)...] {
      guard (0x30...0x39).contains(byte), port < 10_000 else { return nil }
      port = port * 10 + Int(byte) - 0x30
    }
    guard (1...65535).contains(port) else { return nil }
    var parsed = ParsedAddress(host: .ip(.v4(address)))
    parsed.hasPort = true
    parsed.firstPort = port
    parsed.lastPort = port
    return parsed
  }

  private static func path(_ path: String, _ word: String, prefix: String) throws(AddressError) -> String {
    let longest = maximumUnixPath - prefix.unicodeScalars.count
    if path.unicodeScalars.count > longest {
      throw AddressError(text: "socket path '\(word)' too long (max \(longest))\n")
    }
    return prefix + path
  }

  private static func descriptorNumber(_ text: Substring, _ word: String) throws(AddressError) -> Int32 {
    guard let number = Int32(text), !text.hasPrefix("+") else {
      throw AddressError(text: "file descriptor '\(text)' is not a valid integer in '\(word)'\n")
    }
    return number
  }

  private static func descriptor(_ text: Substring, _ word: String, _ rules: AddressRules) throws(AddressError)
    -> ParsedAddress
  {
    let number = try descriptorNumber(text, word)
    if rules.contains(.boundSocket) {
      try requireSocket(number)
    } else if !rules.contains(.rawDescriptor) {
      throw AddressError(text: "a file descriptor is not acceptable here in '\(word)'\n")
    }
    return ParsedAddress(host: .descriptor(number))
  }

  private static func socketPair(_ text: Substring, _ word: String, _ rules: AddressRules) throws(AddressError)
    -> ParsedAddress
  {
    let number = try descriptorNumber(text, word)
    try requireSocket(number)
    return ParsedAddress(host: .socketPair(number))
  }

  private static func requireSocket(_ number: Int32) throws(AddressError) {
    do {
      _ = try FileDescriptor(number).boundFamily()
    } catch {
      throw AddressError(text: "cannot use file descriptor '\(number)' : \(error).\n")
    }
  }

  /// `host:port` with all its spellings: the port is what follows the last colon, unless a bracket comes later.
  private static func endpoint(
    _ text: Substring, _ word: String, _ family: ParsedAddress.Family, _ rules: AddressRules
  ) throws(AddressError) -> ParsedAddress {
    var host = text
    var port: Substring = ""
    if let mark = text.lastIndex(where: { $0 == "]" || $0 == ":" }), text[mark] == ":" {
      host = text[..<mark]
      port = text[text.index(after: mark)...]
    }
    var parsed = ParsedAddress(host: .ip(.v4(.any)), family: family)
    try setPort(port, word, rules, &parsed)
    parsed.host = try self.host(host, word, family, rules)
    return parsed
  }

  private static func setPort(
    _ port: Substring, _ word: String, _ rules: AddressRules, _ parsed: inout ParsedAddress
  ) throws(AddressError) {
    guard let first = port.first else {
      if rules.contains(.portMandatory) { throw AddressError(text: "missing port specification in '\(word)'") }
      return
    }
    parsed.hasPort = true
    switch first {
    case "0"..."9":
      let dash = port.firstIndex(of: "-")
      let low = dash.map { port[..<$0] } ?? port
      let high = dash.map { port[port.index(after: $0)...] } ?? port
      let bounds = rules.contains(.portMandatory) ? 1...65535 : 0...65535
      parsed.firstPort = CInteger.leading(low)
      if !bounds.contains(parsed.firstPort) { throw AddressError(text: "invalid port '\(low)'") }
      parsed.lastPort = dash == nil ? parsed.firstPort : CInteger.leading(high)
      if !bounds.contains(parsed.lastPort) { throw AddressError(text: "invalid port '\(high)'") }
      if parsed.lastPort < parsed.firstPort {
        throw AddressError(text: "invalid port range '\(low)-\(high)'")
      }
      if parsed.firstPort != parsed.lastPort && !rules.contains(.portRange) {
        throw AddressError(text: "port range not permitted here in '\(word)'")
      }
    case "+", "-":
      if !rules.contains(.portOffset) { throw AddressError(text: "port offset not permitted here in '\(word)'") }
      let amount = CInteger.leading(port.dropFirst())
      parsed.isOffset = true
      parsed.firstPort = first == "-" ? -amount : amount
      parsed.lastPort = parsed.firstPort
    default:
      throw AddressError(text: "invalid character '\(first)' in port number '\(port)' in '\(word)'\n")
    }
  }

  private static func host(
    _ host: Substring, _ word: String, _ family: ParsedAddress.Family, _ rules: AddressRules
  ) throws(AddressError) -> ParsedAddress.Host {
    if let address = literal(host, family) { return .ip(address) }
    let invalid = AddressError(text: "invalid address: '\(host)' in '\(word)'\n")
    if rules.contains(.nameAllowed) { return .name(String(host)) }
    if host.hasPrefix("[") && host.hasSuffix("]") { throw invalid }
    guard rules.contains(.resolveNow), !host.contains(":"), let address = resolve(String(host), family) else {
      throw invalid
    }
    return .ip(address)
  }

  /// An address in digits, `*` or nothing at all (any address).
  static func literal(_ host: Substring, _ family: ParsedAddress.Family) -> IPAddress? {
    if host.hasPrefix("["), host.hasSuffix("]"), host.count > 1 {
      return family == .v4 ? nil : IPv6Address(host.dropFirst().dropLast()).map { .v6($0) }
    }
    if host.isEmpty || host == "*" { return family == .v6 ? .v6(.any) : .v4(.any) }
    if family != .v6, let v4 = IPv4Address(host) { return .v4(v4) }
    if family != .v4, let v6 = IPv6Address(host) { return .v6(v6) }
    return nil
  }

  static func resolve(_ name: String, _ family: ParsedAddress.Family) -> IPAddress? {
    NameResolution.firstAddress(of: name, family: family == .v4 ? .v4 : family == .v6 ? .v6 : .any)
  }
}
