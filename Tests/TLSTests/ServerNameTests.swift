import Memory
import Testing

@testable import TLS

/// Which certificate a handshake gets.
@Suite struct ServerNameTests {
  @Test(arguments: [
    ("first.example", "first"), ("FIRST.Example", "first"), ("a.wild.example", "wild"), ("unknown.example", "first"),
    ("wild.example", "first"), ("x.extra.example", "first"), ("y.extra.example", "wild"), ("wild", "first"),
    ("a.b.extra.example", "first"),
  ])
  func chosenByName(_ name: String, _ expected: String) throws {
    let test = try #require(
      TestListener(list: "first.pem\nwild.pem *.wild.example *.extra.example !x.extra.example\n"))
    #expect(test.connect(name).name == expected)
  }

  @Test func noNameGetsTheFirst() throws {
    let test = try #require(TestListener(list: "wild.pem\nfirst.pem\n"))
    #expect(test.connect(nil).name == "wild")
  }

  @Test func strictRefusesOtherNames() throws {
    let test = try #require(TestListener(list: "first.pem\n") { settings, _ in settings.isStrict = true })
    #expect(test.connect("first.example").name == "first")
    let other = test.connect("other.example")
    #expect(other.name == nil && other.failure?.kind == .handshake)
    #expect(test.connect(nil).name == nil)
  }

  @Test func keysOfTwoKindsForOneName() throws {
    let test = try #require(TestListener(list: "first.pem\nboth-rsa.pem\nboth-ec.pem\n"))
    #expect(test.connect("both.example").name == "both-ec")
    let old = test.connect("both.example") {
      $0.versions.maximum = .tls12
      $0.ciphers = "ECDHE-RSA-AES128-GCM-SHA256"
    }
    #expect(old.name == "both-rsa")
  }

  @Test func versionsAndProtocolsOfALine() throws {
    let test = try #require(
      TestListener(list: "first.pem\nwild.pem [ssl-max-ver TLSv1.2 alpn h2,http/1.1]\n"))
    #expect(test.connect("first.example").version == 0x304)
    let other = test.connect("a.wild.example") { $0.applicationProtocols = Array("\u{8}http/1.1".utf8) }
    #expect(other.version == 0x303 && other.protocolName == "http/1.1")
    let none = test.connect("first.example") { $0.applicationProtocols = Array("\u{8}http/1.1".utf8) }
    #expect(none.protocolName == nil)
  }

  @Test func clientCertificates() throws {
    let test = try #require(
      TestListener(list: "first.pem [verify required ca-file client.crt]\nwild.pem\n"))
    #expect(test.connect("first.example") { $0.versions.maximum = .tls12 }.clientName == nil)
    #expect(test.connect("a.wild.example").name == "wild")
    try test.store.loadMaterial(TestCertificates.path("client.pem"), TLSTuning())
    let known = test.connect("first.example") { $0.certificate = TestCertificates.path("client.pem") }
    #expect(known.clientName == "CN=client,OU=two,OU=one,C=FR" && known.failure == nil)
    try test.store.loadMaterial(TestCertificates.path("wild.pem"), TLSTuning())
    let stranger = test.connect("first.example") { $0.certificate = TestCertificates.path("wild.pem") }
    #expect(stranger.failure?.kind == .clientCertificate)
  }

  @Test func ticketKeysSealSessions() throws {
    let text = [UInt8](String(repeating: "A", count: 64).utf8)
    let lines = text + [10] + text.map { $0 + 1 } + [10] + text.map { $0 + 2 } + [10]
    let keys = try TLSTicketKeys(path: "keys", lines)
    #expect(keys.sealing == TLSTicketKeys.decodeKey(String(repeating: "B", count: 64)))
    #expect(keys.push([UInt8](repeating: 7, count: 48)) && !keys.push([1]))
    #expect(keys.sealing == TLSTicketKeys.decodeKey(String(repeating: "C", count: 64)))
    let test = try #require(TestListener(list: "first.pem\n") { settings, _ in settings.ticketKeys = keys })
    #expect(test.connect("first.example").name == "first")
  }

  @Test func aNewCertificateTakesThePlace() throws {
    let test = try #require(TestListener(list: "first.pem\n"))
    #expect(test.connect("first.example").name == "first")
    let path = TestCertificates.path("first.pem")
    let other = try CertificateMaterial.load(TestCertificates.path("wild.pem"), TLSTuning(), chains: [])
    test.store.contents.withLock { $0.materials[path] = other }
    var problems: [TLSContextProblem] = []
    let replaced = test.listener.replaceCertificates(
      test.listener.certificates, store: test.store, problems: &problems)
    #expect(replaced && problems.isEmpty)
    #expect(test.connect("a.wild.example").name == "wild")
  }
}
