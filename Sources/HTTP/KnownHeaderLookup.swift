public import Memory

// The words are the first sixteen bytes of each name in lower case, the first byte lowest.
extension KnownHeader {
  /// As `init(_:)`, for a name whose first bytes `Bytes.scanWord` has read already.
  @inlinable public init(_ name: Bytes, low: UInt64, high: UInt64) {
    switch name.count {
    case 2:
      switch low {
      case 0x0000_0000_0000_6574: self = .te
      default: self = .other
      }
    case 3:
      switch low {
      case 0x0000_0000_0065_6761: self = .age
      case 0x0000_0000_0061_6976: self = .via
      default: self = .other
      }
    case 4:
      switch low {
      case 0x0000_0000_6574_6164: self = .date
      case 0x0000_0000_6761_7465: self = .etag
      case 0x0000_0000_6d6f_7266: self = .from
      case 0x0000_0000_7473_6f68: self = .host
      case 0x0000_0000_6b6e_696c: self = .link
      case 0x0000_0000_7972_6176: self = .vary
      default: self = .other
      }
    case 5:
      switch low {
      case 0x0000_0077_6f6c_6c61: self = .allow
      case 0x0000_0065_676e_6172: self = .range
      default: self = .other
      }
    case 6:
      switch low {
      case 0x0000_7470_6563_6361: self = .accept
      case 0x0000_6569_6b6f_6f63: self = .cookie
      case 0x0000_7463_6570_7865: self = .expect
      case 0x0000_6e69_6769_726f: self = .origin
      case 0x0000_616d_6761_7270: self = .pragma
      case 0x0000_7265_7672_6573: self = .server
      default: self = .other
      }
    case 7:
      switch low {
      case 0x0073_6572_6970_7865: self = .expires
      case 0x0072_6572_6566_6572: self = .referer
      case 0x0072_656c_6961_7274: self = .trailer
      case 0x0065_6461_7267_7075: self = .upgrade
      default: self = .other
      }
    case 8:
      switch low {
      case 0x6863_7461_6d2d_6669: self = .ifMatch
      case 0x6567_6e61_722d_6669: self = .ifRange
      case 0x6e6f_6974_6163_6f6c: self = .location
      default: self = .other
      }
    case 9:
      switch (low, high) {
      case (0x6564_7261_7772_6f66, 0x0000_0000_0000_0064): self = .forwarded
      case (0x692d_6c61_6572_2d78, 0x0000_0000_0000_0070): self = .xRealIp
      default: self = .other
      }
    case 10:
      switch (low, high) {
      case (0x6974_6365_6e6e_6f63, 0x0000_0000_0000_6e6f): self = .connection
      case (0x696c_612d_7065_656b, 0x0000_0000_0000_6576): self = .keepAlive
      case (0x6b6f_6f63_2d74_6573, 0x0000_0000_0000_6569): self = .setCookie
      case (0x6567_612d_7265_7375, 0x0000_0000_0000_746e): self = .userAgent
      default: self = .other
      }
    case 11:
      switch (low, high) {
      case (0x6661_2d79_7274_6572, 0x0000_0000_0072_6574): self = .retryAfter
      default: self = .other
      }
    case 12:
      switch (low, high) {
      case (0x2d74_6e65_746e_6f63, 0x0000_0000_6570_7974): self = .contentType
      case (0x7772_6f66_2d78_616d, 0x0000_0000_7364_7261): self = .maxForwards
      default: self = .other
      }
    case 13:
      switch (low, high) {
      case (0x722d_7470_6563_6361, 0x0000_0073_6567_6e61): self = .acceptRanges
      case (0x7a69_726f_6874_7561, 0x0000_006e_6f69_7461): self = .authorization
      case (0x6f63_2d65_6863_6163, 0x0000_006c_6f72_746e): self = .cacheControl
      case (0x2d74_6e65_746e_6f63, 0x0000_0065_676e_6172): self = .contentRange
      case (0x2d65_6e6f_6e2d_6669, 0x0000_0068_6374_616d): self = .ifNoneMatch
      case (0x646f_6d2d_7473_616c, 0x0000_0064_6569_6669): self = .lastModified
      case (0x6e69_6769_726f_2d78, 0x0000_006f_742d_6c61): self = .xOriginalTo
      default: self = .other
      }
    case 14:
      switch (low, high) {
      case (0x632d_7470_6563_6361, 0x0000_7465_7372_6168): self = .acceptCharset
      case (0x2d74_6e65_746e_6f63, 0x0000_6874_676e_656c): self = .contentLength
      case (0x6573_2d32_7074_7468, 0x0000_7367_6e69_7474): self = .http2Settings
      default: self = .other
      }
    case 15:
      switch (low, high) {
      case (0x652d_7470_6563_6361, 0x0067_6e69_646f_636e): self = .acceptEncoding
      case (0x6c2d_7470_6563_6361, 0x0065_6761_7567_6e61): self = .acceptLanguage
      case (0x7261_7772_6f66_2d78, 0x0072_6f66_2d64_6564): self = .xForwardedFor
      default: self = .other
      }
    case 16:
      switch (low, high) {
      case (0x2d74_6e65_746e_6f63, 0x676e_6964_6f63_6e65): self = .contentEncoding
      case (0x2d74_6e65_746e_6f63, 0x6567_6175_676e_616c): self = .contentLanguage
      case (0x2d74_6e65_746e_6f63, 0x6e6f_6974_6163_6f6c): self = .contentLocation
      case (0x6f63_2d79_786f_7270, 0x6e6f_6974_6365_6e6e): self = .proxyConnection
      case (0x6874_7561_2d77_7777, 0x6574_6163_6974_6e65): self = .wwwAuthenticate
      case (0x7261_7772_6f66_2d78, 0x7473_6f68_2d64_6564): self = .xForwardedHost
      case (0x7261_7772_6f66_2d78, 0x7472_6f70_2d64_6564): self = .xForwardedPort
      default: self = .other
      }
    case 17:
      switch (low, high) {
      case (0x6669_646f_6d2d_6669, 0x636e_6973_2d64_6569):
        self = name.dropFirst(16).equalsIgnoringCase("e") ? .ifModifiedSince : .other
      case (0x7362_6577_2d63_6573, 0x656b_2d74_656b_636f):
        self = name.dropFirst(16).equalsIgnoringCase("y") ? .secWebsocketKey : .other
      case (0x7265_6673_6e61_7274, 0x6e69_646f_636e_652d):
        self = name.dropFirst(16).equalsIgnoringCase("g") ? .transferEncoding : .other
      case (0x7261_7772_6f66_2d78, 0x746f_7270_2d64_6564):
        self = name.dropFirst(16).equalsIgnoringCase("o") ? .xForwardedProto : .other
      default: self = .other
      }
    case 18:
      switch (low, high) {
      case (0x7561_2d79_786f_7270, 0x6163_6974_6e65_6874):
        self = name.dropFirst(16).equalsIgnoringCase("te") ? .proxyAuthenticate : .other
      default: self = .other
      }
    case 19:
      switch (low, high) {
      case (0x2d74_6e65_746e_6f63, 0x7469_736f_7073_6964):
        self = name.dropFirst(16).equalsIgnoringCase("ion") ? .contentDisposition : .other
      case (0x646f_6d6e_752d_6669, 0x6973_2d64_6569_6669):
        self = name.dropFirst(16).equalsIgnoringCase("nce") ? .ifUnmodifiedSince : .other
      case (0x7561_2d79_786f_7270, 0x7461_7a69_726f_6874):
        self = name.dropFirst(16).equalsIgnoringCase("ion") ? .proxyAuthorization : .other
      default: self = .other
      }
    case 20:
      switch (low, high) {
      case (0x7362_6577_2d63_6573, 0x6361_2d74_656b_636f):
        self = name.dropFirst(16).equalsIgnoringCase("cept") ? .secWebsocketAccept : .other
      default: self = .other
      }
    case 25:
      switch (low, high) {
      case (0x742d_7463_6972_7473, 0x7472_6f70_736e_6172):
        self = name.dropFirst(16).equalsIgnoringCase("-security") ? .strictTransportSecurity : .other
      default: self = .other
      }
    default: self = .other
    }
  }
}
