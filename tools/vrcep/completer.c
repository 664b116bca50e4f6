// SPDX-License-Identifier: GPL-2.0-only
/* The function as a completer: what it does with the requests of the root. */
#include <string.h>

#include "core.h"
#include "regs.h"

static void send_cpl(struct ep_func_core *c, const struct vrc_tlp *req, enum vrc_cpl_status status)
{
	struct vrc_tlp cpl;

	vrc_tlp_init_cpl(&cpl, req, ep_func_bdf(c), status);
	ep_session_tlp(&c->session, &cpl);
}

/* A request that cannot be served: refused if somebody waits for an answer. */
static void unsupported(struct ep_func_core *c, const struct vrc_tlp *t)
{
	ep_config_note_ur(c);
	if (vrc_tlp_is_posted(t))
		c->stats.posted_dropped++;
	else
		send_cpl(c, t, VRC_CPL_UR);
}

/* ---- configuration ---- */

static void put_le32(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
}

static uint32_t get_le32(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void cfg_read(struct ep_func_core *c, const struct vrc_tlp *t)
{
	struct vrc_tlp cpl;
	uint8_t *data;

	vrc_tlp_init_cpl(&cpl, t, ep_func_bdf(c), VRC_CPL_SC);
	data = ep_session_tlp(&c->session, &cpl);
	if (data)
		put_le32(data, ep_config_read(c, t->reg));
}

static void cfg_write(struct ep_func_core *c, const struct vrc_tlp *t)
{
	/* A device learns its bus and device number from the writes that reach it. */
	c->bus = (uint8_t)VRC_BDF_BUS(t->target);
	c->dev = (uint8_t)VRC_BDF_DEV(t->target);
	ep_config_write(c, t->reg, get_le32(t->data), t->first_be);
	send_cpl(c, t, VRC_CPL_SC);
	/* The reset begins when the write that asked for it has been answered. */
	if (c->flr_due)
		ep_func_reset(c, EP_RESET_FLR);
}

static void config_request(struct ep_func_core *c, const struct vrc_tlp *t)
{
	if (VRC_BDF_FN(t->target) != c->f->number)
		unsupported(c, t);
	else if (t->type == VRC_TLP_CFGRD0)
		cfg_read(c, t);
	else
		cfg_write(c, t);
}

/* ---- memory and I/O ---- */

/* Bytes [first, first + n) of the request's data, in runs of enabled bytes. */
static uint32_t next_run(const struct vrc_tlp *t, uint32_t *i, uint32_t end)
{
	uint32_t start;

	while (*i < end && !vrc_tlp_byte_enabled(t, *i))
		(*i)++;
	for (start = *i; *i < end && vrc_tlp_byte_enabled(t, *i); (*i)++)
		;
	return *i - start;
}

static void read_sparse(struct ep_func_core *c, const struct vrc_tlp *t, unsigned int bar,
			uint64_t base, uint8_t *data)
{
	uint32_t i = 0, run, end = t->len_dw * 4u;

	while ((run = next_run(t, &i, end)))
		ep_bar_read(c, bar, base + i - run, data + i - run, run);
}

/* @off: of the first byte asked for; the data begins at the DW that holds it. */
static void answer_chunk(struct ep_func_core *c, const struct vrc_tlp *t, unsigned int bar,
			 uint64_t off, uint32_t n, uint8_t *data)
{
	uint32_t lead = off & 3, pad = -(lead + n) & 3;

	memset(data, 0, lead);
	memset(data + lead + n, 0, pad);
	if (vrc_tlp_contiguous(t))
		ep_bar_read(c, bar, off, data + lead, n);
	else
		read_sparse(c, t, bar, off - lead, memset(data, 0, lead + n + pad));
}

/* Data bytes that the next completion may carry: the rest of the frame, or a new one. */
static uint32_t completion_room(const struct ep_func_core *c)
{
	uint32_t room = ep_session_room(&c->session), mps = ep_config_mps(c);

	if (room < 12 + 128 + 4)
		room = c->session.payload;
	room = (room - 12) & ~3u;
	return room < mps ? room : mps;
}

/* A read of no bytes is a flush: all that went before it has been done, so it is answered. */
static void answer_flush(struct ep_func_core *c, const struct vrc_tlp *t)
{
	struct vrc_tlp cpl;
	uint8_t *data;

	vrc_tlp_init_cpl(&cpl, t, ep_func_bdf(c), VRC_CPL_SC);
	data = ep_session_tlp(&c->session, &cpl);
	if (data)
		memset(data, 0, cpl.len_dw * 4u);
}

static void mem_read(struct ep_func_core *c, const struct vrc_tlp *t, unsigned int bar,
		     uint64_t off, uint32_t len)
{
	uint32_t done = 0, n;
	struct vrc_tlp cpl;
	uint8_t *data;

	vrc_tlp_init_cpl(&cpl, t, ep_func_bdf(c), VRC_CPL_SC);
	while (done < len) {
		n = vrc_tlp_cpl_chunk(&cpl, t, done, completion_room(c), ep_config_rcb(c));
		data = n ? ep_session_tlp(&c->session, &cpl) : NULL;
		if (!data)
			return;
		answer_chunk(c, t, bar, off + done, n, data);
		done += n;
	}
}

/* The answer is a whole DW, of which only the bytes asked for are read. */
static void io_read(struct ep_func_core *c, const struct vrc_tlp *t, unsigned int bar, uint64_t off)
{
	struct vrc_tlp cpl;
	uint8_t *data;

	vrc_tlp_init_cpl(&cpl, t, ep_func_bdf(c), VRC_CPL_SC);
	data = ep_session_tlp(&c->session, &cpl);
	if (data)
		read_sparse(c, t, bar, off & ~3ull, memset(data, 0, 4));
}

static void mem_write(struct ep_func_core *c, const struct vrc_tlp *t, unsigned int bar,
		      uint64_t off, uint32_t len)
{
	uint32_t lead = off & 3, i = 0, run, end = t->len_dw * 4u;

	if (vrc_tlp_contiguous(t)) {
		ep_bar_write(c, bar, off, t->data + lead, len);
		return;
	}
	while ((run = next_run(t, &i, end)))
		ep_bar_write(c, bar, off - lead + i - run, t->data + i - run, run);
}

static bool is_write(const struct vrc_tlp *t)
{
	return t->type == VRC_TLP_MWR || t->type == VRC_TLP_IOWR;
}

static void space_request(struct ep_func_core *c, const struct vrc_tlp *t)
{
	bool io = t->type == VRC_TLP_IORD || t->type == VRC_TLP_IOWR;
	uint64_t addr, off;
	uint32_t len = vrc_tlp_range(t, &addr);
	int bar = ep_bar_find(c, io, len ? addr : t->addr, len ? len : 1, &off);

	if (bar < 0) {
		unsupported(c, t);
	} else if (!is_write(t)) {
		if (!len)
			answer_flush(c, t);
		else if (io)
			io_read(c, t, (unsigned int)bar, off);
		else
			mem_read(c, t, (unsigned int)bar, off, len);
	} else {
		if (len)
			mem_write(c, t, (unsigned int)bar, off, len);
		if (io)
			send_cpl(c, t, VRC_CPL_SC);
	}
}

/* ---- all ---- */

/* Data that is known to be wrong must not get into a register. */
static void poisoned(struct ep_func_core *c, const struct vrc_tlp *t)
{
	ep_config_note_poison(c);
	if (vrc_tlp_is_posted(t))
		c->stats.posted_dropped++;
	else
		send_cpl(c, t, VRC_CPL_UR);
}

void ep_complete(struct ep_func_core *c, const struct vrc_tlp *t, bool bad_ecrc)
{
	if (vrc_tlp_is_completion(t)) {
		ep_dma_rx(c, t, bad_ecrc);
		return;
	}
	if (bad_ecrc || t->ep) {
		poisoned(c, t);
		return;
	}
	switch (t->type) {
	case VRC_TLP_CFGRD0:
	case VRC_TLP_CFGWR0:
		config_request(c, t);
		break;
	case VRC_TLP_MRD:
	case VRC_TLP_MWR:
	case VRC_TLP_IORD:
	case VRC_TLP_IOWR:
		space_request(c, t);
		break;
	case VRC_TLP_MSG:
	case VRC_TLP_MSGD:
		/* None of the messages of a root asks anything of these devices. */
		break;
	default:
		unsupported(c, t);
	}
}
