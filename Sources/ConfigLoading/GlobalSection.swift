import ConfigSyntax
import Configuration

/// What `global` lines told that only loading needs.
struct GlobalLoadState {
  var hasMaxConnections = false
}

extension LoadContext {
  func openGlobal(_ line: ConfigLine) {
    sectionName = "global"
    _ = checkArgumentCount(line, atMost: 0)
  }
}

/// Fills in what `global` leaves open.
@Sendable func completeGlobal(_ context: LoadContext) {
  if context.model.global.localPeer == nil { context.model.global.localPeer = context.options.localPeer }
}

/// The keywords of `global` (manual section 3).
let globalKeywords: [KeywordEntry] = [
  KeywordEntry("daemon", .global) { context, line in
    guard context.checkArgumentCount(line, atMost: 0) else { return }
    context.model.global.daemon = true
  }
]
