import HTTP
public import Memory
import Primitives

/// Which fields of requests an answer depends on (`vary`).
public struct VaryFields: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let encoding = VaryFields(rawValue: 1)
  public static let referer = VaryFields(rawValue: 2)
}

/// Codings of content, those that are registered.
public struct ContentCodings: OptionSet, Sendable, Hashable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  static let names: [StaticString] = [
    "identity", "gzip", "deflate", "br", "compress", "aes128gcm", "exi", "pack200-gzip", "zstd",
  ]
  public static let identity = ContentCodings(rawValue: 1)
  /// What nobody has registered: whoever asks for it may mean anything.
  public static let unknown = ContentCodings(rawValue: 1 << 15)
  static let all = ContentCodings(rawValue: .max)

  static func named(_ name: Bytes) -> ContentCodings {
    if name.equalsIgnoringCase("x-gzip") { return named(Bytes("gzip")) }
    if name.equalsIgnoringCase("x-compress") { return named(Bytes("compress")) }
    for (bit, known) in names.enumerated() where name.equalsIgnoringCase(known) {
      return ContentCodings(rawValue: 1 << UInt16(bit))
    }
    return .unknown
  }
}

/// What of a request tells one variant of an answer from another: the codings that its client takes, and where it comes
/// from. Of an entry: the coding that it has.
public struct VariantKey: Sendable, Hashable {
  public var codings: ContentCodings = .all
  public var referer: UInt64 = 0
  public init() {}

  /// Of a request.
  public init(request: borrowing HTTPMessage) {
    codings = VariantKey.accepted(request)
    if let value = request.value(.referer) { referer = Hash.xxh64(value) | 1 }
  }

  /// Whether an entry with this key suits a request.
  public func suits(_ request: VariantKey, _ fields: VaryFields) -> Bool {
    if fields.contains(.encoding) && !codings.isSubset(of: request.codings) { return false }
    return !fields.contains(.referer) || referer == request.referer
  }

  /// `accept-encoding` (RFC 9110, section 12.5.3).
  private static func accepted(_ request: borrowing HTTPMessage) -> ContentCodings {
    var accepted: ContentCodings = []
    var rejected: ContentCodings = []
    var takesAny = false
    var hasField = false
    var field = request.find(.acceptEncoding)
    while let i = field {
      field = request.find(.acceptEncoding, after: i)
      var values = HeaderValueIterator(request[i].value)
      while let value = values.next() {
        hasField = true
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.count
        let name = trimmed(value.prefix(end))
        let isRefused = weightIsZero(value.dropFirst(end))
        if name.equals("*") {
          takesAny = takesAny || !isRefused
        } else if isRefused {
          rejected.formUnion(.named(name))
        } else {
          accepted.formUnion(.named(name))
        }
      }
    }
    if !hasField { return .all }
    if takesAny { accepted = .all }
    accepted.formUnion(.identity)
    return accepted.subtracting(rejected)
  }

  private static func trimmed(_ text: Bytes) -> Bytes {
    var end = text.count
    while end > 0 && (text[end - 1] == 0x20 || text[end - 1] == 0x09) { end -= 1 }
    return text.prefix(end)
  }
  /// `;q=0`, with any number of zeros.
  private static func weightIsZero(_ parameters: Bytes) -> Bool {
    guard let mark = parameters.firstIndex(of: Bytes("q=")) ?? parameters.firstIndex(of: Bytes("Q=")) else {
      return false
    }
    let weight = parameters.dropFirst(mark + 2)
    guard weight.at(0) == UInt8(ascii: "0") else { return false }
    for i in 0..<weight.count {
      if weight[i] == UInt8(ascii: ";") { break }
      if weight[i] &- 49 < 9 { return false }
    }
    return true
  }
}
