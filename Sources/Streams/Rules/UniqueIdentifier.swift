import HTTP
import LogFormat
import Memory

/// `unique-id-format` and `unique-id-header`: an identifier that is made when it is first asked for.
extension Worker {
  func uniqueID(of stream: Stream) -> Bytes? {
    if let made = stream.uniqueText { return made }
    guard let format = stream.frontend?.log.uniqueID else { return nil }
    // A format that asks for the identifier itself finds it empty.
    stream.uniqueText = Bytes()
    var view = StreamLogView(stream: stream, worker: self)
    let text = format.write(&view, evaluator, &identifierContext, into: stream.text, limit: 128)
    stream.uniqueText = text
    return text
  }

  func addUniqueID(_ stream: Stream, _ frontend: FrontendReplica) {
    guard let name = frontend.uniqueIDHeader, let value = uniqueID(of: stream), FieldText.isValue(value) else { return }
    stream.request.add(name, value)
  }
}
