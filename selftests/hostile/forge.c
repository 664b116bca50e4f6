// SPDX-License-Identifier: GPL-2.0-only
/* Frames in the name of others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "neighbour.h"
#include "orders.h"
#include "tlp.h"

static const u8 session_kinds[] = {
	VRC_KIND_BOUND, VRC_KIND_REFUSED, VRC_KIND_RELEASE, VRC_KIND_RELEASED, VRC_KIND_DATA,
	VRC_KIND_ACK, VRC_KIND_PROBE, VRC_KIND_PROBED, VRC_KIND_STALE,
};

static void send_release(struct neighbour *n, const u8 *dst, const u8 *src, u64 id)
{
	struct vrc_wire_release r = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_RELEASE, .session = id, .length = sizeof(r) };

	vrc_put16(&r.reason, VRC_RELEASE_SHUTDOWN);
	wire_send_frame(n->fd, dst, src, &f, &r);
}

static void send_ack(struct neighbour *n, const u8 *dst, const u8 *src, u64 id)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = id, .ack = 1u << 31 };

	wire_send_frame(n->fd, dst, src, &f, NULL);
}

static void send_probe(struct neighbour *n, const u8 *dst, const u8 *src, u64 id)
{
	struct vrc_wire_probe p = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_PROBE, .session = id, .length = sizeof(p) };

	vrc_put16(&p.size, sizeof(p));
	wire_send_frame(n->fd, dst, src, &f, &p);
}

/* One DW to where no memory is, in all the places that may be next in order. */
static void send_write(struct neighbour *n, const u8 *dst, const u8 *src, u64 id)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR };
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .session = id };
	u8 buf[VRC_TLP_MAX_HDR + 4], *data;
	unsigned int seq;

	vrc_tlp_set_range(&t, 0xdead0000, 4);
	data = vrc_tlp_build(buf, &t);
	if (!data)
		abort();
	memset(data, PATTERN, 4);
	f.length = (u16)vrc_tlp_len(&t);
	for (seq = 0; seq < 4096; seq++) {
		f.seq = seq;
		wire_send_frame(n->fd, dst, src, &f, buf);
	}
}

static const struct {
	const char *name;
	void (*send)(struct neighbour *n, const u8 *dst, const u8 *src, u64 id);
	unsigned int frames;
} forgeries[] = {
	{ "release", send_release, 1 },
	{ "ack", send_ack, 1 },
	{ "probe", send_probe, 1 },
	{ "write", send_write, 4096 },
};

int forge_send(struct neighbour *n)
{
	u8 dst[6], src[6];
	unsigned int i;
	u64 id;

	arg_mac(n, 1, dst);
	arg_mac(n, 2, src);
	id = strtoull(n->argv[3], NULL, 16);
	for (i = 0; i < ARRAY_SIZE(forgeries); i++) {
		if (strcmp(forgeries[i].name, n->argv[0]))
			continue;
		forgeries[i].send(n, dst, src, id);
		printf("%u\n", forgeries[i].frames);
		return 0;
	}
	fprintf(stderr, "neighbour: no forgery '%s'\n", n->argv[0]);
	return 2;
}

/* ---- ids out of the blue ---- */

static u16 length_of(u8 kind)
{
	switch (kind) {
	case VRC_KIND_BOUND:
		return sizeof(struct vrc_wire_bound);
	case VRC_KIND_REFUSED:
		return sizeof(struct vrc_wire_refused);
	case VRC_KIND_DATA:
		return 12;
	case VRC_KIND_RELEASED:
	case VRC_KIND_ACK:
		return 0;
	default:
		return 8;
	}
}

/* What the parser wants to see of @kind, so that the id decides. */
static void fill_payload(u8 kind, u8 *p)
{
	struct vrc_wire_bound *b = (void *)p;

	switch (kind) {
	case VRC_KIND_BOUND:
		vrc_put64(&b->session, wire_random64());
		vrc_put32(&b->lease_ms, 5000);
		vrc_put16(&b->max_payload, 1468);
		vrc_put16(&b->window, 64);
		break;
	case VRC_KIND_PROBE:
	case VRC_KIND_PROBED:
		vrc_put16(p, 8);
		break;
	case VRC_KIND_STALE:
		vrc_put64(p, wire_random64());
		break;
	default:
		vrc_put16(p, 1);
	}
}

/* A root's ids have the index of a table in their low 16 bits: as much may be known. */
static u64 guess(unsigned long i)
{
	return (wire_random64() & ~0xffffull) | (i / ARRAY_SIZE(session_kinds) % 64);
}

int forge_guess(struct neighbour *n)
{
	unsigned long i, count = arg_number(n, 0);
	u8 dst[6], src[6], kind;

	arg_mac(n, 1, dst);
	arg_mac(n, 2, src);
	for (i = 0; i < count; i++) {
		u8 payload[128] = { 0 };
		struct vrc_frame f = { 0 };

		kind = session_kinds[i % ARRAY_SIZE(session_kinds)];
		f.kind = kind;
		f.session = kind == VRC_KIND_STALE ? 0 : guess(i);
		f.length = length_of(kind);
		fill_payload(kind, payload);
		wire_send_frame(n->fd, dst, src, &f, payload);
	}
	printf("%lu\n", count);
	return 0;
}
