import EventLoop
import Rules
import Samples

/// Where a stream stands in the rules of its request.
enum RuleStage: UInt8, Comparable {
  case start, frontendContent, frontendHTTP, frontendStatistics, frontendRedirects, switching
  case backendContent, backendHTTP, backendStatistics, backendRedirects
  case done
  static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What came of a list of rules.
enum RuleOutcome {
  /// All that had to be done is done.
  case proceed
  /// The stream has its answer, or its end.
  case stop
  /// Something must come first: the same rule is tried again then.
  case wait
}

extension Stream {
  /// The head of an answer is there to be looked at.
  var hasResponseHead: Bool { responseTick >= 0 || isIntercepted }

  /// `tcp-response content` rules come first, or are waiting for what they look at.
  var inspectsResponse: Bool {
    connector == .established && responsePhase == .head && backend?.inspectsResponse == true
      && responseInspection != .over
  }

  func clearRules() {
    ruleStage = .start
    ruleIndex = 0
    ruleDeadline = TimerWheel.never
    isTarpitted = false
    nameAnswer = .none
    nameDeadline = TimerWheel.never
    responseInspection = .pending
    waitsInResponseRules = false
    responseRuleDeadline = TimerWheel.never
    if !pendingStores.isEmpty { pendingStores.removeAll(keepingCapacity: true) }
    stickServer = nil
    hasRunStickRules = false
    hasStoredServer = false
    lastRuleLine = 0
    logLevel = nil
    chosenBackend = nil
    chosenServer = nil
    serverTimeout = nil
    tunnelTimeout = nil
    sourceOverride = nil
    isStrict = true
    hidesRequestTime = false
    sentMethod = nil
    hasIdentifier = false
    effects = StreamEffects()
    cookieCaptures.clear()
    cookieServer = nil
    showsCookies = false
    cookieClient = UInt8(ascii: "-")
    cookieResponse = UInt8(ascii: "-")
  }
}
