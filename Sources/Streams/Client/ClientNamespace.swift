import Configuration
import Memory
import System

/// A network namespace that the configuration knows, as a worker needs it.
struct ClientNamespace {
  /// The place that stands for the namespace of the process.
  static let own = -1
  let name: Bytes
  /// nil where it could not be opened.
  let namespace: NetworkNamespace?

  init(_ name: String) {
    self.name = Bytes(permanent: name)
    namespace = NetworkNamespace.named(name)
  }

  static func place(of name: String?, in model: ConfigurationModel) -> Int {
    name.flatMap { model.namespaces.firstIndex(of: $0) } ?? own
  }
}

extension Worker {
  /// Where the client's connection is, or comes from: `Session.namespace` of the one with the socket.
  func clientNamespace(of stream: Stream) -> Int { stream.session?.transport.namespace ?? ClientNamespace.own }

  /// The place of a name that a PROXY header gave; nil for one that the configuration does not know.
  func namespacePlace(_ name: Bytes) -> Int? { namespaces.firstIndex { $0.name.equals(name) } }

  /// In which namespace a connection to the server is made; nil for that of the process.
  func namespace(_ settings: ServerConnectionSettings?, _ stream: Stream) -> NetworkNamespace? {
    guard let settings, settings.followsNamespace else { return settings?.namespace }
    let place = clientNamespace(of: stream)
    return namespaces.indices.contains(place) ? namespaces[place].namespace : nil
  }
}
