import Memory
import Testing

@testable import Samples

@Suite struct PatternEditTests {
  private func make(
    _ words: [String], method: PatternMethod = .string, flags: PatternFlags = [], output: MapOutput? = nil
  ) throws -> (PatternReference, PatternReplica) {
    let registry = PatternRegistry()
    let reference = PatternReference(file: nil, display: "", isMap: output != nil)
    for word in words { reference.load(Bytes(permanent: word), value: Bytes(permanent: "v-" + word), line: 0) }
    _ = try registry.expression(reference, method: method, flags: flags, output: output)
    return (reference, PatternReplica(registry.expressions[0]))
  }
  private func find(_ replica: PatternReplica, _ text: String) -> Bool {
    replica.find(.string(Bytes(permanent: text)), RegexMatcher()) != nil
  }
  private func value(_ replica: PatternReplica, _ text: String) -> String? {
    replica.find(.string(Bytes(permanent: text)), RegexMatcher())?.value?.text?.latin1
  }

  @Test func addAndRemove() throws {
    let (reference, replica) = try make(["a", "b"])
    #expect(find(replica, "a") && !find(replica, "c"))
    try reference.add(Bytes("c"))
    #expect(find(replica, "c"))
    #expect(reference.remove(Bytes("a")) == 1)
    #expect(reference.remove(Bytes("zz")) == 0)
    #expect(!find(replica, "a") && find(replica, "b"))
    try reference.add(Bytes("a"))
    #expect(find(replica, "a"))
    reference.clear()
    #expect(!find(replica, "a") && reference.count == 0)
  }

  @Test func manyEditsKeepTheAnswers() throws {
    let (reference, replica) = try make((0..<500).map { "start\($0)" })
    var expected = Set((0..<500).map { "start\($0)" })
    var state: UInt64 = 42
    for step in 0..<3000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let word = (state >> 33) % 2 == 0 ? "start\((state >> 40) % 600)" : "new\((state >> 40) % 300)"
      if (state >> 60) % 3 == 0 {
        let removed = reference.remove(Bytes(permanent: word))
        #expect((removed > 0) == expected.contains(word))
        expected.remove(word)
      } else if !expected.contains(word) {
        try reference.add(Bytes(permanent: word))
        expected.insert(word)
      }
      if step % 50 == 0 {
        for i in 0..<600 where i % 7 == step / 50 % 7 {
          #expect(find(replica, "start\(i)") == expected.contains("start\(i)"))
          #expect(find(replica, "new\(i)") == expected.contains("new\(i)"))
        }
      }
    }
    #expect(reference.count == expected.count)
  }

  @Test func valuesChangeInPlace() throws {
    let (reference, replica) = try make(["a", "b", "a"], output: .string)
    #expect(value(replica, "a") == "v-a")
    #expect(try reference.set(Bytes("a"), value: Bytes("new")) == 2)
    #expect(value(replica, "a") == "new" && value(replica, "b") == "v-b")
    #expect(try reference.set(Bytes("zz"), value: Bytes("new")) == 0)
  }

  @Test func aValueOfTheWrongTypeIsRefused() throws {
    let registry = PatternRegistry()
    let reference = PatternReference(file: nil, display: "", isMap: true)
    reference.load(Bytes("a"), value: Bytes("1"), line: 0)
    _ = try registry.expression(reference, method: .string, flags: [], output: .integer)
    #expect(throws: PatternError.self) { try reference.set(Bytes("a"), value: Bytes("x")) }
    #expect(throws: PatternError.self) { try reference.add(Bytes("b"), value: Bytes("y")) }
    #expect(reference.count == 1)
  }

  @Test func aPreparedVersionIsSeenOnlyAfterItsCommit() throws {
    let (reference, replica) = try make(["old"])
    let version = reference.prepare()
    try reference.add(Bytes("new"), generation: version)
    #expect(find(replica, "old") && !find(replica, "new"))
    #expect(reference.entries(generation: version).count == 1)
    #expect(try !reference.commit(version &+ 5))
    #expect(try reference.commit(version))
    #expect(!find(replica, "old") && find(replica, "new"))
    #expect(reference.currentGeneration == version && reference.count == 1)
  }

  @Test func theLongestBeginningWinsAcrossEdits() throws {
    let (reference, replica) = try make(["/a", "/b"], method: .beginning, output: .string)
    try reference.add(Bytes("/a/long"), value: Bytes("long"))
    try reference.add(Bytes("/a/l"), value: Bytes("short"))
    #expect(value(replica, "/a/longer") == "long")
    #expect(value(replica, "/a/lx") == "short")
    #expect(value(replica, "/ax") == "v-/a")
  }

  @Test func aHostileExpressionIsBounded() throws {
    let regex = try Regex("(a+)+$")
    let text = Bytes(permanent: String(repeating: "a", count: 5000) + "b")
    #expect(!RegexMatcher().matches(regex, text))
  }

  @Test func indexedAndPlainListsAgree() throws {
    let words = (0..<200).map { "w\($0 % 40)-\($0)" } + ["example.com", "example", "a.b", "com", "x"]
    for method in [PatternMethod.string, .beginning, .end, .domain, .directory, .substring] {
      for flags in [PatternFlags(), .ignoreCase] {
        let (_, many) = try make(words, method: method, flags: flags, output: .string)
        for text in ["w3-3", "W3-43x", "www.example.com", "a.b.c", "/x/a.b?y", "com", "xw1-1", "w1-1/", "zz", ""] {
          // One list a pattern is compared without an index.
          var best: String?
          for word in words where method != .beginning || flags.contains(.ignoreCase) {
            let (_, one) = try make([word], method: method, flags: flags, output: .string)
            if let found = value(one, text) {
              best = found
              break
            }
          }
          if method == .beginning && flags.isEmpty {
            best = words.filter { text.hasPrefix($0) }.max { $0.count < $1.count }.map { "v-" + $0 }
          }
          #expect(value(many, text) == best, "\(method) \(flags.rawValue) \(text)")
        }
      }
    }
  }
}
