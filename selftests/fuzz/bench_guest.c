// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <proto/tlp.h>

#include "bench_guest.h"
#include "bench_port.h"
#include "fuzz.h"

#define MAX_READS	512
#define CHUNK		1024	/* of a completion: less than a frame */

struct read {
	unsigned int fn;
	struct vrc_tlp req;
};

static struct {
	uint8_t mem[GUEST_SIZE];
	struct read read[MAX_READS];
	unsigned int nr_reads;
	uint32_t seq[FUZZ_FUNCTIONS], expected[FUZZ_FUNCTIONS];
	bool due[FUZZ_FUNCTIONS];	/* an acknowledgment */
} *guest;

void guest_open(void)
{
	guest = calloc(1, sizeof(*guest));
}

void guest_close(void)
{
	free(guest);
}

void guest_put(uint16_t at, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		guest->mem[(at + i) % GUEST_SIZE] = p[i];
}

void guest_bound(unsigned int fn)
{
	guest->seq[fn] = 0;
	guest->expected[fn] = 0;
}

uint32_t guest_seq(unsigned int fn)
{
	return guest->seq[fn]++;
}

uint32_t guest_expected(unsigned int fn)
{
	return guest->expected[fn];
}

/* What a station sends is in order: these must parse, whatever it has received. */
static void take_tlps(unsigned int fn, const uint8_t *p, size_t len)
{
	struct vrc_tlp t;
	uint64_t addr;

	while (len) {
		int n = vrc_tlp_parse(p, len, &t);

		MUST(n > 0);
		if (t.type == VRC_TLP_MRD && guest->nr_reads < MAX_READS)
			guest->read[guest->nr_reads++] = (struct read){ fn, t };
		else if (t.type == VRC_TLP_MWR && vrc_tlp_contiguous(&t) &&
			 vrc_tlp_range(&t, &addr))
			guest_put((uint16_t)addr, t.data + (addr & 3), vrc_tlp_range(&t, &addr));
		p += n;
		len -= (size_t)n;
	}
}

void guest_note(const struct vrc_frame *f)
{
	/* The harness picks its ids so that the function is in their low bits. */
	unsigned int fn = f->session % FUZZ_FUNCTIONS;

	if (f->kind != VRC_KIND_DATA || f->seq != guest->expected[fn])
		return;
	guest->expected[fn]++;
	guest->due[fn] = true;
	take_tlps(fn, f->payload, f->length);
}

static void complete(const struct read *r, void (*send)(unsigned int, const uint8_t *, uint16_t))
{
	uint8_t buf[CHUNK + 16];
	struct vrc_tlp cpl;
	uint32_t done = 0, n;
	uint64_t addr;

	vrc_tlp_init_cpl(&cpl, &r->req, 0, VRC_CPL_SC);
	while ((n = vrc_tlp_cpl_chunk(&cpl, &r->req, done, CHUNK, 64))) {
		uint8_t *data = vrc_tlp_build(buf, &cpl);

		vrc_tlp_range(&r->req, &addr);
		for (uint32_t i = 0; i < cpl.len_dw * 4u; i++)
			data[i] = guest->mem[((addr + done) / 4 * 4 + i) % GUEST_SIZE];
		send(r->fn, buf, (uint16_t)vrc_tlp_len(&cpl));
		done += n;
	}
}

bool guest_answer(void (*send)(unsigned int fn, const uint8_t *tlps, uint16_t len))
{
	struct read read[MAX_READS];
	unsigned int i, nr = guest->nr_reads;
	bool any = nr;

	memcpy(read, guest->read, nr * sizeof(read[0]));
	guest->nr_reads = 0;
	for (i = 0; i < nr; i++)
		complete(&read[i], send);
	for (i = 0; i < FUZZ_FUNCTIONS; i++) {
		if (!guest->due[i])
			continue;
		guest->due[i] = false;
		send(i, NULL, 0);
		any = true;
	}
	return any;
}
