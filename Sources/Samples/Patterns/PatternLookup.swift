public import Memory

/// What one way of compiling a list finds for a text, as `get map` and `get acl` tell it.
public struct PatternLookup: Sendable {
  /// The method as `-m` names it.
  public let method: String
  public let ignoresCase: Bool
  public struct Found: Sendable {
    /// The pattern as it was written.
    public let pattern: Bytes
    /// It was reached by an index of HAProxy's, and not by walking a list.
    public let isIndexed: Bool
    /// The value and the name of its type; nil where there is none.
    public let value: (text: Bytes, type: String)?
  }
  public let found: Found?
}

extension PatternReference {
  /// Looks a text up in every way that the list is compiled in.
  public func lookUp(_ text: Bytes) -> [PatternLookup] {
    let matcher = RegexMatcher()
    let arena = ByteArena(capacity: 4096)
    return expressions.map { expression in
      let name = expression.flags.contains(.expanding) ? "regm" : expression.method.name ?? "str"
      var sample = Sample(.string(text))
      var found: PatternLookup.Found?
      if sample.cast(to: expression.method.expects, arena: arena),
        let match = PatternReplica(expression).find(sample.data, matcher),
        let entry = entries(after: Int64(match.number) - 1, limit: 1).first
      {
        var value: (Bytes, String)?
        if let data = match.value { value = (entry.value ?? Bytes(), data.typeName) }
        found = PatternLookup.Found(
          pattern: entry.pattern, isIndexed: expression.isTree(match.pattern), value: value)
      }
      return PatternLookup(method: name, ignoresCase: expression.flags.contains(.ignoreCase), found: found)
    }
  }
}

extension PatternExpression {
  /// Whether HAProxy keeps such a pattern in a tree.
  fileprivate func isTree(_ pattern: Pattern) -> Bool {
    switch method {
    case .string, .beginning: return !flags.contains(.ignoreCase)
    case .ip:
      switch pattern {
      case .ipv4(_, let mask): return ~mask & (~mask &+ 1) == 0
      case .ipv6: return true
      default: return false
      }
    default: return false
    }
  }
}

extension SampleData {
  /// HAProxy's name of the type.
  fileprivate var typeName: String {
    switch self {
    case .boolean: "bool"
    case .integer: "sint"
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .string: "str"
    case .binary: "bin"
    case .method: "meth"
    }
  }
}
