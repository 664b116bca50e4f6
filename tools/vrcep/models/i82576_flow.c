// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flow control of IEEE 802.3: PAUSE frames that are received stop the
 * transmitter for their time; when the packet buffer fills, the partner is stopped.
 */
#include <string.h>

#include "i82576_core.h"
#include "i82576_packet.h"

#define OPCODE_PAUSE	1
#define QUANTUM_BITS	512

static uint64_t quanta_ns(const struct i82576 *n, unsigned int quanta)
{
	static const unsigned int ns_per_bit[] = {
		[I82576_10] = 100, [I82576_100] = 10, [I82576_1000] = 1,
	};

	return (uint64_t)quanta * QUANTUM_BITS * ns_per_bit[i82576_phy_mode(n).speed];
}

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* ---- received ---- */

bool i82576_tx_paused(const struct i82576 *n)
{
	return i82576_get(n, I82576_STATUS) & STATUS_TXOFF;
}

static void go_on(struct i82576 *n)
{
	ep_timer_set(n->loop, &n->flow.pause, UINT64_MAX);
	i82576_clear_bits(n, I82576_STATUS, STATUS_TXOFF);
	i82576_packet_kick(n);
}

static void pause_over(struct ep_timer *t)
{
	go_on(container_of(t, struct i82576, flow.pause));
}

static void take_pause(struct i82576 *n, unsigned int quanta)
{
	i82576_count(n, quanta ? I82576_XOFFRXC : I82576_XONRXC, 1);
	if (!(i82576_get(n, I82576_CTRL) & CTRL_RFCE))
		return;
	if (!quanta) {
		go_on(n);
		return;
	}
	i82576_set_bits(n, I82576_STATUS, STATUS_TXOFF);
	ep_timer_set(n->loop, &n->flow.pause, ep_now(n->loop) + quanta_ns(n, quanta));
}

/* Low four bytes and high two, as address registers have them. */
static bool is_address(const struct i82576 *n, const uint8_t *dst, unsigned int low,
		       unsigned int high)
{
	uint32_t l = dst[0] | dst[1] << 8 | dst[2] << 16 | (uint32_t)dst[3] << 24;

	return i82576_get(n, low) == l &&
	       (i82576_get(n, high) & 0xffff) == (dst[4] | (uint32_t)dst[5] << 8);
}

bool i82576_control_frame(struct i82576 *n, const uint8_t *frame, size_t len)
{
	uint32_t rctl = i82576_get(n, I82576_RCTL);
	bool to_station = is_address(n, frame, I82576_RAL(0), I82576_RAH(0));

	if (len < 18 || be16(frame + 12) != i82576_get(n, I82576_FCT))
		return false;
	if (!to_station && !is_address(n, frame, I82576_FCAL, I82576_FCAH))
		return false;
	if (be16(frame + 14) != OPCODE_PAUSE) {
		i82576_count(n, I82576_FCRUC, 1);
		return !(rctl & RCTL_PMCF);
	}
	take_pause(n, be16(frame + 16));
	return to_station ? rctl & RCTL_DPF : !(rctl & RCTL_PMCF);
}

/* ---- sent ---- */

/*
 * The partner at the other end of the cable is the back end. It is held back,
 * and gets no frame: on an interface of the device host that would stop what
 * else is on its wire.
 */
static void tell_partner(struct i82576 *n, bool xoff)
{
	if (i82576_link_up(n) && !i82576_loopback(n))
		i82576_count(n, xoff ? I82576_XOFFTXC : I82576_XONTXC, 1);
}

static void send_xoff(struct i82576 *n)
{
	uint64_t refresh = quanta_ns(n, i82576_get(n, I82576_FCRTV));

	n->flow.xoff = true;
	tell_partner(n, true);
	ep_timer_set(n->loop, &n->flow.refresh, refresh ? ep_now(n->loop) + refresh : UINT64_MAX);
}

static void still_full(struct ep_timer *t)
{
	send_xoff(container_of(t, struct i82576, flow.refresh));
}

bool i82576_flow_level(struct i82576 *n, uint32_t used)
{
	uint32_t high = i82576_get(n, I82576_FCRTH0), low = i82576_get(n, I82576_FCRTL0);

	if (!n->flow.xoff) {
		if (i82576_get(n, I82576_CTRL) & CTRL_TFCE && high && used >= high)
			send_xoff(n);
		return n->flow.xoff;
	}
	if (used > (low & ~FCRTL_XONE))
		return true;
	n->flow.xoff = false;
	ep_timer_set(n->loop, &n->flow.refresh, UINT64_MAX);
	if (low & FCRTL_XONE)
		tell_partner(n, false);
	return false;
}

/* SWXOFF sends one by hand, and clears itself; nothing is full, so the partner goes on. */
void i82576_tctl_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)old;
	if (val & TCTL_SWXOFF && i82576_get(n, I82576_CTRL) & CTRL_TFCE)
		tell_partner(n, true);
	i82576_clear_bits(n, off, TCTL_SWXOFF);
	i82576_packet_kick(n);
}

/* ---- life ---- */

void i82576_flow_init(struct i82576 *n)
{
	ep_timer_init(&n->flow.pause, pause_over);
	ep_timer_init(&n->flow.refresh, still_full);
}

void i82576_flow_reset(struct i82576 *n)
{
	ep_timer_set(n->loop, &n->flow.pause, UINT64_MAX);
	ep_timer_set(n->loop, &n->flow.refresh, UINT64_MAX);
	n->flow.xoff = false;
	i82576_clear_bits(n, I82576_STATUS, STATUS_TXOFF);
}
