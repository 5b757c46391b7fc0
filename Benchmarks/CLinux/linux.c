#define _GNU_SOURCE
#include "CLinux.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int linux_enter_network(int descriptor) { return setns(descriptor, CLONE_NEWNET); }

int linux_new_network(void) { return unshare(CLONE_NEWNET); }

int linux_pin(unsigned long long cores) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int core = 0; core < 64; core++)
    if (cores >> core & 1) CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set);
}

unsigned long long linux_cores(void) {
  cpu_set_t set;
  unsigned long long cores = 0;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  for (int core = 0; core < 64; core++)
    if (CPU_ISSET(core, &set)) cores |= 1ULL << core;
  return cores;
}

int linux_loopback_up(void) {
  struct ifreq request;
  memset(&request, 0, sizeof request);
  strcpy(request.ifr_name, "lo");
  int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  int result = ioctl(descriptor, SIOCGIFFLAGS, &request);
  if (result == 0) {
    request.ifr_flags |= IFF_UP;
    result = ioctl(descriptor, SIOCSIFFLAGS, &request);
  }
  close(descriptor);
  return result;
}

int linux_accept(int listener) {
  return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static volatile sig_atomic_t is_interrupted;

static void note_interrupt(int number) {
  (void)number;
  is_interrupted = 1;
}

void linux_note_interrupts(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = note_interrupt;
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

int linux_is_interrupted(void) { return is_interrupted; }

void linux_look_at(const void *value) { (void)value; }
