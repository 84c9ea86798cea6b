import Primitives
public import TLS
public import TLS

/// One address of a `bind` line with the line's options (manual section 5.1). A line with several addresses, or a port
/// range, gives one value per listening socket.
public struct BindSettings: Sendable {
  public var address: SocketAddress
  public var location = SourceLocation()
  /// The word as written, for messages.
  public var written = ""
  public var name: String?
  /// `id`, or the next free number from 1.
  public var id = 0
  public var maxConnections = 0
  public var backlog = 0
  public var mode: UInt32?
  public var uid: UInt32?
  public var gid: UInt32?
  public var interface: String?
  public var transparent = false
  public var tcpFastOpen = false
  public var v4v6 = false
  public var v6only = false
  public var acceptProxy = false
  public var acceptNetscalerCIP: UInt32?
  public var deferAccept = false
  public var maxSegmentSize: Int?
  public var tcpUserTimeout: Int?
  public var namespace: String?
  public var nice = 0
  /// `process`/`thread` set: thread numbers from 1; empty for all.
  public var threads: [Int] = []
  /// Sockets to open for the address (`shards`); 1 by default, `shardsByThread` asks for one per thread.
  public var shards = 1
  public var shardsByThread = false
  /// `severity-output` of a stats socket.
  public var severityOutput = SeverityOutput.none
  public var level = AccessLevel.oper
  public var exposeListeners = false
  /// `proto h1|h2|none`.
  public var proto: String?
  public var quiet = false
  public var tls = TLSBindSettings()
  /// What `ssl` makes of `tls`, once the configuration is complete; shared by the addresses of a line.
  public var tlsListener: TLSListener?
  /// What sessions of the line's connections are made from; nil in clear text.
  public var tlsContext: TLSContext? { tlsListener?.context }

  public enum AccessLevel: Int, Sendable { case user, oper, admin }
  public enum SeverityOutput: Sendable { case none, number, string }

  /// Connections arrive as descriptors.
  public var isSocketPair: Bool { if case .socketPair = address { true } else { false } }

  public init(address: SocketAddress) { self.address = address }
}
