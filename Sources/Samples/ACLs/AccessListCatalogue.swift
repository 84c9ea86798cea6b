/// The names that mean something of their own in ACLs.
public enum AccessListCatalogue {
  /// The lines of HAProxy's listing (`-dKacl`), sorted.
  public static var listing: [String] {
    AccessListKeywords.all.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      .map { name, keyword in
        // Methods that cannot be asked for by name are listed as the one that stores their patterns.
        let method = keyword.method.name ?? (keyword.method == .dottedVersion ? "int" : "str")
        return "\(name) = \(keyword.fetch) -m \(method)"
      }
  }
}
