import ConfigSyntax
import Configuration
import Primitives

/// `server`, `default-server` and `server-template` (manual sections 4.2 and 5.2).
let serverKeywords: [KeywordEntry] = [
  KeywordEntry("server", .proxies) { ServerLine.parse($0, $1, .server) },
  KeywordEntry("default-server", .proxies) { ServerLine.parse($0, $1, .defaults) },
  KeywordEntry("server-template", .proxies) { ServerLine.parse($0, $1, .template) },
]

/// What is known of a server line while its options are read.
struct ServerOptionContext {
  let context: LoadContext
  /// HAProxy puts what a line's messages begin with before the first of them only.
  private var hasSpoken = false
  var cursor: OptionCursor
  var settings: ServerSettings
  let form: ServerLine.Form
  /// The proxy as its section stood before the line. Not kept: a second holder would have its servers copied.
  var proxy: ProxySettings { context.proxy }

  /// What messages call the server.
  var name: String {
    if form == .defaults { return "default-server" }
    return settings.name.isEmpty ? "(null)" : settings.name
  }
  /// What messages about the line begin with.
  var prefix: String { form == .defaults ? "" : "'server \(proxy.name)/\(name)' : " }

  init(context: LoadContext, cursor: OptionCursor, settings: ServerSettings, form: ServerLine.Form) {
    self.context = context
    self.cursor = cursor
    self.settings = settings
    self.form = form
  }

  mutating func warn(_ text: String) {
    let place = "[\(context.line.file):\(context.line.number)] : "
    context.warningPlain(hasSpoken ? text : place + prefix + text)
    hasSpoken = true
  }
  /// A time in milliseconds.
  mutating func time(_ text: String) -> TimeArgument {
    let (argument, warning) = TimeArgument.read(text, in: .milliseconds)
    if let warning { warn(warning) }
    return argument
  }
  mutating func alert(_ text: String, _ grade: LoadFlags = .error) {
    let place = "[\(context.line.file):\(context.line.number)] : "
    context.alertPlain(hasSpoken ? text : place + prefix + text, grade)
    hasSpoken = true
  }
}

/// One option of `server` and `default-server` lines.
struct ServerOption: Sendable {
  let name: String
  let acceptsDefaults: Bool
  let parse: @Sendable (inout ServerOptionContext) throws(OptionError) -> Void
  init(
    _ name: String, defaults: Bool = true,
    parse: @escaping @Sendable (inout ServerOptionContext) throws(OptionError) -> Void
  ) {
    self.name = name
    self.acceptsDefaults = defaults
    self.parse = parse
  }

  static let all: [ServerOption] =
    serverOptions + serverCheckOptions + serverSourceOptions + serverResolverOptions
    + serverTLSOptions
  static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
}

enum ServerLine {
  enum Form { case server, defaults, template, dynamic }
  /// Servers that one template may make.
  static let maximumTemplate = 1_000_000

  static func parse(_ context: LoadContext, _ line: ConfigLine, _ form: Form) {
    let place = "[\(line.file):\(line.number)]"
    if context.isInDefaults && form != .defaults {
      return context.alertAtPlace("'\(line.keyword)' not allowed in 'defaults' section.")
    }
    if !context.proxy.accepts(.backend) {
      return context.alertAtPlace(
        "parsing \(place) : '\(line.keyword)' not allowed because \(context.proxy.title) has no backend capability.")
    }
    switch form {
    case .defaults: defaults(context, line)
    case .server, .dynamic: server(context, line, form)
    case .template: template(context, line)
    }
  }

  private static func defaults(_ context: LoadContext, _ line: ConfigLine) {
    var options = ServerOptionContext(
      context: context, cursor: OptionCursor(line: line, at: 1), settings: context.proxy.defaultServer,
      form: .defaults)
    // What was read before an error stays, as in HAProxy.
    _ = read(&options)
    context.proxy.defaultServer = options.settings
  }

  private static func server(_ context: LoadContext, _ line: ConfigLine, _ form: Form) {
    if line[1].isEmpty || line[2].isEmpty {
      return context.alertAtPlace("'server' expects <name> and <addr>[:<port>] as arguments.")
    }
    if let bad = LoadContext.invalidNameScalar(line[1]) {
      return context.alertAtPlace(
        "character '\(bad)' is not permitted in \(line.keyword == "peer" ? "peer" : "server") name '\(line[1])'.")
    }
    guard var options = start(context, line, named: line[1], addressAt: 2, form) else { return }
    guard read(&options), finish(&options) else { return }
    context.proxy.servers.append(options.settings)
  }

  private static func template(_ context: LoadContext, _ line: ConfigLine) {
    if line[1].isEmpty || line.count < 3 || line[3].isEmpty {
      return context.alertAtPlace("'server-template' expects <prefix> <nb | range> <addr>[:<port>] as arguments.")
    }
    if let bad = LoadContext.invalidNameScalar(line[1]) {
      return context.alertAtPlace("character '\(bad)' is not permitted in server-template prefix '\(line[1])'.")
    }
    guard let range = templateRange(line[2]) else {
      return context.alertAtPlace("Wrong server-template number or range arg '\(line[2])'.")
    }
    guard range.count <= maximumTemplate else {
      return context.alertAtPlace("server-template makes more than \(maximumTemplate) servers.")
    }
    guard var options = start(context, line, named: "", addressAt: 3, .template) else { return }
    guard read(&options), finish(&options) else { return }
    for number in range {
      var settings = options.settings
      settings.name = line[1] + String(number)
      if number != range.lowerBound { settings.id = 0 }
      context.proxy.servers.append(settings)
    }
  }

  /// `n` (1 to n) or `low-high`; what is no number counts as 0, which `low` may be.
  private static func templateRange(_ text: String) -> ClosedRange<Int>? {
    if text.isEmpty { return nil }
    let first = CInteger.leading(text)
    let dash = text.firstIndex(of: "-")
    let low = dash == nil ? 1 : first
    let high = dash.map { CInteger.leading(text[text.index(after: $0)...]) } ?? first
    guard low >= 0, high >= low else { return nil }
    return low...high
  }

  /// The settings before the options: those of `default-server`, and the address. nil after a message.
  private static func start(
    _ context: LoadContext, _ line: ConfigLine, named name: String, addressAt: Int, _ form: Form
  ) -> ServerOptionContext? {
    var settings = context.proxy.defaultServer
    settings.name = name
    settings.location = context.location
    // Even where the server's own line then says `no-ssl`: the runtime API may switch it on again.
    settings.tls.isReady = settings.tls.isUsed
    var options = ServerOptionContext(
      context: context, cursor: OptionCursor(line: line, at: addressAt + 1), settings: settings, form: form)
    do throws(AddressError) {
      // Those of peers and rings are looked up at once.
      let isLate = context.section != .peers && context.section != .ring
      let parsed = try AddressParsing.parse(
        line[addressAt], [isLate ? .nameAllowed : .resolveNow, .portAllowed, .portOffset, .stream, .connect])
      if case .name(let name) = parsed.host, !HostName.hasLabels(name) {
        options.alert("Can't create DNS resolution for server '\(options.name)'")
        return nil
      }
      setAddress(parsed, &options.settings)
    } catch {
      options.alert(error.text)
      return nil
    }
    return options
  }

  private static func setAddress(_ parsed: ParsedAddress, _ settings: inout ServerSettings) {
    settings.portOffset = nil
    if parsed.isIP {
      if parsed.isOffset {
        settings.portOffset = parsed.firstPort
      } else if parsed.firstPort == 0 {
        settings.portOffset = 0
      } else {
        settings.port = UInt16(clamping: parsed.firstPort)
      }
    }
    switch parsed.host {
    case .name(let name):
      settings.address = .unresolved(name)
      settings.hostname = name
      settings.hostnameFamily =
        switch parsed.family {
        case .any: .any
        case .v4: .v4
        case .v6: .v6
        }
    default:
      if let address = parsed.socketAddress(port: settings.port) { settings.address = .socket(address) }
    }
  }

  /// Reads the options; false after an error.
  private static func read(_ options: inout ServerOptionContext) -> Bool {
    while options.cursor.at < options.cursor.line.count {
      let name = options.cursor.name
      if name.isEmpty { break }
      guard let option = ServerOption.byName[name] else {
        reportUnknown(name, &options)
        return false
      }
      if options.form == .defaults && !option.acceptsDefaults {
        // It is said, and the line goes on behind it.
        options.alert("'\(name)' option is not accepted in default-server sections", .alert)
        options.cursor.advance()
        if !OptionArity.ofServer(name).isEmpty { options.cursor.advance() }
        continue
      }
      if options.form == .dynamic && !DynamicServerLine.options.contains(name) {
        options.alert("'\(name)' option is not accepted for dynamic server")
        return false
      }
      do throws(OptionError) {
        try option.parse(&options)
      } catch {
        switch error {
        case .text(let text): options.alert("\(indentedMessage(text)).")
        case .silent: break
        case .reported: options.alert("error encountered while processing '\(options.cursor.name)'.")
        }
        return false
      }
      options.cursor.advance()
    }
    return true
  }

  private static func reportUnknown(_ name: String, _ options: inout ServerOptionContext) {
    let advice = WordSimilarity.bestMatch(for: name, among: ServerOption.all.map(\.name) + ["octet-count", "legacy"])
    var text = "unknown keyword '\(name)'" + (advice.map { "; did you mean '\($0)' maybe ?" } ?? ".")
    if options.form == .defaults { text += " Hint: no address was expected for this server." }
    options.alert(text)
  }

  /// What only the whole line tells; false after an error.
  private static func finish(_ options: inout ServerOptionContext) -> Bool {
    if options.settings.agentEnabled && options.settings.agentPort == 0 {
      options.alert("server \(options.name) does not have agent port. Agent check has been disabled.")
      return false
    }
    if options.settings.checkEnabled && options.settings.track != nil {
      options.alert("unable to enable checks and tracking at the same time!")
      return false
    }
    return options.readServerName()
  }
}
