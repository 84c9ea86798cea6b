import ConfigSyntax
import Configuration
import Primitives
import StickTables

/// `peers` sections (manual section 3.5). A section without the local peer is of no use to this process: it is removed
/// with a warning, as HAProxy does, but its tables stay.
extension LoadContext {
  func openPeers(_ line: ConfigLine) {
    let name = line[1]
    ruleState.tables.peersIndex = nil
    if name.isEmpty { return abort("missing name for peers section.") }
    guard checkArgumentCount(line, atMost: 1) else { return }
    if let bad = Self.invalidNameScalar(name) {
      return abort("character '\(bad)' is not permitted in 'peers' name '\(name)'.")
    }
    if let twin = model.peers.first(where: { $0.name == name })?.location {
      alertPlain(
        "Parsing [\(line.file):\(line.number)]: peers section '\(name)' has the same name as another peers section "
          + "declared at \(twin.file):\(twin.line).")
    }
    ruleState.tables.peersIndex = model.peers.count
    model.peers.append(PeersSettings(name: name, location: location))
    detach(ProxySettings(name: "(null)", location: location, capabilities: .listen))
  }

  func readInPeers(_ line: ConfigLine) {
    if ["peer", "server", "bind", "default-bind", "default-server", "log"].contains(line.keyword) {
      changePeers { $0.isEmpty = false }
    }
    switch line.keyword {
    case "peer", "server": readPeer(line)
    case "bind": readPeersBind(line)
    case "default-bind": readDefaultBind(line)
    case "default-server":
      if !line[1].isEmpty { changePeers { $0.hasParameters = true } }
      ServerLine.parse(self, line, .defaults)
    case "disabled": changePeers { $0.isDisabled = true }
    case "enabled": changePeers { $0.isDisabled = false }
    case "log": KeywordTables.shared.entry("log", in: .frontend)?.parse(self, line)
    case "table": readPeersTable(line)
    default: alert("unknown keyword '\(line.keyword)' in 'peers' section")
    }
  }

  private func changePeers(_ body: (inout PeersSettings) -> Void) {
    if let index = ruleState.tables.peersIndex { body(&model.peers[index]) }
  }

  private func readPeer(_ line: ConfigLine) {
    guard let index = ruleState.tables.peersIndex else { return }
    let name = line[1]
    if line.keyword == "peer" && model.peers[index].hasBind {
      return alert("mixing \"peer\" and \"bind\" line is forbidden")
    }
    let isLocal = name == (model.global.localPeer ?? options.localPeer) && !name.isEmpty
    if isLocal {
      if let first = model.peers[index].localPeer {
        return alert(
          "'peer \(name)' : local peer name already referenced at \(first.location.file):\(first.location.line). "
            + "\(name)")
      }
      proxy.name = name
    }
    let peer = PeersSettings.Peer(name: name, location: location)
    changePeers {
      $0.peers.append(peer)
      if isLocal { $0.localPeer = peer }
      if line.keyword == "peer" { $0.hasPeerLine = true }
    }
    if line[2].isEmpty { return }
    if isLocal && line.keyword == "server" {
      return alertAtPlace(
        "'server \(proxy.name)/\(name)' : unknown keyword '\(line[2])'. Hint: no address was expected for this server.")
    }
    if isLocal {
      do throws(AddressError) {
        _ = try AddressParsing.parse(line[2], [.resolveNow, .portMandatory, .portAllowed, .stream, .boundSocket])
      } catch {
        return alert("'peer \(name)' : \(error.text.droppingLastLineFeed)")
      }
      let bind = ConfigLine(
        file: line.file, number: line.number, words: ["bind", line[2]], columns: Array(line.columns.prefix(2)))
      BindLine.parse(self, bind)
    }
    if !line[3].isEmpty { changePeers { $0.hasParameters = true } }
    let before = proxy.servers.count
    ServerLine.parse(self, line, .server)
    if proxy.servers.count > before, let server = proxy.servers.last {
      if !isLocal, case .socket(.ip(let address, let port)) = server.address {
        changePeers { $0.peers[$0.peers.count - 1].endpoint = Endpoint(address, port: port != 0 ? port : server.port) }
      }
      if server.checkEnabled || server.agentEnabled {
        warning("'\(line.keyword) \(name)' : init_addr, resolvers, check and agent are ignored for peers.")
      }
    }
  }

  private func readPeersBind(_ line: ConfigLine) {
    guard let index = ruleState.tables.peersIndex else { return }
    if model.peers[index].hasPeerLine { return alert("mixing \"peer\" and \"bind\" line is forbidden") }
    if line[1].isEmpty { return }
    if let first = model.peers[index].bindLocation {
      return alert(
        "One listener per \"peers\" section is authorized but another is already configured at "
          + "[\(first.file):\(first.line)].")
    }
    changePeers {
      $0.hasBind = true
      $0.bindLocation = location
    }
    do throws(AddressError) {
      _ = try AddressParsing.parse(
        line[1], [.resolveNow, .portMandatory, .portAllowed, .portRange, .stream, .boundSocket])
    } catch {
      return alert("'bind \(line[1])' : \(error.text.droppingLastLineFeed)")
    }
    if !line[2].isEmpty { changePeers { $0.hasParameters = true } }
    BindLine.parse(self, line)
  }

  private func readDefaultBind(_ line: ConfigLine) {
    if !line[1].isEmpty { changePeers { $0.hasParameters = true } }
    guard let first = BindOption.byName[line[1]] == nil ? line[1] : nil, !first.isEmpty else { return }
    let advice = WordSimilarity.bestMatch(for: first, among: BindOption.all.map(\.name))
    let tail = advice.map { "; did you mean '\($0)' maybe ?" } ?? "."
    alert("'default-bind \(first)' in section 'peers': unknown keyword '\(first)'\(tail)")
  }

  private func readPeersTable(_ line: ConfigLine) {
    guard let index = ruleState.tables.peersIndex else { return }
    let section = model.peers[index].name
    let name = line[1]
    var reading = TableReading(
      self, line, TableSettings(name: "\(section)/\(name)", peerName: "/\(name)"), at: 2, inPeers: true)
    guard reading.read() else { return }
    reading.settings.peers = index
    StickTableLine.add(reading, self, "peers '\(section)'")
  }

  func closePeers() {
    changePeers { $0.binds = proxy.binds }
    ruleState.tables.peersIndex = nil
    detach(ProxySettings(name: "", location: SourceLocation(), capabilities: []))
  }

  /// Looked at when all is read.
  func finishPeers() {
    let local = model.global.localPeer ?? options.localPeer
    for (index, peers) in model.peers.enumerated() {
      if peers.isDisabled || peers.localPeer == nil {
        for table in model.tables.indices where model.tables[table].peers == index { model.tables[table].peers = nil }
      }
      if peers.isDisabled { continue }
      if peers.localPeer == nil {
        warningPlain("Removing incomplete section 'peers \(peers.name)' (no peer named '\(local)').")
      } else if peers.hasParameters && peers.peers.count > 1 {
        alertPlain(
          "parsing [\(peers.location.file):\(peers.location.line)] : parameters of peers, as in section 'peers "
            + "\(peers.name)', are not implemented by Weir yet.")
      }
    }
  }
}
