/// The names that mean something of their own in ACLs: a fetch together with a way to compare.
enum AccessListKeywords {
  struct Keyword: Sendable {
    let fetch: String
    let method: PatternMethod
  }

  static let all: [String: Keyword] = make()

  private static func make() -> [String: Keyword] {
    var all: [String: Keyword] = [:]
    let families = [
      ("base", "base"), ("cook", "req.cook"), ("hdr", "req.hdr"), ("path", "path"), ("scook", "res.cook"),
      ("shdr", "res.hdr"), ("url", "url"), ("urlp", "urlp"),
    ]
    let suffixes: [PatternMethod] = [.beginning, .directory, .domain, .end, .length, .regex, .substring]
    for (name, fetch) in families {
      all[name] = Keyword(fetch: fetch, method: .string)
      for method in suffixes { all["\(name)_\(method.name!)"] = Keyword(fetch: fetch, method: method) }
    }
    for (name, fetch, method) in [
      ("http_auth_group", "http_auth_group", PatternMethod.group), ("method", "method", .method),
      ("payload", "req.payload", .binary), ("payload_lv", "req.payload_lv", .binary),
      ("req.ssl_ver", "req.ssl_ver", .dottedVersion), ("req_ssl_ver", "req.ssl_ver", .dottedVersion),
      ("req_rdp_cookie", "req.rdp_cookie", .string), ("req_rdp_cookie_cnt", "req.rdp_cookie_cnt", .integer),
      ("req_ssl_sni", "req.ssl_sni", .string), ("req_ver", "req.ver", .string), ("resp_ver", "res.ver", .string),
      ("ssl_fc_sni_end", "ssl_fc_sni", .end), ("ssl_fc_sni_reg", "ssl_fc_sni", .regex),
    ] {
      all[name] = Keyword(fetch: fetch, method: method)
    }
    return all
  }

  /// The ACLs that need no declaration (manual, section 7.4), as the words of one.
  static let predefined: [String: [String]] = [
    "FALSE": ["always_false"], "HTTP": ["req.proto_http"], "HTTP_1.0": ["req.ver", "1.0"],
    "HTTP_1.1": ["req.ver", "1.1"], "HTTP_2.0": ["req.ver", "2.0"],
    "HTTP_CONTENT": ["req.hdr_val(content-length)", "gt", "0"], "HTTP_URL_ABS": ["url_reg", "^[^/:]*://"],
    "HTTP_URL_SLASH": ["url_beg", "/"], "HTTP_URL_STAR": ["url", "*"], "LOCALHOST": ["src", "127.0.0.1/8", "::1"],
    "METH_CONNECT": ["method", "CONNECT"], "METH_DELETE": ["method", "DELETE"], "METH_GET": ["method", "GET", "HEAD"],
    "METH_HEAD": ["method", "HEAD"], "METH_OPTIONS": ["method", "OPTIONS"], "METH_POST": ["method", "POST"],
    "METH_PUT": ["method", "PUT"], "METH_TRACE": ["method", "TRACE"],
    "RDP_COOKIE": ["req.rdp_cookie_cnt", "gt", "0"], "REQ_CONTENT": ["req.len", "gt", "0"], "TRUE": ["always_true"],
    "WAIT_END": ["wait_end"],
  ]
}
