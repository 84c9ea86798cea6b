import EventLoop
import Memory
import Primitives
import Proxies
import System

/// The sessions of the runtime API as `show sess` tells them, in HAProxy's form: addresses of objects and bits of
/// internal state have Weir's own values.
struct OwnSessions {
  struct Entry {
    /// How the session is named: no stream has such a number.
    let id: UInt64
    let line: String
    let paragraph: String
  }
  var entries: [Entry] = []

  var lines: String { entries.map(\.line).joined() }
  var paragraphs: String { entries.map(\.paragraph).joined() }
  func paragraph(_ id: UInt64) -> String? { entries.first { $0.id == id }?.paragraph }
}

extension RuntimeAPIServer {
  /// All of them, in the order of their places.
  func ownSessions(_ loop: borrowing EventLoop) -> OwnSessions {
    var found = OwnSessions()
    for case let session? in sessions { found.entries.append(RuntimeSessionReport(session, loop.now).entry) }
    return found
  }

  /// The descriptors of listeners and sessions, each with its line of `show fd`.
  public var descriptors: [(number: Int, line: String)] {
    listeningSockets.map { socket in
      let number = Int(socket.descriptor.number)
      return (number, DescriptorText.listener(number, "GLOBAL", socket.localEndpoint))
    }
      + sessions.lazy.compactMap { $0 }.map { session in
        let number = Int(session.socket.descriptor.number)
        let remote = session.socket.peerEndpoint
        return (number, DescriptorText.connection(number, "GLOBAL", session.socket.localEndpoint, remote))
      }
  }
}

private struct RuntimeSessionReport {
  let session: RuntimeSession
  let now: Int64
  let id: UInt64
  let proto: String
  let source: String

  init(_ session: RuntimeSession, _ now: Int64) {
    self.session = session
    self.now = now
    id = UInt64(session.generation) << 16 | UInt64(max(0, session.socket.descriptor.number))
    let remote = session.socket.peerEndpoint ?? .none
    if let address = remote.address {
      proto = remote.family == .ipv6 ? "tcpv6" : "tcpv4"
      source = "\(address):\(remote.port)"
    } else {
      proto = "unix_stream"
      source = "unix:\(session.access.listener)"
    }
  }

  var entry: OwnSessions.Entry { OwnSessions.Entry(id: id, line: line, paragraph: paragraph) }

  private var hex: String { "0x" + String(id, radix: 16) }
  private var age: Int64 { max(0, now - session.beganAt) }
  private var ageText: String { DurationText.twoUnits(milliseconds: age) }
  /// Commands in the last second, or in the session's life where it is younger.
  private var rate: Int { Int(truncatingIfNeeded: Int64(session.commands) * 1000 / max(1000, age)) }
  private var left: String {
    DurationText.twoUnits(
      milliseconds: max(0, max(session.deadline, session.beganAt + Int64(session.access.timeout)) - now))
  }
  private var descriptor: Int { Int(session.socket.descriptor.number) }

  private var line: String {
    "\(hex): proto=\(proto) src=\(source) fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=\(ageText) "
      + "calls=\(session.commands) rate=\(rate) cpu=0 lat=0 rq[f=0h,i=\(session.input.count),an=00h,rx=\(left),wx=,ax=] "
      + "rp[f=0h,i=\(session.pendingOutput),an=00h,rx=,wx=,ax=] scf=[8,0h,fd=\(descriptor)] scb=[8,1h,fd=-1] "
      + "exp=\(left) rc=0 c_exp=\n"
  }

  private var paragraph: String {
    "\(hex): [\(ReportDate.text(session.beganOn))] id=\(session.number) proto=\(proto) source=\(source)\n"
      + "  flags=0x8, conn_retries=0, conn_exp=<NEVER> conn_et=0x000 srv_conn=(nil), pend_pos=(nil) waiting=0 epoch=0\n"
      + "  frontend=GLOBAL (id=0 mode=tcp), listener=? (id=\(session.access.listener)) addr=\(source)\n"
      + "  backend=<NONE> (id=-1 mode=-)\n  server=<NONE> (id=-1)\n"
      + "  task=\(hex) (state=0x00 nice=-64 calls=\(session.commands) rate=\(rate) exp=\(left) tmask=0x1 age=\(ageText))\n"
      + "  scf=\(hex) flags=0x00000000 state=EST endp=CONN,\(hex),0x00000000 sub=1\n"
      + "      co0=\(hex) ctrl=\(proto) xprt=RAW mux=PASS data=STRM target=LISTENER:0x\(session.access.listener)\n"
      + "      flags=0x00000000 fd=\(descriptor) fd.state=121 updt=0 fd.tmask=0x1\n"
      + "  scb=\(hex) flags=0x00000001 state=EST endp=APPCTX,\(hex),0x00000000 sub=0\n"
      + "      app1=\(hex) st0=0 st1=0 st2=0 applet=<CLI> tmask=0x1 nice=-64 calls=\(session.commands) rate=\(rate) "
      + "cpu=0 lat=0\n"
      + buffer("req", total: session.received, waiting: session.input.count, expiry: left)
      + buffer("res", total: session.transmitted, waiting: session.pendingOutput, expiry: "<NEVER>")
  }

  private func buffer(_ name: String, total: Int, waiting: Int, expiry: String) -> String {
    "  \(name)=\(hex) (f=0x0 an=0x0 pipe=0 tofwd=-1 total=\(total))\n"
      + "      an_exp=<NEVER> rex=\(expiry) wex=<NEVER>\n"
      + "      buf=\(hex) data=\(hex) o=\(waiting) p=\(waiting) i=0 size=\(RuntimeSession.inputLimit)\n"
  }
}
