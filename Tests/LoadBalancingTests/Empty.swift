import Testing

@testable import LoadBalancing
