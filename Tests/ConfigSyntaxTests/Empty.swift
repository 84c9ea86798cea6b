import Testing

@testable import ConfigSyntax
