import ConfigSyntax
import Configuration
import System

/// Keywords that change the environment that later lines, and programs started later, see.
let globalEnvironmentKeywords: [KeywordEntry] = [
  KeywordEntry("setenv", .global) { context, line in set(context, line, overwrite: true) },
  KeywordEntry("presetenv", .global) { context, line in set(context, line, overwrite: false) },
  KeywordEntry("unsetenv", .global) { context, line in
    if line[1].isEmpty { return context.alertTight("'unsetenv' expects at least one variable name.") }
    for name in line.arguments.prefix(while: { !$0.isEmpty }) {
      guard isName(name) else { return refuse(context, line.keyword, name) }
      OwnProcess.unsetEnvironment(name)
    }
  },
  KeywordEntry("resetenv", .global) { context, line in
    let kept = Set(line.arguments)
    for name in OwnProcess.environmentNames where !kept.contains(name) { OwnProcess.unsetEnvironment(name) }
  },
]

private func set(_ context: LoadContext, _ line: ConfigLine, overwrite: Bool) {
  if line[2].isEmpty { return context.alertTight("'\(line.keyword)' expects a name and a value.") }
  guard context.checkArgumentCount(line, atMost: 3) else { return }
  guard isName(line[1]) else { return refuse(context, line.keyword, line[1]) }
  OwnProcess.setEnvironment(line[1], line[2], overwrite: overwrite)
}

private func isName(_ name: String) -> Bool { !name.isEmpty && !name.unicodeScalars.contains("=") }

private func refuse(_ context: LoadContext, _ keyword: String, _ name: String) {
  context.alertTight("'\(keyword)' failed on variable '\(name)' : Invalid argument.")
}
