public import HTTP
public import Memory

/// How a header name is written where the configuration changes its case (`h1-case-adjust`).
public protocol H1NameCase {
  /// The name to write for one in lower case, or nil to leave it so.
  func adjusted(_ name: Bytes, _ known: KnownHeader) -> Bytes?
}

/// Writes HTTP/1 heads and chunk framing into a buffer. Each function writes all or nothing, and says whether it fitted.
public enum H1Writer {
  /// What is written as the last header line of a head.
  public enum Connection: UInt8, Sendable {
    case none, close, keepAlive
    /// `connection: upgrade`
    case upgrade
  }

  /// Writes a request head with the message's start line, its fields in order, then `connection`, and the empty line.
  public static func writeRequest(
    _ message: borrowing HTTPMessage, connection: Connection, to buffer: inout Buffer
  ) -> Bool {
    let start = buffer.count
    let fits = writeRequestLine(message, to: &buffer) && writeFields(message, connection, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }

  /// As `writeRequest`, for a response.
  public static func writeResponse(
    _ message: borrowing HTTPMessage, connection: Connection, to buffer: inout Buffer
  ) -> Bool {
    let start = buffer.count
    let fits = writeStatusLine(message, to: &buffer) && writeFields(message, connection, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }

  /// Writes the fields alone and the empty line: for trailers.
  public static func writeTrailers(_ message: borrowing HTTPMessage, to buffer: inout Buffer) -> Bool {
    let start = buffer.count
    let fits = writeFields(message, .none, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }

  static func writeRequestLine(_ message: borrowing HTTPMessage, to buffer: inout Buffer) -> Bool {
    buffer.append(short: message.methodName) && buffer.append(byte: 0x20)
      && buffer.append(short: writtenTarget(message))
      && buffer.append(byte: 0x20) && writeVersion(message, to: &buffer) && buffer.append(short: Bytes("\r\n"))
  }

  /// What came over HTTP/2 with an authority has its target in the absolute form, which servers do not want.
  private static func writtenTarget(_ message: borrowing HTTPMessage) -> Bytes {
    if message.majorVersion < 2 { return message.target }
    let target = RequestTarget(message.target)
    guard target.form == .absolute,
      target.scheme.equalsIgnoringCase("http") || target.scheme.equalsIgnoringCase("https")
    else { return message.target }
    if !target.pathAndQuery.isEmpty { return target.pathAndQuery }
    return message.method == .options ? Bytes("*") : Bytes("/")
  }

  static func writeStatusLine(_ message: borrowing HTTPMessage, to buffer: inout Buffer) -> Bool {
    writeVersion(message, to: &buffer) && buffer.append(byte: 0x20)
      && buffer.append(decimal: UInt64(max(message.status, 0))) && buffer.append(byte: 0x20)
      && buffer.append(short: message.reason) && buffer.append(short: Bytes("\r\n"))
  }

  static func writeVersion(_ message: borrowing HTTPMessage, to buffer: inout Buffer) -> Bool {
    if message.majorVersion >= 2 || (message.majorVersion == 1 && message.minorVersion == 1) {
      return buffer.append(short: Bytes("HTTP/1.1"))
    }
    return buffer.append(short: Bytes("HTTP/")) && buffer.append(byte: 0x30 + message.majorVersion % 10)
      && buffer.append(byte: 0x2e) && buffer.append(byte: 0x30 + message.minorVersion % 10)
  }

  static func writeFields(
    _ message: borrowing HTTPMessage, _ connection: Connection, to buffer: inout Buffer
  ) -> Bool {
    let end = message.endIndex
    var i = 0
    while i < end {
      let field = message[i]
      if !field.isRemoved && !buffer.append(name: field.name, value: field.value) { return false }
      i += 1
    }
    return buffer.append(short: endOfHead(connection))
  }

  @inline(__always) private static func endOfHead(_ connection: Connection) -> Bytes {
    switch connection {
    case .none: Bytes("\r\n")
    case .close: Bytes("connection: close\r\n\r\n")
    case .keepAlive: Bytes("connection: keep-alive\r\n\r\n")
    case .upgrade: Bytes("connection: upgrade\r\n\r\n")
    }
  }
}

extension H1Writer {
  /// Writes a head with names in the case that `nameCase` gives them; see `writeRequest` and `writeResponse`.
  public static func write(
    _ message: borrowing HTTPMessage, connection: Connection, nameCase: some H1NameCase, to buffer: inout Buffer
  ) -> Bool {
    let start = buffer.count
    let fits =
      (message.kind == .request ? writeRequestLine(message, to: &buffer) : writeStatusLine(message, to: &buffer))
      && writeAdjusted(message, connection, nameCase, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }

  /// The last chunk and trailers, with names in the case that `nameCase` gives them.
  public static func writeLastChunk(
    trailers: borrowing HTTPMessage, nameCase: some H1NameCase, to buffer: inout Buffer
  ) -> Bool {
    let start = buffer.count
    let fits = buffer.append(short: Bytes("0\r\n")) && writeAdjusted(trailers, .none, nameCase, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }

  private static func writeAdjusted(
    _ message: borrowing HTTPMessage, _ connection: Connection, _ nameCase: some H1NameCase, to buffer: inout Buffer
  ) -> Bool {
    for i in 0..<message.endIndex {
      let field = message[i]
      if field.isRemoved { continue }
      let name = nameCase.adjusted(field.name, field.known) ?? field.name
      if !buffer.append(name: name, value: field.value) { return false }
    }
    let option: Bytes
    switch connection {
    case .none: return buffer.append(short: Bytes("\r\n"))
    case .close: option = Bytes("close")
    case .keepAlive: option = Bytes("keep-alive")
    case .upgrade: option = Bytes("upgrade")
    }
    let lowered = HTTPHeaderName(.connection)
    let name = nameCase.adjusted(lowered.text, .connection) ?? lowered.text
    return buffer.append(name: name, value: option) && buffer.append(short: Bytes("\r\n"))
  }
}

/// Chunked coding towards a peer.
extension H1Writer {
  /// The most bytes that `writeChunkSize` takes.
  public static let chunkSizeLimit = 18

  /// The line before `size` bytes of data; `size` is above zero, since zero ends the body.
  public static func writeChunkSize(_ size: UInt64, to buffer: inout Buffer) -> Bool {
    if buffer.room < chunkSizeLimit { return false }
    return buffer.append(hexadecimal: size) && buffer.append(short: Bytes("\r\n"))
  }
  /// The line break behind a chunk's data.
  public static func writeChunkEnd(to buffer: inout Buffer) -> Bool { buffer.append(short: Bytes("\r\n")) }
  /// The last chunk without trailers.
  public static func writeLastChunk(to buffer: inout Buffer) -> Bool { buffer.append(short: Bytes("0\r\n\r\n")) }
  /// The last chunk and trailers.
  public static func writeLastChunk(trailers: borrowing HTTPMessage, to buffer: inout Buffer) -> Bool {
    let start = buffer.count
    let fits = buffer.append(short: Bytes("0\r\n")) && writeTrailers(trailers, to: &buffer)
    if !fits { buffer.truncate(to: start) }
    return fits
  }
}
