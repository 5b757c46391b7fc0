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

/* Names a thread for ps and debuggers, at most 15 bytes. pthread_setname_np(3)
 * is a GNU extension that the importer does not see. */
void sluice_name_thread(unsigned long thread, const char *name);

/* Socket options of <linux/in.h>, <linux/in6.h> and <linux/sockios.h>, which
 * cannot be included next to glibc's headers. */
static const int sluice_ip_bind_address_no_port = 24;
static const int sluice_ipv6_transparent = 75;
static const int sluice_tcp_notsent_lowat = 25;
static const unsigned long sluice_siocoutq = 0x5411;

/* The next connection of a listening socket, non-blocking and close-on-exec, or
 * -1 with errno. accept4(2) is a GNU extension that the importer does not see. */
int sluice_accept(int listener);

/* Eight fields of the tcp_info of a socket, in the order of `TransmissionFacts`,
 * or -1 with errno. getsockopt(2) with TCP_INFO, tcp(7). */
int sluice_tcp_info(int socket, unsigned *values);

/* pipe2(2), fcntl(2) with F_SETPIPE_SZ and F_GETPIPE_SZ, and splice(2) without
 * offsets and without waiting: GNU extensions that the importer does not see.
 * They return what the system calls return. */
int sluice_make_pipe(int *reader, int *writer);
int sluice_set_pipe_size(int pipe, int bytes);
int sluice_pipe_size(int pipe);
long sluice_splice(int source, int target, unsigned long bytes_max);

/* Flags of a submission entry, which <liburing/io_uring.h> spells as shifts
 * that the importer cannot fold. */
enum {
	SLUICE_SQE_LINK = 1 << IOSQE_IO_LINK_BIT,
	SLUICE_SQE_HARDLINK = 1 << IOSQE_IO_HARDLINK_BIT,
	SLUICE_SQE_BUFFER_SELECT = 1 << IOSQE_BUFFER_SELECT_BIT,
	SLUICE_SQE_SKIP_SUCCESS = 1 << IOSQE_CQE_SKIP_SUCCESS_BIT,
};

/* SPLICE_F_MOVE | SPLICE_F_NONBLOCK of <fcntl.h>, which shows them only with
 * GNU extensions. */
static const unsigned SLUICE_SPLICE_FLAGS = 1 | 2;

/* Linux 6.17: how many bytes a multishot receive delivers before it ends by
 * itself, at byte 44 of the entry, where liburing 2.3 knows file_index only.
 * Older kernels answer EINVAL to a value that is not 0. */
static inline void sluice_sqe_set_total_length(struct io_uring_sqe *sqe,
					       unsigned bytes)
{
	_Static_assert(__builtin_offsetof(struct io_uring_sqe, file_index) == 44,
		       "the place of optlen");
	sqe->file_index = bytes;
}

/* The completion queue's tail, ordered before the entries read behind it. */
static inline unsigned sluice_cq_tail(const struct io_uring *ring)
{
	return io_uring_smp_load_acquire(ring->cq.ktail);
}

/* Moves the completion queue's head, ordered behind the entries read. */
static inline void sluice_cq_set_head(struct io_uring *ring, unsigned head)
{
	io_uring_smp_store_release(ring->cq.khead, head);
}

/* Shows the kernel the buffers written behind the old tail. */
static inline void sluice_buf_ring_set_tail(struct io_uring_buf_ring *buffers,
					    unsigned short tail)
{
	io_uring_smp_store_release(&buffers->tail, tail);
}

/* io_uring_enter(2): submits everything prepared and waits for wait_count
 * completions, at most until timeout (NULL for ever). liburing's own
 * io_uring_submit_and_wait_timeout() of 2.3 waits a second time for the whole
 * timeout when the first call submitted something.
 *
 * Returns how many entries the kernel took, or a negated error number. */
static inline int sluice_ring_enter(struct io_uring *ring, unsigned flags,
				    unsigned wait_count,
				    struct __kernel_timespec *timeout)
{
	struct io_uring_sq *sq = &ring->sq;
	struct io_uring_getevents_arg arg;
	unsigned ready;

	if (sq->sqe_head != sq->sqe_tail) {
		sq->sqe_head = sq->sqe_tail;
		io_uring_smp_store_release(sq->ktail, sq->sqe_tail);
	}
	ready = sq->sqe_tail - IO_URING_READ_ONCE(*sq->khead);
	if (!timeout)
		return io_uring_enter2((unsigned)ring->enter_ring_fd, ready,
				       wait_count, flags, NULL, _NSIG / 8);
	arg.sigmask = 0;
	arg.sigmask_sz = _NSIG / 8;
	arg.pad = 0;
	arg.ts = (unsigned long)timeout;
	return io_uring_enter2((unsigned)ring->enter_ring_fd, ready, wait_count,
			       flags | IORING_ENTER_EXT_ARG, (sigset_t *)&arg,
			       sizeof(arg));
}

#endif
