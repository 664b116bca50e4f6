// SPDX-License-Identifier: GPL-2.0-only
/*
 * A station that misbehaves on request, to test the root.
 *
 * It answers discovery and binding like any station and offers one function
 * with one memory BAR, whose registers (orders.h) make it commit a misdeed or send
 * what is ordered, on the session that the write came by.
 *
 * usage: station IFACE [SERIAL]      runs until killed
 *        station --list              the misdeeds: number, counter, name
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "station.h"

#define STATION_ID	0x5afe5afe5afe5afeull
#define CAP_MSI		0x40

void send_frame(struct station *s, const u8 *dst, struct vrc_frame *f, const void *payload)
{
	f->window = VRC_MAX_WINDOW;
	f->ack = s->rcv_nxt;
	wire_send_frame(s->fd, dst, s->mac, f, payload);
}

void send_data(struct station *s, const void *tlps, size_t len)
{
	struct vrc_frame f = {
		.kind = VRC_KIND_DATA, .session = s->root_session,
		.seq = s->snd_nxt++, .length = (u16)len,
	};

	send_frame(s, s->root, &f, tlps);
}

static void send_ack(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = s->root_session };

	send_frame(s, s->root, &f, NULL);
}

size_t make_tlp(u8 *buf, const struct vrc_tlp *t, u8 fill)
{
	u8 *data = vrc_tlp_build(buf, t);

	if (!data)
		abort();
	if (vrc_tlp_has_data(t))
		memset(data, fill, t->len_dw * 4u);
	if (t->td)
		vrc_tlp_seal(buf, t);
	return vrc_tlp_len(t);
}

void reply(struct station *s, const struct vrc_tlp *req, u32 value)
{
	struct vrc_tlp c;
	u8 buf[32], *data;

	vrc_tlp_init_cpl(&c, req, s->bdf, VRC_CPL_SC);
	c.type = VRC_TLP_CPLD;
	if (req->type == VRC_TLP_CFGRD0) {
		c.len_dw = 1;
		c.byte_count = 4;
	} else {
		vrc_tlp_cpl_chunk(&c, req, 0, 4, 64);
	}
	data = vrc_tlp_build(buf, &c);
	if (!data)
		abort();
	data[0] = (u8)value;
	data[1] = (u8)(value >> 8);
	data[2] = (u8)(value >> 16);
	data[3] = (u8)(value >> 24);
	send_data(s, buf, vrc_tlp_len(&c));
}

void reply_status(struct station *s, const struct vrc_tlp *req, enum vrc_cpl_status status)
{
	struct vrc_tlp c;
	u8 buf[16];

	vrc_tlp_init_cpl(&c, req, s->bdf, status);
	send_data(s, buf, make_tlp(buf, &c, 0));
}

static void bar_read(struct station *s, const struct vrc_tlp *t)
{
	unsigned int how = s->armed, off = t->addr & (BAR_SIZE - 1);

	s->armed = 0;
	switch (how) {
	case READ_UR:
		reply_status(s, t, VRC_CPL_UR);
		break;
	case READ_CA:
		reply_status(s, t, VRC_CPL_CA);
		break;
	case READ_POISONED:
	case READ_TOO_LONG:
	case READ_WRONG_TAG:
	case READ_TWICE:
		reply_spoilt(s, t, how);
		break;
	case READ_SILENT:
		break;
	default:
		reply(s, t, off == REG_RESULT ? s->reg[off / 4] : ALIVE);
	}
}

static void commit(struct station *s, unsigned int n)
{
	if (!n || n >= nr_misdeeds)
		return;
	if (misdeeds[n].commit)
		misdeeds[n].commit(s);
	else if (n == READ_RRS)
		s->rrs_left = 3;
	else
		s->armed = n;
}

static void bar_write(struct station *s, const struct vrc_tlp *t)
{
	unsigned int off = t->addr & (BAR_SIZE - 1);
	u32 value = t->data[0] | t->data[1] << 8 | t->data[2] << 16 | (u32)t->data[3] << 24;

	if (off == REG_MISDEED)
		commit(s, value);
	else if (off >= REG_ADDR_LO && off <= REG_ORDER)
		order_write(s, off, value);
}

static void config_read(struct station *s, const struct vrc_tlp *t)
{
	const u8 *c = s->config + (t->reg & 0xfc);

	if (s->rrs_left) {
		s->rrs_left--;
		reply_status(s, t, VRC_CPL_RRS);
	} else if (t->reg > 252) {
		reply(s, t, 0);
	} else {
		reply(s, t, c[0] | c[1] << 8 | c[2] << 16 | (u32)c[3] << 24);
	}
}

/* Command, BAR0, the interrupt line, and of MSI what a root sets up. */
static u8 config_mask(unsigned int off)
{
	if (off == CAP_MSI + 2)
		return 0x71;
	if (off == 4 || off == 5 || (off >= 0x10 && off < 0x14) || off == 0x3c ||
	    (off >= CAP_MSI + 4 && off < CAP_MSI + 14))
		return 0xff;
	return 0;
}

static void config_write(struct station *s, const struct vrc_tlp *t)
{
	unsigned int i, off;
	u8 mask;

	s->bdf = t->target;
	for (i = 0; i < 4 && t->reg < 256; i++) {
		off = t->reg + i;
		mask = t->first_be >> i & 1 ? config_mask(off) : 0;
		s->config[off] = (s->config[off] & ~mask) | (t->data[i] & mask);
	}
	s->config[0x10] = 0;			/* BAR0: 4 KiB of memory */
	s->config[0x11] &= 0xf0;
	reply_status(s, t, VRC_CPL_SC);
}

static void handle_tlp(struct station *s, const struct vrc_tlp *t)
{
	switch (t->type) {
	case VRC_TLP_CFGRD0:
		config_read(s, t);
		break;
	case VRC_TLP_CFGWR0:
		config_write(s, t);
		break;
	case VRC_TLP_MRD:
		bar_read(s, t);
		break;
	case VRC_TLP_MWR:
		bar_write(s, t);
		break;
	case VRC_TLP_CPL:
	case VRC_TLP_CPLD:
		order_completion(s, t);
		break;
	default:
		break;
	}
}

static void handle_data(struct station *s, const struct vrc_frame *f)
{
	const u8 *p = f->payload, *end = p + f->length;
	struct vrc_tlp t;
	int n;

	if (f->seq != s->rcv_nxt) {
		send_ack(s);
		return;
	}
	s->rcv_nxt++;
	send_ack(s);
	for (; p < end; p += n) {
		n = vrc_tlp_parse(p, (size_t)(end - p), &t);
		if (n <= 0)
			return;
		handle_tlp(s, &t);
	}
}

static void advertise(struct station *s, const u8 *dst, u32 nonce)
{
	u8 buf[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(buf) };

	vrc_put64(&a->serial, s->serial);
	vrc_put64(&a->instance, (u64)getpid());
	vrc_put32(&a->nonce, nonce);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 1;
	vrc_frame_put_text(a->name, "hostile", sizeof(a->name));
	send_frame(s, dst, &f, buf);
}

static void bind_root(struct station *s, const u8 *src, const struct vrc_wire_bind *b)
{
	struct vrc_wire_bound bound = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_BOUND, .length = sizeof(bound) };

	if (s->root_session != vrc_get64(&b->session)) {
		s->snd_nxt = 0;
		s->rcv_nxt = 0;
		s->acked = 0;
		s->armed = 0;
		s->left = 0;
	}
	memcpy(s->root, src, 6);
	s->root_session = vrc_get64(&b->session);
	f.session = s->root_session;
	vrc_put64(&bound.session, STATION_ID);
	memcpy(&bound.lease_ms, &b->lease_ms, sizeof(bound.lease_ms));
	vrc_put16(&bound.max_payload, 1468);
	vrc_put16(&bound.window, VRC_MAX_WINDOW);
	vrc_put16(&bound.ack_delay_us, 1000);
	send_frame(s, src, &f, &bound);
}

static void released(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_RELEASED, .session = s->root_session };

	send_frame(s, s->root, &f, NULL);
}

static void probed(struct station *s, const struct vrc_frame *f)
{
	struct vrc_frame answer = {
		.kind = VRC_KIND_PROBED, .session = s->root_session,
		.length = sizeof(struct vrc_wire_probe),
	};

	send_frame(s, s->root, &answer, f->payload);
}

static void handle_frame(struct station *s, const u8 *src, const struct vrc_frame *f)
{
	switch (f->kind) {
	case VRC_KIND_DISCOVER:
		advertise(s, src,
			  vrc_get32(f->payload + offsetof(struct vrc_wire_discover, nonce)));
		break;
	case VRC_KIND_BIND:
		bind_root(s, src, (const void *)f->payload);
		break;
	case VRC_KIND_DATA:
		s->acked = f->ack;
		handle_data(s, f);
		order_pump(s);
		break;
	case VRC_KIND_ACK:
		s->acked = f->ack;
		order_pump(s);
		if (f->flags & VRC_FLAG_ACK_REQ)
			send_ack(s);
		break;
	case VRC_KIND_RELEASE:
		released(s);
		break;
	case VRC_KIND_PROBE:
		probed(s, f);
		break;
	default:
		break;
	}
}

static bool for_us(const struct station *s, const u8 *dst)
{
	return !memcmp(dst, s->mac, 6) || !memcmp(dst, wire_broadcast, 6);
}

static void run(struct station *s)
{
	u8 buf[MAX_FRAME];
	struct vrc_frame f;
	ssize_t n;

	while ((n = recv(s->fd, buf, sizeof(buf), 0)) >= 0 || errno == EINTR || errno == ENETDOWN)
		if (n > ETH_LEN && for_us(s, buf) &&
		    !vrc_frame_parse(buf + ETH_LEN, (size_t)n - ETH_LEN, &f))
			handle_frame(s, buf + 6, &f);
	perror("station: recv");
}

static void list(void)
{
	unsigned int i;

	for (i = 1; i < nr_misdeeds; i++)
		printf("%u %s %s\n", i, misdeeds[i].counter, misdeeds[i].name);
}

int main(int argc, char **argv)
{
	static struct station s = { .serial = 0xbad0bad0 };
	static const u8 id[] = { 0x09, 0x12, 0xd0, 0xba, 0, 0, 0x10, 0, 0, 0, 0, 0xff };
	static const u8 msi[] = { 0x05, 0, 0x84, 0 };	/* 64 bits, four vectors */

	if (argc == 2 && !strcmp(argv[1], "--list")) {
		list();
		return 0;
	}
	if (argc < 2) {
		fprintf(stderr, "usage: station IFACE [SERIAL] | --list\n");
		return 2;
	}
	if (argc > 2)
		s.serial = strtoull(argv[2], NULL, 0);
	memcpy(s.config, id, sizeof(id));
	memcpy(s.config + CAP_MSI, msi, sizeof(msi));
	s.config[0x34] = CAP_MSI;
	s.config[0x3d] = 1;			/* INTA */
	s.fd = wire_open(argv[1], VRC_ETHERTYPE);
	wire_mac(s.fd, argv[1], s.mac);
	run(&s);
	return 1;
}
