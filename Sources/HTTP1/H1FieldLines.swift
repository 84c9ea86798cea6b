import HTTP
import Memory

// Header lines. `fields` takes whole lines of the usual form at a run; what is incomplete or unusual goes byte by byte
// through `slowLine`, which remembers its place.
extension H1HeadParser {
  mutating func fields(_ buffer: inout Buffer, _ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    while true {
      if state == .headerFirst {
        let end = wholeLines(&buffer, bytes, &message)
        if case .error = end { return end }
      }
      let step = slowLine(&buffer, bytes, &message)
      switch step {
      case .more, .error: return step
      case .done: if state == .done { return .done }
      }
    }
  }

  /// Takes lines until one is not complete or not of the usual form; `position` is then at its start.
  private mutating func wholeLines(_ buffer: inout Buffer, _ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    var line = position
    let count = bytes.count
    while line < count {
      let word = bytes.scanWord(from: line)
      let colon = word.end
      if colon == line || colon >= count || bytes[colon] != 0x3a { break }
      var start = colon + 1
      while start < count && (bytes[start] == 0x20 || bytes[start] == 0x09) { start += 1 }
      var stop = bytes.firstControl(from: start)
      while stop < count && isValueByte(bytes[stop]) { stop = bytes.firstControl(from: stop + 1) }
      // The byte behind the line decides whether the line is folded.
      if count - stop < 3 || bytes[stop] != 0x0d || bytes[stop + 1] != 0x0a { break }
      let next = bytes[stop + 2]
      if next == 0x20 || next == 0x09 { break }
      var end = stop
      while end > start && (bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09) { end -= 1 }
      if word.hasUpperCase { buffer.lowercase(from: line, count: colon - line, as: word) }
      let name = bytes.slice(line, colon - line)
      let known = KnownHeader(name, low: word.low, high: word.high)
      let value = bytes.slice(start, end - start)
      let status = take(name, value, known, &message)
      if status != 0 { return fail(.headerValueFold, at: start, status: status) }
      line = stop + 2
    }
    position = line
    return .done
  }

  /// One line, or the empty line that ends the head (then `state` is `done`). Resumes where it waited.
  private mutating func slowLine(_ buffer: inout Buffer, _ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    let count = bytes.count
    var i = position
    while i < count {
      let c = bytes[i]
      switch state {
      case .headerFirst:
        lineStart = i
        if c == 0x0d {
          state = .lastLF
          i += 1
        } else if c == 0x0a {
          state = .lastLF
        } else {
          state = .headerName
          mark = i
        }
      case .headerName:
        if c == 0x3a {
          if i == mark { return fail(.headerName, at: i) }
          nameEnd = i
          state = .headerSpace
        } else if !CharacterClass.token.contains(c) {
          if !limits.acceptsInvalid || c == 0x0d || c == 0x0a { return fail(.headerName, at: i) }
        }
        i += 1
      case .headerSpace:
        if c == 0x20 || c == 0x09 {
          i += 1
        } else {
          mark = i
          state = .headerValue
        }
      case .headerValue:
        i = bytes.firstControl(from: i)
        if i == count { break }
        switch bytes[i] {
        case 0x0d:
          state = .headerValueLF
          i += 1
        case 0x0a: state = .headerValueLF
        case let c where isValueByte(c): i += 1
        default: return fail(.headerValue, at: i)
        }
      case .headerValueLF:
        if c != 0x0a { return fail(.headerValueLF, at: i) }
        state = .headerValueFold
        i += 1
      case .headerValueFold:
        var lineEnd = i - 1
        if bytes[lineEnd - 1] == 0x0d { lineEnd -= 1 }
        if c == 0x20 || c == 0x09 {
          // A folded line: its break becomes blanks (RFC 9112 5.2).
          for at in lineEnd..<i { buffer.set(at, 0x20) }
          state = .headerValue
        } else {
          let status = finishSlowLine(&buffer, bytes, lineEnd, &message)
          if status != 0 { return fail(.headerValueFold, at: mark, status: status) }
          state = .headerFirst
          position = i
          return .done
        }
      case .lastLF:
        if c != 0x0a { return fail(.lastLF, at: i) }
        state = .done
        position = i + 1
        return .done
      default: return fail(state, at: i)
      }
    }
    return wait(state, at: i)
  }

  private mutating func finishSlowLine(
    _ buffer: inout Buffer, _ bytes: Bytes, _ lineEnd: Int, _ message: inout HTTPMessage
  ) -> Int {
    buffer.lowercase(from: lineStart, count: nameEnd - lineStart)
    let name = bytes[lineStart..<nameEnd]
    if limits.acceptsInvalid {
      // However lax: a name that a server could take for a framing header is not let through.
      let known = KnownHeader(name.trimmed)
      if known == .contentLength || known == .transferEncoding, KnownHeader(name) != known { return 400 }
    }
    let value = bytes[min(mark, lineEnd)..<lineEnd].trimmed
    return take(name, value, KnownHeader(name), &message)
  }

  /// Whether this control byte may stand in a value. Besides tabs, servers' answers keep all but NUL: HAProxy forwards
  /// them, and RFC 9110 5.5 allows that. In requests they are refused.
  @inline(__always) func isValueByte(_ control: UInt8) -> Bool {
    control == 0x09 || (kind == .response && !isTrailer && control != 0 && control != 0x0d && control != 0x0a)
  }

  /// The headers that decide framing or must be cleaned.
  @inline(__always) private static func isSpecial(_ known: KnownHeader) -> Bool {
    switch known {
    case .connection, .contentLength, .expect, .host, .http2Settings, .te, .transferEncoding, .upgrade: true
    default: false
    }
  }

  /// Puts a complete field into the message; returns the status to refuse with, or 0.
  @inline(__always) mutating func take(
    _ name: Bytes, _ value: Bytes, _ known: KnownHeader, _ message: inout HTTPMessage
  ) -> Int {
    lines += 1
    // The start line counts as one (manual, `tune.http.maxhdr`).
    if lines >= limits.maxHeaders || name.count > H1Limits.maxNameLength { return 400 }
    if H1HeadParser.isSpecial(known) {
      var keeps = true
      let status = note(known, value, &message, &keeps)
      if status != 0 || !keeps { return status }
    }
    return message.add(name, value, known: known) ? 0 : 400
  }
}
