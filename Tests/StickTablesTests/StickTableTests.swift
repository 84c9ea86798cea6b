import Memory
import Testing

@testable import StickTables

private func table(
  size: Int = 100, expire: Int64 = 0, refuses: Bool = false, peers: Int? = nil,
  _ types: [(TableDataType, Int, UInt32)] = []
) -> StickTable {
  var settings = TableSettings(name: "t", peerName: "t")
  settings.keyType = .string
  settings.keyLength = 8
  settings.size = size
  settings.expire = expire
  settings.refusesWhenFull = refuses
  settings.peers = peers
  for (type, count, period) in types { settings.layout.add(type, count: count, period: period) }
  return StickTable(settings, seed: 1)
}
private func key(_ number: Int) -> Bytes { Bytes(permanent: "k\(number)") }

@Suite struct StickTableTests {
  @Test func entriesAreFoundByTheirKeys() throws {
    let t = table([(.gpc0, 1, 0)])
    for i in 0..<50 {
      let slot = try #require(t.track(key(i), now: 1))
      t.set(slot, .gpc0, to: UInt64(i), now: 1)
      t.untrack(slot, now: 1)
    }
    #expect(t.count(now: 1) == 50)
    for i in 0..<50 { #expect(t.value(of: key(i), .gpc0, now: 2) == .value(UInt64(i))) }
    #expect(t.value(of: key(50), .gpc0, now: 2) == .noEntry)
    #expect(t.value(of: key(1), .gpc1, now: 2) == .notKept)
  }

  @Test func connectionsCountWhileTheyAreTracked() throws {
    let t = table([(.currentConnections, 1, 0), (.connectionCount, 1, 0)])
    let first = try #require(t.track(key(1), now: 1))
    let second = try #require(t.track(key(1), now: 1))
    #expect(first == second)
    #expect(t.trackers(first) == 2)
    #expect(t.value(first, .currentConnections, now: 1) == 2)
    t.untrack(first, now: 1)
    #expect(t.value(first, .currentConnections, now: 1) == 1)
    #expect(t.value(first, .connectionCount, now: 1) == 2)
    #expect(!t.remove(key(1), now: 1))
    t.untrack(second, now: 1)
    #expect(t.remove(key(1), now: 1))
    #expect(t.count(now: 1) == 0)
  }

  @Test func entriesExpireUnlessTheyAreUsed() throws {
    let t = table(expire: 1000, [(.gpc0, 1, 0)])
    let kept = try #require(t.track(key(1), now: 0))
    let idle = try #require(t.track(key(2), now: 0))
    t.untrack(idle, now: 0)
    #expect(t.timeLeft(of: key(2), now: 400) == 600)
    #expect(t.contains(key(2), now: 999))
    #expect(!t.contains(key(2), now: 1000))
    #expect(t.count(now: 5000) == 1)
    #expect(t.contains(key(1), now: 5000))
    t.untrack(kept, now: 5000)
    #expect(t.count(now: 5000) == 0)
  }

  @Test func aUseMakesAnEntryLiveLonger() throws {
    let t = table(expire: 1000, [(.gpc0, 1, 0)])
    let slot = try #require(t.hold(key(1), makes: true, now: 0))
    t.count(slot, .gpc0, .gpc0Rate, now: 900)
    t.release(slot, now: 900)
    #expect(t.contains(key(1), now: 1500))
    #expect(t.count(now: 1899) == 1)
    #expect(t.count(now: 1900) == 0)
  }

  @Test func theOldestMakeRoom() throws {
    let t = table(size: 10, [(.gpc0, 1, 0)])
    for i in 0..<10 { t.setServer(of: key(i), id: 0, name: 0, now: Int64(i)) }
    // The first was used again: it is not the oldest any more.
    t.setServer(of: key(0), id: 0, name: 0, now: 20)
    let held = try #require(t.hold(key(1), makes: false, now: 20))
    for i in 10..<13 { t.setServer(of: key(i), id: 0, name: 0, now: Int64(20 + i)) }
    #expect(t.count(now: 50) == 10)
    let gone = (0..<13).filter { !t.contains(key($0), now: 50) }
    #expect(gone == [2, 3, 4])
    t.release(held, now: 50)
  }

  @Test func aFullTableMayRefuse() throws {
    let t = table(size: 2, refuses: true)
    let one = try #require(t.track(key(1), now: 0))
    #expect(t.track(key(2), now: 0) != nil)
    #expect(t.track(key(3), now: 0) == nil)
    #expect(t.track(key(1), now: 0) == one)
  }

  @Test func arraysAndWideNumbers() throws {
    let t = table([(.gpc, 3, 0), (.bytesInCount, 1, 0), (.gpt, 2, 0)])
    let slot = try #require(t.track(key(1), now: 0))
    #expect(t.increment(slot, .gpc, .gpcRate, element: 2, now: 0) == 1)
    #expect(t.increment(slot, .gpc, .gpcRate, element: 2, now: 0) == 2)
    #expect(t.increment(slot, .gpc, .gpcRate, element: 3, now: 0) == nil)
    t.count(slot, .bytesInCount, .bytesInRate, by: 6_000_000_000, now: 0)
    t.set(slot, .gpt, element: 1, to: 7, now: 0)
    #expect(t.value(slot, .bytesInCount, now: 0) == 6_000_000_000)
    #expect(t.value(slot, .gpc, element: 0, now: 0) == 0)
    #expect(t.value(slot, .gpt, element: 1, now: 0) == 7)
    #expect(t.clear(slot, .gpc, element: 2, now: 0) == 2)
    #expect(t.value(slot, .gpc, element: 2, now: 0) == 0)
  }

  @Test func manyEntriesComeAndGo() {
    let t = table(size: 1000, expire: 100, [(.gpc0, 1, 0)])
    var now: Int64 = 0
    for round in 0..<20 {
      for i in 0..<300 { t.setServer(of: key(round * 300 + i), id: 1, name: 0, now: now) }
      #expect(t.count(now: now) <= 1000)
      now += 60
    }
    #expect(t.count(now: now) == 300)
    #expect(t.count(now: now + 100) == 0)
  }
}

@Suite struct PeriodCounterTests {
  @Test func theEstimateSlides() {
    var counter = PeriodCounter()
    for i in 0..<10 { counter.add(1, at: 100_000 + UInt32(i), period: 1000) }
    #expect(counter.rate(at: 100_500, period: 1000) == 10)
    #expect(counter.rate(at: 101_000, period: 1000) == 10)
    #expect(counter.rate(at: 101_500, period: 1000) == 5)
    #expect(counter.rate(at: 102_001, period: 1000) == 0)
    counter.add(4, at: 101_500, period: 1000)
    #expect(counter.rate(at: 101_500, period: 1000) == 9)
  }
  @Test func whatIsLongPastDoesNotCount() {
    var counter = PeriodCounter()
    counter.add(10, at: 5000, period: 1000)
    counter.add(1, at: 9000, period: 1000)
    #expect(counter.rate(at: 9000, period: 1000) == 1)
  }
  @Test func ticksMayWrap() {
    var counter = PeriodCounter()
    counter.add(10, at: .max - 100, period: 1000)
    #expect(counter.rate(at: 200, period: 1000) == 10)
    #expect(counter.rate(at: 1399, period: 1000) == 5)
  }
}
