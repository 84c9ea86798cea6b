public import Primitives

/// A name that a stream wants the address of: asked of the worker that has the resolvers.
public struct NameQuestion: Sendable {
  /// Who gets the answer.
  public let stream: StreamReference
  /// Index of the `resolvers` section.
  public let section: Int
  public let name: String
  public let prefersVersion6: Bool
  public init(stream: StreamReference, section: Int, name: String, prefersVersion6: Bool) {
    self.stream = stream
    self.section = section
    self.name = name
    self.prefersVersion6 = prefersVersion6
  }
  /// The address that suits best, of those a name has.
  public func choose(among addresses: [IPAddress]) -> IPAddress? {
    for address in addresses {
      switch address {
      case .v4: if !prefersVersion6 { return address }
      case .v6: if prefersVersion6 { return address }
      }
    }
    return addresses.first
  }
}
