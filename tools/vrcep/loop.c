// SPDX-License-Identifier: GPL-2.0-only
/*
 * The epoll loop. Timers are a binary heap of pointers: arming and disarming
 * cost O(log n), finding the next one nothing.
 *
 * The kernel has one timer of ours, a timerfd. It is only ever set for an earlier time:
 * deadlines move back with nearly every frame, and to let it expire early once in a while
 * costs less than a timeout for each epoll_wait(), which is set and cancelled every time.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "container.h"
#include "loop.h"

#define EVENTS		64	/* taken from the kernel in one turn */
#define IDLE_BUDGET	8192	/* idle hooks that queue each other must not starve the sockets */
#define NSEC_PER_SEC	1000000000ull

struct ep_loop {
	int epoll;
	struct ep_fd kernel_timer;
	uint64_t kernel_at;		/* when it expires, UINT64_MAX: it is not set */
	bool stop;
	uint64_t now;
	uint64_t (*clock)(void);
	struct ep_timer **heap;
	unsigned int nr_timers, heap_size;
	struct ep_idle *idle, **idle_tail;
	struct epoll_event events[EVENTS];
	int nr_events;
};

static uint64_t monotonic(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * NSEC_PER_SEC + (uint64_t)ts.tv_nsec;
}

/* It only wakes the loop. */
static void kernel_timer_expired(struct ep_fd *w, uint32_t events)
{
	struct ep_loop *l = container_of(w, struct ep_loop, kernel_timer);

	(void)events;
	l->kernel_at = UINT64_MAX;
}

static bool open_kernel(struct ep_loop *l)
{
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->kernel_timer.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	l->kernel_timer.ready = kernel_timer_expired;
	l->kernel_at = UINT64_MAX;
	/* Edge-triggered: an expiry is told once, without reading it. */
	return l->epoll >= 0 && l->kernel_timer.fd >= 0 &&
	       !ep_loop_add(l, &l->kernel_timer, EPOLLIN | EPOLLET);
}

static void close_kernel(struct ep_loop *l)
{
	if (l->kernel_timer.fd >= 0)
		close(l->kernel_timer.fd);
	if (l->epoll >= 0)
		close(l->epoll);
}

struct ep_loop *ep_loop_create(void)
{
	struct ep_loop *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	if (!open_kernel(l)) {
		close_kernel(l);
		free(l);
		return NULL;
	}
	l->idle_tail = &l->idle;
	l->clock = monotonic;
	l->now = l->clock();
	return l;
}

void ep_loop_destroy(struct ep_loop *l)
{
	if (!l)
		return;
	close_kernel(l);
	free(l->heap);
	free(l);
}

void ep_loop_set_clock(struct ep_loop *l, uint64_t (*clock)(void))
{
	l->clock = clock;
	l->now = clock();
}

uint64_t ep_now(const struct ep_loop *l)
{
	return l->now;
}

void ep_loop_stop(struct ep_loop *l)
{
	l->stop = true;
}

/* ---- file descriptors ---- */

int ep_loop_add(struct ep_loop *l, struct ep_fd *w, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = w };

	if (!epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &ev))
		return 0;
	if (errno == EEXIST && !epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &ev))
		return 0;
	return -errno;
}

void ep_loop_del(struct ep_loop *l, struct ep_fd *w)
{
	int i;

	epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
	/* An event of this turn may still name it, and *w may be freed next. */
	for (i = 0; i < l->nr_events; i++)
		if (l->events[i].data.ptr == w)
			l->events[i].data.ptr = NULL;
}

/* ---- timers ---- */

static void heap_put(struct ep_loop *l, unsigned int i, struct ep_timer *t)
{
	l->heap[i] = t;
	t->slot = i;
}

static void heap_up(struct ep_loop *l, unsigned int i, struct ep_timer *t)
{
	while (i && l->heap[(i - 1) / 2]->at > t->at) {
		heap_put(l, i, l->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	heap_put(l, i, t);
}

static void heap_down(struct ep_loop *l, unsigned int i, struct ep_timer *t)
{
	unsigned int child;

	while ((child = 2 * i + 1) < l->nr_timers) {
		if (child + 1 < l->nr_timers && l->heap[child + 1]->at < l->heap[child]->at)
			child++;
		if (l->heap[child]->at >= t->at)
			break;
		heap_put(l, i, l->heap[child]);
		i = child;
	}
	heap_put(l, i, t);
}

static void heap_sift(struct ep_loop *l, unsigned int i, struct ep_timer *t)
{
	if (i && l->heap[(i - 1) / 2]->at > t->at)
		heap_up(l, i, t);
	else
		heap_down(l, i, t);
}

static void heap_remove(struct ep_loop *l, struct ep_timer *t)
{
	unsigned int i = t->slot;
	struct ep_timer *last = l->heap[--l->nr_timers];

	t->slot = UINT_MAX;
	if (last != t)
		heap_sift(l, i, last);
}

static void heap_grow(struct ep_loop *l)
{
	unsigned int size = l->heap_size ? 2 * l->heap_size : 64;
	struct ep_timer **heap = realloc(l->heap, size * sizeof(*heap));

	if (!heap) {
		/* A timer that never fires would break every bound there is. */
		fputs("vrcep: out of memory for timers\n", stderr);
		abort();
	}
	l->heap = heap;
	l->heap_size = size;
}

void ep_timer_init(struct ep_timer *t, void (*expired)(struct ep_timer *t))
{
	t->expired = expired;
	t->at = UINT64_MAX;
	t->slot = UINT_MAX;
}

void ep_timer_set(struct ep_loop *l, struct ep_timer *t, uint64_t at)
{
	bool armed = t->slot != UINT_MAX;

	t->at = at;
	if (at == UINT64_MAX) {
		if (armed)
			heap_remove(l, t);
		return;
	}
	if (armed) {
		heap_sift(l, t->slot, t);
		return;
	}
	if (l->nr_timers == l->heap_size)
		heap_grow(l);
	heap_up(l, l->nr_timers++, t);
}

static void run_timers(struct ep_loop *l)
{
	unsigned int budget = l->nr_timers;

	while (budget-- && l->nr_timers && l->heap[0]->at <= l->now) {
		struct ep_timer *t = l->heap[0];

		heap_remove(l, t);
		t->at = UINT64_MAX;
		t->expired(t);
	}
}

/* ---- idle hooks ---- */

void ep_idle_queue(struct ep_loop *l, struct ep_idle *i)
{
	if (i->queued)
		return;
	i->queued = true;
	i->next = NULL;
	*l->idle_tail = i;
	l->idle_tail = &i->next;
}

void ep_idle_cancel(struct ep_loop *l, struct ep_idle *i)
{
	struct ep_idle **p = &l->idle;

	if (!i->queued)
		return;
	while (*p != i)
		p = &(*p)->next;
	*p = i->next;
	if (l->idle_tail == &i->next)
		l->idle_tail = p;
	i->queued = false;
}

/* What is queued from an idle hook runs in the same turn, unless it goes on and on. */
static void run_idle(struct ep_loop *l)
{
	unsigned int budget = IDLE_BUDGET;
	struct ep_idle *i;

	while (budget-- && (i = l->idle)) {
		ep_idle_cancel(l, i);
		i->run(i);
	}
}

/* ---- one turn ---- */

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){ .tv_sec = (time_t)(ns / NSEC_PER_SEC),
				  .tv_nsec = (long)(ns % NSEC_PER_SEC) };
}

/* The kernel wakes us when the next timer is due, or before. */
static void set_kernel_timer(struct ep_loop *l)
{
	struct itimerspec its = { .it_interval = { 0 } };

	if (!l->nr_timers || l->heap[0]->at >= l->kernel_at)
		return;
	l->kernel_at = l->heap[0]->at;
	/* 0 would turn it off */
	its.it_value = to_timespec(l->kernel_at ? l->kernel_at : 1);
	timerfd_settime(l->kernel_timer.fd, TFD_TIMER_ABSTIME, &its, NULL);
}

/* For who does not want to sleep for long, or has another clock than the kernel's timer. */
static uint64_t time_to_timer(const struct ep_loop *l, uint64_t wait)
{
	if (l->nr_timers) {
		uint64_t at = l->heap[0]->at, now = l->clock();
		uint64_t timer = at > now ? at - now : 0;

		if (timer < wait)
			wait = timer;
	}
	return wait;
}

static int wait_events(struct ep_loop *l, uint64_t wait)
{
	struct timespec ts;
	int n;

	if (l->idle)
		wait = 0;
	else if (wait == UINT64_MAX && l->clock == monotonic)
		set_kernel_timer(l);
	else
		wait = time_to_timer(l, wait);
	ts = to_timespec(wait);
	n = epoll_pwait2(l->epoll, l->events, EVENTS, wait == UINT64_MAX ? NULL : &ts, NULL);
	l->now = l->clock();
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	l->nr_events = n;
	return 0;
}

int ep_loop_turn(struct ep_loop *l, uint64_t max_wait)
{
	int i, err = wait_events(l, max_wait);

	if (err)
		return err;
	for (i = 0; i < l->nr_events; i++) {
		struct ep_fd *w = l->events[i].data.ptr;

		if (w)
			w->ready(w, l->events[i].events);
	}
	l->nr_events = 0;
	run_timers(l);
	/* What leaves now is stamped with now, not with the time of the wake-up. */
	l->now = l->clock();
	run_idle(l);
	return 0;
}

int ep_loop_run(struct ep_loop *l)
{
	int err = 0;

	l->stop = false;
	while (!l->stop && !err)
		err = ep_loop_turn(l, UINT64_MAX);
	return err;
}
