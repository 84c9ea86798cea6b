import Foundation
import Testing

@testable import System

@Suite struct MemoryNodeTests {
  @Test(arguments: [
    ("0-3\n", [0, 1, 2, 3]), ("0,2-3,8\n", [0, 2, 3, 8]), ("", []), ("\n", []), ("5", [5]), ("3-1", []),
    ("0-99999", []),
    ("x,1", [1]), ("1-2,2-4", [1, 2, 3, 4]),
  ])
  func readsLists(_ text: String, _ expected: [Int]) { #expect(MemoryNodes.processors(text) == expected) }

  @Test func readsNodesInOrder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("nodes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, list) in [("node10", "8-9\n"), ("node2", "4-7\n"), ("node0", "\n"), ("power", "1\n")] {
      let place = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(list.utf8).write(to: place.appendingPathComponent("cpulist"))
    }
    #expect(
      MemoryNodes.all(under: folder.path) == [
        .init(name: "node2", processors: [4, 5, 6, 7]), .init(name: "node10", processors: [8, 9]),
      ])
    #expect(MemoryNodes.all(under: folder.path + "/nowhere").isEmpty)
  }

  @Test func choosesOnlyWhereNobodyHas() {
    let nodes = [MemoryNodes.Node(name: "node0", processors: [0, 1]), .init(name: "node1", processors: [2, 3])]
    #expect(MemoryNodes.choice(among: nodes, usable: [0, 1, 2, 3])?.name == "node0")
    #expect(MemoryNodes.choice(among: nodes, usable: [1, 2, 3]) == nil)
    #expect(MemoryNodes.choice(among: [nodes[0]], usable: [0, 1]) == nil)
    #expect(MemoryNodes.choice(among: [], usable: [0]) == nil)
  }
}
