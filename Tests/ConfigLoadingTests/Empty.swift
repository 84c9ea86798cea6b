import Testing

@testable import ConfigLoading
