/// The type of one argument of a fetch or a converter.
public enum ArgumentType: String, CaseIterable, Sendable {
  case integer, string, table, backend, frontend, server, regex
  case userList = "user list"
  case ipv4 = "IPv4 address"
  case ipv6 = "IPv6 address"
  case mask4 = "IPv4 mask"
  case mask6 = "IPv6 mask"
  case fieldNumber = "Protocol buffers field number"
}

/// What arguments a fetch or a converter takes.
public struct ArgumentList: Sendable, CustomStringConvertible {
  public let types: [ArgumentType]
  /// How many of them, from the first, must be there.
  public let required: Int

  /// Reads HAProxy's notation: `(integer,string[,integer])`, or nothing.
  init(listing: some StringProtocol) {
    var types: [ArgumentType] = []
    var required = 0
    var optional = false
    var word = ""
    for c in listing {
      switch c {
      case "(": continue
      case "[", ",", ")", "]":
        if let type = ArgumentType(rawValue: word) {
          types.append(type)
          if !optional { required += 1 }
        }
        word = ""
        if c == "[" { optional = true }
      default: word.append(c)
      }
    }
    self.types = types
    self.required = required
  }

  public var description: String {
    if types.isEmpty { return "" }
    var text = "("
    for (i, type) in types.enumerated() {
      if i == required { text += "[" }
      if i > 0 { text += "," }
      text += type.rawValue
    }
    return text + (types.count > required ? "])" : ")")
  }
}
