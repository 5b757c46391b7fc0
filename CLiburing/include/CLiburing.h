#ifndef SLUICE_CLIBURING_H
#define SLUICE_CLIBURING_H

/* features.h first: liburing.h defines _XOPEN_SOURCE, and a debug build of a
 * Swift module that imports both Glibc and this one would otherwise see two
 * different fd_set structures. */
#include <features.h>

#include <liburing.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "process.h"

/* The name of an error number's constant, or NULL. strerrorname_np(3) is a GNU
 * extension that the importer does not see. */
const char *sluice_errno_name(int number);

/* The C locale's sentence for an error number, or NULL. strerrordesc_np(3). */
const char *sluice_errno_sentence(int number);

/* Socket options of <linux/in.h>, <linux/in6.h> and <linux/sockios.h>, which
 * cannot be included next to glibc's headers. */
static const int sluice_ip_bind_address_no_port = 24;
static const int sluice_ipv6_transparent = 75;
static const unsigned long sluice_siocoutq = 0x5411;

/* The next connection of a listening socket, non-blocking and close-on-exec, or
 * -1 with errno. accept4(2) is a GNU extension that the importer does not see. */
int sluice_accept(int listener);

#endif
