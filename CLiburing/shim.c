#define _GNU_SOURCE
#include "CLiburing.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

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

int sluice_make_pipe(int *reader, int *writer)
{
	int ends[2];

	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
		return -1;
	*reader = ends[0];
	*writer = ends[1];
	return 0;
}

int sluice_set_pipe_size(int pipe, int bytes)
{
	return fcntl(pipe, F_SETPIPE_SZ, bytes);
}

int sluice_pipe_size(int pipe)
{
	return fcntl(pipe, F_GETPIPE_SZ);
}

long sluice_splice(int source, int target, unsigned long bytes_max)
{
	return splice(source, NULL, target, NULL, bytes_max,
		      SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
}
