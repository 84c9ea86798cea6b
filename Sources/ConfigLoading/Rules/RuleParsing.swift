import ConfigSyntax
import Configuration
import LogFormat
import Memory
import Rules
import Samples

/// What is wrong with a rule, in HAProxy's words.
struct RuleProblem: Error {
  enum Kind {
    case action, experimental, notImplemented
    /// The message stands alone in TCP lists.
    case bare
  }
  var kind = Kind.action
  let text: String
  init(_ text: String, _ kind: Kind = .action) {
    self.text = text
    self.kind = kind
  }
}

/// One rule line while it is read: words from the action's name on, and where the reading stands.
struct RuleParsing {
  let context: LoadContext
  let list: RuleList
  /// The action as it was written, `set-var(txn.x)` for one.
  let written: String
  let words: [String]
  var at = 0
  /// Of the expression that was read last.
  var lastFetch: FetchDescriptor?

  var proxy: ProxySettings { context.proxy }
  var places: CheckPoints { list.places(proxy) }
  var site: ExpressionSite {
    ExpressionSite(
      file: context.line.file, line: context.line.number, proxy: proxy.name, user: list.user(of: written))
  }

  init(_ context: LoadContext, _ list: RuleList, _ words: [String]) {
    self.context = context
    self.list = list
    written = words.first ?? ""
    self.words = words
    at = 1
  }

  subscript(i: Int) -> String { i >= 0 && i < words.count ? words[i] : "" }
  var word: String { self[at] }
  mutating func next() -> String {
    defer { at += 1 }
    return word
  }
  /// The word begins a condition, or there is none.
  var isAtEnd: Bool { word.isEmpty || word == "if" || word == "unless" }
  /// `word` does not end the rule's own arguments where only `if` and `unless` do.
  var isAtCondition: Bool { word == "if" || word == "unless" }

  // MARK: - Parts

  mutating func text(_ string: String, _ flags: LogFieldFlags = .http) throws(RuleProblem) -> TextHandle {
    do throws(LogFormatError) {
      let compiled = try LogFormat(
        string, flags: flags, isHTTP: proxy.mode == .http, places: places, site: site,
        compiler: context.samples)
      compiled.warnings.forEach { context.warning($0) }
      context.noteFormat(compiled)
      return context.model.ruleResources.add(compiled)
    } catch {
      error.warnings.forEach { context.warning($0) }
      throw RuleProblem(error.description)
    }
  }

  func regex(_ string: String, prefix: String = "") throws(RuleProblem) -> RegexHandle {
    do throws(Regex.CompileError) {
      return context.model.ruleResources.add(try Regex(string))
    } catch {
      throw RuleProblem(
        "\(prefix)regex '\(string)' is invalid (error=\(error.message), erroffset=\(error.offset))")
    }
  }

  /// An expression whose fetch must be available where the rule is evaluated.
  mutating func expression(named keyword: String? = nil) throws(RuleProblem) -> Expression {
    let start = at
    do throws(SampleError) {
      if word.isEmpty { throw SampleError("missing fetch method") }
      let parsed = try context.samples.parse(words: words, at: &at, site: site)
      if parsed.fetch.places.isDisjoint(with: places) {
        throw SampleError(
          "fetch method '\(keyword ?? self[start])' extracts information from '\(parsed.fetch.sourceNames)', none of "
            + "which is available here")
      }
      lastFetch = parsed.fetch
      return parsed.expression
    } catch {
      throw RuleProblem(error.message)
    }
  }

  // MARK: - The end of the line

  /// The condition that follows, nil for none.
  mutating func condition() throws(RuleProblem) -> Condition? {
    guard isAtCondition else { return nil }
    do throws(SampleError) {
      return try context.condition(
        Array(words[at...]), site: context.ruleSite, at: list.mainPlace(proxy), in: conditionSuffix)
    } catch {
      throw RuleProblem(error.message)
    }
  }
  /// HAProxy names the list in warnings of TCP rules only.
  private var conditionSuffix: String { list.isHTTP ? "" : " in '\(list.rawValue)'" }
}

extension LoadContext {
  /// Reads `if ...` or `unless ...`, and warns of ACLs that cannot match at the place.
  func condition(
    _ words: [String], site: ExpressionSite, at place: CheckPoint, in suffix: String = ""
  ) throws(SampleError) -> Condition {
    var lists = ruleState.accessLists[current] ?? AccessLists()
    defer {
      ruleState.accessLists[current] = lists
      takeSampleWarnings()
    }
    let parsed = try samples.parseCondition(
      words: Array(words.dropFirst()), unless: words.first == "unless", lists: &lists, site: site)
    let inBuffers = parsed.fetches.contains {
      $0.sources.contains(.requestBuffer) || $0.sources.contains(.responseBuffer)
    }
    if inBuffers { ruleState.bufferConditions[parsed.condition] = location }
    if let text = parsed.warning(at: place) {
      warning(
        suffix.isEmpty
          ? text : text.replacingFirst("will never match because it", "will never match\(suffix) because it"))
    }
    return parsed.condition
  }

  func takeSampleWarnings() {
    for text in samples.takeWarnings() {
      warningPlain(text)
    }
  }

  var ruleSite: ExpressionSite { ExpressionSite(file: line.file, line: line.number, proxy: proxy.name) }
}

/// A `capture ... id` rule, whose slot must be declared somewhere in its frontend.
struct CaptureUse {
  let proxy: Int?
  let list: RuleList
  let slot: Int
  let isResponse: Bool
}

/// What reading rules must remember between lines.
struct RuleLoadState {
  /// The ACLs of each section; those of `defaults` are seen by its own rules only.
  var accessLists: [LoadContext.Current: AccessLists] = [:]
  /// User lists by name, and their numbers in the compiler.
  var userLists: [String: Int32] = [:]
  var users = UserListReading()
  /// What is wrong with the lists that were read.
  var userListError: String?
  var captures: [CaptureUse] = []
  var resolutions: [(Int?, ResolutionHandle)] = []
  var caches: [(Int?, CacheHandle)] = []
  /// `switch-mode` to what cannot be spoken there: proxy and protocol.
  var wrongSwitches: [(Int?, String)] = []
  var startVariables: [StartVariable] = []
  var tables = TableLoadState()
  /// Of each proxy: where its last rule with a format stands, and whether any of them needs HTTP.
  var formats: [Int: (last: SourceLocation?, needHTTP: Bool)] = [:]
  /// Conditions that look into buffers, which HTTP does not show, and where they were written.
  var bufferConditions: [Condition: SourceLocation] = [:]
  /// Proxies with a capture of contents that may not have come yet, one for each rule.
  var contentCaptures: [Int] = []
  /// Names of files as rules keep them, one copy of each.
  private var fileNames: [String: Bytes] = [:]

  mutating func name(of file: String) -> Bytes {
    if let known = fileNames[file] { return known }
    let name = Bytes(permanent: file)
    fileNames[file] = name
    return name
  }
}

extension String {
  /// The string with the first place where `old` stands replaced.
  func replacingFirst(_ old: String, _ new: String) -> String {
    let bytes = Array(unicodeScalars)
    let wanted = Array(old.unicodeScalars)
    guard bytes.count >= wanted.count, !wanted.isEmpty else { return self }
    for start in 0...(bytes.count - wanted.count) where Array(bytes[start..<start + wanted.count]) == wanted {
      var view = String.UnicodeScalarView(bytes[..<start])
      view.append(contentsOf: new.unicodeScalars)
      view.append(contentsOf: bytes[(start + wanted.count)...])
      return String(view)
    }
    return self
  }
}
