/// What went wrong so far; decides whether reading goes on and how it ends.
public struct LoadFlags: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// A warning was given.
  public static let warning = LoadFlags(rawValue: 1)
  /// An alert was given; alone it does not stop anything.
  public static let alert = LoadFlags(rawValue: 2)
  /// The configuration cannot be used; reading goes on to report the rest.
  public static let fatal = LoadFlags(rawValue: 4)
  /// Reading stops at once.
  public static let abort = LoadFlags(rawValue: 8)
  public static let error: LoadFlags = [.alert, .fatal]
}
