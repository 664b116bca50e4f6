// SPDX-License-Identifier: GPL-2.0-only
/* Discovery, binding, the end of sessions. */
#include <string.h>

#include "bench.h"
#include "root.h"

static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void discover(const uint8_t *dst, const char *group, uint32_t nonce, uint16_t spread)
{
	uint8_t p[sizeof(struct vrc_wire_discover)] = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_DISCOVER, .length = sizeof(p) };

	vrc_put64(p + offsetof(struct vrc_wire_discover, root_id), bench.root.id);
	vrc_put32(p + offsetof(struct vrc_wire_discover, nonce), nonce);
	vrc_put16(p + offsetof(struct vrc_wire_discover, spread_ms), spread);
	vrc_frame_put_text((char *)p + offsetof(struct vrc_wire_discover, group), group,
			   VRC_GROUP_LEN);
	bench_send(bench.root.mac, dst, &f, p);
}

static uint16_t refusal(void)
{
	const struct seen *s = bench_seen(VRC_KIND_REFUSED);

	return s ? vrc_get16(s->payload + offsetof(struct vrc_wire_refused, reason)) : 0;
}

static void announces_itself(void)
{
	size_t functions = offsetof(struct vrc_wire_advertise, nr_functions);

	bench_open(2);
	ep_station_start(bench.st);
	bench_pass(1200 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_ADVERTISE), 3);
	EXPECT(!memcmp(bench_seen(VRC_KIND_ADVERTISE)->dst, all, 6));
	EXPECT_EQ(bench_seen(VRC_KIND_ADVERTISE)->payload[functions], 2);
	bench_close();
}

static void answers_discover(void)
{
	const struct seen *s;

	bench_open(1);
	discover(all, "", 77, 0);
	bench_run();
	s = bench_seen(VRC_KIND_ADVERTISE);
	if (EXPECT(s)) {
		EXPECT_EQ(vrc_get32(s->payload + offsetof(struct vrc_wire_advertise, nonce)), 77);
		EXPECT_EQ(vrc_get64(s->payload), SERIAL);
		EXPECT(!memcmp(s->dst, bench.root.mac, 6));
	}
	discover(all, "lab", 78, 0);
	discover(bench.st->cfg.mac, "other", 79, 0);
	bench_run();
	EXPECT_EQ(bench_count(VRC_KIND_ADVERTISE), 2);
	bench_close();
}

static void spreads_answers_and_bounds_them(void)
{
	unsigned int i;

	bench_open(1);
	for (i = 0; i < 100; i++)
		discover(all, "", i, 200);
	bench_pass(205 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_ADVERTISE), 1);
	/* Two hundred addresses: sixteen answers wait, a hundred leave at once. */
	for (i = 0; i < 200; i++) {
		bench.root.mac[4] = (uint8_t)(i + 2);
		discover(all, "", i, 200);
	}
	bench.root.mac[4] = 1;
	bench_pass(205 * MS);
	EXPECT_EQ(bench.st->stats.answers_dropped, 200 - EP_MAX_ANSWERS - EP_QUOTA);
	bench_close();
}

static bool answered(uint32_t nonce)
{
	unsigned int i;

	for (i = 0; i < bench.nr_seen && i < MAX_SEEN; i++)
		if (bench.seen[i].f.kind == VRC_KIND_ADVERTISE &&
		    vrc_get32(bench.seen[i].payload +
			      offsetof(struct vrc_wire_advertise, nonce)) == nonce)
			return true;
	return false;
}

/* Sixteen who allow ten seconds of delay do not hide the station from the seventeenth. */
static void slow_askers_hide_nothing(void)
{
	unsigned int i;

	bench_open(1);
	for (i = 0; i < EP_MAX_ANSWERS; i++) {
		bench.root.mac[4] = (uint8_t)(i + 2);
		discover(all, "", 1, 10000);
	}
	bench.root.mac[4] = 1;
	bench_run();
	bench_forget();
	discover(all, "", 2, 100);
	bench_pass(101 * MS);
	EXPECT(answered(2));
	bench_close();
}

static void binds_and_repeats_bound(void)
{
	struct bind_args a;
	uint64_t id;

	bench_open(1);
	a = root_bind_args(0);
	EXPECT(root_bind(&bench.root, &a));
	id = func(0)->session.id;
	EXPECT_EQ(bench.root.lease_ms, 1000);
	/* The same BIND again: the same session. */
	bench.root.session -= 0x100000000ull + bench.root.id;
	EXPECT(root_bind(&bench.root, &a));
	EXPECT_EQ(func(0)->session.id, id);
	EXPECT_EQ(bench.root.peer, id);
	EXPECT(!strcmp(func(0)->session.label, "a-uuid"));
	root_release(&bench.root);
	bench_close();
}

/* By chance a bit is the same in 64 ids once in 2^63 times. */
static void each_bit_of_an_id_changes(void)
{
	uint64_t ones = 0, zeros = 0;
	unsigned int i;

	bench_open(1);
	for (i = 0; i < 64; i++) {
		EXPECT(root_bind_fn(&bench.root, 0));
		ones |= func(0)->session.id;
		zeros |= ~func(0)->session.id;
	}
	/* The rest is the function. */
	EXPECT_EQ(ones & zeros, ~7ull);
	root_release(&bench.root);
	bench_close();
}

static void refuses(void)
{
	struct bind_args a;

	bench_open(2);
	a = root_bind_args(0);
	a.serial++;
	EXPECT(!root_bind(&bench.root, &a));
	EXPECT_EQ(refusal(), VRC_REFUSED_SERIAL);
	a = root_bind_args(0);
	a.instance++;
	EXPECT(!root_bind(&bench.root, &a));
	EXPECT_EQ(refusal(), VRC_REFUSED_INSTANCE);
	EXPECT(!root_bind_fn(&bench.root, 2));
	EXPECT_EQ(refusal(), VRC_REFUSED_NO_FUNCTION);
	EXPECT(!root_bind_fn(&bench.root, 8));
	EXPECT_EQ(refusal(), VRC_REFUSED_INVALID);
	bench_close();
}

static void refuses_invalid(void)
{
	static const struct { uint32_t lease; uint16_t payload, window; } bad[] = {
		{ 99, 1468, 64 }, { 600001, 1468, 64 }, { 1000, 575, 64 }, { 1000, 65001, 64 },
		{ 1000, 1468, 0 }, { 1000, 1468, 65 }, { 0, 0, 0 },
	};
	struct bind_args a;
	unsigned int i;

	bench_open(1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		a = root_bind_args(0);
		a.lease_ms = bad[i].lease;
		a.payload = bad[i].payload;
		a.window = bad[i].window;
		EXPECT(!root_bind(&bench.root, &a));
		EXPECT_EQ(refusal(), VRC_REFUSED_INVALID);
	}
	bench_close();
}

static void refuses_what_is_owned(void)
{
	const struct seen *s;

	bench_open(2);
	EXPECT(root_bind_fn(&bench.root, 0));
	EXPECT(!root_bind_fn(&bench.other, 0));
	EXPECT_EQ(refusal(), VRC_REFUSED_OWNED);
	s = bench_seen(VRC_KIND_REFUSED);
	EXPECT_EQ(vrc_get64(s->payload + offsetof(struct vrc_wire_refused, owner)), bench.root.id);
	EXPECT(!strcmp((const char *)s->payload + offsetof(struct vrc_wire_refused, label),
		       "a-uuid"));
	/* Two roots own two functions of one station. */
	EXPECT(root_bind_fn(&bench.other, 1));
	EXPECT_EQ(cfg_read(&bench.root, 0), 0xb500104c);
	EXPECT_EQ(cfg_read(&bench.other, 0), 0xb500104c);
	root_release(&bench.root);
	root_release(&bench.other);
	bench_close();
}

static void keeps_to_its_allow_list(void)
{
	bench_open(1);
	bench.st->cfg.nr_allow = 2;
	bench.st->cfg.allow[0] = (struct ep_allow){ .root_id = 0x99 };
	bench.st->cfg.allow[1] = (struct ep_allow){ .is_mac = true };
	memcpy(bench.st->cfg.allow[1].mac, bench.other.mac, 6);
	EXPECT(!root_bind_fn(&bench.root, 0));
	EXPECT_EQ(refusal(), VRC_REFUSED_POLICY);
	EXPECT(root_bind_fn(&bench.other, 0));
	root_release(&bench.other);
	bench.st->cfg.allow[0].root_id = bench.root.id;
	EXPECT(root_bind_fn(&bench.root, 0));
	root_release(&bench.root);
	bench_close();
}

static void owner_replaces_its_session(void)
{
	uint64_t id;

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_configure(&bench.root);
	id = func(0)->session.id;
	EXPECT(root_bind_fn(&bench.root, 0));
	EXPECT(func(0)->session.id != id);
	/* That was a reset. */
	EXPECT_EQ(cfg_read(&bench.root, 4) & 7, 0);
	EXPECT_EQ(cfg_read(&bench.root, 0x10), 0);
	root_release(&bench.root);
	bench_close();
}

/* Its number alone makes nobody the owner: everybody can read it in DISCOVER. */
static void owner_is_known_by_mac_too(void)
{
	uint64_t id;

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	id = func(0)->session.id;
	bench.other.id = bench.root.id;
	EXPECT(!root_bind_fn(&bench.other, 0));
	EXPECT_EQ(refusal(), VRC_REFUSED_OWNED);
	EXPECT_EQ(func(0)->session.id, id);
	EXPECT_EQ(cfg_read(&bench.root, 0), 0xb500104c);
	root_release(&bench.root);
	bench_close();
}

static void ack(struct root *r)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = r->peer };

	vrc_arq_stamp(&r->arq, &f);
	bench_send(r->mac, bench.st->cfg.mac, &f, NULL);
	bench_run();
}

/* A BIND with a forged source holds a function for three seconds, whatever its lease. */
static void half_open_sessions_end(void)
{
	struct bind_args a;

	bench_open(1);
	a = root_bind_args(0);
	a.lease_ms = 600000;
	a.payload = VRC_MIN_PAYLOAD;	/* no PROBE, whose answer would confirm */
	EXPECT(root_bind(&bench.root, &a));
	bench.cut = true;
	bench_pass(2990 * MS);
	EXPECT(func(0)->session.id != 0);
	bench_pass(20 * MS);
	EXPECT_EQ(func(0)->session.id, 0);
	EXPECT_EQ(func(0)->session.stats.half_open, 1);
	EXPECT_EQ(func(0)->session.stats.leases_lost, 0);
	bench.cut = false;
	bench_pass(200 * MS);
	root_release(&bench.root);
	/* Confirmed, it lasts. */
	EXPECT(root_bind(&bench.root, &a));
	ack(&bench.root);
	bench.cut = true;
	bench_pass(10000 * MS);
	EXPECT(func(0)->session.id != 0);
	bench.cut = false;
	root_release(&bench.root);
	bench_close();
}

static void release_is_answered_twice(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	root_release(&bench.root);
	EXPECT_EQ(bench_count(VRC_KIND_RELEASED), 1);
	EXPECT_EQ(func(0)->session.root_id, 0);
	root_release(&bench.root);
	EXPECT_EQ(bench_count(VRC_KIND_RELEASED), 2);
	EXPECT_EQ(bench_count(VRC_KIND_STALE), 0);
	bench_close();
}

static void lease_fences(void)
{
	struct root *r = &bench.root;

	bench_open(1);
	EXPECT(root_bind_fn(r, 0));
	root_configure(r);
	EXPECT_EQ(cfg_read(r, 4) & 7, 7);
	/* Silence shorter than the lease loses nothing. */
	bench.cut = true;
	bench_pass(900 * MS);
	bench.cut = false;
	EXPECT_EQ(cfg_read(r, 4) & 7, 7);
	bench.cut = true;
	bench_pass(1100 * MS);
	bench.cut = false;
	EXPECT_EQ(func(0)->session.id, 0);
	EXPECT_EQ(func(0)->session.stats.leases_lost, 1);
	bench_pass(200 * MS);
	EXPECT(root_bind_fn(&bench.other, 0));
	EXPECT_EQ(cfg_read(&bench.other, 4) & 7, 0);
	root_release(&bench.other);
	root_release(r);
	bench_close();
}

static void lease_release_is_told(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	bench_forget();
	bench.deaf = true;
	bench_pass(1010 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_RELEASE), 1);
	if (EXPECT(bench_seen(VRC_KIND_RELEASE)))
		EXPECT_EQ(bench_seen(VRC_KIND_RELEASE)->payload[1], VRC_RELEASE_LEASE);
	/* Nobody answers: three times in all. */
	bench_pass(500 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_RELEASE), 3);
	EXPECT(!ep_station_busy(bench.st));
	bench_close();
}

static void keepalive_holds(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .flags = VRC_FLAG_ACK_REQ };
	unsigned int i;

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	bench_forget();
	for (i = 0; i < 8; i++) {
		bench_pass(250 * MS);
		f = (struct vrc_frame){ .kind = VRC_KIND_ACK, .flags = VRC_FLAG_ACK_REQ,
					.session = bench.root.peer };
		vrc_arq_stamp(&bench.root.arq, &f);
		bench_send(bench.root.mac, bench.st->cfg.mac, &f, NULL);
	}
	bench_run();
	EXPECT(func(0)->session.id != 0);
	EXPECT(bench_count(VRC_KIND_ACK) >= 8);
	root_release(&bench.root);
	bench_close();
}

/* Nothing to say for a quarter of the lease: the root hears that we are there. */
static void sends_keepalives(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	bench_forget();
	bench_pass(900 * MS);
	EXPECT_EQ(bench_count(VRC_KIND_ACK), 3);
	EXPECT(bench_seen(VRC_KIND_ACK)->f.flags & VRC_FLAG_ACK_REQ);
	root_release(&bench.root);
	bench_close();
}

static void send_stale(uint64_t id, const uint8_t *src)
{
	uint8_t p[8];
	struct vrc_frame f = { .kind = VRC_KIND_STALE, .length = 8 };

	vrc_put64(p, id);
	bench_send(src, bench.st->cfg.mac, &f, p);
	bench_run();
}

static void stale_ends_a_session(void)
{
	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	send_stale(bench.root.session, bench.other.mac);
	send_stale(bench.root.session + 1, bench.root.mac);
	send_stale(func(0)->session.id, bench.root.mac);
	EXPECT(func(0)->session.id != 0);
	send_stale(bench.root.session, bench.root.mac);
	EXPECT_EQ(func(0)->session.id, 0);
	root_release(&bench.root);
	bench_close();
}

static void answers_strangers_with_stale(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = 0x1234567890 };
	unsigned int i;

	bench_open(1);
	bench_send(bench.root.mac, bench.st->cfg.mac, &f, NULL);
	bench_run();
	if (EXPECT(bench_seen(VRC_KIND_STALE)))
		EXPECT_EQ(vrc_get64(bench_seen(VRC_KIND_STALE)->payload), 0x1234567890);
	for (i = 0; i < 500; i++)
		bench_send(bench.root.mac, bench.st->cfg.mac, &f, NULL);
	bench_run();
	EXPECT_EQ(bench.port.stats.stale_sent, 100);
	EXPECT_EQ(bench.port.stats.stale_limited, 401);
	bench_close();
}

static void another_mac_is_nobody(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_RELEASE, .length = 8 };
	uint8_t p[8] = { 0, 1 };

	bench_open(1);
	EXPECT(root_bind_fn(&bench.root, 0));
	f.session = bench.root.peer;
	bench_send(bench.other.mac, bench.st->cfg.mac, &f, p);
	bench_run();
	EXPECT(func(0)->session.id != 0);
	EXPECT_EQ(bench.st->stats.rx_session, 1);
	root_release(&bench.root);
	bench_close();
}

static void shuts_down(void)
{
	bench_open(2);
	EXPECT(root_bind_fn(&bench.root, 0));
	EXPECT(root_bind_fn(&bench.other, 1));
	bench_forget();
	ep_station_shutdown(bench.st);
	bench_run();
	EXPECT_EQ(bench_count(VRC_KIND_RELEASE), 2);
	EXPECT_EQ(bench_seen(VRC_KIND_RELEASE)->payload[1], VRC_RELEASE_SHUTDOWN);
	EXPECT(ep_station_busy(bench.st));
	bench_pass(200 * MS);
	EXPECT(!ep_station_busy(bench.st));
	bench_close();
}

static void notices_a_twin(void)
{
	uint8_t p[sizeof(struct vrc_wire_advertise) + sizeof(struct vrc_wire_function)] = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(p) };

	bench_open(1);
	vrc_put64(p + offsetof(struct vrc_wire_advertise, serial), SERIAL);
	vrc_put64(p + offsetof(struct vrc_wire_advertise, instance), 5);
	vrc_put16(p + offsetof(struct vrc_wire_advertise, max_payload), 1468);
	p[offsetof(struct vrc_wire_advertise, nr_functions)] = 1;
	bench_send(bench.other.mac, all, &f, p);
	EXPECT_EQ(bench.st->stats.twins, 1);
	bench_close();
}

const struct tap_test session_tests[] = {
	TAP_TEST(announces_itself),
	TAP_TEST(answers_discover),
	TAP_TEST(spreads_answers_and_bounds_them),
	TAP_TEST(slow_askers_hide_nothing),
	TAP_TEST(binds_and_repeats_bound),
	TAP_TEST(each_bit_of_an_id_changes),
	TAP_TEST(refuses),
	TAP_TEST(refuses_invalid),
	TAP_TEST(refuses_what_is_owned),
	TAP_TEST(keeps_to_its_allow_list),
	TAP_TEST(owner_replaces_its_session),
	TAP_TEST(owner_is_known_by_mac_too),
	TAP_TEST(half_open_sessions_end),
	TAP_TEST(release_is_answered_twice),
	TAP_TEST(lease_fences),
	TAP_TEST(lease_release_is_told),
	TAP_TEST(keepalive_holds),
	TAP_TEST(sends_keepalives),
	TAP_TEST(stale_ends_a_session),
	TAP_TEST(answers_strangers_with_stale),
	TAP_TEST(another_mac_is_nobody),
	TAP_TEST(shuts_down),
	TAP_TEST(notices_a_twin),
	{ NULL, NULL },
};
