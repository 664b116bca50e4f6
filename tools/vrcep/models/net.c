// SPDX-License-Identifier: GPL-2.0-only
/* Network back ends: options, carrier, and what becomes of an interface. */
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "../log.h"
#include "net_int.h"

#define ETH_MIN	14

/* ---- the log ---- */

static __printf(2, 3) void say(struct net *n, const char *fmt, ...)
{
	char text[128], line[sizeof(n->name) + sizeof(text) + 2];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(line, sizeof(line), "%s: %s", n->name, text);
	n->user->say(n->user, line);
}

/* True the first time. */
static bool first(struct net *n, enum net_problem p)
{
	bool told = n->told >> p & 1;

	n->told |= 1u << p;
	return !told;
}

/* ---- queues ---- */

static void update_events(struct net *n)
{
	uint32_t events = (n->paused ? 0 : EPOLLIN) | (n->blocked ? EPOLLOUT : 0);

	for (unsigned int i = 0; i < n->queues; i++)
		ep_loop_add(n->loop, &n->queue[i].w, events);
}

static void ready(struct ep_fd *w, uint32_t events)
{
	struct net_queue *q = container_of(w, struct net_queue, w);
	struct net *n = q->net;

	if (events & EPOLLOUT && n->blocked) {
		n->blocked = false;
		update_events(n);
		n->user->writable(n->user);
	}
	if (n->attached && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
		n->ops->read(n, q);
}

int net_add_queue(struct net *n, int fd)
{
	struct net_queue *q = &n->queue[n->queues];
	int err;

	*q = (struct net_queue){ .w = { .fd = fd, .ready = ready }, .net = n };
	err = ep_loop_add(n->loop, &q->w, n->paused ? 0 : EPOLLIN);
	if (!err)
		n->queues++;
	return err;
}

static void detach(struct net *n)
{
	n->attached = false;
	n->blocked = false;
	while (n->queues) {
		struct net_queue *q = &n->queue[--n->queues];

		ep_loop_del(n->loop, &q->w);
		close(q->w.fd);
	}
}

void net_received(struct net *n, const struct virtio_net_hdr *hdr, uint8_t *frame, size_t len)
{
	if (len < ETH_MIN)
		return;
	n->stats.rx_frames++;
	n->user->receive(n->user, hdr, frame, len);
}

/* ---- the interface and its carrier ---- */

static int index_of(struct net *n)
{
	struct ifreq ifr = { 0 };

	memcpy(ifr.ifr_name, n->name, sizeof(n->name));
	return ioctl(n->ctl, SIOCGIFINDEX, &ifr) ? 0 : ifr.ifr_ifindex;
}

/* By index, because an interface can be renamed. One in another namespace keeps what it had. */
static bool running(struct net *n)
{
	struct ifreq ifr = { .ifr_ifindex = n->ifindex };

	if (!n->ifindex || ioctl(n->ctl, SIOCGIFNAME, &ifr) || ioctl(n->ctl, SIOCGIFFLAGS, &ifr))
		return n->carrier;
	return ifr.ifr_flags & IFF_UP && ifr.ifr_flags & IFF_RUNNING;
}

static void set_carrier(struct net *n, bool up)
{
	if (n->carrier == up)
		return;
	n->carrier = up;
	n->user->carrier(n->user, up);
}

static int attach(struct net *n, const char **what)
{
	int err = n->ops->attach(n, what);

	if (err) {
		detach(n);
		return err;
	}
	n->attached = true;
	n->told = 0;
	n->ifindex = index_of(n);
	return 0;
}

static void come_back(struct net *n)
{
	const char *what = "attach";
	int err;

	if (!index_of(n))
		return;
	err = attach(n, &what);
	if (!err) {
		say(n, "is back");
		update_events(n);
		n->user->writable(n->user);
	} else if (first(n, NET_PROBLEM_ATTACH)) {
		say(n, "is there again, but %s: %s", what, strerror(-err));
	}
}

static void look(struct net *n)
{
	if (n->attached && !n->ops->alive(n)) {
		detach(n);
		say(n, "has gone: the link is down until an interface of this name is there");
	}
	if (!n->attached)
		come_back(n);
	set_carrier(n, n->attached && running(n));
}

void net_failed(struct net *n, int err)
{
	/* A packet socket tells once that its interface went down, and goes on. */
	if (err != EAGAIN && err != EINTR)
		look(n);
}

/* What has changed does not matter: look() asks for all there is to know. */
static void link_event(struct ep_fd *w, uint32_t events)
{
	struct net *n = container_of(w, struct net, watch);
	char buf[8192];

	(void)events;
	while (recv(w->fd, buf, sizeof(buf), MSG_DONTWAIT) > 0)
		;
	look(n);
}

static int watch_links(struct net *n)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };

	n->ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	n->watch = (struct ep_fd){
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE),
		.ready = link_event,
	};
	if (n->ctl < 0 || n->watch.fd < 0 || bind(n->watch.fd, (struct sockaddr *)&sa, sizeof(sa)))
		return -errno;
	return ep_loop_add(n->loop, &n->watch, EPOLLIN);
}

/* ---- the user's calls ---- */

bool net_carrier(const struct net *n)
{
	return n->carrier;
}

const char *net_name(const struct net *n)
{
	return n->name;
}

const struct net_stats *net_stats(const struct net *n)
{
	return &n->stats;
}

void net_pause(struct net *n, bool pause)
{
	if (n->paused == pause)
		return;
	n->paused = pause;
	update_events(n);
}

static enum net_sent lose(struct net *n, size_t len, int err)
{
	n->stats.tx_dropped++;
	if (err == EMSGSIZE && first(n, NET_PROBLEM_SIZE))
		say(n, "frame of %zu bytes dropped: larger than its MTU allows", len);
	else if (err != EMSGSIZE && err != ENOBUFS && first(n, NET_PROBLEM_SEND))
		say(n, "frame of %zu bytes dropped: %s", len, strerror(err));
	return NET_DROPPED;
}

/* 0, or an errno */
static int write_frame(const struct net_queue *q, const struct virtio_net_hdr *hdr,
		       const void *frame, size_t len)
{
	struct iovec iov[2] = {
		{ .iov_base = (void *)hdr, .iov_len = sizeof(*hdr) },
		{ .iov_base = (void *)frame, .iov_len = len },
	};

	return writev(q->w.fd, iov, 2) < 0 ? errno : 0;
}

enum net_sent net_send(struct net *n, unsigned int queue, const struct virtio_net_hdr *hdr,
		       const void *frame, size_t len)
{
	int err;

	if (!n->attached)
		return NET_DROPPED;
	if (n->blocked)
		return NET_BUSY;
	err = write_frame(&n->queue[queue % n->queues], hdr, frame, len);
	if (err == EAGAIN) {
		n->blocked = true;
		update_events(n);
		return NET_BUSY;
	}
	if (err)
		return lose(n, len, err);
	n->stats.tx_frames++;
	return NET_SENT;
}

/* ---- open and close ---- */

static int take_name(struct net *n, const struct ep_options *o, const char *who, char *err,
		     size_t err_len)
{
	const char *tap = ep_options_get(o, "tap"), *iface = ep_options_get(o, "iface");
	const char *name = tap ? tap : iface;

	if (!tap == !iface) {
		snprintf(err, err_len, "%s: %s given: expected one of tap=NAME and iface=NAME",
			 who, tap ? "both tap= and iface= are" : "neither tap= nor iface= is");
		return -1;
	}
	if (!*name || strlen(name) >= sizeof(n->name) || strpbrk(name, "/ %:")) {
		snprintf(err, err_len, "%s: %s=%s: expected an interface's name of 1 to %zu bytes",
			 who, tap ? "tap" : "iface", name, sizeof(n->name) - 1);
		return -1;
	}
	memcpy(n->name, name, strlen(name));
	n->ops = tap ? &net_tap_ops : &net_packet_ops;
	return 0;
}

static int start(struct net *n, const char *who, char *err, size_t err_len)
{
	const char *what = "link events";
	int ret = watch_links(n);

	if (!ret && n->ops->must_exist && !index_of(n)) {
		snprintf(err, err_len, "%s: iface=%s: there is no such interface", who, n->name);
		return -1;
	}
	if (!ret)
		ret = attach(n, &what);
	if (ret) {
		snprintf(err, err_len, "%s: %s=%s: %s: %s", who,
			 n->ops == &net_tap_ops ? "tap" : "iface", n->name, what, strerror(-ret));
		return -1;
	}
	n->carrier = running(n);
	return 0;
}

struct net *net_open(struct ep_loop *loop, const struct ep_options *o, const char *who,
		     unsigned int queues, struct net_user *u, char *err, size_t err_len)
{
	struct net *n = calloc(1, sizeof(*n));
	uint8_t *buf = malloc(NET_BUF_SIZE);

	if (!n || !buf) {
		snprintf(err, err_len, "%s: out of memory", who);
		free(n);
		free(buf);
		return NULL;
	}
	n->loop = loop;
	n->user = u;
	n->buf = buf;
	n->ctl = -1;
	n->claim = -1;
	n->watch.fd = -1;
	n->wanted = queues < NET_MAX_QUEUES ? queues : NET_MAX_QUEUES;
	if (take_name(n, o, who, err, err_len) || start(n, who, err, err_len)) {
		net_close(n);
		return NULL;
	}
	return n;
}

void net_close(struct net *n)
{
	if (!n)
		return;
	detach(n);
	if (n->watch.fd >= 0) {
		ep_loop_del(n->loop, &n->watch);
		close(n->watch.fd);
	}
	if (n->ctl >= 0)
		close(n->ctl);
	if (n->claim >= 0)
		close(n->claim);
	free(n->buf);
	free(n);
}
