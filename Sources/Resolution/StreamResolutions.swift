import Configuration
import DNS
public import EventLoop
import Primitives
public import Proxies

/// Names that streams ask for (`do-resolve`). A name is asked once for all that want it, and its addresses are known
/// for as long as `hold valid` says.
extension ResolverScheduler {
  /// More names than this are not asked for at a time.
  private static let limit = 4096

  public mutating func answer(_ questions: [NameQuestion], _ loop: inout EventLoop) {
    for question in questions { answer(question, &loop) }
  }

  private mutating func answer(_ question: NameQuestion, _ loop: inout EventLoop) {
    guard question.section >= 0, question.section < process.model.resolvers.count else { return reply(question, nil) }
    let name = question.name.lowercased()
    let type: DNSType = question.prefersVersion6 ? .aaaa : .a
    let known = resolutions.indices.first {
      resolutions[$0]?.section == question.section && resolutions[$0]?.name == name
        && resolutions[$0]?.preferred == type
    }
    if let i = known {
      let hold = Int64(process.model.resolvers[question.section].hold.valid)
      if !resolutions[i]!.isRunning, resolutions[i]!.status == .valid, let last = resolutions[i]!.lastValid,
        loop.now - last < hold
      {
        return reply(question, question.choose(among: resolutions[i]!.addresses))
      }
      resolutions[i]!.questions.append(question)
      if !resolutions[i]!.isRunning { loop.timers.arm(resolutions[i]!.slot, at: loop.now) }
      return
    }
    guard resolutions.count < Self.limit || resolutions.contains(where: { $0 == nil }) else {
      return reply(question, nil)
    }
    let i = add(name, question.section, type, &loop)
    resolutions[i]!.questions = [question]
  }

  /// Tells all who asked.
  mutating func tell(_ i: Int, _ addresses: [IPAddress]) {
    let questions = resolutions[i]!.questions
    resolutions[i]!.questions = []
    for question in questions { reply(question, question.choose(among: addresses)) }
  }

  private func reply(_ question: NameQuestion, _ address: IPAddress?) {
    guard question.stream.worker < process.mailboxes.count else { return }
    process.mailboxes[question.stream.worker].post(.resolved(question.stream.token, address))
  }
}
