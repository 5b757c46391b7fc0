#define _GNU_SOURCE
#include "CLiburing.h"

#include <linux/capability.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Linux 5.14: the program also chooses who inherits the connections that wait
 * in the accept queue of a listener that closes. */
#ifndef BPF_SK_REUSEPORT_SELECT_OR_MIGRATE
#define BPF_SK_REUSEPORT_SELECT_OR_MIGRATE 40
#endif

#ifndef SO_DETACH_REUSEPORT_BPF
#define SO_DETACH_REUSEPORT_BPF 68
#endif

int sluice_fork(void) { return fork(); }

int sluice_spawn(const char *file, char *const *arguments,
                 char *const *environment, int first_closed, int *process) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t signals;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addclosefrom_np(&actions, first_closed);
  posix_spawnattr_init(&attributes);
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  int error =
      posix_spawn(process, file, &actions, &attributes, arguments, environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error;
}

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

int sluice_process_descriptor(int process) {
  return (int)syscall(SYS_pidfd_open, process, 0);
}

char *const *sluice_environment(void) { return environ; }

int sluice_set_dumpable(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }

int sluice_may_chroot(void) {
  return prctl(PR_CAPBSET_READ, 18 /* CAP_SYS_CHROOT */, 0, 0, 0) == 1;
}

int sluice_administers_network(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0, 0, 0}};
  if (syscall(SYS_capget, &header, data) != 0) return 0;
  return (data[0].effective & (1u << CAP_NET_ADMIN | 1u << CAP_NET_RAW)) != 0;
}

int sluice_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}

const char *sluice_executable(void) { return (const char *)getauxval(AT_EXECFN); }

void sluice_poison_memory(int byte) { mallopt(M_PERTURB, byte); }

void sluice_trim_memory(void) { malloc_trim(0); }

static long bpf(int command, union bpf_attr *attributes) {
  return syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

/* A map of the listeners: what bpf_sk_select_reuseport() chooses from. A socket
 * that stops listening leaves it by itself. */
static int make_listener_map(const int *listeners, unsigned count) {
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.map_type = BPF_MAP_TYPE_REUSEPORT_SOCKARRAY;
  attributes.key_size = 4;
  attributes.value_size = 8;
  attributes.max_entries = count;
  int map = bpf(BPF_MAP_CREATE, &attributes);
  if (map < 0) return -1;
  for (unsigned index = 0; index < count; index++) {
    unsigned long long value = (unsigned)listeners[index];
    memset(&attributes, 0, sizeof(attributes));
    attributes.map_fd = map;
    attributes.key = (unsigned long)&index;
    attributes.value = (unsigned long)&value;
    attributes.flags = BPF_ANY;
    if (bpf(BPF_MAP_UPDATE_ELEM, &attributes) < 0) {
      int error = errno;
      close(map);
      errno = error;
      return -1;
    }
  }
  return map;
}

static int load_selector(int map, unsigned count) {
  const struct bpf_insn program[] = {
      /* r6 = context; r0 = random() % count; the key lives on the stack */
      {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_6, BPF_REG_1, 0, 0},
      {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_get_prandom_u32},
      {BPF_ALU | BPF_MOD | BPF_K, BPF_REG_0, 0, 0, (int)count},
      {BPF_STX | BPF_MEM | BPF_W, BPF_REG_10, BPF_REG_0, -4, 0},
      /* bpf_sk_select_reuseport(context, map, &key, 0) */
      {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_1, BPF_REG_6, 0, 0},
      {BPF_LD | BPF_DW | BPF_IMM, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, map},
      {0, 0, 0, 0, 0},
      {BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_10, 0, 0},
      {BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_3, 0, 0, -4},
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_4, 0, 0, 0},
      {BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_sk_select_reuseport},
      /* SK_PASS: without a selection the kernel falls back to its hash */
      {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, SK_PASS},
      {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
  };
  union bpf_attr attributes;
  memset(&attributes, 0, sizeof(attributes));
  attributes.prog_type = BPF_PROG_TYPE_SK_REUSEPORT;
  attributes.expected_attach_type = BPF_SK_REUSEPORT_SELECT_OR_MIGRATE;
  attributes.insns = (unsigned long)program;
  attributes.insn_cnt = sizeof(program) / sizeof(program[0]);
  attributes.license = (unsigned long)"GPL";
  return bpf(BPF_PROG_LOAD, &attributes);
}

int sluice_steer_by_map(const int *listeners, unsigned count) {
  int map = make_listener_map(listeners, count);
  if (map < 0) return -1;
  int program = load_selector(map, count);
  int error = errno;
  close(map);
  if (program < 0) {
    errno = error;
    return -1;
  }
  int result = setsockopt(listeners[0], SOL_SOCKET, SO_ATTACH_REUSEPORT_EBPF, &program,
                          sizeof(program));
  error = errno;
  close(program);
  errno = error;
  return result;
}

int sluice_steer_to_index(int listener, unsigned index) {
  struct sock_filter program[] = {{BPF_RET | BPF_K, 0, 0, index}};
  struct sock_fprog filter = {1, program};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter));
}

int sluice_steer_behind(int listener, unsigned first, unsigned count) {
  struct sock_filter program[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, SKF_AD_OFF + SKF_AD_RANDOM},
      {BPF_ALU | BPF_MOD | BPF_K, 0, 0, count},
      {BPF_ALU | BPF_ADD | BPF_K, 0, 0, first},
      {BPF_RET | BPF_A, 0, 0, 0},
  };
  struct sock_fprog filter = {4, program};
  return setsockopt(listener, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter, sizeof(filter));
}

int sluice_steer_detach(int listener) {
  int unused = 0;
  return setsockopt(listener, SOL_SOCKET, SO_DETACH_REUSEPORT_BPF, &unused, sizeof(unused));
}

int sluice_get_affinity(unsigned char *allowed, int count)
{
	cpu_set_t set;
	int number;

	CPU_ZERO(&set);
	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -1;
	for (number = 0; number < count && number < CPU_SETSIZE; number++)
		allowed[number] = CPU_ISSET(number, &set) ? 1 : 0;
	return 0;
}

int sluice_set_affinity(const unsigned char *allowed, int count)
{
	cpu_set_t set;
	int number;

	CPU_ZERO(&set);
	for (number = 0; number < count && number < CPU_SETSIZE; number++)
		if (allowed[number])
			CPU_SET(number, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

int sluice_keep_capabilities(void)
{
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

int sluice_limit_capabilities(unsigned mask)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
		.pid = 0,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	memset(data, 0, sizeof(data));
	data[0].effective = mask;
	data[0].permitted = mask;
	return (int)syscall(SYS_capset, &header, data);
}
