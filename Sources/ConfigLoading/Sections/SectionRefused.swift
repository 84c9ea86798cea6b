import ConfigSyntax
import Configuration

/// Sections that Weir does not have yet: each is refused once, where it opens, and its lines are only looked at for
/// keywords that nobody knows.
extension LoadContext {
  func openRefusedSection(_ line: ConfigLine, _ kind: SectionKind) {
    let name = line[1]
    if name.isEmpty { return reportMissingName(kind) }
    if let bad = Self.invalidNameScalar(name), kind != .cache {
      let text = "character '\(bad)' is not permitted in '\(kind.rawValue)' name '\(name)'."
      return [.userlist, .fcgiApp].contains(kind) ? alertTight(text) : alert(text)
    }
    if [.userlist, .cache, .fcgiApp].contains(kind),
      !checkArgumentCount(line, atMost: 1)
    {
      return
    }
    alert("section '\(kind.rawValue)' is not implemented by Weir yet.")
  }

  private func reportMissingName(_ kind: SectionKind) {
    switch kind {
    case .userlist: alertTight("'userlist' expects <name> as arguments.")
    case .fcgiApp: alertTight("'fcgi-app' expects <name> as argument.")
    case .cache: abort("'cache' expects a <name> argument")
    default: abort("missing name for \(kind.rawValue) section.")
    }
  }

  func readInRefusedSection(_ line: ConfigLine, _ kind: SectionKind) {
    if KeywordCatalogue.knows(line.keyword, in: kind) { return }
    switch kind {
    case .userlist: alertTight("unknown keyword '\(line.keyword)' in 'users' section")
    case .fcgiApp: alertTight("unknown keyword '\(line.keyword)' in 'fcgi-app' section")
    default: alert("unknown keyword '\(line.keyword)' in '\(kind.rawValue)' section")
    }
  }
}
