import Memory

/// The parts of a logged request line, which may be cut at its end (`tune.http.logurilen`).
struct RequestLineParts {
  private let line: Bytes
  /// The ends of method and target; the end of the line where a space is missing.
  private let methodEnd: Int
  private let targetEnd: Int

  init(_ line: Bytes) {
    self.line = line
    methodEnd = line.firstIndex(of: UInt8(ascii: " ")) ?? line.count
    targetEnd = line.firstIndex(of: UInt8(ascii: " "), from: methodEnd &+ 1) ?? line.count
  }

  private var target: Bytes {
    let start = min(methodEnd &+ 1, line.count)
    return line.slice(start, max(targetEnd &- start, 0))
  }

  /// What `%HM`, `%HU`, `%HP`, `%HPO`, `%HQ` or `%HV` shows; nil where the line has no such part.
  func part(_ alias: LogAlias) -> Bytes? {
    switch alias {
    case .method: return line.prefix(methodEnd)
    case .version: return targetEnd < line.count ? line.dropFirst(targetEnd &+ 1) : nil
    case .uri: return methodEnd < line.count ? target : nil
    case .uriPath: return methodEnd < line.count ? withoutQuery(target) : nil
    case .path: return methodEnd < line.count ? withoutQuery(path) : nil
    case .query:
      guard methodEnd < line.count else { return nil }
      return target.firstIndex(of: UInt8(ascii: "?")).map { target.dropFirst($0) } ?? Bytes()
    default: return nil
    }
  }

  private func withoutQuery(_ text: Bytes) -> Bytes {
    text.prefix(text.firstIndex(of: UInt8(ascii: "?")) ?? text.count)
  }

  /// The target without scheme and authority; empty for `*` and `host:port`.
  private var path: Bytes {
    if target.at(0) == UInt8(ascii: "/") { return target }
    guard let scheme = target.firstIndex(of: Bytes("://")) else { return Bytes() }
    return target.firstIndex(of: UInt8(ascii: "/"), from: scheme &+ 3).map { target.dropFirst($0) } ?? Bytes()
  }
}
