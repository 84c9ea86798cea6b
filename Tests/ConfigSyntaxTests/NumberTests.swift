import Testing

@testable import ConfigSyntax

struct NumberTests {
  @Test(arguments: [
    ("0", 0), ("1", 1), ("1s", 1000), ("90s", 90_000), ("2m", 120_000), ("1h", 3_600_000), ("24d", 2_073_600_000),
    ("1us", 1), ("1000us", 1), ("1001us", 2), ("5ms", 5), ("2147483647", 2_147_483_647),
  ]) func times(text: String, milliseconds: Int) throws {
    #expect(try TimeText.parse(text) == TimeText(value: milliseconds, trailing: nil))
  }

  @Test func timesInSeconds() throws {
    #expect(try TimeText.parse("300", in: .seconds).value == 300)
    #expect(try TimeText.parse("1001ms", in: .seconds).value == 2)
    #expect(try TimeText.parse("25d", in: .seconds).value == 2_160_000)
  }

  @Test(arguments: [
    ("", TimeText.Failure.unexpected("\0")), ("x", .unexpected("x")), ("-1", .unexpected("-")),
    ("1.5s", .unexpected(".")), ("1x", .unexpected("x")), ("1u", .unexpected("u")), ("25d", .overflow),
    ("2147483648", .overflow), ("99999999999999999999", .overflow), ("18446744073709551615d", .overflow),
  ]) func wrongTimes(text: String, failure: TimeText.Failure) {
    #expect(throws: failure) { try TimeText.parse(text) }
  }

  @Test func whatFollowsTheUnitIsKept() throws {
    #expect(try TimeText.parse("1sx").trailing == "x")
    #expect(try TimeText.parse("1h1m") == TimeText(value: 3_600_000, trailing: "1"))
  }

  @Test(arguments: [("0", 0), ("12", 12), ("1k", 1024), ("2M", 2 << 20), ("1g", 1 << 30)])
  func sizes(text: String, bytes: Int) throws { #expect(try SizeText.parse(text) == bytes) }

  @Test(arguments: [
    ("", SizeText.Failure.unexpected("\0")), ("k", .unexpected("k")), ("1kb", .unexpected("b")), ("4g", .overflow("g")),
    ("4294967296", .overflow("6")), ("10995116277761", .overflow("7")),
  ]) func wrongSizes(text: String, failure: SizeText.Failure) {
    #expect(throws: failure) { try SizeText.parse(text) }
  }

  @Test(arguments: [
    ("2.6", "2.6.0", 0), ("2.6-dev1", "2.6-rc1", -1), ("2.6-rc9", "2.6", -1), ("2.6.12-1", "2.6.12", 1),
    ("2.6.12-1+deb", "2.6.12", 0), ("3", "2.9.9", 1), ("", "0", 0), ("2.10", "2.9", 1),
  ]) func versions(a: String, b: String, order: Int) {
    let (first, second) = (VersionNumber(a), VersionNumber(b))
    #expect((first < second ? -1 : second < first ? 1 : 0) == order)
  }
}
