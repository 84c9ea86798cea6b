import Proxies
import Testing

@testable import HealthChecks

struct AgentReplyTests {
  @Test(arguments: [
    ("up\n", CheckVerdict(.layer7OK, info: "via agent : up")),
    ("UP\r", CheckVerdict(.layer7OK, info: "via agent : UP")),
    ("down # gone fishing\n", CheckVerdict(.layer7Status, info: "via agent : down (gone fishing)")),
    ("stopped\n", CheckVerdict(.layer7Status, info: "via agent : stopped")),
    ("up foo bar\n", CheckVerdict(.layer7OK, info: "via agent : up (foo)")),
    ("down foo # why\n", CheckVerdict(.layer7Status, info: "via agent : down (why)")),
    ("up#all well\n", CheckVerdict(.checked, info: "agent reports an error : up#all")),
    ("\n", CheckVerdict(.checked)),
  ])
  func verdicts(_ text: String, _ verdict: CheckVerdict) {
    #expect(AgentReply(Array(text.utf8))?.verdict(warning: nil) == verdict)
  }

  @Test func values() {
    let reply = AgentReply(Array("ready,up 50%\tMAXCONN:5\r\nrest".utf8))
    #expect(reply?.mode == .ready && reply?.weight == "50%" && reply?.maxConnections == "5")
    #expect(reply?.health == "up")
  }

  @Test func incomplete() {
    #expect(AgentReply(Array("up".utf8)) == nil)
    #expect(AgentReply([0, 1, 0xff, 10]) == nil)
  }

  @Test(arguments: [("50%", 50), ("999999999999999999999%", 256), ("7", 7), ("0%", 0)])
  func weights(_ word: String, _ weight: Int) {
    #expect(AgentNumber.weight(word, initial: 100, isDynamic: true) == .success(weight))
  }
  @Test func oddNumbers() {
    #expect(
      AgentNumber.weight("10.5%", initial: 1, isDynamic: true)
        == .failure(.init(text: "Trailing garbage in weight string")))
    #expect((try? AgentNumber.weight("50%", initial: 100, isDynamic: false).get()) == nil)
    #expect(AgentNumber.weight("100%", initial: 100, isDynamic: false) == .success(100))
    #expect(AgentNumber.limit("x") == .failure(.init(text: "maxconn string empty or preceded by garbage")))
    #expect(AgentNumber.limit("12") == .success(12))
  }
}
