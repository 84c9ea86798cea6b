import FuzzSupport
import Glibc

exit(
  fuzz { data, count in
    let bytes = Array(UnsafeBufferPointer(start: data, count: min(count, 16000)))
    checkHead(.request, bytes, isLax: false)
    _ = parseHead(.request, bytes, step: 5, isLax: true)
    return 0
  })
