/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One epoll loop: file descriptors, timers and work that runs before the loop
 * sleeps. Single-threaded; everything may be called from its own callbacks.
 */
#ifndef VRCEP_LOOP_H
#define VRCEP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct ep_loop;

struct ep_fd {
	int fd;
	void (*ready)(struct ep_fd *w, uint32_t events);	/* EPOLLIN, ... */
};

struct ep_timer {
	void (*expired)(struct ep_timer *t);
	uint64_t at;			/* ns, CLOCK_MONOTONIC; UINT64_MAX: not armed */
	unsigned int slot;		/* the loop's own */
};

/* Runs once, after the callbacks of this turn, before the loop waits again: batches flush here. */
struct ep_idle {
	void (*run)(struct ep_idle *i);
	bool queued;
	struct ep_idle *next;
};

struct ep_loop *ep_loop_create(void);
void ep_loop_destroy(struct ep_loop *l);
int ep_loop_run(struct ep_loop *l);		/* until ep_loop_stop(); 0 or -errno */
void ep_loop_stop(struct ep_loop *l);
/* One turn that sleeps at most @max_wait ns; 0 or -errno. */
int ep_loop_turn(struct ep_loop *l, uint64_t max_wait);
/* Another clock than CLOCK_MONOTONIC: tests let time pass as they need it. */
void ep_loop_set_clock(struct ep_loop *l, uint64_t (*clock)(void));

/*
 * 0 or -errno. Once more for the same descriptor changes the events; with EPOLLET it
 * also tells again of what is there already.
 */
int ep_loop_add(struct ep_loop *l, struct ep_fd *w, uint32_t events);
void ep_loop_del(struct ep_loop *l, struct ep_fd *w);
void ep_timer_init(struct ep_timer *t, void (*expired)(struct ep_timer *t));
void ep_timer_set(struct ep_loop *l, struct ep_timer *t, uint64_t at);	/* UINT64_MAX disarms */
void ep_idle_queue(struct ep_loop *l, struct ep_idle *i);
void ep_idle_cancel(struct ep_loop *l, struct ep_idle *i);
uint64_t ep_now(const struct ep_loop *l);	/* ns, read at wake-up and before idle hooks */

#endif /* VRCEP_LOOP_H */
