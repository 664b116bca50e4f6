/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A station: one MAC, one serial, a new instance number per start, up to eight
 * functions, each of which one root may own by a session.
 */
#ifndef VRCEP_STATION_H
#define VRCEP_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include <proto/frame.h>

#include "function.h"
#include "log.h"
#include "port.h"
#include "quota.h"

#define EP_MAX_ALLOW	64
#define EP_MAX_ANSWERS	16	/* roots that wait for their ADVERTISE at one time */

struct ep_func_core;

struct ep_allow {
	bool is_mac;
	uint8_t mac[6];
	uint64_t root_id;
};

/* An ADVERTISE that is due: answers to a broadcast are spread in time. */
struct ep_answer {
	struct ep_timer timer;
	struct ep_station *station;
	uint8_t mac[6];
	uint32_t nonce;
};

struct ep_station_config {
	char name[VRC_NAME_LEN + 1];
	char group[VRC_GROUP_LEN + 1];
	uint64_t serial;
	uint8_t mac[6];
	struct ep_allow allow[EP_MAX_ALLOW];	/* none: everybody */
	unsigned int nr_allow;
	uint32_t max_lease_ms;
};

struct ep_station_stats {
	uint64_t discovers, advertises, answers_dropped;
	uint64_t rx_kind;	/* kinds that no station receives */
	uint64_t rx_session;	/* of a session that is not known, or from another MAC */
	uint64_t twins;		/* another MAC advertises our serial */
	uint64_t binds, refused;
};

struct ep_station {
	struct ep_port *port;
	struct ep_station *hash_next;
	struct ep_station *next;
	struct ep_station_config cfg;
	uint64_t instance;
	struct ep_func_core *func[VRC_MAX_FUNCTIONS];
	unsigned int nr_functions;
	struct ep_answer answer[EP_MAX_ANSWERS];
	struct ep_quota at_once;	/* answers that found no room to wait */
	struct ep_timer announce;
	unsigned int announced;
	struct ep_limit limit;
	struct ep_station_stats stats;
};

/* NULL: out of memory, or the interface does not take the MAC (message in @err). */
struct ep_station *ep_station_create(struct ep_port *p, const struct ep_station_config *cfg,
				     char *err, size_t err_len);
void ep_station_destroy(struct ep_station *st);
/* Creates the next function of the station; 0, or -1 with a message in @err. */
int ep_station_add_function(struct ep_station *st, const struct ep_model *model,
			    struct ep_options *opts, char *err, size_t err_len);
/* All functions are there: announce it on the network. */
void ep_station_start(struct ep_station *st);
/* Releases every session; true while answers are still out. */
void ep_station_shutdown(struct ep_station *st);
bool ep_station_busy(const struct ep_station *st);

/* A frame to this station (or to all) from @src; *@f has passed vrc_frame_parse(). */
void ep_station_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f);

/* Rate-limited, names the station. */
__printf(2, 3) void ep_station_log(struct ep_station *st, const char *fmt, ...);

/* A frame with room for @len bytes of payload, zeroed; NULL: none is left. */
struct ep_buf *ep_station_frame(struct ep_station *st, const uint8_t *dst, uint32_t len);
/* Fills the header from @f (version and length too) and sends. */
void ep_station_send(struct ep_station *st, struct ep_buf *b, struct vrc_frame *f);

/* 64 unguessable bits, never 0 */
uint64_t ep_random64(void);

/* discover.c */
void ep_discover_init(struct ep_station *st);
void ep_discover_stop(struct ep_station *st);
void ep_discover_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f);
void ep_advertise_rx(struct ep_station *st, const uint8_t *src, const struct vrc_frame *f);
/* A DISCOVER of another version: the root shall learn that we speak ours. */
void ep_discover_foreign(struct ep_station *st, const uint8_t *src);

#endif /* VRCEP_STATION_H */
