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
  StatsSocketLine.parse(context, line)
  if !context.isUsable || context.model.global.statsSockets.isEmpty {
    diagnostics.alert("Can't create the master's CLI.")
    return nil
  }
  return context.model.global.statsSockets
}
