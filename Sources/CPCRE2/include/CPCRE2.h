#ifndef SLUICE_CPCRE2_H
#define SLUICE_CPCRE2_H

/* The eight-bit library of PCRE2. Its functions are imported by their real
 * names, such as pcre2_compile_8: the importer does not see the macros. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#endif
