/// The aliases of log-format strings (manual section 8.2.6): `%ci`, `%ST` and so on.
public enum LogAlias: UInt8, Sendable, CaseIterable {
  case flagsForAll  // %o
  case bytesRead, requestCookie, responseCookie, hostName, method, uriPath, path, query, uri, version, uniqueID, status
  case acceptDateGMT, activeTime, connectTime, dataTime, handshakeTime, idleTime, acceptDateLocal, requestTotalTime
  case requestTime, responseTime, timestamp, totalTime, userTime, queueTime, bytesUploaded
  case processConnections, backendName, backendConnections, backendSourceIP, backendSourcePort, backendQueue
  case clientIP, clientPort, frontendName, frontendConnections, frontendIP, frontendPort, frontendTransport
  case requestHeaders, requestHeaderList, responseHeaders, responseHeaderList, logCounter, acceptMilliseconds
  case processID, request, retries, requestCounter, serverName, serverConnections, serverIP, serverPort, serverQueue
  case sslCipher, sslVersion, acceptDate, requestDate, requestDateGMT, requestDateLocal
  case terminationState, terminationStateCookie

  /// What is written after `%`.
  public var name: StaticString {
    switch self {
    case .flagsForAll: "o"
    case .bytesRead: "B"
    case .requestCookie: "CC"
    case .responseCookie: "CS"
    case .hostName: "H"
    case .method: "HM"
    case .uriPath: "HP"
    case .path: "HPO"
    case .query: "HQ"
    case .uri: "HU"
    case .version: "HV"
    case .uniqueID: "ID"
    case .status: "ST"
    case .acceptDateGMT: "T"
    case .activeTime: "Ta"
    case .connectTime: "Tc"
    case .dataTime: "Td"
    case .handshakeTime: "Th"
    case .idleTime: "Ti"
    case .acceptDateLocal: "Tl"
    case .requestTotalTime: "Tq"
    case .requestTime: "TR"
    case .responseTime: "Tr"
    case .timestamp: "Ts"
    case .totalTime: "Tt"
    case .userTime: "Tu"
    case .queueTime: "Tw"
    case .bytesUploaded: "U"
    case .processConnections: "ac"
    case .backendName: "b"
    case .backendConnections: "bc"
    case .backendSourceIP: "bi"
    case .backendSourcePort: "bp"
    case .backendQueue: "bq"
    case .clientIP: "ci"
    case .clientPort: "cp"
    case .frontendName: "f"
    case .frontendConnections: "fc"
    case .frontendIP: "fi"
    case .frontendPort: "fp"
    case .frontendTransport: "ft"
    case .requestHeaders: "hr"
    case .requestHeaderList: "hrl"
    case .responseHeaders: "hs"
    case .responseHeaderList: "hsl"
    case .logCounter: "lc"
    case .acceptMilliseconds: "ms"
    case .processID: "pid"
    case .request: "r"
    case .retries: "rc"
    case .requestCounter: "rt"
    case .serverName: "s"
    case .serverConnections: "sc"
    case .serverIP: "si"
    case .serverPort: "sp"
    case .serverQueue: "sq"
    case .sslCipher: "sslc"
    case .sslVersion: "sslv"
    case .acceptDate: "t"
    case .requestDate: "tr"
    case .requestDateGMT: "trg"
    case .requestDateLocal: "trl"
    case .terminationState: "ts"
    case .terminationStateCookie: "tsc"
    }
  }

  public init?(name: String) {
    guard let found = LogAlias.allCases.first(where: { "\($0.name)" == name }) else { return nil }
    self = found
  }

  /// Refused in a proxy in TCP mode ("reserved for HTTP mode").
  public var needsHTTPMode: Bool {
    switch self {
    case .requestCookie, .responseCookie, .method, .uriPath, .path, .query, .uri, .version, .activeTime, .idleTime,
      .requestTotalTime, .requestTime, .responseTime, .request, .requestDate, .requestDateGMT, .requestDateLocal:
      true
    default: false
    }
  }

  /// The fields of a request or its answer that HAProxy warns about where HTTP is not spoken.
  var looksAtHTTP: Bool {
    switch self {
    case .method, .uriPath, .path, .query, .uri, .version, .status, .request, .requestCounter: true
    default: false
    }
  }

  /// The value is only final at the end of the stream: a format without any such alias is logged as soon as the
  /// response headers (HTTP) or the server connection (TCP) are there.
  public var needsEndOfStream: Bool {
    switch self {
    case .bytesRead, .uniqueID, .activeTime, .connectTime, .dataTime, .handshakeTime, .idleTime, .requestTotalTime,
      .requestTime, .responseTime, .totalTime, .userTime, .queueTime, .bytesUploaded, .processConnections,
      .backendConnections, .backendQueue, .frontendConnections, .retries, .serverConnections, .serverQueue,
      .terminationState:
      true
    default: false
    }
  }
}

/// How one field is written: the flags of `%{+Q,+X,+E}` and those of the directive the string belongs to.
public struct LogFieldFlags: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `Q`: in double quotes.
  public static let quote = LogFieldFlags(rawValue: 1)
  /// `X`: addresses, ports and some numbers in hexadecimal.
  public static let hexadecimal = LogFieldFlags(rawValue: 2)
  /// `E`: a backslash before `"`, `\` and `]`.
  public static let escape = LogFieldFlags(rawValue: 4)
  /// A missing value is written as `-`, or `""` when quoted (log lines); otherwise as nothing (headers, variables).
  public static let mandatory = LogFieldFlags(rawValue: 8)
  /// Spaces in a row, and at the start, make one or none (log lines, unique-id).
  public static let mergeSpaces = LogFieldFlags(rawValue: 16)
  /// The text goes into an HTTP message: control characters of expressions are written as `%XX`.
  public static let http = LogFieldFlags(rawValue: 32)
  /// What `log-format`, `error-log-format` and `log-format-sd` start from.
  public static let logLine: LogFieldFlags = [.mandatory, .mergeSpaces]
}
