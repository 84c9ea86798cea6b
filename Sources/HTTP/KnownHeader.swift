public import Memory

/// The header names that the proxy or common rules look for, so that finding one compares a byte instead of text.
/// At most 63, so that a set of them is one word (`HTTPMessage.mayHave`).
public enum KnownHeader: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  case other = 0
  case accept, acceptCharset, acceptEncoding, acceptLanguage, acceptRanges, age, allow, authorization, cacheControl
  case connection, contentDisposition, contentEncoding, contentLanguage, contentLength, contentLocation
  case contentRange, contentType, cookie, date, etag, expect, expires, forwarded, from, host, http2Settings, ifMatch
  case ifModifiedSince, ifNoneMatch, ifRange, ifUnmodifiedSince, keepAlive, lastModified, link, location
  case maxForwards, origin, pragma, proxyAuthenticate, proxyAuthorization, proxyConnection, range, referer
  case retryAfter, secWebsocketAccept, secWebsocketKey, server, setCookie, strictTransportSecurity, te, trailer
  case transferEncoding, upgrade, userAgent, vary, via, wwwAuthenticate, xForwardedFor, xForwardedHost
  case xForwardedPort, xForwardedProto, xOriginalTo, xRealIp

  /// The name in lower case; empty for `other`.
  public var name: StaticString {
    switch self {
    case .other: ""
    case .accept: "accept"
    case .acceptCharset: "accept-charset"
    case .acceptEncoding: "accept-encoding"
    case .acceptLanguage: "accept-language"
    case .acceptRanges: "accept-ranges"
    case .age: "age"
    case .allow: "allow"
    case .authorization: "authorization"
    case .cacheControl: "cache-control"
    case .connection: "connection"
    case .contentDisposition: "content-disposition"
    case .contentEncoding: "content-encoding"
    case .contentLanguage: "content-language"
    case .contentLength: "content-length"
    case .contentLocation: "content-location"
    case .contentRange: "content-range"
    case .contentType: "content-type"
    case .cookie: "cookie"
    case .date: "date"
    case .etag: "etag"
    case .expect: "expect"
    case .expires: "expires"
    case .forwarded: "forwarded"
    case .from: "from"
    case .host: "host"
    case .http2Settings: "http2-settings"
    case .ifMatch: "if-match"
    case .ifModifiedSince: "if-modified-since"
    case .ifNoneMatch: "if-none-match"
    case .ifRange: "if-range"
    case .ifUnmodifiedSince: "if-unmodified-since"
    case .keepAlive: "keep-alive"
    case .lastModified: "last-modified"
    case .link: "link"
    case .location: "location"
    case .maxForwards: "max-forwards"
    case .origin: "origin"
    case .pragma: "pragma"
    case .proxyAuthenticate: "proxy-authenticate"
    case .proxyAuthorization: "proxy-authorization"
    case .proxyConnection: "proxy-connection"
    case .range: "range"
    case .referer: "referer"
    case .retryAfter: "retry-after"
    case .secWebsocketAccept: "sec-websocket-accept"
    case .secWebsocketKey: "sec-websocket-key"
    case .server: "server"
    case .setCookie: "set-cookie"
    case .strictTransportSecurity: "strict-transport-security"
    case .te: "te"
    case .trailer: "trailer"
    case .transferEncoding: "transfer-encoding"
    case .upgrade: "upgrade"
    case .userAgent: "user-agent"
    case .vary: "vary"
    case .via: "via"
    case .wwwAuthenticate: "www-authenticate"
    case .xForwardedFor: "x-forwarded-for"
    case .xForwardedHost: "x-forwarded-host"
    case .xForwardedPort: "x-forwarded-port"
    case .xForwardedProto: "x-forwarded-proto"
    case .xOriginalTo: "x-original-to"
    case .xRealIp: "x-real-ip"
    }
  }

  /// The known header with this name, in whatever case.
  public init(_ name: Bytes) {
    let scan = name.scanWord(from: 0)
    self = scan.end == name.count ? KnownHeader(name, low: scan.low, high: scan.high) : .other
  }
}
