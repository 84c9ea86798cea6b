public import Primitives

/// A line of `show fd`, in HAProxy's form; what has no meaning here has HAProxy's usual value.
public enum DescriptorText {
  /// `st`: 1 and 10h tell readiness to receive and to send; `W` and `R` in letters, as in HAProxy (capital: yes).
  public static func head(_ number: Int, worker: Int, canReceive: Bool, canSend: Bool) -> String {
    let digits = String(number)
    let state = String((canReceive ? 0x1 : 0) | (canSend ? 0x10 : 0), radix: 16)
    let mask = String(UInt64(1) << UInt64(worker & 63), radix: 16)
    return String(repeating: " ", count: max(0, 7 - digits.utf8.count)) + digits
      + " : st=0x\(String(repeating: "0", count: 6 - min(6, state.utf8.count)))\(state)"
      + "(cl heopi W:s\(canSend ? "R" : "r")a R:s\(canReceive ? "R" : "r")a) ref=0 gid=1 tmask=0x\(mask) umask=0x0 "
      + "prmsk=0x\(mask) pwmsk=0x\(mask)"
  }

  public static func family(_ endpoint: Endpoint) -> String {
    switch endpoint.family {
    case .ipv4: "ipv4"
    case .ipv6: "ipv6"
    case .unix: "unix"
    case .none: "none"
    }
  }

  /// `fam=` and the ports.
  public static func place(_ local: Endpoint, _ remote: Endpoint? = nil) -> String {
    let isLocal = local.family == .unix || local.family == .none
    return "fam=\(family(local))" + (isLocal ? "" : " lport=\(local.port)")
      + (isLocal ? "" : remote.map { " rport=\($0.port)" } ?? "")
  }

  /// A socket that takes connections in, or datagrams.
  public static func listener(_ number: Int, _ frontend: String, _ local: Endpoint, state: String = "RDY") -> String {
    "\(head(number, worker: 0, canReceive: false, canSend: false)) owner=listener iocb=listener l.st=\(state) "
      + "fe=\(frontend) \(place(local))\n"
  }
  /// A connection that is not a stream's.
  public static func connection(
    _ number: Int, _ owner: String, _ local: Endpoint, _ remote: Endpoint?, isTLS: Bool = false, isBack: Bool = false
  ) -> String {
    "\(head(number, worker: 0, canReceive: false, canSend: true)) owner=connection iocb=connection "
      + "back=\(isBack ? 1 : 0) \(place(local, remote)) \(isBack ? "px" : "fe")=\(owner) mux=PASS "
      + "xprt=\(isTLS ? "SSL" : "RAW")\n"
  }
}
