/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every TLP, every state change, every dropped frame. Names are
 * copied into the record, so that a function may go while it is still in the ring.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM vrc

#if !defined(VRC_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define VRC_TRACE_H

#include <linux/tracepoint.h>

#include "proto/frame.h"
#include "proto/tlp.h"

/* perf and trace-cmd know numbers only: the kernel puts them in place of these names. */
TRACE_DEFINE_ENUM(VRC_TLP_MRD);
TRACE_DEFINE_ENUM(VRC_TLP_MWR);
TRACE_DEFINE_ENUM(VRC_TLP_IORD);
TRACE_DEFINE_ENUM(VRC_TLP_IOWR);
TRACE_DEFINE_ENUM(VRC_TLP_CFGRD0);
TRACE_DEFINE_ENUM(VRC_TLP_CFGWR0);
TRACE_DEFINE_ENUM(VRC_TLP_CFGRD1);
TRACE_DEFINE_ENUM(VRC_TLP_CFGWR1);
TRACE_DEFINE_ENUM(VRC_TLP_CPL);
TRACE_DEFINE_ENUM(VRC_TLP_CPLD);
TRACE_DEFINE_ENUM(VRC_TLP_MSG);
TRACE_DEFINE_ENUM(VRC_TLP_MSGD);

#define VRC_TRACE_NAME	20	/* vrc4294967295:BB:DD.F is cut; others fit */

TRACE_EVENT(vrc_tlp,
	TP_PROTO(const char *func, u64 session, bool tx, const struct vrc_tlp *t),
	TP_ARGS(func, session, tx, t),
	TP_STRUCT__entry(
		__array(char, func, VRC_TRACE_NAME)
		__field(u64, session)
		__field(u64, addr)
		__field(u16, len)
		__field(u16, byte_count)
		__field(u8, type)
		__field(u8, tag)
		__field(u8, be)
		__field(u8, status)
		__field(bool, tx)
		__field(bool, ep)
	),
	TP_fast_assign(
		strscpy(__entry->func, func, VRC_TRACE_NAME);
		__entry->session = session;
		__entry->addr = vrc_tlp_is_completion(t) ? t->lower_addr :
				t->type >= VRC_TLP_CFGRD0 && t->type <= VRC_TLP_CFGWR1 ? t->reg :
				t->addr;
		__entry->len = t->len_dw * 4;
		__entry->byte_count = vrc_tlp_is_completion(t) ? t->byte_count : 0;
		__entry->type = t->type;
		__entry->tag = t->tag;
		__entry->be = t->last_be << 4 | t->first_be;
		__entry->status = vrc_tlp_is_completion(t) ? t->status : t->msg_code;
		__entry->tx = tx;
		__entry->ep = t->ep;
	),
	TP_printk("%s session=%016llx %s %s tag=%02x addr=%llx len=%u be=%02x bytes=%u status=%u%s",
		  __entry->func, __entry->session, __entry->tx ? "tx" : "rx",
		  __print_symbolic(__entry->type,
				   { VRC_TLP_MRD, "MRd" }, { VRC_TLP_MWR, "MWr" },
				   { VRC_TLP_IORD, "IORd" }, { VRC_TLP_IOWR, "IOWr" },
				   { VRC_TLP_CFGRD0, "CfgRd0" }, { VRC_TLP_CFGWR0, "CfgWr0" },
				   { VRC_TLP_CFGRD1, "CfgRd1" }, { VRC_TLP_CFGWR1, "CfgWr1" },
				   { VRC_TLP_CPL, "Cpl" }, { VRC_TLP_CPLD, "CplD" },
				   { VRC_TLP_MSG, "Msg" }, { VRC_TLP_MSGD, "MsgD" }),
		  __entry->tag, __entry->addr, __entry->len, __entry->be,
		  __entry->byte_count, __entry->status, __entry->ep ? " EP" : "")
);

TRACE_EVENT(vrc_frame_drop,
	TP_PROTO(const char *port, const u8 *mac, const char *reason, u8 kind, u64 session),
	TP_ARGS(port, mac, reason, kind, session),
	TP_STRUCT__entry(
		__array(char, port, VRC_TRACE_NAME)
		__array(char, reason, 24)
		__array(u8, mac, 6)
		__field(u8, kind)
		__field(u64, session)
	),
	TP_fast_assign(
		strscpy(__entry->port, port, VRC_TRACE_NAME);
		strscpy(__entry->reason, reason, 24);
		memcpy(__entry->mac, mac, 6);
		__entry->kind = kind;
		__entry->session = session;
	),
	TP_printk("%s from=%pM %s kind=%u session=%016llx", __entry->port, __entry->mac,
		  __entry->reason, __entry->kind, __entry->session)
);

TRACE_EVENT(vrc_retransmit,
	TP_PROTO(const char *func, u64 session, u32 seq, u8 tries, u64 rto),
	TP_ARGS(func, session, seq, tries, rto),
	TP_STRUCT__entry(
		__array(char, func, VRC_TRACE_NAME)
		__field(u64, session)
		__field(u64, rto)
		__field(u32, seq)
		__field(u8, tries)
	),
	TP_fast_assign(
		strscpy(__entry->func, func, VRC_TRACE_NAME);
		__entry->session = session;
		__entry->rto = rto;
		__entry->seq = seq;
		__entry->tries = tries;
	),
	TP_printk("%s session=%016llx seq=%u try=%u rto=%llu ns", __entry->func,
		  __entry->session, __entry->seq, __entry->tries, __entry->rto)
);

/* The three kinds of object with states: who, from, to, why. */
DECLARE_EVENT_CLASS(vrc_state,
	TP_PROTO(const char *name, u64 id, u8 from, u8 to, const char *reason),
	TP_ARGS(name, id, from, to, reason),
	TP_STRUCT__entry(
		__array(char, name, VRC_TRACE_NAME)
		__array(char, reason, 40)
		__field(u64, id)
		__field(u8, from)
		__field(u8, to)
	),
	TP_fast_assign(
		strscpy(__entry->name, name, VRC_TRACE_NAME);
		strscpy(__entry->reason, reason, 40);
		__entry->id = id;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("%s id=%016llx %u -> %u: %s", __entry->name, __entry->id,
		  __entry->from, __entry->to, __entry->reason)
);

/* id: our id of the session; states: enum vrc_session_state */
DEFINE_EVENT(vrc_state, vrc_session_state,
	TP_PROTO(const char *name, u64 id, u8 from, u8 to, const char *reason),
	TP_ARGS(name, id, from, to, reason));

/* id: BDF; states: enum vrc_func_state */
DEFINE_EVENT(vrc_state, vrc_func_state,
	TP_PROTO(const char *name, u64 id, u8 from, u8 to, const char *reason),
	TP_ARGS(name, id, from, to, reason));

/* id: root_id; states: 0 no link, 1 link */
DEFINE_EVENT(vrc_state, vrc_port_state,
	TP_PROTO(const char *name, u64 id, u8 from, u8 to, const char *reason),
	TP_ARGS(name, id, from, to, reason));

#endif /* VRC_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
