// SPDX-License-Identifier: GPL-2.0-only
/*
 * frames --iface TAP --seed N --count N: a station (station.h) whose sessions are honest
 * enough to stay, and from which, after SIGUSR1, comes all else that can come: TLPs that a function
 * may send and that none may, frames twice, late, early, out of their window, with lying
 * headers, of other sessions, from other addresses. Ends when it has sent that many
 * frames, and says how many of each kind.
 *
 * What was sent is a function of the seed and of what the root did meanwhile.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tlps.h"

#define SERIAL	0xf17eull
#define BATCH	16
#define MIN_DATA	12	/* bytes of a DATA frame */
#define WINDOW_MS	10	/* for a window to open */

static void tlps(struct station *st, struct session *s)
{
	u8 buf[PAYLOAD_ROOM] = { 0 };
	size_t len;

	if (!station_may_send(s))
		station_receive(st, WINDOW_MS);
	if (!station_may_send(s)) {
		if (s->snd_una != s->snd_nxt)
			station_send_kept(st, s, s->snd_una);
		return;
	}
	len = fire_tlps(st, s, buf, sizeof(buf));
	if (fire_percent(&st->random, 15)) {
		len = fire_mutate(&st->random, buf, len, sizeof(buf));
		/* A length that no frame has is never taken, and all behind would wait for it */
		len = len < MIN_DATA ? MIN_DATA : len & ~3ul;
	}
	station_send_data(st, s, buf, len);
	st->deep++;
}

/* A few frames in an order that is not theirs. */
static void shuffled(struct station *st, struct session *s)
{
	u32 seq[8], n = 0, i, want = 2 + fire_below(&st->random, 7);
	u8 buf[PAYLOAD_ROOM];

	while (n < want && n < 8 && station_may_send(s)) {
		seq[n++] = station_keep(s, buf, fire_tlps(st, s, buf, sizeof(buf)));
		st->deep++;
	}
	while (n) {
		i = fire_below(&st->random, n);
		station_send_kept(st, s, seq[i]);
		seq[i] = seq[--n];
	}
}

static void again(struct station *st, struct session *s)
{
	if (s->snd_nxt)
		station_send_kept(st, s, s->snd_nxt - 1 -
				  fire_below(&st->random, min_t(u32, s->snd_nxt, VRC_MAX_WINDOW)));
}

static void out_of_window(struct station *st, struct session *s)
{
	u8 buf[PAYLOAD_ROOM];
	struct vrc_frame f;

	station_header(st, s, &f, VRC_KIND_DATA);
	f.seq = s->snd_edge + (u32)fire_odd(&st->random);
	/* One that is the next in its window would take the place of an honest one */
	if (f.seq - s->snd_una <= VRC_MAX_WINDOW)
		f.seq += 2 * VRC_MAX_WINDOW;
	f.length = (u16)fire_tlps(st, s, buf, sizeof(buf));
	station_send(st, st->root, st->mac, &f, buf);
}

static void ack(struct station *st, struct session *s)
{
	u64 *r = &st->random;
	struct vrc_frame f;

	station_header(st, s, &f, VRC_KIND_ACK);
	f.flags = (u16)fire_below(r, 8);
	f.window = (u16)fire_below(r, VRC_MAX_WINDOW + 1);
	if (fire_percent(r, 30))
		f.window = VRC_MAX_WINDOW;
	if (fire_percent(r, 30))
		f.ack += (u32)fire_odd(r);
	if (fire_percent(r, 20))
		f.sack = fire_odd(r);
	if (fire_percent(r, 30))
		f.seq = s->rcv_nxt - fire_below(r, 8);
	station_send(st, st->root, st->mac, &f, "");
}

/* Every field may lie. */
static void lying_header(struct station *st, struct session *s)
{
	u8 buf[FRAME_ROOM];
	u64 *r = &st->random;
	struct vrc_frame f;
	size_t len;

	station_header(st, s, &f, (u8)(fire_percent(r, 90) ? 1 + fire_below(r, 12) : fire_odd(r)));
	/* A death sentence is a kind of its own, below */
	if (f.kind == VRC_KIND_RELEASE || f.kind == VRC_KIND_STALE)
		f.session ^= 1ull << fire_below(r, 64);
	f.seq = s->snd_nxt + 1000;
	f.length = (u16)fire_below(r, 128);
	vrc_frame_build(buf, &f);
	len = HDR_LEN + f.length;
	fire_bytes(r, buf + HDR_LEN, f.length);
	switch (fire_below(r, 5)) {
	case 0:
		vrc_put16(buf + offsetof(struct vrc_wire_hdr, length), (u16)fire_odd(r));
		break;
	case 1:
		vrc_put16(buf + offsetof(struct vrc_wire_hdr, window), (u16)fire_odd(r));
		break;
	case 2:
		vrc_put64(buf + offsetof(struct vrc_wire_hdr, session), fire_odd(r));
		break;
	case 3:
		buf[fire_below(r, HDR_LEN)] ^= (u8)(1 << fire_below(r, 8));
		break;
	case 4:
		len = fire_below(r, (u32)len + 1);
		break;
	}
	station_send_raw(st, st->root, st->mac, buf, len);
}

static void handshake(struct station *st, struct session *s)
{
	static const u8 kinds[] = {
		VRC_KIND_BOUND, VRC_KIND_REFUSED, VRC_KIND_RELEASED, VRC_KIND_PROBE,
		VRC_KIND_PROBED, VRC_KIND_BIND, VRC_KIND_DISCOVER,
	};
	static const u16 lengths[] = {
		[VRC_KIND_BOUND] = sizeof(struct vrc_wire_bound),
		[VRC_KIND_REFUSED] = sizeof(struct vrc_wire_refused),
		[VRC_KIND_PROBE] = sizeof(struct vrc_wire_probe),
		[VRC_KIND_PROBED] = sizeof(struct vrc_wire_probe),
		[VRC_KIND_BIND] = sizeof(struct vrc_wire_bind),
		[VRC_KIND_DISCOVER] = sizeof(struct vrc_wire_discover),
		[VRC_KIND_RELEASED] = 0,
	};
	u64 *r = &st->random;
	u8 kind = kinds[fire_below(r, sizeof(kinds))];
	struct vrc_wire_probe probe;
	u8 buf[PAYLOAD_ROOM];
	struct vrc_frame f;

	station_header(st, s, &f, kind);
	f.length = lengths[kind];
	fire_bytes(r, buf, f.length);
	if (kind == VRC_KIND_PROBE || kind == VRC_KIND_PROBED) {
		memset(&probe, 0, sizeof(probe));
		f.length = (u16)(sizeof(probe) + fire_below(r, PAYLOAD_ROOM - sizeof(probe)));
		vrc_put16(&probe.size, fire_percent(r, 70) ? f.length : (u16)fire_odd(r));
		vrc_put16(&probe.id, (u16)fire_below(r, 4));
		memset(buf, 0, f.length);
		memcpy(buf, &probe, sizeof(probe));
		if (kind == VRC_KIND_PROBED)
			f.length = sizeof(probe);
	}
	station_send(st, st->root, st->mac, &f, buf);
}

static void stranger_mac(struct station *st, u8 *mac)
{
	memcpy(mac, st->mac, 6);
	mac[5] ^= (u8)(1 + fire_below(&st->random, 31));
}

static void advertise(struct station *st, struct session *s)
{
	u64 *r = &st->random;
	u64 serial = fire_percent(r, 50) ? SERIAL : fire_below(r, 4) * 0x101ull + 1;
	u32 nonce = fire_percent(r, 50) ? st->nonce : (u32)fire_odd(r);
	u8 src[6];

	(void)s;
	memcpy(src, st->mac, sizeof(src));
	/* A stranger of another serial would be a station that never answers to BIND */
	if (serial == SERIAL && fire_percent(r, 30))
		stranger_mac(st, src);
	station_advertise(st, st->root, src, serial, nonce);
}

static void forged(struct station *st, struct session *s)
{
	static const u8 everybody[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct vrc_frame f;
	u8 src[6];

	station_header(st, s, &f, (u8)(VRC_KIND_BOUND + fire_below(&st->random, 9)));
	stranger_mac(st, src);
	if (fire_percent(&st->random, 70))
		station_send(st, st->root, src, &f, "");
	else
		station_send(st, everybody, st->mac, &f, "");
}

static void garbage(struct station *st, struct session *s)
{
	u8 buf[FRAME_ROOM];
	u32 len = fire_below(&st->random, fire_percent(&st->random, 50) ? 64 : PAYLOAD_ROOM);

	(void)s;
	fire_bytes(&st->random, buf, len);
	if (len > 1 && fire_percent(&st->random, 80)) {
		buf[0] = VRC_WIRE_VERSION;
		buf[1] = (u8)(1 + fire_below(&st->random, 12));
	}
	station_send_raw(st, st->root, st->mac, buf, len);
}

/* Seldom: everything has to come up again after it. */
static void death(struct station *st, struct session *s)
{
	struct vrc_wire_release release = { 0 };
	struct vrc_wire_stale stale;
	struct vrc_frame f;

	vrc_put16(&release.reason, (u16)(1 + fire_below(&st->random, 4)));
	vrc_put64(&stale.session, s->our_id);
	station_header(st, s, &f, VRC_KIND_RELEASE);
	if (fire_percent(&st->random, 50))
		f.kind = VRC_KIND_STALE;
	if (f.kind == VRC_KIND_STALE) {
		f.session = 0;
		f.length = sizeof(stale);
		station_send(st, st->root, st->mac, &f, &stale);
	} else {
		f.length = sizeof(release);
		station_send(st, st->root, st->mac, &f, &release);
	}
	s->up = false;
}

static const struct {
	const char *name;
	unsigned int weight;
	void (*send)(struct station *st, struct session *s);
} kinds[] = {
	{ "tlps", 4800, tlps },
	{ "shuffled", 500, shuffled },
	{ "again", 700, again },
	{ "out of window", 400, out_of_window },
	{ "acks", 1200, ack },
	{ "lying headers", 900, lying_header },
	{ "handshake", 500, handshake },
	{ "advertise", 300, advertise },
	{ "forged", 300, forged },
	{ "garbage", 396, garbage },
	{ "death", 4, death },
};

static unsigned long counts[ARRAY_SIZE(kinds)], alone;	/* alone: without a session */

static struct session *pick_session(struct station *st)
{
	unsigned int i, n = fire_below(&st->random, NR_FUNCTIONS);

	for (i = 0; i < NR_FUNCTIONS; i++)
		if (st->s[(n + i) % NR_FUNCTIONS].up)
			return &st->s[(n + i) % NR_FUNCTIONS];
	return NULL;
}

static void fire(struct station *st)
{
	struct session *s = pick_session(st);
	unsigned long before = st->sent;
	unsigned int kind = fire_pick(&st->random, &kinds[0].weight, sizeof(kinds[0]),
				      ARRAY_SIZE(kinds));

	if (!s) {
		/* Nothing is deep without a session: leave the root time to bind */
		station_receive(st, 20);
		before = st->sent;
		garbage(st, NULL);
		advertise(st, NULL);
		alone += st->sent - before;
		return;
	}
	kinds[kind].send(st, s);
	counts[kind] += st->sent - before;
}

/* Honest until SIGUSR1 comes. */
static void wait_for_signal(struct station *st)
{
	const struct timespec now = { 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	while (sigtimedwait(&set, NULL, &now) < 0)
		station_receive(st, 100);
}

static void report(const struct station *st, time_t took)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		printf("# %lu %s\n", counts[i], kinds[i].name);
	printf("# %lu without a session\n", alone);
	printf("# %lu sessions, %lu requests answered, %ld s\n", st->binds, st->requests,
	       (long)took);
	printf("sent %lu\n", st->sent);
	printf("deep %lu\n", st->deep);
}

int main(int argc, char **argv)
{
	struct fire_options o = { .seed = 1, .count = 10000, .iface = "fp" };
	static struct station st = { .serial = SERIAL };
	unsigned long next = 100000;
	unsigned int i;
	time_t began;

	fire_parse(&o, argc, argv);
	st.random = fire_stream(o.seed, 0);
	st.instance = fire_random(&st.random) | 1;
	station_open(&st, o.iface);
	wait_for_signal(&st);
	st.spoil = 12;
	began = time(NULL);
	while (st.sent < o.count && (!o.seconds || time(NULL) - began < o.seconds)) {
		station_receive(&st, 0);
		for (i = 0; i < BATCH; i++)
			fire(&st);
		if (st.sent >= next) {
			printf("# %lu frames, %lu sessions\n", st.sent, st.binds);
			next += 100000;
		}
	}
	report(&st, time(NULL) - began);
	return st.sent < o.count;
}
