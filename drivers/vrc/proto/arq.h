/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ARQ of one session, both directions: exactly once, in order.
 * Selective repeat with SACK, RTO after RFC 6298, loss detection by send time
 * (as RACK, RFC 8985) with a reordering window that adapts, a congestion window that
 * halves on loss and grows again, delayed acks.
 *
 * A state machine only: no allocation, no clock, no I/O, no lock. Times are
 * nanoseconds of any monotonic clock, given by the caller. Frames are opaque
 * pointers that the caller owns; the machine only remembers them. The caller
 * serializes all calls on one struct vrc_arq.
 *
 * Sender:   vrc_arq_can_send() -> vrc_arq_send() -> transmit.
 *           after every vrc_arq_rx() and vrc_arq_timer():
 *           vrc_arq_pop_acked() until NULL: these frames are done, free them;
 *           vrc_arq_pop_lost() until NULL: transmit these again;
 *           then new frames.
 * Receiver: vrc_arq_rx() tells what to do with the frame;
 *           vrc_arq_pop_ready() until NULL: deliver these, in order. Who leaves
 *           frames there closes the window, and so holds back the peer.
 * Both:     vrc_arq_stamp() completes the header of every DATA and ACK that
 *           leaves (first time and again) and notes that the ack has gone out;
 *           vrc_arq_ack_due() says that an ACK must leave now: ask it after the
 *           frames above have left, they carry acks too;
 *           vrc_arq_deadline() is when vrc_arq_timer() wants to be called.
 */
#ifndef VRC_PROTO_ARQ_H
#define VRC_PROTO_ARQ_H

#include "frame.h"

#define VRC_ARQ_SLOTS		VRC_MAX_WINDOW
#define VRC_ARQ_NEVER		(~(u64)0)

struct vrc_arq_slot {
	void	*frame;		/* NULL once returned by vrc_arq_pop_acked() */
	u64	first;		/* time of the first transmission */
	u64	sent;		/* time of the last one */
	u8	tries;		/* transmissions less those reported as needless */
};

struct vrc_arq_config {
	u32	window;		/* own receive window, 1 to VRC_MAX_WINDOW */
	u32	peer_window;
	u32	ack_delay_ns;
	u32	peer_ack_delay_ns;
	u32	rto_max_ns;	/* 0: one second */
};

struct vrc_arq_stats {
	u64	tx_frames;	/* DATA sent for the first time */
	u64	tx_again;	/* retransmissions, of which: */
	u64	tx_fast;	/* found lost by send time */
	u64	tx_rto;		/* expiries of the RTO */
	u64	spurious;	/* retransmissions that the peer had no need of */
	u64	rx_frames;	/* DATA received, of which: */
	u64	rx_dup;		/* received before */
	u64	rx_held;	/* ahead of a hole */
	u64	rx_outside;	/* beyond the window */
};

/* Bitmaps of the sender have frame seq at bit seq % VRC_ARQ_SLOTS. */
struct vrc_arq {
	struct vrc_arq_config cfg;
	/* sender */
	u32	snd_una;	/* oldest sequence not acked */
	u32	snd_nxt;	/* next new sequence */
	u32	snd_edge;	/* the peer takes frames below this */
	u32	free_una;	/* oldest frame not yet returned by vrc_arq_pop_acked() */
	u64	tx_sacked;	/* arrived behind a hole */
	u64	tx_lost;	/* to be transmitted again */
	u64	tx_again;	/* transmitted again, not acked */
	u32	cwnd;		/* frames, with cwnd_part / cwnd its fraction */
	u32	cwnd_part;
	u32	ssthresh;
	u32	recover;	/* loss below this has been answered already */
	u32	undo_cwnd;	/* cwnd before that loss, and */
	u32	undo_left;	/* retransmissions since then not known to be needless */
	u32	unasked;	/* frames sent since one asked for an ack */
	u32	backoff;	/* the RTO has doubled so often */
	u64	srtt, rttvar, rto;
	u64	min_rtt;
	u64	rack_sent;	/* of the frames delivered the one sent last: when, */
	u64	rack_rtt;	/* its round trip */
	u32	rack_seq;	/* and its sequence */
	u64	reo_wnd;	/* how much later an older frame may arrive, ns */
	u64	rto_at;		/* RTO expiry or VRC_ARQ_NEVER */
	u64	rack_at;	/* reordering timer or VRC_ARQ_NEVER */
	bool	probe;		/* the window is closed: ask whether it still is */
	struct vrc_arq_slot tx[VRC_ARQ_SLOTS];
	/* receiver */
	u32	rcv_nxt;	/* next sequence expected */
	u32	rcv_ready;	/* next sequence that vrc_arq_pop_ready() returns */
	u32	rcv_told;	/* end of the window that the peer has been told */
	u64	rcv_map;	/* bit i: rcv_nxt + 1 + i has arrived */
	u32	ack_pending;	/* frames received and not acked */
	u32	dup_seq;	/* came twice, valid if dup */
	u64	ack_at;		/* delayed ack expiry or VRC_ARQ_NEVER */
	bool	ack_now;
	bool	ack_late;	/* the pending ack goes out by timer */
	bool	dup;
	void	*rx[VRC_ARQ_SLOTS];

	struct vrc_arq_stats stats;
};

void vrc_arq_init(struct vrc_arq *a, const struct vrc_arq_config *cfg);

/* Is there room in both windows? vrc_arq_send() must not be called otherwise. */
bool vrc_arq_can_send(const struct vrc_arq *a);
/* Notes @frame as sent at @now and returns its sequence. */
u32 vrc_arq_send(struct vrc_arq *a, void *frame, u64 now);
/* Frames sent and not acked. */
u32 vrc_arq_in_flight(const struct vrc_arq *a);

enum vrc_arq_verdict {
	VRC_ARQ_NO_DATA,	/* an ACK: nothing to keep */
	VRC_ARQ_KEPT,		/* the machine keeps @frame: pop_ready() will return it */
	VRC_ARQ_DUPLICATE,	/* the caller frees @frame */
	VRC_ARQ_OUTSIDE,	/* beyond the window: the caller frees @frame */
	VRC_ARQ_BAD_ACK,	/* acks what was never sent: drop the frame, count it */
};

/*
 * A DATA frame (@frame not NULL) or an ACK (@frame NULL) with header @f has
 * arrived at @now. With VRC_ARQ_BAD_ACK nothing has changed.
 */
enum vrc_arq_verdict vrc_arq_rx(struct vrc_arq *a, const struct vrc_frame *f,
				void *frame, u64 now);

void *vrc_arq_pop_ready(struct vrc_arq *a);
void *vrc_arq_pop_acked(struct vrc_arq *a);
/* The next frame to transmit again, its sequence in *@seq; counts as sent at @now. */
void *vrc_arq_pop_lost(struct vrc_arq *a, u32 *seq, u64 now);

/*
 * Fills window, ack, sack and the flags of @f, whose kind is DATA or ACK, and of
 * DATA seq is set. VRC_FLAG_ACK_REQ stays if the caller has set it.
 */
void vrc_arq_stamp(struct vrc_arq *a, struct vrc_frame *f);
bool vrc_arq_ack_due(const struct vrc_arq *a);

u64 vrc_arq_deadline(const struct vrc_arq *a);
void vrc_arq_timer(struct vrc_arq *a, u64 now);

/*
 * Ends the session: returns every frame that the machine still holds, one a
 * call, sent or received, until NULL.
 */
void *vrc_arq_drain(struct vrc_arq *a);

#endif /* VRC_PROTO_ARQ_H */
