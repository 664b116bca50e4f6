// SPDX-License-Identifier: GPL-2.0-only
/*
 * A neighbour that hammers on a vrcep: floods of DISCOVER, ADVERTISE and BIND
 * from addresses that it makes up, frames that are broken in every field, and
 * a session of its own in which it writes wherever it likes. Then it asks like any root
 * who wants a function and its Vendor ID: the answer is what matters.
 *
 * usage: hammer IFACE SEED FRAMES      status 0: the station answers
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "frame.h"
#include "tap.h"
#include "tlp.h"

#define ETH_LEN		14
#define HDR_LEN		sizeof(struct vrc_wire_hdr)
#define PAYLOAD		1400
#define PATIENCE_MS	30000
#define LEASE_MS	200

static struct {
	int fd;
	u8 mac[6];
	u64 random;
	/* the station */
	u8 station[6];
	u64 serial, instance;
	unsigned int functions;
	/* our session with it, 0: none */
	u64 own, peer;
	u32 seq, expected;
	bool answered;		/* a completion has come */
} h;

static u64 rnd(void)
{
	return tap_random(&h.random);
}

static u32 below(u32 n)
{
	return (u32)(rnd() >> 32) % n;
}

static void random_mac(u8 *mac)
{
	u64 v = rnd();

	memcpy(mac, &v, 6);
	mac[0] = (mac[0] & ~1) | 2;
}

/* ---- frames out ---- */

static void send_frame(const u8 *dst, const u8 *src, struct vrc_frame *f, const void *payload)
{
	u8 frame[ETH_LEN + HDR_LEN + PAYLOAD + 64] = { 0 };

	f->version = VRC_WIRE_VERSION;
	memcpy(frame, dst, 6);
	memcpy(frame + 6, src, 6);
	vrc_put16(frame + 12, VRC_ETHERTYPE);
	vrc_frame_build(frame + ETH_LEN, f);
	if (payload)
		memcpy(frame + ETH_LEN + HDR_LEN, payload, f->length);
	/* A queue that is full is part of the game. */
	if (send(h.fd, frame, ETH_LEN + HDR_LEN + f->length, 0) < 0)
		usleep(100);
}

static void discover(const u8 *src, u16 spread_ms)
{
	static const u8 broadcast[6] = { 255, 255, 255, 255, 255, 255 };
	struct vrc_wire_discover d = { .root_id = rnd() | 1, .nonce = (u32)rnd() | 1,
				       .spread_ms = htons(spread_ms) };
	struct vrc_frame f = { .kind = VRC_KIND_DISCOVER, .length = sizeof(d) };

	send_frame(broadcast, src, &f, &d);
}

static void advertise(void)
{
	u8 mac[6], payload[sizeof(struct vrc_wire_advertise) + 16] = { 0 };
	struct vrc_wire_advertise *a = (void *)payload;
	struct vrc_frame f = { .kind = VRC_KIND_ADVERTISE, .length = sizeof(payload) };

	random_mac(mac);
	vrc_put64(&a->serial, below(2) ? h.serial : rnd() | 1);
	vrc_put64(&a->instance, rnd() | 1);
	vrc_put16(&a->max_payload, 1468);
	a->nr_functions = 1;
	memset(a->name, (int)rnd(), sizeof(a->name));
	send_frame(h.station, mac, &f, payload);
}

static void bind_function(const u8 *src, u64 root, u64 session, u8 function)
{
	struct vrc_wire_bind b = { .function = function };
	struct vrc_frame f = { .kind = VRC_KIND_BIND, .length = sizeof(b) };

	vrc_put64(&b.serial, h.serial);
	vrc_put64(&b.instance, h.instance);
	vrc_put64(&b.root_id, root);
	vrc_put64(&b.session, session);
	vrc_put32(&b.lease_ms, LEASE_MS);
	vrc_put16(&b.max_payload, 1468);
	vrc_put16(&b.window, 1 + (u16)below(64));
	memset(b.label, (int)rnd(), sizeof(b.label));
	send_frame(h.station, src, &f, &b);
}

static void send_data(const void *tlps, u16 len)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .session = h.peer, .length = len,
			       .window = 64, .seq = h.seq++, .ack = h.expected };

	send_frame(h.station, h.mac, &f, tlps);
}

static void send_ack(void)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = h.peer, .window = 64,
			       .ack = h.expected };

	send_frame(h.station, h.mac, &f, NULL);
}

/* ---- frames in ---- */

static void take_advertise(const u8 *src, const struct vrc_frame *f)
{
	const struct vrc_wire_advertise *a = (const void *)f->payload;

	memcpy(h.station, src, 6);
	h.serial = vrc_get64(&a->serial);
	h.instance = vrc_get64(&a->instance);
	h.functions = a->nr_functions;
}

static void take_data(const struct vrc_frame *f)
{
	struct vrc_tlp t;

	if (f->seq != h.expected)
		return;
	h.expected++;
	if (vrc_tlp_parse(f->payload, f->length, &t) > 0 && vrc_tlp_is_completion(&t))
		h.answered = true;
}

static void take(const u8 *frame, size_t len)
{
	struct vrc_frame f;

	if (len < ETH_LEN || vrc_frame_parse(frame + ETH_LEN, len - ETH_LEN, &f))
		return;
	if (f.kind == VRC_KIND_ADVERTISE && !h.serial)
		take_advertise(frame + 6, &f);
	else if (f.kind == VRC_KIND_BOUND && f.session == h.own && !h.peer)
		h.peer = vrc_get64(f.payload + offsetof(struct vrc_wire_bound, session));
	else if (f.kind == VRC_KIND_DATA && f.session == h.own)
		take_data(&f);
	else if (f.kind == VRC_KIND_STALE || f.kind == VRC_KIND_RELEASE)
		h.peer = 0;
}

static u64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (u64)ts.tv_sec * 1000 + (u64)ts.tv_nsec / 1000000;
}

/* What is there, and what comes within @ms */
static void receive(int ms)
{
	struct pollfd p = { .fd = h.fd, .events = POLLIN };
	u64 now = now_ms(), end = now + (u64)ms;
	u8 frame[2048];
	ssize_t n;

	while (poll(&p, 1, (int)(end - now)) > 0 &&
	       (n = recv(h.fd, frame, sizeof(frame), MSG_DONTWAIT)) > 0) {
		take(frame, (size_t)n);
		now = now_ms() < end ? now_ms() : end;
	}
}

/* ---- a session, and what one can do in it ---- */

static void begin(u8 function)
{
	h.own = rnd() | 1;
	h.peer = 0;
	h.seq = 0;
	h.expected = 0;
	bind_function(h.mac, 0x4a3312, h.own, function);
	receive(1);
}

static u16 put_tlp(u8 *p, struct vrc_tlp *t)
{
	u8 *data = vrc_tlp_build(p, t);
	u32 i;

	if (!data)
		return 0;
	for (i = 0; vrc_tlp_has_data(t) && i < t->len_dw * 4U; i += 4)
		vrc_put32(data + i, below(4) ? below(256) : (u32)rnd());
	return (u16)vrc_tlp_len(t);
}

static u16 config_write(u8 *p, u16 reg, u32 value)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGWR0, .len_dw = 1, .first_be = 15, .reg = reg,
			     .target = 0x100 };
	u16 len = put_tlp(p, &t);

	memcpy(p + 12, &value, 4);
	return len;
}

/* Memory, I/O and bus mastering on, the BARs at 0x10000000, 0x20000000, ... */
static void set_up(void)
{
	u8 buf[PAYLOAD];
	u16 len = 0;
	u32 bar;

	for (bar = 0; bar < 6; bar++)
		len += config_write(buf + len, (u16)(0x10 + 4 * bar), (bar + 1) << 28);
	len += config_write(buf + len, 4, 7);
	send_data(buf, len);
}

static void random_request(void)
{
	static const u8 types[] = { VRC_TLP_MRD, VRC_TLP_MWR, VRC_TLP_MWR, VRC_TLP_MWR,
				    VRC_TLP_CFGRD0, VRC_TLP_CFGWR0, VRC_TLP_IORD, VRC_TLP_IOWR };
	struct vrc_tlp t = { .type = types[below(sizeof(types))], .tag = (u8)rnd(), .len_dw = 1,
			     .first_be = 15, .target = 0x100 };
	u64 bar = (u64)below(7) << 28;
	u8 buf[PAYLOAD];
	u16 len;

	t.reg = (u16)(below(1024) * 4);
	if (t.type == VRC_TLP_MRD || t.type == VRC_TLP_MWR)
		vrc_tlp_set_range(&t, bar + (below(2) ? below(0x2000) * 4 : below(64)),
				  1 + below(below(8) ? 8 : 512));
	else if (t.type == VRC_TLP_IORD || t.type == VRC_TLP_IOWR)
		t.addr = bar + below(32) * 4;
	len = put_tlp(buf, &t);
	if (!below(16) && len)
		buf[below(len)] ^= (u8)(1 << below(8));
	if (len)
		send_data(buf, len);
}

static void in_session(void)
{
	switch (below(64)) {
	case 0:
		h.peer = 0;
		break;
	case 1:
		send_ack();
		break;
	case 2:
		set_up();
		break;
	default:
		random_request();
		break;
	}
}

/* A frame of any kind with any bytes, mostly of the right length for its kind */
static void garbage(void)
{
	static const u16 lengths[] = { 0, 32, 88, 120, 24, 88, 8, 0, 64, 0, 600, 8, 8, 0 };
	u8 payload[PAYLOAD], kind = (u8)below(ARRAY_SIZE(lengths)), src[6];
	struct vrc_frame f = { .kind = kind, .length = lengths[kind], .flags = (u16)rnd(),
			       .window = (u16)below(70), .seq = (u32)rnd(), .ack = (u32)rnd() };
	u32 i;

	for (i = 0; i < sizeof(payload); i++)
		payload[i] = (u8)(below(4) ? 0 : rnd());
	if (below(2))
		f.session = below(2) ? h.peer : rnd();
	if (!below(8))
		f.length = (u16)below(PAYLOAD);
	random_mac(src);
	send_frame(h.station, below(2) ? h.mac : src, &f, payload);
}

static void step(void)
{
	u8 mac[6];

	random_mac(mac);
	switch (below(8)) {
	case 0:
		discover(mac, (u16)below(20000));
		break;
	case 1:
		advertise();
		break;
	case 2:
		bind_function(mac, rnd(), rnd() | 1, (u8)below(9));
		break;
	case 3:
		garbage();
		break;
	default:
		if (h.peer)
			in_session();
		else
			begin((u8)below(h.functions));
		break;
	}
}

/* ---- all ---- */

static bool find_station(void)
{
	u64 end = now_ms() + PATIENCE_MS;

	while (!h.serial && now_ms() < end) {
		discover(h.mac, 0);
		receive(100);
	}
	return h.serial;
}

/* The floods' owners are gone with their leases: then it is our turn. */
static bool station_answers(u8 function)
{
	struct vrc_tlp t = { .type = VRC_TLP_CFGRD0, .len_dw = 1, .first_be = 15, .target = 0x100 };
	u64 end = now_ms() + PATIENCE_MS;
	u8 buf[16];

	h.answered = false;
	while (!h.answered && now_ms() < end) {
		begin(function);
		receive(20);
		if (h.peer)
			send_data(buf, put_tlp(buf, &t));
		receive(20);
	}
	return h.answered;
}

static void open_port(const char *ifname)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_protocol = htons(VRC_ETHERTYPE) };
	struct ifreq ifr = { 0 };

	h.fd = socket(AF_PACKET, SOCK_RAW, 0);
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (h.fd < 0 || ioctl(h.fd, SIOCGIFHWADDR, &ifr)) {
		perror(ifname);
		exit(2);
	}
	memcpy(h.mac, ifr.ifr_hwaddr.sa_data, 6);
	addr.sll_ifindex = (int)if_nametoindex(ifname);
	if (bind(h.fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror(ifname);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	u64 frames;
	u8 fn;

	if (argc != 4) {
		fprintf(stderr, "usage: hammer IFACE SEED FRAMES\n");
		return 2;
	}
	h.random = strtoull(argv[2], NULL, 0) * 2 + 1;
	frames = strtoull(argv[3], NULL, 0);
	open_port(argv[1]);
	if (!find_station()) {
		printf("no station answers on %s\n", argv[1]);
		return 1;
	}
	while (frames--) {
		step();
		if (!(frames % 32))
			receive(0);
	}
	for (fn = 0; fn < h.functions; fn++) {
		if (station_answers(fn))
			continue;
		printf("function %u does not answer any more\n", fn);
		return 1;
	}
	return 0;
}
