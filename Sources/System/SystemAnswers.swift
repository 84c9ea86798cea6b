import Glibc
import Memory

/// What the system answers while a configuration is read: contents of files and folders, kinds of paths, numbers of users
/// and groups, addresses of names. Noted in one process and given again in another, they let a process that has given up
/// its rights read a configuration, and nothing beside it.
public final class SystemAnswers: Sendable {
  struct Answer: Sendable {
    /// 0, or why there are no parts.
    var error: Int32 = 0
    var parts: [[UInt8]] = []
  }
  private struct State {
    var byQuestion: [[UInt8]: Answer] = [:]
    /// Where relative paths start, as far as it was changed.
    var folder = ""
    var hasGaps = false
  }
  private let state = Lock(State())
  private let isNoting: Bool

  /// Notes what the system answers.
  public init() { isNoting = true }

  /// Something was asked for that was not noted.
  public var hasGaps: Bool { state.withLock { $0.hasGaps } }
  func noteGap() { if !isNoting { state.withLock { $0.hasGaps = true } } }

  // MARK: - In use

  private struct Use: Sendable {
    let thread: pthread_t
    let answers: SystemAnswers
  }
  private static let inUse = Lock<Use?>(nil)

  /// Whatever the calling thread asks of the system in `body` is noted, or answered from what was noted. For one thread
  /// of the process at a time.
  public func use<Result>(_ body: () -> Result) -> Result {
    Self.inUse.withLock { $0 = Use(thread: pthread_self(), answers: self) }
    defer { Self.inUse.withLock { $0 = nil } }
    return body()
  }
  static var ofThisThread: SystemAnswers? {
    inUse.withLock { use in
      guard let use, pthread_equal(use.thread, pthread_self()) != 0 else { return nil }
      return use.answers
    }
  }

  /// The answer to a question; `own` asks the system.
  func answer(to question: String, _ own: () -> Answer) -> Answer {
    let text = question.bytes
    if isNoting {
      let found = own()
      state.withLock { $0.byQuestion[Self.key(text, $0.folder)] = found }
      return found
    }
    return state.withLock { state in
      if let known = state.byQuestion[Self.key(text, state.folder)] { return known }
      state.hasGaps = true
      return Answer(error: EACCES)
    }
  }
  private static func key(_ question: [UInt8], _ folder: String) -> [UInt8] {
    question + [0] + folder.bytes
  }

  /// The answer to a question that has one part, or fails.
  func bytes(_ question: String, _ own: () throws(SystemError) -> [UInt8]) throws(SystemError) -> [UInt8] {
    try parts(question) { () throws(SystemError) in [try own()] }.first ?? []
  }
  func parts(_ question: String, _ own: () throws(SystemError) -> [[UInt8]]) throws(SystemError) -> [[UInt8]] {
    let found = answer(to: question) {
      do throws(SystemError) { return Answer(parts: try own()) } catch { return Answer(error: error.code) }
    }
    if found.error != 0 { throw SystemError(code: found.error) }
    return found.parts
  }
  /// The answer to a question that has a number, or none.
  func number(_ question: String, _ own: () -> UInt32?) -> UInt32? {
    let found = answer(to: question) {
      Answer(
        parts: own().map { number in [[24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }] } ?? [])
    }
    return found.parts.first?.reduce(0) { $0 << 8 | UInt32($1) }
  }
  /// Another folder is where relative paths start from now on. False: there is none.
  func changeFolder(_ path: String, _ own: () -> Bool) -> Bool {
    let found = answer(to: "enter \(path)") { own() ? Answer() : Answer(error: errno == 0 ? ENOENT : errno) }
    if found.error != 0 {
      errno = found.error
      return false
    }
    state.withLock { $0.folder = path.hasPrefix("/") ? path : $0.folder + "/" + path }
    return true
  }

  // MARK: - On the way

  /// What was noted, for another process.
  public var encoded: [UInt8] {
    var bytes: [UInt8] = []
    func append(_ number: Int) { bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    func append(_ text: [UInt8]) {
      append(text.count)
      bytes += text
    }
    for (question, answer) in state.withLock({ $0.byQuestion }) {
      append(question)
      append(Int(answer.error))
      append(answer.parts.count)
      for part in answer.parts { append(part) }
    }
    return bytes
  }

  /// What another process noted; nil where it cannot be that.
  public init?(encoded: [UInt8]) {
    isNoting = false
    var rest = encoded[...]
    func number() -> Int? {
      if rest.count < 4 { return nil }
      defer { rest = rest.dropFirst(4) }
      return rest.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func text() -> [UInt8]? {
      guard let count = number(), rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    var found: [[UInt8]: Answer] = [:]
    while !rest.isEmpty {
      guard let question = text(), let error = number(), let count = number() else { return nil }
      var answer = Answer(error: Int32(truncatingIfNeeded: error))
      for _ in 0..<count {
        guard let part = text() else { return nil }
        answer.parts.append(part)
      }
      found[question] = answer
    }
    let answers = found
    state.withLock { $0.byQuestion = answers }
  }
}

/// Text whose scalars are bytes (see ConfigSyntax).
extension String {
  init(bytes: [UInt8]) { self.init(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })) }
  var bytes: [UInt8] { unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
}
