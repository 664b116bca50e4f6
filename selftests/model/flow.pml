/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Nobody waits for ever: posted and non-posted requests and completions, both ways,
 * while every window and backlog is as small as can be. Documentation/model.rst
 * tells what is checked and how; "spec" below is Documentation/wire-protocol.rst,
 * "design" Documentation/design.rst.
 *
 * Frames are delivered once and in order (life.pml is about that), a TLP each. Any
 * acknowledgment that opens a window can get lost. There is no completion timeout
 * and no lease here: what ends by a clock would hide who waits for whom.
 */
#ifndef REQUESTS
#define REQUESTS	6	/* of each end */
#define WINDOW		1	/* spec "Receiver": frames that an end takes */
#define TAGS		2	/* of the function: reads that it has outstanding */
#endif
#define ROOT_ROOM	1	/* of the root's backlog: a processor waits before it adds to more */
#define STATION_HIGH	1	/* vrcep.rst, "Limits": answers that wait stop the reading of requests */
/* design, "A drainer pauses while the backlog is very long": more than all tags can ask for */
#ifdef WITHOUT_ROOM_FOR_ALL_TAGS
#define ROOT_FLOOD	1
#else
#define ROOT_FLOOD	(ROOT_ROOM + TAGS + 1)
#endif

#define ROOT		0
#define STATION		1

mtype = { WRITE, READ, COMPLETION };

/* The properties. Never changed: so that the text of an assertion that fails names its property. */
bool bounded = true, asked_for = true, no_deadlock = true;
#define MUST(property, cond)	assert(property && (cond))

/* Of each end: TLPs that wait for the peer's window, and those that wait to be delivered. */
#define BACKLOG		(ROOT_ROOM + TAGS + REQUESTS + 2)
chan backlog[2] = [BACKLOG] of { mtype };
chan arrived[2] = [WINDOW] of { mtype };
byte window[2] = WINDOW;	/* what each end believes the other can take */

bool reading;			/* a processor waits for its completion */
byte tags;			/* of the function in use */
byte begun[2];			/* requests of each end */

/* Data, a closed window and nothing in flight: a sender asks after an RTO, or by its keepalive. */
#ifdef WITHOUT_ASKING
#define CAN_ASK(me)	false
#else
#define CAN_ASK(me)	(len(backlog[me]) && !window[me] && len(arrived[1 - me]) < WINDOW)
#endif

#define DONE	(begun[ROOT] == REQUESTS && begun[STATION] == REQUESTS && !reading && !tags && \
		 empty(backlog[ROOT]) && empty(backlog[STATION]) && \
		 empty(arrived[ROOT]) && empty(arrived[STATION]))

/* ---- windows: spec "Receiver", "Sender" ---- */

proctype transmit(byte me)
{
	mtype t;

end:	do
	:: atomic {
		nempty(backlog[me]) && window[me] ->
		backlog[me]?t;
		window[me]--;
		arrived[1 - me]!t;
		t = 0
	   }
	:: atomic {
		timeout && CAN_ASK(me) ->
		window[me] = WINDOW - len(arrived[1 - me])
	   }
	od
}

/* A frame leaves the ARQ: the window opens, and the ACK that says so arrives or not. */
inline take(me, t)
{
	arrived[me]?t;
	if
	:: window[1 - me] = WINDOW - len(arrived[me])
	:: skip
	fi
}

/* ---- the root ---- */

/* A processor: one access at a time; posted writes return once they are queued. */
proctype processor()
{
end:	do
	:: atomic {
		begun[ROOT] < REQUESTS && len(backlog[ROOT]) < ROOT_ROOM && !reading ->
		begun[ROOT]++;
		if
		:: backlog[ROOT]!WRITE
		:: backlog[ROOT]!READ; reading = true
		fi
	   }
	od
}

#define ROOT_MAY_DELIVER	(len(backlog[ROOT]) < ROOT_FLOOD)

/* The drainer: never waits for a completion, never for room. */
proctype drainer()
{
	mtype t;

end:	do
	:: atomic {
		nempty(arrived[ROOT]) && ROOT_MAY_DELIVER ->
#ifdef WITHOUT_REQUESTS_DURING_READ
		!reading || arrived[ROOT]?[COMPLETION];
#endif
		take(ROOT, t);
		if
		:: t == WRITE
		:: t == READ ->
			MUST(bounded, nfull(backlog[ROOT]));
			backlog[ROOT]!COMPLETION
		:: t == COMPLETION ->
			MUST(asked_for, reading);
			reading = false
		fi;
		t = 0
	   }
	od
}

/* ---- the station ---- */

/* The function: reads as long as there are tags, and writes while the backlog is short. */
proctype function()
{
end:	do
	:: atomic {
		begun[STATION] < REQUESTS && tags < TAGS ->
		begun[STATION]++;
		tags++;
		MUST(bounded, nfull(backlog[STATION]));
		backlog[STATION]!READ
	   }
	:: atomic {
		begun[STATION] < REQUESTS && len(backlog[STATION]) < STATION_HIGH ->
		begun[STATION]++;
		backlog[STATION]!WRITE
	   }
	od
}

/* What the root asks waits while answers wait. */
proctype completer()
{
	mtype t;

end:	do
	:: atomic {
		nempty(arrived[STATION]) && len(backlog[STATION]) < STATION_HIGH ->
		take(STATION, t);
		if
		:: t == WRITE
		:: t == READ ->
			backlog[STATION]!COMPLETION
		:: t == COMPLETION ->
			MUST(asked_for, tags > 0);
			tags--
		fi;
		t = 0
	   }
	od
}

/* Nothing moves any more: then nothing may be left to do. */
proctype rest()
{
	timeout && !CAN_ASK(ROOT) && !CAN_ASK(STATION);
	MUST(no_deadlock, DONE)
}

init
{
	atomic {
		run transmit(ROOT);
		run transmit(STATION);
		run processor();
		run drainer();
		run function();
		run completer();
		run rest()
	}
}
