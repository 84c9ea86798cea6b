import ConfigSyntax
import Configuration
import Primitives
import TLS

/// `tcp-check connect`, `http-check connect`: options behind the word.
struct CheckConnectLine {
  let context: LoadContext
  let line: ConfigLine
  private var isHTTP: Bool { line[0] == "http-check" }

  init(_ context: LoadContext, _ line: ConfigLine) {
    self.context = context
    self.line = line
  }

  func parse() throws(StepError) -> CheckConnect {
    var connect = CheckConnect()
    var at = 2
    while !line[at].isEmpty {
      let option = line[at]
      if try flag(option, &connect) {
        at += 1
        continue
      }
      let value = line[at + 1]
      switch option {
      case "port": connect.port = try port(value)
      case "addr":
        if value.isEmpty { throw StepError("'addr' expects <ipv4|ipv6> as argument..") }
        connect.address = try address(value)
      case "comment":
        if value.isEmpty { throw StepError("'comment' expects a string as argument..") }
        connect.comment = value
      case "sni":
        if value.isEmpty { throw StepError("'sni' expects a string as argument..") }
        connect.serverName = value
      case "alpn":
        if value.isEmpty { throw StepError("'alpn' : missing the comma-delimited ALPN protocol suite.") }
        connect.applicationProtocols = try protocols(value)
      case "proto":
        try multiplexer(value)
        connect.proto = value
      default:
        throw StepError(
          "expects 'comment', 'port', 'addr', 'send-proxy', 'ssl', 'sni', 'alpn' or 'via-socks4', 'linger', "
            + "'default' but got '\(option)' as argument..")
      }
      at += 2
    }
    return connect
  }

  private func flag(_ option: String, _ connect: inout CheckConnect) throws(StepError) -> Bool {
    switch option {
    case "default": connect.usesDefaults = true
    case "send-proxy": connect.sendsProxy = true
    case "linger": connect.lingers = true
    case "ssl": connect.isTLS = true
    case "via-socks4": connect.viaSocks4 = true
    default: return false
    }
    return true
  }

  /// HTTP checks speak HTTP/1 or HTTP/2, others no protocol that Weir would know of.
  private func multiplexer(_ name: String) throws(StepError) {
    if name.isEmpty { throw StepError("'proto' expects a MUX protocol as argument..") }
    guard MultiplexerNames.known.contains(name) else {
      throw StepError("'proto' : unknown MUX protocol '\(name)'..")
    }
    if (name == "none") == isHTTP {
      throw StepError("'proto' : invalid MUX protocol '\(name)' for \(isHTTP ? "http" : "tcp")-check")
    }
    if !MultiplexerNames.implemented.contains(name) { context.refuse("http-check connect proto \(name)") }
  }

  private func port(_ word: String) throws(StepError) -> CheckConnect.Port {
    if word.isEmpty { throw StepError("'port' expects a port number or a sample expression as argument..") }
    if word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      let number = CInteger.leadingLong(word)
      guard (1...65535).contains(number) else {
        throw StepError("expects a valid TCP port (from range 1 to 65535) or a sample expression, got \(word)..")
      }
      return .number(UInt16(number))
    }
    do throws(StepError) {
      var at = 0
      return .expression(try context.checkExpression([word], &at))
    } catch {
      throw StepError("error detected while parsing port expression : \(error.text)")
    }
  }

  private func address(_ word: String) throws(StepError) -> IPAddress? {
    do throws(AddressError) {
      let parsed = try AddressParsing.parse(word, [.resolveNow, .stream, .connect])
      if case .ip(let address) = parsed.host { return address }
      return nil
    } catch {
      throw StepError("'addr' : \(error.text)..")
    }
  }

  private func protocols(_ word: String) throws(StepError) -> [UInt8]? {
    do throws(TLSOptionError) {
      return try TLSLineOptions.protocols(word, "alpn")
    } catch {
      throw StepError(error.text + ".")
    }
  }
}
