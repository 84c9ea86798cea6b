public import Configuration
public import Memory
import Primitives
public import Proxies
import System

/// Where the lines of each proxy go: the `log` lines of a configuration, ready to be used by every worker. Made once
/// per generation; what workers share of it (sampling, the count of dropped lines) is in cells.
public struct LogRoutes: Sendable {
  /// Lines that a target could not take (`DroppedLogs` of `show info`).
  public let dropped: SharedCell
  /// The most bytes a line may have before its header is added: one less than the longest `len`.
  public let lineLimit: Int
  let targets: [Target]
  private let proxyCount: Int
  /// Per proxy of the model, then per `log-forward` section, and one more for the `global` section.
  private let ranges: [Range<Int>]
  /// Set once a failed send was reported.
  let reported = SharedCell()
  private let cells: Cells

  /// Gives the cells back with the last copy of the routes.
  private final class Cells: Sendable {
    private let all: [SharedCell]
    init(_ all: [SharedCell]) { self.all = all }
    deinit { for cell in all { cell.giveBack() } }
  }

  /// The targets of one proxy.
  public struct Route: Sendable, Hashable {
    let range: Range<Int>
    public var isEmpty: Bool { range.isEmpty }
  }

  /// `rings`: those of the process. A `log` line that names no ring that exists goes nowhere, as with HAProxy.
  public init(_ model: ConfigurationModel, dropped: SharedCell = SharedCell(), rings: [RingBuffer] = []) {
    self.dropped = dropped
    var targets: [Target] = []
    var ranges: [Range<Int>] = []
    let global = model.global
    let lists = model.proxies.map { $0.logTargets } + model.logForwards.map { $0.logTargets } + [global.logTargets]
    for list in lists {
      let start = targets.count
      for target in list {
        if let compiled = Target(target, rings, defaultFormat: global.logSendHostname == nil ? .local : .rfc3164) {
          targets.append(compiled)
        }
      }
      ranges.append(start..<targets.count)
    }
    self.targets = targets
    proxyCount = model.proxies.count
    self.ranges = ranges
    cells = Cells([reported] + targets.map(\.counter))
    lineLimit = (targets.map(\.maxLength).max() ?? 1024) - 1
  }

  /// Where the traffic and the events of the proxy at `index` of the model go.
  public func route(ofProxy index: Int) -> Route {
    Route(range: index >= 0 && index < proxyCount ? ranges[index] : 0..<0)
  }
  /// Where what a `log-forward` section receives goes.
  public func route(ofForward section: Int) -> Route {
    let index = proxyCount + section
    return Route(range: section >= 0 && index < ranges.count - 1 ? ranges[index] : 0..<0)
  }
  /// Where events of the process itself go.
  public var global: Route { Route(range: ranges.last ?? 0..<0) }

  /// One `log` line.
  struct Target: Sendable {
    enum Transport: Sendable {
      case datagram(DatagramAddress)
      case descriptor(FileDescriptor)
      case ring(RingBuffer)
    }
    let transport: Transport
    let format: LogTarget.Format
    /// nil: messages that are sent on keep the form that they had.
    let givenFormat: LogTarget.Format?
    let maxLength: Int
    let facility: Int
    let maxLevel: Int
    let minLevel: Int
    /// `sample`: of each `sampleSize` lines, those whose number (from 1) is in a range; 0 for all.
    let sampleSize: Int
    let sampleRanges: [ClosedRange<Int>]
    let counter: SharedCell

    init?(_ target: LogTarget, _ rings: [RingBuffer], defaultFormat: LogTarget.Format) {
      var own: LogTarget.Format?
      switch target.destination {
      case .udp(let address, let port):
        guard let address = DatagramAddress(.ip(address, port: port)) else { return nil }
        transport = .datagram(address)
      case .unix(let path):
        guard let address = DatagramAddress(.unix(path)) else { return nil }
        transport = .datagram(address)
      case .abstract(let name):
        guard let address = DatagramAddress(.abstract(name)) else { return nil }
        transport = .datagram(address)
      case .descriptor(let number): transport = .descriptor(FileDescriptor(number))
      case .ring(let name):
        guard let ring = rings.first(where: { $0.settings.name == name }) else { return nil }
        transport = .ring(ring)
        // A ring keeps lines as they are unless it says otherwise.
        own = ring.settings.format ?? (ring.settings.isImplicit ? nil : .raw)
      case .stream: return nil
      }
      givenFormat = target.format ?? own
      format = givenFormat ?? defaultFormat
      maxLength = target.maxLength
      facility = target.facility
      maxLevel = target.maxLevel
      minLevel = target.minLevel
      sampleSize = target.sampleSize
      sampleRanges = target.sampleRanges
      counter = SharedCell()
    }

    /// Counts a line and says whether it is in the sample.
    func takes() -> Bool {
      if sampleSize <= 0 { return true }
      let number = Int(bitPattern: UInt(bitPattern: counter.add(1) &- 1) % UInt(sampleSize)) &+ 1
      for range in sampleRanges where range.contains(number) { return true }
      return false
    }
  }
}
