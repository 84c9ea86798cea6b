/// When `set-var` sets: every condition that is named must hold.
public struct VariableConditions: OptionSet, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  /// The variable exists.
  public static let ifExists = VariableConditions(rawValue: 1)
  public static let ifNotExists = VariableConditions(rawValue: 2)
  /// The new value is text without any byte.
  public static let ifEmpty = VariableConditions(rawValue: 4)
  public static let ifNotEmpty = VariableConditions(rawValue: 8)
  /// The variable holds a value.
  public static let ifSet = VariableConditions(rawValue: 16)
  public static let ifNotSet = VariableConditions(rawValue: 32)
  /// The variable is a number greater than the new value; holds for what are no numbers.
  public static let ifGreater = VariableConditions(rawValue: 64)
  public static let ifLess = VariableConditions(rawValue: 128)

  /// The condition of this name, or nil.
  public init?(name: String) {
    switch name {
    case "ifexists": self = .ifExists
    case "ifnotexists": self = .ifNotExists
    case "ifempty": self = .ifEmpty
    case "ifnotempty": self = .ifNotEmpty
    case "ifset": self = .ifSet
    case "ifnotset": self = .ifNotSet
    case "ifgt": self = .ifGreater
    case "iflt": self = .ifLess
    default: return nil
    }
  }
}
