import ConfigSyntax
import Configuration
import System

/// `unix-bind [prefix p] [mode m] [user u] [uid n] [group g] [gid n]`: what unix sockets of `bind` lines start from.
enum UnixBindLine {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    var at = 1
    while !line[at].isEmpty {
      let value = line[at + 1]
      switch line[at] {
      case "prefix":
        if context.model.global.unixBindPrefix != nil {
          context.alertContinuing("unix-bind 'prefix' already specified. Continuing.")
          return
        }
        if value.isEmpty { return context.alert("unix_bind 'prefix' expects a path as an argument.") }
        context.model.global.unixBindPrefix = value
      case "mode": context.model.global.unixBindMode = UInt32(truncatingIfNeeded: CInteger.long(value, radix: 8).value)
      case "uid": context.model.global.unixBindUID = UInt32(truncatingIfNeeded: CInteger.leadingLong(value))
      case "gid": context.model.global.unixBindGID = UInt32(truncatingIfNeeded: CInteger.leadingLong(value))
      case "user":
        guard let id = OwnProcess.userID(named: value) else {
          return context.alert("'unix-bind' : '\(value)' unknown user.")
        }
        context.model.global.unixBindUID = id
      case "group":
        guard let id = OwnProcess.groupID(named: value) else {
          return context.alert("'unix-bind' : '\(value)' unknown group.")
        }
        context.model.global.unixBindGID = id
      default:
        return context.alert(
          "'unix-bind' only supports the 'prefix', 'mode', 'uid', 'gid', 'user' and 'group' options.")
      }
      at += 2
    }
  }
}
