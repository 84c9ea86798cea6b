/* nghttp2 as Swift imports it. No logic. */
#ifndef WEIR_CNGHTTP2_SHIM_H
#define WEIR_CNGHTTP2_SHIM_H
#include <sys/types.h>
#include <nghttp2/nghttp2.h>
#endif
