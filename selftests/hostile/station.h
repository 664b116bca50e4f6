/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hostile station. station.c does what every station does, so that roots have
 * sessions with it; misdeeds.c and orders.c do what none should.
 */
#ifndef VRC_HOSTILE_STATION_H
#define VRC_HOSTILE_STATION_H

#include "orders.h"
#include "tlp.h"
#include "wire.h"

#define BAR_SIZE	4096

struct station {
	int fd;
	u8 mac[6];
	u64 serial;
	/* the session */
	u8 root[6];
	u64 root_session;
	u32 snd_nxt, rcv_nxt, acked;
	u16 bdf;
	u8 config[256];
	unsigned int armed;	/* misdeed for the next read, 0: none */
	unsigned int rrs_left;
	/* orders */
	u32 reg[16];
	unsigned int order, left;	/* TLPs that are still to be sent */
};

struct misdeed {
	const char *counter;	/* of the function, or "port:NAME" */
	const char *name;
	void (*commit)(struct station *s);	/* NULL: the next read is spoilt */
};

extern const struct misdeed misdeeds[];
extern const unsigned int nr_misdeeds;

enum {
	READ_UR = 1, READ_CA, READ_POISONED, READ_TOO_LONG, READ_SILENT, READ_WRONG_TAG,
	READ_TWICE, READ_RRS
};

/* station.c */
void send_frame(struct station *s, const u8 *dst, struct vrc_frame *f, const void *payload);
void send_data(struct station *s, const void *tlps, size_t len);
/* Builds one TLP at @buf, each of its data bytes @fill; returns its length. */
size_t make_tlp(u8 *buf, const struct vrc_tlp *t, u8 fill);
void reply(struct station *s, const struct vrc_tlp *req, u32 value);
void reply_status(struct station *s, const struct vrc_tlp *req, enum vrc_cpl_status status);

/* misdeeds.c */
void reply_spoilt(struct station *s, const struct vrc_tlp *req, unsigned int how);

/* orders.c */
void order_write(struct station *s, unsigned int off, u32 value);
void order_pump(struct station *s);	/* as many as the root's window takes */
void order_completion(struct station *s, const struct vrc_tlp *t);

#endif /* VRC_HOSTILE_STATION_H */
