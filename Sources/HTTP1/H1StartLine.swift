import HTTP
import Memory

// Start lines. Each element is scanned from where the last call stopped; version and status code are short and are
// looked at only once they are whole.
extension H1HeadParser {
  mutating func requestLine(_ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    let count = bytes.count
    var i = position
    while i < count {
      let c = bytes[i]
      switch state {
      case .requestBefore, .requestBeforeCR:
        let step = emptyLines(bytes, &i, before: .requestBefore, beforeCR: .requestBeforeCR, then: .method)
        if let step { return step }
      case .method:
        if CharacterClass.token.contains(c) {
          i = bytes.scanWord(from: i).end
          while i < count && CharacterClass.token.contains(bytes[i]) { i += 1 }
          continue
        }
        // Without a target HAProxy's state is that of a head that is over.
        if c == 0x0d || c == 0x0a, i > mark { return fail(.data, at: i) }
        if i == mark { return fail(.requestBefore, at: i) }
        if c != 0x20 && c != 0x09 { return fail(.method, at: i) }
        message.setMethod(bytes[mark..<i])
        state = .methodSpace
        i += 1
      case .methodSpace:
        if c == 0x20 || c == 0x09 {
          i += 1
        } else {
          mark = i
          state = .target
        }
      case .target:
        i = bytes.firstNotTarget(from: i)
        if i == count { break }
        let stop = bytes[i]
        if limits.acceptsInvalid && (stop == 0x23 || stop >= 0x80) || limits.isFromHTTP2 && stop >= 0x80 {
          i += 1
          continue
        }
        let isEnd = stop == 0x20 || stop == 0x09
        if i == mark || !(isEnd || (limits.acceptsInvalid && (stop == 0x0d || stop == 0x0a))) {
          return fail(stop == 0x0d || stop == 0x0a ? .data : i == mark ? .methodSpace : .target, at: i)
        }
        message.target = bytes[mark..<i]
        if isEnd {
          state = .targetSpace
          i += 1
        } else {
          // HTTP/0.9, let through by the option as HTTP/1.0.
          (message.majorVersion, message.minorVersion) = (1, 0)
          state = .requestLineEnd
        }
      case .targetSpace:
        if c == 0x20 || c == 0x09 {
          i += 1
        } else {
          mark = i
          state = .requestVersion
        }
      case .requestVersion:
        guard let end = versionEnd(bytes, from: i) else { return wait(.requestVersion, at: i) }
        if !takeVersion(bytes[mark..<end], &message) { return fail(.data, at: mark) }
        i = end
        state = .requestLineEnd
      case .requestLineEnd:
        guard let after = lineEnd(bytes, at: i) else { return wait(.requestLineEnd, at: i) }
        if after == 0 { return bytes[i] == 0x0d ? fail(.requestLineEnd, at: i + 1) : fail(.requestVersion, at: i) }
        position = after
        return .done
      default: return fail(state, at: i)
      }
    }
    return wait(state, at: i)
  }

  mutating func statusLine(_ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    let count = bytes.count
    if position == 0 && wholeStatusLine(bytes, &message) { return .done }
    var i = position
    while i < count {
      let c = bytes[i]
      switch state {
      case .responseBefore, .responseBeforeCR:
        let step = emptyLines(bytes, &i, before: .responseBefore, beforeCR: .responseBeforeCR, then: .responseVersion)
        if let step { return step }
      case .responseVersion:
        guard let end = versionEnd(bytes, from: i) else { return wait(.responseVersion, at: i) }
        if !takeVersion(bytes[mark..<end], &message) { return fail(.responseVersion, at: mark) }
        guard end < count else { return wait(.responseVersion, at: i) }
        if bytes[end] != 0x20 && bytes[end] != 0x09 { return fail(.responseVersion, at: end) }
        i = end
        state = .versionSpace
      case .versionSpace:
        if c == 0x20 || c == 0x09 {
          i += 1
        } else {
          mark = i
          state = .code
        }
      case .code:
        if c &- 0x30 < 10 && i - mark < 3 {
          i += 1
          continue
        }
        if i - mark != 3 || !(c == 0x20 || c == 0x09 || c == 0x0d || c == 0x0a) { return fail(.code, at: i) }
        message.status =
          Int(bytes[mark] - 0x30) * 100 + Int(bytes[mark + 1] - 0x30) * 10 + Int(bytes[mark + 2] - 0x30)
        if message.status < 100 { return fail(.code, at: mark) }
        state = .codeSpace
      case .codeSpace:
        if c == 0x20 || c == 0x09 {
          i += 1
        } else {
          mark = i
          state = .reason
        }
      case .reason:
        i = bytes.firstControl(from: i)
        if i == count { break }
        if isValueByte(bytes[i]) {
          i += 1
          continue
        }
        message.reason = bytes[mark..<i]
        state = .responseLineEnd
      case .responseLineEnd:
        guard let after = lineEnd(bytes, at: i) else { return wait(.responseLineEnd, at: i) }
        if after == 0 { return bytes[i] == 0x0d ? fail(.responseLineEnd, at: i + 1) : fail(.reason, at: i) }
        position = after
        return .done
      default: return fail(state, at: i)
      }
    }
    return wait(state, at: i)
  }

  /// A line of the usual form that is wholly there. False: nothing was taken.
  private mutating func wholeStatusLine(_ bytes: Bytes, _ message: inout HTTPMessage) -> Bool {
    guard bytes.count >= 16, bytes.hasPrefix(Bytes("HTTP/1.")), bytes[7] &- 0x30 < 2, bytes[8] == 0x20,
      bytes[9] &- 0x31 < 9, bytes[10] &- 0x30 < 10, bytes[11] &- 0x30 < 10, bytes[12] == 0x20, bytes[13] > 0x20
    else { return false }
    let stop = bytes.firstControl(from: 13)
    guard stop + 1 < bytes.count, bytes[stop] == 0x0d, bytes[stop + 1] == 0x0a else { return false }
    (message.majorVersion, message.minorVersion) = (1, bytes[7] - 0x30)
    message.status = Int(bytes[9] - 0x30) * 100 + Int(bytes[10] - 0x30) * 10 + Int(bytes[11] - 0x30)
    message.reason = bytes[13..<stop]
    position = stop + 2
    return true
  }

  /// Skips empty lines before a start line; returns a step to stop with, or nil to go on.
  private mutating func emptyLines(
    _ bytes: Bytes, _ i: inout Int, before: H1State, beforeCR: H1State, then: H1State
  ) -> Step? {
    if state == beforeCR && bytes[i] != 0x0a { return fail(beforeCR, at: i) }
    switch bytes[i] {
    case 0x0d:
      state = beforeCR
      i += 1
    case 0x0a:
      state = before
      i += 1
    default:
      state = then
      mark = i
      framing.leadingLength = i
    }
    return nil
  }

  /// The end of the version that starts at `mark`, or nil while that cannot be told.
  private func versionEnd(_ bytes: Bytes, from i: Int) -> Int? {
    // Eight bytes are enough, but for the multi-digit versions of `option accept-invalid-http-*`.
    var end = mark
    let most = limits.acceptsInvalid ? 32 : 8
    while end < bytes.count && end - mark < most && bytes[end] > 0x20 { end += 1 }
    return end < bytes.count || end - mark == most ? end : nil
  }

  /// Reads `HTTP/1.1`; lax also other protocol names and more digits. False where it is none.
  private func takeVersion(_ text: Bytes, _ message: inout HTTPMessage) -> Bool {
    if text.count == 8 && text.hasPrefix(Bytes("HTTP/")) && text[6] == 0x2e {
      let major = text[5] &- 0x30
      let minor = text[7] &- 0x30
      if major > 9 || minor > 9 { return false }
      // What comes after 1.1 is understood, and forwarded, as 1.1.
      (message.majorVersion, message.minorVersion) = major > 1 || (major == 1 && minor > 1) ? (1, 1) : (major, minor)
      return true
    }
    return limits.acceptsInvalid && takeLaxVersion(text, &message)
  }

  private func takeLaxVersion(_ text: Bytes, _ message: inout HTTPMessage) -> Bool {
    guard let slash = text.firstIndex(of: 0x2f), slash > 0 else { return false }
    for i in 0..<slash where (text[i] | 0x20) &- 0x61 > 25 { return false }
    let digits = text.dropFirst(slash + 1)
    guard let dot = digits.firstIndex(of: 0x2e), dot > 0, dot + 1 < digits.count else { return false }
    for i in 0..<digits.count where i != dot && digits[i] &- 0x30 > 9 { return false }
    let isNew = dot == 1 && digits.count == 3 && (digits[0] > 0x31 || (digits[0] == 0x31 && digits[2] > 0x30))
    (message.majorVersion, message.minorVersion) = (1, isNew ? 1 : 0)
    return true
  }

  /// What follows the line break at `i`: 0 where there is none, nil while that cannot be told.
  private func lineEnd(_ bytes: Bytes, at i: Int) -> Int? {
    if bytes[i] == 0x0a { return i + 1 }
    if bytes[i] != 0x0d { return 0 }
    guard let next = bytes.at(i + 1) else { return nil }
    return next == 0x0a ? i + 2 : 0
  }
}
