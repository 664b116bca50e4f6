/* SPDX-License-Identifier: GPL-2.0-only */
/* Sessions count from 0; tests begin elsewhere, to see the sequence wrap. */
#ifndef VRC_ARQ_AT_H
#define VRC_ARQ_AT_H

#include "arq.h"

static inline void arq_start_at(struct vrc_arq *a, u32 send, u32 receive)
{
	a->snd_una += send;
	a->snd_nxt += send;
	a->snd_edge += send;
	a->free_una += send;
	a->recover += send;
	a->rack_seq += send;
	a->rcv_nxt += receive;
	a->rcv_ready += receive;
	a->rcv_told += receive;
}

#endif /* VRC_ARQ_AT_H */
