#define _GNU_SOURCE
#include "CLiburing.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

int sluice_tcp_info(int socket, unsigned *values)
{
	struct tcp_info info;
	socklen_t bytes = sizeof(info);

	memset(&info, 0, sizeof(info));
	if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &bytes) != 0)
		return -1;
	values[0] = info.tcpi_rtt;
	values[1] = info.tcpi_rttvar;
	values[2] = info.tcpi_unacked;
	values[3] = info.tcpi_sacked;
	values[4] = info.tcpi_lost;
	values[5] = info.tcpi_retrans;
	values[6] = info.tcpi_fackets;
	values[7] = info.tcpi_reordering;
	return 0;
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
