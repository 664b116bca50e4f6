// SPDX-License-Identifier: GPL-2.0-only
/* The port that is memory, and time. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "models/test.h"
#include "options-core.h"
#include "root.h"

#define MAX_FRAMES	512

struct bench bench;
uint64_t bench_time = 1000 * MS;
void (*bench_tap)(const uint8_t *frame, size_t len);

/* Frames on their way from the station. */
static struct {
	uint8_t data[9100];
	size_t len;
} wire[MAX_FRAMES];
static unsigned int wire_nr;

const struct ep_model *const ep_models[] = { &ep_model_test, NULL };

static uint64_t now(void)
{
	return bench_time;
}

static bool dropped(size_t len)
{
	bench.frames++;
	if (bench.cut || (bench.drop_above && len > bench.drop_above))
		return true;
	return bench.loss_ppm && tap_random(&bench.random) % 1000000 < bench.loss_ppm;
}

static void port_send(struct ep_port *p, struct ep_buf *const *bufs, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		size_t len = ep_buf_frame_len(bufs[i]);

		p->stats.tx_frames++;
		if (dropped(len) || wire_nr == MAX_FRAMES)
			continue;
		if (bench_tap)
			bench_tap(bufs[i]->frame, len);
		memcpy(wire[wire_nr].data, bufs[i]->frame, len);
		wire[wire_nr++].len = len;
	}
}

static int port_add_mac(struct ep_port *p, const uint8_t *mac)
{
	(void)p;
	(void)mac;
	return 0;
}

static void port_close(struct ep_port *p)
{
	(void)p;
}

static const struct ep_port_ops ops = {
	.send = port_send, .add_mac = port_add_mac, .close = port_close,
};

void bench_add(const struct ep_model *model)
{
	char err[256];

	if (ep_station_add_function(bench.st, model, ep_options_new(), err, sizeof(err)))
		abort();
}

void bench_open(unsigned int functions)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct ep_station_config cfg = { .name = "bench", .group = "lab", .serial = SERIAL,
					 .max_lease_ms = VRC_MAX_LEASE_MS };
	char err[256];

	memset(&bench, 0, sizeof(bench));
	wire_nr = 0;
	bench.random = 88172645463325252ull;
	bench.mem = calloc(1, MEM_SIZE);
	bench.loop = ep_loop_create();
	ep_loop_set_clock(bench.loop, now);
	bench.port = (struct ep_port){ .ops = &ops, .name = "bench", .mtu = 1500,
				       .ethertype = VRC_ETHERTYPE };
	memcpy(bench.port.mac, mac, sizeof(mac));
	memcpy(cfg.mac, mac, sizeof(mac));
	ep_port_init(&bench.port, bench.loop);
	bench.st = ep_station_create(&bench.port, &cfg, err, sizeof(err));
	while (functions--)
		bench_add(&ep_model_test);
	root_init(&bench.root, 0x11);
	root_init(&bench.other, 0x22);
}

void bench_close(void)
{
	ep_station_destroy(bench.st);
	EXPECT_EQ(bench.port.pool.used, bench.port.nr_tx);
	ep_port_destroy(&bench.port);
	ep_loop_destroy(bench.loop);
	free(bench.mem);
}

static void to_roots(unsigned int i)
{
	const uint8_t *dst = wire[i].data;

	if (dst[0] & 1 || dst[5] == bench.root.mac[5])
		root_rx(&bench.root, wire[i].data, wire[i].len);
	else if (dst[5] == bench.other.mac[5])
		root_rx(&bench.other, wire[i].data, wire[i].len);
}

static bool take_wire(void)
{
	unsigned int i, nr = wire_nr;

	for (i = 0; i < nr; i++)
		to_roots(i);
	memmove(wire, wire + nr, (wire_nr - nr) * sizeof(wire[0]));
	wire_nr -= nr;
	return nr;
}

void bench_run(void)
{
	do {
		ep_loop_turn(bench.loop, 0);
	} while (take_wire() || root_flush(&bench.root) || root_flush(&bench.other));
}

void bench_pass(uint64_t ns)
{
	bench_run();
	while (ns) {
		uint64_t step = ns < MS ? ns : MS;

		bench_time += step;
		ns -= step;
		root_tick(&bench.root);
		root_tick(&bench.other);
		bench_run();
	}
}

void bench_send_raw(const void *frame, size_t len)
{
	/* A copy of the exact size: the sanitizer sees who reads past its end. */
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, frame, len);
	if (bench_tap)
		bench_tap(frame, len);
	if (!dropped(len) && !bench.deaf)
		ep_port_rx(&bench.port, copy, len);
	free(copy);
}

void bench_send(const uint8_t *src, const uint8_t *dst, struct vrc_frame *f, const void *payload)
{
	uint8_t frame[9100] = { 0 };

	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	vrc_put16(frame + 12, VRC_ETHERTYPE);
	if (!f->version)
		f->version = VRC_WIRE_VERSION;
	vrc_frame_build(frame + EP_ETH_LEN, f);
	if (payload)
		memcpy(frame + EP_HDR_LEN, payload, f->length);
	bench_send_raw(frame, EP_HDR_LEN + f->length);
}

const struct seen *bench_seen(uint8_t kind)
{
	unsigned int i = bench.nr_seen;

	while (i--)
		if (bench.seen[i].f.kind == kind)
			return &bench.seen[i];
	return NULL;
}

unsigned int bench_count(uint8_t kind)
{
	unsigned int i, nr = 0;

	for (i = 0; i < bench.nr_seen; i++)
		nr += bench.seen[i].f.kind == kind;
	return nr;
}

void bench_forget(void)
{
	bench.nr_seen = 0;
}

struct ep_func_core *func(unsigned int nr)
{
	return bench.st->func[nr];
}
