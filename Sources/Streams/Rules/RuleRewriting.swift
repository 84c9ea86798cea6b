import HTTP
import Memory
import Rules
import Samples

/// Actions that change a message. New text lives in the stream's arena; what would break the message's framing is
/// refused, which `strict-mode` makes an error of.
extension Worker {
  /// False where the message cannot take the change.
  func rewrite(_ action: RuleAction, _ stream: Stream, _ view: inout StreamLogView, _ isResponse: Bool) -> Bool {
    switch action {
    case .setHeader(let name, let handle):
      let value = text(handle, stream, &view)
      guard FieldText.isValue(value) else { return false }
      if FieldText.isFraming(name) { return true }
      return isResponse ? stream.response.set(name, value) : stream.request.set(name, value)
    case .addHeader(let name, let handle):
      let value = text(handle, stream, &view)
      guard FieldText.isValue(value) else { return false }
      if FieldText.isFraming(name) { return true }
      return isResponse ? stream.response.add(name, value) : stream.request.add(name, value)
    case .deleteHeader(let match):
      if isResponse { delete(match, &stream.response) } else { delete(match, &stream.request) }
      return true
    case .replaceHeader(let name, let regex, let handle):
      return replaceValues(name, regex, handle, stream, &view, isResponse, isSplit: false)
    case .replaceValue(let name, let regex, let handle):
      return replaceValues(name, regex, handle, stream, &view, isResponse, isSplit: true)
    case .setTarget(let part, let handle): return setTarget(part, text(handle, stream, &view), stream)
    case .replaceTarget(let part, let regex, let handle): return replaceTarget(part, regex, handle, stream, &view)
    case .setStatus(let status, let reason):
      stream.response.setStatus(Int(status), reason: reason.isEmpty ? Bytes(HTTPStatus.reason(Int(status))) : reason)
      stream.status = Int(status)
      return true
    default: return true
    }
  }

  private func delete(_ match: HeaderMatch, _ message: inout HTTPMessage) {
    if case .name(let name) = match {
      if !FieldText.isFraming(name) { message.remove(name) }
      return
    }
    for i in 0..<message.endIndex where !message[i].isRemoved {
      let name = message[i].name
      if FieldText.isFraming(HTTPHeaderName(name)) { continue }
      let isMatch: Bool
      switch match {
      case .prefix(let text): isMatch = name.hasPrefix(text)
      case .suffix(let text): isMatch = name.hasSuffix(text)
      case .contains(let text): isMatch = name.firstIndex(of: text) != nil
      case .regex(let handle): isMatch = matcher.matches(rules.regexes[Int(handle.index)], name)
      case .name: isMatch = false
      }
      if isMatch { message.remove(at: i) }
    }
  }

  private func replaceValues(
    _ name: HTTPHeaderName, _ regex: RegexHandle, _ handle: TextHandle, _ stream: Stream,
    _ view: inout StreamLogView, _ isResponse: Bool, isSplit: Bool
  ) -> Bool {
    if FieldText.isFraming(name) { return true }
    var at = isResponse ? stream.response.find(name) : stream.request.find(name)
    let replacement = at == nil ? Bytes() : text(handle, stream, &view)
    while let i = at {
      let old = isResponse ? stream.response[i].value : stream.request[i].value
      guard
        let value = isSplit ? replacedList(old, regex, replacement, stream) : replaced(old, regex, replacement, stream)
      else { return false }
      guard FieldText.isValue(value) else { return false }
      if isResponse { stream.response.setValue(at: i, value) } else { stream.request.setValue(at: i, value) }
      at = isResponse ? stream.response.find(name, after: i) : stream.request.find(name, after: i)
    }
    return true
  }

  /// The value itself where the expression does not match; nil where there is no room.
  private func replaced(_ value: Bytes, _ regex: RegexHandle, _ replacement: Bytes, _ stream: Stream) -> Bytes? {
    if !matcher.matches(rules.regexes[Int(regex.index)], value) { return value }
    stream.text.begin()
    let fits = expand(replacement, value, stream.text)
    let result = stream.text.finish()
    return fits ? result : nil
  }

  private func replacedList(_ value: Bytes, _ regex: RegexHandle, _ replacement: Bytes, _ stream: Stream) -> Bytes? {
    var values = HeaderValueIterator(value)
    stream.text.begin()
    var copied = 0
    var fits = true
    var isChanged = false
    while let range = values.nextRange() {
      let part = value[range]
      if !matcher.matches(rules.regexes[Int(regex.index)], part) { continue }
      isChanged = true
      // Blanks before a changed value are lost, as in HAProxy.
      var start = range.lowerBound
      while start > copied && (value[start - 1] == 0x20 || value[start - 1] == 0x09) { start -= 1 }
      fits = fits && stream.text.append(value[copied..<start]) && expand(replacement, part, stream.text)
      copied = range.upperBound
    }
    fits = fits && stream.text.append(value[copied..<value.count])
    let result = stream.text.finish()
    return fits ? (isChanged ? result : value) : nil
  }

  /// Appends a replacement with its references: `\0` to `\9`, `\xHH`, and a backslash before anything else.
  private func expand(_ replacement: Bytes, _ subject: Bytes, _ arena: ByteArena) -> Bool {
    var i = 0
    while i < replacement.count {
      let c = replacement[i]
      i += 1
      guard c == UInt8(ascii: "\\"), let next = replacement.at(i) else {
        if !arena.append(byte: c) { return false }
        continue
      }
      i += 1
      if next &- 48 < 10 {
        if let range = matcher.group(Int(next) - 48), !arena.append(subject[range]) { return false }
      } else if next == UInt8(ascii: "x"), let high = FieldText.hex(replacement.at(i)),
        let low = FieldText.hex(replacement.at(i + 1))
      {
        i += 2
        if !arena.append(byte: high << 4 | low) { return false }
      } else if !arena.append(byte: next) {
        return false
      }
    }
    return true
  }

  // MARK: - The target

  private func setTarget(_ part: TargetPart, _ value: Bytes, _ stream: Stream) -> Bool {
    if part == .method {
      guard FieldText.isToken(value) else { return false }
      // Samples go on seeing the client's method, as in HAProxy.
      guard let kept = stream.text.copy(value) else { return false }
      stream.request.methodName = kept
      stream.sentMethod = HTTPMethod(kept)
      return true
    }
    guard FieldText.isTarget(value) else { return false }
    if part == .uri {
      if value.isEmpty { return false }
      stream.request.target = value
      // An authority in the target is what Host must say.
      let target = RequestTarget(value)
      if target.form == .absolute, !target.hostAndPort.isEmpty {
        if let place = stream.request.find(.host) {
          stream.request.setValue(at: place, target.hostAndPort)
        } else {
          return stream.request.add(.host, target.hostAndPort)
        }
      }
      return true
    }
    let target = stream.request.target
    let parts = RequestTarget(target)
    let pathStart = target.count - parts.pathAndQuery.count
    let mark = target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
    stream.text.begin()
    var fits: Bool
    switch part {
    case .path:
      if parts.pathAndQuery.isEmpty && parts.form != .absolute { _ = stream.text.finish(); return false }
      fits =
        stream.text.append(target.prefix(pathStart)) && stream.text.append(value)
        && stream.text.append(target.dropFirst(max(mark, pathStart)))
    case .pathAndQuery: fits = stream.text.append(target.prefix(pathStart)) && stream.text.append(value)
    default:
      fits = stream.text.append(target.prefix(mark))
      // An existing question mark stays, even before nothing.
      if mark < target.count || !value.isEmpty { fits = fits && stream.text.append("?") }
      fits = fits && stream.text.append(value)
    }
    let result = stream.text.finish()
    guard fits, !result.isEmpty else { return false }
    stream.request.target = result
    return true
  }

  private func replaceTarget(
    _ part: TargetPart, _ regex: RegexHandle, _ handle: TextHandle, _ stream: Stream, _ view: inout StreamLogView
  ) -> Bool {
    let target = RequestTarget(stream.request.target)
    let subject = part == .path ? target.path : part == .pathAndQuery ? target.pathAndQuery : target.whole
    if subject.isEmpty && part != .uri { return true }
    if !matcher.matches(rules.regexes[Int(regex.index)], subject) { return true }
    let replacement = text(handle, stream, &view)
    // Writing the text may have used the matcher.
    if !matcher.matches(rules.regexes[Int(regex.index)], subject) { return true }
    stream.text.begin()
    let fits = expand(replacement, subject, stream.text)
    let value = stream.text.finish()
    return fits && setTarget(part, value, stream)
  }
}

/// What parts of a message may consist of.
enum FieldText {
  /// What tells where a message ends is not for rules to change: it stays as the body needs it.
  static func isFraming(_ name: HTTPHeaderName) -> Bool {
    name.known == .contentLength || name.known == .transferEncoding
  }
  static func isValue(_ value: Bytes) -> Bool {
    for i in 0..<value.count where value[i] == 13 || value[i] == 10 || value[i] == 0 { return false }
    return true
  }
  static func isTarget(_ value: Bytes) -> Bool {
    for i in 0..<value.count where value[i] <= 0x20 || value[i] == 0x7f { return false }
    return true
  }
  static func isToken(_ value: Bytes) -> Bool {
    if value.isEmpty { return false }
    for i in 0..<value.count where value[i] <= 0x20 || value[i] >= 0x7f { return false }
    return true
  }
  static func hex(_ c: UInt8?) -> UInt8? {
    switch c {
    case .some(48...57): c.map { $0 - 48 }
    case .some(65...70): c.map { $0 - 55 }
    case .some(97...102): c.map { $0 - 87 }
    default: nil
    }
  }
}
