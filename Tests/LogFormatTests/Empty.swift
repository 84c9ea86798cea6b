import Testing

@testable import LogFormat
