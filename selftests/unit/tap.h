/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Native tests that print TAP: one line a test function. An EXPECT that does not
 * hold prints where and why, and fails the test that it is in.
 */
#ifndef VRC_TAP_H
#define VRC_TAP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct tap_test {
	const char *name;
	void (*run)(void);
};

/* A line of information, shown with the test */
#define tap_note(fmt, ...)	printf("# " fmt "\n", ##__VA_ARGS__)

#define TAP_TEST(fn)	{ #fn, fn }

#define EXPECT(cond) \
	tap_expect((cond), __FILE__, __LINE__, #cond)
/* Compares integers, and shows both */
#define EXPECT_EQ(got, want) \
	tap_expect_eq((long long)(got), (long long)(want), __FILE__, __LINE__, #got)

bool tap_expect(bool held, const char *file, int line, const char *what);
bool tap_expect_eq(long long got, long long want, const char *file, int line, const char *what);

/* The test that calls it cannot be done here. */
void tap_skip(const char *why);

/* Runs all, returns the exit status */
int tap_run(const struct tap_test *tests, unsigned int nr);

/*
 * main() of a program "[DIRECTORY [TEST]]": runs all, or one; returns the exit status, 2 if there
 * is no such test. Files are made in tap_dir.
 */
int tap_main(int argc, char **argv, const struct tap_test *tests, unsigned int nr);
extern const char *tap_dir;

/* xorshift64*: the same numbers on every machine; @state must not be 0 */
static inline uint64_t tap_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

#endif /* VRC_TAP_H */
