import ConfigLoading
import ConfigSyntax
import FuzzSupport
import Glibc

let facts = BuildFacts(compatibleVersion: "2.6.12", features: ["+EPOLL"])

/// Words that reach beyond the text: other files, names to look up, the process's environment and folder.
let reaching = ["default-path", "resetenv", "unsetenv", "setenv", "presetenv", "localpeer"]

exit(
  fuzz { data, count in
    let content = Array(UnsafeBufferPointer(start: data, count: count))
    let text = String(latin1: content)
    if reaching.contains(where: { text.contains($0) }) { return -1 }
    let diagnostics = Diagnostics(version: "fuzz", printing: false)
    let model = checkConfiguration(
      content: content, called: "f", options: LoadOptions(facts: facts, localPeer: "p"), diagnostics: diagnostics)
    // Refused for a reason that was said, or usable.
    check(model != nil || diagnostics.entries.contains { $0.severity == .alert }, "refused without a word")
    return 0
  })
