public import Cache
import Primitives
import Rules
public import Samples
public import StickTables
public import TLS

/// The validated configuration of one generation: what the text meant, and nothing of how it runs. Values only, so it
/// is shared between threads freely and compared at a reload.
public struct ConfigurationModel: Sendable {
  public var global = GlobalSettings()
  /// Every `frontend`, `backend`, `listen` (and internal proxies), in the order of the files. `ProxyIndex` points here.
  public var proxies: [ProxySettings] = []
  /// Everything that expressions, ACLs and conditions were compiled to; each worker takes a replica.
  public var program: SampleProgram?
  /// What the rules of all proxies refer to; each worker takes a replica.
  public var ruleResources = RuleResources()
  /// The lists of patterns and maps, in the order of their numbers, for the operator's commands.
  public var patternReferences: [PatternReference] = []
  /// The names of all variables that the configuration mentions.
  public var variableNames = VariableNames()
  /// Variables of the whole process.
  public let processVariables = ProcessVariables()
  /// Certificates, authorities and lists, and who uses them.
  public let certificates = TLSStore()
  /// `ring` sections, in the order of the files.
  /// The `cache` sections.
  public var caches: [CacheSettings] = []
  public var rings: [RingSettings] = []
  /// `resolvers` sections, in the order of the files.
  public var resolvers: [ResolverSettings] = []
  public var peers: [PeersSettings] = []
  public var mailers: [MailersSettings] = []
  /// Network namespaces that `bind` and `server` lines and `namespace_list` sections name.
  public var namespaces: [String] = []
  /// `log-forward` sections, in the order of the files.
  public var logForwards: [LogForwardSettings] = []
  /// `program` sections, in the order of the files.
  public var programs: [ProgramSettings] = []
  public var tables: [TableSettings] = []
  /// By `TableReference`: which table is meant.
  public var tableReferences: [Int] = []
  public init() {}

  /// Whether anything listens: without that there is nothing to start.
  public var hasListener: Bool {
    !global.statsSockets.isEmpty || proxies.contains { !$0.disabled && !$0.binds.isEmpty }
      || logForwards.contains { !$0.binds.isEmpty || !$0.datagramBinds.isEmpty }
      || peers.contains { !$0.isDisabled && $0.localPeer != nil && !$0.binds.isEmpty }
  }

  /// Whether some rule answers with the exporter.
  public var hasExporter: Bool {
    proxies.contains { proxy in
      proxy.rules.httpRequest.contains { if case .useService(.prometheusExporter) = $0.action { true } else { false } }
    }
  }

  public func proxyIndex(named name: String, having capability: ProxyCapabilities) -> Int? {
    proxies.firstIndex { $0.name == name && $0.capabilities.isSuperset(of: capability) }
  }
}

/// Where a value was written.
public struct SourceLocation: Hashable, Sendable {
  public var file: String
  public var line: Int
  public init(file: String = "", line: Int = 0) {
    self.file = file
    self.line = line
  }
}
