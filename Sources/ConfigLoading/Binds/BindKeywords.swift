import ConfigSyntax
import Configuration
import Primitives
import System

/// `bind <address>[,...] [options]` (manual section 5.1).
let bindKeywords: [KeywordEntry] = [KeywordEntry("bind", .proxies, parse: BindLine.parse)]

/// What is known of a `bind` line while its options are read.
struct BindOptionContext {
  let context: LoadContext
  /// `bind :80` and the like, for messages.
  let title: String
  var cursor: OptionCursor
  /// The settings that all addresses of the line get.
  var settings: BindSettings
  let addressCount: Int
  /// Speaks of a frontend; nil for a stats socket.
  let proxy: ProxySettings?
  /// Prefix of messages.
  let prefix: String

  func warn(_ text: String) { context.warning("\(prefix) : \(text)") }
}

/// One option of `bind` lines.
struct BindOption: Sendable {
  let name: String
  let parse: @Sendable (inout BindOptionContext) throws(OptionError) -> Void
  init(_ name: String, parse: @escaping @Sendable (inout BindOptionContext) throws(OptionError) -> Void) {
    self.name = name
    self.parse = parse
  }

  // Those of TLS come first: of two that are equally like a misspelt word the first is told.
  static let all = bindTLSOptions + UnservedKeywords.refusing(bindOptions + bindThreadOptions)
  static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}

enum BindLine {
  static let usage =
    "'bind' expects {<path>|[addr1]:port1[-end1]}{,[addr]:port[-end]}... as arguments."

  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    guard context.forbidsDefaults("bind") else { return }
    context.requires(.frontend, "bind")
    if line[1].isEmpty { return context.alert(usage) }
    let start: [BindSettings]
    do throws(AddressError) {
      start = try addresses(line[1], context)
    } catch {
      return context.alert("'bind' : \(error.text.droppingLastLineFeed)")
    }
    let section = context.section?.rawValue ?? ""
    let prefix = "'bind \(line[1])' in section '\(section)'"
    guard let first = start.first else { return }
    var options = BindOptionContext(
      context: context, title: "bind \(line[1])", cursor: OptionCursor(line: line, at: 2), settings: first,
      addressCount: start.count, proxy: context.proxy, prefix: prefix)
    guard read(&options) else { return }
    if !context.proxy.accepts(.frontend) { return }
    for one in start {
      var settings = options.settings
      settings.address = one.address
      context.proxy.binds.append(settings)
    }
  }

  /// Reads the options into `options.settings`; false after an error.
  static func read(_ options: inout BindOptionContext) -> Bool {
    while options.cursor.at < options.cursor.line.count {
      let name = options.cursor.name
      if name.isEmpty { break }
      guard BindOption.byName[name] != nil else {
        let advice = WordSimilarity.bestMatch(for: name, among: BindOption.all.map(\.name))
        let tail = advice.map { "; did you mean '\($0)' maybe ?" } ?? "."
        options.context.alert("\(options.prefix): unknown keyword '\(name)'\(tail)")
        return false
      }
      guard readOne(&options) else { return false }
    }
    return true
  }

  /// Reads the option at the cursor, which is known; false after an error.
  static func readOne(_ options: inout BindOptionContext) -> Bool {
    let name = options.cursor.name
    do throws(OptionError) {
      try BindOption.byName[name]?.parse(&options)
    } catch {
      switch error {
      case .text(let text): options.context.alert("\(options.prefix) : \(text.droppingLastLineFeed)")
      case .silent: break
      case .reported:
        options.context.alert("\(options.prefix) : error encountered while processing '\(name)'.")
      }
      return false
    }
    options.cursor.advance()
    return true
  }

  /// One value for each address and port of the comma-separated list.
  static func addresses(
    _ list: String, _ context: LoadContext, kind: AddressRules = .stream
  ) throws(AddressError) -> [BindSettings] {
    var result: [BindSettings] = []
    var parts = list.split(separator: ",", omittingEmptySubsequences: false)
    // A comma at the end is no address.
    if parts.count > 1 && parts.last == "" { parts.removeLast() }
    for part in parts {
      let parsed = try AddressParsing.parse(
        String(part), kind.union([.resolveNow, .portMandatory, .portAllowed, .portRange, .boundSocket]),
        unixPrefix: context.model.global.unixBindPrefix ?? "")
      for port in parsed.firstPort...max(parsed.firstPort, parsed.lastPort) {
        guard let address = parsed.socketAddress(port: UInt16(clamping: port)) else { continue }
        var settings = BindSettings(address: address)
        settings.location = context.location
        settings.written = list
        result.append(settings)
      }
    }
    return result
  }
}

extension String {
  /// Without the line feed that HAProxy's address messages end with.
  var droppingLastLineFeed: String { hasSuffix("\n") ? String(dropLast()) : self }
}
