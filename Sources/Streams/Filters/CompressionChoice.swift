import Compression
import Configuration
import HTTP
import Memory

/// `compression` as a worker's replica of a proxy has it.
struct CompressionReplica {
  let forms: [CompressionForm]
  let types: [Bytes]
  let offloads: Bool

  init(_ settings: CompressionSettings) {
    forms = settings.forms
    types = settings.types.map { Bytes(permanent: $0) }
    offloads = settings.offloads
  }
}

/// Whether and how a body is compressed, as HAProxy 2.6 decides it (manual section 4.2, `compression algo`).
enum CompressionChoice {
  /// The form that the request asks for; nil for none.
  static func form(for request: borrowing HTTPMessage, _ forms: [CompressionForm]) -> CompressionForm? {
    if forms.isEmpty || isOldBrowser(request) { return nil }
    if let accepted = accepted(request, forms) { return accepted }
    // It needs nobody's consent.
    return forms.contains(.identity) ? .identity : nil
  }

  /// `Mozilla/4` lies about what it understands, but for MSIE 6 with service pack 2 and later ones.
  private static func isOldBrowser(_ request: borrowing HTTPMessage) -> Bool {
    guard let i = request.find(.userAgent) else { return false }
    let agent = request[i].value
    guard agent.count >= 9, agent.prefix(9).equals("Mozilla/4") else { return false }
    if agent.count < 31 || !agent.dropFirst(25).prefix(5).equals("MSIE ") { return true }
    let version = agent[30]
    if version < UInt8(ascii: "6") { return true }
    return version == UInt8(ascii: "6") && (agent.count <= 54 || !agent.dropFirst(51).prefix(3).equals("SV1"))
  }

  private static func accepted(_ request: borrowing HTTPMessage, _ forms: [CompressionForm]) -> CompressionForm? {
    var best: CompressionForm?
    var highest = 0
    var i = 0
    while i < request.endIndex {
      let field = request[i]
      i += 1
      if field.isRemoved || field.known != .acceptEncoding { continue }
      var rest = field.value
      while !rest.isEmpty {
        let end = rest.firstIndex(of: 0x2c) ?? rest.count
        let (name, weight) = member(rest.prefix(end))
        rest = rest.dropFirst(end + 1)
        if weight <= highest || name.isEmpty { continue }
        if let form = forms.first(where: { matches(name, $0) }) { (best, highest) = (form, weight) }
      }
    }
    return best
  }

  private static func matches(_ name: Bytes, _ form: CompressionForm) -> Bool {
    if name[0] == 0x2a { return true }
    guard let coding = form.coding else { return false }
    return name.equalsIgnoringCase(coding)
  }

  /// The name of one member of the list and its weight in thousandths.
  private static func member(_ text: Bytes) -> (Bytes, Int) {
    let semicolon = text.firstIndex(of: 0x3b) ?? text.count
    let name = text.prefix(semicolon).trimmed
    var weight = 1000
    var rest = text.dropFirst(semicolon + 1)
    while !rest.isEmpty {
      let end = rest.firstIndex(of: 0x3b) ?? rest.count
      let parameter = rest.prefix(end).trimmed
      if parameter.count > 2, parameter[0] | 0x20 == 0x71, parameter[1] == 0x3d {
        weight = thousandths(parameter.dropFirst(2))
      }
      rest = rest.dropFirst(end + 1)
    }
    return (name, weight)
  }

  /// `0.5` is 500, `1` is 1000; what is no weight is 0.
  private static func thousandths(_ text: Bytes) -> Int {
    guard text.count > 0, text[0] == 0x30 || text[0] == 0x31 else { return 0 }
    var value = text[0] == 0x31 ? 1000 : 0
    guard text.count > 2, text[1] == 0x2e else { return value }
    var place = 100
    var i = 2
    while i < text.count && place > 0, text[i] >= 0x30 && text[i] <= 0x39 {
      value += Int(text[i] - 0x30) * place
      place /= 10
      i += 1
    }
    return min(value, 1000)
  }

  // MARK: - The answer

  /// Whether an answer with a body of its own length or in chunks may be compressed.
  static func isCompressible(_ response: borrowing HTTPMessage, types: [Bytes]) -> Bool {
    guard (200...203).contains(response.status), response.isVersion11 else { return false }
    if response.find(.contentEncoding) != nil || forbidsTransformation(response) || hasUnfitETag(response) {
      return false
    }
    guard let i = response.find(.contentType) else { return types.isEmpty }
    let type = response[i].value
    if type.count >= 9 && type.prefix(9).equalsIgnoringCase("multipart") { return false }
    return types.isEmpty || types.contains { type.count >= $0.count && type.prefix($0.count).equalsIgnoringCase($0) }
  }

  private static func forbidsTransformation(_ response: borrowing HTTPMessage) -> Bool {
    var i = 0
    while i < response.endIndex {
      let field = response[i]
      i += 1
      if field.isRemoved || field.known != .cacheControl { continue }
      var rest = field.value
      while !rest.isEmpty {
        let end = rest.firstIndex(of: 0x2c) ?? rest.count
        if rest.prefix(end).trimmed.equalsIgnoringCase("no-transform") { return true }
        rest = rest.dropFirst(end + 1)
      }
    }
    return false
  }

  /// A tag that is none, or more than one.
  private static func hasUnfitETag(_ response: borrowing HTTPMessage) -> Bool {
    var count = 0
    var i = 0
    while i < response.endIndex {
      let field = response[i]
      i += 1
      if field.isRemoved || field.known != .etag { continue }
      count += 1
      if count > 1 || !isTag(field.value) { return true }
    }
    return false
  }
  static func isTag(_ value: Bytes) -> Bool {
    let body = isWeak(value) ? value.dropFirst(2) : value
    return body.count >= 2 && body[0] == 0x22 && body[body.count - 1] == 0x22
  }
  static func isWeak(_ value: Bytes) -> Bool { value.count >= 2 && value.prefix(2).equals("W/") }
}
