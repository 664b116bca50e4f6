// SPDX-License-Identifier: GPL-2.0-only
/* Which frames are for this port: addresses, VLANs, length. */
#include <string.h>

#include "i82576_packet.h"

#define MAX_STANDARD	1518u	/* with the FCS, without a VLAN tag */
#define TCI_VID(tci)	((tci) & 0xfff)
#define TCI_CFI		BIT(12)

/* ---- destination address ---- */

static bool is_multicast(const uint8_t *dst)
{
	return dst[0] & 1;
}

static bool is_broadcast(const uint8_t *dst)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	return !memcmp(dst, all, sizeof(all));
}

static bool exact(const struct i82576 *n, const uint8_t *frame)
{
	for (unsigned int i = 0; i < I82576_RAR_COUNT; i++) {
		uint32_t low = i82576_get(n, I82576_RAL(i)), high = i82576_get(n, I82576_RAH(i));
		const uint8_t *addr = RAH_ASEL(high) == 1 ? frame + 6 : frame;

		if (high & RAH_AV &&
		    low == (addr[0] | (uint32_t)addr[1] << 8 | (uint32_t)addr[2] << 16 |
			    (uint32_t)addr[3] << 24) &&
		    (high & 0xffff) == (addr[4] | (uint32_t)addr[5] << 8))
			return true;
	}
	return false;
}

/* 12 bits of the end of the address, from where RCTL.MO says. */
static bool hashed(const struct i82576 *n, const uint8_t *dst, unsigned int table)
{
	unsigned int shift = 4 - RCTL_MO(i82576_get(n, I82576_RCTL));
	unsigned int bits = (dst[4] | (unsigned int)dst[5] << 8) >> (shift == 1 ? 0 : shift);

	bits &= 0xfff;
	return i82576_get(n, table + 4 * (bits >> 5)) >> (bits & 31) & 1;
}

bool i82576_filter(const struct i82576 *n, const uint8_t *frame)
{
	uint32_t rctl = i82576_get(n, I82576_RCTL);

	if (is_broadcast(frame) && rctl & RCTL_BAM)
		return true;
	if (exact(n, frame))
		return true;
	if (is_broadcast(frame))
		return rctl & RCTL_MPE && rctl & RCTL_UPE;
	if (is_multicast(frame))
		return rctl & RCTL_MPE || hashed(n, frame, I82576_MTA(0));
	return rctl & RCTL_UPE || hashed(n, frame, I82576_UTA(0));
}

/* ---- VLAN ---- */

bool i82576_filter_vlan(const struct i82576 *n, uint16_t tci)
{
	uint32_t rctl = i82576_get(n, I82576_RCTL);
	unsigned int vid = TCI_VID(tci);

	if (!(rctl & RCTL_VFE))
		return true;
	if (rctl & RCTL_CFIEN && !(tci & TCI_CFI) != !(rctl & RCTL_CFI))
		return false;
	return i82576_get(n, I82576_VFTA(vid >> 5)) >> (vid & 31) & 1;
}

/* ---- length ---- */

bool i82576_too_long(const struct i82576 *n, size_t len, bool vlan)
{
	bool lpe = i82576_get(n, I82576_RCTL) & RCTL_LPE;
	size_t max = lpe ? i82576_get(n, I82576_RLPML) & 0x3fff : MAX_STANDARD;

	if (vlan)
		max += VLAN_LEN;
	return len > (max < I82576_MAX_FRAME ? max : I82576_MAX_FRAME);
}
