import ConfigSyntax
import Configuration
import Primitives
import Samples

/// What loading depends on besides the files.
public struct LoadOptions: Sendable {
  public var facts: BuildFacts
  /// `-L`, else the host name.
  public var localPeer: String
  /// `-N`: what a proxy's `maxconn` starts from; 0 for none.
  public var defaultProxyConnections = 0
  /// `-p`: then the configuration names none.
  public var pidFile: String?
  /// `-dr`: a server whose address cannot be resolved is no error.
  public var ignoresResolutionFailures = false
  /// `-S`, and whether `-W` asks for a master.
  public var masterSocket: String?
  public var hasMaster = false
  public init(facts: BuildFacts, localPeer: String) {
    self.facts = facts
    self.localPeer = localPeer
  }
}

/// A `defaults` section, kept for the proxies that follow it.
public struct DefaultsSection: Sendable {
  public var settings: ProxySettings
  /// Named by some `from`.
  public var isReferenced = false
  /// Used by a proxy without `from`.
  public var isImplicit = false
  /// What the proxies are that inherit its rules: frontends or backends.
  public var heirs: ProxyCapabilities = []
}

/// The state of one loading: the model as far as it is built, the place in the files, and the messages.
public final class LoadContext {
  public var model = ConfigurationModel()
  public let options: LoadOptions
  public let diagnostics: Diagnostics
  /// Everything that went wrong so far.
  public private(set) var flags: LoadFlags = []

  /// The line being read; its file and number stand in messages.
  public internal(set) var line = ConfigLine()
  /// nil before the first section.
  public internal(set) var section: SectionKind?
  /// What `$.SECTION` stands for: the section's name, or its type where it has none.
  public internal(set) var sectionName = ""
  /// Every `defaults` section so far, in the order of the files.
  public internal(set) var defaults: [DefaultsSection] = []

  enum Current: Hashable { case none, proxy(Int), defaults(Int) }
  var current = Current.none
  private var detachedProxy = ProxySettings(name: "", location: SourceLocation(), capabilities: [])
  /// Of each proxy: the `defaults` section it copied, as an index of `defaults`.
  public internal(set) var defaultsOfProxy: [Int: Int] = [:]
  /// Reads the expressions of the configuration, to find their errors.
  let samples = SampleCompiler()
  var ruleState = RuleLoadState()
  /// The `http-errors` sections, by name.
  var httpErrors: [String: HTTPErrorsSection] = [:]
  /// The `ring` section that is open.
  var ringIndex: Int?
  /// The `log-forward` section that is open.
  var logForwardIndex: Int?
  /// The `cache` section that is open.
  var cacheIndex: Int?
  /// The `resolvers` section that is open.
  var resolverIndex: Int?
  /// Where proxies of each name stand in the model: configurations have thousands of them.
  var proxiesByName: [String: [Int]] = [:]
  /// The servers of the current section that have an `id`, by it: where each stands among the section's servers.
  var serversByID: [Int: Int] = [:]
  /// Facts of `global` that only matter while loading.
  var globalState = GlobalLoadState()
  /// The file being read, and the working folder when loading began (see `default-path`).
  var currentFile = ""
  var startFolder = ""

  public init(options: LoadOptions, diagnostics: Diagnostics) {
    self.options = options
    self.diagnostics = diagnostics
    model.global.pidFile = options.pidFile
  }

  /// The proxy whose section is being read, `defaults` included. Where a section could not be opened, what is written
  /// here is read for errors and then forgotten.
  public var proxy: ProxySettings {
    get {
      switch current {
      case .none: detachedProxy
      case .proxy(let index): model.proxies[index]
      case .defaults(let index): defaults[index].settings
      }
    }
    _modify {
      switch current {
      case .none: yield &detachedProxy
      case .proxy(let index): yield &model.proxies[index]
      case .defaults(let index): yield &defaults[index].settings
      }
    }
  }
  /// A section that is no proxy has servers or listeners all the same: they are read into `settings`.
  func detach(_ settings: ProxySettings) {
    current = .none
    detachedProxy = settings
  }
  /// Where the current proxy stands in `model.proxies`; nil in other sections and in `defaults`.
  public var proxyIndex: Int? { if case .proxy(let index) = current { index } else { nil } }
  public var isInDefaults: Bool { section == .defaults }
  public var location: SourceLocation { SourceLocation(file: line.file, line: line.number) }

  // MARK: - Messages about the current line

  /// An error: the configuration cannot be used, reading goes on. Printed as `parsing [file:line] : text`.
  public func alert(_ text: String) { report(.error, " : " + text) }
  /// As `alert`, printed as `parsing [file:line]: text`: HAProxy writes some messages so.
  public func alertTight(_ text: String) { report(.error, ": " + text) }
  /// An alert after which the configuration can still be used.
  public func alertContinuing(_ text: String) { report(.alert, " : " + text) }
  public func alertContinuing(tight text: String) { report(.alert, ": " + text) }
  /// An error after which reading stops.
  public func abort(_ text: String) { report([.alert, .fatal, .abort], " : " + text) }
  public func abort(tight text: String) { report([.alert, .fatal, .abort], ": " + text) }
  public func warning(_ text: String) { report(.warning, " : " + text) }
  public func warningTight(_ text: String) { report(.warning, ": " + text) }
  /// Only in diagnostic mode (`-dD`).
  public func diagnostic(_ text: String) { diagnostics.diagnostic("parsing [\(line.file):\(line.number)] : \(text)") }

  // MARK: - Messages about no line or another one

  /// `text` as it is, without a place.
  public func alertPlain(_ text: String, _ grade: LoadFlags = .error) {
    diagnostics.alert(text)
    flags.formUnion(grade)
  }
  public func warningPlain(_ text: String) {
    diagnostics.warning(text)
    flags.insert(.warning)
  }

  private func report(_ grade: LoadFlags, _ text: String) {
    let full = "parsing [\(line.file):\(line.number)]\(text)"
    if grade.contains(.alert) { diagnostics.alert(full) } else { diagnostics.warning(full) }
    flags.formUnion(grade)
  }

  /// Where in the current proxy the server stands that took `id` for itself.
  func serverIndex(ownID id: Int) -> Int? {
    guard let index = serversByID[id], index < proxy.servers.count, proxy.servers[index].id == id else { return nil }
    return index
  }
  /// The server whose line is being read takes `id`.
  func noteServerID(_ id: Int) { serversByID[id] = proxy.servers.count }

  func add(_ more: LoadFlags) { flags.formUnion(more) }
  func clearFlags() { flags = [] }

  // MARK: - Checks that many keywords share

  /// Whether the line has at most `limit` words after the first `start + 1`; reports the first one too many.
  /// HAProxy's message names the words before them.
  public func checkArgumentCount(_ line: ConfigLine, atMost limit: Int, after start: Int = 0) -> Bool {
    let extra = line[start + limit + 1]
    if extra.isEmpty { return true }
    let keyword = (0...start).map { line[$0] }.joined(separator: " ")
    alert("'\(keyword)' cannot handle unexpected argument '\(extra)'.")
    return false
  }
}
