/* PCRE2 wants its code unit width before its header. */
#ifndef WEIR_CPCRE2_SHIM_H
#define WEIR_CPCRE2_SHIM_H
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#endif
