/// A `program` section (manual section 3.7): what the master runs beside its workers.
public struct ProgramSettings: Sendable {
  public var name: String
  /// The program and its arguments.
  public var command: [String] = []
  public var user: UInt32?
  public var group: UInt32?
  /// `option start-on-reload`
  public var startsOnReload = true

  public init(name: String) { self.name = name }
}
