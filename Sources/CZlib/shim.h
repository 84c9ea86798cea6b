#include <zlib.h>

// Swift cannot call the macro.
static inline int weir_deflate_init(z_stream *stream, int level, int window, int memory) {
  return deflateInit2(stream, level, Z_DEFLATED, window, memory, Z_DEFAULT_STRATEGY);
}
