import RuntimeAPI

/// What the master's socket answers itself (management manual, section 9.4.1).
enum MasterCommand: CaseIterable {
  case operatorLevel, reload, showLevel, showSockets, showProcesses, showVersion, userLevel, help, prompt, quit
  /// Which `help` does not tell of.
  case expertMode, experimentalMode, debugMode

  private var form: (words: [String], arguments: String, text: String) {
    switch self {
    case .operatorLevel: (["operator"], "", "go down to level operator in this session")
    case .reload: (["reload"], "", "read the configuration anew and replace the worker")
    case .showLevel: (["show", "cli", "level"], "", "tell the level of this session")
    case .showSockets: (["show", "cli", "sockets"], "", "list the sockets of the runtime API")
    case .expertMode: (["expert-mode"], "", "")
    case .experimentalMode: (["experimental-mode"], "", "")
    case .debugMode: (["mcli-debug-mode"], "", "")
    case .showProcesses: (["show", "proc"], "", "tell the master, its workers and how long they have run")
    case .showVersion: (["show", "version"], "", "tell the version of the process")
    case .userLevel: (["user"], "", "go down to level user in this session")
    case .help: (["help"], " [<command>]", "list the commands, all or those that match")
    case .prompt: (["prompt"], "", "toggle the interactive mode")
    case .quit: (["quit"], "", "disconnect")
    }
  }

  static func find(_ words: [String]) -> MasterCommand? { allCases.first { words.starts(with: $0.form.words) } }

  /// With the forms that name a process.
  static var names: [String] { forwarding.map(\.words[0]) + allCases.map { $0.form.words.joined(separator: " ") } }

  private static let forwarding = [
    CommandHelp.Entry("@!<pid>", "send a command to the process <pid>", words: ["@!<pid>"]),
    CommandHelp.Entry("@<relative pid>", "send a command to the worker of that number", words: ["@<relative pid>"]),
    CommandHelp.Entry("@master", "send a command to the master", words: ["@master"]),
  ]

  static let listing = CommandHelp(
    forwarding
      + allCases.filter { !$0.form.text.isEmpty }.map { command in
        let form = command.form
        return CommandHelp.Entry(
          form.words.joined(separator: " ") + form.arguments, form.text, words: form.words,
          isBasic: [.help, .prompt, .quit].contains(command))
      })
}
