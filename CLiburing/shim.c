#define _GNU_SOURCE
#include "CLiburing.h"

#include <pthread.h>
#include <string.h>

const char *sluice_errno_name(int number)
{
	return strerrorname_np(number);
}

const char *sluice_errno_sentence(int number)
{
	return strerrordesc_np(number);
}

int sluice_accept(int listener)
{
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

void sluice_name_thread(unsigned long thread, const char *name)
{
	pthread_setname_np(thread, name);
}
