import Configuration

/// What of HAProxy's configuration language is there, as a page of the documentation (`docs/support.md`).
public enum SupportPage {
  public static var text: String {
    var page = """
      # What of HAProxy 2.6's configuration is there

      Made by `weir -dKsupport -q -c -f /dev/null`. A keyword that is not there yet is an error that says so, never
      ignored; one that HAProxy itself has removed gets HAProxy's message.


      """
    page += section("`global`", there: there(.global).subtracting(dormant), known: known(.global), dormant: dormant)
    page += section(
      "`defaults`, `frontend`, `backend`, `listen`", there: there(.listen), known: known(.listen))
    page += section(
      "`option` in proxies", there: switches.union(specials),
      known: switches.union(specials))
    page += section(
      "Options of `bind` lines",
      there: Set((bindOptions + bindThreadOptions + bindTLSOptions).map(\.name)).subtracting(refusedBinds),
      known: Set(BindOption.all.map(\.name)))
    page += section(
      "Options of `server` lines", there: Set(ServerOptionNames.implementedOnServers),
      known: Set(ServerOption.all.map(\.name)))
    let sections = Set(SectionKind.allCases.map(\.rawValue))
    return page
      + section("Sections", there: sections.subtracting([SectionKind.fcgiApp.rawValue]), known: sections)
  }

  /// Keywords of `global` whose values nothing acts on.
  private static var dormant: Set<String> {
    let actedOn: Set<String> = [
      "h2-workaround-bogus-websocket-clients", "maxcompcpuusage", "maxcomprate", "tune.comp.maxlevel",
      "tune.h2.header-table-size", "tune.h2.initial-window-size", "tune.h2.max-concurrent-streams",
      "tune.h2.max-frame-size",
    ]
    let kept = Set(globalDormantKeywords.map(\.name))
    return kept.subtracting(actedOn)
  }
  private static var refusedBinds: Set<String> { UnservedKeywords.binds }
  private static var switches: Set<String> {
    Set(SwitchOption.all.map(\.name)).subtracting(UnservedKeywords.options)
  }
  private static var specials: Set<String> { Set(OptionLine.special.keys) }

  private static func there(_ kind: SectionKind) -> Set<String> {
    Set(KeywordListing.names(of: kind)).subtracting(kind == .global ? [] : UnservedKeywords.proxies)
  }

  /// Without what HAProxy has removed.
  private static func known(_ kind: SectionKind) -> Set<String> {
    let gone = Set(proxyRemovedKeywords.map(\.name) + ["nbproc", "tune.chksize"])
    return Set(KeywordCatalogue.names(in: kind)).subtracting(gone)
  }

  private static func section(
    _ title: String, there: Set<String>, known: Set<String>, dormant: Set<String> = []
  ) -> String {
    let missing = known.subtracting(there).subtracting(dormant)
    var text = "## \(title)\n\nThere (\(there.count)):\n\n\(list(there))\n"
    if !dormant.isEmpty {
      text += "\nChecked and kept, with nothing here that they act on (\(dormant.count)):\n\n\(list(dormant))\n"
    }
    if !missing.isEmpty { text += "\nNot there yet (\(missing.count)):\n\n\(list(missing))\n" }
    return text + "\n"
  }

  /// Names in lines of at most 100 columns.
  private static func list(_ names: Set<String>) -> String {
    var lines: [String] = []
    var line = ""
    for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let word = "`\(name)`"
      if !line.isEmpty && line.utf8.count + word.utf8.count + 1 > 100 {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? word : " " + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
