/// The places of the language where a sample may be asked for, in the order of HAProxy's listings.
public enum CheckPoint: UInt8, CaseIterable, Sendable {
  case frontendConnection, frontendSession, frontendRequestContent, frontendRequestHeader, frontendRequestBody
  case frontendSwitching, backendRequestContent, backendRequestHeader, backendRequestBody, backendServerSelection
  case serverSource, backendResponseContent, backendResponseHeader, backendResponseBody, backendStore
  case frontendResponseContent, frontendResponseHeader, frontendResponseBody, log, backendCheck, configuration, cli

  /// The name in HAProxy's messages.
  public var name: String {
    switch self {
    case .frontendConnection: "frontend tcp-request connection rule"
    case .frontendSession: "frontend tcp-request session rule"
    case .frontendRequestContent: "frontend tcp-request content rule"
    case .frontendRequestHeader: "frontend http-request header rule"
    case .frontendRequestBody: "frontend http-request body rule"
    case .frontendSwitching: "frontend use-backend rule"
    case .backendRequestContent: "backend tcp-request content rule"
    case .backendRequestHeader: "backend http-request header rule"
    case .backendRequestBody: "backend http-request body rule"
    case .backendServerSelection: "backend use-server, balance or stick-match rule"
    case .serverSource: "server source selection"
    case .backendResponseContent: "backend tcp-response content rule"
    case .backendResponseHeader: "backend http-response header rule"
    case .backendResponseBody: "backend http-response body rule"
    case .backendStore: "backend stick-store rule"
    case .frontendResponseContent: "frontend tcp-response content rule"
    case .frontendResponseHeader: "frontend http-response header rule"
    case .frontendResponseBody: "frontend http-response body rule"
    case .log: "logs"
    case .backendCheck: "backend tcp-check rule"
    case .configuration: "configuration parser"
    case .cli: "CLI parser"
    }
  }
}

/// A set of check points.
public struct CheckPoints: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  public init(_ point: CheckPoint) { rawValue = 1 << UInt32(point.rawValue) }
  public static let all = CheckPoints(rawValue: (1 << 22) - 1)
  public func contains(_ point: CheckPoint) -> Bool { rawValue >> UInt32(point.rawValue) & 1 != 0 }
}

/// What a fetch reads, which decides where it is available; the letters are those of the catalogue.
public enum FetchSource: Character, CaseIterable, Sendable {
  case internalState = "I"
  case listener = "L"
  case frontend = "F"
  case clientAddress = "c"
  case clientConnection = "C"
  case requestBuffer = "q"
  case requestHeaders = "h"
  case request = "p"
  case requestBody = "b"
  case backend = "B"
  case server = "S"
  case serverAddress = "s"
  case serverConnection = "t"
  case responseBuffer = "r"
  case responseHeaders = "H"
  case response = "P"
  case responseBody = "O"

  /// The name in HAProxy's messages.
  public var name: String {
    switch self {
    case .internalState: "internal state"
    case .listener: "listener"
    case .frontend: "frontend"
    case .clientAddress: "client address"
    case .clientConnection: "client-side connection"
    case .requestBuffer: "request buffer"
    case .requestHeaders: "HTTP request headers"
    case .request: "HTTP request"
    case .requestBody: "HTTP request body"
    case .backend: "backend"
    case .server: "server"
    case .serverAddress: "server address"
    case .serverConnection: "server-side connection"
    case .responseBuffer: "response buffer"
    case .responseHeaders: "HTTP response headers"
    case .response: "HTTP response"
    case .responseBody: "HTTP response body"
    }
  }
  /// Whether it exists only where the proxy speaks HTTP.
  public var isHTTP: Bool {
    switch self {
    case .requestHeaders, .request, .requestBody, .responseHeaders, .response, .responseBody: true
    default: false
    }
  }
}
