import Configuration
import HTTP
import HTTP1
import Memory
import Rules

/// An answer of the proxy's own, made ready at start: a built-in one, an `errorfile`, an `errorloc` redirect.
final class PreparedAnswer {
  let status: Int
  /// As it was written: for answers that are given before HTTP is understood.
  let raw: Bytes
  /// Start line and fields as the proxy writes them, without `connection` and the empty line.
  let head: Bytes
  let body: Bytes
  /// Its fields without `connection`, and its reason: for rules that change answers.
  let fields: [(name: HTTPHeaderName, value: Bytes)]
  let reason: Bytes
  /// Its end is marked, so that the connection can go on after it.
  let isFramed: Bool
  let isVersion11: Bool
  /// As `HTTPMessage.countedSize`, the body included.
  let countedSize: UInt64
  /// A rule's answer that is given instead where there is a request (`http-error`).
  var reply: ReplyHandle?
  /// Says itself that the connection ends.
  let closes: Bool

  init(status: Int, raw bytes: [UInt8]) {
    raw = Bytes(permanent: bytes)
    let end = Self.endOfHead(bytes)
    let lines = Self.lines(bytes[..<end.head])
    let first = lines.first ?? []
    isVersion11 = first.starts(with: Array("HTTP/1.1".utf8))
    var head = first + [13, 10]
    var counted = 20 + 1 + max(0, first.count - 2)
    var isFramed = false
    var fields: [(name: HTTPHeaderName, value: Bytes)] = []
    var closes = false
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: 0x3a) else { continue }
      let name = line[..<colon].map { $0 &- 65 < 26 ? $0 | 0x20 : $0 }
      var value = Array(line[(colon + 1)...])
      while let c = value.first, c == 32 || c == 9 { value.removeFirst() }
      while let c = value.last, c == 32 || c == 9 { value.removeLast() }
      if name.elementsEqual("content-length".utf8) { isFramed = true }
      if name.elementsEqual("connection".utf8) {
        closes = value.map { $0 | 0x20 }.elementsEqual("close".utf8)
        continue
      }
      fields.append((HTTPHeaderName(permanent: Bytes(permanent: name)), Bytes(permanent: value)))
      counted += name.count + value.count
      head += name + [0x3a, 0x20] + value + [13, 10]
    }
    self.fields = fields
    let words = first.split(separator: 0x20, maxSplits: 2)
    reason = Bytes(permanent: words.count > 2 ? Array(words[2]) : [])
    self.status = status
    self.head = Bytes(permanent: head)
    body = Bytes(permanent: bytes[end.body...])
    self.isFramed = isFramed
    self.closes = closes
    countedSize = UInt64(counted + bytes.count - end.body + (closes && isFramed ? 15 : 0))
  }

  private static func endOfHead(_ bytes: [UInt8]) -> (head: Int, body: Int) {
    for i in bytes.indices where bytes[i] == 10 {
      if i + 1 < bytes.count && bytes[i + 1] == 10 { return (i + 1, i + 2) }
      if i + 2 < bytes.count && bytes[i + 1] == 13 && bytes[i + 2] == 10 { return (i + 1, i + 3) }
    }
    return (bytes.count, bytes.count)
  }
  private static func lines(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
    bytes.split(separator: 10, omittingEmptySubsequences: true).map { line in
      line.last == 13 ? Array(line.dropLast()) : Array(line)
    }
  }

  static func builtIn(_ status: Int) -> PreparedAnswer {
    PreparedAnswer(status: status, raw: builtInTexts[status] ?? write(status, BufferPool(bufferSize: 4096)))
  }
  /// A pool stays for good: there is one for all of them.
  private static let builtInTexts: [Int: [UInt8]] = {
    let pool = BufferPool(bufferSize: 4096)
    return Dictionary(uniqueKeysWithValues: Set(H1ErrorAnswers.statuses).map { ($0, write($0, pool)) })
  }()
  private static func write(_ status: Int, _ pool: BufferPool) -> [UInt8] {
    var buffer = Buffer()
    _ = buffer.back(by: pool)
    _ = H1ErrorAnswers.write(status: status, to: &buffer)
    return buffer.readable.array
  }
}

/// Answers of one proxy that replace the built-in ones.
final class ErrorAnswerTable {
  private var answers: [PreparedAnswer] = []

  init(_ settings: [Int: ErrorAnswer]) {
    for (status, answer) in settings.sorted(by: { $0.key < $1.key }) {
      switch answer {
      case .file(let bytes): answers.append(PreparedAnswer(status: status, raw: bytes))
      case .reply(let handle):
        let fallback = PreparedAnswer.builtIn(status)
        fallback.reply = handle
        answers.append(fallback)
      case .redirect302(let url): answers.append(Self.redirect(status, "302 Found", url))
      case .redirect303(let url): answers.append(Self.redirect(status, "303 See Other", url))
      }
    }
  }
  /// The built-in answers.
  init() {
    for status in H1ErrorAnswers.statuses { answers.append(.builtIn(status)) }
  }
  private static func redirect(_ status: Int, _ line: String, _ url: String) -> PreparedAnswer {
    let text = "HTTP/1.1 \(line)\r\nCache-Control: no-cache\r\nContent-length: 0\r\nLocation: \(url)\r\n\r\n"
    return PreparedAnswer(status: status, raw: text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
  func answer(_ status: Int) -> PreparedAnswer? {
    for answer in answers where answer.status == status { return answer }
    return nil
  }
}
