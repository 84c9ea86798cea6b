/// How long a variable lives (manual, section 2.8 and `set-var`).
public enum VariableScope: UInt8, CaseIterable, Sendable {
  case process, session, transaction, request, response, check

  /// The prefix of the names.
  public var prefix: String {
    switch self {
    case .process: "proc"
    case .session: "sess"
    case .transaction: "txn"
    case .request: "req"
    case .response: "res"
    case .check: "check"
    }
  }
}

/// A variable's scope and the number of its name.
public struct VariableID: Hashable, Sendable {
  public let scope: VariableScope
  /// The number that `VariableNames` gave to the name without its scope.
  public let name: UInt32
  public init(scope: VariableScope, name: UInt32) {
    self.scope = scope
    self.name = name
  }
}

/// Why a variable's name was refused, in HAProxy's words.
public struct VariableNameError: Error {
  public let message: String
}

/// The names of all variables that a configuration (or an operator) mentions, numbered as they come.
public struct VariableNames: Sendable {
  private var numbers: [String: UInt32] = [:]
  public private(set) var names: [String] = []

  public init() {}

  /// The variable called `text`, which is known from then on.
  public mutating func register(_ text: String) throws(VariableNameError) -> VariableID {
    let (scope, name) = try VariableNames.split(text)
    if let number = numbers[name] { return VariableID(scope: scope, name: number) }
    let number = UInt32(names.count)
    names.append(name)
    numbers[name] = number
    return VariableID(scope: scope, name: number)
  }
  /// The variable called `text` where it is already known.
  public func find(_ text: String) throws(VariableNameError) -> VariableID? {
    let (scope, name) = try VariableNames.split(text)
    return numbers[name].map { VariableID(scope: scope, name: $0) }
  }
  /// The full name.
  public func text(_ id: VariableID) -> String {
    Int(id.name) < names.count ? "\(id.scope.prefix).\(names[Int(id.name)])" : ""
  }

  private static func split(_ text: String) throws(VariableNameError) -> (VariableScope, String) {
    if text.isEmpty { throw VariableNameError(message: "Empty variable name cannot be accepted") }
    let scope = VariableScope.allCases.first {
      text.hasPrefix($0.prefix + ".") && text.unicodeScalars.count > $0.prefix.count + 1
    }
    guard let scope else {
      throw VariableNameError(
        message: "invalid variable name '\(text)'. A variable name must be start by its scope. "
          + "The scope can be 'proc', 'sess', 'txn', 'req', 'res' or 'check'")
    }
    let name = text.unicodeScalars.dropFirst(scope.prefix.count + 1)
    if let bad = name.firstIndex(where: { !isNameScalar($0) }) {
      throw VariableNameError(message: "invalid syntax at char '\(String(name[bad...]))'")
    }
    return (scope, String(name))
  }

  private static func isNameScalar(_ c: Unicode.Scalar) -> Bool {
    switch c {
    case "0"..."9", "a"..."z", "A"..."Z", ".", "_": true
    default: false
    }
  }
}
