public import Samples

/// Index of a `do-resolve` in `RuleResources.resolutions`.
public struct ResolutionHandle: Hashable, Sendable {
  public let index: Int32
  public init(_ index: Int) { self.index = Int32(index) }
}

/// `do-resolve`: asks a `resolvers` section for the address of a name, and keeps it in a variable.
public struct ResolutionRule: Sendable {
  /// Nil where its name says no scope: then nothing is kept, as in HAProxy.
  public let variable: VariableID?
  public let name: Expression
  public let prefersVersion6: Bool
  /// The section, as the rule names it; and its number, once all sections are known.
  public let section: String
  public var sectionIndex = 0
  public init(_ variable: VariableID?, _ name: Expression, prefersVersion6: Bool, section: String) {
    self.variable = variable
    self.name = name
    self.prefersVersion6 = prefersVersion6
    self.section = section
  }
}
