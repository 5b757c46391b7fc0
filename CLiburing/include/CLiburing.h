#ifndef SLUICE_CLIBURING_H
#define SLUICE_CLIBURING_H

/* features.h first: liburing.h defines _XOPEN_SOURCE, and a debug build of a
 * Swift module that imports both Glibc and this one would otherwise see two
 * different fd_set structures. */
#include <features.h>

#include <liburing.h>

#include "process.h"

/* The name of an error number's constant, or NULL. strerrorname_np(3) is a GNU
 * extension that the importer does not see. */
const char *sluice_errno_name(int number);

/* The C locale's sentence for an error number, or NULL. strerrordesc_np(3). */
const char *sluice_errno_sentence(int number);

#endif
