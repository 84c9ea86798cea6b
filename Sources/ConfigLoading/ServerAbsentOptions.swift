import Configuration

/// Options of `server` lines that Weir does not have yet: each is refused by its name.
let serverAbsentOptions: [ServerOption] =
  [
    "redir"
  ].map { name in
    ServerOption(name) { _ throws(OptionError) in throw .text("'\(name)' is not implemented by Weir yet") }
  }
