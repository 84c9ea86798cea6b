/// Which of the protocols that a configuration names can be agreed on.
enum ApplicationProtocols {
  /// HTTP/2 is not offered to servers until there is a multiplexer for it: both sides then agree on HTTP/1.1.
  static let hasHTTP2 = false

  /// `list` in the form of ALPN, without what is not there.
  static func served(_ list: [UInt8]) -> [UInt8] {
    if hasHTTP2 { return list }
    var kept: [UInt8] = []
    var at = 0
    while at < list.count {
      let end = min(list.count, at + 1 + Int(list[at]))
      if !list[at..<end].elementsEqual([2, UInt8(ascii: "h"), UInt8(ascii: "2")]) { kept += list[at..<end] }
      at = end
    }
    return kept
  }
}
