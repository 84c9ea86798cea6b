public import Primitives

/// How a server's weight becomes the effective weight that the algorithms count with. Dynamic algorithms count in
/// sixteenths, so that a slow start has steps below 1; the others divide by what the weights have in common, so that
/// their map is small.
public struct WeightScale: Sendable, Equatable {
  public let multiplier: Int
  public let divisor: Int
  /// Whether a slow start lowers the weight.
  public let isDynamic: Bool

  public init(_ settings: BalanceSettings, weights: some Sequence<Int>) {
    isDynamic = settings.isDynamic
    if isDynamic {
      (multiplier, divisor) = (16, 1)
    } else {
      (multiplier, divisor) = (1, max(1, weights.reduce(0, WeightScale.commonDivisor)))
    }
  }

  private static func commonDivisor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b != 0 { (a, b) = (b, a % b) }
    return a
  }

  /// The effective weight of a server of weight `weight`. During a slow start of `slowStart` seconds, `elapsed` are
  /// the seconds since the server came back.
  public func effective(_ weight: Int, elapsed: Int = 0, slowStart: Int = 0) -> Int {
    var scaled = multiplier
    if isDynamic && slowStart > 0 && elapsed >= 0 && elapsed < slowStart {
      scaled = (multiplier * elapsed + slowStart) / slowStart
    }
    return (weight * scaled + divisor - 1) / divisor
  }

  /// The weight to show for an effective weight, of a server or summed over a backend.
  public func displayed(_ effective: Int) -> Int { (effective * divisor + multiplier - 1) / multiplier }
}
