import Configuration
import Samples

extension ServerOptionContext {
  /// Reads the expression of `sni`, also one of `default-server`; false after an error.
  mutating func readServerName() -> Bool {
    guard let text = settings.serverNameText else { return true }
    let site = ExpressionSite(
      file: context.line.file, line: context.line.number, proxy: proxy.name, user: .server)
    do throws(SampleError) {
      var at = 0
      let parsed = try context.samples.parse(words: [text], at: &at, site: site)
      guard parsed.isAvailable(at: .serverSource) else {
        throw SampleError(
          " fetch method '\(text)' extracts information from '\(parsed.fetch.sourceNames)', none of which is available "
            + "here")
      }
      settings.serverNameExpression = parsed
      return true
    } catch {
      alert("error detected while parsing sni expression : \(error.message)\(error.message.hasPrefix(" ") ? "." : "")")
      return false
    }
  }
}
