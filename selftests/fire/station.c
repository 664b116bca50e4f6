// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "station.h"

/* Offsets in config space */
#define CAP_MSI		0x40
#define CAP_MSIX	0x50
#define CAP_EXP		0x60
#define EXP_DEVCTL	(CAP_EXP + 8)
#define ROOM_FOR_ANSWERS	8	/* of the window */
#define DEVCTL_FLR	0x80		/* of its high byte */
#define MOST_PIECES	18		/* as an skb may have */
#define HONEST_ANSWERS	10		/* most of what it takes to bind a function */

void station_open(struct station *st, const char *ifname)
{
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_NAPI | IFF_NAPI_FRAGS };
	static const u8 mac[] = { 0x02, 0xf1, 0xf1, 0xf1, 0xf1, 0x01 };

	memcpy(st->mac, mac, sizeof(mac));
	st->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (st->fd >= 0 && !ioctl(st->fd, TUNSETIFF, &ifr) && !ioctl(st->fd, TUNSETPERSIST, 1))
		return;
	perror(ifname);
	exit(1);
}

/* ---- out ---- */

/* A frame as the root gets it: in one piece, or cut anywhere behind the Ethernet header. */
static int cut(struct station *st, u8 *buf, size_t len, struct iovec *iov)
{
	int nr = 0, most = fire_percent(&st->random, 50) ? 1 : MOST_PIECES;
	size_t n = ETH_LEN + fire_below(&st->random, (u32)(len - ETH_LEN) + 1);

	for (; len; len -= n, buf += n) {
		if (nr)
			n = 1 + fire_below(&st->random, (u32)len);
		if (nr + 1 == most)
			n = len;
		iov[nr++] = (struct iovec){ .iov_base = buf, .iov_len = n };
	}
	return nr;
}

void station_send_raw(struct station *st, const u8 *dst, const u8 *src, const void *p, size_t len)
{
	u8 buf[FRAME_ROOM] = { 0 };
	struct iovec iov[MOST_PIECES];

	memcpy(buf, dst, 6);
	memcpy(buf + 6, src, 6);
	vrc_put16(buf + 12, VRC_ETHERTYPE);
	memcpy(buf + ETH_LEN, p, len);
	/* No memory, or the link is down: loss like any other */
	if (writev(st->fd, iov, cut(st, buf, ETH_LEN + len, iov)) < 0 && errno != ENOMEM &&
	    errno != EIO) {
		perror("writev");
		exit(1);
	}
	st->sent++;
}

void station_send(struct station *st, const u8 *dst, const u8 *src, const struct vrc_frame *f,
		  const void *payload)
{
	u8 buf[FRAME_ROOM];
	size_t len = min_t(size_t, f->length, PAYLOAD_ROOM);

	vrc_frame_build(buf, f);
	if (len)
		memcpy(buf + HDR_LEN, payload, len);
	station_send_raw(st, dst, src, buf, HDR_LEN + len);
}

void station_header(const struct station *st, const struct session *s, struct vrc_frame *f, u8 kind)
{
	(void)st;
	memset(f, 0, sizeof(*f));
	f->version = VRC_WIRE_VERSION;
	f->kind = kind;
	f->window = VRC_MAX_WINDOW;
	if (!s)
		return;
	f->session = s->root_id;
	f->ack = s->rcv_nxt;
}

static void send_in(struct station *st, struct session *s, u8 kind, const void *payload, size_t len)
{
	struct vrc_frame f;

	station_header(st, s, &f, kind);
	f.length = (u16)len;
	station_send(st, st->root, st->mac, &f, payload);
}

bool station_may_send(const struct session *s)
{
	return s->up && (s32)(s->snd_edge - s->snd_nxt) > ROOM_FOR_ANSWERS &&
	       s->snd_nxt - s->snd_una < VRC_MAX_WINDOW - ROOM_FOR_ANSWERS;
}

u32 station_keep(struct session *s, const void *payload, size_t len)
{
	struct kept *k = &s->kept[s->snd_nxt % VRC_MAX_WINDOW];

	k->len = (u16)len;
	memcpy(k->payload, payload, len);
	return s->snd_nxt++;
}

void station_send_kept(struct station *st, struct session *s, u32 seq)
{
	const struct kept *k = &s->kept[seq % VRC_MAX_WINDOW];
	struct vrc_frame f;

	station_header(st, s, &f, VRC_KIND_DATA);
	f.seq = seq;
	f.length = k->len;
	station_send(st, st->root, st->mac, &f, k->payload);
	s->owes_ack = false;
}

void station_send_data(struct station *st, struct session *s, const void *payload, size_t len)
{
	station_send_kept(st, s, station_keep(s, payload, len));
}

void station_advertise(struct station *st, const u8 *dst, const u8 *src, u64 serial, u32 nonce)
{
	u8 buf[sizeof(struct vrc_wire_advertise) +
	       NR_FUNCTIONS * sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f;
	u8 i;

	vrc_put64(&a->serial, serial);
	vrc_put64(&a->instance, st->instance);
	vrc_put32(&a->nonce, nonce);
	vrc_put16(&a->max_payload, PAYLOAD_ROOM);
	a->nr_functions = NR_FUNCTIONS;
	for (i = 0; i < NR_FUNCTIONS; i++)
		a->function[i].number = i;
	vrc_frame_put_text(a->name, "fire", sizeof(a->name));
	station_header(st, NULL, &f, VRC_KIND_ADVERTISE);
	f.length = sizeof(buf);
	station_send(st, dst, src, &f, buf);
}

/* ---- functions ---- */

static void reset_config(struct session *s, unsigned int n)
{
	u8 *c = s->config;

	memset(c, 0, sizeof(s->config));
	memcpy(c, (const u8 []){ 0x09, 0x12, (u8)(0xf0 + n), 0xf1 }, 4);
	c[0x06] = 0x10;
	c[0x0b] = 0xff;
	c[0x34] = CAP_MSI;
	c[0x3d] = 1;
	/* 64 bit, 4 vectors */
	memcpy(c + CAP_MSI, (const u8 []){ 0x05, CAP_MSIX, 0x84 }, 3);
	/* 8 vectors, table and PBA in BAR0 */
	memcpy(c + CAP_MSIX, (const u8 []){ 0x11, CAP_EXP, 7, 0, 0, 0x08, 0, 0, 0, 0x0c }, 10);
	c[CAP_EXP] = 0x10;
	c[CAP_EXP + 2] = 2;
	c[CAP_EXP + 7] = n & 1 ? 0x10 : 0;	/* FLR */
	memset(s->bar, 0, sizeof(s->bar));
}

static u8 config_mask(unsigned int off)
{
	switch (off) {
	case 0x04:
		return 0x47;
	case 0x05:
		return 0x05;
	case 0x11:
		return 0xf0;
	case 0x12 ... 0x13:
	case 0x3c:
	case CAP_MSI + 4 ... CAP_MSI + 13:
	case EXP_DEVCTL ... EXP_DEVCTL + 1:
		return 0xff;
	case CAP_MSI + 2:
		return 0x71;
	case CAP_MSIX + 3:
		return 0xc0;
	default:
		return 0;
	}
}

static void config_write(struct session *s, unsigned int n, const struct vrc_tlp *t)
{
	unsigned int i, off;
	u8 mask;

	s->bdf = t->target;
	for (i = 0; i < 4 && t->reg < 256; i++) {
		off = t->reg + i;
		if (!(t->first_be >> i & 1))
			continue;
		mask = config_mask(off);
		s->config[off] = (u8)((s->config[off] & ~mask) | (t->data[i] & mask));
	}
	if (n & 1 && s->config[EXP_DEVCTL + 1] & DEVCTL_FLR)
		reset_config(s, n);
}

/* An answer that the root cannot like; now and then none. */
static size_t spoil(struct station *st, struct vrc_tlp *c, u8 *buf)
{
	u8 *data;

	switch (fire_below(&st->random, 6)) {
	case 0:
	case 1:
		c->type = VRC_TLP_CPL;
		c->len_dw = 0;
		c->byte_count = 4;
		c->status = fire_percent(&st->random, 50) ? VRC_CPL_UR : VRC_CPL_CA;
		break;
	case 2:
		c->ep = true;
		break;
	case 3:
		c->tag ^= (u8)(1 << fire_below(&st->random, 8));
		break;
	case 4:
		c->byte_count = (u16)(1 + fire_below(&st->random, 4096));
		break;
	default:
		return 0;
	}
	data = vrc_tlp_build(buf, c);
	if (!data)
		return 0;
	if (c->len_dw)
		memset(data, 0x5a, c->len_dw * 4);
	return vrc_tlp_len(c);
}

static void answer(struct station *st, struct session *s, struct vrc_tlp *c, const void *data)
{
	u8 buf[PAYLOAD_ROOM], *p;
	size_t len = 0;

	if (s->answers++ >= HONEST_ANSWERS && fire_percent(&st->random, st->spoil)) {
		len = spoil(st, c, buf);
	} else {
		p = vrc_tlp_build(buf, c);
		if (p) {
			memcpy(p, data, c->len_dw * 4);
			len = vrc_tlp_len(c);
		}
	}
	if (len && s->snd_nxt - s->snd_una < VRC_MAX_WINDOW)
		station_send_data(st, s, buf, len);
}

static void memory_read(struct station *st, struct session *s, const struct vrc_tlp *t)
{
	static const u8 nothing[64];
	struct vrc_tlp c;
	u32 done = 0, n;
	u64 off;

	do {
		vrc_tlp_init_cpl(&c, t, s->bdf, VRC_CPL_SC);
		n = vrc_tlp_cpl_chunk(&c, t, done, 64, 64);
		off = (t->addr + done) & (BAR_SIZE - 1) & ~3ull;
		answer(st, s, &c, off + 64 <= BAR_SIZE ? s->bar + off : nothing);
		done += n;
	} while (n && c.byte_count > n);
}

static void config_read(struct station *st, struct session *s, const struct vrc_tlp *t)
{
	static const u8 nothing[4];
	struct vrc_tlp c;

	vrc_tlp_init_cpl(&c, t, s->bdf, VRC_CPL_SC);
	answer(st, s, &c, t->reg < 256 ? s->config + (t->reg & 0xfc) : nothing);
}

static void request(struct station *st, struct session *s, const struct vrc_tlp *t)
{
	u64 off = t->addr & (BAR_SIZE - 1);
	struct vrc_tlp c;

	if (!vrc_tlp_is_completion(t)) {
		st->requests++;
		s->last_tag = t->tag;
	}
	switch (t->type) {
	case VRC_TLP_CFGRD0:
		config_read(st, s, t);
		break;
	case VRC_TLP_CFGWR0:
		config_write(s, (unsigned int)(s - st->s), t);
		vrc_tlp_init_cpl(&c, t, s->bdf, VRC_CPL_SC);
		answer(st, s, &c, "");
		break;
	case VRC_TLP_MRD:
		memory_read(st, s, t);
		break;
	case VRC_TLP_MWR:
		memcpy(s->bar + off, t->data, min_t(size_t, t->len_dw * 4, BAR_SIZE - off));
		break;
	default:
		break;
	}
}

/* ---- in ---- */

static void refuse(struct station *st, u64 session, u8 function)
{
	struct vrc_wire_refused r = { 0 };
	struct vrc_frame f;

	vrc_put16(&r.reason, VRC_REFUSED_SERIAL);
	r.function = function;
	station_header(st, NULL, &f, VRC_KIND_REFUSED);
	f.session = session;
	f.length = sizeof(r);
	station_send(st, st->root, st->mac, &f, &r);
}

static void rx_bind(struct station *st, const u8 *src, const struct vrc_wire_bind *b)
{
	struct vrc_wire_bound bound = { 0 };
	u64 id = vrc_get64(&b->session);
	struct session *s;

	if (b->function >= NR_FUNCTIONS)
		return;
	memcpy(st->root, src, 6);
	if (vrc_get64(&b->serial) != st->serial || vrc_get64(&b->instance) != st->instance) {
		refuse(st, id, b->function);
		return;
	}
	s = &st->s[b->function];
	if (!s->up || s->root_id != id) {
		memset(s, 0, sizeof(*s));
		s->up = true;
		s->root_id = id;
		s->our_id = fire_random(&st->random) | 1;
		s->snd_edge = vrc_get16(&b->window);
		reset_config(s, b->function);
		st->binds++;
	}
	vrc_put64(&bound.session, s->our_id);
	memcpy(&bound.lease_ms, &b->lease_ms, sizeof(bound.lease_ms));
	vrc_put16(&bound.max_payload, PAYLOAD_ROOM);
	vrc_put16(&bound.window, VRC_MAX_WINDOW);
	vrc_put16(&bound.ack_delay_us, 1000);
	send_in(st, s, VRC_KIND_BOUND, &bound, sizeof(bound));
}

static void rx_data(struct station *st, struct session *s, const struct vrc_frame *f)
{
	const u8 *p = f->payload, *end = p + f->length;
	struct vrc_tlp t;
	int n;

	s->owes_ack = true;
	if (f->seq != s->rcv_nxt)
		return;
	s->rcv_nxt++;
	for (; p < end; p += n) {
		n = vrc_tlp_parse(p, (size_t)(end - p), &t);
		if (n <= 0)
			return;
		request(st, s, &t);
	}
}

/* Ours was lost: the root's queue was full. */
static void recover(struct station *st, struct session *s, const struct vrc_frame *f)
{
	u32 edge = f->ack + f->window;

	if (f->ack - s->snd_una <= s->snd_nxt - s->snd_una)
		s->snd_una = f->ack;
	if ((s32)(edge - s->snd_edge) > 0)
		s->snd_edge = edge;
	if (f->sack && s->snd_una != s->snd_nxt)
		station_send_kept(st, s, s->snd_una);
}

static struct session *find_session(struct station *st, u64 id)
{
	unsigned int i;

	for (i = 0; i < NR_FUNCTIONS; i++)
		if (st->s[i].up && st->s[i].our_id == id)
			return &st->s[i];
	return NULL;
}

static void rx_session(struct station *st, struct session *s, const struct vrc_frame *f)
{
	switch (f->kind) {
	case VRC_KIND_DATA:
		recover(st, s, f);
		rx_data(st, s, f);
		break;
	case VRC_KIND_ACK:
		recover(st, s, f);
		if (f->flags & VRC_FLAG_ACK_REQ)
			s->owes_ack = true;
		break;
	case VRC_KIND_RELEASE:
		send_in(st, s, VRC_KIND_RELEASED, "", 0);
		s->up = false;
		break;
	case VRC_KIND_PROBE:
		send_in(st, s, VRC_KIND_PROBED, f->payload, sizeof(struct vrc_wire_probe));
		break;
	}
}

static void rx_unknown(struct station *st, const u8 *src, const struct vrc_frame *f)
{
	struct vrc_wire_stale stale;
	struct vrc_frame out;

	if (!f->session || f->kind == VRC_KIND_STALE)
		return;
	station_header(st, NULL, &out, VRC_KIND_STALE);
	out.length = sizeof(stale);
	vrc_put64(&stale.session, f->session);
	station_send(st, src, st->mac, &out, &stale);
}

static void rx_stale(struct station *st, const struct vrc_frame *f)
{
	u64 id = vrc_get64(f->payload + offsetof(struct vrc_wire_stale, session));
	unsigned int i;

	for (i = 0; i < NR_FUNCTIONS; i++)
		if (st->s[i].root_id == id)
			st->s[i].up = false;
}

static void rx_frame(struct station *st, const u8 *src, const struct vrc_frame *f)
{
	struct session *s = find_session(st, f->session);

	if (f->kind == VRC_KIND_DISCOVER) {
		st->nonce = vrc_get32(f->payload + offsetof(struct vrc_wire_discover, nonce));
		memcpy(st->root, src, 6);
		station_advertise(st, src, st->mac, st->serial, st->nonce);
	} else if (f->kind == VRC_KIND_BIND) {
		rx_bind(st, src, (const void *)f->payload);
	} else if (f->kind == VRC_KIND_STALE) {
		rx_stale(st, f);
	} else if (s) {
		rx_session(st, s, f);
	} else {
		rx_unknown(st, src, f);
	}
}

static void send_acks(struct station *st)
{
	struct session *s;

	for (s = st->s; s < st->s + NR_FUNCTIONS; s++) {
		if (!s->up || !s->owes_ack)
			continue;
		s->owes_ack = false;
		send_in(st, s, VRC_KIND_ACK, "", 0);
	}
}

/* Not what goes to the addresses of those that we only pretend to be. */
static bool for_us(const struct station *st, const u8 *dst)
{
	return dst[0] & 1 || !memcmp(dst, st->mac, 6);
}

void station_receive(struct station *st, int ms)
{
	struct pollfd p = { .fd = st->fd, .events = POLLIN };
	u8 buf[FRAME_ROOM];
	struct vrc_frame f;
	ssize_t n;

	if (ms)
		poll(&p, 1, ms);
	while ((n = read(st->fd, buf, sizeof(buf))) >= 0)
		if (n > ETH_LEN && vrc_get16(buf + 12) == VRC_ETHERTYPE && for_us(st, buf) &&
		    !vrc_frame_parse(buf + ETH_LEN, (size_t)n - ETH_LEN, &f))
			rx_frame(st, buf + 6, &f);
	send_acks(st);
}
