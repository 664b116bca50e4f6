// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ARQ of one session (see arq.h).
 *
 * How loss is found: every delivery tells that all frames sent earlier than the
 * one delivered are late. A frame that is later than the round trip just seen
 * plus reo_wnd is lost. reo_wnd is what the path itself has shown: each frame
 * that arrives behind younger ones, and each retransmission that the peer reports
 * as needless, widens it to that lateness; each loss narrows it a little. It
 * stays below half an RTO, so reordering never outlasts the last resort.
 *
 * The last frames of a burst have nothing behind them that could show their
 * loss. They wait for the RTO, which is kept short for this: a small multiple of the
 * round trip and the peer's ack delay.
 */
#include "arq.h"

#define NS_PER_MS	1000000ULL
#define RTO_INITIAL	(20 * NS_PER_MS)
#define RTO_MIN		(2 * NS_PER_MS)
#define RTO_MAX		(1000 * NS_PER_MS)
#define RTT_GRAIN	(1 * NS_PER_MS)
#define MAX_BACKOFF	16
#define CWND_INITIAL	16
#define CWND_MIN	2
#define ACK_EVERY	16

/* What one ack has delivered. */
struct delivery {
	u32	nr;
	u64	rtt;		/* of the frame sent last of all, if it is among them */
	u64	late;		/* longest of those sent before that one */
	bool	again;		/* there is a retransmission among them */
};

static bool before(u32 a, u32 b)
{
	return (s32)(a - b) < 0;
}

static u64 bit_of(u32 seq)
{
	return BIT_ULL(seq % VRC_ARQ_SLOTS);
}

static struct vrc_arq_slot *slot_of(struct vrc_arq *a, u32 seq)
{
	return &a->tx[seq % VRC_ARQ_SLOTS];
}

void vrc_arq_init(struct vrc_arq *a, const struct vrc_arq_config *cfg)
{
	memset(a, 0, sizeof(*a));
	a->cfg = *cfg;
	if (!a->cfg.rto_max_ns)
		a->cfg.rto_max_ns = RTO_MAX;
	a->snd_edge = cfg->peer_window;
	a->rcv_told = cfg->window;
	a->cwnd = CWND_INITIAL;
	a->ssthresh = VRC_ARQ_SLOTS;
	a->rto = min_t(u64, RTO_INITIAL, a->cfg.rto_max_ns);
	a->rto_at = VRC_ARQ_NEVER;
	a->rack_at = VRC_ARQ_NEVER;
	a->ack_at = VRC_ARQ_NEVER;
}

/*
 * Sender: what is in flight
 */

u32 vrc_arq_in_flight(const struct vrc_arq *a)
{
	return a->snd_nxt - a->snd_una;
}

/* Frames that are on the way as far as we know: what cwnd limits. */
static u32 on_the_way(const struct vrc_arq *a)
{
	u64 off = a->tx_sacked | a->tx_lost;

	/* Nearly always none, and to count bits is a call where no instruction does it */
	return vrc_arq_in_flight(a) - (off ? hweight64(off) : 0);
}

static bool window_closed(const struct vrc_arq *a)
{
	return !before(a->snd_nxt, a->snd_edge);
}

bool vrc_arq_can_send(const struct vrc_arq *a)
{
	if (window_closed(a) || a->snd_nxt - a->free_una >= VRC_ARQ_SLOTS)
		return false;
	/* What is lost goes first */
	return on_the_way(a) + (a->tx_lost ? hweight64(a->tx_lost) : 0) < a->cwnd;
}

static void arm_rto(struct vrc_arq *a, u64 now)
{
	if (vrc_arq_in_flight(a) || window_closed(a))
		a->rto_at = now + min_t(u64, a->rto << a->backoff, a->cfg.rto_max_ns);
	else
		a->rto_at = VRC_ARQ_NEVER;
}

u32 vrc_arq_send(struct vrc_arq *a, void *frame, u64 now)
{
	u32 seq = a->snd_nxt++;
	struct vrc_arq_slot *slot = slot_of(a, seq);

	slot->frame = frame;
	slot->first = now;
	slot->sent = now;
	slot->tries = 1;
	a->stats.tx_frames++;
	if (vrc_arq_in_flight(a) == 1)
		arm_rto(a, now);
	return seq;
}

void *vrc_arq_pop_acked(struct vrc_arq *a)
{
	struct vrc_arq_slot *slot = slot_of(a, a->free_una);
	void *frame = slot->frame;

	if (a->free_una == a->snd_una)
		return NULL;
	a->free_una++;
	slot->frame = NULL;
	return frame;
}

static u32 first_lost(const struct vrc_arq *a)
{
	u32 seq = a->snd_una;

	while (!(a->tx_lost & bit_of(seq)))
		seq++;
	return seq;
}

void *vrc_arq_pop_lost(struct vrc_arq *a, u32 *seq, u64 now)
{
	struct vrc_arq_slot *slot;

	if (!a->tx_lost || on_the_way(a) >= a->cwnd)
		return NULL;
	*seq = first_lost(a);
	slot = slot_of(a, *seq);
	slot->sent = now;
	if (slot->tries < 255)
		slot->tries++;
	a->tx_lost &= ~bit_of(*seq);
	a->tx_again |= bit_of(*seq);
	a->undo_left++;
	a->stats.tx_again++;
	arm_rto(a, now);
	return slot->frame;
}

/*
 * Sender: round trip and reordering
 */

static void set_rto(struct vrc_arq *a)
{
	u64 rto = a->srtt + max_t(u64, 4 * a->rttvar, RTT_GRAIN) + a->cfg.peer_ack_delay_ns;

	rto = max_t(u64, rto, RTO_MIN);
	a->rto = min_t(u64, rto, a->cfg.rto_max_ns);
	a->reo_wnd = min(max(a->reo_wnd, a->min_rtt / 4), a->rto / 2);
}

static void update_rto(struct vrc_arq *a, u64 rtt)
{
	u64 err = rtt > a->srtt ? rtt - a->srtt : a->srtt - rtt;

	if (!a->srtt) {
		a->srtt = rtt;
		a->rttvar = rtt / 2;
	} else {
		a->rttvar = a->rttvar - (a->rttvar >> 2) + (err >> 2);
		a->srtt = a->srtt - (a->srtt >> 3) + (rtt >> 3);
	}
	if (!a->min_rtt || rtt < a->min_rtt)
		a->min_rtt = rtt;
	set_rto(a);
}

/*
 * A frame that was sent again needlessly took at most @rtt. Delayed acks are no
 * samples, so a peer whose timers are late is known by this alone (as RFC 4015).
 */
static void saw_needless(struct vrc_arq *a, u64 rtt)
{
	a->rttvar = max_t(u64, a->rttvar, min_t(u64, rtt, a->cfg.rto_max_ns) / 4);
	set_rto(a);
}

/*
 * A frame has arrived @rtt after it was sent, where others take @usual. What is later
 * than any reordering window may be tells of lost acks, not of the path.
 */
static void saw_late(struct vrc_arq *a, u64 rtt, u64 usual)
{
	u64 late = rtt > usual ? rtt - usual : 0;

	if (late <= a->rto / 2)
		a->reo_wnd = max(a->reo_wnd, min(late + late / 4, a->rto / 2));
}

static bool sent_before_rack(const struct vrc_arq *a, const struct vrc_arq_slot *slot, u32 seq)
{
	if (slot->sent == a->rack_sent)
		return before(seq, a->rack_seq);
	return slot->sent < a->rack_sent;
}

static void deliver(struct vrc_arq *a, u32 seq, struct delivery *d, u64 now)
{
	struct vrc_arq_slot *slot = slot_of(a, seq);
	u64 rtt = max_t(u64, now - slot->sent, 1);

	d->nr++;
	if (slot->tries > 1 && rtt < a->min_rtt)
		return;		/* too early for the last transmission: of which, then? */
	if (!sent_before_rack(a, slot, seq)) {
		a->rack_sent = slot->sent;
		a->rack_seq = seq;
		d->rtt = rtt;
		d->again |= slot->tries > 1;
	} else if (slot->tries == 1) {
		d->late = max(d->late, rtt);
	}
}

/*
 * The peer has acked because the frame that we sent last has arrived, or a late one.
 * With a retransmission among them nobody knows how long the others have waited
 * for an ack that came through, nor which transmission it was that arrived.
 */
static void measure(struct vrc_arq *a, const struct delivery *d)
{
	if (d->rtt)
		a->rack_rtt = d->rtt;
	if (d->again)
		return;
	if (d->late)
		saw_late(a, d->late, a->rack_rtt);
	if (d->rtt || d->late)
		update_rto(a, d->rtt ? d->rtt : d->late);
}

/*
 * Sender: loss and congestion
 */

static void grow_cwnd(struct vrc_arq *a, u32 nr)
{
	if (a->cwnd < a->ssthresh) {
		a->cwnd = min(a->cwnd + nr, a->ssthresh);
		return;
	}
	a->cwnd_part += nr;
	if (a->cwnd_part >= a->cwnd && a->cwnd < VRC_ARQ_SLOTS) {
		a->cwnd_part -= a->cwnd;
		a->cwnd++;
	}
	a->cwnd_part = min(a->cwnd_part, a->cwnd);
}

/* Frame @seq is lost: once a window, send half as much from now on. */
static void answer_loss(struct vrc_arq *a, u32 seq)
{
	if (before(seq, a->recover))
		return;
	a->recover = a->snd_nxt;
	a->undo_cwnd = a->cwnd;
	a->undo_left = 0;
	a->ssthresh = max_t(u32, a->cwnd / 2, CWND_MIN);
	a->cwnd = a->ssthresh;
	a->cwnd_part = 0;
	if (a->reo_wnd > a->min_rtt / 4)
		a->reo_wnd -= (a->reo_wnd - a->min_rtt / 4) / 16;
}

static void mark_lost(struct vrc_arq *a, u32 seq)
{
	a->tx_lost |= bit_of(seq);
	answer_loss(a, seq);
}

static bool unsettled(const struct vrc_arq *a, u32 seq)
{
	return !((a->tx_sacked | a->tx_lost) & bit_of(seq));
}

/* Marks frames that are overdue, and sets the timer for those that soon will be. */
static void find_lost(struct vrc_arq *a, u64 now)
{
	struct vrc_arq_slot *slot;
	u64 due;
	u32 seq;

	a->rack_at = VRC_ARQ_NEVER;
	if (!(a->tx_sacked | a->tx_again))
		return;		/* delivered in the order sent */
	for (seq = a->snd_una; seq != a->snd_nxt; seq++) {
		slot = slot_of(a, seq);
		if (!unsettled(a, seq) || !sent_before_rack(a, slot, seq))
			continue;
		due = slot->sent + a->rack_rtt + a->reo_wnd;
		if (now >= due) {
			mark_lost(a, seq);
			a->stats.tx_fast++;
		} else {
			a->rack_at = min(a->rack_at, due);
		}
	}
}

/* The oldest frame is lost, and all that were sent about when it was. */
static void expire_rto(struct vrc_arq *a, u64 now)
{
	bool first = true;
	u32 seq;

	if (a->backoff < MAX_BACKOFF)
		a->backoff++;
	if (!vrc_arq_in_flight(a))
		a->probe = true;	/* only the window keeps us */
	for (seq = a->snd_una; seq != a->snd_nxt; seq++) {
		if (!unsettled(a, seq))
			continue;
		if (first || slot_of(a, seq)->sent + a->rack_rtt + a->reo_wnd <= now)
			mark_lost(a, seq);
		first = false;
	}
	if (!first) {
		a->stats.tx_rto++;
		a->cwnd = 1;
	}
	arm_rto(a, now);
}

/*
 * The peer has got @seq twice. If we sent it twice that was once too often:
 * the path is slower than we thought. A loss that was none costs no window.
 */
static void take_dup_report(struct vrc_arq *a, u32 seq, u64 now)
{
	struct vrc_arq_slot *slot = slot_of(a, seq);

	if (a->snd_nxt - 1 - seq >= VRC_ARQ_SLOTS || slot->tries < 2)
		return;
	/* Sent more often, the time is that of our own patience */
	if (slot->tries == 2)
		saw_needless(a, now - slot->first);
	slot->tries--;
	a->stats.spurious++;
	/* rack_rtt may be of this very frame, and of the wrong transmission */
	saw_late(a, now - slot->first, a->min_rtt);
	if (!a->undo_left || --a->undo_left)
		return;
	a->cwnd = max(a->cwnd, a->undo_cwnd);
	a->ssthresh = max(a->ssthresh, a->undo_cwnd);
}

/*
 * Sender: acks
 */

static bool ack_possible(const struct vrc_arq *a, const struct vrc_frame *f)
{
	return !before(a->snd_nxt, f->ack) &&
	       (!f->sack || !before(a->snd_nxt, f->ack + 1 + fls64(f->sack)));
}

static void take_cumulative(struct vrc_arq *a, u32 ack, struct delivery *d, u64 now)
{
	for (; before(a->snd_una, ack); a->snd_una++) {
		if (!(a->tx_sacked & bit_of(a->snd_una)))
			deliver(a, a->snd_una, d, now);
		a->tx_sacked &= ~bit_of(a->snd_una);
		a->tx_lost &= ~bit_of(a->snd_una);
		a->tx_again &= ~bit_of(a->snd_una);
	}
	if (before(a->recover, a->snd_una))
		a->recover = a->snd_una;
}

static void take_sack(struct vrc_arq *a, const struct vrc_frame *f, struct delivery *d, u64 now)
{
	u64 map = f->sack;
	u32 seq;

	for (; map; map &= map - 1) {
		seq = f->ack + 1 + __ffs64(map);
		if (a->tx_sacked & bit_of(seq))
			continue;
		deliver(a, seq, d, now);
		a->tx_sacked |= bit_of(seq);
		a->tx_lost &= ~bit_of(seq);
	}
}

static void take_window(struct vrc_arq *a, const struct vrc_frame *f)
{
	u32 edge = f->ack + min_t(u32, f->window, VRC_MAX_WINDOW);

	if (!before(a->snd_edge, edge))
		return;
	a->snd_edge = edge;
	a->probe = false;
	if (!vrc_arq_in_flight(a)) {
		a->backoff = 0;
		a->rto_at = VRC_ARQ_NEVER;
	}
}

static void take_ack(struct vrc_arq *a, const struct vrc_frame *f, u64 now)
{
	struct delivery d = { 0 };
	u32 sent = on_the_way(a);

	if (before(f->ack, a->snd_una))
		return;		/* overtaken by a younger one, which told more */
	take_cumulative(a, f->ack, &d, now);
	take_sack(a, f, &d, now);
	if (!(f->flags & VRC_FLAG_ACK_DELAYED))
		measure(a, &d);
	if (d.nr) {
		/* Who does not fill the window learns nothing about it */
		if (sent * 2 >= a->cwnd)
			grow_cwnd(a, d.nr);
		a->backoff = 0;
		arm_rto(a, now);
	}
	take_window(a, f);
	find_lost(a, now);
}

/*
 * Receiver
 */

static u32 ack_every(const struct vrc_arq *a)
{
	return min_t(u32, ACK_EVERY, max_t(u32, a->cfg.window / 2, 1));
}

/* @frame has arrived at its place: what follows it without a hole is ready too. */
static void advance(struct vrc_arq *a)
{
	a->rcv_nxt++;
	while (a->rcv_map & 1) {
		a->rcv_map >>= 1;
		a->rcv_nxt++;
	}
	a->rcv_map >>= 1;
}

static enum vrc_arq_verdict reject_dup(struct vrc_arq *a, u32 seq)
{
	a->stats.rx_dup++;
	a->ack_now = true;
	a->dup = true;
	a->dup_seq = seq;
	return VRC_ARQ_DUPLICATE;
}

static void schedule_ack(struct vrc_arq *a, bool now_due, u64 now)
{
	a->ack_late = false;
	a->ack_pending++;
	if (now_due || a->ack_pending >= ack_every(a) || !a->cfg.ack_delay_ns)
		a->ack_now = true;
	else if (a->ack_at == VRC_ARQ_NEVER)
		a->ack_at = now + a->cfg.ack_delay_ns;
}

static enum vrc_arq_verdict take_data(struct vrc_arq *a, u32 seq, void *frame, u64 now)
{
	u32 ahead = seq - a->rcv_nxt;
	bool hole = a->rcv_map;

	a->stats.rx_frames++;
	if (before(seq, a->rcv_nxt))
		return reject_dup(a, seq);
	if (seq - a->rcv_ready >= a->cfg.window) {
		a->stats.rx_outside++;
		a->ack_now = true;
		return VRC_ARQ_OUTSIDE;
	}
	if (ahead) {
		if (a->rcv_map >> (ahead - 1) & 1)
			return reject_dup(a, seq);
		a->rcv_map |= BIT_ULL(ahead - 1);
		a->stats.rx_held++;
		hole = true;
	} else {
		advance(a);
	}
	a->rx[seq % VRC_ARQ_SLOTS] = frame;
	/* The sender must learn at once of holes, and of their end */
	schedule_ack(a, hole, now);
	return VRC_ARQ_KEPT;
}

enum vrc_arq_verdict vrc_arq_rx(struct vrc_arq *a, const struct vrc_frame *f,
				void *frame, u64 now)
{
	if (!ack_possible(a, f))
		return VRC_ARQ_BAD_ACK;
	if (!frame && f->flags & VRC_FLAG_DUP)
		take_dup_report(a, f->seq, now);
	take_ack(a, f, now);
	if (f->flags & VRC_FLAG_ACK_REQ) {
		a->ack_now = true;
		a->ack_late = false;
	}
	return frame ? take_data(a, f->seq, frame, now) : VRC_ARQ_NO_DATA;
}

void *vrc_arq_pop_ready(struct vrc_arq *a)
{
	void **slot = &a->rx[a->rcv_ready % VRC_ARQ_SLOTS];
	void *frame = *slot;
	u32 opened;

	if (a->rcv_ready == a->rcv_nxt)
		return NULL;
	a->rcv_ready++;
	*slot = NULL;
	/* A peer that stands before a closed window must hear that it is open */
	opened = a->rcv_ready + a->cfg.window - a->rcv_told;
	if (a->rcv_told == a->rcv_nxt || opened >= max_t(u32, a->cfg.window / 2, 1))
		a->ack_now = true;
	return frame;
}

/*
 * Both
 */

/* A sender with a small window cannot wait for the peer to ack by count. */
static bool wants_ack(struct vrc_arq *a, u32 seq)
{
	/* Alone on its way: the answer to the one before has acked all */
	a->unasked = vrc_arq_in_flight(a) > 1 ? a->unasked + 1 : 1;
	return slot_of(a, seq)->tries > 1 || a->unasked >= max_t(u32, a->cwnd / 2, 1);
}

static void stamp_ack(struct vrc_arq *a, struct vrc_frame *f)
{
	if (a->probe)
		f->flags |= VRC_FLAG_ACK_REQ;
	if (a->dup) {
		f->flags |= VRC_FLAG_DUP;
		f->seq = a->dup_seq;
	}
	a->probe = false;
	a->dup = false;
}

void vrc_arq_stamp(struct vrc_arq *a, struct vrc_frame *f)
{
	f->ack = a->rcv_nxt;
	f->sack = a->rcv_map;
	a->rcv_told = a->rcv_ready + a->cfg.window;
	f->window = (u16)(a->rcv_told - a->rcv_nxt);
	f->flags &= VRC_FLAG_ACK_REQ;
	if (a->ack_late)
		f->flags |= VRC_FLAG_ACK_DELAYED;
	if (f->kind != VRC_KIND_DATA)
		stamp_ack(a, f);
	else if (wants_ack(a, f->seq))
		f->flags |= VRC_FLAG_ACK_REQ;
	if (f->flags & VRC_FLAG_ACK_REQ)
		a->unasked = 0;
	a->ack_pending = 0;
	a->ack_at = VRC_ARQ_NEVER;
	a->ack_now = false;
	a->ack_late = false;
}

bool vrc_arq_ack_due(const struct vrc_arq *a)
{
	return a->ack_now || a->dup || a->probe;
}

u64 vrc_arq_deadline(const struct vrc_arq *a)
{
	return min(min(a->rto_at, a->rack_at), a->ack_at);
}

void vrc_arq_timer(struct vrc_arq *a, u64 now)
{
	if (now >= a->ack_at) {
		a->ack_at = VRC_ARQ_NEVER;
		a->ack_late = !a->ack_now;
		a->ack_now = true;
	}
	if (now >= a->rack_at)
		find_lost(a, now);
	if (now >= a->rto_at)
		expire_rto(a, now);
}

static void *take_any(void **frame)
{
	void *found = *frame;

	*frame = NULL;
	return found;
}

void *vrc_arq_drain(struct vrc_arq *a)
{
	void *frame = NULL;
	u32 i;

	a->snd_una = a->snd_nxt;
	a->snd_edge = a->snd_nxt;
	a->free_una = a->snd_nxt;
	a->rcv_ready = a->rcv_nxt;
	a->rcv_map = 0;
	a->tx_sacked = 0;
	a->tx_lost = 0;
	a->tx_again = 0;
	a->rto_at = VRC_ARQ_NEVER;
	a->rack_at = VRC_ARQ_NEVER;
	a->ack_at = VRC_ARQ_NEVER;
	for (i = 0; i < VRC_ARQ_SLOTS && !frame; i++) {
		frame = take_any(&a->tx[i].frame);
		if (!frame)
			frame = take_any(&a->rx[i]);
	}
	return frame;
}
