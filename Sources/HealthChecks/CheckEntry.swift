import Configuration
import EventLoop
import Proxies
import System

/// One check, agent or slow start that a worker runs.
struct CheckEntry {
  enum Role { case check, agent, slowStart }
  enum Phase { case idle, connecting, securing, sending, receiving }

  let role: Role
  let place: ServerPlace
  let plan: CheckPlan
  let slot: TimerWheel.Slot
  /// Where its first run lies among the checks of the whole process.
  let position: Int
  var phase = Phase.idle
  var socket: Socket?
  var tls: CheckTLS?
  /// Tells events of this connection from those of one before.
  var generation: UInt32 = 0
  var output: [UInt8] = []
  var sent = 0
  var received: [UInt8] = []
  var startedAt: Int64 = 0
  var connectDeadline: Int64 = 0

  init(role: Role, place: ServerPlace, plan: CheckPlan, slot: TimerWheel.Slot, position: Int) {
    self.role = role
    self.place = place
    self.plan = plan
    self.slot = slot
    self.position = position
  }
  var isAgent: Bool { role == .agent }
  func record(of server: ServerRuntime) -> CheckRecord { isAgent ? server.agent : server.check }
}
