import HTTP
import LogFormat
import Memory

/// `unique-id-format` and `unique-id-header`: an identifier that is made when it is first asked for.
extension Worker {
  func uniqueID(of stream: Stream) -> Bytes? {
    if stream.hasIdentifier { return stream.identifier?.bytes }
    guard let format = stream.frontend?.log.uniqueID else { return nil }
    // A format that asks for the identifier itself finds none.
    stream.hasIdentifier = true
    if stream.identifier == nil { stream.identifier = CapturedText(capacity: 128) }
    stream.identifier?.clear()
    var view = StreamLogView(stream: stream, worker: self)
    // Memory of its own: another text of the stream may be half written when the identifier is asked for.
    identifierArena.reset()
    let text = format.write(&view, evaluator, &identifierContext, into: identifierArena, limit: 128)
    stream.identifier?.set(text)
    return stream.identifier?.bytes
  }

  func addUniqueID(_ stream: Stream, _ frontend: FrontendReplica) {
    guard let name = frontend.uniqueIDHeader, let value = uniqueID(of: stream), FieldText.isValue(value) else { return }
    stream.request.add(name, value)
  }
}
