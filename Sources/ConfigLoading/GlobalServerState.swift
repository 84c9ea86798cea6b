import ConfigSyntax
import Configuration
import System

/// Looks whether the file of `server-state-file` can be used; warns where it cannot.
func checkGlobalServerState(_ context: LoadContext) {
  guard let path = globalServerStatePath(context.model.global) else { return }
  do throws(SystemError) {
    let content = try Files.read(path, limit: 1 << 26)
    // The first line tells the version of the format.
    guard content.prefix(while: { $0 != 0x0a }).elementsEqual("1".utf8) else {
      return context.warningPlain("config: Can't get version of the global server state file '\(path)'.")
    }
  } catch {
    let isFolder = error.isDirectory
    context.warningPlain(
      isFolder
        ? "config: Can't get version of the global server state file '\(path)'."
        : "config: Can't open global server state file '\(path)': \(error)")
  }
}

/// The file of `server-state-file`, under `server-state-base` unless it is absolute.
func globalServerStatePath(_ global: GlobalSettings) -> String? {
  guard let file = global.serverStateFile else { return nil }
  guard let base = global.serverStateBase, file.unicodeScalars.first != "/" else { return file }
  return base.hasSuffix("/") ? base + file : base + "/" + file
}
