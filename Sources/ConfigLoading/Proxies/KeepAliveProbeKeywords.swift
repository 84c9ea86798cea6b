import ConfigSyntax
import Configuration

/// `clitcpka-*` and `srvtcpka-*`: probes of TCP keep-alive (manual section 4.2).
let keepAliveProbeKeywords: [KeywordEntry] = [
  probe("clitcpka", .frontend, \.clientKeepAlive), probe("srvtcpka", .backend, \.serverKeepAlive),
].flatMap { $0 }

private func probe(
  _ stem: String, _ side: ProxyCapabilities, _ path: WritableKeyPath<ProxySettings, KeepAliveProbes> & Sendable
) -> [KeywordEntry] {
  [
    KeywordEntry("\(stem)-cnt", .proxies) { context, line in
      guard let value = KeepAliveProbeLines.count(context, line, side) else { return }
      context.proxy[keyPath: path].count = value
    },
    KeywordEntry("\(stem)-idle", .proxies) { context, line in
      guard let value = KeepAliveProbeLines.seconds(context, line, side) else { return }
      context.proxy[keyPath: path].idle = value
    },
    KeywordEntry("\(stem)-intvl", .proxies) { context, line in
      guard let value = KeepAliveProbeLines.seconds(context, line, side) else { return }
      context.proxy[keyPath: path].interval = value
    },
  ]
}

enum KeepAliveProbeLines {
  static func count(_ context: LoadContext, _ line: ConfigLine, _ side: ProxyCapabilities) -> Int? {
    let name = line.keyword
    if line[1].isEmpty {
      context.alert("'\(name)' expects an integer value")
      return nil
    }
    let (value, rest) = CInteger.long(line[1])
    if let odd = rest.unicodeScalars.first {
      context.alert("'\(name)' : unexpected character '\(odd)' in integer value '\(line[1])'")
      return nil
    }
    warn(context, name, side)
    return max(0, Int(Int32(clamping: value)))
  }

  static func seconds(_ context: LoadContext, _ line: ConfigLine, _ side: ProxyCapabilities) -> Int? {
    let name = line.keyword
    if line[1].isEmpty {
      context.alert("'\(name)' expects an integer value")
      return nil
    }
    switch context.time(line[1], in: .seconds) {
    case .value(let value):
      warn(context, name, side)
      return value
    case .unexpected(let scalar): context.alert("unexpected character '\(scalar)' in argument to <\(name)>.\n")
    case .overflow:
      context.alert(
        "timer overflow in argument '\(line[1])' to '\(name)' (maximum value is 2147483647 ms or ~24.8 days)")
    }
    return nil
  }

  private static func warn(_ context: LoadContext, _ name: String, _ side: ProxyCapabilities) {
    if context.proxy.accepts(side) { return }
    context.warning("\(name) will be ignored because \(context.proxy.title) has no \(side.name) capability")
  }
}
