public import HTTP
public import Memory

/// Reads HTTP/1 request and response heads from a buffer, strictly (RFC 9112, RFC 9110), and prepares them for
/// forwarding: header names are lower-cased and folded lines unfolded in place, and what must not be forwarded is taken
/// out of the message (duplicate lengths and hosts, `close` and `keep-alive` options, orphaned upgrades).
///
/// It keeps its place between calls, so that a head that trickles in costs no more than one that comes at once. The
/// buffer must keep the bytes until the message has been used; when they move the parser starts over by itself.
/// The buffer's readable bytes must start with the message in each call until the head is complete.
public struct H1HeadParser: ~Copyable {
  public let kind: HTTPMessage.Kind
  public var limits: H1Limits
  /// Where the parser stands: `requestBefore` or `responseBefore` while no byte of a message has come.
  public internal(set) var state: H1State
  /// The byte at which parsing goes on.
  var position = 0
  /// Where the element that the state is about started.
  var mark = 0
  /// Header line: where the name ends, and where the line started.
  var nameEnd = 0
  var lineStart = 0
  var lines = 0
  var head = Bytes()
  var framing = H1Framing()
  /// Whether this reads trailers instead of a head.
  var isTrailer = false
  /// Request: the value of the first `Host`.
  var host = Bytes()
  var hostIndex = -1
  /// Its parts, where they are known without looking.
  var knownTarget: RequestTarget?
  /// Response: the method that it answers.
  var requestMethod = HTTPMethod.get
  var requestWantsUpgrade = false
  /// Where the checks of the complete head place their error.
  var errorOffset = 0

  public init(_ kind: HTTPMessage.Kind, limits: H1Limits = H1Limits()) {
    self.kind = kind
    self.limits = limits
    state = kind == .request ? .requestBefore : .responseBefore
  }

  /// Makes ready for the next message. To be called before each but the first.
  public mutating func reset() {
    state = kind == .request ? .requestBefore : .responseBefore
    position = 0
    lines = 0
    head = Bytes()
    framing = H1Framing()
    hostIndex = -1
    host = Bytes()
    knownTarget = nil
  }

  /// Whether a byte of a message has come, empty lines before it not counted.
  public var hasStarted: Bool { state != .requestBefore && state != .responseBefore && state != .requestBeforeCR }

  /// Reads on in a request head at the start of the readable bytes.
  public mutating func parseRequest(_ buffer: inout Buffer, into message: inout HTTPMessage) -> H1HeadResult {
    parse(&buffer, into: &message)
  }

  /// Reads on in a response head at the start of the readable bytes.
  /// - Parameters:
  ///   - method: of the request that this answers: HEAD has no body, CONNECT opens a tunnel with a 2xx.
  ///   - wantsUpgrade: whether that request was forwarded with an upgrade; without it a 101 is invalid.
  public mutating func parseResponse(
    _ buffer: inout Buffer, into message: inout HTTPMessage, method: HTTPMethod, wantsUpgrade: Bool
  ) -> H1HeadResult {
    requestMethod = method
    requestWantsUpgrade = wantsUpgrade
    return parse(&buffer, into: &message)
  }

  mutating func parse(_ buffer: inout Buffer, into message: inout HTTPMessage) -> H1HeadResult {
    let bytes = buffer.readable
    if position == 0 || !bytes.hasSameStart(as: head) || position > bytes.count {
      reset()
      message.reset(kind)
    }
    head = bytes
    let step = run(&buffer, bytes, &message)
    switch step {
    case .more:
      if bytes.count >= limits.maxHeadLength { return .invalid(H1Error(state: state, offset: bytes.count)) }
      return .needMore
    case .done: break
    case .error(let at, let status):
      return .invalid(H1Error(state: state, offset: at, status: status))
    }
    if position > limits.maxHeadLength { return .invalid(H1Error(state: state, offset: position)) }
    return settle(&buffer, &message)
  }

  /// What is settled once all lines have come; `position` is behind them.
  mutating func settle(_ buffer: inout Buffer, _ message: inout HTTPMessage) -> H1HeadResult {
    framing.headLength = position
    errorOffset = position
    let status = finishHead(&buffer, &message)
    if status != 0 { return .invalid(H1Error(state: state, offset: errorOffset, status: status)) }
    return .complete(framing)
  }

  enum Step {
    case more
    case done
    case error(at: Int, status: Int)
  }

  private mutating func run(_ buffer: inout Buffer, _ bytes: Bytes, _ message: inout HTTPMessage) -> Step {
    if state.rawValue < H1State.headerFirst.rawValue {
      let step = kind == .request ? requestLine(bytes, &message) : statusLine(bytes, &message)
      guard case .done = step else { return step }
      state = .headerFirst
    }
    return fields(&buffer, bytes, &message)
  }

  /// Remembers where to go on and asks for more.
  @inline(__always) mutating func wait(_ state: H1State, at position: Int) -> Step {
    self.state = state
    self.position = position
    return .more
  }
  @inline(__always) mutating func fail(_ state: H1State, at position: Int, status: Int = 400) -> Step {
    self.state = state
    return .error(at: position, status: status)
  }
}
