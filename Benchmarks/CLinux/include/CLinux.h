// What Swift's Glibc module does not import: epoll(7), and where a process runs.
#ifndef CLINUX_H
#define CLINUX_H

#include <features.h>
#include <sys/epoll.h>

/// Moves the calling thread into the network namespace of the descriptor. setns(2)
int linux_enter_network(int descriptor);

/// Gives the calling thread a network namespace of its own. unshare(2), CLONE_NEWNET
int linux_new_network(void);

/// Lets the calling thread, and what it starts, run on these cores only. sched_setaffinity(2)
int linux_pin(unsigned long long cores);

/// The cores that the calling thread may run on. sched_getaffinity(2)
unsigned long long linux_cores(void);

/// Brings the loopback interface up. ioctl(2), SIOCSIFFLAGS
int linux_loopback_up(void);

/// Takes a connection that neither blocks nor is inherited. accept4(2)
int linux_accept(int listener);

/// From now on SIGINT and SIGTERM are noted and end nothing. sigaction(2)
void linux_note_interrupts(void);

/// Whether one of them came.
int linux_is_interrupted(void);

/// Does nothing that the caller's compiler could know of.
void linux_look_at(const void *value);

#endif
