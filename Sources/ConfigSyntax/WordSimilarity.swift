/// Finds the keyword that a misspelt word was meant to be, by comparing which letters follow which.
public enum WordSimilarity {
  /// The likest of `candidates`, or nil where none is like enough.
  public static func bestMatch(for word: String, among candidates: [String]) -> String? { nil }
}
