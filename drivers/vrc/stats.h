/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters. Each list is the one place that names its counters: the structs,
 * and the sysfs files (stats/NAME) come from it.
 */
#ifndef VRC_STATS_H
#define VRC_STATS_H

#include <linux/atomic.h>
#include <linux/percpu.h>
#include <linux/types.h>

/* Of a port, per CPU: this_cpu_inc(port->stats->NAME). */
#define VRC_PORT_COUNTERS(X)	\
	X(rx_frames)		\
	X(rx_bytes)		\
	X(tx_frames)		\
	X(tx_bytes)		\
	X(tx_no_nic)		\
	X(tx_no_memory)		\
	X(rx_truncated)		\
	X(rx_bad_version)	\
	X(rx_bad_check)		\
	X(rx_bad_kind)		\
	X(rx_bad_length)	\
	X(rx_bad_session)	\
	X(rx_bad_window)	\
	X(rx_bad_field)		\
	X(rx_unknown_session)	\
	X(rx_wrong_source)	\
	X(rx_not_for_us)	\
	X(rx_no_memory)		\
	X(stations_dropped)	\
	X(stations_not_allowed)	\
	X(stale_sent)

/* Of a function: vrc_func_count(f, NAME). */
#define VRC_FUNC_COUNTERS(X)	\
	X(tlp_tx)		\
	X(tlp_rx)		\
	X(frames_tx)		\
	X(frames_rx)		\
	X(acks_tx)		\
	X(retransmissions)	\
	X(duplicates)		\
	X(rx_bad_ack)		\
	X(tlp_malformed)	\
	X(tlp_bad_ecrc)		\
	X(tlp_poisoned)		\
	X(cpl_unexpected)	\
	X(cpl_ur)		\
	X(cpl_ca)		\
	X(cpl_rrs)		\
	X(cpl_timeout)		\
	X(requests_unsupported)	\
	X(cfg_shadow_reads)	\
	X(dma_read_bytes)	\
	X(dma_write_bytes)	\
	X(dma_fast)		\
	X(dma_slow)		\
	X(dma_fault)		\
	X(dma_no_bus_master)	\
	X(interrupts)		\
	X(interrupts_bad)	\
	X(messages)		\
	X(sessions)		\
	X(resets)

#define VRC_FIELD(name) u64 name;
struct vrc_port_stats {
	VRC_PORT_COUNTERS(VRC_FIELD)
};

#undef VRC_FIELD

#define VRC_FIELD(name) atomic64_t name;
struct vrc_func_stats {
	VRC_FUNC_COUNTERS(VRC_FIELD)
};

#undef VRC_FIELD

#define vrc_port_count(port, name)	this_cpu_inc((port)->stats->name)
#define vrc_func_count(func, name)	atomic64_inc(&(func)->stats.name)
#define vrc_func_add(func, name, n)	atomic64_add(n, &(func)->stats.name)

#endif /* VRC_STATS_H */
