import Configuration

/// `thread`, `process` and `shards` of `bind` lines: which threads accept (manual section 5.1).
let bindThreadOptions: [BindOption] = [
  BindOption("thread") { bind throws(OptionError) in
    let word = bind.cursor.take()
    bind.settings.threads = try ThreadRanges.threads(word)
  },
  BindOption("process") { bind throws(OptionError) in
    let word = bind.cursor.take()
    let slash = word.firstIndex(of: "/")
    _ = try ThreadRanges.numbers(String(word[..<(slash ?? word.endIndex)]), limit: 1, title: "process")
    var advice = ""
    if let slash {
      let threads = String(word[word.index(after: slash)...])
      bind.settings.threads = try ThreadRanges.numbers(threads, limit: ThreadRanges.maximum, title: "process")
      advice = " Please use 'thread \(threads)' instead."
    }
    bind.warn("'process \(word)' on 'bind' lines is deprecated and will be removed in 2.7.\(advice)")
  },
  BindOption("shards") { bind throws(OptionError) in
    let word = try bind.cursor.take(orFail: "'shards' : missing value")
    if word == "by-thread" {
      bind.settings.shardsByThread = true
      return
    }
    let value = CInteger.leading(word)
    if !(1...ThreadRanges.maximum).contains(value) {
      throw .text(
        "'shards' : invalid value \(value), allowed range is 1..\(ThreadRanges.maximum) or 'by-thread'")
    }
    bind.settings.shards = value
    bind.settings.shardsByThread = false
  },
]

/// `all`, `odd`, `even`, `n` and `n-m`.
enum ThreadRanges {
  static let maximum = 64

  /// The argument of `thread`: numbers, after an optional group that can only be the first.
  static func threads(_ word: String) throws(OptionError) -> [Int] {
    var range = word
    if let slash = word.firstIndex(of: "/") {
      let group = CInteger.leading(word[..<slash])
      if group != 1 { throw .text("'\(word)' thread-group number must be between 1 and 1 (was \(group))") }
      range = String(word[word.index(after: slash)...])
    }
    return try numbers(range, limit: maximum, title: range)
  }

  /// Empty for all.
  static func numbers(_ text: String, limit: Int, title: String) throws(OptionError) -> [Int] {
    switch text {
    case "all": return []
    case "odd": return Array(stride(from: 1, through: limit, by: 2))
    case "even": return Array(stride(from: 2, through: limit, by: 2))
    default: break
    }
    let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    if let first = text.unicodeScalars.first, !("0"..."9").contains(first) {
      throw .text("'\(title)' : '\(text)' is not a valid number/range.")
    }
    let low = CInteger.leading(ends.first ?? "")
    let high = ends.count == 2 ? (ends[1].isEmpty ? limit : CInteger.leading(ends[1])) : low
    let bounds = min(low, high)...max(low, high)
    if bounds.lowerBound < 1 || bounds.upperBound > limit {
      throw .text(
        "'\(title)' : '\(text)' is not a valid number/range. It supports numbers from 1 to \(limit).\n")
    }
    return Array(bounds)
  }
}
