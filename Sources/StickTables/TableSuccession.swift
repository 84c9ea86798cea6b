extension TableSettings {
  /// Whether a table of these settings can go on with the entries of one of `other`'s.
  public func holdsTheSame(as other: TableSettings) -> Bool {
    name == other.name && peerName == other.peerName && keyType == other.keyType && keyLength == other.keyLength
      && size == other.size && expire == other.expire && refusesWhenFull == other.refusesWhenFull
      && serverKey == other.serverKey && (peers == nil) == (other.peers == nil)
      && layout.types == other.layout.types
      && layout.types.allSatisfy {
        layout.count($0) == other.layout.count($0) && layout.period($0) == other.layout.period($0)
      }
  }
}
