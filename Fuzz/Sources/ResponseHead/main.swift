import FuzzSupport
import Glibc
import HTTP

// The first byte chooses what the response answers.
exit(
  fuzz { data, count in
    if count == 0 { return 0 }
    let bytes = Array(UnsafeBufferPointer(start: data + 1, count: min(count - 1, 16000)))
    let method: HTTPMethod = data[0] & 3 == 1 ? .head : data[0] & 3 == 2 ? .connect : .get
    checkHead(.response, bytes, method: method, wantsUpgrade: data[0] & 4 != 0, isLax: false)
    _ = parseHead(.response, bytes, step: 5, isLax: true)
    return 0
  })
