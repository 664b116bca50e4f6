// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_net.h"

struct fake_net fake_net;

static void put(struct fake_frame *frames, unsigned int *nr, const struct fake_frame *f)
{
	struct fake_frame *to = &frames[*nr];

	if (*nr == FAKE_NET_FRAMES) {
		fputs("fake: too many frames\n", stderr);
		abort();
	}
	*to = *f;
	to->data = malloc(f->len ? f->len : 1);
	memcpy(to->data, f->data, f->len);
	(*nr)++;
}

static void forget(struct fake_frame *frames, unsigned int *nr)
{
	while (*nr)
		free(frames[--*nr].data);
}

struct net *net_open(struct ep_loop *loop, const struct ep_options *o, const char *who,
		     unsigned int queues, struct net_user *u, char *err, size_t err_len)
{
	(void)loop;
	(void)queues;
	if (!ep_options_get(o, "tap")) {
		snprintf(err, err_len, "%s: tap=NAME or iface=NAME is missing", who);
		return NULL;
	}
	memset(&fake_net, 0, sizeof(fake_net));
	fake_net.user = u;
	fake_net.carrier = true;
	return (struct net *)&fake_net;
}

void net_close(struct net *n)
{
	(void)n;
	fake_net.user = NULL;
	forget(fake_net.sent, &fake_net.nr_sent);
	forget(fake_net.waiting, &fake_net.nr_waiting);
}

const char *net_name(const struct net *n)
{
	(void)n;
	return "fake";
}

const struct net_stats *net_stats(const struct net *n)
{
	(void)n;
	return &fake_net.stats;
}

bool net_carrier(const struct net *n)
{
	(void)n;
	return fake_net.carrier;
}

void net_pause(struct net *n, bool pause)
{
	(void)n;
	fake_net.paused = pause;
}

enum net_sent net_send(struct net *n, unsigned int queue, const struct virtio_net_hdr *hdr,
		       const void *frame, size_t len)
{
	struct fake_frame f = { .hdr = *hdr, .queue = queue, .len = len, .data = (uint8_t *)frame };

	(void)n;
	if (fake_net.busy)
		return NET_BUSY;
	if (fake_net.dropping || !fake_net.carrier) {
		fake_net.stats.tx_dropped++;
		return NET_DROPPED;
	}
	put(fake_net.sent, &fake_net.nr_sent, &f);
	fake_net.stats.tx_frames++;
	if (fake_net.room && !--fake_net.room)
		fake_net.busy = true;
	return NET_SENT;
}

void fake_net_receive(const struct virtio_net_hdr *hdr, const void *frame, size_t len)
{
	struct fake_frame f = { .hdr = *hdr, .len = len, .data = (uint8_t *)frame };

	put(fake_net.waiting, &fake_net.nr_waiting, &f);
	fake_net_run();
}

void fake_net_run(void)
{
	unsigned int done = 0;

	while (done < fake_net.nr_waiting && fake_net.user &&
	       (!fake_net.paused || fake_net.impatient)) {
		struct fake_frame *f = &fake_net.waiting[done++];

		fake_net.stats.rx_frames++;
		fake_net.user->receive(fake_net.user, &f->hdr, f->data, f->len);
		free(f->data);
	}
	fake_net.nr_waiting -= done;
	memmove(fake_net.waiting, fake_net.waiting + done,
		fake_net.nr_waiting * sizeof(fake_net.waiting[0]));
}

void fake_net_carrier(bool up)
{
	fake_net.carrier = up;
	fake_net.user->carrier(fake_net.user, up);
}

void fake_net_writable(void)
{
	fake_net.busy = false;
	fake_net.user->writable(fake_net.user);
}

void fake_net_flush(void)
{
	forget(fake_net.sent, &fake_net.nr_sent);
}
