/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * VRC wire format, version 1.
 *
 * The specification is Documentation/wire-protocol.rst; this header is its
 * one machine-readable form, used by vrc.ko, vrcep and every test. All fields
 * are big-endian and naturally aligned, no structure has padding.
 */
#ifndef _UAPI_VRC_WIRE_H
#define _UAPI_VRC_WIRE_H

#include <linux/types.h>

#define VRC_ETHERTYPE		0x88B5	/* IEEE 802 local experimental 1 */
#define VRC_WIRE_VERSION	1

#define VRC_NAME_LEN		32	/* NUL-padded UTF-8, may fill the field */
#define VRC_GROUP_LEN		16
#define VRC_LABEL_LEN		40	/* holds a UUID in text form */
#define VRC_MAX_FUNCTIONS	8	/* functions of one station */

/* Sizes below count the bytes after the frame header. */
#define VRC_MIN_PAYLOAD		576	/* every path must carry this */
#define VRC_MAX_PAYLOAD		65000
#define VRC_MIN_LEASE_MS	100
#define VRC_MAX_LEASE_MS	600000
#define VRC_MAX_WINDOW		64	/* frames in flight: what the SACK map spans */

enum vrc_kind {
	VRC_KIND_DISCOVER	= 1,
	VRC_KIND_ADVERTISE	= 2,
	VRC_KIND_BIND		= 3,
	VRC_KIND_BOUND		= 4,
	VRC_KIND_REFUSED	= 5,
	VRC_KIND_RELEASE	= 6,
	VRC_KIND_RELEASED	= 7,
	VRC_KIND_DATA		= 8,	/* whole TLPs, sequenced */
	VRC_KIND_ACK		= 9,	/* no payload; also the keepalive */
	VRC_KIND_PROBE		= 10,	/* path MTU probe, padded to its size */
	VRC_KIND_PROBED		= 11,
	VRC_KIND_STALE		= 12,	/* "I have no such session" */
};

/* vrc_wire_hdr.flags; a receiver ignores bits that it does not know */
#define VRC_FLAG_ACK_REQ	0x0001	/* answer at once with an ACK */
#define VRC_FLAG_ACK_DELAYED	0x0002	/* this ack waited: take no RTT sample */
#define VRC_FLAG_DUP		0x0004	/* ACK: the DATA seq has arrived twice */
#define VRC_FLAG_CHECK		0x0008	/* VRC_CHECK_LEN bytes of CRC-32C follow the payload */

#define VRC_CHECK_LEN		4

struct vrc_wire_hdr {
	__u8	version;
	__u8	kind;		/* enum vrc_kind */
	__be16	flags;
	__be16	length;		/* bytes of payload; the rest of the frame is padding */
	__be16	window;		/* frames from ack on that the sender can take */
	__be64	session;	/* the receiver's id of the session, 0 if none */
	__be32	seq;		/* DATA: of this frame; ACK: see VRC_FLAG_DUP */
	__be32	ack;		/* next sequence expected */
	__be64	sack;		/* bit i: sequence ack + 1 + i has arrived */
};

struct vrc_wire_discover {
	__be64	root_id;
	__be32	nonce;		/* returned by the answers */
	__be16	spread_ms;	/* answer after a random time up to this */
	__be16	reserved;
	char	group[VRC_GROUP_LEN];	/* empty: stations of every group answer */
};

#define VRC_FUNC_FREE		0
#define VRC_FUNC_OWNED		1

struct vrc_wire_function {
	__u8	number;		/* PCI function number, 0 to 7 */
	__u8	state;		/* VRC_FUNC_FREE or VRC_FUNC_OWNED */
	__be16	reserved0;
	__be32	reserved1;
	__be64	owner;		/* root_id of the owner, 0 if free */
};

struct vrc_wire_advertise {
	__be64	serial;		/* of the station, never changes, never 0 */
	__be64	instance;	/* random at each start, never 0 */
	__be32	nonce;		/* of the DISCOVER answered, 0 if unsolicited */
	__be16	max_payload;	/* largest payload that the station receives */
	__u8	nr_functions;	/* entries of function[], 1 to 8 */
	__u8	reserved;
	char	name[VRC_NAME_LEN];
	char	group[VRC_GROUP_LEN];
	struct vrc_wire_function function[];
};

struct vrc_wire_bind {
	__be64	serial;		/* of the station that is meant */
	__be64	instance;	/* as advertised */
	__be64	root_id;
	__be64	session;	/* the root's id: frames to the root carry it */
	__be32	lease_ms;	/* asked for */
	__be16	max_payload;	/* largest payload that the root receives */
	__be16	window;		/* frames that the root takes in flight */
	__be16	ack_delay_us;	/* longest time that the root delays an ack */
	__u8	function;
	__u8	reserved[5];
	char	root_name[VRC_NAME_LEN];
	char	label[VRC_LABEL_LEN];	/* who uses it: the mdev's UUID */
};

struct vrc_wire_bound {
	__be64	session;	/* the station's id: frames to the station carry it */
	__be32	lease_ms;	/* granted */
	__be16	max_payload;
	__be16	window;
	__be16	ack_delay_us;
	__u8	reserved[6];
};

enum vrc_refusal {
	VRC_REFUSED_OWNED	= 1,	/* owner and owner_name say by whom */
	VRC_REFUSED_NO_FUNCTION	= 2,
	VRC_REFUSED_INSTANCE	= 3,	/* the station has restarted: discover again */
	VRC_REFUSED_SERIAL	= 4,	/* this MAC is another station now */
	VRC_REFUSED_POLICY	= 5,	/* the station's allow-list says no */
	VRC_REFUSED_BUSY	= 6,	/* out of resources, or still resetting: try again */
	VRC_REFUSED_INVALID	= 7,	/* a field of the BIND is out of range */
};

struct vrc_wire_refused {
	__be16	reason;		/* enum vrc_refusal */
	__u8	function;
	__u8	reserved[5];
	__be64	owner;
	char	owner_name[VRC_NAME_LEN];
	char	label[VRC_LABEL_LEN];
};

enum vrc_release_reason {
	VRC_RELEASE_ADMIN	= 1,	/* the owner gives the function back */
	VRC_RELEASE_SHUTDOWN	= 2,	/* the sender is shutting down */
	VRC_RELEASE_LEASE	= 3,	/* silent for longer than the lease */
	VRC_RELEASE_PROTOCOL	= 4,	/* the peer broke the protocol */
};

struct vrc_wire_release {
	__be16	reason;		/* enum vrc_release_reason */
	__u8	reserved[6];
};

struct vrc_wire_probe {		/* PROBE and PROBED */
	__be16	size;		/* PROBE: its own payload length */
	__be16	id;		/* returned by PROBED */
	__be32	reserved;
};

struct vrc_wire_stale {
	__be64	session;	/* the id that is not known, as received */
};

#endif /* _UAPI_VRC_WIRE_H */
