public import Samples

/// Index into the configuration's list of uses of tables.
public struct TableReference: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(clamping: index) }
}

/// Which general purpose counter an action means.
public enum GeneralCounter: Sendable {
  case first, second
  case indexed(UInt8)
}

/// A `stick` line.
public struct StickRule: Sendable {
  public enum Store: Sendable { case nothing, request, response }
  public let expression: Expression
  public let table: TableReference
  /// Looks for a server in the table.
  public let matches: Bool
  /// When the server of the exchange is stored.
  public let stores: Store
  public let condition: Condition?
  public init(
    _ expression: Expression, table: TableReference, matches: Bool, stores: Store, if condition: Condition?
  ) {
    self.expression = expression
    self.table = table
    self.matches = matches
    self.stores = stores
    self.condition = condition
  }
}
