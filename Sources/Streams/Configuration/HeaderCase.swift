import HTTP
import HTTP1
import Memory

/// `h1-case-adjust`: the spelling of header names towards old peers. Looked at only where an option asks for it.
final class HeaderCase: H1NameCase {
  /// Places of `names` by length of the name: most names are told apart by it.
  private var byLength: [[Int]] = []
  private let names: [(lowered: Bytes, wanted: Bytes)]

  /// nil where there are no rules.
  init?(_ rules: [String: String]) {
    if rules.isEmpty { return nil }
    names = rules.sorted { $0.key < $1.key }.map { (Bytes(permanent: $0.key), Bytes(permanent: $0.value)) }
    for (place, name) in names.enumerated() {
      while byLength.count <= name.lowered.count { byLength.append([]) }
      byLength[name.lowered.count].append(place)
    }
  }

  func adjusted(_ name: Bytes, _ known: KnownHeader) -> Bytes? {
    if name.count >= byLength.count { return nil }
    for place in byLength[name.count] where names[place].lowered.equals(name) { return names[place].wanted }
    return nil
  }
}

extension Worker {
  /// Writes a request's head for a server, in the spelling that the backend asks for.
  func write(request stream: Stream, _ backend: BackendReplica, _ connection: H1Writer.Connection) -> Bool {
    if stream.serverConnection?.carrier != nil {
      // Over HTTP/2 the whole target counts, and names have one spelling.
      let (major, minor) = (stream.request.majorVersion, stream.request.minorVersion)
      (stream.request.majorVersion, stream.request.minorVersion) = (1, 1)
      defer { (stream.request.majorVersion, stream.request.minorVersion) = (major, minor) }
      return H1Writer.writeRequest(stream.request, connection: .none, to: &stream.requestChannel.output)
    }
    if let headerCase, backend.options.contains(.forceCaseAdjustServer) {
      stream.requestChannel.nameCase = headerCase
      return H1Writer.write(
        stream.request, connection: connection, nameCase: headerCase, to: &stream.requestChannel.output)
    }
    return H1Writer.writeRequest(stream.request, connection: connection, to: &stream.requestChannel.output)
  }

  /// Writes a response's head for a client, in the spelling that the frontend asks for.
  func write(response stream: Stream, _ connection: H1Writer.Connection) -> Bool {
    if let headerCase, stream.session?.carrier == nil, stream.frontend?.options.contains(.forceCaseAdjustClient) == true
    {
      stream.responseChannel.nameCase = headerCase
      return H1Writer.write(
        stream.response, connection: connection, nameCase: headerCase, to: &stream.responseChannel.output)
    }
    return H1Writer.writeResponse(stream.response, connection: connection, to: &stream.responseChannel.output)
  }
}
