import ConfigSyntax
import Configuration
import System

/// Reads configuration files, in their order, into a model. nil where they cannot be used; the messages, and whether
/// there were warnings, are in `diagnostics`.
public func loadConfiguration(
  files: [String], options: LoadOptions, diagnostics: Diagnostics
) -> ConfigurationModel? {
  let context = LoadContext(options: options, diagnostics: diagnostics)
  diagnostics.context = "config"
  context.startFolder = Files.currentFolder
  defer { diagnostics.context = nil }
  for file in files {
    guard read(file, into: context) else { return nil }
  }
  guard complete(context) else { return nil }
  context.model.variableNames = context.samples.variables
  loadServerStates(context)
  if !resolveServerAddresses(context) {
    diagnostics.alert("Failed to initialize server(s) addr.")
    return nil
  }
  return context.model
}

/// Reads one text as `loadConfiguration` reads a file, without looking up the names of servers or the state of an
/// earlier process. nil where it cannot be used.
public func checkConfiguration(
  content: [UInt8], called file: String, options: LoadOptions, diagnostics: Diagnostics
) -> ConfigurationModel? {
  let context = LoadContext(options: options, diagnostics: diagnostics)
  diagnostics.context = "config"
  context.startFolder = Files.currentFolder
  defer { diagnostics.context = nil }
  guard read(content, of: file, into: context), complete(context) else { return nil }
  return context.model
}

/// Checks what has been read; false where it cannot be used.
private func complete(_ context: LoadContext) -> Bool {
  if context.isUsable, let place = context.options.masterSocket {
    if !context.options.hasMaster && !context.model.global.masterWorker {
      context.warningPlain("a master CLI socket was defined, but master-worker mode (-W) is not enabled.")
    } else if parseMasterSocket(place, options: context.options, diagnostics: context.diagnostics) == nil {
      return false
    }
  }
  // What can be told is told at once, also where something is wrong already: only what was not read cannot be checked.
  if context.isUsable {
    for check in loadChecks { check(context) }
    if context.isUsable { return true }
    let model = context.model
    if !model.programs.isEmpty && !model.global.masterWorker && !context.options.hasMaster {
      context.alertPlain("Can't use a 'program' section without master worker mode.")
    }
  }
  context.diagnostics.alert("Fatal errors found in configuration.")
  return false
}

/// What is checked and completed after the last file, in order.
let loadChecks: [@Sendable (LoadContext) -> Void] = [
  { $0.finishUserLists() }, completeGlobal, completeProxies,
  {
    completeTables($0)
    completeRules($0)
  }, LoadContext.completeCaches,
  completeHeaderCase,
  { $0.makeImplicitRings() }, { $0.finishRings() },
  { $0.finishLogForwards() },
  { $0.finishResolvers() }, { $0.numberResolvers() },
]

/// False where loading must stop.
private func read(_ file: String, into context: LoadContext) -> Bool {
  let content: [UInt8]
  do throws(SystemError) {
    content = try Files.read(file)
  } catch {
    context.diagnostics.alert("Could not open configuration file \(file) : \(error)")
    return false
  }
  return read(content, of: file, into: context)
}

private func read(_ content: [UInt8], of file: String, into context: LoadContext) -> Bool {
  let before = context.takeFlags()
  context.currentFile = file
  if let failure = context.enterDefaultPath() {
    context.alertPlain("parsing [\(file):0]: \(failure)", [.alert, .fatal, .abort])
    return false
  }
  defer { Files.changeFolder(context.startFolder) }
  var reader = ConfigFileReader(file: file, content: content, facts: context.options.facts)
  while let line = reader.next(section: context.sectionName, diagnostics: context.diagnostics) {
    context.line = line
    // A line whose first word is empty counts as an empty one.
    if line.keyword.isEmpty && line.prefix == .none { continue }
    let earlier = context.takeFlags()
    if let kind = SectionKind(rawValue: line.keyword) {
      context.close()
      context.open(kind, line)
    } else {
      context.read(line)
    }
    let own = context.flags
    context.add(earlier)
    if own.contains(.fatal) { reader.countError() }
    if own.contains(.abort) { break }
  }
  context.close()
  context.section = nil
  context.sectionName = ""
  context.add(reader.flags)
  if !context.flags.isDisjoint(with: [.fatal, .abort]) {
    context.diagnostics.alert("Error(s) found in configuration file : \(file)")
  }
  let stops = context.flags.contains(.abort)
  context.add(before)
  return !stops
}

extension LoadContext {
  /// Whether no error has been found that keeps the configuration from being used.
  var isUsable: Bool { flags.isDisjoint(with: [.fatal, .abort]) }

  /// The flags so far, which are then empty.
  func takeFlags() -> LoadFlags {
    let taken = flags
    clearFlags()
    return taken
  }
}

/// The files that `-f` names: a folder stands for its `*.cfg` files, sorted. nil after an error.
public func configurationFiles(at path: String, diagnostics: Diagnostics) -> [String]? {
  guard let kind = Files.kind(path) else {
    let error = SystemError.current
    diagnostics.alert("Cannot open configuration file/directory \(path) : \(error)")
    return nil
  }
  guard kind == .folder else { return [path] }
  do throws(SystemError) {
    let names = try Files.list(path)
    let stem = path + "/"
    return names.filter { $0.hasSuffix(".cfg") && !$0.hasPrefix(".") }.map { stem + $0 }
      .filter { Files.kind($0) == .file }
  } catch {
    diagnostics.alert("Cannot open configuration directory \(path) : \(error)")
    return nil
  }
}
