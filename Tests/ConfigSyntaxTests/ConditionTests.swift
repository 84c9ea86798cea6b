import System
import Testing

@testable import ConfigSyntax

struct ConditionTests {
  private static let facts = BuildFacts(
    compatibleVersion: "2.6.12", features: ["+EPOLL", "-LUA"], opensslVersion: "3.0.2")

  @Test(arguments: [
    ("", false), ("0", false), ("1", true), ("-1", true), ("00", false), ("0x10", true), ("!1", false), ("! !1", true),
    ("(1)", true), ("1 && 0", false), ("0 || 1", true), ("0 && 1 || 1", true), ("1 || 0 && 0", true),
    ("streq(a,a)", true), ("streq(a, a)", false), (#"streq("a,b",'a,b')"#, true), ("strneq(a,b)", true),
    ("feature(EPOLL)", true), ("feature(LUA)", false), ("feature(epoll)", false), ("version_atleast(2.6.12)", true),
    ("version_atleast(2.6.13)", false), ("version_before(2.7-dev1)", true), ("version_before(2.6-rc1)", false),
    ("version_atleast(2.6-dev9)", true), ("openssl_version_atleast(1.1)", true), ("openssl_version_before(3.0)", false),
    ("defined(WEIR_CONDITION_NONE)", false),
  ]) func values(text: String, expected: Bool) throws {
    #expect(try ConditionExpression.evaluate(text, facts: Self.facts) == expected)
  }

  @Test(arguments: [
    ("foo", "unparsable conditional expression 'foo'", 0), ("1 x", "unexpected character 'x' at the end of", 2),
    ("(1", "expected ')' after conditional expression '(1'", 0), ("1 &&", "unparsable conditional expression '&&'", 2),
    ("streq(a)", "missing arguments (got 1/2)", 7), ("streq(a,b,c)", "expected ')' before ',c)'", 9),
    ("!", "unparsable conditional expression '!'", 0), ("  ", "unparsable conditional sub-expression", 0),
  ]) func errors(text: String, message: String, offset: Int) {
    do {
      _ = try ConditionExpression.evaluate(text, facts: Self.facts)
      Issue.record("accepted \(text)")
    } catch {
      #expect(error.message.hasPrefix(message))
      #expect(error.offset == offset)
    }
  }

  @Test func depthIsBounded() {
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: ConditionError.self) { try ConditionExpression.evaluate(deep, facts: Self.facts) }
    let negated = String(repeating: "!", count: 100_000) + "1"
    #expect((try? ConditionExpression.evaluate(negated, facts: Self.facts)) == true)
  }

  @Test func definedLooksAtTheEnvironment() throws {
    OwnProcess.setEnvironment("WEIR_CONDITION_SET", "")
    #expect(try ConditionExpression.evaluate("defined(WEIR_CONDITION_SET)", facts: Self.facts))
  }
}
