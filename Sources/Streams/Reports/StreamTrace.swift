import HTTP
import Memory
import Proxies

/// What `trace` is told of connections and streams. Callers look at `tracedSources` first, so that nothing is done while
/// nothing is traced.
extension Worker {
  /// Places of events in `TraceKind.events`: the same for h1 and h2; pt has no heads, but errors of connections.
  enum MuxEvent: Int {
    case connectionNew, connectionEnd, headReceived, streamNew, streamEnd, streamError
    static let connectionError = MuxEvent.headReceived
  }
  enum StreamEvent: Int { case new, free, error, connector, http }

  // MARK: - Connections

  func traceConnection(_ session: Session, _ event: MuxEvent, _ text: String, isHTTP2: Bool) {
    if session.carrier != nil { return }
    let isTCP = session.listener?.frontend.mode == .tcp
    guard let source = process.traces.source(isTCP ? .pt : isHTTP2 ? .h2 : .h1) else { return }
    if isTCP && event == .connectionEnd, session.connection.hasFailed {
      tell(source, session, .connectionError, .error, "error on connection")
    }
    tell(source, session, event, .state, text)
  }
  private func tell(
    _ source: TraceSource, _ session: Session, _ event: MuxEvent, _ level: TraceLevel, _ text: String
  ) {
    let place = event.rawValue
    guard let verbosity = source.wants(place, level, context(session, nil)) else { return }
    source.write(place, level, thread: index, text + names(session, nil, verbosity))
  }

  // MARK: - Streams

  func traceStart(_ stream: Stream) {
    tell(stream, .new, .state, "new stream")
    tell(stream, .streamNew, .state, stream.isHTTP ? "new exchange" : "new stream")
  }

  func traceRequestHead(_ stream: Stream) {
    let line =
      "\(stream.request.methodName.latin1) \(stream.request.target.latin1) "
      + "HTTP/\(stream.request.majorVersion).\(stream.request.minorVersion)"
    tell(stream, .headReceived, .user, "rcvd \(version(stream)) request headers : [F]", line, stream.request)
    tell(stream, .http, .user, "request")
  }

  func traceResponseHead(_ stream: Stream) {
    let line =
      "HTTP/\(stream.response.majorVersion).\(stream.response.minorVersion) \(stream.response.status) "
      + stream.response.reason.latin1
    tell(stream, .headReceived, .user, "rcvd \(version(stream)) response headers : [B]", line, stream.response)
    tell(stream, .http, .user, "response status=\(stream.response.status)")
  }

  /// The connector has gone on, from the state `old`.
  func traceConnector(_ stream: Stream, from old: ConnectorState) {
    if stream.connector == old { return }
    tell(stream, .connector, .state, "connector \(old) -> \(stream.connector)")
  }

  func traceBadRequest(_ stream: Stream, status: Int) {
    tell(stream, .streamError, .error, "invalid request : status=\(status)")
  }

  func traceFinish(_ stream: Stream) {
    let state =
      "\(Character(Unicode.Scalar(stream.endCause.rawValue)))\(Character(Unicode.Scalar(stream.endPhase.rawValue)))"
    if stream.endCause != .none && stream.endCause != .local {
      tell(stream, .error, .error, "stream ended with an error : status=\(stream.status) state=\(state)")
      if !stream.isHTTP { tell(stream, .streamError, .error, "stream ended with an error : state=\(state)") }
    }
    let end = stream.isHTTP ? "end of exchange : status=\(stream.status)" : "end of stream : state=\(state)"
    tell(stream, .streamEnd, .state, end)
    tell(stream, .free, .state, "end of stream : status=\(stream.status) state=\(state)")
  }

  private func tell(_ stream: Stream, _ event: StreamEvent, _ level: TraceLevel, _ text: String) {
    guard let source = process.traces.source(.stream), let session = stream.session,
      let verbosity = source.wants(event.rawValue, level, context(session, stream))
    else { return }
    source.write(event.rawValue, level, thread: index, text + names(session, stream, verbosity))
  }

  /// Who wants to know of an event of a connection, and how much; nil: nobody.
  private func listener(
    _ stream: Stream, _ event: MuxEvent, _ level: TraceLevel
  ) -> (source: TraceSource, session: Session, verbosity: TraceVerbosity)? {
    guard let session = stream.session,
      let source = process.traces.source(session.carrier != nil ? .h2 : stream.isHTTP ? .h1 : .pt),
      let verbosity = source.wants(event.rawValue, level, context(session, stream))
    else { return nil }
    return (source, session, verbosity)
  }

  private func tell(_ stream: Stream, _ event: MuxEvent, _ level: TraceLevel, _ text: String) {
    guard let (source, session, verbosity) = listener(stream, event, level) else { return }
    source.write(event.rawValue, level, thread: index, text + names(session, stream, verbosity))
  }

  private func tell(
    _ stream: Stream, _ event: MuxEvent, _ level: TraceLevel, _ text: String, _ line: String,
    _ message: borrowing HTTPMessage
  ) {
    guard let (source, session, verbosity) = listener(stream, event, level) else { return }
    var text = text + names(session, stream, verbosity)
    if verbosity.rawValue >= TraceVerbosity.simple.rawValue { text += " \"\(line)\"" }
    if verbosity == .complete {
      for i in 0..<message.endIndex where !message[i].isRemoved {
        text += "\n\t\(message[i].name.latin1): \(message[i].value.latin1)"
      }
    }
    source.write(event.rawValue, level, thread: index, text)
  }

  private func version(_ stream: Stream) -> String { stream.session?.carrier == nil ? "H1" : "H2" }

  // MARK: - What it is about

  private func context(_ session: Session, _ stream: Stream?) -> TraceContext {
    var context = TraceContext(thread: index)
    context.session = (session.carrier ?? session).index &* 65536 &+ index
    context.listener = session.listener?.id ?? -1
    context.frontend = session.listener?.frontend.shared.with { $0.index } ?? -1
    guard let stream else { return context }
    context.stream = Int(truncatingIfNeeded: stream.uniqueID)
    context.backend = stream.backend?.index ?? -1
    context.server = stream.server?.index ?? -1
    return context
  }

  /// ` strm=NUMBER fe=NAME be=NAME srv=NAME`, not for `quiet`.
  private func names(_ session: Session, _ stream: Stream?, _ verbosity: TraceVerbosity) -> String {
    if verbosity == .quiet { return "" }
    var text = ""
    if let stream { text += " strm=0x\(String(stream.uniqueID, radix: 16))" }
    if let frontend = session.listener?.frontend.name { text += " fe=\(frontend.latin1)" }
    if let backend = stream?.backend?.name { text += " be=\(backend.latin1)" }
    if let server = stream?.server?.name { text += " srv=\(server.latin1)" }
    if verbosity.rawValue >= TraceVerbosity.simple.rawValue {
      text += " src=\(ReportText.address(session.peer))"
    }
    return text
  }
}
