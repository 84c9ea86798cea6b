import Configuration
import LogFormat
import Observability
import Samples
import Testing

@Suite struct FrontendLogTests {
  func frontend(_ change: (inout ProxySettings) -> Void) -> ProxySettings {
    var frontend = ProxySettings(name: "f", location: SourceLocation(), capabilities: .frontend)
    frontend.mode = .http
    change(&frontend)
    return frontend
  }
  func log(_ frontend: ProxySettings) throws(FrontendLog.Refusal) -> FrontendLog {
    let routes = LogRoutes(ConfigurationModel())
    return try FrontendLog(frontend, index: 0, routes: routes, compiler: SampleCompiler())
  }
  func refusal(_ change: (inout ProxySettings) -> Void) -> String {
    do throws(FrontendLog.Refusal) {
      _ = try log(frontend(change))
      return "none"
    } catch {
      return "failed to parse \(error.directive) : \(error.message)"
    }
  }

  @Test func choosesTheFormat() throws {
    #expect(try log(frontend { _ in }).format == nil)
    #expect(try log(frontend { $0.logFormat = .http }).format?.source == StandardLogFormat.http)
    #expect(try log(frontend { ($0.logFormat, $0.mode) = (.clf, .tcp) }).format?.source == StandardLogFormat.tcp)
    let custom = try log(
      frontend {
        $0.logFormat = .custom("%ci %[src,upper]")
        $0.logFormatSD = "[ex@1 bytes=%B]"
        $0.logTag = "feta"
      })
    #expect(custom.isEarly)
    #expect(custom.structuredData?.source == "[ex@1 bytes=%B]")
    #expect(custom.tag?.latin1 == "feta")
    #expect(custom.logsFailedConnections)
    #expect(try !log(frontend { $0.logFormat = .http }).isEarly)
    #expect(try log(frontend { ($0.logFormat, $0.options) = (.http, .logASAP) }).isEarly)
    let onlyErrors = try log(frontend { $0.errorLogFormat = "%[fc_err]" })
    #expect(onlyErrors.logsFailedConnections && onlyErrors.format == nil)
  }

  @Test func namesTheDirectiveThatIsWrong() {
    #expect(
      refusal { $0.logFormat = .custom("%ci %[foo]") }
        == "failed to parse log-format : failed to parse sample expression <foo]> : unknown fetch method 'foo'")
    #expect(refusal { $0.errorLogFormat = "%" } == "failed to parse error-log-format : truncated line after '%'")
    #expect(
      refusal { ($0.mode, $0.logFormatSD) = (.tcp, "%HM") }
        == "failed to parse log-format-sd : format variable 'HM' is reserved for HTTP mode")
    #expect(refusal { $0.uniqueIDFormat = "%{+X}o %ci:%cp_%fi:%fp_%Ts_%rt:%pid %[req.hdr(x)]" } == "none")
    #expect(
      refusal { $0.uniqueIDFormat = "%[be_name]" }.contains("because it needs 'backend' which is not available here"))
  }
}
