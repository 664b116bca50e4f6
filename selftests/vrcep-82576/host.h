/* SPDX-License-Identifier: GPL-2.0-only */
/* A small driver of the 82576, as far as the tests need one. Time is the test's own. */
#ifndef I82576_HOST_H
#define I82576_HOST_H

#include "fake_ep.h"
#include "fake_net.h"
#include "models/i82576.h"
#include "tap.h"

#define HOST_MAC	"\x52\x54\x00\x82\x57\x60"
#define HOST_PEER	"\x02\x00\x00\x00\x00\x01"
#define HOST_BUFFER	2048
#define HOST_MAX_FRAME	16384

struct host {
	struct ep_func *func;
	struct ep_loop *loop;
	uint64_t now;			/* ns */
	uint64_t next_page;		/* of guest memory that is free */
};

extern struct host host;
extern char host_error[512];
extern const struct ep_model ep_model_82576;

/* ---- the machine ---- */

/* NULL and a message in host_error. */
struct ep_func *host_create(const char *options);
/* A fresh machine and port, MSI-X enabled; options as after "82576,". */
bool host_open(const char *options);
void host_close(void);
/* Lets time pass, in steps of 1/200. */
void host_run(unsigned int us);
uint64_t host_alloc(size_t len);
/* What the core does at Function Level Reset. */
void host_function_reset(void);

/* ---- registers ---- */

uint32_t reg(uint64_t off);
void set_reg(uint64_t off, uint32_t val);
/* Until (register & mask) is @want, at most a second. */
bool host_wait(uint64_t off, uint32_t mask, uint32_t want);
uint16_t host_phy_read(unsigned int reg);
void host_phy_write(unsigned int reg, uint16_t val);
uint16_t host_nvm_read(unsigned int word);

/* ---- the driver ---- */

/* CTRL.RST, and waits until the device is there again. */
void host_reset(void);
/* The link comes up, the MAC sends and receives: all but the queues. */
bool host_up(void);
/* @vector for both directions of queue @q, MSI-X. */
void host_vector(unsigned int q, unsigned int vector);

struct host_ring {
	unsigned int queue, entries;
	unsigned int next;		/* to be filled */
	unsigned int clean;		/* to be looked at */
	uint64_t base, buffers;
	unsigned int buffer_size;
};

struct host_frame {
	size_t len;			/* of all buffers together */
	size_t header;			/* of these, in the header buffer */
	bool split;			/* as the descriptor says */
	unsigned int descriptors;
	uint16_t type, vlan;		/* packet type; of the last descriptor */
	uint32_t rss;
	uint32_t status;		/* with the errors */
	uint8_t data[HOST_MAX_FRAME];
};

void host_tx_ring(struct host_ring *r, unsigned int queue, unsigned int entries);
void host_rx_ring(struct host_ring *r, unsigned int queue, unsigned int entries, uint32_t srrctl);
/* One advanced data descriptor; @cmd and @olinfo are the upper two words less the lengths. */
void host_tx_put(struct host_ring *r, uint64_t addr, size_t len, size_t payload, uint32_t cmd,
		 uint32_t options);
void host_tx_context(struct host_ring *r, unsigned int mac, unsigned int ip, unsigned int vlan,
		     uint32_t command, unsigned int mss, unsigned int l4);
void host_tx_legacy(struct host_ring *r, uint64_t addr, size_t len, uint8_t cmd, uint16_t vlan);
/* With a checksum from @start to the end, put at @field. */
void host_tx_legacy_sum(struct host_ring *r, uint64_t addr, size_t len, unsigned int start,
			unsigned int field);
/* Copies @frame to guest memory and puts one descriptor with EOP, IFCS and RS. */
void host_tx_frame(struct host_ring *r, const void *frame, size_t len, uint32_t cmd,
		   uint32_t options);
void host_ring_tail(struct host_ring *r);
/* Descriptors at the tail that are not done; 0 when all are. */
unsigned int host_tx_undone(struct host_ring *r);
bool host_tx_wait(struct host_ring *r);
void host_rx_fill(struct host_ring *r, unsigned int nr);
/* The next whole frame; false: there is none. */
bool host_rx_take(struct host_ring *r, struct host_frame *f);

#define TXD_EOP		BIT(24)
#define TXD_IFCS	BIT(25)
#define TXD_RS		BIT(27)
#define TXD_DEXT	BIT(29)
#define TXD_VLE		BIT(30)
#define TXD_TSE		BIT(31)
#define TXD_POPTS_IP	BIT(8)
#define TXD_POPTS_L4	BIT(9)
#define TXC_IPV4	BIT(10)
#define TXC_TCP		BIT(11)
#define TXC_SCTP	BIT(12)
#define RXD_DD		BIT(0)
#define RXD_EOP		BIT(1)
#define RXD_VP		BIT(3)
#define RXD_UDPCS	BIT(4)
#define RXD_L4CS	BIT(5)
#define RXD_IPCS	BIT(6)
#define RXD_L4E		BIT(29)
#define RXD_IPE		BIT(30)
#define SRRCTL_2K	(2u | 4u << 8 | 1u << 25)	/* one buffer, advanced */

/* ---- frames ---- */

/* Destination, HOST_PEER, an EtherType nobody knows, a pattern. */
size_t host_frame_to(uint8_t *frame, const char *to, size_t len, unsigned int seed);
/* The frame that the model has sent, @i from the oldest; NULL: none. */
const struct fake_frame *host_sent(unsigned int i);
void host_receive(const void *frame, size_t len);

#endif /* I82576_HOST_H */
