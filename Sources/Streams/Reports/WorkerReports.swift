import EventLoop
import Memory
import Primitives
import Proxies

/// Answers to the runtime API's questions (`WorkerReport`).
extension Worker {
  /// How many streams or connections one answer describes at most: the worker must not stop its traffic for them.
  static var reportPiece: Int { 256 }

  /// Streams that wait for their turn.
  public var readyCount: Int { ready.count }

  func answer(_ report: WorkerReport) {
    switch report.question {
    case .sessions(let from, let detailed, let one): report.give(sessions(from, detailed: detailed, one: one))
    case .descriptors(let from, let one): report.give(descriptors(from, one: one))
    case .activity:
      var answer = WorkerReport.Answer()
      activity.roundTime = profile.roundMicroseconds
      answer.numbers = WorkerActivity.allCases.map { activity[$0] }
      report.give(answer)
    case .profile:
      var answer = WorkerReport.Answer()
      answer.numbers = profile.numbers
      report.give(answer)
    case .kill(let token):
      var answer = WorkerReport.Answer()
      answer.numbers = [killStream(token, .killed) ? 1 : 0]
      report.give(answer)
    case .thread: report.give(threadReport())
    case .pools:
      var answer = WorkerReport.Answer()
      answer.numbers = poolNumbers
      report.give(answer)
    case .tasks:
      var answer = WorkerReport.Answer()
      answer.numbers = [ready.count]
      report.give(answer)
    case .peers, .serviceDescriptors: peerQuestions.append(report)
    }
  }

  private func sessions(_ from: Int, detailed: Bool, one: UInt64?) -> WorkerReport.Answer {
    var answer = WorkerReport.Answer()
    var described = 0
    for place in max(0, from)..<max(from, streams.count) {
      let stream = streams[place]
      if stream.session == nil { continue }
      if let one, WorkerReport.streamNumber(worker: index, token: stream.token.bits) != one { continue }
      if described == Worker.reportPiece {
        answer.next = place
        break
      }
      described += 1
      answer.text += detailed ? SessionReport(stream, self).paragraph : SessionReport(stream, self).line
    }
    if answer.next == nil && one == nil { addFormer(to: &answer, detailed: detailed) }
    return answer
  }

  /// Three numbers for each `WorkerPool`.
  private var poolNumbers: [Int] {
    let objects: [(first: AnyObject?, all: Int, free: Int)] = [
      (serverConnections.first, serverConnections.count, freeServerConnections.count),
      (sessions.first, sessions.count, freeSessions.count), (streams.first, streams.count, freeStreams.count),
    ]
    let numbers = objects.flatMap { [$0.first.map { ObjectSize.bytes(of: $0) } ?? 0, $0.all, $0.all - $0.free] }
    return numbers + [buffers.bufferSize, buffers.allocated, buffers.inUse]
  }

  /// Streams that began under former configurations; as many of each as one piece may have.
  private func addFormer(to answer: inout WorkerReport.Answer, detailed: Bool) {
    for former in succession.former {
      for stream in former.streams.lazy.filter({ $0.session != nil }).prefix(Worker.reportPiece) {
        answer.text += detailed ? SessionReport(stream, former).paragraph : SessionReport(stream, former).line
      }
    }
  }

  private func threadReport() -> WorkerReport.Answer {
    var answer = WorkerReport.Answer()
    let busy = streams.lazy.filter { $0.session != nil }.count
    answer.text =
      "  Thread \(index + 1) : id=\(index) act=\(ready.isEmpty ? 0 : 1) glob=0 wq=1 rq=\(ready.count) tl=0 tlsz=0 "
      + "rqsz=\(ready.count)\n"
      + "      1/\(index + 1)    stuck=0 prof=\(profile.isOn ? 1 : 0) harmless=0 wantrdv=0\n"
      + "             sessions=\(activeSessions) streams=\(busy) idle_srv_conns=\(idleServerConnections)\n"
    return answer
  }
}

/// Addresses and times as `show sess` writes them.
enum ReportText {
  /// `ipv4` and its like: `tcpv4` for a connection.
  static func proto(_ endpoint: Endpoint) -> String {
    switch endpoint.family {
    case .ipv4: "tcpv4"
    case .ipv6: "tcpv6"
    case .unix: "unix_stream"
    case .none: "NONE"
    }
  }
  static func address(_ endpoint: Endpoint, unixID: Int = 1) -> String {
    switch endpoint.family {
    case .unix: return "unix:\(unixID)"
    case .none: return "?"
    case .ipv4, .ipv6: break
    }
    guard let address = endpoint.address else { return "?" }
    return "\(address):\(endpoint.port)"
  }
  /// The two largest units: `1h5m`, `49s`.
  static func span(_ milliseconds: Int64) -> String { DurationText.twoUnits(milliseconds: milliseconds) }
  /// The time until a deadline; nothing where there is none.
  static func until(_ deadline: Int64, _ now: Int64) -> String {
    deadline == TimerWheel.never ? "" : span(deadline &- now)
  }
  static func hex(_ number: UInt64) -> String { String(number, radix: 16) }
}
