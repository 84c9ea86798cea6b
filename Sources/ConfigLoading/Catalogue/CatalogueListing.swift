import Configuration
import Samples
import TLS

/// The lists of keywords that `-dK` prints, in HAProxy's layout. Where HAProxy lists what it has registered, these list
/// what is implemented here.
public enum KeywordListing {
  /// The classes that `-dKall` stands for, in its order.
  public static let classes = ["acl", "cfg", "cli", "cnv", "flt", "smp", "svc"]

  public static let help = """
    # List of supported keyword classes:
    all: list all keywords
    acl: ACL keywords
    cfg: configuration keywords
    cli: CLI keywords
    cnv: sample converter keywords
    flt: filter names
    smp: sample fetch functions
    svc: service names

    """

  /// A class's list; nil for a class that is not known here (`cli` is `CommandListing`).
  public static func text(ofClass name: String) -> String? {
    switch name {
    case "acl": list("# List of registered ACL keywords:", AccessListCatalogue.listing)
    case "cfg": list("# List of registered configuration keywords:", configuration)
    case "cnv":
      list(
        "# List of registered sample converter functions:",
        ConverterCatalogue.all.sorted { bytes($0.name, $1.name) }.map(\.listing))
    case "flt": list("# List of registered filter names:", ["cache [CACHE]", "compression [COMP]"])
    case "smp":
      list(
        "# List of registered sample fetch functions:",
        checkPointLegend + FetchCatalogue.all.sorted { bytes($0.name, $1.name) }.map(\.listing))
    case "svc": list("# List of registered service names:", ["prometheus-exporter"])
    default: nil
    }
  }

  private static func list(_ title: String, _ lines: [String]) -> String {
    ([title] + lines).map { $0 + "\n" }.joined()
  }

  private static func bytes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

  private static var configuration: [String] {
    var lines = ["global"] + names(of: .global).map { "\t" + $0 }
    lines.append("listen")
    lines += names(of: .listen).map { "\t" + $0 }
    lines += (bindOptions + bindThreadOptions).map(\.name).sorted(by: bytes).map {
      "\tbind <addr> \($0)\(OptionArity.ofBind($0))"
    }
    lines += bindTLSOptions.map(\.name).filter { $0 != "ssl" }.sorted(by: bytes).map {
      "\tbind <addr> ssl \($0)\(OptionArity.ofBind($0))"
    }
    let servers = Set(ServerOptionNames.implementedOnServers)
    lines += servers.sorted(by: bytes).map { "\tserver <name> <addr> \($0)\(OptionArity.ofServer($0))" }
    lines += SwitchOption.all.sorted { bytes($0.name, $1.name) }.map { option in
      let sides = [
        option.capability.contains(.frontend) ? "FE " : "", option.capability.contains(.backend) ? "BE " : "",
        option.needsHTTP ? "HTTP " : "",
      ]
      return "\toption \(option.name) [ \(sides.joined())]"
    }
    lines += actions(of: [.tcpConnection, .tcpSession, .tcpRequest, .tcpResponse])
    lines += actions(of: [.httpRequest, .httpResponse, .httpAfterResponse])
    lines += ["userlist", "peers", "crt-list"]
    return lines + certificateListOptions.map { "\t\($0)\(OptionArity.ofBind($0))" }
  }

  private static func actions(of lists: [RuleList]) -> [String] {
    lists.flatMap { list in
      list.actionNames.filter { !RuleList.unservedActions.contains($0) }
        .map { $0.hasSuffix("(*)") ? $0.dropLast(3) + "*" : $0 }.sorted(by: bytes).map { "\t\(list.rawValue) \($0)" }
    }
  }

  /// What may stand beside a certificate in a `crt-list`.
  private static let certificateListOptions = [
    "allow-0rtt", "alpn", "ca-file", "ca-verify-file", "ciphers", "ciphersuites", "crl-file", "curves", "ecdhe",
    "no-ca-names", "npn", "ssl-max-ver", "ssl-min-ver", "verify",
  ]

  /// The implemented keywords of a section; those that only tell that they are gone are none of them.
  static func names(of section: SectionKind) -> [String] {
    let gone = Set(proxyRemovedKeywords.map(\.name) + ["nbproc", "tune.chksize"])
    return KeywordTables.shared.names(in: section).filter { !gone.contains($0) }.sorted(by: bytes)
  }

  /// The column heads of the list of fetches, each pointing at its mark.
  private static var checkPointLegend: [String] {
    let points = CheckPoint.allCases
    var lines: [String] = []
    for (index, point) in points.enumerated() {
      let indent = String(repeating: " ", count: points.count + 1 - index)
      let bars = String(repeating: "/ ", count: index)
      let line = String(repeating: "-", count: points.count - index)
      lines.append("#\(indent)\(bars)_.\(line) \(point.name)")
    }
    lines.append("# " + String(repeating: "/ ", count: points.count) + " ")
    lines.append("# " + String(repeating: "| ", count: points.count))
    return lines
  }
}

/// Which options of `server` lines are there.
enum ServerOptionNames {
  static var implementedOnServers: [String] { ServerOption.all.map(\.name) }
}
