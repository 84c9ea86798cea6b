import Memory
import Primitives
import Testing

@testable import LoadBalancing

/// Each row was seen on HAProxy 2.6.12: which part of the request decides.
struct BalanceKeysTests {
  private func keys(_ algorithm: BalanceAlgorithm) -> BalanceKeys {
    BalanceKeys(BalanceSettings(algorithm: algorithm, hashFunction: .crc32))
  }
  private func hash(_ text: String?) -> UInt32? { text.map { Hash.crc32(Array($0.utf8)) } }
  private func bytes(_ text: String) -> Bytes { Bytes(permanent: text) }

  static let targets: [(String, String, Int, Int, Bool, Bool)] = [
    ("/a/b?c=d", "/a/b", 0, 0, false, false),
    ("http://origin/a/b?x", "http://origin/a/b", 0, 0, false, false),
    ("*", "*", 0, 0, false, false),
    ("/?", "/", 0, 0, false, false),
    ("/a/b?c=d", "/a/b?c=d", 0, 0, true, false),
    ("/abcdef", "/ab", 3, 0, false, false),
    ("/?ab", "/", 3, 0, false, false),
    ("/a/b/c", "/a", 0, 1, false, false),
    ("//x/", "/", 0, 1, false, false),
    ("http://origin/a/b", "http:/", 0, 1, false, false),
    ("/a", "/a", 0, 2, false, false),
    ("/a/b?/c", "/a/b", 0, 2, false, false),
    ("/a/b?/c", "/a/b?", 0, 2, true, false),
    ("/a?/b/c", "/a?/b", 0, 2, true, false),
    ("/abcd/b/c", "/abc", 4, 2, false, false),
    ("/a/b/c", "/a/b", 4, 2, false, false),
    ("http://origin/a/b?x", "/a/b", 0, 0, false, true),
    ("http://origin", "", 0, 0, false, true),
    ("*", "", 0, 0, false, true),
    ("http://origin/a/b?x", "/a/b?x", 0, 0, true, true),
    ("http://origin/a/b?x", "/a", 0, 1, false, true),
  ]
  @Test(arguments: targets) func target(
    _ target: String, _ key: String, _ length: Int, _ depth: Int, _ whole: Bool, _ pathOnly: Bool
  ) {
    let keys = keys(.uri(length: length, depth: depth, whole: whole, pathOnly: pathOnly))
    #expect(keys.hash(target: bytes(target)) == hash(key))
  }

  static let parameters: [(String, String?)] = [
    ("/p?id=5", "5"), ("/p?x=1&id=77&y", "77"), ("/p?id=", ""), ("/p?id", nil), ("/p?ID=5", nil),
    ("/p?id=a%20b", "a%20b"), ("/p?xid=4", nil), ("/p?xid=4&id=6", "6"), ("/p?id=1&id=2", "1"), ("/p?id=1;b", "1;b"),
    ("/p?id=1?x=2", "1?x=2"), ("/p?&id=3", "3"), ("/p?a?id=3", nil), ("/id=3", nil), ("/p?x=1&id=", ""),
    ("/p?i&id=8", "8"), ("/p?idx=9&id=8", "8"), ("/p", nil), ("/p?", nil),
  ]
  @Test(arguments: parameters) func parameter(_ target: String, _ key: String?) {
    let keys = keys(.urlParameter(name: "id", checkPost: false, maximumWait: 0))
    #expect(keys.hash(parameterOf: bytes(target)) == hash(key))
  }

  static let bodies: [(String, String?)] = [
    ("id=9", "9"), ("a=b&id=12&c=d", "12"), ("a=b", nil), ("id=9\r\nfoo", "9\r\nfoo"), ("id=9 8", "9 8"),
    ("id=9/x", "9/x"), ("id=(9)", nil), ("id=/9", nil), ("id= 9", ""), ("id=a%20b&c", "a%20b"), ("id=", ""), ("", nil),
    ("x", nil),
  ]
  @Test(arguments: bodies) func body(_ body: String, _ key: String?) {
    let keys = keys(.urlParameter(name: "id", checkPost: true, maximumWait: 0))
    #expect(keys.hash(parameterOfBody: bytes(body)) == hash(key))
  }

  static let fields: [(String?, String?, Bool)] = [
    ("abc", "abc", false), ("a,b", "a", false), (" a b ", "a b", false), ("", nil, false), (nil, nil, false),
    ("\"a,b\",c", "\"a,b\"", false), (",b", nil, false), ("a ,b", "a", false), ("\"a\\", "\"a\\", false),
    ("www.example.com", "example", true), ("example.com", "example", true), ("localhost", "localhost", true),
    ("a.b.c.d", "c", true), (".com", ".com", true), ("com.", "com", true), ("example.com:80", "example", true),
    ("a.b.", "b", true), ("..de", ".", true), ("a..de", "a.", true), (".", ".", true), ("1.2.3.4", "3", true),
    (".a.b", "a", true), ("a.b,c.d.e", "a", true), ("x.y", "x", true), ("a", "a", true),
  ]
  @Test(arguments: fields) func header(_ field: String?, _ key: String?, _ useDomainOnly: Bool) {
    let keys = keys(.header(name: "x", useDomainOnly: useDomainOnly))
    #expect(keys.hash(header: field.map { bytes($0) }) == hash(key))
  }

  static let cookies: [(String, String?)] = [
    ("Cookie: mstshash=user1\r\n", "user1"), ("cookie: MSTShash=user1\r\n", "user1"), ("Cookie:mstshash=u\r\n", "u"),
    ("Cookie:   mstshash=u\r\n", "u"), ("Cookie: msts=u\r\n", nil), ("Cookie: mstshash=u\n", nil),
    ("Cookie: mstshash=u\r", nil), ("Cookie: mstshash=u", nil), ("Cookie: mstshash=\r\n", nil),
    ("Cookie: mstshash=a\rb\r\n", nil), ("Cookie: mstshash=a b=c\r\nzz", "a b=c"),
    ("Cookie: a=1\r\nCookie: mstshash=2\r\n", nil), ("Cookie: mstshashx=2\r\n", nil), ("XX", nil), ("", nil),
  ]
  @Test(arguments: cookies) func rdpCookie(_ cookie: String, _ key: String?) {
    let packet = Bytes(permanent: [3, 0, 0, 42, 37, 0xe0, 0, 0, 0, 0, 0] + Array(cookie.utf8))
    #expect(keys(.rdpCookie(name: "mstshash")).hash(rdpCookieIn: packet) == hash(key))
  }

  @Test func sourceIsFoldedAndNeverHashed() {
    let six = Endpoint(family: .ipv6, high: 0x2001_0db8_0000_0000, low: 0x0000_0000_0000_0001)
    let mapped = Endpoint(family: .ipv6, high: 0, low: 0x0000_ffff_0102_0304)
    for function in [HashFunction.sdbm, .crc32] {
      let settings = BalanceSettings(algorithm: .source, hashFunction: function)
      #expect(settings.hash(source: Endpoint(family: .ipv4, low: 0x0102_0304)) == 0x0102_0304)
      #expect(settings.hash(source: six) == 0x2001_0db9)
      #expect(settings.hash(source: mapped) == 0x0102_fcfb)
      #expect(settings.hash(source: Endpoint(family: .unix)) == nil)
    }
  }
}
