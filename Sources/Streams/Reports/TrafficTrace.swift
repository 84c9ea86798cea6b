import Configuration
import HTTP
import Memory
import Primitives
import Proxies
import System

/// What `-d` shows of the traffic (management guide section 3): one line on standard output for each event of a stream
/// and each header, in HAProxy's form: number of the stream, proxy, event, descriptors of both sides.
extension Worker {
  func traceAccept(_ stream: Stream, _ session: Session) {
    guard let listener = session.listener else { return }
    var text = "\(hex(stream.uniqueID, 8)):\(listener.frontend.name.latin1).accept"
    text += "(\(descriptor(Int(listener.socket.descriptor.number))))=\(descriptor(session.connection.descriptorNumber))"
    switch session.peer.family {
    case .ipv4, .ipv6: text += " from [\(ReportText.address(session.peer))]"
    case .unix: text += " from [unix:\(listener.id)]"
    case .none: break
    }
    traceLine(text + " ALPN=<none>")
  }

  func traceRequest(_ stream: Stream) {
    let places = "[\(descriptor(stream.session?.connection.descriptorNumber ?? -1)):ffffffff]"
    let name = stream.frontend?.name.latin1 ?? ""
    traceHead(
      stream, "\(name).cli", "req", places,
      "\(stream.request.methodName.latin1) \(stream.request.target.latin1) "
        + "HTTP/\(stream.request.majorVersion).\(stream.request.minorVersion)", stream.request)
  }

  func traceResponse(_ stream: Stream) {
    let places = descriptors(of: stream)
    let name = stream.backend?.name.latin1 ?? ""
    traceHead(
      stream, "\(name).srv", "rep", places,
      "HTTP/\(stream.response.majorVersion).\(stream.response.minorVersion) \(stream.response.status) "
        + stream.response.reason.latin1, stream.response)
  }

  /// The end of a stream: the sides that were open, then the stream itself.
  func traceEnd(_ stream: Stream) {
    let name = (stream.backend?.name ?? stream.frontend?.name)?.latin1 ?? ""
    let places = descriptors(of: stream)
    let head = "\(hex(stream.uniqueID, 8)):\(name)."
    if stream.serverConnection != nil { traceLine("\(head)srvcls\(places)") }
    traceLine("\(head)clicls\(places)")
    traceLine("\(head)closed\(places)")
  }

  private func traceHead(
    _ stream: Stream, _ place: String, _ kind: String, _ places: String, _ line: String,
    _ message: borrowing HTTPMessage
  ) {
    let head = "\(hex(stream.uniqueID, 8)):\(place)"
    var text = "\(head)\(kind)\(places): \(line)\n"
    for i in 0..<message.endIndex where !message[i].isRemoved {
      text += "\(head)hdr\(places): \(message[i].name.latin1.lowercased()): \(message[i].value.latin1)\n"
    }
    write(text)
  }
  private func descriptors(of stream: Stream) -> String {
    let client = stream.session?.connection.descriptorNumber ?? -1
    let server = stream.serverConnection?.transport.connection.descriptorNumber ?? -1
    return "[\(descriptor(client)):\(descriptor(server))]"
  }
  private func descriptor(_ number: Int) -> String { hex(UInt64(UInt16(truncatingIfNeeded: number)), 4) }
  private func hex(_ number: UInt64, _ width: Int) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
  private func traceLine(_ text: String) { write(text + "\n") }
  /// In one piece, so that lines of several threads do not mix.
  private func write(_ text: String) {
    _ = FileDescriptor.standardOutput.write(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
  }
}
