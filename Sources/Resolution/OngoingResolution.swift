import Configuration
import DNS
import EventLoop
import Primitives
import Proxies

/// One name that some servers need: asked again and again while the process runs.
struct OngoingResolution {
  enum Status {
    case none, valid, noDomain, refused, timeout, other
    /// What brackets in messages say.
    var reason: String {
      switch self {
      case .none, .valid: ""
      case .noDomain: "DNS NX status"
      case .refused: "DNS refused status"
      case .timeout: "DNS timeout status"
      case .other: "unspecified DNS error"
      }
    }
  }

  let section: Int
  let name: String
  let preferred: DNSType
  let slot: TimerWheel.Slot
  let generation: UInt32
  /// Servers that take their address from it, or their service.
  var servers: [ServerPlace] = []
  /// Streams that wait for it, and what was found last.
  var questions: [NameQuestion] = []
  var addresses: [IPAddress] = []
  var isRunning = false
  var type: DNSType
  var id: UInt16 = 0
  var triesLeft = 0
  /// Name servers that answered this query with an error.
  var errors = 0
  var lastError = Status.none
  var status = Status.none
  /// Tick of the last valid answer; before there was one, of the first question.
  var lastValid: Int64?
  /// When each service was last seen.
  var seen: [DNSAnswer.Service: Int64] = [:]

  init(section: Int, name: String, preferred: DNSType, slot: TimerWheel.Slot, generation: UInt32) {
    self.section = section
    self.name = name
    self.preferred = preferred
    self.slot = slot
    self.generation = generation
    type = preferred
  }

  /// Nobody wants it any more.
  var isUnused: Bool { servers.isEmpty && questions.isEmpty }

  /// The other family, which is asked where the preferred one has nothing.
  var fallback: DNSType? {
    switch type {
    case .a where preferred == .a: .aaaa
    case .aaaa where preferred == .aaaa: .a
    default: nil
    }
  }
}
