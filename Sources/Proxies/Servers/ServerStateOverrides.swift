public import Primitives
import Memory

/// Settings of a server's checks that an operator changed at run time.
public final class CheckOverrides: Sendable {
  public struct Values: Sendable {
    public var checkAddress: IPAddress?
    public var checkPort: UInt16?
    public var agentAddress: IPAddress?
    public var agentPort: UInt16?
    public var agentSend: String?
  }
  private let values = Lock(Values())
  public init() {}
  public var current: Values {
    get { values.withLock { $0 } }
    set { values.withLock { $0 = newValue } }
  }
}
