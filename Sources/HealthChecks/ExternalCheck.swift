import Configuration
import EventLoop
import Primitives
import Proxies
import System

/// `option external-check`: a program tells by its exit status whether the server is well (manual section 4.2). Weir starts
/// it without waiting for it; a descriptor tells its end.
extension CheckScheduler {
  mutating func runProgram(_ i: Int, _ command: String, path: String?, _ loop: inout EventLoop) {
    guard let (backend, server) = owner(i) else { return }
    let facts = ExternalFacts(backend, server)
    guard
      let child = ChildProcess.start(command, arguments: facts.arguments, environment: facts.environment(path: path))
    else { return finish(i, CheckVerdict(.processError, code: 255), &loop) }
    entries[i].child = child
    entries[i].generation &+= 1
    entries[i].phase = .running
    let limit = entries[i].plan.checkTimeout ?? entries[i].plan.inter
    loop.timers.arm(entries[i].slot, at: loop.now + Int64(max(1, limit)))
    let token = Token(kind: TokenKind.check, index: i, generation: entries[i].generation)
    loop.poller.add(child.descriptor, .read, token: token.bits)
  }

  /// The program has ended, or it looks so.
  mutating func programEvent(_ i: Int, _ loop: inout EventLoop) {
    guard let status = entries[i].child?.exitStatus() else { return }
    forgetProgram(i, &loop)
    finish(i, CheckVerdict(status == 0 ? .processOK : .processError, code: Int(status)), &loop)
  }

  /// It took too long: it is ended.
  mutating func programTimeOut(_ i: Int, _ loop: inout EventLoop) {
    entries[i].child?.end()
    forgetProgram(i, &loop)
    finish(i, CheckVerdict(.processTimeout), &loop)
  }

  mutating func forgetProgram(_ i: Int, _ loop: inout EventLoop) {
    guard let child = entries[i].child else { return }
    loop.poller.remove(child.descriptor)
    child.descriptor.close()
    entries[i].child = nil
  }
}

/// What a program is told, as arguments and in its environment.
private struct ExternalFacts {
  private let backend: BackendRuntime
  private let server: ServerRuntime
  private let proxyAddress: String?
  private let proxyPort: String?
  private let serverAddress: String
  private let serverPort: String

  init(_ backend: BackendRuntime, _ server: ServerRuntime) {
    self.backend = backend
    self.server = server
    var found: (String, String?)?
    for bind in backend.settings.binds where found == nil {
      switch bind.address {
      case .ip(.v4(let ip), let port): found = ("\(ip)", "\(port)")
      case .ip(.v6(let ip), let port): found = ("\(ip)", "\(port)")
      case .unix(let path): found = (path, nil)
      case .abstract, .descriptor, .socketPair: break
      }
    }
    proxyAddress = found?.0
    proxyPort = found?.1
    let endpoint = server.currentEndpoint
    let port = server.checkOverrides.current.checkPort ?? server.settings.checkPort ?? endpoint.port
    switch endpoint.address {
    case .v4(let ip)?: (serverAddress, serverPort) = ("\(ip)", "\(port)")
    case .v6(let ip)?: (serverAddress, serverPort) = ("\(ip)", "\(port)")
    case nil:
      if case .socket(.unix(let path)) = server.settings.address { serverAddress = path } else { serverAddress = "" }
      serverPort = ""
    }
  }

  var arguments: [String] {
    let missing = "NOT_USED"
    return [
      proxyAddress ?? missing, proxyPort ?? missing, serverAddress, serverPort.isEmpty ? missing : serverPort,
    ]
  }

  func environment(path: String?) -> [String] {
    let settings = server.settings
    // Nothing of this process's own environment, as with HAProxy.
    var lines = path.map { ["PATH=\($0)"] } ?? []
    lines += [
      "HAPROXY_PROXY_NAME=\(backend.settings.name)", "HAPROXY_PROXY_ID=\(backend.settings.id)",
      "HAPROXY_PROXY_ADDR=\(proxyAddress ?? "")", "HAPROXY_PROXY_PORT=\(proxyPort ?? "")",
      "HAPROXY_SERVER_NAME=\(settings.name)", "HAPROXY_SERVER_ID=\(settings.id)",
      "HAPROXY_SERVER_ADDR=\(serverAddress)", "HAPROXY_SERVER_PORT=\(serverPort)",
      "HAPROXY_SERVER_MAXCONN=\(server.load.maximum)", "HAPROXY_SERVER_CURCONN=\(server.served.value)",
      "HAPROXY_SERVER_SSL=\(settings.tls.isUsed ? 1 : 0)",
      "HAPROXY_SERVER_PROTO=\(backend.settings.mode == .http ? "h1" : "tcp")",
    ]
    return lines
  }
}
