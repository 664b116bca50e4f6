// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_guest.h"
#include "bench_port.h"
#include "fake_net.h"
#include "fuzz.h"
#include "options-core.h"

#define MS	1000000ull

struct ep_station *fuzz_station;
const uint8_t fuzz_root_mac[6] = { 2, 0, 0, 0, 0, 9 };

static struct ep_port port;
static struct ep_loop *loop;
static uint64_t now = MS;

static uint64_t clock_now(void)
{
	return now;
}

/* What leaves must be whole: the smallest check that a frame went out as it should. */
static void port_send(struct ep_port *p, struct ep_buf *const *bufs, unsigned int nr)
{
	struct vrc_frame f;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		MUST(ep_buf_frame_len(bufs[i]) <= p->pool.size);
		MUST(vrc_frame_intact(bufs[i]->frame + EP_ETH_LEN,
				      ep_buf_frame_len(bufs[i]) - EP_ETH_LEN));
		MUST(!vrc_frame_parse(bufs[i]->frame + EP_ETH_LEN, EP_WIRE_LEN + bufs[i]->len,
				      &f));
		guest_note(&f);
	}
}

static void port_close(struct ep_port *p)
{
	(void)p;
}

static const struct ep_port_ops ops = { .send = port_send, .close = port_close };

static void add_function(const char *text)
{
	const struct ep_model *const *m = ep_models;
	struct ep_options *o = ep_options_new();
	char name[16], err[256];

	MUST(!ep_options_parse(o, text, name, sizeof(name), err, sizeof(err)));
	while (strcmp((*m)->name, name))
		m++;
	MUST(!ep_station_add_function(fuzz_station, *m, o, err, sizeof(err)));
}

void fuzz_open(void)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	struct ep_station_config cfg = { .name = "fuzz", .serial = 1,
					 .max_lease_ms = VRC_MAX_LEASE_MS };
	char err[256];

	fuzz_quiet();
	loop = ep_loop_create();
	ep_loop_set_clock(loop, clock_now);
	memset(&port, 0, sizeof(port));
	port.ops = &ops;
	port.mtu = 1500;
	port.ethertype = VRC_ETHERTYPE;
	memcpy(port.mac, mac, sizeof(mac));
	memcpy(cfg.mac, mac, sizeof(mac));
	ep_port_init(&port, loop);
	fuzz_station = ep_station_create(&port, &cfg, err, sizeof(err));
	MUST(fuzz_station);
	guest_open();
	add_function("test");
	add_function("nvme,path=memory");
	add_function("82576,tap=fake");
}

void fuzz_close(void)
{
	ep_station_destroy(fuzz_station);
	MUST(port.pool.used == port.nr_tx);
	ep_port_destroy(&port);
	ep_loop_destroy(loop);
	guest_close();
}

void fuzz_receive(const uint8_t *frame, size_t len)
{
	/* A copy of the exact size, gone after the call, as a slot of the ring is. */
	uint8_t *copy = malloc(len ? len : 1);

	memcpy(copy, frame, len);
	ep_port_rx(&port, copy, len);
	free(copy);
}

void fuzz_turn(void)
{
	now += 10000;
	MUST(!ep_loop_turn(loop, 0));
	fake_net_run();
	fake_net_flush();
}

struct ep_port *fuzz_port(void)
{
	return &port;
}

void fuzz_pass(unsigned int ms)
{
	unsigned int i, steps = ms < 64 ? ms : 64;

	for (i = 0; i < steps; i++) {
		now += ms / steps * MS;
		fuzz_turn();
	}
}
