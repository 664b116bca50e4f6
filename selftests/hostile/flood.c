// SPDX-License-Identifier: GPL-2.0-only
/* More of everything than anybody needs. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "neighbour.h"

#define FIND_SECONDS	10
#define SLOW_MS		10000
#define MAX_TARGETS	64

/* ---- ADVERTISE ---- */

static void send_advertise(struct neighbour *n, const u8 *dst, const u8 *src, u64 serial,
			   u32 nonce)
{
	u8 buf[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_wire_advertise *a = (void *)buf;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(buf) };

	vrc_put64(&a->serial, serial);
	vrc_put64(&a->instance, wire_random64());
	vrc_put32(&a->nonce, nonce);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 1;
	vrc_frame_put_text(a->name, "nobody", sizeof(a->name));
	wire_send_frame(n->fd, dst, src, &f, buf);
}

static void advertise_somebody(struct neighbour *n, const u8 *dst, u64 serial, u32 nonce)
{
	u8 src[6];

	wire_random_mac(src);
	send_advertise(n, dst, src, serial, nonce);
}

int flood_advertise(struct neighbour *n)
{
	unsigned long i, count = arg_number(n, 0);
	u64 serial = n->argc > 1 ? arg_number(n, 1) : 0;
	u8 buf[MAX_FRAME];
	struct vrc_frame f;
	u32 nonce;

	puts("ready");
	fflush(stdout);
	if (!await_frame(n, VRC_KIND_DISCOVER, FIND_SECONDS, buf, &f)) {
		fprintf(stderr, "neighbour: nobody asks\n");
		return 1;
	}
	nonce = vrc_get32(f.payload + offsetof(struct vrc_wire_discover, nonce));
	for (i = 0; i < count; i++)
		advertise_somebody(n, buf + 6, serial ? serial : wire_random64(), nonce);
	printf("%lu\n", count);
	return 0;
}

int flood_stray(struct neighbour *n)
{
	unsigned long i, count = arg_number(n, 0);

	for (i = 0; i < count; i++)
		advertise_somebody(n, wire_broadcast, wire_random64(), i % 2 ? 0 : (u32)i);
	printf("%lu\n", count);
	return 0;
}

/* The machine is for those who listen, too. */
int flood_pose(struct neighbour *n)
{
	time_t end = time(NULL) + (time_t)arg_number(n, 0);
	u64 serial = arg_number(n, 1);
	unsigned long sent;
	u8 src[6];

	arg_mac(n, 2, src);
	puts("ready");
	fflush(stdout);
	for (sent = 0; time(NULL) < end; sent++) {
		send_advertise(n, wire_broadcast, src, serial,
			       sent % 2 ? 0 : (u32)wire_random64());
		usleep(500);
	}
	printf("%lu\n", sent);
	return 0;
}

/* ---- DISCOVER ---- */

static void send_discover(struct neighbour *n, const u8 *src, u16 spread_ms)
{
	struct vrc_wire_discover d = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_DISCOVER, .length = sizeof(d) };

	vrc_put64(&d.root_id, wire_random64());
	vrc_put32(&d.nonce, (u32)wire_random64());
	vrc_put16(&d.spread_ms, spread_ms);
	wire_send_frame(n->fd, wire_broadcast, src, &f, &d);
}

int flood_discover(struct neighbour *n)
{
	unsigned long i, count = arg_number(n, 0);
	u8 src[6];

	for (i = 0; i < count; i++) {
		wire_random_mac(src);
		send_discover(n, src, SLOW_MS);
	}
	printf("%lu\n", count);
	return 0;
}

/* ---- BIND ---- */

struct target {
	u8 mac[6];
	u64 serial, instance;
	u8 functions;
};

static bool is_known(const struct target *t, unsigned int nr, u64 serial)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (t[i].serial == serial)
			return true;
	return false;
}

/* Who answers within a second. */
static unsigned int find_targets(struct neighbour *n, struct target *t)
{
	const struct vrc_wire_advertise *a;
	u8 buf[MAX_FRAME];
	struct vrc_frame f;
	unsigned int nr = 0;

	send_discover(n, n->mac, 0);
	while (nr < MAX_TARGETS && await_frame(n, VRC_KIND_ADVERTISE, 1, buf, &f)) {
		a = (const void *)f.payload;
		if (is_known(t, nr, vrc_get64(&a->serial)))
			continue;
		memcpy(t[nr].mac, buf + 6, 6);
		t[nr].serial = vrc_get64(&a->serial);
		t[nr].instance = vrc_get64(&a->instance);
		t[nr].functions = a->nr_functions;
		nr++;
	}
	return nr;
}

static void send_bind(struct neighbour *n, const struct target *t, u8 function, const u8 *src,
		      u64 root_id)
{
	struct vrc_wire_bind b = { .function = function };
	struct vrc_frame f = { .kind = VRC_KIND_BIND, .length = sizeof(b) };

	vrc_put64(&b.serial, t->serial);
	vrc_put64(&b.instance, t->instance);
	vrc_put64(&b.root_id, root_id);
	vrc_put64(&b.session, wire_random64());
	vrc_put32(&b.lease_ms, VRC_MAX_LEASE_MS);
	vrc_put16(&b.max_payload, 1468);
	vrc_put16(&b.window, VRC_MAX_WINDOW);
	vrc_frame_put_text(b.root_name, "nobody", sizeof(b.root_name));
	wire_send_frame(n->fd, t->mac, src, &f, &b);
}

static void bind_as_somebody(struct neighbour *n, const struct target *t, u8 function)
{
	u8 src[6];

	wire_random_mac(src);
	send_bind(n, t, function, src, wire_random64());
}

int flood_bind(struct neighbour *n)
{
	unsigned long i, count = arg_number(n, 0), sent = 0;
	struct target t[MAX_TARGETS];
	unsigned int nr = find_targets(n, t), j;
	u8 fn;

	for (i = 0; i < count; i++)
		for (j = 0; j < nr; j++)
			for (fn = 0; fn < t[j].functions; fn++, sent++)
				bind_as_somebody(n, &t[j], fn);
	printf("%lu\n", sent);
	return !sent;
}

/*
 * None of that is a secret: a station tells serial, instance and owner to who asks, and a root
 * asks everybody.
 */
int flood_usurp(struct neighbour *n)
{
	struct target t = { 0 };
	u8 src[6];

	arg_mac(n, 0, t.mac);
	arg_mac(n, 1, src);
	t.serial = arg_number(n, 2);
	t.instance = arg_number(n, 3);
	send_bind(n, &t, 0, src, arg_number(n, 4));
	puts("1");
	return 0;
}
