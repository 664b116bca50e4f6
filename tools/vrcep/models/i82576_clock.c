// SPDX-License-Identifier: GPL-2.0-only
/* Timers of the device: FRTIMER, TCPTIMER, and the clock of IEEE 1588 with its time stamps. */
#include <string.h>

#include "i82576_core.h"

#define NS_PER_PERIOD	16	/* the unit of TIMINCA's period */

/* ---- FRTIMER: 10 bits of us, 10 of ms, 12 of s ---- */

uint32_t i82576_frtimer_read(struct i82576 *n, unsigned int off)
{
	uint64_t us = (ep_now(n->loop) - n->clock.started) / 1000;

	(void)off;
	return (uint32_t)(us % 1000 | us / 1000 % 1000 << 10 | (us / 1000000 & 0xfff) << 20);
}

/* ---- TCPTIMER ---- */

static void tcptimer_start(struct i82576 *n, uint64_t from)
{
	uint32_t ms = TCPTIMER_DURATION(i82576_get(n, I82576_TCPTIMER));

	ep_timer_set(n->loop, &n->tcp_timer, ms ? from + ms * 1000000ull : UINT64_MAX);
}

static void tcptimer_expired(struct ep_timer *t)
{
	struct i82576 *n = container_of(t, struct i82576, tcp_timer);

	if (i82576_get(n, I82576_TCPTIMER) & TCPTIMER_LOOP)
		tcptimer_start(n, ep_now(n->loop));
	if (i82576_get(n, I82576_TCPTIMER) & TCPTIMER_EN)
		i82576_irq_cause(n, ICR_TCP_TIMER);
}

void i82576_tcptimer_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)off;
	(void)old;
	if (val & TCPTIMER_FINISH)
		ep_timer_set(n->loop, &n->tcp_timer, UINT64_MAX);
	if (val & TCPTIMER_FINISH && val & TCPTIMER_EN)
		i82576_irq_cause(n, ICR_TCP_TIMER);
	if (val & TCPTIMER_KICKSTART)
		tcptimer_start(n, ep_now(n->loop));
}

/* ---- SYSTIM ---- */

static bool runs(const struct i82576 *n)
{
	return TIMINCA_IP(i82576_get(n, I82576_TIMINCA)) &&
	       !(i82576_get(n, I82576_TSAUXC) & TSAUXC_DISABLE_SYSTIM);
}

static uint64_t system_time(const struct i82576 *n)
{
	uint32_t inca = i82576_get(n, I82576_TIMINCA);
	uint64_t periods;

	if (!runs(n))
		return n->clock.base;
	periods = (ep_now(n->loop) - n->clock.since) / (TIMINCA_IP(inca) * NS_PER_PERIOD);
	return n->clock.base + periods * TIMINCA_IV(inca);
}

static void set_time(struct i82576 *n, uint64_t time)
{
	n->clock.base = time;
	n->clock.since = ep_now(n->loop);
}

uint32_t i82576_systiml_read(struct i82576 *n, unsigned int off)
{
	uint64_t now = system_time(n);

	(void)off;
	n->clock.latched_high = (uint32_t)(now >> 32);
	return (uint32_t)now;
}

uint32_t i82576_systimh_read(struct i82576 *n, unsigned int off)
{
	(void)off;
	return n->clock.latched_high;
}

void i82576_systim_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint64_t now = system_time(n);

	(void)old;
	if (off == I82576_SYSTIML)
		now = (now & ~0xffffffffull) | val;
	else
		now = (uint32_t)now | (uint64_t)val << 32;
	set_time(n, now);
}

/* @old counted until now. */
static void settle_with(struct i82576 *n, unsigned int reg, uint32_t old)
{
	uint32_t now = i82576_get(n, reg);

	i82576_set(n, reg, old);
	set_time(n, system_time(n));
	i82576_set(n, reg, now);
}

void i82576_timinca_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)val;
	settle_with(n, off, old);
}

/* Writing the high half adds both, as a number with a sign bit of its own. */
void i82576_timadj_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	uint64_t adjust = i82576_get(n, I82576_TIMADJL) | (uint64_t)(val & ~TIMADJH_SIGN) << 32;

	(void)off;
	(void)old;
	set_time(n, system_time(n) + (val & TIMADJH_SIGN ? -adjust : adjust));
}

void i82576_tsauxc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old)
{
	(void)val;
	settle_with(n, off, old);
}

/* ---- time stamps ---- */

static void stamp(struct i82576 *n, unsigned int control, unsigned int low)
{
	uint64_t now = system_time(n);

	i82576_set(n, low, (uint32_t)now);
	i82576_set(n, low + 4, (uint32_t)(now >> 32));
	i82576_set_bits(n, control, TSYNC_VALID);
}

/* The first stamp stays until its high half is read. */
static bool can_stamp(const struct i82576 *n, unsigned int control)
{
	return i82576_get(n, control) & TSYNC_EN && !(i82576_get(n, control) & TSYNC_VALID);
}

uint32_t i82576_stamp_high_read(struct i82576 *n, unsigned int off)
{
	i82576_clear_bits(n, off == I82576_TXSTMPH ? I82576_TSYNCTXCTL : I82576_TSYNCRXCTL,
			  TSYNC_VALID);
	return i82576_get(n, off);
}

void i82576_timestamp_tx(struct i82576 *n)
{
	if (!can_stamp(n, I82576_TSYNCTXCTL))
		return;
	stamp(n, I82576_TSYNCTXCTL, I82576_TXSTMPL);
	i82576_irq_cause(n, ICR_TIME_SYNC);
}

/* ---- which frames are stamped ---- */

#define ETHERTYPE_PTP		0x88f7
#define ETHERTYPE_IPV4		0x0800
#define PTP_EVENT_PORT		319
#define PTP_SEQUENCE		30
#define ETH_HEADER		14

enum { STAMP_L2_V2, STAMP_L4_V1, STAMP_L2_L4_V2, STAMP_ALL = 4, STAMP_EVENT_V2 };

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

/* The PTP header of a UDP packet to the port of event messages, NULL if it is none. */
static const uint8_t *udp_event(const uint8_t *frame, size_t len)
{
	const uint8_t *ip = frame + ETH_HEADER, *udp;
	size_t ihl;

	if (len < ETH_HEADER + 20 || be16(frame + 12) != ETHERTYPE_IPV4 || ip[9] != 17)
		return NULL;
	ihl = (ip[0] & 0xf) * 4u;
	udp = ip + ihl;
	if (ihl < 20 || len < ETH_HEADER + ihl + 8 || be16(udp + 2) != PTP_EVENT_PORT)
		return NULL;
	return udp + 8;
}

/* The message types that TSYNCRXCTL.Type and TSYNCRXCFG select. */
static bool wants(const struct i82576 *n, const uint8_t *ptp, size_t len, bool is_l2)
{
	uint32_t config = i82576_get(n, I82576_TSYNCRXCFG);
	unsigned int type = TSYNC_TYPE(i82576_get(n, I82576_TSYNCRXCTL));

	switch (type) {
	case STAMP_L2_V2:
		return is_l2 && len && (ptp[0] & 0xf) == (config >> 8 & 0xf);
	case STAMP_L4_V1:
		return !is_l2 && len > 32 && ptp[32] == (config & 0xff);
	case STAMP_L2_L4_V2:
		return len && (ptp[0] & 0xf) == (config >> 8 & 0xf);
	case STAMP_EVENT_V2:
		return len && (ptp[0] & 0xf) < 8;
	default:
		return type == STAMP_ALL;
	}
}

/* Sequence number and source of the message, by which software finds the packet of the stamp. */
static void store_source(struct i82576 *n, const uint8_t *ptp, size_t len)
{
	bool v1 = TSYNC_TYPE(i82576_get(n, I82576_TSYNCRXCTL)) == STAMP_L4_V1;
	const uint8_t *source = ptp + (v1 ? 22 : 20);

	if (len < PTP_SEQUENCE + 2)
		return;
	i82576_set(n, I82576_RXSATRL, be16(source + 2) << 16 | be16(source + 4));
	i82576_set(n, I82576_RXSATRH, be16(ptp + PTP_SEQUENCE) << 16 | be16(source));
}

bool i82576_timestamp_rx(struct i82576 *n, const uint8_t *frame, size_t len)
{
	bool is_l2 = len > ETH_HEADER && be16(frame + 12) == ETHERTYPE_PTP;
	const uint8_t *ptp = is_l2 ? frame + ETH_HEADER : udp_event(frame, len);

	if (!ptp || !can_stamp(n, I82576_TSYNCRXCTL) ||
	    !wants(n, ptp, (size_t)(frame + len - ptp), is_l2))
		return false;
	stamp(n, I82576_TSYNCRXCTL, I82576_RXSTMPL);
	store_source(n, ptp, (size_t)(frame + len - ptp));
	return true;
}

/* ---- life ---- */

void i82576_clock_init(struct i82576 *n)
{
	ep_timer_init(&n->tcp_timer, tcptimer_expired);
}

void i82576_clock_reset(struct i82576 *n)
{
	ep_timer_set(n->loop, &n->tcp_timer, UINT64_MAX);
	memset(&n->clock, 0, sizeof(n->clock));
	n->clock.started = ep_now(n->loop);
	n->clock.since = ep_now(n->loop);
}
