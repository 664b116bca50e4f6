/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A port: one Ethernet interface, the stations on it, and the frames that wait
 * for the end of this turn of the loop. port.c is the same for every way to
 * reach a network; packet.c reaches it by AF_PACKET, the tests by memory.
 */
#ifndef VRCEP_PORT_H
#define VRCEP_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"
#include "log.h"
#include "loop.h"
#include "quota.h"

#define EP_TX_BATCH		64
#define EP_STATION_HASH		1024
#define EP_MAX_BUFS		65536	/* of one port: 100 MiB at an MTU of 1500 */

struct ep_port;
struct ep_station;

struct ep_port_ops {
	/* ep_buf_frame_len() bytes; what cannot be sent is lost, and counted. */
	void (*send)(struct ep_port *p, struct ep_buf *const *bufs, unsigned int nr);
	/* The interface shall receive frames to @mac too; 0 or -errno. */
	int (*add_mac)(struct ep_port *p, const uint8_t *mac);
	/* Brings counters up to date that are kept elsewhere; may be NULL. */
	void (*update_stats)(struct ep_port *p);
	void (*close)(struct ep_port *p);
};

struct ep_port_stats {
	uint64_t rx_frames, tx_frames, tx_lost;
	uint64_t rx_vlan;	/* of a VLAN that is not ours */
	uint64_t rx_other;	/* to no station here, or from no unicast address */
	uint64_t rx_malformed, rx_version;
	uint64_t rx_corrupted;	/* the frame check is wrong */
	uint64_t rx_no_buffer;
	uint64_t rx_ring_full;	/* dropped by the kernel: we were too slow */
	uint64_t stale_sent, stale_limited;
};

struct ep_port {
	const struct ep_port_ops *ops;
	struct ep_loop *loop;
	char name[32];
	uint8_t mac[6];
	bool mac_taken;		/* another process answers to it */
	unsigned int mtu;
	uint16_t ethertype;
	struct ep_pool pool;
	struct ep_buf *tx[EP_TX_BATCH];
	unsigned int nr_tx, nr_shared;	/* waiting; of these, those that an ARQ keeps */
	struct ep_idle flush;
	struct ep_station *hash[EP_STATION_HASH];
	struct ep_station *stations, **stations_tail;
	unsigned int nr_stations;
	struct ep_port *next;
	struct ep_limit limit;
	struct ep_quota stale;
	struct ep_port_stats stats;
};

/* ops, name, mac, mtu and ethertype are set; 0 or -errno. */
void ep_port_init(struct ep_port *p, struct ep_loop *loop);
/* The stations must have gone. */
void ep_port_destroy(struct ep_port *p);

void ep_port_add_station(struct ep_port *p, struct ep_station *st);
void ep_port_del_station(struct ep_port *p, struct ep_station *st);
struct ep_station *ep_port_find(struct ep_port *p, const uint8_t *mac);

/* Largest VRC payload that the interface carries. */
unsigned int ep_port_max_payload(const struct ep_port *p);

/* A frame has arrived: @len bytes from the Ethernet header on. @data is the caller's. */
void ep_port_rx(struct ep_port *p, const uint8_t *data, size_t len);

/* Leaves with the batch of this turn. Not @b->shared: the port frees it then. */
void ep_port_tx(struct ep_port *p, struct ep_buf *b);

/*
 * To be called before a frame that an ARQ has kept is freed: it may have been
 * queued and not sent, if one turn had more work than it is allowed.
 */
void ep_port_before_free(struct ep_port *p);

/* An AF_PACKET port on the interface @name; NULL and a message in @err. (packet.c) */
struct ep_packet_config {
	const char *interface;
	uint16_t ethertype;
	bool qdisc_bypass;
	unsigned int ring_frames;
};

struct ep_port *ep_packet_open(struct ep_loop *loop, const struct ep_packet_config *cfg, char *err,
			       size_t err_len);

#endif /* VRCEP_PORT_H */
