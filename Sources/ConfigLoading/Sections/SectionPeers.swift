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
    ruleState.tables.peersBind = nil
    ruleState.tables.peersBindDefaults = []
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
    case "default-server": ServerLine.parse(self, line, .defaults)
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
    if line[2].isEmpty {
      var transport = proxy.defaultServer
      (transport.name, transport.location) = (name, location)
      changePeers { $0.peers[$0.peers.count - 1].transport = transport }
      return
    }
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
      listen(bind)
    }
    let before = proxy.servers.count
    ServerLine.parse(self, line, .server)
    if proxy.servers.count > before, let server = proxy.servers.last {
      changePeers { $0.peers[$0.peers.count - 1].transport = server }
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
    listen(line)
  }

  /// `default-bind` counts wherever it stands.
  private func listen(_ line: ConfigLine) {
    ruleState.tables.peersBind = line
    proxy.binds = []
    var words = line
    words.words += ruleState.tables.peersBindDefaults
    words.columns += ruleState.tables.peersBindDefaults.map { _ in 0 }
    BindLine.parse(self, words)
  }

  private func readDefaultBind(_ line: ConfigLine) {
    let words = Array(line.words.dropFirst())
    guard let first = words.first, !first.isEmpty else { return }
    // Read alone first: errors are those of this line.
    var options = BindOptionContext(
      context: self, title: "default-bind \(first)", cursor: OptionCursor(line: line, at: 1),
      settings: BindSettings(address: .ip(.v4(IPv4Address(bits: 0)), port: 0)), addressCount: 1, proxy: proxy,
      prefix: "'default-bind \(first)' in section 'peers'")
    guard BindLine.read(&options) else { return }
    ruleState.tables.peersBindDefaults += words
    if let bind = ruleState.tables.peersBind { listen(bind) }
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

  /// What HAProxy can make a peer's connection do, and this does not.
  private func refuseParameters(of peers: PeersSettings) {
    for bind in peers.binds where bind.acceptProxy || bind.acceptNetscalerCIP != nil {
      refuse(bind.acceptProxy ? "accept-proxy" : "accept-netscaler-cip", bind.location)
    }
    for peer in peers.peers where peer.name != peers.localPeer?.name {
      guard let transport = peer.transport else { continue }
      if transport.sendProxy != .none { refuse("send-proxy", peer.location) }
      if transport.socks4 != nil { refuse("socks4", peer.location) }
      if transport.serverNameText != nil && peer.serverName == nil {
        refuse("sni' other than 'str(<name>)", peer.location)
      }
    }
  }
  private func refuse(_ option: String, _ location: SourceLocation) {
    alertPlain("parsing [\(location.file):\(location.line)] : '\(option)' of a peer is not implemented by Weir yet.")
  }

  /// The TLS of the listener and of the way to each peer.
  private func buildTLS(_ index: Int) {
    let peers = model.peers[index]
    var proxy = ProxySettings(name: peers.localPeer?.name ?? "", location: peers.location, capabilities: .listen)
    proxy.binds = peers.binds
    proxy.servers = peers.peers.compactMap(\.transport)
    model.proxies.append(proxy)
    let validation = ProxyValidation(context: self, index: model.proxies.count - 1)
    for (place, server) in proxy.servers.enumerated() {
      var messages = ServerMessages(proxy: proxy, server: server, isNamed: false)
      ServerTLSValidation(validation: validation).run(place, &messages)
    }
    let local = proxy.servers.first { $0.name == peers.localPeer?.name }
    for place in peers.binds.indices {
      if let local, local.tls.isUsed != peers.binds[place].tls.isUsed {
        let place = peers.bindLocation ?? local.location
        let kinds = local.tls.isUsed ? "a non-SSL listener and a SSL server" : "a SSL listener and a non-SSL server"
        warningPlain(
          "Peers section '\(proxy.name)': local peer have \(kinds) configured at line "
            + "\(place.file):\(place.line).")
      }
      BindTLSValidation(validation: validation).run(place)
    }
    let built = model.proxies.removeLast()
    for place in peers.binds.indices { model.peers[index].binds[place].tlsListener = built.binds[place].tlsListener }
    var servers = built.servers[...]
    for place in peers.peers.indices where peers.peers[place].transport != nil {
      let transport = servers.removeFirst()
      model.peers[index].peers[place].transport = transport
      model.peers[index].peers[place].serverName = Self.constant(transport.serverNameText)
    }
  }
  /// The text in `str(text)`.
  private static func constant(_ expression: String?) -> String? {
    guard let expression, expression.hasPrefix("str("), expression.hasSuffix(")") else { return nil }
    let text = expression.dropFirst(4).dropLast()
    return text.contains { "\"'\\,()".contains($0) } ? nil : String(text)
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
      } else {
        buildTLS(index)
        refuseParameters(of: model.peers[index])
      }
    }
  }
}
