#ifndef SLUICE_PROCESS_H
#define SLUICE_PROCESS_H

/* What the life of the process needs and the importer does not give to Swift:
 * fork(2) is hidden from it, prctl(2) takes variable arguments. */

/* fork(2). Only while the process has a single thread. */
int sluice_fork(void);

/* Starts a program with the default signals and without the descriptors from
 * first_closed on. Returns 0, or an error number. posix_spawn(3) */
int sluice_spawn(const char *file, char *const *arguments,
                 char *const *environment, int first_closed, int *process);

/* A descriptor that becomes readable when a child has ended, close-on-exec; -1
 * before Linux 5.3. pidfd_open(2) */
int sluice_process_descriptor(int process);

/* prctl(PR_SET_DUMPABLE, 1). */
int sluice_set_dumpable(void);

/* Whether chroot(2) is in the capability bounding set. prctl(PR_CAPBSET_READ). */
int sluice_may_chroot(void);

/* Whether CAP_NET_ADMIN or CAP_NET_RAW is in the effective set. capget(2). */
int sluice_administers_network(void);

/* The environment, ended by NULL. environ(7). */
char *const *sluice_environment(void);

/* Which processors this thread may run on: a byte of 0 or 1 for each of `count`
 * processors. Return 0, or -1 with errno. sched_getaffinity(2),
 * sched_setaffinity(2). */
int sluice_get_affinity(unsigned char *allowed, int count);
int sluice_set_affinity(const unsigned char *allowed, int count);

/* Makes this thread keep its capabilities through a change of the user, and
 * limits it to some. Return 0, or -1 with errno. prctl(2) with PR_SET_KEEPCAPS,
 * capset(2). */
int sluice_keep_capabilities(void);
int sluice_limit_capabilities(unsigned mask);

/* How many CPUs this process may use, at least 1. sched_getaffinity(2). */
int sluice_cpu_count(void);

/* The path the kernel started, or NULL. getauxval(AT_EXECFN). */
const char *sluice_executable(void);

/* Fills memory with the byte's complement when it is allocated, with the byte
 * when it is freed. mallopt(M_PERTURB). */
void sluice_poison_memory(int byte);

/* Gives free memory back to the kernel. malloc_trim(3). */
void sluice_trim_memory(void);

/* Steering of new connections inside a group of SO_REUSEPORT listeners. All
 * return 0, or -1 with errno. */

/* New connections, and those that wait in a listener that closes, go to one of
 * `listeners`, at random. All are listening, of one group. Needs CAP_BPF (or
 * CAP_SYS_ADMIN) and Linux 5.14. SO_ATTACH_REUSEPORT_EBPF. */
int sluice_steer_by_map(const int *listeners, unsigned count);

/* New connections go to the member of the group at `index`.
 * SO_ATTACH_REUSEPORT_CBPF. */
int sluice_steer_to_index(int listener, unsigned index);

/* New connections go to one of the `count` members of the group from `first`
 * on, at random. SO_ATTACH_REUSEPORT_CBPF. */
int sluice_steer_behind(int listener, unsigned first, unsigned count);

/* Back to the kernel's own choice by hash. SO_DETACH_REUSEPORT_BPF. */
int sluice_steer_detach(int listener);

#endif
