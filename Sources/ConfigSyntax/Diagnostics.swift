import System

/// How grave a message is; the raw value is the label that stands before it.
public enum Severity: String, Sendable {
  case alert = "ALERT"
  case warning = "WARNING"
  case notice = "NOTICE"
  case diagnostic = "DIAG"
}

/// One message, without label and process id; the text may have several lines.
public struct Diagnostic: Sendable, Equatable {
  public let severity: Severity
  public let text: String
  public init(_ severity: Severity, _ text: String) {
    self.severity = severity
    self.text = text
  }
}

/// Collects the messages of start-up and writes each to the standard error output as it comes, in HAProxy's form:
/// `[ALERT]    (pid) : text`. The first alert or warning is preceded by notices of version and executable.
public final class Diagnostics {
  public private(set) var entries: [Diagnostic] = []
  /// Put before each text with ` : ` between: `config` while a configuration is read.
  public var context: String?
  /// Whether messages are written out; they are collected either way. Those of diagnostic mode always are.
  public var isPrinting: Bool
  /// `-V`: `quiet` in the configuration does not stop messages.
  public var isVerbose = false
  /// Diagnostic mode (`-dD`): messages of that severity exist only then.
  public var isDiagnosing = false
  /// How messages are shown.
  public enum Form: Sendable {
    /// As HAProxy's, byte for byte.
    case plain
    /// The source line and hints under each.
    case explained
    /// One JSON object a line.
    case json
  }
  public var form = Form.plain
  public let version: String
  /// What was written, as it stands there in plain form.
  public private(set) var written = ""
  private var hasIntroduced = false
  /// Whether version and executable have been told.
  public var isIntroduced: Bool { hasIntroduced }

  /// `version` is what the introducing notice shows.
  public init(version: String, printing: Bool) {
    self.version = version
    self.isPrinting = printing
  }

  public func alert(_ text: String) { add(.alert, text) }
  public func warning(_ text: String) { add(.warning, text) }
  public func notice(_ text: String) { add(.notice, text) }
  public func diagnostic(_ text: String) { if isDiagnosing { add(.diagnostic, text) } }

  public var warningCount: Int { entries.count { $0.severity == .warning } }
  public var alertCount: Int { entries.count { $0.severity == .alert } }

  private func add(_ severity: Severity, _ text: String) {
    // HAProxy prints C strings: a message ends at a NUL that an argument brought in.
    let text = String(String.UnicodeScalarView(text.unicodeScalars.prefix { $0 != "\0" }))
    let full = context.map { "\($0) : \(text)" } ?? text
    entries.append(Diagnostic(severity, full))
    guard isPrinting || severity == .diagnostic else { return }
    if form == .json {
      written += Self.line(severity, full)
      FileDescriptor.standardError.writeAll(MessageJSON.object(severity, full, Explanation(of: full)))
      return
    }
    if severity == .alert || severity == .warning { introduce() }
    write(severity, full)
    if form == .explained, let explanation = Explanation(of: full) {
      FileDescriptor.standardError.writeAll(explanation.lines)
    }
  }

  private func introduce() {
    if hasIntroduced { return }
    hasIntroduced = true
    write(.notice, "haproxy version is \(version)")
    write(.notice, "path to executable is \(OwnProcess.executablePath)")
  }

  private func write(_ severity: Severity, _ text: String) {
    let line = Self.line(severity, text)
    written += line
    FileDescriptor.standardError.writeAll(line)
  }
  private static func line(_ severity: Severity, _ text: String) -> String {
    let label = "[\(severity.rawValue)]"
    let padding = String(repeating: " ", count: max(11 - label.utf8.count, 1))
    return "\(label)\(padding)(\(OwnProcess.id)) : \(text)\n"
  }
}
