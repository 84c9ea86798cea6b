import Configuration
import Rules

/// `use-service` (manual section 4.2).
extension RuleParsing {
  mutating func service() throws(RuleProblem) -> RuleAction {
    // HAProxy names the word that stands before the action.
    if word.isEmpty {
      throw RuleProblem("'\(list.isHTTP ? "use-service" : "tcp-request")' expects a service name.", .bare)
    }
    let name = next()
    if name != "prometheus-exporter" {
      throw RuleProblem("'\(list.isHTTP ? name : "content")' unknown service name.", .bare)
    }
    if !list.isHTTP {
      throw RuleProblem("Prometheus exporter service only available on 'http-request' rulesets", .bare)
    }
    return .useService(.prometheusExporter)
  }
}
