#ifndef SLUICE_ALLOCATION_COUNTER_H
#define SLUICE_ALLOCATION_COUNTER_H

/* A library to be preloaded (ld.so(8), LD_PRELOAD) that counts what a process
 * allocates. ALLOCATION_COUNTS names a file of at least 16 bytes, which becomes
 * two 64-bit numbers: how often memory was allocated, and how often freed.
 * ALLOCATIONS_PLANTED is a number of allocations that the library causes at the
 * start, by strdup(3), so that whoever reads the numbers can tell that they are
 * counted. */
struct allocation_counts {
	unsigned long allocated;
	unsigned long freed;
};

#endif
