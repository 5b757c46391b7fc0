#define _GNU_SOURCE
#include "AllocationCounter.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* glibc's own entries, behind the names that this library takes over. */
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static struct allocation_counts none;
static struct allocation_counts *counts = &none;

static void note(unsigned long *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size)
{
	note(&counts->allocated);
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	note(&counts->allocated);
	return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	note(&counts->allocated);
	return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size)
{
	note(&counts->allocated);
	return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	void *result = memalign(alignment, size);

	if (!result)
		return 12; /* ENOMEM */
	*memory = result;
	return 0;
}

void free(void *memory)
{
	if (memory)
		note(&counts->freed);
	__libc_free(memory);
}

__attribute__((constructor)) static void begin(void)
{
	const char *file = getenv("ALLOCATION_COUNTS");
	const char *planted = getenv("ALLOCATIONS_PLANTED");
	int descriptor = file ? open(file, O_RDWR | O_CLOEXEC) : -1;

	if (descriptor >= 0) {
		void *shared = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE,
				    MAP_SHARED, descriptor, 0);

		close(descriptor);
		if (shared != MAP_FAILED)
			counts = shared;
	}
	for (int left = planted ? atoi(planted) : 0; left > 0; left--)
		free(strdup("planted"));
}
