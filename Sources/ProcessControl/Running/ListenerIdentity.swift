import Configuration

/// When a listening socket of one generation of the configuration is good for the next.
extension BindSettings {
  /// What of the line the socket itself was made with: sockets of the same text can take each other's place.
  func socketText(_ global: GlobalSettings) -> String {
    var place = "\(address)"
    if case .unix(let path) = address {
      let rights = (mode ?? global.unixBindMode, uid ?? global.unixBindUID, gid ?? global.unixBindGID)
      place = "unix \(global.unixBindPrefix ?? "")\(path) \(rights)"
    }
    let options = "\(transparent) \(tcpFastOpen) \(v4v6) \(v6only) \(deferAccept)"
    let numbers = "\(maxSegmentSize ?? 0) \(tcpUserTimeout ?? 0) \(threads)"
    return "\(place) \(interface ?? "") \(namespace ?? "") \(options) \(numbers)"
  }
  /// The same, with the kind of socket.
  func keptText(_ global: GlobalSettings, isDatagram: Bool) -> String {
    (isDatagram ? "datagrams " : "") + socketText(global)
  }
  /// What else must be the same, so that a connection that was made under the one goes on under the other.
  func connectionText(_ global: GlobalSettings, frontend: String) -> String {
    "\(frontend) \(socketText(global)) \(acceptProxy) \(acceptNetscalerCIP ?? 0) \(proto ?? "") \(tls)"
  }
}
