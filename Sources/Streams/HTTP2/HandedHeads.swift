import Connections
import HTTP
import HTTP1
import HTTP2
import Memory

/// Heads that pass between HTTP/2 and a stream as messages: they are not scanned for what is known of them already.
/// Whatever cannot be handed over goes as text through the link, which is always right.
extension Worker {
  /// From a client: the stream of a request begins, whose head was just written into the session's input.
  func beginExchange(_ own: Session, _ made: HTTP2Session) {
    let stream = startStream(own)
    stream.requestChannel.input = own.input.take()
    stream.requestParser.limits.acceptsInvalid = stream.frontend?.options.contains(.acceptInvalidHTTPRequest) == true
    stream.requestParser.limits.isFromHTTP2 = true
    stream.handedRequest = made.parseWritten(
      &stream.requestChannel.input, &stream.requestParser, into: &stream.request)
    startHTTP(stream)
  }

  /// To a client: the head of the answer. False: it has to be written.
  func handResponse(_ stream: Stream, _ framing: H1Framing) -> Bool {
    guard let session = stream.session, let carrier = session.carrier, let mux = carrier.mux, !framing.isTunnel,
      stream.responseChannel.output.isEmpty, let link = session.connection.streamLink, link.home == number
    else { return false }
    let isChunked = stream.response.majorVersion == 2 && framing.body == .chunked
    // The size of a first chunk that is not the last.
    let first = stream.responseChannel.input.readable.at(0) ?? 0
    let hasData = first > 0x30 && stream.responseChannel.deflater == nil
    guard
      mux.protocolSession.answer(
        over: link, stream.response, isChunked: isChunked, hasData: hasData, isParsed: !hasRules)
    else { return false }
    setDirty(carrier, mux)
    return true
  }

  /// To a server: the head of the request, which is in the output for the case that it has to be sent once more.
  func handRequest(_ stream: Stream) {
    guard let own = stream.serverConnection, let carrier = own.carrier, let mux = carrier.mux, carrier.stream == nil,
      !stream.requestFraming.wantsUpgrade, let link = own.connection.streamLink,
      mux.protocolSession.request(over: link, stream.request, isParsed: !hasRules)
    else { return }
    setDirty(carrier, mux)
    stream.requestChannel.output.consumeKeeping(stream.requestChannel.output.count)
    if !stream.requestChannel.isComplete { stream.requestChannel.isPinned = false }
    stream.requestBytesSent = true
    touchServer(stream)
  }

  /// From a server: the head that has just come for a stream, if that waits for nothing else.
  func takeHead(_ made: HTTP2Session, _ stream: HTTP2Stream, ends: Bool) {
    guard stream.user < serverConnections.count, let user = serverConnections[stream.user].stream,
      user.serverConnection === serverConnections[stream.user], user.isHTTP, user.connector == .established,
      user.responsePhase == .head, !user.inspectsResponse, !user.waitsInResponseRules, user.handedResponse == nil,
      user.responseChannel.input.isEmpty, stream.link.incoming.isEmpty, buffers.limit == nil,
      user.responseChannel.input.back(by: buffers)
    else { return made.takeHead(stream, ends: ends) }
    user.responseChannel.input.reset()
    user.responseParser.limits.acceptsInvalid = user.backend?.options.contains(.acceptInvalidHTTPResponse) == true
    switch made.takeHead(
      stream, ends: ends, into: &user.responseChannel.input, &user.responseParser, &user.response,
      method: user.sentMethod ?? user.request.method)
    {
    case .parsed(let result): user.handedResponse = result
    case .text: break
    case .none: user.responseChannel.input.release()
    }
  }
}
