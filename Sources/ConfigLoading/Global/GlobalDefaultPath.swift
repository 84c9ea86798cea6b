import ConfigSyntax
import Configuration
import System

/// `default-path`: where relative names of files in the configuration start. It acts by changing the working folder
/// while files are read.
enum DefaultPathLine {
  @Sendable static func parse(_ context: LoadContext, _ line: ConfigLine) {
    let path: DefaultPath
    switch line[1] {
    case "current": path = .current
    case "config": path = .config
    case "parent": path = .parent
    case "origin":
      if line[2].isEmpty { return context.alert("'default-path origin' expects a directory as an argument.") }
      path = .origin(line[2])
    default:
      let complaint = line[1].isEmpty ? "missing" : "unsupported"
      return context.alert(
        "\(complaint) default-path mode '\(line[1])' for 'default-path', supported modes include 'current', "
          + "'config', 'parent', and 'origin'.")
    }
    context.globalState.defaultPath = path
    if case .origin(let folder) = path { context.model.global.defaultPath = folder }
    if let failure = context.enterDefaultPath() { context.alert(failure) }
  }
}

extension LoadContext {
  /// Makes the working folder the one that `default-path` asks for in the current file; gives what went wrong.
  func enterDefaultPath() -> String? {
    guard Files.changeFolder(startFolder) else {
      return "Impossible to get back to initial directory '\(startFolder)': \(SystemError.current)."
    }
    let folder = folder(of: currentFile)
    switch globalState.defaultPath {
    case .current: return nil
    case .config: return enter(folder, "config")
    case .parent: return enter(folder + "/..", "parent")
    case .origin(let folder): return enter(folder, "origin")
    }
  }

  private func enter(_ folder: String, _ mode: String) -> String? {
    if Files.changeFolder(folder) { return nil }
    let error = SystemError.current
    return "couldn't set '\(line.keyword)' to \(mode) '\(folder)': Impossible to get back to directory "
      + "'\(startFolder)': \(error)."
  }

  private func folder(of file: String) -> String {
    guard let slash = file.unicodeScalars.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file.unicodeScalars[..<slash])
  }
}
