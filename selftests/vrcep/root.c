// SPDX-License-Identifier: GPL-2.0-only
/* A root: session, requests, memory for the device's DMA. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "root.h"

#define BIND(p, field)	((p) + offsetof(struct vrc_wire_bind, field))

/* A frame the ARQ holds. */
struct held {
	struct held *next;
	uint32_t len;
	uint8_t data[];
};

static const uint8_t *station_mac(void)
{
	return bench.st->cfg.mac;
}

void root_init(struct root *r, uint8_t number)
{
	*r = (struct root){ .mac = { 2, 0, 0, 0, 1, number }, .id = number, .label = "a-uuid" };
}

/* ---- session ---- */

struct bind_args root_bind_args(uint8_t fn)
{
	return (struct bind_args){ .serial = SERIAL, .instance = bench.st->instance,
				   .lease_ms = 1000, .payload = 1468, .window = 64, .fn = fn };
}

static void start(struct root *r, const struct seen *bound)
{
	const uint8_t *p = bound->payload;
	struct vrc_arq_config cfg = {
		.window = 64,
		.peer_window = vrc_get16(p + offsetof(struct vrc_wire_bound, window)),
		.ack_delay_ns = MS,
		.peer_ack_delay_ns = MS,
	};

	r->peer = vrc_get64(p + offsetof(struct vrc_wire_bound, session));
	r->lease_ms = vrc_get32(p + offsetof(struct vrc_wire_bound, lease_ms));
	r->bound = true;
	vrc_arq_init(&r->arq, &cfg);
}

static void drop(struct root *r)
{
	struct held *h;

	while ((h = r->queue)) {
		r->queue = h->next;
		free(h);
	}
	if (r->bound)
		while ((h = vrc_arq_drain(&r->arq)))
			free(h);
	r->bound = false;
}

bool root_bind(struct root *r, const struct bind_args *a)
{
	uint8_t p[sizeof(struct vrc_wire_bind)] = { 0 };
	struct vrc_frame f = { .kind = VRC_KIND_BIND, .length = sizeof(p) };
	const struct seen *bound;

	drop(r);
	r->session += 0x100000000ull + r->id;
	r->fn = a->fn;
	r->max_payload = a->payload;
	vrc_put64(BIND(p, serial), a->serial);
	vrc_put64(BIND(p, instance), a->instance);
	vrc_put64(BIND(p, root_id), r->id);
	vrc_put64(BIND(p, session), r->session);
	vrc_put32(BIND(p, lease_ms), a->lease_ms);
	vrc_put16(BIND(p, max_payload), a->payload);
	vrc_put16(BIND(p, window), a->window);
	vrc_put16(BIND(p, ack_delay_us), 1000);
	*BIND(p, function) = a->fn;
	vrc_frame_put_text((char *)BIND(p, root_name), "root", VRC_NAME_LEN);
	vrc_frame_put_text((char *)BIND(p, label), r->label, VRC_LABEL_LEN);
	bench_forget();
	bench_send(r->mac, station_mac(), &f, p);
	ep_loop_turn(bench.loop, 0);
	bench_run();
	bound = bench_seen(VRC_KIND_BOUND);
	return bound && bound->f.session == r->session;
}

bool root_bind_fn(struct root *r, uint8_t fn)
{
	struct bind_args a = root_bind_args(fn);

	return root_bind(r, &a);
}

void root_release(struct root *r)
{
	uint8_t p[sizeof(struct vrc_wire_release)] = { 0, VRC_RELEASE_ADMIN };
	struct vrc_frame f = { .kind = VRC_KIND_RELEASE, .length = sizeof(p), .session = r->peer };

	bench_send(r->mac, station_mac(), &f, p);
	bench_run();
	drop(r);
}

/* ---- out ---- */

static void transmit(struct root *r, struct held *h, uint32_t seq)
{
	struct vrc_frame f = { .kind = VRC_KIND_DATA, .session = r->peer, .seq = seq,
			       .length = (uint16_t)h->len };

	vrc_arq_stamp(&r->arq, &f);
	bench_send(r->mac, station_mac(), &f, h->data);
}

void root_send_data(struct root *r, const void *buf, uint32_t len)
{
	struct held *h = malloc(sizeof(*h) + len), **end = &r->queue;

	h->next = NULL;
	h->len = len;
	memcpy(h->data, buf, len);
	while (*end)
		end = &(*end)->next;
	*end = h;
}

static bool send_queue(struct root *r)
{
	struct held *h;
	bool any = false;

	while ((h = r->queue) && vrc_arq_can_send(&r->arq)) {
		r->queue = h->next;
		transmit(r, h, vrc_arq_send(&r->arq, h, bench_time));
		any = true;
	}
	return any;
}

void root_send_tlp(struct root *r, const struct vrc_tlp *t, const void *data)
{
	uint8_t buf[VRC_TLP_MAX_LEN];
	uint8_t *p = vrc_tlp_build(buf, t);

	if (!EXPECT(p))
		return;
	if (vrc_tlp_has_data(t))
		memcpy(p, data, t->len_dw * 4u);
	if (t->td)
		vrc_tlp_seal(buf, t);
	root_send_data(r, buf, (uint32_t)vrc_tlp_len(t));
}

static void send_ack(struct root *r)
{
	struct vrc_frame f = { .kind = VRC_KIND_ACK, .session = r->peer };

	vrc_arq_stamp(&r->arq, &f);
	bench_send(r->mac, station_mac(), &f, NULL);
}

bool root_flush(struct root *r)
{
	struct held *h;
	uint32_t seq;
	bool any;

	if (!r->bound)
		return false;
	any = send_queue(r);
	while ((h = vrc_arq_pop_acked(&r->arq)))
		free(h);
	while ((h = vrc_arq_pop_lost(&r->arq, &seq, bench_time))) {
		transmit(r, h, seq);
		any = true;
	}
	if (vrc_arq_ack_due(&r->arq)) {
		send_ack(r);
		any = true;
	}
	return any;
}

void root_tick(struct root *r)
{
	if (r->bound && bench_time >= vrc_arq_deadline(&r->arq))
		vrc_arq_timer(&r->arq, bench_time);
}

/* ---- the device's DMA ---- */

static uint8_t *guest(uint64_t addr, uint32_t len)
{
	bool ok = addr >= MEM_BASE && addr + len <= MEM_BASE + MEM_SIZE;

	return EXPECT(ok) ? bench.mem + (addr - MEM_BASE) : NULL;
}

static void answer_read(struct root *r, const struct vrc_tlp *req)
{
	uint32_t len, done = 0, n;
	uint64_t addr;
	struct vrc_tlp cpl;
	uint8_t *p;

	len = vrc_tlp_range(req, &addr);
	p = guest(addr, len);
	vrc_tlp_init_cpl(&cpl, req, 0, p ? VRC_CPL_SC : VRC_CPL_UR);
	cpl.ep = r->dma == DMA_POISON;
	while (p && done < len) {
		uint8_t data[4096] = { 0 };

		n = vrc_tlp_cpl_chunk(&cpl, req, done, 512, 64);
		memcpy(data + ((addr + done) & 3), p + done, n);
		done += n;
		if (r->dma == DMA_WRONG_COUNT)
			cpl.byte_count = (uint16_t)(cpl.byte_count - 1);
		root_send_tlp(r, &cpl, data);
	}
}

static void take_read(struct root *r, const struct vrc_tlp *t)
{
	struct vrc_tlp cpl;

	r->requests++;
	switch (r->dma) {
	case DMA_IGNORE:
		r->held = *t;
		break;
	case DMA_UR:
		vrc_tlp_init_cpl(&cpl, t, 0, VRC_CPL_UR);
		root_send_tlp(r, &cpl, NULL);
		break;
	default:
		answer_read(r, t);
	}
}

static void take_write(struct root *r, const struct vrc_tlp *t)
{
	uint64_t addr;
	uint32_t len = vrc_tlp_range(t, &addr);
	const uint8_t *data = t->data + (addr & 3);

	EXPECT(vrc_tlp_contiguous(t));
	if (addr - MSI_BASE < 0x100000) {
		if (r->nr_msi < MAX_SEEN)
			r->msi[r->nr_msi++] = (struct msi){ addr, data[0] | data[1] << 8 |
				data[2] << 16 | (uint32_t)data[3] << 24 };
	} else if (guest(addr, len)) {
		memcpy(guest(addr, len), data, len);
	}
}

/* ---- in ---- */

static void take_completion(struct root *r, const struct vrc_tlp *t)
{
	uint32_t lead = t->lower_addr & 3, n;

	if (t->tag != r->tag || r->done)
		return;
	r->cpls++;
	r->status = t->status;
	r->completer = t->completer;
	if (t->type == VRC_TLP_CPL) {
		r->done = true;
		return;
	}
	n = t->len_dw * 4u - lead;
	if (n > r->cpl_max)
		r->cpl_max = n;
	n = n < t->byte_count ? n : t->byte_count;
	if (EXPECT(r->got + n <= sizeof(r->data)))
		memcpy(r->data + r->got, t->data + lead, n);
	r->got += n;
	r->done = n == t->byte_count;
}

static void take_message(struct root *r, const struct vrc_tlp *t)
{
	if (t->msg_code == VRC_MSG_PM_PME) {
		r->nr_pme++;
		return;
	}
	r->nr_intx++;
	r->intx = t->msg_code == VRC_MSG_ASSERT_INTA;
}

static void take_tlp(struct root *r, const struct vrc_tlp *t)
{
	switch (t->type) {
	case VRC_TLP_MRD:
		take_read(r, t);
		break;
	case VRC_TLP_MWR:
		take_write(r, t);
		break;
	case VRC_TLP_CPL:
	case VRC_TLP_CPLD:
		take_completion(r, t);
		break;
	case VRC_TLP_MSG:
		take_message(r, t);
		break;
	default:
		EXPECT(!"a TLP that no function sends");
	}
}

static void take_frame(struct root *r, const struct held *h)
{
	uint32_t off = 0;
	struct vrc_tlp t;

	while (off < h->len) {
		int n = vrc_tlp_parse(h->data + off, h->len - off, &t);

		if (!EXPECT(n > 0))
			return;
		take_tlp(r, &t);
		off += (uint32_t)n;
	}
}

static void rx_data(struct root *r, const struct vrc_frame *f)
{
	struct held *h = malloc(sizeof(*h) + f->length);

	r->data_frames++;
	h->len = f->length;
	memcpy(h->data, f->payload, f->length);
	if (vrc_arq_rx(&r->arq, f, h, bench_time) != VRC_ARQ_KEPT)
		free(h);
	while (r->bound && (h = vrc_arq_pop_ready(&r->arq))) {
		take_frame(r, h);
		free(h);
	}
}

static void answer_probe(struct root *r, const struct vrc_frame *f)
{
	uint8_t p[sizeof(struct vrc_wire_probe)];
	struct vrc_frame a = { .kind = VRC_KIND_PROBED, .session = r->peer, .length = sizeof(p) };

	memcpy(p, f->payload, sizeof(p));
	bench_send(r->mac, station_mac(), &a, p);
}

static void note(const uint8_t *frame, const struct vrc_frame *f)
{
	struct seen *s = &bench.seen[bench.nr_seen];

	if (bench.nr_seen == MAX_SEEN)
		return;
	bench.nr_seen++;
	s->f = *f;
	memcpy(s->dst, frame, 6);
	memcpy(s->src, frame + 6, 6);
	memcpy(s->payload, f->payload, f->length < sizeof(s->payload) ? f->length :
	       sizeof(s->payload));
}

void root_rx(struct root *r, const uint8_t *frame, size_t len)
{
	struct vrc_frame f;

	if (!EXPECT_EQ(vrc_frame_parse(frame + EP_ETH_LEN, len - EP_ETH_LEN, &f), 0))
		return;
	note(frame, &f);
	if (f.kind == VRC_KIND_BOUND && f.session == r->session && !r->bound)
		start(r, bench_seen(VRC_KIND_BOUND));
	if (!r->bound || f.session != r->session)
		return;
	if (f.kind == VRC_KIND_DATA)
		rx_data(r, &f);
	else if (f.kind == VRC_KIND_ACK)
		vrc_arq_rx(&r->arq, &f, NULL, bench_time);
	else if (f.kind == VRC_KIND_PROBE)
		answer_probe(r, &f);
	else if (f.kind == VRC_KIND_RELEASE)
		drop(r);
}
