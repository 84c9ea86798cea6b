import Foundation
import Testing

@testable import LoadBalancing

/// What HAProxy 2.6.12 chose; WEIR_BALANCE_CAPTURE names a fresh capture instead.
private let captured: [CapturedScenario] = {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let kept = tests.appendingPathComponent("oracle/balance_captured.txt").path
  let path = ProcessInfo.processInfo.environment["WEIR_BALANCE_CAPTURE"] ?? kept
  return CapturedScenario.read((try? String(contentsOfFile: path, encoding: .utf8)) ?? "")
}()

struct OracleTests {
  @Test func captureIsThere() { #expect(captured.count > 50) }

  @Test(arguments: captured) func choosesTheServersOfTheOracle(_ scenario: CapturedScenario) {
    var replay = OracleReplay(scenario)
    for step in scenario.steps {
      let ours = replay.play(step)
      let length = step[0] == "picks" ? 4 : 2
      let theirs = step[0] == "picks" || step[0] == "hold" ? step.dropFirst(length).joined() : ""
      #expect(ours == theirs, "step \(step.prefix(length))")
    }
  }
}
