import ConfigSyntax
import Configuration
import System

/// What `global` lines told that only loading needs.
struct GlobalLoadState {
  var allowsExperiments = false
  /// Numbers of keywords that may stand only once.
  var given: [String: Int] = [:]
  /// The folder that relative names of files are taken from.
  var defaultPath = DefaultPath.current
  /// `h1-case-adjust-file`
  var caseFile: String?
  /// `thread-group`: the threads that it names; nil for all.
  var groupThreads: Set<Int>?
}

/// `default-path`: where relative names in configuration files start.
enum DefaultPath: Equatable {
  case current, config, parent
  case origin(String)
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
  let half = context.model.global.tune.bufferSize / 2
  if context.model.global.tune.maxRewrite > half { context.model.global.tune.maxRewrite = half }
  checkThreadGroup(context)
}

/// The keywords of `global` (manual section 3).
let globalKeywords: [KeywordEntry] =
  globalProcessKeywords + globalSwitches + globalLimits + globalTexts + globalEnvironmentKeywords + globalLogKeywords
  + globalStatsKeywords + globalTuneKeywords + globalDormantKeywords + globalTLSKeywords + globalCaseKeywords
  + globalVariableKeywords + globalPlatformKeywords
