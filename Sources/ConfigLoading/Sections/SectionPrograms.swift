import ConfigSyntax
import Configuration
import System

/// `program` sections (manual section 3.7).
extension LoadContext {
  func openProgram(_ line: ConfigLine) {
    if line[1].isEmpty { return abort("'program' expects an <id> argument") }
    if !line[2].isEmpty { return abort("'program' cannot handle unexpected argument '\(line[2])'.") }
    if model.programs.contains(where: { $0.name == line[1] }) {
      return abort(tight: "'\(line[1])' program section already exists in the configuration.")
    }
    model.programs.append(ProgramSettings(name: line[1]))
  }

  func readInProgram(_ line: ConfigLine) {
    let at = model.programs.count - 1
    if at < 0 { return }
    switch line.keyword {
    case "command":
      if line[1].isEmpty {
        return alertTight("'command' expects a command with optional arguments separated in words.")
      }
      model.programs[at].command = Array(line.arguments)
    case "user":
      if line[1].isEmpty { return alertTight("'user' expects a user name.") }
      guard checkArgumentCount(line, atMost: 1) else { return }
      model.programs[at].user = OwnProcess.userID(named: line[1])
      if model.programs[at].user == nil { alert("cannot find user id for '\(line[1])' (0:Success)") }
    case "group":
      if line[1].isEmpty { return alertTight("'group' expects a group name.") }
      guard checkArgumentCount(line, atMost: 1) else { return }
      model.programs[at].group = OwnProcess.groupID(named: line[1])
      if model.programs[at].group == nil { alert("cannot find group id for '\(line[1])' (0:Success)") }
    case "option":
      if line[1].isEmpty { return alertTight("'option' expects an option name.") }
      if line[1] != "start-on-reload" { return alert("unknown option '\(line[1])'.") }
      guard checkArgumentCount(line, atMost: 0, after: 1) else { return }
      model.programs[at].startsOnReload = line.prefix != .no
    default: alert("unknown keyword '\(line.keyword)' in 'program' section")
    }
  }
}
