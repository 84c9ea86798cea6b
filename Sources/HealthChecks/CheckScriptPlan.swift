import Configuration

/// The script of a backend's checks with what every run would work out again. The checks of all its servers share it.
final class CheckScriptPlan: Sendable {
  struct Request: Sendable {
    let bytes: [UInt8]
    let asksForHead: Bool
  }
  /// An expectation, so that looking at it copies nothing.
  final class Expectation: Sendable {
    let expect: CheckExpect
    init(_ expect: CheckExpect) { self.expect = expect }
  }
  /// What a step is, without its details.
  enum StepKind: Sendable {
    case comment, variable, connect, send
    case expect(Expectation)
  }
  let script: CheckScript
  let isHTTP: Bool
  let kinds: [StepKind]
  /// By step: the bytes of a request of which all is known beforehand.
  private let requests: [Request?]
  /// Of each place in the script: whether the next exchange is ours.
  private let sendsNext: [Bool]

  /// `sendsState`: requests tell the server's state, which is another one each time.
  init(_ script: CheckScript, sendsState: Bool) {
    self.script = script
    isHTTP = script.language == .http
    kinds = script.steps.map { step in
      switch step {
      case .comment: .comment
      case .variable: .variable
      case .connect: .connect
      case .send: .send
      case .expect(let expect): .expect(Expectation(expect))
      }
    }
    requests = script.steps.map { step in
      guard !sendsState, case .send(let send) = step, case .request(let request) = send.content else { return nil }
      return Self.prepared(request)
    }
    sendsNext = (0...script.steps.count).map { place in
      guard let next = script.steps[place...].first(where: { $0.isExchange }) else { return true }
      if case .send = next { return true }
      return false
    }
  }

  /// The script of the checks of a backend; nil where they run a program.
  convenience init?(of backend: ProxySettings) {
    let check = backend.check
    switch check.kind {
    case .connect: self.init(CheckScript(), sendsState: false)
    case .tcpScript: self.init(CheckScript(steps: check.tcpRules, language: .tcp), sendsState: check.sendState)
    case .script: self.init(check.script, sendsState: check.sendState)
    case .http: self.init(check.httpScript, sendsState: check.sendState)
    case .external: return nil
    }
  }

  func request(at step: Int) -> Request? { step >= 0 && step < requests.count ? requests[step] : nil }

  /// Whether the first exchange after `step` (nil: of all) is one of ours, or there is none.
  func talksFirst(after step: Int?) -> Bool {
    let place = step.map { $0 + 1 } ?? 0
    return place >= sendsNext.count || sendsNext[place]
  }

  /// nil where some part is made anew each time.
  private static func prepared(_ request: CheckRequest) -> Request? {
    func plain(_ text: CheckText) -> [UInt8]? { if case .plain(let bytes) = text { bytes } else { nil } }
    var made = CheckRequestText()
    made.method = request.method ?? made.method
    made.version = request.version ?? made.version
    if let uri = request.uri {
      guard let bytes = plain(uri) else { return nil }
      made.uri = bytes
    }
    if let body = request.body {
      guard let bytes = plain(body) else { return nil }
      made.body = bytes
    }
    for header in request.headers {
      guard let value = plain(header.value) else { return nil }
      made.headers.append((header.name, value))
    }
    return Request(bytes: made.bytes, asksForHead: made.method == "HEAD")
  }
}
