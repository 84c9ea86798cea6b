/// How a backend chooses a server when neither persistence nor a rule names one (`balance`).
public enum BalanceAlgorithm: Hashable, Sendable {
  case roundrobin
  case staticRoundRobin
  case leastconn
  case first
  /// The client's address.
  case source
  /// The request target. `length` bytes at most and up to `depth` slashes are hashed (0: no limit); with `whole` the
  /// query string too; with `pathOnly` an absolute target loses its scheme and authority first.
  case uri(length: Int, depth: Int, whole: Bool, pathOnly: Bool)
  /// A parameter of the query string, and with `checkPost` also of a POST body. `maximumWait` is the bytes of the
  /// manual's `<max_wait>`, which is accepted and has no effect.
  case urlParameter(name: String, checkPost: Bool, maximumWait: Int)
  /// The first value of a request header; with `useDomainOnly` the label before the last dot.
  case header(name: String, useDomainOnly: Bool)
  /// The least loaded of `draws` servers drawn at random.
  case random(draws: Int)
  /// A cookie of the RDP connection request, `mstshash` unless named otherwise.
  case rdpCookie(name: String)
  /// A sample expression, which the configuration keeps beside these settings.
  case hash

  /// Whether the server follows from a key of the client or its request.
  public var usesKey: Bool {
    switch self {
    case .roundrobin, .staticRoundRobin, .leastconn, .first, .random: false
    case .source, .uri, .urlParameter, .header, .rdpCookie, .hash: true
    }
  }
}

/// How a hash becomes a server (first word of `hash-type`).
public enum HashType: UInt8, Hashable, Sendable {
  /// An array with as many entries as the servers have weight.
  case mapBased
  /// A ring of many points for each server: a change moves only the clients of the server that changed.
  case consistent
}

/// How a key becomes a hash (second word of `hash-type`).
public enum HashFunction: UInt8, Hashable, Sendable {
  case sdbm, djb2, wt6, crc32
}

/// Everything the configuration says about the choice of a server: `balance`, `hash-type`, `hash-balance-factor` and
/// `option allbackups`.
public struct BalanceSettings: Hashable, Sendable {
  public var algorithm: BalanceAlgorithm
  public var hashType: HashType
  public var hashFunction: HashFunction
  /// Whether the hash is mixed once more before use. `hash-type consistent` without a function sets it.
  public var avalanche: Bool
  /// The most a server of a consistent hash may serve, in percent of the average over all servers; 0 for no bound.
  public var hashBalanceFactor: Int
  /// Whether all backup servers share the load once no other server is left, instead of the first alone.
  public var allBackups: Bool

  public init(
    algorithm: BalanceAlgorithm = .roundrobin, hashType: HashType = .mapBased, hashFunction: HashFunction = .sdbm,
    avalanche: Bool = false, hashBalanceFactor: Int = 0, allBackups: Bool = false
  ) {
    self.algorithm = algorithm
    self.hashType = hashType
    self.hashFunction = hashFunction
    self.avalanche = avalanche
    self.hashBalanceFactor = hashBalanceFactor
    self.allBackups = allBackups
  }

  /// Whether weights can change while servers run, so that slow start and `set weight` work: not so for the
  /// algorithms that share out a fixed map.
  public var isDynamic: Bool {
    switch algorithm {
    case .roundrobin, .leastconn, .first, .random: true
    case .staticRoundRobin: false
    case .source, .uri, .urlParameter, .header, .rdpCookie, .hash: hashType == .consistent
    }
  }
}
