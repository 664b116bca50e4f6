/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shared by the programs that put the running module under fire. Each takes its
 * random numbers from one seed, which it prints: the same seed gives the same choices,
 * as far as they do not depend on what the kernel answers and when.
 */
#ifndef VRC_FIRE_H
#define VRC_FIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct fire_options {
	uint64_t seed;
	unsigned long count;	/* --count: frames, steps, ... */
	const char *iface;	/* --iface */
	unsigned int threads;	/* --threads */
	unsigned int seconds;	/* --seconds, 0: no limit */
	char **args;		/* what is behind the options */
	int nr_args;
};

/* Takes the options from the command line; a wrong one ends the program with status 2. */
void fire_parse(struct fire_options *o, int argc, char **argv);

/* A stream of its own for part @n of a run with @seed. */
uint64_t fire_stream(uint64_t seed, uint64_t n);

uint64_t fire_random(uint64_t *state);
/* 0 to @below - 1 */
uint32_t fire_below(uint64_t *state, uint32_t below);
/* True in @percent of 100 cases */
bool fire_percent(uint64_t *state, unsigned int percent);
void fire_bytes(uint64_t *state, void *buf, size_t len);
/* One of @nr things by weight: @weight is that of the first, the others follow at @stride. */
unsigned int fire_pick(uint64_t *state, const unsigned int *weight, size_t stride, unsigned int nr);
/* A number of the kind that breaks things: around 0, around powers of two, all ones. */
uint64_t fire_odd(uint64_t *state);

/* Writes @text to the file @path; 0 or -errno. */
int fire_write(const char *path, const char *text);
/* The first line of the file @path; 0 or -errno. */
int fire_read(const char *path, char *buf, size_t len);

#endif /* VRC_FIRE_H */
