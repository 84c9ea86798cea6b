public import Memory
import Samples

/// A compiled log-format string (manual section 8.2.6): a flat list of nodes that is walked once per line.
public struct LogFormat: Sendable {
  struct Node: Sendable {
    enum Kind: UInt8 { case text, separator, alias, expression }
    var kind: Kind
    var alias = LogAlias.flagsForAll
    var flags: LogFieldFlags = []
    /// Of a text: where it starts in `texts`, and how long it is.
    var start = 0
    var count = 0
    var expression: Expression?
  }
  /// What never changes, in one object: copying a format counts one reference.
  private final class Content: Sendable {
    let nodes: [Node]
    let texts: Bytes
    let source: String
    let warnings: [String]
    let options: EvaluationOptions
    let needsEndOfStream: Bool

    init(nodes: [Node], texts: Bytes, source: String, warnings: [String], options: EvaluationOptions) {
      self.nodes = nodes
      self.texts = texts
      self.source = source
      self.warnings = warnings
      self.options = options
      needsEndOfStream = nodes.contains { $0.kind == .alias && $0.alias.needsEndOfStream }
    }
  }
  private var content: Content

  var nodes: [Node] { content.nodes }
  /// All literal text, one after the other.
  var texts: Bytes { content.texts }
  /// The string as it was written.
  public var source: String { content.source }
  /// What HAProxy warns about, without file and line.
  public var warnings: [String] { content.warnings }
  /// How the expressions are evaluated: for the request or for the response.
  var options: EvaluationOptions { content.options }

  /// `option logasap`: logged before the data are transferred, and totals carry a `+`.
  public var logsAsSoonAsPossible = false
  /// Some field is only known at the end of the stream.
  public var needsEndOfStream: Bool { content.needsEndOfStream }
  /// The line is written when the response headers (HTTP) or the server connection (TCP) are there.
  public var isLoggedEarly: Bool { logsAsSoonAsPossible || !needsEndOfStream }
  /// One piece of text only, without a percent sign that was doubled: what HAProxy takes for a name.
  public internal(set) var isPlain = false
  /// Some field tells of an HTTP request or answer.
  public internal(set) var needsHTTP = false
  public var isEmpty: Bool { nodes.isEmpty }
  /// The text, where the format is only text.
  public var constantText: Bytes? {
    nodes.isEmpty ? Bytes() : nodes.count == 1 && nodes[0].kind == .text ? texts : nil
  }

  /// A copy with storage of its own, for one worker.
  public func replica() -> LogFormat {
    var copy = self
    copy.content = Content(
      nodes: nodes.map { $0 }, texts: texts, source: source, warnings: warnings, options: options)
    return copy
  }

  init(nodes: [Node], texts: [UInt8], source: String, warnings: [String], options: EvaluationOptions) {
    content = Content(
      nodes: nodes, texts: Bytes(permanent: texts), source: source, warnings: warnings, options: options)
  }
}

/// What the process and its worker give to every line.
public struct LogContext: ~Copyable {
  public var clock = LogClock()
  /// `%H`.
  public let hostName: Bytes
  /// `%pid`.
  public let processID: Int
  public init(hostName: Bytes, processID: Int) {
    self.hostName = hostName
    self.processID = processID
  }
}

/// Why a string is no log-format; the description has HAProxy's words, without the final point.
public struct LogFormatError: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// What HAProxy warns about before it finds the error, without file and line.
  public internal(set) var warnings: [String] = []
  /// Some part before the error was read.
  public internal(set) var isStarted = false
  public init(_ description: String) { self.description = description }
}
