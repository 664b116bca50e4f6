/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How often something is done that strangers ask for.
 */
#ifndef VRCEP_QUOTA_H
#define VRCEP_QUOTA_H

#include <stdbool.h>
#include <stdint.h>

/* Answers to strangers: no more a second than a network in order ever needs. */
#define EP_QUOTA	100

struct ep_quota {
	uint64_t since;		/* start of the period, ns */
	unsigned int used;
};

/* May it be done at @now? */
bool ep_quota_take(struct ep_quota *q, uint64_t now);

#endif /* VRCEP_QUOTA_H */
