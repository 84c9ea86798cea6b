/// Reads the answer to a request as it comes, and tells what of it the command shows: the status line, the fields with
/// names in lower case, the body without its chunks.
struct WebAnswer {
  enum Progress { case more, over, invalid }
  private enum Body {
    case head
    case length(Int)
    case chunkSize, trailers
    case chunk(Int)
    case untilTheEnd
    case none
  }
  private static let headLimit = 16384

  private let hasNoBody: Bool
  private var body = Body.head
  private var input: [UInt8] = []
  /// What is to be shown and was not taken yet.
  private(set) var output: [UInt8] = []
  /// Something of the answer has been shown.
  private(set) var hasBegun = false

  init(to request: WebRequest) { hasNoBody = request.method == "HEAD" }

  mutating func takeOutput() -> [UInt8] {
    defer { output = [] }
    return output
  }

  /// The connection has ended: whether the answer is whole.
  var mayEnd: Bool {
    switch body {
    case .untilTheEnd, .none: true
    default: false
    }
  }

  mutating func add(_ bytes: [UInt8]) -> Progress {
    input += bytes
    while true {
      switch body {
      case .head:
        guard let end = input.firstEmptyLine else { return input.count > Self.headLimit ? .invalid : .more }
        let head = Array(input[..<end])
        input.removeFirst(end)
        guard read(head) else { return .invalid }
      case .none: return .over
      case .untilTheEnd:
        show(input.count)
        return .more
      case .length(let left):
        let count = min(left, input.count)
        show(count)
        body = .length(left - count)
        if count == left { return .over }
        return .more
      case .chunkSize:
        guard let end = input.firstIndex(of: 0x0a) else { return input.count > 1024 ? .invalid : .more }
        let digits = input[..<end].prefix { ($0 | 0x20) != 0x20 && $0 != 0x0d && $0 != 0x3b && $0 != 0x09 }
        guard !digits.isEmpty, let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), size >= 0 else {
          return .invalid
        }
        input.removeFirst(end + 1)
        body = size == 0 ? .trailers : .chunk(size)
      case .chunk(let left):
        let count = min(left, input.count)
        show(count)
        if count < left {
          body = .chunk(left - count)
          return .more
        }
        // The line end behind it.
        guard input.count >= 2 else {
          body = .chunk(0)
          return .more
        }
        if input[0] != 0x0d || input[1] != 0x0a { return .invalid }
        input.removeFirst(2)
        body = .chunkSize
      case .trailers:
        guard let end = input.firstIndex(of: 0x0a) else { return input.count > Self.headLimit ? .invalid : .more }
        let isLast = end == 0 || end == 1 && input[0] == 0x0d
        input.removeFirst(end + 1)
        if isLast { return .over }
      }
    }
  }

  private mutating func show(_ count: Int) {
    output += input[..<count]
    input.removeFirst(count)
  }

  /// Takes the head in; false where it is none.
  private mutating func read(_ head: [UInt8]) -> Bool {
    var lines = head.split(separator: 0x0a).map { $0.last == 0x0d ? $0.dropLast() : $0 }
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard let first = lines.first else { return false }
    let words = first.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8), words[0].count == 8, words[1].count == 3,
      let status = Int(String(decoding: words[1], as: UTF8.self)), status >= 100
    else { return false }
    // An interim answer: the one that counts follows.
    if status < 200 && status != 101 { return true }
    var fields: [(name: String, value: String)] = []
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: 0x3a), colon > line.startIndex else { return false }
      let value = line[(colon + 1)...].drop { $0 == 0x20 || $0 == 0x09 }
      fields.append((Self.text(line[..<colon]).lowercased(), Self.text(value)))
    }
    hasBegun = true
    output += first + [0x0a]
    for field in fields {
      output += "\(field.name): \(field.value)\r\n".unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    }
    if !fields.isEmpty { output += [0x0d, 0x0a] }
    return choose(status, fields)
  }

  /// How the body ends.
  private mutating func choose(_ status: Int, _ fields: [(name: String, value: String)]) -> Bool {
    let coding = fields.last { $0.name == "transfer-encoding" }?.value.lowercased()
    if hasNoBody || status == 204 || status == 304 {
      body = .none
    } else if let coding {
      body = coding.hasSuffix("chunked") ? .chunkSize : .untilTheEnd
    } else if let text = fields.last(where: { $0.name == "content-length" })?.value {
      guard let length = Int(text), length >= 0, !text.hasPrefix("+") else { return false }
      body = length == 0 ? .none : .length(length)
    } else {
      body = .untilTheEnd
    }
    return true
  }

  private static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
  }
}

extension [UInt8] {
  /// Behind the empty line that ends a head; nil: it has not come.
  fileprivate var firstEmptyLine: Int? {
    var lineStart = 0
    for (i, byte) in enumerated() where byte == 0x0a {
      let length = i - lineStart
      if lineStart > 0 && (length == 0 || length == 1 && self[lineStart] == 0x0d) { return i + 1 }
      lineStart = i + 1
    }
    return nil
  }
}
