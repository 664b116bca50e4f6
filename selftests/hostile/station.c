// SPDX-License-Identifier: GPL-2.0-only
/*
 * A station that misbehaves on request, to test the root.
 *
 * It answers discovery and binding like any station and offers one function
 * with one memory BAR. Writing N to register 0 of the BAR makes it commit
 * misdeed N of the table below, on the session the write came by. Reading
 * register 4 returns a constant, as proof that the session is still alive.
 *
 * usage: station IFACE [SERIAL]      runs until killed
 *        station --list              the misdeeds: number, counter, name
 */
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <unistd.h>

#include "frame.h"
#include "tlp.h"

#define ETH_LEN		14
#define HDR_LEN		sizeof(struct vrc_wire_hdr)
#define STATION_ID	0x5afe5afe5afe5afeull
#define ALIVE		0x600dbeefu
#define BAR_SIZE	4096

struct station {
	int fd;
	u8 mac[6];
	u64 serial;
	/* the session */
	u8 root[6];
	u64 root_session;
	u32 snd_nxt, rcv_nxt;
	u16 bdf;
	u8 config[256];
	unsigned int armed;	/* misdeed for the next read, 0: none */
	unsigned int rrs_left;
};

struct misdeed {
	const char *counter;	/* of the function, or "port:NAME" */
	const char *name;
	void (*commit)(struct station *s);	/* NULL: the next read is spoilt */
};

static const struct misdeed misdeeds[];

static void send_raw(struct station *s, const u8 *dst, const u8 *src, const void *frame, size_t len)
{
	u8 buf[2048] = { 0 };
	size_t total = ETH_LEN + len;

	memcpy(buf, dst, 6);
	memcpy(buf + 6, src, 6);
	vrc_put16(buf + 12, VRC_ETHERTYPE);
	memcpy(buf + ETH_LEN, frame, len);
	if (total < 60)
		total = 60;
	if (send(s->fd, buf, total, 0) < 0)
		perror("station: send");
}

static void send_frame(struct station *s, const u8 *dst, struct vrc_frame *f, const void *payload)
{
	u8 buf[2048];

	f->version = VRC_WIRE_VERSION;
	f->window = VRC_MAX_WINDOW;
	f->ack = s->rcv_nxt;
	vrc_frame_build(buf, f);
	if (f->length)
		memcpy(buf + HDR_LEN, payload, f->length);
	send_raw(s, dst, s->mac, buf, HDR_LEN + f->length);
}

static void send_data(struct station *s, const void *tlps, size_t len)
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

	send_frame(s, s->root, &f, "");
}

/* Builds one TLP at @buf, its data bytes counting up; returns its length. */
static size_t make_tlp(u8 *buf, const struct vrc_tlp *t)
{
	u8 *data = vrc_tlp_build(buf, t);
	size_t i;

	if (!data)
		abort();
	if (vrc_tlp_has_data(t))
		for (i = 0; i < t->len_dw * 4u; i++)
			data[i] = (u8)i;
	if (t->td)
		vrc_tlp_seal(buf, t);
	return vrc_tlp_len(t);
}

static struct vrc_tlp dma_write(struct station *s, u64 addr, u32 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .requester = s->bdf };

	vrc_tlp_set_range(&t, addr, len);
	return t;
}

/* ---- misdeeds on the session ---- */

static void lie_about_length(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0x10000, 64);
	u8 buf[128];

	make_tlp(buf, &t);
	send_data(s, buf, 12 + 16);
}

static void send_unknown_type(struct station *s)
{
	u8 buf[12] = { 0x1f, 0, 0, 1 };

	send_data(s, buf, sizeof(buf));
}

static void complete_nothing(struct station *s)
{
	struct vrc_tlp t = {
		.type = VRC_TLP_CPLD, .len_dw = 1, .byte_count = 4, .tag = 0xee,
		.completer = s->bdf,
	};
	u8 buf[16];

	send_data(s, buf, make_tlp(buf, &t));
}

static void break_ecrc(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0x10000, 4);
	u8 buf[64];
	size_t len;

	t.td = true;
	len = make_tlp(buf, &t);
	buf[len - 1] ^= 1;
	send_data(s, buf, len);
}

static void write_memory_unasked(struct station *s)
{
	struct vrc_tlp t = dma_write(s, 0xdead0000, 64);
	u8 buf[128];

	send_data(s, buf, make_tlp(buf, &t));
}

static void ack_the_future(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = s->root_session };
	u32 honest = s->rcv_nxt;

	s->rcv_nxt += 1000;
	send_frame(s, s->root, &f, "");
	s->rcv_nxt = honest;
}

/* ---- misdeeds that the port counts ---- */

static void guess_session(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = s->root_session ^ 0x100000 };

	send_frame(s, s->root, &f, "");
}

static void forge_source(struct station *s)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_ACK,
		.session = s->root_session, .ack = s->rcv_nxt, .window = VRC_MAX_WINDOW,
	};
	u8 src[6] = { 0x02, 0, 0, 0, 0xba, 0xd0 }, buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	send_raw(s, s->root, src, buf, sizeof(buf));
}

/* Sends an otherwise honest ACK with one byte of its header changed. */
static void send_spoilt(struct station *s, size_t at, u8 value)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_ACK,
		.session = s->root_session, .ack = s->rcv_nxt, .window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	buf[at] = value;
	send_raw(s, s->root, s->mac, buf, sizeof(buf));
}

static void speak_version_9(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, version), 9);
}

static void send_unknown_kind(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, kind), 200);
}

static void truncate_frame(struct station *s)
{
	struct vrc_frame f = {
		.version = VRC_WIRE_VERSION, .kind = VRC_KIND_DATA, .length = 1024,
		.session = s->root_session, .seq = s->snd_nxt, .ack = s->rcv_nxt,
		.window = VRC_MAX_WINDOW,
	};
	u8 buf[HDR_LEN];

	vrc_frame_build(buf, &f);
	send_raw(s, s->root, s->mac, buf, sizeof(buf));
}

static void give_ack_a_payload(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, length) + 1, 4);
}

static void open_window_too_far(struct station *s)
{
	send_spoilt(s, offsetof(struct vrc_wire_hdr, window), 0x7f);
}

static void send_data_without_session(struct station *s)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .length = 12 };
	static const u8 tlp[12];

	send_frame(s, s->root, &f, tlp);
}

static void advertise_serial_0(struct station *s)
{
	u8 buf[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(buf) };

	vrc_put64(&a->instance, 1);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 1;
	send_frame(s, s->root, &f, buf);
}

enum { READ_UR = 1, READ_CA, READ_POISONED, READ_TOO_LONG, READ_SILENT, READ_WRONG_TAG, READ_RRS };

static const struct misdeed misdeeds[] = {
	[READ_UR]	= { "cpl_ur", "a read answered with UR" },
	[READ_CA]	= { "cpl_ca", "a read answered with CA" },
	[READ_POISONED]	= { "tlp_poisoned", "a read answered with poisoned data" },
	[READ_TOO_LONG]	= { "cpl_unexpected", "a completion longer than the request" },
	[READ_SILENT]	= { "cpl_timeout", "a read that is never answered" },
	[READ_WRONG_TAG] = { "cpl_unexpected", "a read answered with another tag" },
	[READ_RRS]	= { "cpl_rrs", "configuration reads answered with RRS three times" },
	{ "tlp_malformed", "a TLP longer than its frame", lie_about_length },
	{ "tlp_malformed", "a TLP of an unknown type", send_unknown_type },
	{ "cpl_unexpected", "a completion that nobody asked for", complete_nothing },
	{ "tlp_bad_ecrc", "a TLP with a wrong ECRC", break_ecrc },
	{ "dma_no_bus_master", "DMA while nobody has opened the device", write_memory_unasked },
	{ "rx_bad_ack", "an ack of frames never sent", ack_the_future },
	{ "port:rx_unknown_session", "a guessed session id", guess_session },
	{ "port:rx_wrong_source", "the right session id from another MAC", forge_source },
	{ "port:rx_bad_version", "version 9", speak_version_9 },
	{ "port:rx_bad_kind", "kind 200", send_unknown_kind },
	{ "port:rx_truncated", "a payload beyond the end of the frame", truncate_frame },
	{ "port:rx_bad_length", "an ACK with a payload", give_ack_a_payload },
	{ "port:rx_bad_window", "a window of 32576 frames", open_window_too_far },
	{ "port:rx_bad_session", "DATA without a session", send_data_without_session },
	{ "port:rx_bad_field", "an ADVERTISE of serial 0", advertise_serial_0 },
};

#define NR_MISDEEDS ARRAY_SIZE(misdeeds)

/* ---- the honest part ---- */

static void reply(struct station *s, const struct vrc_tlp *req, u32 value)
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

static void reply_status(struct station *s, const struct vrc_tlp *req, enum vrc_cpl_status status)
{
	struct vrc_tlp c;
	u8 buf[16];

	vrc_tlp_init_cpl(&c, req, s->bdf, status);
	send_data(s, buf, make_tlp(buf, &c));
}

static void reply_spoilt(struct station *s, const struct vrc_tlp *req, unsigned int how)
{
	struct vrc_tlp c;
	u8 buf[64];

	vrc_tlp_init_cpl(&c, req, s->bdf, VRC_CPL_SC);
	c.type = VRC_TLP_CPLD;
	c.len_dw = 1;
	c.byte_count = 4;
	c.lower_addr = req->addr & 0x7f;
	if (how == READ_POISONED)
		c.ep = true;
	if (how == READ_WRONG_TAG)
		c.tag ^= 0x80;
	if (how == READ_TOO_LONG) {
		c.len_dw = 8;
		c.byte_count = 32;
		c.lower_addr = 0;
	}
	send_data(s, buf, make_tlp(buf, &c));
	if (how == READ_WRONG_TAG || how == READ_TOO_LONG)
		reply(s, req, ALIVE);
}

static void bar_read(struct station *s, const struct vrc_tlp *t)
{
	unsigned int how = s->armed;

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
		reply_spoilt(s, t, how);
		break;
	case READ_SILENT:
		break;
	default:
		reply(s, t, ALIVE);
	}
}

static void bar_write(struct station *s, const struct vrc_tlp *t)
{
	unsigned int n = t->data[0];

	if ((t->addr & (BAR_SIZE - 1)) || !n || n >= NR_MISDEEDS)
		return;
	if (misdeeds[n].commit)
		misdeeds[n].commit(s);
	else if (n == READ_RRS)
		s->rrs_left = 3;
	else
		s->armed = n;
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

static bool config_writable(unsigned int off)
{
	return off == 4 || off == 5 || (off >= 0x10 && off < 0x14) || off == 0x3c;
}

static void config_write(struct station *s, const struct vrc_tlp *t)
{
	unsigned int i;

	s->bdf = t->target;
	for (i = 0; i < 4 && t->reg < 256; i++)
		if (t->first_be >> i & 1 && config_writable(t->reg + i))
			s->config[t->reg + i] = t->data[i];
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
		s->armed = 0;
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

	send_frame(s, s->root, &f, "");
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
		handle_data(s, f);
		break;
	case VRC_KIND_ACK:
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

static void run(struct station *s)
{
	u8 buf[2048];
	struct vrc_frame f;
	ssize_t n;

	while ((n = recv(s->fd, buf, sizeof(buf), 0)) >= 0 || errno == EINTR || errno == ENETDOWN)
		if (n > ETH_LEN && !vrc_frame_parse(buf + ETH_LEN, (size_t)n - ETH_LEN, &f))
			handle_frame(s, buf + 6, &f);
	perror("station: recv");
}

static void open_port(struct station *s, const char *ifname)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET, .sll_protocol = htons(VRC_ETHERTYPE),
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	struct ifreq ifr = { 0 };
	int on = 1;

	s->fd = socket(AF_PACKET, SOCK_RAW, htons(VRC_ETHERTYPE));
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (s->fd < 0 || bind(s->fd, (void *)&sll, sizeof(sll)) ||
	    ioctl(s->fd, SIOCGIFHWADDR, &ifr) ||
	    setsockopt(s->fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on))) {
		perror(ifname);
		exit(1);
	}
	memcpy(s->mac, ifr.ifr_hwaddr.sa_data, sizeof(s->mac));
}

static void list(void)
{
	unsigned int i;

	for (i = 1; i < NR_MISDEEDS; i++)
		printf("%u %s %s\n", i, misdeeds[i].counter, misdeeds[i].name);
}

int main(int argc, char **argv)
{
	static struct station s = { .serial = 0xbad0bad0 };
	static const u8 id[] = { 0x09, 0x12, 0xd0, 0xba, 0, 0, 0, 0, 0, 0, 0, 0xff };

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
	open_port(&s, argv[1]);
	run(&s);
	return 1;
}
