import Memory

/// A value as the exporter writes it.
enum MetricValue {
  /// There is none: the line has `NaN`.
  case none
  case number(UInt64)
  case signed(Int64)
  /// Written as seconds with six decimals.
  case milliseconds(UInt64)

  static func count(_ n: Int) -> MetricValue { .number(UInt64(clamping: n)) }
}

/// Lines of the text format (exposition format 0.0.4).
extension GrowingText {
  mutating func add(_ value: MetricValue) {
    switch value {
    case .none: add("NaN")
    case .number(let n): add(decimal: n)
    case .signed(let n): add(signed: n)
    case .milliseconds(let n): add(seconds: n)
    }
    add(byte: UInt8(ascii: "\n"))
  }
  /// Milliseconds as seconds with six decimals.
  mutating func add(seconds milliseconds: UInt64) {
    add(decimal: milliseconds / 1000)
    let rest = milliseconds % 1000
    add(byte: 0x2e)
    add(byte: 48 + UInt8(rest / 100))
    add(byte: 48 + UInt8(rest / 10 % 10))
    add(byte: 48 + UInt8(rest % 10))
    add("000")
  }

  /// A label's value: backslash, quote and line feed are escaped.
  mutating func add(labelValue bytes: Bytes) {
    if add(plain: bytes) { return }
    for i in 0..<bytes.count {
      switch bytes[i] {
      case 0x5c: add("\\\\")
      case 0x22: add("\\\"")
      case 0x0a: add("\\n")
      case let byte: add(byte: byte)
      }
    }
  }

  /// As above, for text whose scalars each stand for one byte.
  mutating func add(labelValue text: String) {
    if add(plain: text) { return }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": add("\\\\")
      case "\"": add("\\\"")
      case "\n": add("\\n")
      default: add(byte: UInt8(truncatingIfNeeded: scalar.value))
      }
    }
  }
  mutating func add(space value: MetricValue) {
    add(" ")
    add(value)
  }

  /// `name{proxy="..."` and, where there is one, a second label; the brace stays open.
  mutating func begin(_ name: Bytes, proxy: Bytes, _ label: StaticString? = nil, _ value: Bytes = Bytes()) {
    add(name)
    add("{proxy=\"")
    add(labelValue: proxy)
    if let label {
      add("\",")
      add(label)
      add("=\"")
      add(labelValue: value)
    }
    add("\"")
  }
  mutating func begin(_ name: Bytes, proxy: Bytes, listener: String) {
    begin(name, proxy: proxy)
    add(",listener=\"")
    add(labelValue: listener)
    add("\"")
  }
  mutating func add(label: StaticString, _ value: Bytes) {
    add(",")
    add(label)
    add("=\"")
    add(value)
    add("\"")
  }
  mutating func end(_ value: MetricValue) {
    add("} ")
    add(value)
  }
}
