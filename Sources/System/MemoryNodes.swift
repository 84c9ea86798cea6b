/// The memory nodes of a machine with several (NUMA), each with the processors that are near to it.
public enum MemoryNodes {
  public struct Node: Sendable, Equatable {
    public var name: String
    /// Numbers of its processors, ascending.
    public var processors: [Int]
    public init(name: String, processors: [Int]) {
      self.name = name
      self.processors = processors
    }
  }

  /// In their order; those without processors are left out. Empty where the system does not tell.
  public static func all(under root: String = "/sys/devices/system/node") -> [Node] {
    guard let names = try? Files.list(root) else { return [] }
    let numbers = names.compactMap { $0.hasPrefix("node") ? Int($0.dropFirst(4)) : nil }.sorted()
    return numbers.compactMap { number in
      guard let bytes = try? Files.read("\(root)/node\(number)/cpulist", limit: 65536) else { return nil }
      let list = processors(String(decoding: bytes, as: UTF8.self))
      return list.isEmpty ? nil : Node(name: "node\(number)", processors: list)
    }
  }

  /// `0-3,8,10-11` as the kernel writes it.
  static func processors(_ text: String) -> [Int] {
    var found: Set<Int> = []
    for part in text.split(whereSeparator: { ",\n ".contains($0) }) {
      let ends = part.split(separator: "-", maxSplits: 1).compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first >= 0, first <= last, last < 1024 else { continue }
      found.formUnion(first...last)
    }
    return found.sorted()
  }

  /// The node that a process keeps to when nobody has bound it: the first, of several, where `usable` are all
  /// processors of the machine. nil where there is nothing to choose.
  public static func choice(among nodes: [Node], usable: [Int]) -> Node? {
    guard nodes.count > 1, Set(usable) == Set(nodes.flatMap(\.processors)) else { return nil }
    return nodes.first
  }
}
