public import ConfigSyntax
public import Configuration

/// The socket of `-S`: an address and bind options, with commas between them (management manual, section 3). nil after
/// a message.
public func parseMasterSocket(
  _ text: String, options: LoadOptions, diagnostics: Diagnostics
) -> [BindSettings]? {
  let context = LoadContext(options: options, diagnostics: diagnostics)
  let words = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  // The master is its owner's: level admin unless an option lowers it.
  let line = ConfigLine(
    file: "master-socket", number: 1, words: ["stats", "socket", words[0], "level", "admin"] + words.dropFirst())
  context.line = line
  do throws(MasterSocketProblem) { return try read(line, context) } catch {
    for text in error.texts { diagnostics.alert(text) }
    diagnostics.alert("Can't create the master's CLI.")
    return nil
  }
}

private struct MasterSocketProblem: Error { let texts: [String] }

private func read(_ line: ConfigLine, _ context: LoadContext) throws(MasterSocketProblem) -> [BindSettings] {
  let start: [BindSettings]
  do throws(AddressError) { start = try BindLine.addresses(line[2], context) } catch {
    let text = error.text.hasPrefix("missing port") ? error.text.droppingLastLineFeed : error.text
    throw MasterSocketProblem(texts: ["Cannot create the listener of the master CLI", text])
  }
  guard let first = start.first else { throw MasterSocketProblem(texts: []) }
  var options = BindOptionContext(
    context: context, title: line[2], cursor: OptionCursor(line: line, at: 3), settings: first,
    addressCount: start.count, proxy: nil, prefix: "'\(line[2])'")
  do throws(StatsSocketLine.Problem) { try StatsSocketLine.read(&options) } catch {
    throw MasterSocketProblem(texts: ["'\(line[2]) \(error.option)' : \(error.text)"])
  }
  return start.map { one in
    var settings = options.settings
    settings.address = one.address
    return settings
  }
}
