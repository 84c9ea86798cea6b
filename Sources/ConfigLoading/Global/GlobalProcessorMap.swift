import ConfigSyntax
import Configuration

/// `cpu-map [auto:]<process>[/<threads>] <processors>...` (manual section 3.1).
enum ProcessorMapLine {
  static let maximumThread = 64
  static let maximumProcessor = 1023

  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    guard !line[1].isEmpty && !line[2].isEmpty else {
      return context.alert(
        "cpu-map expects a process number  ('all', 'odd', 'even', a number from 1 to \(maximumThread) or a range),  "
          + "followed by a list of CPU ranges with numbers from 0 to 63.")
    }
    do throws(Failure) {
      try read(context, line)
    } catch {
      context.alert("cpu-map : \(error.text)")
    }
  }

  private struct Failure: Error { let text: String }

  private static func read(_ context: LoadContext, _ line: ConfigLine) throws(Failure) {
    var target = Substring(line[1])
    let isAutomatic = target.hasPrefix("auto:")
    if isAutomatic { target = target.dropFirst(5) }
    let parts = target.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    // Alone, the number is a thread's: there is one process since HAProxy 2.5.
    let first = try numbers(parts.first ?? "")
    let threads = parts.count > 1 ? try numbers(parts[1]) : first
    var processors: [Int] = []
    for word in line.words.dropFirst(2) where !word.isEmpty { processors += try processorRange(word) }
    let isOfThisProcess = parts.count < 2 || first.contains(1)
    if isAutomatic {
      let countsMatch = threads.count == Set(processors).count
      // HAProxy compares the process's range where it has more than one number.
      guard countsMatch || parts.count > 1 && threads.count > 1 && Set(processors).count == 1 else {
        throw Failure(text: "PROC/THREAD range and CPU sets must have the same size to be automatically bound")
      }
    }
    guard isOfThisProcess else { return }
    let sorted = Set(processors).sorted()
    for (index, thread) in threads.enumerated() {
      let own = isAutomatic && sorted.count == threads.count ? [sorted[index]] : sorted
      context.model.global.cpuMap[thread] = own
    }
  }

  /// `all`, `odd`, `even`, `n` or `n-m`, as ascending thread numbers.
  private static func numbers(_ word: Substring) throws(Failure) -> [Int] {
    switch word {
    case "all": return Array(1...maximumThread)
    case "odd": return Array(stride(from: 1, through: maximumThread, by: 2))
    case "even": return Array(stride(from: 2, through: maximumThread, by: 2))
    default: break
    }
    let parts = word.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let outOfRange = "'\(word)' is not a valid number/range. It supports numbers from 1 to \(maximumThread).\n"
    guard let low = digits(parts.first ?? "") else {
      let isNumber = word == "-" || (!word.isEmpty && CInteger.long(word).rest.isEmpty)
      throw Failure(text: isNumber ? outOfRange : "'\(word)' is not a valid number/range.")
    }
    var high = low
    if parts.count > 1 {
      guard let end = parts[1].isEmpty ? maximumThread : digits(parts[1]) else {
        throw Failure(text: "'\(word)' is not a valid number/range.")
      }
      high = end
    }
    let ordered = low <= high ? (low, high) : (high, low)
    guard ordered.0 >= 1 && ordered.1 <= maximumThread else {
      throw Failure(text: outOfRange)
    }
    return Array(ordered.0...ordered.1)
  }

  /// `n`, `n-`, `n-m` and comma-separated lists of these. What follows a number counts for nothing, and no number
  /// behind the dash is 0, as in HAProxy.
  private static func processorRange(_ word: String) throws(Failure) -> [Int] {
    var found: [Int] = []
    let list = word.hasSuffix(",") ? word.dropLast() : Substring(word)
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      guard let first = part.utf8.first, (0x30...0x39).contains(first) else {
        throw Failure(text: "'\(word)' is not a CPU range.")
      }
      let low = CInteger.leadingLong(part)
      var high = low
      if let dash = part.firstIndex(of: "-") {
        let end = part[part.index(after: dash)...]
        high = end.isEmpty ? maximumProcessor : max(0, CInteger.leadingLong(end))
      }
      guard max(low, high) <= maximumProcessor else {
        throw Failure(text: "supports CPU numbers from 0 to \(maximumProcessor).")
      }
      found += Array(min(low, high)...max(low, high))
    }
    return found
  }

  private static func digits(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.count < 10, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }
}
