/// One line of a configuration, cut into words.
public struct ConfigLine: Sendable {
  /// A leading `no` or `default`, taken off the words (manual section 4, "option" keywords).
  public enum Prefix: Sendable { case none, no, `default` }

  public var file: String
  /// From 1.
  public var number: Int
  /// The words, unquoted and with variables expanded; every scalar is one byte. The first is the keyword.
  public var words: [String]
  /// Where each word begins in the line as written, in bytes from 0.
  public var columns: [Int]
  public var prefix = Prefix.none
  /// A blank follows the last word: conditions show it in their messages.
  var endsInBlank = false

  public init(file: String = "", number: Int = 0, words: [String] = [], columns: [Int] = []) {
    self.file = file
    self.number = number
    self.words = words
    self.columns = columns
  }

  public var count: Int { words.count }
  public var keyword: String { self[0] }
  /// Word `index`, or an empty string past the end: a missing argument and an empty one are the same to keywords.
  public subscript(index: Int) -> String { index >= 0 && index < words.count ? words[index] : "" }
  public var arguments: ArraySlice<String> { words.dropFirst() }

  /// The line with the words from `start` on, so that a group of keywords can look at its own first word.
  public func dropFirst(_ start: Int) -> ConfigLine {
    var rest = self
    rest.words = Array(words.dropFirst(start))
    rest.columns = Array(columns.dropFirst(start))
    return rest
  }

  /// Takes a leading `no` or `default` off. As in HAProxy, `default` leaves the last word standing twice, and stays
  /// itself where nothing follows.
  mutating func takePrefix() {
    switch self[0] {
    case "no":
      prefix = .no
      words.removeFirst()
      if !columns.isEmpty { columns.removeFirst() }
    case "default":
      prefix = .default
      guard let last = words.last, words.count > 1, !self[1].isEmpty else { return }
      words.removeFirst()
      words.append(last)
      if let column = columns.last {
        columns.removeFirst()
        columns.append(column)
      }
    default: break
    }
  }
}
