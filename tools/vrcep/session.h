/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The session of one function with its owner: TLPs of the function are bundled
 * into frames, frames are carried by the ARQ, silence ends it (the lease).
 *
 * TLPs are built straight into the last frame of the queue. All that one turn of
 * the loop has to say leaves at its end, with the ack of what has arrived.
 */
#ifndef VRCEP_SESSION_H
#define VRCEP_SESSION_H

#include <proto/arq.h>
#include <proto/tlp.h>

#include "buf.h"
#include "loop.h"

struct ep_func_core;
struct ep_station;

/*
 * Bytes that wait for the network. Above EP_BACKLOG_HIGH requests of the root
 * are left unread, so that its reads cannot pile up answers here without end;
 * models are told when it falls below EP_BACKLOG_LOW.
 */
#define EP_BACKLOG_HIGH	(256u * 1024)
#define EP_BACKLOG_LOW	(64u * 1024)

enum ep_probe_state {
	EP_PROBE_OFF,		/* the path carries what both sides take */
	EP_PROBE_SENT,
	EP_PROBE_LATER,		/* the path carries less: tried again from time to time */
};

/* How large frames may be in our direction: Documentation/wire-protocol.rst, Path MTU */
struct ep_probe {
	enum ep_probe_state state;
	struct ep_timer timer;
	uint32_t max;		/* what both sides take */
	uint32_t size;		/* of the PROBE that is out */
	uint16_t id;
	unsigned int tries;
	bool told;		/* the log knows that the path carries less */
};

/* A RELEASE of ours that has not been answered, and the session that it ended. */
struct ep_goodbye {
	struct ep_timer timer;
	uint64_t id, peer_id;
	uint8_t mac[6];
	uint16_t reason;
	unsigned int tries;	/* left */
};

struct ep_session_stats {
	uint64_t rx_tlps, tx_tlps, rx_bytes, tx_bytes;
	uint64_t bad_tlps, bad_ecrc, bad_acks;
	uint64_t leases_lost, half_open, stale, stuck, black_holes;
};

struct ep_session {
	struct ep_func_core *core;
	uint64_t id;		/* ours: frames to us carry it; 0: no session */
	uint64_t peer_id;
	uint64_t root_id;	/* of the owner, 0 if the function is free */
	uint8_t mac[6];		/* of the owner */
	char owner[VRC_NAME_LEN + 1];
	char label[VRC_LABEL_LEN + 1];
	uint32_t lease_ms;
	uint64_t since;
	uint64_t heard, sent;	/* when a valid frame has last arrived, and left */
	bool confirmed;		/* the owner has sent a frame with our id: BOUND has reached it */

	struct vrc_arq arq;
	struct ep_timer arq_timer, lease_timer;
	struct ep_idle flush;
	uint32_t una;		/* oldest frame not acked at una_at */
	uint64_t una_at;

	struct ep_buf *queue, *last;	/* not sent yet; @last may still be filled */
	size_t backlog;
	bool broken;		/* a TLP found no buffer: ends at the end of this turn */
	bool congested;		/* the model waits for dma_drained() */
	uint32_t payload;	/* size of the frames that we send */
	struct ep_probe probe;

	struct ep_buf *rx;	/* being delivered, up to rx_off */
	uint32_t rx_off;
	struct ep_buf *fresh;	/* kept by the ARQ, but its data is still in the ring */

	struct ep_goodbye goodbye;
	struct ep_session_stats stats;
};

void ep_session_init(struct ep_session *s, struct ep_func_core *core);
void ep_session_destroy(struct ep_session *s);

/* A BIND for this function; ep_bind_rx() (bind.c) has found it acceptable. */
void ep_session_start(struct ep_session *s, const uint8_t *src, const uint8_t *bind);
void ep_session_send_bound(struct ep_session *s);

/* What belongs to the session by its id and MAC: DATA, ACK, RELEASE, PROBE, PROBED. */
void ep_session_rx(struct ep_session *s, const struct vrc_frame *f);
/* A frame of the session that RELEASE has ended; false: not of that one. */
bool ep_session_rx_late(struct ep_session *s, const uint8_t *src, const struct vrc_frame *f);

/* Over at once: the function is reset and free. @tell: the peer gets a RELEASE. */
void ep_session_end(struct ep_session *s, bool tell, uint16_t reason);

static inline bool ep_session_up(const struct ep_session *s)
{
	return s->id != 0;
}

/*
 * Makes room for the TLP @t and builds its header; returns where its data goes,
 * which stays there until the end of this turn. NULL: there is no session, or it
 * is about to end for lack of memory.
 */
uint8_t *ep_session_tlp(struct ep_session *s, const struct vrc_tlp *t);
/* Bytes of TLPs that the frame being filled still takes. */
uint32_t ep_session_room(const struct ep_session *s);
/* Asks the peer for a sign of life. */
void ep_session_poke(struct ep_session *s);

/* bind.c */
void ep_bind_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f);

/* probe.c */
void ep_probe_init(struct ep_session *s);
void ep_probe_start(struct ep_session *s, uint32_t max);
void ep_probe_stop(struct ep_session *s);
void ep_probe_rx(struct ep_session *s, const struct vrc_frame *f);
void ep_probed_rx(struct ep_session *s, const struct vrc_frame *f);

#endif /* VRCEP_SESSION_H */
