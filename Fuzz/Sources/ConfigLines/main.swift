import ConfigSyntax
import FuzzSupport
import Glibc

let facts = BuildFacts(compatibleVersion: "2.6.12", features: ["+EPOLL"])

/// Every line of a file: words whose columns lie in order inside the line, messages of bounded number, the same again
/// when read a second time.
func read(_ content: [UInt8]) -> ([ConfigLine], [Diagnostic]) {
  let diagnostics = Diagnostics(version: "fuzz", printing: false)
  var reader = ConfigFileReader(file: "f", content: content, facts: facts)
  var lines: [ConfigLine] = []
  while let line = reader.next(section: "s", diagnostics: diagnostics) {
    check(line.count <= LineLexer.maximumWords + 1, "words")
    check(!line.keyword.unicodeScalars.contains("\0"), "NUL")
    check(line.number > (lines.last?.number ?? 0), "numbers")
    check(line.columns.count == line.count, "columns")
    lines.append(line)
  }
  return (lines, diagnostics.entries)
}

exit(
  fuzz { data, count in
    let content = Array(UnsafeBufferPointer(start: data, count: count))
    let (lines, said) = read(content)
    check(said.count { $0.severity == .alert } <= 2 * ConfigFileReader.maximumErrors, "\(said.count) messages")
    let (again, saidAgain) = read(content)
    check(lines.map(\.words) == again.map(\.words) && said == saidAgain, "not the same twice")
    return 0
  })
