import ConfigSyntax
import Configuration
import System

/// `h1-case-adjust` and `h1-case-adjust-file`: how header names are spelt towards old HTTP/1 peers.
let globalCaseKeywords: [KeywordEntry] = [
  KeywordEntry("h1-case-adjust", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 2) else { return }
    if line[1].isEmpty || line[2].isEmpty {
      return context.alert("'h1-case-adjust' expects <from> and <to> as argument.")
    }
    if let failure = add(context, line[1], line[2]) { context.alert(failure) }
  },
  KeywordEntry("h1-case-adjust-file", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 1) else { return }
    if line[1].isEmpty { return context.alert("'h1-case-adjust-file' expects <file> as argument.") }
    // HAProxy opens the file once the whole configuration is read.
    context.globalState.caseFile = line[1]
  },
]

/// Adds a rule; gives what is wrong with it.
private func add(_ context: LoadContext, _ from: String, _ to: String) -> String? {
  guard asciiLowercase(from) == asciiLowercase(to) else { return "<from> and <to> must not differ execpt the case" }
  // HAProxy compares the name as it is written with the rules' upper-case spelling of the first.
  guard context.model.global.headerCaseAdjust[asciiLowercase(from)] == nil else { return "duplicate entry '\(from)'" }
  context.model.global.headerCaseAdjust[asciiLowercase(from)] = to
  return nil
}

private func asciiLowercase(_ text: String) -> String {
  String(latin1: text.latin1Bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 })
}

extension String {
  /// Without blanks at its end and beginning.
  fileprivate var trimmed: String {
    let bytes = latin1Bytes.drop { $0 == 0x20 || (0x09...0x0d).contains($0) }
    let end = bytes.lastIndex { $0 != 0x20 && !(0x09...0x0d).contains($0) }
    return end.map { String(latin1: bytes[...$0]) } ?? ""
  }
}

/// Reads the file of `h1-case-adjust-file`.
@Sendable func completeHeaderCase(_ context: LoadContext) {
  guard let file = context.globalState.caseFile else { return }
  let title = "h1-headers-case-adjust-file '\(file)'"
  let content: [UInt8]
  do throws(SystemError) {
    content = try Files.read(file)
  } catch {
    if error.isDirectory { return }
    return context.alertPlain("\(title): failed to open file.")
  }
  for (index, line) in content.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
    // The second name is the rest of the line: a comment can only stand alone.
    let words = line.prefix { $0 != 0 }.split(maxSplits: 1) { $0 == 0x20 || (0x09...0x0d).contains($0) }
      .map { String(latin1: $0).trimmed }
    guard let from = words.first, from.first != "#" else { continue }
    guard words.count > 1, !words[1].isEmpty else {
      return context.alertPlain("\(title) : expect <to> at line \(index + 1).")
    }
    if let failure = add(context, from, words[1]) {
      return context.alertPlain("\(title) : \(failure) at line \(index + 1).")
    }
  }
}
