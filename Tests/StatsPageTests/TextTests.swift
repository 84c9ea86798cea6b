import Memory
import Testing

@testable import StatsPage

/// How the page writes text, numbers and addresses.
@Suite struct TextTests {
  private func text(_ write: (inout GrowingText) -> Void) -> String {
    var text = GrowingText()
    write(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  @Test(arguments: [
    ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a&b", "a&amp;b"), ("\"x\" 'y'", "&quot;x&quot; &#39;y&#39;"),
    ("a\u{0}b\u{1b}c", "a\u{FFFD}b\u{FFFD}c"), ("a\nb\tc", "a\nb\tc"), ("\u{c3}\u{a9}", "é"), ("</td>", "&lt;/td&gt;"),
  ])
  func html(value: String, expected: String) { #expect(text { $0.add(html: value) } == expected) }

  @Test(arguments: [
    ("/haproxy?stats;up", "/haproxy?stats;up"), ("/a b", "/a%20b"), ("/\"onclick=\"x", "/%22onclick=%22x"),
    ("/a&b", "/a&amp;b"), ("/<x>", "/%3Cx%3E"), ("/\u{c3}\u{a9}", "/%C3%A9"), ("/%41", "/%41"),
  ])
  func addresses(value: String, expected: String) { #expect(text { $0.add(address: value) } == expected) }

  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (1_000_007, "1,000,007"), (12_345, "12,345"),
    (UInt64.max, "18,446,744,073,709,551,615"),
  ])
  func grouped(value: UInt64, expected: String) { #expect(text { $0.add(grouped: value) } == expected) }

  @Test(arguments: [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (1234, "1.23 kB"), (12_345, "12.3 kB"), (123_456, "123 kB"),
    (999_999, "999 kB"), (1_000_000, "1.00 MB"), (5_067_000_000, "5.06 GB"), (UInt64.max, "18.4 EB"),
  ])
  func sizes(value: UInt64, expected: String) { #expect(text { $0.add(size: value) } == expected) }

  @Test(arguments: [
    (0, "0s"), (59, "59s"), (60, "1m00s"), (3599, "59m59s"), (3600, "1h00m"), (86_399, "23h59m"), (86_400, "1d0h"),
    (400_000, "4d15h"),
  ])
  func durations(value: UInt64, expected: String) { #expect(text { $0.add(duration: value) } == expected) }

  /// The policy that the page is sent with names the digests of the style sheet and the script as they are.
  @Test func digests() {
    for (content, digest) in [
      (PageStyle.sheet, PageStyle.sheetDigest), (PageStyle.script, PageStyle.scriptDigest),
    ] {
      #expect(Self.sha256(Bytes(content).array) == digest)
    }
  }
  /// SHA-256 (FIPS 180-4) in base64: written out here, so that nothing of what is tested is used.
  private static func sha256(_ message: [UInt8]) -> String {
    let primes = (2...311).filter { n in !(2..<n).contains { $0 * $0 <= n && n % $0 == 0 } }
    func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
    let k = primes.map { fraction(cubeRoot(Double($0))) }
    var h = primes.prefix(8).map { fraction(Double($0).squareRoot()) }
    var bytes = message + [0x80]
    while bytes.count % 64 != 56 { bytes.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
    }
    func turned(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    for block in stride(from: 0, to: bytes.count, by: 64) {
      var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[block + 4 * i + $1]) } }
      for i in 16..<64 {
        let a = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ (w[i - 15] >> 3)
        let b = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ (w[i - 2] >> 10)
        w.append(w[i - 16] &+ a &+ w[i - 7] &+ b)
      }
      var v = h
      for i in 0..<64 {
        let e = turned(v[4], 6) ^ turned(v[4], 11) ^ turned(v[4], 25)
        let t1 = v[7] &+ e &+ ((v[4] & v[5]) ^ (~v[4] & v[6])) &+ k[i] &+ w[i]
        let a = turned(v[0], 2) ^ turned(v[0], 13) ^ turned(v[0], 22)
        let t2 = a &+ ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]))
        v = [t1 &+ t2, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
      }
      for i in 0..<8 { h[i] = h[i] &+ v[i] }
    }
    let digest = h.flatMap { [UInt8($0 >> 24), UInt8($0 >> 16 & 255), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for i in stride(from: 0, to: 33, by: 3) {
      let triple = (0..<3).reduce(0) { $0 << 8 | (i + $1 < 32 ? Int(digest[i + $1]) : 0) }
      for shift in [18, 12, 6, 0] { text.append(letters[triple >> shift & 63]) }
    }
    return text.dropLast() + "="
  }
  private static func cubeRoot(_ x: Double) -> Double {
    var root = 1.0
    for _ in 0..<100 { root -= (root * root * root - x) / (3 * root * root) }
    return root
  }
}
