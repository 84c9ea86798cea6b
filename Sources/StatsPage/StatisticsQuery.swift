public import Memory
public import Observability

/// What a request for the statistics asks for: the words behind the page's address, `;csv` and the like (management
/// guide section 9; the page's own links).
public struct StatisticsQuery: Sendable, Equatable {
  public enum Form: Sendable { case html, csv, typed, json, schema }
  public var form = Form.html
  public var hidesDown = false
  public var hidesMaintenance = false
  /// The page does not load itself again.
  public var stopsRefresh = false
  /// What came of the action before.
  public var notice: ActionResult?
  /// The part of names that was asked for, as it was written.
  public var scope = ""

  /// The longest part of a name that can be asked for.
  static let scopeLimit = 20

  public init() {}

  /// - Parameter text: the target behind the page's address.
  public init(_ text: Bytes) {
    hidesDown = Self.has(text, ";up")
    hidesMaintenance = Self.has(text, ";no-maint")
    stopsRefresh = Self.has(text, ";norefresh")
    // Where several are named the last of this list is meant.
    if Self.has(text, ";csv") { form = .csv }
    if Self.has(text, ";typed") { form = .typed }
    if Self.has(text, ";json") { form = .json }
    if Self.has(text, ";json-schema") { form = .schema }
    if let at = text.firstIndex(of: Bytes(";st=")) {
      notice = ActionResult(rawValue: text.dropFirst(at + 4).prefix(4).latin1) ?? .unknown
    }
    if let at = text.firstIndex(of: Bytes("scope=")) { scope = Self.scope(text.dropFirst(at + 6)) }
  }

  private static func has(_ text: Bytes, _ word: StaticString) -> Bool { text.firstIndex(of: Bytes(word)) != nil }

  /// Nothing where it holds a byte that no name has.
  private static func scope(_ text: Bytes) -> String {
    var length = 0
    while let byte = text.at(length), byte != UInt8(ascii: ";"), byte != UInt8(ascii: "&"), byte != 0x20 {
      length += 1
    }
    let word = text.prefix(min(length, scopeLimit)).latin1
    let isName = word.unicodeScalars.allSatisfy {
      ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0)
        || "-_.:".unicodeScalars.contains($0)
    }
    return isName ? word : ""
  }

  public var contentType: StaticString {
    switch form {
    case .html: "text/html"
    case .csv, .typed: "text/plain"
    case .json, .schema: "application/json"
    }
  }

  /// The rows that are shown. `names`: what `stats scope` lists, nil for all.
  public func rows(_ names: Set<String>?, legends: Bool) -> StatisticsDump.Options {
    var options = StatisticsDump.Options()
    options.form = form == .json ? .json : form == .typed ? .typed : .csv
    options.hidesDown = hidesDown
    options.hidesMaintenance = hidesMaintenance
    options.legends = legends
    options.scope.names = names
    options.scope.part = scope.lowercased()
    return options
  }

  /// Where the browser is sent after an action: to the page with its result, and what was asked for before.
  public func address(after result: ActionResult, page: String) -> String {
    var text = page + ";st=" + result.rawValue
    if hidesDown { text += ";up" }
    if stopsRefresh { text += ";norefresh" }
    return scope.isEmpty ? text : text + "?scope=" + scope
  }
}

/// What came of an action, as the addresses of the page name it.
public enum ActionResult: String, Sendable {
  case done = "DONE"
  case nothing = "NONE"
  case partial = "PART"
  case invalid = "ERRP"
  case tooLong = "EXCD"
  case denied = "DENY"
  case unknown = "UNKN"

  public var isGood: Bool { self == .done || self == .nothing }
  public var text: StaticString {
    switch self {
    case .done: "Action processed successfully."
    case .nothing: "Nothing has changed."
    case .partial:
      "Action partially processed. Some server names are probably unknown, or used twice in the backend."
    case .invalid:
      "Action not processed: the action, the backend or the servers are unknown, or a parameter is too long."
    case .tooLong: "Action not processed: the request was too long. Try again with fewer servers at a time."
    case .denied: "Action denied."
    case .unknown: "Unexpected result."
    }
  }
}
