import ConfigSyntax
import Configuration

/// What a section does when it is opened, for each of its lines, and at its end.
extension LoadContext {
  func open(_ kind: SectionKind, _ line: ConfigLine) {
    section = kind
    sectionName = line[1].isEmpty ? kind.rawValue : line[1]
    switch kind {
    case .global: openGlobal(line)
    case .defaults, .frontend, .backend, .listen: openProxySection(line, kind)
    case .httpErrors: openHTTPErrors(line)
    case .userlist: openUserList(line)
    case .ring: openRing(line)
    case .resolvers: openResolvers(line)
    case .peers: openPeers(line)
    case .mailers: openMailers(line)
    case .program: openProgram(line)
    case .cache: openCache(line)
    case .logForward: openLogForward(line)
    case .namespaceList: break
    default: openRefusedSection(line, kind)
    }
  }

  func read(_ line: ConfigLine) {
    guard let section else {
      return alertTight("unknown keyword '\(line.keyword)' out of section.")
    }
    if section == .userlist { return readUserList(line) }
    if section == .ring { return readInRing(line) }
    if section == .resolvers { return readInResolvers(line) }
    if section == .peers { return readInPeers(line) }
    if section == .mailers { return readInMailers(line) }
    if section == .program { return readInProgram(line) }
    if section == .cache { return readInCache(line) }
    if section == .logForward { return readInLogForward(line) }
    if section == .namespaceList { return readInNamespaceList(line) }
    if !section.isProxy && section != .global && section != .httpErrors { return readInRefusedSection(line, section) }
    if section.isProxy && current == .none { return alert("'listen' or 'defaults' expected.") }
    if let entry = KeywordTables.shared.entry(line.keyword, in: section) {
      return entry.parse(self, line)
    }
    if KeywordCatalogue.knows(line.keyword, in: section) { return refuse(line, in: section) }
    reportUnknown(line, in: section)
  }

  /// A keyword that HAProxy has and Weir does not have yet.
  private func refuse(_ line: ConfigLine, in section: SectionKind) {
    alert("'\(line.keyword)' in section '\(section.rawValue)' is not implemented by Weir yet.")
  }

  private func reportUnknown(_ line: ConfigLine, in section: SectionKind) {
    let candidates = KeywordCatalogue.candidates(in: section)
    let advice = WordSimilarity.bestMatch(for: line.keyword, among: candidates).map { "; did you mean '\($0)' maybe ?" }
    alert("unknown keyword '\(line.keyword)' in '\(section.rawValue)' section\(advice ?? "")")
  }

  func close() {
    if section == .userlist { closeUserList() }
    if section == .ring { closeRing() }
    if section == .peers { closePeers() }
    if section == .cache { closeCache() }
    if section == .logForward { closeLogForward() }
    current = .none
    serversByID = [:]
  }
}
