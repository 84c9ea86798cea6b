public import ConfigSyntax

/// What the command line asks for (management manual, section 3).
public struct CommandLineOptions: Sendable {
  public enum Action: Sendable, Equatable {
    case run
    /// `-c`: read the configuration and say whether it is valid.
    case check
    /// `-v`
    case version
    /// `-vv`
    case versionDetails
    /// `-cc`: whether a condition holds.
    case evaluate(String)
  }
  public enum OldProcessSignal: Sendable { case finish, terminate }

  public var action = Action.run
  /// `-f` and what follows `--`, in their order; folders not yet opened.
  public var paths: [String] = []
  /// `-C`
  public var directory: String?
  /// `-D`
  public var daemon = false
  /// Whether `daemon` in the configuration counts for nothing; `-D` always counts.
  public var staysInForeground: Bool { foreground || debug || notifiesService }
  /// `-db`: stay in the foreground whatever the configuration says.
  public var foreground = false
  /// `-d`: debug mode, which is also foreground and verbose.
  public var debug = false
  public var quiet = false
  public var verbose = false
  /// `-dD`
  public var diagnostic = false
  /// `-dW`: warnings are fatal.
  public var zeroWarning = false
  /// `-n`: total connections; overrides `maxconn`.
  public var maxConnections: Int?
  /// `-N`: connections of a proxy that sets none.
  public var proxyConnections: Int?
  /// `-m`: megabytes.
  public var memoryLimit: Int?
  public var pidFile: String?
  public var localPeer: String?
  /// `-sf`, `-st`: processes to signal once this one is ready.
  public var oldProcesses: [Int32] = []
  public var oldProcessSignal = OldProcessSignal.finish
  /// `-x`: stats socket of the old process to take listeners from.
  public var transferSocket: String?
  /// `-W`, `-Ws`: a master that watches over workers; whether it tells a service manager.
  public var masterWorker = false
  public var notifiesService = false
  /// `-S`: address and options of the master's socket.
  public var masterSocket: String?
  public var noEpoll = false
  public var noPoll = false
  public var noSplice = false
  public var noGetaddrinfo = false
  public var noReusePort = false
  public var noServerVerify = false
  /// `-dr`
  public var ignoresResolutionFailures = false
  /// `-dL`: the libraries that are loaded are listed once the configuration is read.
  public var listsLibraries = false
  /// `-dM`
  public var memoryDebugging = MemoryDebugging()
  /// `-dK`: classes of keywords to print once the configuration is read.
  public var dumpedClasses: [String] = []

  /// `--explain`, `--json`: how messages are shown; nil: as HAProxy's, explained on a terminal.
  public var messageForm: Diagnostics.Form?

  public init() {}

  /// Whether messages of start-up are shown.
  public var isTalking: Bool { !quiet || verbose || debug }
}

/// Why the command line cannot be followed.
public enum CommandLineError: Error, Equatable, Sendable {
  /// The usage is shown, after an alert if there is one.
  case usage(String?)
  /// Only an alert is shown.
  case alert(String)
  /// A text that was asked for is shown: no error.
  case text(String)
}

extension CommandLineOptions {
  /// Reads the words after the program's name.
  public init(arguments: [String]) throws(CommandLineError) {
    self.init()
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word.count > 1 else { throw .usage(nil) }
      if word == "--" {
        paths += rest
        break
      }
      if word == "--explain" || word == "--json" {
        messageForm = word == "--json" ? .json : .explained
        continue
      }
      try read(String(word.dropFirst()), &rest)
      if action == .version || action == .versionDetails { return }
      if case .evaluate = action { return }
    }
    if paths.isEmpty { throw .usage(nil) }
  }

  /// As in HAProxy, only the letters that tell options apart are looked at.
  private mutating func read(_ flag: String, _ rest: inout ArraySlice<String>) throws(CommandLineError) {
    switch flag.first {
    case "v": action = flag.hasPrefix("vv") ? .versionDetails : .version
    case "d": try readDebugOption(flag)
    case "c" where flag.hasPrefix("cc"):
      guard let condition = rest.popFirst() else { throw .usage(nil) }
      action = .evaluate(condition)
    case "c": action = .check
    case "V": verbose = true
    case "q": quiet = true
    case "D": daemon = true
    case "W":
      masterWorker = true
      if flag.hasPrefix("Ws") { notifiesService = true }
    case "s" where flag == "sf" || flag == "st": try readProcesses(flag, &rest)
    case "x":
      guard let path = rest.popFirst() else { throw .usage("Unix socket path expected with the -x flag\n") }
      transferSocket = path
    case "C": directory = try value(&rest)
    case "f": paths.append(try value(&rest))
    case "p": pidFile = try value(&rest)
    case "n": maxConnections = Self.number(try value(&rest))
    case "N": proxyConnections = Self.number(try value(&rest))
    case "m": memoryLimit = Self.number(try value(&rest))
    case "L": localPeer = try value(&rest)
    case "S":
      masterSocket = try value(&rest)
    default: throw .usage(nil)
    }
  }

  private func value(_ rest: inout ArraySlice<String>) throws(CommandLineError) -> String {
    guard let word = rest.popFirst() else { throw .alert("failed to copy argv.") }
    return word
  }

  private mutating func readDebugOption(_ flag: String) throws(CommandLineError) {
    switch flag.dropFirst().first {
    case "e": noEpoll = true
    case "p": noPoll = true
    case "S": noSplice = true
    case "G": noGetaddrinfo = true
    case "R": noReusePort = true
    case "V": noServerVerify = true
    case "W": zeroWarning = true
    case "D": diagnostic = true
    case "r": ignoresResolutionFailures = true
    case "b": foreground = true
    case "K": dumpedClasses += flag.dropFirst(2).split(separator: ",").map(String.init)
    case "L": listsLibraries = true
    case "M": try memoryDebugging.read(String(flag.dropFirst(2)))
    default: debug = true
    }
  }

  private mutating func readProcesses(_ flag: String, _ rest: inout ArraySlice<String>) throws(CommandLineError) {
    oldProcessSignal = flag == "sf" ? .finish : .terminate
    while let word = rest.first, !word.hasPrefix("-") {
      rest.removeFirst()
      let digits = word.prefix { $0.isASCII && $0.isNumber }
      guard digits.count == word.count else {
        throw .alert("-\(flag) option: some bytes unconsumed in PID list {\(word.dropFirst(digits.count))}")
      }
      guard let id = Int32(word), id > 0 else {
        throw .alert("-\(flag) option: (\(word)) is not a valid process id")
      }
      oldProcesses.append(id)
    }
  }

  /// C's `atol`: what follows the digits is not looked at.
  private static func number(_ text: String) -> Int {
    let isNegative = text.hasPrefix("-")
    let digits = text.dropFirst(isNegative ? 1 : 0).prefix { $0.isASCII && $0.isNumber }
    let value = Int(digits) ?? (digits.isEmpty ? 0 : .max)
    return isNegative ? -value : value
  }
}
