import Configuration
import LogForwarding
import Peers
import Observability
import RuntimeAPI
import System

/// What the first worker needs to serve the runtime API.
struct RuntimeAPISockets: Sendable {
  var facts: ProcessFacts
  var listeners: [(settings: BindSettings, socket: Socket)]
  /// Where peers connect to: the section and its socket.
  var peers: [PeersListener] = []
  /// Where messages come that are sent on.
  var forwards: [ForwardListener] = []
  /// What a new process may take over (`expose-fd listeners`).
  var exposed: [ExposedListener] = []
}
