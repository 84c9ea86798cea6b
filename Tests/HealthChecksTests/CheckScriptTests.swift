import Configuration
import Testing

@testable import HealthChecks

struct CheckScriptTests {
  private static func send(_ uri: String) -> CheckScript.Step {
    var request = CheckRequest()
    request.uri = .plain(Array(uri.utf8))
    return .send(CheckSend(.request(request)))
  }
  private static func kinds(_ script: CheckScript) -> String {
    String(
      script.steps.map { step -> Character in
        switch step {
        case .connect: "c"
        case .send: "s"
        case .expect: "e"
        case .variable: "v"
        case .comment: "#"
        }
      })
  }

  @Test func whatIsImplied() {
    let connect = CheckScript.Step.connect(CheckConnect())
    let expect = CheckScript.Step.expect(CheckExpect(.status([200...200])))
    let cases: [([CheckScript.Step], String)] = [
      ([], "se"), ([expect], "se"), ([.comment("x"), expect], "s#e"), ([connect], "cse"),
      ([connect, expect], "cse"), ([Self.send("/a")], "se"),
      ([connect, Self.send("/a"), expect, connect, Self.send("/b")], "csecse"),
    ]
    for (rules, text) in cases {
      var settings = CheckSettings()
      settings.httpRules = rules
      #expect(Self.kinds(settings.httpScript) == text)
    }
  }

  @Test func chainsOfExpectations() {
    var not = CheckExpect(.string([1]))
    not.negate = true
    let yes = CheckScript.Step.expect(CheckExpect(.string([2])))
    let script = CheckScript(steps: [yes, .expect(not), .comment("x"), yes, Self.send(""), yes])
    #expect(CheckScheduler.head(of: 3, script) == 1)
    #expect(CheckScheduler.head(of: 1, script) == 1)
    #expect(CheckScheduler.head(of: 5, script) == 5)
    #expect(CheckScheduler.head(of: 0, script) == 0)
  }

  @Test func hexadecimal() {
    #expect(CheckScheduler.bytes(hexadecimal: Array("00fFa0".utf8)) == [0, 255, 160])
    #expect(CheckScheduler.bytes(hexadecimal: Array("0".utf8)) == nil)
    #expect(CheckScheduler.bytes(hexadecimal: Array("0g".utf8)) == nil)
  }
}
