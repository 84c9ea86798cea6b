import ConfigSyntax
import Configuration
import System

/// `log` and its companions in `global` (manual section 3.1).
let globalLogKeywords: [KeywordEntry] = [
  KeywordEntry("log", .global) { context, line in
    if line.prefix == .no {
      if !line[1].isEmpty { return context.alert("log : 'no log' does not expect arguments") }
      context.model.global.logTargets = []
      return
    }
    if line[1] == "global" && line[2].isEmpty {
      return context.alert("log : 'global' is not supported for a global syslog server")
    }
    if line[1].isEmpty || line[2].isEmpty {
      return context.alert("log : expects <address> and <facility>  as arguments")
    }
    do throws(LogLineError) {
      context.model.global.logTargets.append(try LogLineParsing.parse(line, at: context.location))
    } catch {
      switch error {
      case .invalid(let text): context.alert("log : \(text)")
      case .notImplemented(let what): context.refuse(what)
      }
    }
  },
  KeywordEntry("log-tag", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'log-tag' expects a tag for use in syslog.") }
    context.model.global.logTag = line[1]
  },
  KeywordEntry("log-send-hostname", .global) { context, line in
    if context.model.global.logSendHostname != nil { return context.alreadySpecified("log-send-hostname") }
    context.model.global.logSendHostname = line[1].isEmpty ? OwnProcess.hostName : line[1]
  },
]
