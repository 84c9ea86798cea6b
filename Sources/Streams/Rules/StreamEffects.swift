import Cache
import Configuration
import HTTP
import Memory
import Primitives
import Rules
import Samples

/// What rules have changed about how a stream is treated.
struct StreamEffects {
  /// `set-nice`
  var nice: Int?
  /// `set-priority-class`, -2047...2047: streams of a lower one leave queues first.
  var priorityClass: Int64 = 0
  /// `set-priority-offset`: milliseconds by which it seems to have come later.
  var priorityOffset: Int64 = 0
  /// `set-dst`, `set-dst-port`
  var destination: Endpoint?
  /// `force-persist`: the server of a cookie or rule is taken though it is down.
  var forcesPersistence = false
  /// `ignore-persist`
  var ignoresPersistence = false
  /// `cache-use`: under what the answer is kept; the answer that a cache had; and the number of that cache.
  var cacheUse: CacheUse?
  var cacheHit: CachedResponse?
  var cacheNumber = 0
  /// The dates in the client's cookie (`maxidle`, `maxlife`), seconds since 1970; 0 for none.
  var cookieLastDate: Int64 = 0
  var cookieFirstDate: Int64 = 0
}

extension Stream {
  /// Lower ones get their turn first.
  var nice: Int { effects.nice ?? session?.listener?.nice ?? 0 }
}

extension Worker {
  /// The address that the stream's client connected to, as rules see it.
  func destination(of stream: Stream) -> Endpoint {
    stream.effects.destination ?? stream.session.map { localEndpoint(of: $0) } ?? .none
  }

  /// Where a stream stands in queues: its class first, then its time of arrival.
  func queuePriority(of stream: Stream) -> Int64 {
    (stream.effects.priorityClass + 2048) << 44 &+ loop.now &+ stream.effects.priorityOffset
  }

  /// Actions without an outcome of their own.
  func apply(_ action: RuleAction, _ stream: Stream, _ view: inout StreamLogView, _ options: EvaluationOptions) {
    switch action {
    case .setNice(let nice): stream.effects.nice = Int(nice)
    case .setTOS(let tos):
      guard let session = stream.session else { return }
      _ = session.connection.socket.setTypeOfService(UInt8(truncatingIfNeeded: tos), family: session.peer.family)
    case .setMark(let mark): _ = stream.session?.connection.socket.setMark(mark)
    case .editPatterns(let handle): editPatterns(handle, stream, &view)
    case .setPriority(let part, let expression):
      let mark = evaluator.arena.mark
      var sample = Sample()
      let status = evaluator.evaluate(expression, as: .integer, options, from: &view, into: &sample)
      evaluator.arena.reset(to: mark)
      guard status == .found, case .integer(let value) = sample.data else { return }
      switch part {
      case .level: stream.effects.priorityClass = max(-2047, min(2047, value))
      case .offset: stream.effects.priorityOffset = max(-524_287, min(524_287, value))
      }
    default: break
    }
  }

  /// The rules `force-persist` and `ignore-persist` of the backend: the first that holds decides.
  func applyPersistenceRules(_ stream: Stream, _ backend: BackendReplica) {
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    for rule in backend.rules.persistence where evaluator.evaluate(rule.condition, .final, from: &view) == .yes {
      if rule.isForced { stream.effects.forcesPersistence = true } else { stream.effects.ignoresPersistence = true }
      return
    }
  }

  /// `balance hash`: the sample as bytes.
  func hashKey(of stream: Stream, _ backend: BackendReplica) -> UInt32? {
    guard let expression = backend.balanceKey else { return nil }
    openVariables(stream)
    var view = StreamLogView(stream: stream, worker: self)
    let mark = evaluator.arena.mark
    defer { evaluator.arena.reset(to: mark) }
    var sample = Sample()
    guard evaluator.evaluate(expression, as: .binary, .final, from: &view, into: &sample) == .found,
      let key = sample.data.text
    else { return nil }
    return backend.balanceKeys.hash(sample: key)
  }

  /// `capture cookie`: the first cookie whose name begins as the setting says.
  func captureCookie(_ stream: Stream, _ rule: CookieCapture, isResponse: Bool) {
    let header: KnownHeader = isResponse ? .setCookie : .cookie
    var field = isResponse ? stream.response.find(header) : stream.request.find(header)
    while let i = field {
      let value = isResponse ? stream.response[i].value : stream.request[i].value
      var cookies = isResponse ? CookieIterator(response: value) : CookieIterator(request: value)
      while let cookie = cookies.next() {
        let text = value[cookie.name.lowerBound..<cookie.value.upperBound]
        if !text.hasPrefix(rule.name) { continue }
        stream.cookieCaptures.set(isResponse ? 1 : 0, text, rule.slots)
        return
      }
      field = isResponse ? stream.response.find(header, after: i) : stream.request.find(header, after: i)
    }
  }
}

/// `capture cookie` for the data path: one slot for the request, one for the answer.
final class CookieCapture {
  let name: Bytes
  let slots: [CaptureRule]
  init(_ setting: HeaderCapture) {
    name = Bytes(permanent: setting.name)
    slots = Array(repeating: CaptureRule(HeaderCapture(name: "", length: setting.length)), count: 2)
  }
}
