import Memory

/// Text of the page. Whatever comes from the configuration, a check or a request goes through `add(html:)`.
extension GrowingText {
  /// Text between tags or in a quoted attribute; scalars stand for bytes.
  mutating func add(html text: String) {
    if add(plain: text) { return }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": add("&amp;")
      case "<": add("&lt;")
      case ">": add("&gt;")
      case "\"": add("&quot;")
      case "'": add("&#39;")
      case "\u{0}"..<" " where scalar != "\n" && scalar != "\t": add("\u{FFFD}")
      default: add(byte: UInt8(truncatingIfNeeded: scalar.value))
      }
    }
  }
  /// As the path or fragment of an address, and as such in a quoted attribute.
  mutating func add(address text: String) {
    for scalar in text.unicodeScalars {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      switch scalar {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ":", "~", "/", "?", "=", ";", "#",
        "%", "+", ",", "@", "!", "*":
        add(byte: byte)
      case "&": add("&amp;")
      default:
        add(byte: UInt8(ascii: "%"))
        add(hexDigit: byte >> 4)
        add(hexDigit: byte & 15)
      }
    }
  }
  private mutating func add(hexDigit value: UInt8) { add(byte: value < 10 ? 48 + value : 55 + value) }

  /// A number with commas between thousands.
  mutating func add(grouped value: UInt64) {
    if value < 1000 { return add(decimal: value) }
    add(grouped: value / 1000)
    add(byte: UInt8(ascii: ","))
    let rest = value % 1000
    add(byte: 48 + UInt8(rest / 100))
    add(byte: 48 + UInt8(rest / 10 % 10))
    add(byte: 48 + UInt8(rest % 10))
  }

  /// A size in the unit that leaves three digits: `999 B`, `1.23 MB`, `45.6 GB`.
  mutating func add(size value: UInt64) {
    let units: [StaticString] = [" B", " kB", " MB", " GB", " TB", " PB", " EB"]
    var unit = 0
    var scale: UInt64 = 1
    while unit + 1 < units.count && value / scale >= 1000 {
      scale *= 1000
      unit += 1
    }
    let hundredths = unit == 0 ? value * 100 : value / (scale / 100)
    add(decimal: hundredths / 100)
    // Cut, not rounded: 999,999 is no million.
    if unit > 0 && hundredths < 10000 {
      add(byte: 0x2e)
      add(byte: 48 + UInt8(hundredths / 10 % 10))
      if hundredths < 1000 { add(byte: 48 + UInt8(hundredths % 10)) }
    }
    add(units[unit])
  }

  /// Seconds as the two largest of their units: `45s`, `3m20s`, `2h05m`, `4d3h`.
  mutating func add(duration seconds: UInt64) {
    func two(_ value: UInt64, _ text: inout GrowingText) {
      if value < 10 { text.add("0") }
      text.add(decimal: value)
    }
    switch seconds {
    case ..<60:
      add(decimal: seconds)
      add("s")
    case ..<3600:
      add(decimal: seconds / 60)
      add("m")
      two(seconds % 60, &self)
      add("s")
    case ..<86400:
      add(decimal: seconds / 3600)
      add("h")
      two(seconds / 60 % 60, &self)
      add("m")
    default:
      add(decimal: seconds / 86400)
      add("d")
      add(decimal: seconds / 3600 % 24)
      add("h")
    }
  }
}
