// SPDX-License-Identifier: GPL-2.0-only
#include "quota.h"

#define QUOTA_NS	1000000000ull

bool ep_quota_take(struct ep_quota *q, uint64_t now)
{
	if (now - q->since >= QUOTA_NS)
		*q = (struct ep_quota){ .since = now };
	if (q->used == EP_QUOTA)
		return false;
	q->used++;
	return true;
}
