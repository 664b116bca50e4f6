/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A station of several functions that does all a root asks for, so that sessions come up
 * and stay, and that lets its owner send anything beside. Each function has a memory
 * BAR of 4 KiB, MSI, MSI-X, INTx; those of odd number have Function Level Reset.
 */
#ifndef VRC_FIRE_STATION_H
#define VRC_FIRE_STATION_H

#include "fire.h"
#include "frame.h"
#include "tlp.h"

#define ETH_LEN		14
#define HDR_LEN		sizeof(struct vrc_wire_hdr)
#define FRAME_ROOM	1600
#define PAYLOAD_ROOM	1468		/* in a frame of 1500 */
#define NR_FUNCTIONS	4
#define BAR_SIZE	4096

struct kept {			/* a DATA frame that has a sequence */
	u16 len;		/* of its payload */
	u8 payload[PAYLOAD_ROOM];
};

struct session {
	bool up;
	u64 root_id;		/* the root's id of it: in our frames */
	u64 our_id;		/* in the root's */
	u32 snd_nxt, snd_una, snd_edge;
	u32 rcv_nxt;
	bool owes_ack;
	unsigned int answers;	/* to the root's requests */
	u16 bdf;
	u8 config[256];
	u8 bar[BAR_SIZE];
	u8 last_tag;		/* of the root's last request */
	struct kept kept[VRC_MAX_WINDOW];
};

struct station {
	int fd;
	u8 mac[6], root[6];
	u64 serial, instance;
	u32 nonce;		/* of the last DISCOVER */
	u64 random;
	/* Percent of the root's requests that are answered badly, but for a session's first ones */
	unsigned int spoil;
	unsigned long sent, binds, requests, deep;
	struct session s[NR_FUNCTIONS];
};

/*
 * Makes the tap @ifname, which stays, and is at its other end. A tap takes frames in pieces as a
 * NIC would hand them over, cut where we like.
 */
void station_open(struct station *st, const char *ifname);
/* Takes all frames that wait, for @ms at most if there is none, and answers them. */
void station_receive(struct station *st, int ms);

/* The header of a frame in session @s, as an honest station would fill it. */
void station_header(const struct station *st, const struct session *s, struct vrc_frame *f,
		    u8 kind);
/* Sends @f as it is, header fields included, to @dst from @src. */
void station_send(struct station *st, const u8 *dst, const u8 *src, const struct vrc_frame *f,
		  const void *payload);
/* Sends @len bytes after an Ethernet header. */
void station_send_raw(struct station *st, const u8 *dst, const u8 *src, const void *p, size_t len);
/* Has the root's window room for one more DATA frame, beside the answers that it awaits? */
bool station_may_send(const struct session *s);
/* The next DATA frame, with @payload; kept, to be sent again. */
void station_send_data(struct station *st, struct session *s, const void *payload, size_t len);
/* Keeps a DATA frame for the next sequence, without sending it. Returns the sequence. */
u32 station_keep(struct session *s, const void *payload, size_t len);
/* Sends the kept frame @seq (again). */
void station_send_kept(struct station *st, struct session *s, u32 seq);
void station_advertise(struct station *st, const u8 *dst, const u8 *src, u64 serial, u32 nonce);

#endif /* VRC_FIRE_STATION_H */
