import Testing

@testable import EventLoop

@Suite struct TimerWheelTests {
  @Test func firesOnceAtItsDeadline() {
    for distance: Int64 in [1, 2, 255, 256, 257, 1000, 65535, 65536, 70000, 300_000] {
      for start: Int64 in [0, 1, 250, 65530, 123_456] {
        var wheel = TimerWheel(now: start)
        let slot = wheel.allocate(token: 7)
        wheel.arm(slot, at: start + distance)
        var expired: [UInt64] = []
        wheel.advance(to: start + distance - 1, expired: &expired)
        #expect(expired.isEmpty, "early: \(distance) from \(start)")
        wheel.advance(to: start + distance, expired: &expired)
        #expect(expired == [7], "\(distance) from \(start)")
      }
    }
  }

  @Test func movingLaterAndEarlier() {
    var wheel = TimerWheel(now: 0)
    let slot = wheel.allocate(token: 1)
    var expired: [UInt64] = []
    wheel.arm(slot, at: 100)
    wheel.arm(slot, at: 5000)
    wheel.advance(to: 4999, expired: &expired)
    #expect(expired.isEmpty)
    wheel.arm(slot, at: 5500)
    wheel.arm(slot, at: 5001)
    wheel.advance(to: 5001, expired: &expired)
    #expect(expired == [1])
  }

  @Test func waitIsNeverLate() {
    var wheel = TimerWheel(now: 0)
    let slot = wheel.allocate(token: 1)
    wheel.arm(slot, at: 700)
    var expired: [UInt64] = []
    var time: Int64 = 0
    while expired.isEmpty {
      let step = wheel.wait(limit: 1000)
      #expect(step > 0 && time + step <= 700)
      time += step
      wheel.advance(to: time, expired: &expired)
    }
    #expect(time == 700)
  }

  @Test func whatIsDueAtOnceComesInOrder() {
    for distance: Int64 in [3, 300, 70000] {
      var wheel = TimerWheel(now: 250)
      for token in 0..<9 { wheel.arm(wheel.allocate(token: UInt64(token)), at: 250 + distance) }
      var expired: [UInt64] = []
      wheel.advance(to: 250 + distance, expired: &expired)
      #expect(expired == Array(0..<9))
    }
  }

  @Test func releasedSlotsNeverFire() {
    var wheel = TimerWheel(now: 0)
    let slots = (0..<50).map { wheel.allocate(token: UInt64($0)) }
    for s in slots { wheel.arm(s, at: 10) }
    for s in slots where s % 2 == 0 { wheel.release(s) }
    var expired: [UInt64] = []
    wheel.advance(to: 20, expired: &expired)
    #expect(expired.count == 25 && expired.allSatisfy { $0 % 2 == 1 })
  }
}
