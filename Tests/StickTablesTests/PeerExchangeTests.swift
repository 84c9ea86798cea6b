import Memory
import Testing

@testable import StickTables

@Suite struct PeerExchangeTests {
  private func table(_ keyType: TableKeyType = .string, _ length: Int = 8) -> StickTable {
    var settings = TableSettings(name: "t", peerName: "t")
    settings.keyType = keyType
    settings.keyLength = length
    settings.size = 100
    settings.expire = 1000
    settings.peers = 0
    settings.layout.add(.serverID)
    settings.layout.add(.gpc, count: 2)
    settings.layout.add(.requestRate, period: 500)
    settings.layout.add(.currentConnections)
    settings.layout.add(.bytesInCount)
    settings.layout.add(.serverKey)
    return StickTable(settings, seed: 1)
  }
  private var form: PeerTableForm {
    var form = PeerTableForm()
    for type in [TableDataType.serverID, .gpc, .requestRate, .currentConnections, .bytesInCount, .serverKey] {
      form.types |= 1 << UInt64(type.rawValue)
    }
    form.counts[Int(TableDataType.gpc.rawValue)] = 2
    return form
  }

  @Test(arguments: [0, 1, 239, 240, 241, 0x1234, 2287, 2288, 264_431, 264_432, .max] as [UInt64])
  func numbersComeBack(_ value: UInt64) {
    var bytes: [UInt8] = []
    PeerNumber.append(value, to: &bytes)
    var at = 0
    #expect(PeerNumber.read(bytes[...], &at) == value)
    #expect(at == bytes.count)
    for end in 0..<bytes.count {
      var at = 0
      #expect(PeerNumber.read(bytes[..<end], &at) == nil)
    }
  }
  @Test func theExampleOfTheProtocol() {
    var bytes: [UInt8] = []
    PeerNumber.append(0x1234, to: &bytes)
    #expect(bytes == [0xf4, 0x94, 0x01])
  }

  @Test func whatOneTellsTheOtherLearns() throws {
    let names = ServerNames()
    let (from, to) = (table(), table())
    let key = Bytes(permanent: "client")
    let slot = try #require(from.track(key, now: 100))
    from.count(slot, .gpc, .gpcRate, element: 1, now: 100)
    from.count(slot, .requestCount, .requestRate, now: 100)
    from.count(slot, .bytesInCount, .bytesInRate, by: 5_000_000_000, now: 100)
    from.setServer(of: key, id: 3, name: names.number(of: Bytes(permanent: "s3")), now: 100)
    var (tx, rx) = (PeerNameCache(), PeerNameCache())
    // The second time the name is told by its place.
    for round in 0..<2 {
      let updates = from.updates(after: UInt32(round), limit: 10, &tx, names, now: 200)
      #expect(updates.count == 1)
      let update = try #require(updates.first)
      #expect(update.timeLeft == 900)
      #expect(to.learn(update.keyAndData[...], form, timeLeft: update.timeLeft, &rx, names, now: 5000))
      #expect(to.value(of: key, .serverID, now: 5000) == .value(3))
      #expect(to.value(of: key, .gpc, element: 1, now: 5000) == .value(1))
      #expect(to.value(of: key, .requestRate, now: 5000) == .value(1))
      #expect(to.value(of: key, .bytesInCount, now: 5000) == .value(5_000_000_000))
      #expect(to.value(of: key, .currentConnections, now: 5000) == .value(0))
      #expect(to.server(of: key, now: 5000).flatMap { names.name($0.name)?.latin1 } == "s3")
      if round == 0 { from.set(slot, .serverID, to: 3, now: 100) }
    }
    // What was learned is not told back, what was used here is.
    #expect(to.lastUpdate == 1)
  }

  @Test func aChangeThatWaitsIsToldOnce() throws {
    let t = table()
    let slot = try #require(t.track(Bytes(permanent: "k"), now: 0))
    for _ in 0..<10 { t.count(slot, .gpc, .gpcRate, now: 0) }
    #expect(t.lastUpdate == 1)
    var cache = PeerNameCache()
    #expect(t.updates(after: 0, limit: 5, &cache, ServerNames(), now: 0).map(\.id) == [1])
    t.count(slot, .gpc, .gpcRate, now: 0)
    #expect(t.updates(after: 1, limit: 5, &cache, ServerNames(), now: 0).map(\.id) == [2])
  }

  @Test func brokenUpdatesChangeNothing() throws {
    let names = ServerNames()
    let from = table()
    from.setServer(of: Bytes(permanent: "x"), id: 1, name: names.number(of: Bytes(permanent: "name")), now: 0)
    var cache = PeerNameCache()
    let whole = try #require(from.updates(after: 0, limit: 1, &cache, names, now: 0).first).keyAndData
    for end in 0..<whole.count {
      let to = table()
      var cache = PeerNameCache()
      #expect(!to.learn(whole[..<end], form, timeLeft: nil, &cache, names, now: 0))
      #expect(to.count(now: 0) == 0)
    }
  }

  @Test func anyBytesAreSafe() {
    var seed: UInt64 = 42
    let to = table(.binary, 6)
    for _ in 0..<3000 {
      var bytes: [UInt8] = []
      for _ in 0..<Int(seed % 60) {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes.append(UInt8(truncatingIfNeeded: seed >> 56))
      }
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var cache = PeerNameCache()
      _ = to.learn(bytes[...], form, timeLeft: 10, &cache, ServerNames(), now: 0)
      #expect(to.count(now: 0) <= 100)
    }
  }

  @Test func updatesStayBounded() {
    let t = table()
    for i in 0..<20_000 { t.setServer(of: Bytes(permanent: "k\(i % 5000)"), id: 1, name: 0, now: Int64(i)) }
    #expect(t.state.withLock { $0.updates.items.count } < 2000)
  }
}
