// SPDX-License-Identifier: GPL-2.0-only
/*
 * D3 and what wakes from it: a change of the link or a frame that a wake up
 * filter takes. Nothing of the registers is lost in D3 (No_Soft_Reset).
 */
#include <string.h>

#include "i82576_core.h"

#define ETH_HEADER	14
#define FLEX_FILTERS	4
#define FLEX_BYTES	128

bool i82576_asleep(const struct i82576 *n)
{
	return n->asleep;
}

void i82576_power_changed(struct i82576 *n)
{
	n->asleep = !ep_in_d0(&n->func);
	i82576_irq_update(n);
	i82576_packet_kick(n);
}

/* ---- filters ---- */

static bool magic(const struct i82576 *n, const uint8_t *frame, size_t len)
{
	uint8_t pattern[6 + 16 * 6];
	uint32_t ral = i82576_get(n, I82576_RAL(0)), rah = i82576_get(n, I82576_RAH(0));

	memset(pattern, 0xff, 6);
	for (unsigned int i = 0; i < 16 * 6; i++)
		pattern[6 + i] = (uint8_t)(i % 6 < 4 ? ral >> 8 * (i % 6) : rah >> 8 * (i % 6 - 4));
	return memmem(frame, len, pattern, sizeof(pattern));
}

static bool exact(const struct i82576 *n, const uint8_t *dst)
{
	uint32_t low = dst[0] | dst[1] << 8 | dst[2] << 16 | (uint32_t)dst[3] << 24;
	uint32_t high = dst[4] | (uint32_t)dst[5] << 8;

	for (unsigned int i = 0; i < I82576_RAR_COUNT; i++) {
		uint32_t rah = i82576_get(n, I82576_RAH(i));

		if (rah & RAH_AV && i82576_get(n, I82576_RAL(i)) == low && (rah & 0xffff) == high)
			return true;
	}
	return false;
}

static unsigned int be16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static bool our_ip4(const struct i82576 *n, const uint8_t *ip)
{
	uint32_t val = ip[0] | ip[1] << 8 | ip[2] << 16 | (uint32_t)ip[3] << 24;

	for (unsigned int i = 0; i < 4; i++)
		if (i82576_get(n, I82576_IPAV) & BIT(i) && i82576_get(n, I82576_IP4AT(i)) == val)
			return true;
	return false;
}

static bool our_ip6(const struct i82576 *n, const uint8_t *ip)
{
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t val = ip[4 * i] | ip[4 * i + 1] << 8 | ip[4 * i + 2] << 16 |
			       (uint32_t)ip[4 * i + 3] << 24;

		if (i82576_get(n, I82576_IP6AT(i)) != val)
			return false;
	}
	return i82576_get(n, I82576_IPAV) & BIT(16);
}

static uint32_t by_protocol(const struct i82576 *n, const uint8_t *frame, size_t len)
{
	const uint8_t *l3 = frame + ETH_HEADER;
	unsigned int type = len >= ETH_HEADER ? be16(frame + 12) : 0;

	if (type == 0x0806 && len >= ETH_HEADER + 28 && be16(l3 + 6) == 1 && our_ip4(n, l3 + 24))
		return WU_ARP;
	if (type == 0x0800 && len >= ETH_HEADER + 20 && our_ip4(n, l3 + 16))
		return WU_IPV4;
	if (type == 0x86dd && len >= ETH_HEADER + 40 && our_ip6(n, l3 + 24))
		return WU_IPV6;
	return 0;
}

/* Byte i is compared if bit i % 8 of the mask of its 8 bytes is set. */
static bool flex(const struct i82576 *n, unsigned int filter, const uint8_t *frame, size_t len)
{
	size_t want = i82576_get(n, I82576_FFLT(filter)) & 0x7ff;

	if (!want || len < want)
		return false;
	for (unsigned int i = 0; i < want && i < FLEX_BYTES; i++) {
		uint32_t mask = i82576_get(n, I82576_FFMT(i)) >> filter;
		uint32_t val = i82576_get(n, I82576_FFVT(i)) >> 8 * filter;

		if (mask & 1 && (uint8_t)val != frame[i])
			return false;
	}
	return true;
}

static uint32_t by_address(const struct i82576 *n, const uint8_t *dst)
{
	if ((dst[0] & dst[1] & dst[2] & dst[3] & dst[4] & dst[5]) == 0xff)
		return WU_BC;
	if (dst[0] & 1)
		return i82576_filter(n, dst) ? WU_MC : 0;
	return exact(n, dst) ? WU_EX : 0;
}

/* Magic packets wake too when only the NVM says so: nobody has to have set a filter. */
static uint32_t wanted(const struct i82576 *n)
{
	uint32_t wuc = i82576_get(n, I82576_WUC), wufc = i82576_get(n, I82576_WUFC);

	if (!(wuc & WUC_PME_EN) && !ep_pme_enabled(&n->func))
		return 0;
	return wufc | (wuc & WUC_APME ? WU_MAG : 0);
}

static uint32_t matches(const struct i82576 *n, const uint8_t *frame, size_t len)
{
	uint32_t hits = by_address(n, frame) | by_protocol(n, frame, len);

	if (magic(n, frame, len))
		hits |= WU_MAG;
	for (unsigned int i = 0; i < FLEX_FILTERS; i++)
		if (flex(n, i, frame, len))
			hits |= WU_FLX(i);
	return hits & wanted(n);
}

/* ---- waking ---- */

/* The first reason is what WUS, WUPL and WUPM are about, until software clears it. */
static void keep_packet(struct i82576 *n, const uint8_t *frame, size_t len)
{
	uint8_t head[I82576_WUPM_BYTES] = { 0 };

	memcpy(head, frame, len < sizeof(head) ? len : sizeof(head));
	for (unsigned int i = 0; i < I82576_WUPM_BYTES / 4; i++)
		i82576_set(n, I82576_WUPM(i), head[4 * i] | head[4 * i + 1] << 8 |
			   head[4 * i + 2] << 16 | (uint32_t)head[4 * i + 3] << 24);
	i82576_set(n, I82576_WUPL, (uint32_t)len);
}

static void wake_up(struct i82576 *n, uint32_t reason)
{
	i82576_set_bits(n, I82576_WUS, reason);
	i82576_set_bits(n, I82576_WUC, WUC_PME_STATUS);
	ep_pme(&n->func);
}

void i82576_wake(struct i82576 *n, const uint8_t *frame, size_t len)
{
	uint32_t reason;

	if (len < ETH_HEADER)
		return;
	reason = matches(n, frame, len);
	if (!reason)
		return;
	if (!i82576_get(n, I82576_WUS))
		keep_packet(n, frame, len);
	wake_up(n, reason);
}

void i82576_wake_by_link(struct i82576 *n)
{
	if (n->asleep && wanted(n) & WU_LNKC)
		wake_up(n, WU_LNKC);
}
