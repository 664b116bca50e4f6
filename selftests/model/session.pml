/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who owns a function, and whose TLPs are delivered: two roots, one station
 * with one function. Documentation/model.rst tells what is checked and how;
 * "spec" below is Documentation/wire-protocol.rst.
 *
 * The network is the set of all frames ever sent. Each can arrive at any time,
 * before or after any other, any number of times, or never. So there is no
 * frame that is too late for this model, and no timer: a retransmission is a
 * frame that arrives twice, and either end's session is over whenever it pleases:
 * by its lease, by a RELEASE or STALE that came or did not. What these frames
 * do is the subject of life.pml; here it is that nothing depends on them.
 *
 * An epoch is one successful BIND at the station. Nobody in the protocol knows
 * epochs: they are how the model knows what a frame, an id or a DMA belongs to.
 */
#ifndef EPOCHS
#define EPOCHS		4	/* that the station grants; 0 is none */
#define FRAMES		1	/* of DATA, each way, in an epoch */
#endif
#define ROOTS		2
#define SESSIONS	2	/* that root 0 begins, at most; root 1 begins one less */
#define INSTANCES	2	/* the station restarts once */

#define NOBODY		ROOTS

/* spec "Ids": random, never used again. Without that, an id is what comes next after a start. */
#ifdef WITHOUT_FRESH_IDS
#define STATION_ID(e)	1
#else
#define STATION_ID(e)	(e)
#endif

mtype = { idle, binding, up, dead };
/* The properties. Never changed: so that the text of an assertion that fails names its property. */
bool one_owner = true, one_session = true, one_instance = true, one_program = true;
#ifdef ONLY_PROGRAM
#define MUST(property, cond)	PROPERTY_##property(cond)
#define PROPERTY_one_program(cond)	assert(one_program && (cond))
#define PROPERTY_one_owner(cond)	skip
#define PROPERTY_one_session(cond)	skip
#define PROPERTY_one_instance(cond)	skip
#else
#define MUST(property, cond)	assert(property && (cond))
#endif

/* ---- the roots: spec "The root" ---- */

typedef root_state {
	mtype state;
	byte session;			/* number of the present session; its id, with the root's number */
	byte epoch;			/* whose BOUND made it "up" */
	byte sent, taken;		/* DATA of this session, each way: spec "Sequenced delivery" */
};
root_state root[ROOTS];

/* ---- the station: spec "The station" ---- */

byte instance;
byte epoch;				/* the last one granted */
byte owner = NOBODY, owner_session;
byte present;				/* epoch of the session, 0: free */
byte sent, taken;
byte program;				/* the epoch whose root has set the function up, 0: in reset */

/* ---- what has been sent; indexed by what the frame belongs to ---- */

typedef by_session {
	bit bind;			/* BIND, with the instance below */
	byte bind_instance;
	byte peer;			/* epoch of the BOUND that was taken: DATA goes to its id */
	byte data;			/* DATA 0 to data - 1 to the station */
};
typedef of_root { by_session session[SESSIONS]; };
of_root by[ROOTS];

typedef by_epoch {
	byte root, session;		/* whom it was granted to: BOUND goes there, and DATA */
	byte instance;
	bit bound;
	byte data;			/* DATA 0 to data - 1 to the root */
	byte program[FRAMES];		/* whose doing each is */
	bit over;			/* has come to an end that the specification knows */
};
by_epoch ep[EPOCHS + 1];

#define OWNS(r)		(root[r].state == up && !ep[root[r].epoch].over)

/* ---- what ends a session at the station ---- */

/* spec "Reset", "fence": the function stops, and is as after a conventional reset. */
inline reset_function()
{
#ifdef WITHOUT_RESET
	skip
#else
	program = 0
#endif
}

inline fence()
{
	ep[present].over = true;
	present = 0;
	owner = NOBODY;
	sent = 0;
	taken = 0;
	reset_function();
}

/* spec "BIND", cases 7 and 10 */
inline grant(r, s)
{
	reset_function();
	epoch++;
	present = epoch;
	owner = r;
	owner_session = s;
	sent = 0;
	taken = 0;
	ep[epoch].root = r;
	ep[epoch].session = s;
	ep[epoch].instance = instance;
	ep[epoch].bound = true;
}

/* spec "The station": the table of checks, in its order; serial, range and policy are left out */
inline receive_bind(r, s)
{
	if
#ifndef WITHOUT_INSTANCE_CHECK
	:: by[r].session[s].bind_instance != instance ->
		skip				/* case 3: REFUSED */
#endif
	:: else ->
		if
		:: present && owner == r && owner_session == s ->
			skip			/* case 6: the same BOUND, which can arrive anyway */
		:: present && owner == r && owner_session != s ->
			if			/* case 7 */
			:: epoch < EPOCHS ->
				ep[present].over = true;
				grant(r, s)
			:: else
			fi
#ifndef WITHOUT_OWNER_CHECK
		:: present && owner != r ->
			skip			/* case 8: REFUSED */
#endif
		:: else ->
			if			/* case 10 */
			:: epoch < EPOCHS -> grant(r, s)
			:: else
			fi
		fi
	fi
}

/* spec "Checks on receipt", 10 and 11 */
#ifdef WITHOUT_ID_CHECK
#define TO_PRESENT(r, s)	(present && owner == r)
#else
#define TO_PRESENT(r, s)	(present && owner == r && \
				 STATION_ID(by[r].session[s].peer) == STATION_ID(present))
#endif

/* DATA of session s of root r: in order and once (this is what life.pml is about), or STALE */
inline station_receives_data(r, s)
{
	if
	:: TO_PRESENT(r, s) ->
		if
		:: taken < by[r].session[s].data ->
			MUST(one_owner, owner == r);
			MUST(one_session, s == owner_session && by[r].session[s].peer == present);
			taken++;
			program = present	/* what it writes sets the function up */
		:: else
		fi
	:: else					/* STALE */
	fi
}

inline station_receives(r, s)
{
	if
	:: by[r].session[s].bind ->
		receive_bind(r, s)
	:: by[r].session[s].data ->
		station_receives_data(r, s)
	:: else
	fi
}

inline restart()
{
	instance++;
	ep[present].over = true;
	present = 0;
	owner = NOBODY;
	sent = 0;
	taken = 0;
	program = 0
}

proctype station()
{
	byte r, s;

end:	do
	:: atomic {
		select(r : 0 .. ROOTS - 1);
		select(s : 0 .. SESSIONS - 1);
		station_receives(r, s);
		r = 0; s = 0
	   }
	/* A function sends nothing of its own accord before it has been set up: PCIe 6.6.1. */
	:: atomic {
		present && program && sent < FRAMES ->
		ep[present].program[sent] = program;
		sent++;
		ep[present].data = sent
	   }
	/* nothing heard for the lease; RELEASE, or STALE, from the owner; shutdown */
	:: atomic { present -> fence() }
	:: atomic { instance < INSTANCES - 1 -> restart() }
	od
}

/* ---- the roots ---- */

#define THIS		by[me].session[root[me].session]

inline begin(number)
{
	root[me].session = number;
	root[me].state = binding;
	root[me].epoch = 0;
	root[me].sent = 0;
	root[me].taken = 0;
	THIS.bind = true;
	/* What the root knows of the station may be old: spec "Discovery". */
	if
	:: THIS.bind_instance = instance
	:: instance -> THIS.bind_instance = instance - 1
	fi
}

inline die()
{
	root[me].state = dead;
	root[me].epoch = 0;
	root[me].sent = 0;
	root[me].taken = 0
}

/* BOUND of epoch e, which was granted to this root */
inline receive_bound(e)
{
	if
	:: ep[e].session == root[me].session && root[me].state == binding ->
		root[me].state = up;
		root[me].epoch = e;
		THIS.peer = e;
		MUST(one_instance, ep[e].instance == THIS.bind_instance);
		MUST(one_owner, !(OWNS(0) && OWNS(1)))
	:: ep[e].session == root[me].session && root[me].state == up ->
		skip				/* a repeated answer */
	:: else					/* STALE */
	fi
}

inline root_receives_data(e)
{
	if
	:: ep[e].session == root[me].session && root[me].state == up ->
		if
		:: root[me].taken < ep[e].data ->
			MUST(one_session, e == root[me].epoch);
			MUST(one_program, ep[e].program[root[me].taken] == e);
			root[me].taken++
		:: else
		fi
	:: ep[e].session == root[me].session && root[me].state == binding ->
		skip				/* its sender will repeat it */
	:: else					/* STALE */
	fi
}

inline root_receives(e)
{
	if
	:: ep[e].bound && ep[e].root == me ->
		receive_bound(e)
	:: ep[e].data && ep[e].root == me ->
		root_receives_data(e)
	:: else
	fi
}

proctype a_root(byte me)
{
	byte e;

end:	do
	:: atomic { root[me].state == idle -> begin(0) }
	/* again after the end of a session, or for a reset: a new session while the old one is up */
	:: atomic {
		(root[me].state == dead || root[me].state == up) &&
		root[me].session + me < SESSIONS - 1 -> begin(root[me].session + 1)
	   }
	:: atomic {
		select(e : 1 .. EPOCHS);
		root_receives(e);
		e = 0
	   }
	/* REFUSED, or no answer in 3 s; given back, nothing heard for the lease, RELEASE, STALE */
	:: atomic { root[me].state == binding || root[me].state == up -> die() }
	:: atomic {
		root[me].state == up && root[me].sent < FRAMES ->
		root[me].sent++;
		THIS.data = root[me].sent
	   }
	od
}

init
{
	atomic {
		root[0].state = idle;
		root[1].state = idle;
		run station();
		run a_root(0);
		run a_root(1)
	}
}
