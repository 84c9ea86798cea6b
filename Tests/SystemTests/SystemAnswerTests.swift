import Foundation
import Testing

@testable import System

/// Serialized: one thread of a process at a time may use answers.
@Suite(.serialized) struct SystemAnswerTests {
  /// A folder with the file `a/b`.
  private func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("answers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("a"), withIntermediateDirectories: true)
    try Data("text".utf8).write(to: folder.appendingPathComponent("a/b"))
    try body(folder.path)
    try? FileManager.default.removeItem(at: folder)
  }

  private struct Seen: Equatable {
    var content: [UInt8]?
    var names: [String]?
    var kinds: [Files.Kind?]
    var failure: SystemError?
    var root: UInt32?
    var stranger: UInt32?
  }
  private func look(_ folder: String) -> Seen {
    var failure: SystemError?
    do throws(SystemError) { _ = try Files.read(folder + "/none") } catch { failure = error }
    return Seen(
      content: try? Files.read(folder + "/a/b"), names: try? Files.list(folder + "/a"),
      kinds: ["/a", "/a/b", "/none"].map { Files.kind(folder + $0) }, failure: failure,
      root: OwnProcess.userID(named: "root"), stranger: OwnProcess.groupID(named: "no such group"))
  }

  @Test func givesWhatWasNoted() throws {
    try inFolder { folder in
      let noted = SystemAnswers()
      let before = noted.use { look(folder) }
      #expect(before.content == Array("text".utf8) && before.names == ["b"] && before.kinds == [.folder, .file, nil])
      #expect(before.failure?.isNoSuchFile == true && before.root == 0 && before.stranger == nil)
      try FileManager.default.removeItem(atPath: folder)
      let given = try #require(SystemAnswers(encoded: noted.encoded))
      #expect(given.use { look(folder) } == before)
      #expect(!given.hasGaps)
      #expect(look(folder).content == nil)
    }
  }

  @Test func whatWasNotAskedIsRefused() throws {
    try inFolder { folder in
      let given = try #require(SystemAnswers(encoded: []))
      #expect(given.use { try? Files.read(folder + "/a/b") } == nil)
      #expect(given.hasGaps)
    }
  }

  /// Relative paths mean what they meant where they were asked.
  @Test func foldersAreRemembered() throws {
    let noted = SystemAnswers()
    func enter(_ path: String, _ answers: SystemAnswers) -> [UInt8]? {
      #expect(answers.changeFolder(path) { path != "/nowhere" })
      return try? answers.bytes("read x") { Array("\(path)/x".utf8) }
    }
    #expect(enter("/one", noted) == Array("/one/x".utf8) && enter("/two", noted) == Array("/two/x".utf8))
    #expect(!noted.changeFolder("/nowhere") { false })
    let given = try #require(SystemAnswers(encoded: noted.encoded))
    #expect(given.changeFolder("/one") { false })
    #expect(try given.bytes("read x") { [] } == Array("/one/x".utf8))
    #expect(!given.changeFolder("/nowhere") { true })
    #expect(given.changeFolder("/two") { false })
    #expect(try given.bytes("read x") { [] } == Array("/two/x".utf8))
  }

  @Test func namesHaveTheirAddresses() throws {
    let noted = SystemAnswers()
    let before = noted.use { NameResolution.addresses(of: "::1") + NameResolution.addresses(of: "192.0.2.1") }
    #expect(before.count == 2)
    let given = try #require(SystemAnswers(encoded: noted.encoded))
    #expect(given.use { NameResolution.addresses(of: "::1") + NameResolution.addresses(of: "192.0.2.1") } == before)
    #expect(given.use { NameResolution.addresses(of: "192.0.2.2") }.isEmpty)
  }

  @Test func whatIsCutOffIsNone() {
    let noted = SystemAnswers()
    _ = noted.use { Files.kind("/") }
    let whole = noted.encoded
    #expect(SystemAnswers(encoded: whole) != nil)
    for count in 1..<whole.count { #expect(SystemAnswers(encoded: Array(whole.prefix(count))) == nil) }
  }
}
