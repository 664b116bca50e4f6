// SPDX-License-Identifier: GPL-2.0-only
/* The packet half as the core half sees it: back end, turns, resets. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "i82576_packet.h"

/* ---- the log ---- */

void i82576_tell(struct i82576 *n, enum i82576_problem p, const char *fmt, ...)
{
	char text[192];
	va_list ap;

	if (n->pkt->told >> p & 1)
		return;
	n->pkt->told |= 1u << p;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	ep_func_log(&n->func, "%s (logged once)", text);
}

/* ---- the turn ---- */

/*
 * What is transmitted first, because it may be looped back; then all that was
 * received. Each queue writes back before its interrupt.
 */
static void turn(struct ep_idle *i)
{
	struct i82576_packet *pkt = container_of(i, struct i82576_packet, turn);

	for (unsigned int i = 0; i < I82576_QUEUES; i++)
		i82576_tx_run(&pkt->tx[(pkt->first_tx + i) % I82576_QUEUES]);
	pkt->first_tx++;
	i82576_rx_run(pkt->nic);
}

void i82576_turn(struct i82576 *n)
{
	ep_idle_queue(n->loop, &n->pkt->turn);
}

void i82576_packet_kick(struct i82576 *n)
{
	if (n->pkt)
		i82576_turn(n);
}

void i82576_packet_drained(struct i82576 *n)
{
	i82576_turn(n);
}

/* ---- what the back end says ---- */

static struct i82576 *nic_of(struct net_user *u)
{
	return container_of(u, struct i82576_packet, user)->nic;
}

static void received(struct net_user *u, const struct virtio_net_hdr *hdr, uint8_t *frame,
		     size_t len)
{
	struct i82576 *n = nic_of(u);

	/* With loopback the wire is cut off. */
	if (i82576_loopback(n))
		return;
	i82576_rx_packet(n, hdr, frame, len);
	if (n->pkt->rx.used > RX_PAUSE)
		net_pause(n->pkt->net, true);
}

static void carrier(struct net_user *u, bool up)
{
	i82576_carrier(nic_of(u), up);
}

static void writable(struct net_user *u)
{
	i82576_turn(nic_of(u));
}

static void say(struct net_user *u, const char *line)
{
	ep_func_log(&nic_of(u)->func, "%s", line);
}

/* ---- life ---- */

static void init(struct i82576 *n, struct i82576_packet *pkt)
{
	pkt->nic = n;
	pkt->turn.run = turn;
	pkt->user = (struct net_user){
		.receive = received, .carrier = carrier, .writable = writable, .say = say,
	};
	for (unsigned int q = 0; q < I82576_QUEUES; q++)
		i82576_tx_init(&pkt->tx[q], n, q);
	n->pkt = pkt;
	i82576_rx_init(n);
}

int i82576_packet_create(struct i82576 *n, const struct ep_options *o, char *err, size_t err_len)
{
	/* Most of it is the arenas, of which only what is used ever becomes memory. */
	struct i82576_packet *pkt = calloc(1, sizeof(*pkt));
	uint64_t queues = NET_DEFAULT_QUEUES;

	if (!pkt) {
		snprintf(err, err_len, "82576: out of memory");
		return -1;
	}
	init(n, pkt);
	if (!ep_options_number(o, "queues", 1, NET_MAX_QUEUES, &queues, err, err_len))
		pkt->net = net_open(n->loop, o, "82576", (unsigned int)queues, &pkt->user, err,
				    err_len);
	if (!pkt->net) {
		i82576_packet_destroy(n);
		return -1;
	}
	n->queues = (unsigned int)queues;
	n->carrier = net_carrier(pkt->net);
	return 0;
}

void i82576_packet_destroy(struct i82576 *n)
{
	if (!n->pkt)
		return;
	ep_idle_cancel(n->loop, &n->pkt->turn);
	net_close(n->pkt->net);
	free(n->pkt);
	n->pkt = NULL;
}

void i82576_packet_reset(struct i82576 *n, bool dma_gone)
{
	for (unsigned int q = 0; q < I82576_QUEUES; q++)
		i82576_tx_reset(&n->pkt->tx[q], dma_gone);
	i82576_rx_reset(n, dma_gone);
	if (dma_gone)
		n->pkt->reading = 0;
	n->pkt->told = 0;
	net_pause(n->pkt->net, false);
}

bool i82576_packet_busy(const struct i82576 *n)
{
	for (unsigned int q = 0; q < I82576_QUEUES; q++)
		if (n->pkt->tx[q].ring.reads || n->pkt->rx.queue[q].ring.reads)
			return true;
	return false;
}

void i82576_packet_status(const struct i82576 *n, char *buf, size_t len)
{
	const struct net_stats *s = net_stats(n->pkt->net);

	snprintf(buf, len, "%s %s, %llu frames in, %llu out, %llu not taken by it",
		 net_name(n->pkt->net), net_carrier(n->pkt->net) ? "up" : "down",
		 (unsigned long long)s->rx_frames, (unsigned long long)s->tx_frames,
		 (unsigned long long)s->tx_dropped);
}
