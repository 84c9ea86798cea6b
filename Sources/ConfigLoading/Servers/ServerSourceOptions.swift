import Configuration
import Primitives

/// `source` of server lines, with `usesrc` and `interface` behind it.
let serverSourceOptions: [ServerOption] = [
  ServerOption("source", parse: serverSource),
  ServerOption("usesrc") { _ throws(OptionError) in throw .text("'usesrc' only allowed after a 'source' statement.") },
]

@Sendable private func serverSource(_ server: inout ServerOptionContext) throws(OptionError) {
  let word = try server.cursor.take(
    orFail: "'source' expects <addr>[:<port>[-<port>]], and optionally 'usesrc' <addr>, and 'interface' <name> "
      + "as argument.")
  var source = SourceSettings()
  do throws(AddressError) {
    try SourceParsing.setAddress(word, &source, allowsRange: true)
  } catch {
    throw .text("'source \(word)' : \(error.text)")
  }
  while true {
    switch server.cursor.next {
    case "usesrc":
      _ = server.cursor.take()
      let target = server.cursor.take()
      if target.isEmpty {
        server.alert("'usesrc' expects <addr>[:<port>], 'client', 'clientip', or 'hdr_ip(name,#)' as argument.")
        server.alert("error encountered while processing 'usesrc'.")
        throw .silent
      }
      do throws(AddressError) {
        source.useSource = try SourceParsing.useSource(target)
      } catch {
        server.alert("'usesrc \(target)' : \(error.text)")
        server.alert("error encountered while processing 'usesrc'.")
        throw .silent
      }
    case "interface":
      _ = server.cursor.take()
      let name = server.cursor.take()
      if name.isEmpty {
        server.alert("'\(server.cursor.line.keyword)' : missing interface name.")
        server.alert("error encountered while processing 'interface'.")
        throw .silent
      }
      source.interface = name
    default:
      server.settings.source = source
      return
    }
  }
}

/// The parts of `source` that proxies and servers share.
enum SourceParsing {
  static func setAddress(
    _ word: String, _ source: inout SourceSettings, allowsRange: Bool
  ) throws(AddressError) {
    var rules: AddressRules = [.resolveNow, .portAllowed, .stream, .connect]
    if allowsRange { rules.insert(.portRange) }
    let parsed = try AddressParsing.parse(word, rules)
    if case .ip(let address) = parsed.host { source.address = address }
    source.port = UInt16(clamping: parsed.firstPort)
    if parsed.lastPort > parsed.firstPort {
      source.portRange = UInt16(clamping: parsed.firstPort)...UInt16(clamping: parsed.lastPort)
    }
  }

  static func useSource(_ word: String) throws(AddressError) -> SourceSettings.UseSource {
    if word == "client" { return .client }
    if word == "clientip" { return .clientIP }
    if word.hasPrefix("hdr_ip(") {
      let inside = word.dropFirst("hdr_ip(".count)
      let arguments = inside.prefix { $0 != ")" }.split(separator: ",", maxSplits: 1)
      let name = arguments.first.map(String.init) ?? ""
      return .headerIP(name: name.lowercased(), occurrence: arguments.count == 2 ? CInteger.leading(arguments[1]) : -1)
    }
    let parsed = try AddressParsing.parse(word, [.resolveNow, .portAllowed, .stream, .connect])
    guard case .ip(let address) = parsed.host else {
      throw AddressError(text: "invalid address: '\(word)' in '\(word)'\n")
    }
    return .address(address, port: UInt16(clamping: parsed.firstPort))
  }
}
