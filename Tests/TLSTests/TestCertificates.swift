import Foundation
import Memory
import System

@testable import TLS

/// Certificates made by openssl's command, once for all tests.
enum TestCertificates {
  static let folder: String = {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("weir-tls-\(UUID().uuidString)")
    try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    func make(_ name: String, _ names: String, rsa: Bool) {
      let kind = rsa ? ["rsa:2048"] : ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
      openssl(
        place,
        ["req", "-x509", "-newkey"] + kind + [
          "-nodes", "-days", "3650", "-subj", "/C=FR/OU=one/OU=two/CN=\(name)", "-addext", "subjectAltName=\(names)",
          "-keyout", name + ".key", "-out", name + ".crt",
        ])
      let parts = ["crt", "key"].map {
        (try? Data(contentsOf: place.appendingPathComponent("\(name).\($0)"))) ?? Data()
      }
      try? (parts[0] + parts[1]).write(to: place.appendingPathComponent(name + ".pem"))
    }
    make("first", "DNS:first.example", rsa: false)
    make("wild", "DNS:*.wild.example", rsa: false)
    make("both-rsa", "DNS:both.example", rsa: true)
    make("both-ec", "DNS:both.example", rsa: false)
    make("client", "DNS:client.example", rsa: false)
    return place.path
  }()

  private static func openssl(_ folder: URL, _ words: [String]) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = words
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
  }
  static func path(_ name: String) -> String { folder + "/" + name }
}

/// A `bind` line's TLS, and handshakes against it over a pair of sockets.
struct TestListener {
  let store = TLSStore()
  let listener: TLSListener
  var files: TLSFileAccess {
    TLSFileAccess(store: store, tuning: TLSTuning(), certificateBase: nil, authorityBase: nil)
  }

  init?(list: String, _ change: (inout TLSBindSettings, inout TLSFileAccess) -> Void = { _, _ in }) {
    var settings = TLSBindSettings()
    settings.isUsed = true
    let name = TestCertificates.path("list-\(UUID().uuidString)")
    try? list.write(toFile: name, atomically: true, encoding: .isoLatin1)
    var files = TLSFileAccess(
      store: store, tuning: TLSTuning(), certificateBase: TestCertificates.folder,
      authorityBase: TestCertificates.folder)
    settings.certificates = (try? files.list(name)) ?? []
    change(&settings, &files)
    var problems: [TLSContextProblem] = []
    guard let made = store.makeListener(settings, tuning: TLSTuning(), problems: &problems) else { return nil }
    listener = made
  }

  /// What the client found: the common name of the server's certificate, and how the handshake ended.
  struct Outcome {
    var name: String?
    var failure: TLSFailure?
    var clientFailure: TLSFailure?
    var version = 0
    var protocolName: String?
    var clientName: String?
    var isResumed = false
  }

  func connect(_ name: String?, _ change: (inout TLSServerSettings) -> Void = { _ in }) -> Outcome {
    var settings = TLSServerSettings()
    settings.isUsed = true
    settings.demand = TLSVerification.Demand.none
    change(&settings)
    var problems: [TLSContextProblem] = []
    guard let target = store.makeServer(settings, tuning: TLSTuning(), problems: &problems) else { return Outcome() }
    return handshake(target, name)
  }

  func handshake(_ target: TLSServerTarget, _ name: String?) -> Outcome {
    var outcome = Outcome()
    var numbers: [Int32] = [0, 0]
    guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &numbers) == 0 else { return outcome }
    defer { numbers.forEach { _ = Glibc.close($0) } }
    let ends = numbers.map { FileDescriptor($0) }
    ends.forEach { $0.setNonBlocking() }
    guard var server = listener.context.makeSession(ends[0], followsEdges: false),
      var client = target.context.makeSession(ends[1], followsEdges: false)
    else {
      return outcome
    }
    if let name { _ = client.setServerName(Bytes(permanent: name)) }
    var (isServerDone, isClientDone) = (false, false)
    for _ in 0..<20 where !isServerDone || !isClientDone {
      if !isClientDone {
        switch client.handshake() {
        case .done: isClientDone = true
        case .failed(let failure):
          outcome.clientFailure = failure
          isClientDone = true
        default: break
        }
      }
      if !isServerDone {
        switch server.handshake() {
        case .done: isServerDone = true
        case .failed(let failure):
          outcome.failure = failure
          isServerDone = true
        default: break
        }
      }
    }
    let arena = ByteArena(capacity: 8192)
    outcome.version = client.versionNumber
    outcome.isResumed = client.isResumed
    outcome.protocolName = client.applicationProtocol(into: arena).map { $0.latin1 }
    if let certificate = client.peerCertificate {
      outcome.name = certificate.name(.subject, entry: Bytes("CN"), occurrence: 1, into: arena).map { $0.latin1 }
    }
    if let certificate = server.peerCertificate {
      outcome.clientName = certificate.name(.subject, rfc2253: true, into: arena).map { $0.latin1 }
    }
    return outcome
  }
}
