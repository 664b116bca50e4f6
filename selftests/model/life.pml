/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What becomes of what is sent in a session: one session, posted TLPs from one
 * end to the other. Documentation/model.rst tells what is checked and how;
 * "spec" below is Documentation/wire-protocol.rst.
 *
 * At first the network loses, repeats and reorders frames as it likes, and each
 * end can find its lease over or be told to end at any time. Then, at any moment, the
 * network becomes one of those of "mtype = { chaos ..." for ever, and a clock begins
 * to tick, only when nothing else can happen: now leases are measured.
 */
#ifndef FRAMES
#define FRAMES		2	/* of DATA: a TLP each */
#endif
#define WINDOW		2
#define LEASE		2	/* ticks: a tick is the longest time between keepalives, and an RTO */
#define RELEASES	3	/* spec "The root", "The station": three in all */
#define TICKS		12	/* more than all that may take to come to an end */

#define SENDER		0
#define RECEIVER	1

mtype = { chaos, good, cut, to_receiver_only, to_sender_only, small_only };
mtype = { DATA, ACK, POKE, RELEASE, STALE };	/* POKE: an ACK with ACK_REQ */

/* The properties. Never changed: so that the text of an assertion that fails names its property. */
bool once = true, ends = true, kept = true, own_data = true, own_end = true;
#define MUST(property, cond)	assert(property && (cond))

mtype network = chaos;
bool was_up;			/* both ends, when the chaos ended */
bool up[2] = true;
byte releases[2];		/* still to be sent by an end that is dead */
byte silent[2];			/* ticks since a frame was heard */
byte stuck;			/* ticks since one was acknowledged */
byte unacked, next;		/* the sender: spec "Sender" */
byte sacked;			/* bit i: unacked + 1 + i */
byte expected;			/* the receiver: spec "Receiver"; what it has delivered */
byte held;			/* bit i: expected + 1 + i is here */
byte ticks;

/* Kind, whether it is of this session and not of one before, seq or ack, sack */
chan to[2] = [2] of { mtype, bool, byte, byte };

/* A full channel is a network that loses. */
#define SEND(end, kind, a, b) \
	if \
	:: nfull(to[end]) -> to[end]!kind, true, a, b \
	:: full(to[end]) \
	fi

#define COMPLETE	(unacked == FRAMES && expected == FRAMES)
#define SETTLED		((up[0] && up[1] && COMPLETE) || (!up[0] && !up[1]))

/* ---- the ends of a session ---- */

/* "tell": spec "The root" and "The station", all that ends by a RELEASE */
inline die(me, tell)
{
	up[me] = false;
	silent[me] = 0;
	if
	:: tell -> releases[me] = RELEASES
	:: else
	fi
}

inline say_release(me)
{
	if
	:: releases[me] ->
		releases[me]--;
		SEND(1 - me, RELEASE, 0, 0)
	:: else
	fi
}

/* spec "RELEASE", "STALE": only who has seen our frames knows the id */
inline end_by_peer(me)
{
	if
	:: up[me] ->
		MUST(own_end, !up[1 - me]);
		die(me, false)
	:: else ->
		releases[me] = 0
	fi
}

/* ---- spec "Sender" ---- */

#define MAY_SEND	(up[SENDER] && next < FRAMES && next < unacked + WINDOW)
#define IS_SACKED(i)	(i > unacked && sacked >> (i - unacked - 1) & 1)

/* The oldest that has not arrived: RTO; any that has not: loss decided by time */
inline send_again(i)
{
#ifdef WITHOUT_RESEND
	skip
#else
	SEND(RECEIVER, DATA, i, 0)
#endif
}

inline sender_takes_ack(ack, sack)
{
	if
	:: ack > next ->
		skip			/* never sent: the frame is dropped whole */
	:: ack <= next && ack >= unacked ->
		if
		:: ack > unacked -> stuck = 0
		:: else
		fi;
		unacked = ack;
		sacked = sack
	:: else				/* old: changes nothing */
	fi
}

/* ---- spec "Receiver" ---- */

inline deliver(seq)
{
	MUST(once, seq == expected);
	expected++
}

inline receiver_takes(seq)
{
	if
	:: seq == expected ->
		deliver(seq);
		do
		:: held & 1 -> deliver(expected); held = held >> 1
		:: else -> break
		od;
		held = held >> 1
#ifdef WITHOUT_ORDER
	:: seq > expected && seq < expected + WINDOW ->
		deliver(seq)
#else
	:: seq > expected && seq < expected + WINDOW ->
		held = held | 1 << (seq - expected - 1)
#endif
#ifdef WITHOUT_DUPLICATE_CHECK
	:: seq < expected ->
		deliver(seq)
#endif
	:: else				/* a duplicate, or beyond the window: dropped */
	fi;
#ifdef WITHOUT_TRUE_ACKS
	SEND(SENDER, ACK, seq + 1, 0)
#else
	SEND(SENDER, ACK, expected, held)
#endif
}

/* ---- spec "Checks on receipt" and the tables of states ---- */

#ifdef WITHOUT_ID_CHECK
#define MINE(this)	true
#else
#define MINE(this)	(this)
#endif

inline say_ack(me, kind)
{
	SEND(1 - me, kind, (me == RECEIVER -> expected : 0), (me == RECEIVER -> held : 0))
}

inline receive_up(me, kind, a, b)
{
	silent[me] = 0;
	if
	:: kind == DATA ->
		MUST(own_data, this);
		receiver_takes(a)
	:: kind == ACK || kind == POKE ->
		if
		:: me == SENDER -> sender_takes_ack(a, b)
		:: else
		fi;
		if
		:: kind == POKE -> say_ack(me, ACK)
		:: else
		fi
	:: kind == RELEASE || kind == STALE ->
		end_by_peer(me)
	fi
}

inline receive_dead(me, kind)
{
	if
	:: kind == RELEASE || kind == STALE -> end_by_peer(me)
	:: else -> SEND(1 - me, STALE, 0, 0)
	fi
}

inline receive(me, kind, this, a, b)
{
	if
	:: MINE(this) && up[me] -> receive_up(me, kind, a, b)
	:: MINE(this) && !up[me] -> receive_dead(me, kind)
	:: else				/* a session that is unknown here and there: STALE ends nothing */
	fi
}

#define PASSES(me, kind) \
	(network == good || \
	 (network == to_receiver_only && me == RECEIVER) || \
	 (network == to_sender_only && me == SENDER) || \
	 (network == small_only && kind != DATA))

proctype an_end(byte me)
{
	mtype kind;
	bool this;
	byte a, b;

end:	do
	/* what the network does with the frame at the head */
	:: atomic {
		network == chaos && nempty(to[me]) ->
		to[me]?kind, this, a, b;
		if
		:: receive(me, kind, this, a, b)
		:: skip								/* lost */
		:: nfull(to[me]) -> to[me]!kind, this, a, b			/* late */
		:: nfull(to[me]) -> to[me]!kind, this, a, b; receive(me, kind, this, a, b)	/* twice */
		fi;
		kind = 0; this = false; a = 0; b = 0
	   }
	:: atomic {
		network != chaos && nempty(to[me]) ->
		to[me]?kind, this, a, b;
		if
		:: PASSES(me, kind) -> receive(me, kind, this, a, b)
		:: else
		fi;
		kind = 0; this = false; a = 0; b = 0
	   }
	/* the lease by a clock that we know nothing of, a user that gives back, a shutdown */
	:: atomic { network == chaos && up[me] -> die(me, true) }
	:: atomic { releases[me] == RELEASES -> say_release(me) }
	:: atomic { network == chaos && releases[me] -> say_release(me) }
	od
}

proctype send()
{
	byte i;

end:	do
	:: atomic { MAY_SEND -> SEND(RECEIVER, DATA, next, 0); next++ }
	/* loss that is decided rightly or wrongly: spec "Sender", Loss */
	:: atomic {
		network == chaos && up[SENDER] && unacked < next ->
		select(i : unacked .. next - 1);
		if
		:: !IS_SACKED(i) -> send_again(i)
		:: else
		fi;
		i = 0
	   }
	od
}

/* ---- the time after the chaos ---- */

#ifdef WITHOUT_LEASE
#define LEASE_OVER(me)	false
#else
#define LEASE_OVER(me)	(silent[me] == LEASE)
#endif

/* spec "The root": DATA not acknowledged for the lease, though the peer is heard */
#ifdef WITHOUT_STUCK_RULE
#define STUCK(me)	false
#else
#define STUCK(me)	(me == SENDER && stuck == LEASE)
#endif

inline tick(me)
{
	if
	:: up[me] && (LEASE_OVER(me) || STUCK(me)) ->
		die(me, true)
	:: up[me] && !(LEASE_OVER(me) || STUCK(me)) ->
		if
		:: silent[me] < LEASE -> silent[me]++
		:: else
		fi;
		if
		:: me == SENDER && unacked < next ->
			if
			:: stuck < LEASE -> stuck++
			:: else
			fi;
			send_again(unacked)
		:: else ->
			say_ack(me, POKE)
		fi
	:: else ->
		say_release(me)
	fi
}

proctype clock()
{
	atomic {
		if
		:: network = good
		:: network = cut
		:: network = to_receiver_only
		:: network = to_sender_only
		:: network = small_only
		fi;
		was_up = up[SENDER] && up[RECEIVER];
		silent[SENDER] = 0;
		silent[RECEIVER] = 0
	};
	do
	:: atomic {
		timeout && !SETTLED ->
		ticks++;
		MUST(ends, ticks < TICKS);
		tick(SENDER);
		tick(RECEIVER)
	   }
	:: timeout && SETTLED -> break
	od;
	MUST(kept, network != good || !was_up || COMPLETE)
}

/* What an earlier session of the two has left in the network: a frame of no session now */
proctype before()
{
	if
#ifndef ONLY_ENDS
	:: to[RECEIVER]!DATA, false, 0, 0
	:: to[SENDER]!ACK, false, FRAMES, 0
#endif
#ifndef ONLY_DATA
	:: to[SENDER]!RELEASE, false, 0, 0
	:: to[SENDER]!STALE, false, 0, 0
	:: to[RECEIVER]!RELEASE, false, 0, 0
	:: to[RECEIVER]!STALE, false, 0, 0
#endif
	fi
}

init
{
	atomic {
		run an_end(SENDER);
		run an_end(RECEIVER);
		run send();
		run clock();
		run before()
	}
}
