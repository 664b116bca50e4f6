/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packet half of the 82576 model; for its own files only.
 *
 * A queue has a window of descriptors (i82576_ring.c): fetched ahead in batches,
 * taken in order, and retired when they are written back. The way of a packet
 * out: i82576_tx.c finds its end in the window, reads all its buffers at once
 * into an arena, and when they are there i82576_txd.c does what its context
 * says and gives it to the back end. The way in: i82576_rx.c takes a frame
 * through the filters (i82576_filter.c, i82576_rss.c) into the packet buffer,
 * from where i82576_rxd.c writes it into descriptors.
 *
 * What callbacks bring is worked on in one turn (i82576_packet.c), from the
 * loop's idle hook: all write-backs of a queue leave together, then its interrupt.
 */
#ifndef VRCEP_I82576_PACKET_H
#define VRCEP_I82576_PACKET_H

#include "gso.h"
#include "i82576.h"
#include "net.h"

#define RING_WINDOW		256u	/* descriptors of a queue that are here at once */
#define RING_FETCH		64u	/* one read */
#define RX_AHEAD		64u	/* descriptors that wait for frames */
#define TX_PACKETS		128u	/* of a queue, in flight */
#define TX_READS		256u	/* buffers of a queue, in flight */
#define TX_MAX_DESCS		128u	/* of one packet: more of them are dropped */
#define TX_ARENA		0x50000u	/* bytes of a queue: one packet always fits */
#define TX_MAX_PACKET		0x40200u	/* of TSO: PAYLEN has 18 bits, and headers */
#define TX_READING		0x20000u	/* bytes of all queues that are being read */
#define TX_HEADROOM		16u	/* in front of each packet, for a VLAN tag */
#define RX_BUFFER		0x30000u	/* bytes of the packet buffer that exist */
#define RX_PAUSE		0x10000u	/* as large as on the device: the sender waits */
#define RX_RESUME		0x8000u
#define RX_BACKLOG		0x20000u	/* bytes on their way to the network: frames wait */
#define VLAN_LEN		4u
#define ETH_ADDRS_LEN		12u
#define ETH_HDR_LEN		14u

/* ---- descriptors ---- */

union i82576_desc {
	uint64_t q[2];		/* little endian */
	uint32_t dw[4];
	uint8_t byte[16];
};

#define TXD_LEN(dw2)		((dw2) & 0xffff)
#define TXD_DTYP(dw2)		((dw2) >> 20 & 15)
#define  TXD_DTYP_CONTEXT	2
#define  TXD_DTYP_DATA		3
#define TXD_1588		BIT(19)
#define TXD_EOP			BIT(24)
#define TXD_IFCS		BIT(25)
#define TXD_IC			BIT(26)		/* legacy only */
#define TXD_RS			BIT(27)
#define TXD_DEXT		BIT(29)
#define TXD_VLE			BIT(30)
#define TXD_TSE			BIT(31)
#define TXD_CSO(dw2)		((dw2) >> 16 & 0xff)	/* legacy */
#define TXD_CSS(dw3)		((dw3) >> 8 & 0xff)
#define TXD_VLAN(dw3)		((dw3) >> 16)
#define TXD_IDX(dw3)		((dw3) >> 4 & 1)	/* advanced; the 82576 has two contexts */
#define TXD_IXSM		BIT(8)
#define TXD_TXSM		BIT(9)
#define TXD_PAYLEN(dw3)		((dw3) >> 14)
#define TXD_DD			BIT(0)
#define TXC_IPLEN(dw0)		((dw0) & 0x1ff)
#define TXC_MACLEN(dw0)		((dw0) >> 9 & 0x7f)
#define TXC_VLAN(dw0)		((dw0) >> 16)
#define TXC_IPV4		BIT(10)
#define TXC_L4T(dw2)		((dw2) >> 11 & 3)
#define  TXC_L4T_UDP		0
#define  TXC_L4T_TCP		1
#define  TXC_L4T_SCTP		2
#define TXC_L4LEN(dw3)		((dw3) >> 8 & 0xff)
#define TXC_MSS(dw3)		((dw3) >> 16)

#define RXD_STAT_DD		BIT(0)
#define RXD_STAT_EOP		BIT(1)
#define RXD_STAT_IXSM		BIT(2)		/* legacy only */
#define RXD_STAT_VP		BIT(3)
#define RXD_STAT_UDPCS		BIT(4)
#define RXD_STAT_L4CS		BIT(5)
#define RXD_STAT_IPCS		BIT(6)
#define RXD_STAT_PIF		BIT(7)
#define RXD_STAT_TS		BIT(16)
#define RXD_ERR_HBO		BIT(23)
#define RXD_ERR_L4E		BIT(29)
#define RXD_ERR_IPE		BIT(30)
#define RXD_PTYPE_IPV4		BIT(4)
#define RXD_PTYPE_IPV4E		BIT(5)
#define RXD_PTYPE_IPV6		BIT(6)
#define RXD_PTYPE_IPV6E		BIT(7)
#define RXD_PTYPE_TCP		BIT(8)
#define RXD_PTYPE_UDP		BIT(9)
#define RXD_PTYPE_SCTP		BIT(10)
#define RXD_PTYPE_NFS		BIT(11)
#define RXD_PTYPE_L2		BIT(15)		/* the index of an ETQF is in bits 4 to 6 */
#define RXD_PTYPE_VPKT		BIT(16)
#define RXD_HDR_LEN_SHIFT	21
#define RXD_SPH			BIT(31)

/* ---- rings (i82576_ring.c) ---- */

struct i82576_ring {
	struct i82576 *nic;
	unsigned int queue;
	bool tx;
	bool running;			/* enabled, and has not failed */
	bool draining;			/* disabled, but reads are in flight */
	bool again;			/* enabled again before that was over */
	uint64_t base;
	uint32_t size;			/* descriptors */
	uint32_t head;			/* slot in the ring of descriptor number @retired */
	/* Numbers of descriptors, counted from the enabling of the queue. */
	uint32_t fetched, taken, retired;
	bool fetching;
	uint32_t fetch_count;
	struct ep_dma dma;
	unsigned int reads;		/* in flight, that of descriptors and of buffers */
	union i82576_desc desc[RING_WINDOW];
};

static inline union i82576_desc *i82576_ring_desc(struct i82576_ring *r, uint32_t nr)
{
	return &r->desc[nr % RING_WINDOW];
}

void i82576_ring_init(struct i82576_ring *r, struct i82576 *n, unsigned int queue, bool tx);
/* TXDCTL or RXDCTL was written. True: the queue has begun. */
bool i82576_ring_control(struct i82576_ring *r, uint32_t old);
/* Stops; @dma_gone: reads in flight are not called back. */
void i82576_ring_reset(struct i82576_ring *r, bool dma_gone);
/* Descriptors that the driver has given and that were not fetched. */
uint32_t i82576_ring_waiting(struct i82576_ring *r);
/* Fetches what there is, with at most @ahead descriptors in the window. */
void i82576_ring_fetch(struct i82576_ring *r, uint32_t ahead);
/* Counts a read of a buffer that is over. False: it belongs to a past life. */
bool i82576_ring_read_done(struct i82576_ring *r);
/* A read was refused (@status), or the driver did something impossible. */
void i82576_ring_dma_error(struct i82576_ring *r, enum ep_dma_status status, const char *what);
__printf(2, 3) void i82576_ring_fail(struct i82576_ring *r, const char *fmt, ...);
/* Writes descriptors of the window back to the ring. */
void i82576_ring_write(struct i82576_ring *r, uint32_t from, uint32_t count);
/* The head is at descriptor number @nr. */
void i82576_ring_retire(struct i82576_ring *r, uint32_t nr);

/* ---- transmit ---- */

struct i82576_txq;

struct i82576_tx_packet {
	uint32_t first, count;		/* descriptors */
	uint32_t bytes;			/* that its descriptors name */
	uint32_t off, len;		/* in the arena; 0: nothing is to be sent */
	uint32_t arena_end;		/* of its place there */
	uint32_t cmd, olinfo;		/* dwords 2 and 3 of a descriptor */
	union i82576_desc context;
	unsigned int waits;		/* for reads of its buffers */
	uint32_t read_first, reads;
	bool aborted;			/* a read was, and is to be done again */
	bool dropped;
	/* What i82576_txd.c has made of it, for when the back end was busy. */
	bool ready, cut;
	uint8_t *frame;
	struct virtio_net_hdr hdr;
	struct gso gso;
	uint32_t sent;			/* of the frames that it is cut into */
};

struct i82576_tx_read {
	struct ep_dma dma;
	uint32_t len;
	struct i82576_txq *q;
	struct i82576_tx_packet *packet;
};

struct i82576_txq {
	struct i82576_ring ring;
	uint32_t scan;			/* descriptors before this one belong to the open packet */
	bool skipping;			/* the open packet is too long: up to its end */
	union i82576_desc context[2];
	/* First in, first out: numbers of the oldest and of the next. */
	uint32_t packet_head, packet_tail, read_head, read_tail;
	uint32_t arena_head, arena_tail;	/* offsets; equal: empty */
	struct i82576_tx_packet packet[TX_PACKETS];
	struct i82576_tx_read read[TX_READS];
	uint8_t arena[TX_ARENA];
};

void i82576_tx_init(struct i82576_txq *q, struct i82576 *n, unsigned int queue);
void i82576_tx_reset(struct i82576_txq *q, bool dma_gone);
/* Fetches, parses, sends, writes back: as far as it gets. */
void i82576_tx_run(struct i82576_txq *q);
/* A packet is complete in memory (i82576_txd.c). False: the back end is busy, try again. */
bool i82576_tx_send(struct i82576_txq *q, struct i82576_tx_packet *p);

/* ---- receive ---- */

/* What the headers of a frame are (i82576_headers.c); offsets from its start, 0: not there. */
struct i82576_headers {
	uint16_t ethertype;		/* after a VLAN tag */
	uint16_t l3, l4;
	uint16_t end;			/* of the last header that is known */
	uint16_t l4_end;		/* of the IP packet: what follows is padding */
	uint8_t protocol;		/* of IP, after extension headers */
	bool vlan, ipv4, ipv6, options, fragment, tcp, udp, sctp;
	const uint8_t *src, *dst;	/* for RSS: of extension headers, if they name some */
	bool mobile;			/* they do */
};

void i82576_headers(struct i82576_headers *h, const uint8_t *frame, size_t len, uint16_t vlan_type);

/* A frame in the packet buffer; its bytes follow. */
struct i82576_rx_frame {
	uint32_t size;			/* of all this, in the packet buffer */
	uint16_t len;
	uint16_t vlan;
	uint16_t header_len;		/* where it can be split */
	uint16_t checksum, ip_id;	/* of the packet, without PCSD */
	uint8_t queue;
	bool immediate;
	bool no_room;			/* RNBC has counted it */
	uint32_t info;			/* dword 0 without what differs between descriptors */
	uint32_t hash;
	uint32_t status;		/* and errors, without DD and EOP */
};

struct i82576_rxq {
	struct i82576_ring ring;
	bool pending;			/* descriptors are done and not written back */
	bool immediate;
	bool low;			/* RXDMT0 has been told */
};

/*
 * The packet buffer: frames in the order in which they came, whichever queue they
 * go to; the first one that finds no descriptor holds up all others.
 */
struct i82576_rx {
	struct i82576_rxq queue[I82576_QUEUES];
	unsigned int frames;
	bool full;			/* the back end is held back */
	uint32_t done;			/* bytes of the first frame that are in descriptors */
	uint32_t head, tail, used;	/* of the buffer */
	uint32_t wrap;			/* where the frames before the wrap end */
	union {
		uint64_t align;
		uint8_t buffer[RX_BUFFER];
	};
};

void i82576_rx_init(struct i82576 *n);
void i82576_rx_reset(struct i82576 *n, bool dma_gone);
/* A frame from the back end, or looped back. */
void i82576_rx_packet(struct i82576 *n, const struct virtio_net_hdr *hdr, uint8_t *frame,
		      size_t len);
/* Room for a frame at the end of the packet buffer (i82576_rxd.c), NULL: it is full. */
struct i82576_rx_frame *i82576_rx_reserve(struct i82576_rx *rx, size_t len);
static inline uint8_t *i82576_rx_bytes(struct i82576_rx_frame *f)
{
	return (uint8_t *)(f + 1);
}

/* Puts frames into descriptors, as far as it gets. */
void i82576_rx_run(struct i82576 *n);

/* (i82576_filter.c) */
bool i82576_filter(const struct i82576 *n, const uint8_t *frame);
bool i82576_filter_vlan(const struct i82576 *n, uint16_t tci);
bool i82576_too_long(const struct i82576 *n, size_t len, bool vlan);
/* The queue, and what it means for the descriptor (i82576_rss.c). */
void i82576_classify(struct i82576 *n, struct i82576_rx_frame *f, const struct i82576_headers *h,
		     const uint8_t *frame);
/* Checksums (i82576_rxsum.c): completes those that @hdr left open, and says what is right. */
void i82576_rx_checksums(struct i82576 *n, struct i82576_rx_frame *f,
			 const struct i82576_headers *h, const struct virtio_net_hdr *hdr,
			 uint8_t *frame, size_t len);

/* ---- both (i82576_packet.c) ---- */

struct i82576_packet {
	struct i82576 *nic;
	struct net *net;
	struct net_user user;
	struct ep_idle turn;
	unsigned int first_tx;		/* the queue that comes first in the next turn */
	uint32_t reading;		/* bytes that transmit waits for */
	unsigned int told;		/* bits of enum i82576_problem */
	struct i82576_rx rx;
	struct i82576_txq tx[I82576_QUEUES];
};

/* Logged once a reset. */
enum i82576_problem {
	I82576_PROBLEM_TX_LONG,
	I82576_PROBLEM_TX_SHORT,
	I82576_PROBLEM_TX_TSO,
	I82576_PROBLEM_TX_CHECKSUM,
	I82576_PROBLEM_TX_TYPE,
	I82576_PROBLEM_RX_BUFFER,
};

__printf(3, 4) void i82576_tell(struct i82576 *n, enum i82576_problem p, const char *fmt, ...);
/* Something has come: there will be a turn. */
void i82576_turn(struct i82576 *n);

#endif /* VRCEP_I82576_PACKET_H */
