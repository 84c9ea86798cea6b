import ConfigLoading
import ConfigSyntax
import Configuration
import System

/// The program from its command line to its exit status.
public enum Program {
  /// Reads the command line and does what it asks; gives the exit status. `words` begins with the program's name.
  public static func main(_ words: [String]) -> Int32 {
    let diagnostics = Diagnostics(version: Version.text, printing: true)
    let options: CommandLineOptions
    do throws(CommandLineError) {
      options = try CommandLineOptions(arguments: Array(words.dropFirst()))
    } catch {
      return refuse(error, program: words.first?.split(separator: "/").last.map(String.init) ?? "weir", diagnostics)
    }
    diagnostics.isPrinting = options.isTalking
    diagnostics.isVerbose = options.verbose || options.debug
    diagnostics.isDiagnosing = options.diagnostic
    diagnostics.form = options.messageForm ?? (FileDescriptor.standardError.isTerminal ? .explained : .plain)
    switch options.action {
    case .version:
      FileDescriptor.standardOutput.writeAll(VersionReport.short)
      return 0
    case .versionDetails:
      FileDescriptor.standardOutput.writeAll(VersionReport.long(threads: Affinity.usable.count))
      return 0
    case .evaluate(let condition): return evaluate(condition, diagnostics)
    case .check: return start(options, program: words.first ?? "weir", nil, diagnostics)
    case .run: return run(options, words, diagnostics)
    }
  }

  /// Starts; or waits, where this is a master that has its workers already. A master that cannot use its new
  /// configuration goes on with the workers it has.
  private static func run(_ options: CommandLineOptions, _ words: [String], _ diagnostics: Diagnostics) -> Int32 {
    let master = MasterStart(words: words, options: options)
    if master.isWaiting { return MasterLoop.run(master, options, diagnostics) }
    let status = start(options, program: words.first ?? "weir", master, diagnostics)
    if status != 0 && master.isReload && !master.isWorker { return master.fail(diagnostics) }
    return status
  }

  private static func refuse(_ error: CommandLineError, program: String, _ diagnostics: Diagnostics) -> Int32 {
    switch error {
    case .alert(let text): diagnostics.alert(text)
    case .text(let text):
      FileDescriptor.standardOutput.writeAll(text)
      return 0
    case .usage(let text):
      if let text { diagnostics.alert(text) }
      FileDescriptor.standardOutput.writeAll(VersionReport.short)
      FileDescriptor.standardError.writeAll(CommandLineOptions.usage(program: program))
    }
    return 1
  }

  private static func evaluate(_ condition: String, _ diagnostics: Diagnostics) -> Int32 {
    do throws(ConditionError) {
      return try ConditionExpression.evaluate(condition, facts: Version.facts) ? 0 : 1
    } catch {
      diagnostics.alert("config : Failed to evaluate condition: \(error.message)")
      return 2
    }
  }

  /// Reads the configuration anew for a reload in place; nil after alerts. Nothing but messages comes of it.
  static func read(_ options: CommandLineOptions, _ diagnostics: Diagnostics) -> ConfigurationModel? {
    guard var loaded = load(options, program: nil, diagnostics) else { return nil }
    options.override(&loaded.global)
    if !checkPrograms(loaded, diagnostics) || !RingReferences.check(loaded, diagnostics) { return nil }
    if diagnostics.warningCount > 0 && (options.zeroWarning || loaded.global.zeroWarning) {
      diagnostics.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
      return nil
    }
    if loaded.hasListener { return loaded }
    diagnostics.alert("[haproxy.main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
    return nil
  }

  private static func start(
    _ options: CommandLineOptions, program: String, _ master: MasterStart?, _ diagnostics: Diagnostics
  ) -> Int32 {
    if let directory = options.directory, !OwnProcess.changeDirectory(directory, diagnostics) { return 1 }
    if options.noGetaddrinfo { NameResolution.usesAddressInfo = false }
    guard var loaded = load(options, program: program, diagnostics) else { return 1 }
    options.override(&loaded.global)
    if !checkPrograms(loaded, diagnostics) { return 1 }
    RestoredStates.tell(loaded, options, diagnostics)
    if options.listsLibraries { listLibraries(diagnostics) }
    for text in KeywordDump.texts(classes: options.dumpedClasses) { FileDescriptor.standardOutput.writeAll(text) }
    if diagnostics.warningCount > 0 && (options.zeroWarning || loaded.global.zeroWarning) {
      diagnostics.alert("config : Some warnings were found and 'zero-warning' is set. Aborting.")
      return 1
    }
    if options.action == .check { return report(loaded, diagnostics) }
    if !loaded.hasListener {
      diagnostics.alert("[\(program).main()] No enabled listener found (check for 'bind' directives) ! Exiting.")
      return 1
    }
    return run(loaded, options, master, diagnostics)
  }

  /// Whether what a master is to run beside its worker can be run.
  private static func checkPrograms(_ model: ConfigurationModel, _ diagnostics: Diagnostics) -> Bool {
    let idle = model.programs.filter(\.command.isEmpty)
    for program in idle {
      diagnostics.alert("config : The program section '\(program.name)' lacks a command to launch.")
    }
    let hasNoMaster = !model.programs.isEmpty && !model.global.masterWorker
    if hasNoMaster { diagnostics.alert("config : Can't use a 'program' section without master worker mode.") }
    if idle.isEmpty && !hasNoMaster { return true }
    diagnostics.alert("config : Fatal errors found in configuration.")
    return false
  }

  /// Sets the variables that configurations can use, and reads the files. Where folders are named and none of them has
  /// any, the usage is shown, for which `program` is there while the process starts.
  private static func load(
    _ options: CommandLineOptions, program: String?, _ diagnostics: Diagnostics
  ) -> ConfigurationModel? {
    let localPeer = options.localPeer ?? OwnProcess.hostName
    OwnProcess.setEnvironment("HAPROXY_STARTUP_VERSION", Version.text)
    OwnProcess.setEnvironment("HAPROXY_LOCALPEER", localPeer)
    var files: [String] = []
    diagnostics.context = "config"
    for path in options.paths {
      guard let found = configurationFiles(at: path, diagnostics: diagnostics) else { return nil }
      files += found
    }
    if files.isEmpty {
      if let program {
        _ = refuse(.usage(nil), program: program, diagnostics)
      } else {
        diagnostics.alert("No configuration file found in \(options.paths.joined(separator: ", "))")
      }
      return nil
    }
    diagnostics.context = nil
    var loading = LoadOptions(facts: Version.facts, localPeer: localPeer)
    loading.defaultProxyConnections = options.proxyConnections ?? 0
    loading.pidFile = options.pidFile
    loading.masterSocket = options.masterSocket
    loading.hasMaster = options.masterWorker
    loading.ignoresResolutionFailures = options.ignoresResolutionFailures
    let model = loadConfiguration(files: files, options: loading, diagnostics: diagnostics)
    OwnProcess.setEnvironment("HAPROXY_CFGFILES", files.joined(separator: ";"))
    return model
  }

  private static func listLibraries(_ diagnostics: Diagnostics) {
    if diagnostics.isPrinting { FileDescriptor.standardOutput.writeAll("List of loaded object files:\n") }
    for path in OwnProcess.loadedObjects { FileDescriptor.standardOutput.writeAll("\(path)\n") }
  }

  /// The answer to `-c`.
  private static func report(_ model: ConfigurationModel, _ diagnostics: Diagnostics) -> Int32 {
    let output = FileDescriptor.standardOutput
    if diagnostics.isPrinting && diagnostics.warningCount > 0 { output.writeAll("Warnings were found.\n") }
    let isStartable = model.hasListener
    if diagnostics.isPrinting {
      output.writeAll(
        isStartable
          ? "Configuration file is valid\n"
          : "Configuration file has no error but will not start (no listener) => exit(2).\n")
    }
    return isStartable ? 0 : 2
  }

  /// Runs the proxies of `model` until they are told to stop; gives the exit status.
  static func run(
    _ model: ConfigurationModel, _ options: CommandLineOptions, _ master: MasterStart?, _ diagnostics: Diagnostics
  ) -> Int32 {
    if let megabytes = options.memoryLimit, megabytes > 0 {
      OwnProcess.setMemoryLimit(megabytes.multipliedReportingOverflow(by: 1 << 20).partialValue)
      if !MemoryRoom.has(16 << 20) {
        diagnostics.alert("Not enough memory to start: -m \(megabytes) leaves less than 16 MB.")
        return 1
      }
    }
    var settings = Runner.Settings()
    settings.daemon = options.daemon || (model.global.daemon && !options.staysInForeground)
    settings.maxConnections = options.maxConnections
    settings.pidFile = options.pidFile
    settings.oldProcesses = options.oldProcesses
    settings.oldProcessSignal = options.oldProcessSignal == .finish ? Signals.user1 : Signals.terminate
    settings.quiet = options.quiet
    settings.tracesTraffic = options.debug
    settings.talks = options.debug || options.verbose
    settings.transferSocket = options.transferSocket
    if model.global.masterWorker { settings.master = master }
    settings.programs = model.programs
    settings.options = options
    return Runner.run(model, settings, diagnostics)
  }
}

extension OwnProcess {
  fileprivate static func changeDirectory(_ path: String, _ diagnostics: Diagnostics) -> Bool {
    if Files.changeFolder(path) { return true }
    diagnostics.alert("Could not change to directory \(path) : \(SystemError.current)")
    return false
  }
}
