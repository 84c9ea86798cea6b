import ConfigSyntax
import Configuration
import Primitives

/// `log-forward` sections (manual section 3.10).
extension LoadContext {
  func openLogForward(_ line: ConfigLine) {
    let name = line[1]
    logForwardIndex = nil
    if name.isEmpty { return abort("missing name for ip-forward section.") }
    guard checkArgumentCount(line, atMost: 1) else { return }
    if let bad = Self.invalidNameScalar(name) {
      return abort("character '\(bad)' is not permitted in 'log-forward' name '\(name)'.")
    }
    if let twin = model.logForwards.first(where: { $0.name == name })?.location {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: log-forward section '\(name)' has the same name as another log-forward "
          + "section declared at \(twin.file):\(twin.line).")
    }
    if let twin = model.proxies.first(where: { $0.name == name && $0.capabilities.contains(.frontend) }) {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: log forward section '\(name)' has the same name as "
          + "\(Self.word(twin.capabilities)) '\(name)' declared at \(twin.location.file):\(twin.location.line).")
    }
    logForwardIndex = model.logForwards.count
    model.logForwards.append(LogForwardSettings(name: name, location: location))
    detach(ProxySettings(name: name, location: location, capabilities: .frontend))
  }

  func readInLogForward(_ line: ConfigLine) {
    switch line.keyword {
    case "bind": readForwardBind(line)
    case "dgram-bind": readDatagramBind(line)
    case "log", "maxconn", "backlog":
      if line.keyword == "backlog" && !checkArgumentCount(line, atMost: 1) { return }
      KeywordTables.shared.entry(line.keyword, in: .frontend)?.parse(self, line)
    case "timeout" where line[1] == "client": readForwardTimeout(line)
    case "timeout": alert("unknown keyword 'timeout \(line[1])' in log-forward section.")
    default: alert("unknown keyword '\(line.keyword)' in log-forward section.")
    }
  }

  private func readForwardBind(_ line: ConfigLine) {
    if line[1].isEmpty { return }
    do throws(AddressError) {
      _ = try BindLine.addresses(line[1], self)
    } catch {
      // A warning by its effect: HAProxy goes on without the listener, and ends where nothing else listens.
      return alert("'bind \(line[1])' : \(error.text.droppingLastLineFeed)")
    }
    BindLine.parse(self, line)
  }

  /// Options of `bind` may stand; those that are of no use to datagrams do nothing, as the manual says.
  private func readDatagramBind(_ line: ConfigLine) {
    if line[1].isEmpty { return }
    let start: [BindSettings]
    do throws(AddressError) {
      start = try BindLine.addresses(line[1], self, kind: [.datagram, .defaultDatagram])
    } catch {
      return alert("'dgram-bind \(line[1])' : \(error.text.droppingLastLineFeed)")
    }
    guard let first = start.first else { return }
    var options = BindOptionContext(
      context: self, title: "dgram-bind \(line[1])", cursor: OptionCursor(line: line, at: 2), settings: first,
      addressCount: start.count, proxy: proxy, prefix: "'dgram-bind \(line[1])' in section 'log-forward'")
    guard let logForwardIndex, readDatagramOptions(&options) else { return }
    for one in start {
      var settings = options.settings
      settings.address = one.address
      model.logForwards[logForwardIndex].datagramBinds.append(settings)
    }
  }
  private func readDatagramOptions(_ options: inout BindOptionContext) -> Bool {
    let cursor = options.cursor
    while options.cursor.at < cursor.line.count {
      let name = options.cursor.name
      if name.isEmpty { break }
      guard BindOption.byName[name] != nil else {
        let advice = WordSimilarity.bestMatch(for: name, among: BindOption.all.map(\.name))
        alert(
          "unknown keyword '\(name)' in 'log-forward' section\(advice.map { "; did you mean '\($0)' maybe ?" } ?? ".")")
        return false
      }
      guard BindLine.readOne(&options) else { return false }
    }
    return true
  }

  private func readForwardTimeout(_ line: ConfigLine) {
    if line[2].isEmpty { return alert("missing timeout client value.") }
    switch time(line[2]) {
    case .value(let value):
      if let logForwardIndex { model.logForwards[logForwardIndex].clientTimeout = value }
    case .unexpected(let scalar):
      abort("unexpected character '\(scalar)' in 'timeout client'")
    case .overflow:
      alert(
        "timeout : timer overflow in argument '\(line[2])' to 'timeout client' (maximum value is 2147483647 ms or "
          + "~24.8 days)")
    }
  }

  func closeLogForward() {
    guard let index = logForwardIndex else { return }
    model.logForwards[index].binds = proxy.binds
    model.logForwards[index].logTargets = proxy.logTargets
    if let limit = proxy.maxConnections { model.logForwards[index].maxConnections = limit }
    model.logForwards[index].backlog = proxy.backlog
    logForwardIndex = nil
    detach(ProxySettings(name: "", location: SourceLocation(), capabilities: []))
  }

  /// The checks that HAProxy makes of them with those of proxies.
  func finishLogForwards() {
    for index in model.logForwards.indices {
      let section = model.logForwards[index]
      if section.binds.isEmpty && section.datagramBinds.isEmpty {
        warningPlain(
          "frontend '\(section.name)' has no 'bind' directive. Please declare it as a backend if this was intended.")
      }
      for place in section.binds.indices where section.binds[place].tls.isUsed {
        var proxy = ProxySettings(name: section.name, location: section.location, capabilities: .frontend)
        proxy.binds = section.binds
        proxy.binds[place].written = "(null)"
        model.proxies.append(proxy)
        BindTLSValidation(validation: ProxyValidation(context: self, index: model.proxies.count - 1)).run(place)
        model.logForwards[index].binds[place].tlsListener = model.proxies.removeLast().binds[place].tlsListener
      }
    }
  }
}
