import Primitives
import Testing

@Suite struct ServerCookieTests {
  /// Values seen of HAProxy 2.6.
  @Test(arguments: [
    ("127.0.0.1", 18801, "MYKEY", "f920c42534c72eb9"), ("127.0.0.2", 18801, "MYKEY", "e79efcd7713f8daf"),
    ("127.0.0.1", 18801, "OTHER", "9a280f43da0ff114"), ("::1", 18803, "MYKEY", "85b6d321fcaf3c33"),
  ])
  func isHAProxys(address: String, port: UInt16, key: String, cookie: String) throws {
    let parsed = try #require(IPAddress(address))
    let made = ServerCookie.dynamic(key: Array(key.utf8), address: parsed, port: port)
    #expect(String(decoding: made, as: UTF8.self) == cookie)
  }
}
