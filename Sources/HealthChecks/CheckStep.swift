public import Proxies

/// What an exchange says after each piece of input.
public enum CheckStep: Sendable, Equatable {
  case wait
  case done(CheckVerdict)
}
