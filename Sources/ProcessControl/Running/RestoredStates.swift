import ConfigSyntax
import Configuration
import Proxies

/// Tells at start what the states that an earlier process left of its servers do to them, also where the
/// configuration is only checked.
enum RestoredStates {
  static func tell(_ model: ConfigurationModel, _ options: CommandLineOptions, _ diagnostics: Diagnostics) {
    if !model.proxies.contains(where: { $0.servers.contains { $0.savedState != nil } }) { return }
    // A process that never runs goes through the same steps.
    let limits = DescriptorLimits(model, options, threads: 1)
    var silent = model
    silent.tables = []
    // Those of the process that will run.
    silent.patternReferences = []
    for place in silent.proxies.indices { silent.proxies[place].binds = [] }
    let process = RuntimeAssembly.assemble(silent, wakeUps: [], limits: limits)
    diagnostics.context = "config"
    for message in process.takeStartMessages() { diagnostics.warning(message.consoleText) }
    diagnostics.context = nil
  }
}
