/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The 82576 model: one port of an Intel 82576EB Gigabit Ethernet controller.
 *
 * Two halves that share the registers. The core half (i82576.c, _io, _nvm,
 * _phy, _irq, _stats, _link, _flow, _power, _clock) is everything that is not a packet; it
 * serves BAR 0 by a table and calls the packet half (i82576_ring.c, _tx, _txd,
 * _rx, _filter, _rss, net*) when a register of a queue was written. All
 * registers are in one array, at the offsets of i82576_regs.h: what a register
 * reads as without a function of its own is what it says there.
 */
#ifndef VRCEP_I82576_H
#define VRCEP_I82576_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../container.h"
#include "../function.h"
#include "i82576_regs.h"

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#define I82576_PCI_VENDOR	0x8086
#define I82576_PCI_DEVICE	0x10c9	/* 82576 Gigabit Network Connection, copper */
#define I82576_PCI_SUBSYSTEM	0xa03c
#define I82576_BAR_SIZE		0x20000u
#define I82576_QUEUES		16	/* of each direction */
#define I82576_VECTORS		25	/* bits of EICR; the root sees 10 of them */
#define I82576_MSIX_VECTORS	10
#define I82576_MAX_FRAME	9728	/* with the CRC */
#define I82576_MIN_FRAME	64	/* with the CRC */
#define I82576_CRC_LEN		4
#define I82576_NVM_WORDS	1024	/* the driver polls a semaphore as often as it has words */
#define I82576_PHY_SPACE	0x4000	/* registers behind the page select of the PHY */

struct i82576_packet;			/* the packet half's own */
extern const struct ep_model ep_model_82576;

struct i82576_phy {
	uint16_t basic[16];		/* IEEE 802.3: the same on every page */
	uint16_t paged[I82576_PHY_SPACE];
	uint16_t page;			/* the page select register */
	bool aneg_done;
	bool link_was_down;		/* since the status register was read */
	struct ep_timer aneg;
};

/* The serial EEPROM behind EEC: an instruction is shifted in bit by bit. */
struct i82576_spi {
	uint32_t shift;
	unsigned int bits;		/* shifted in since the chip was selected */
	uint8_t opcode;
	uint16_t addr;			/* bytes */
	bool write_enabled;
};

struct i82576_nvm {
	uint16_t word[I82576_NVM_WORDS];
	int fd;				/* of nvm=FILE, or -1 */
	struct i82576_spi spi;
};

struct i82576_vector {
	struct i82576 *nic;
	struct ep_timer timer;
	uint64_t allowed;		/* ns: not before, by EITR */
};

/* The clock of IEEE 1588: @base at the time @since, and TIMINCA tells how it goes on. */
struct i82576_clock {
	uint64_t base, since;
	uint32_t latched_high;		/* SYSTIMH as of the last read of SYSTIML */
	uint64_t started;		/* of FRTIMER */
};

/* IEEE 802.3 flow control. */
struct i82576_flow {
	struct ep_timer pause;		/* until when the transmitter is stopped */
	struct ep_timer refresh;	/* the other side is told again */
	bool xoff;			/* it has been told to stop */
};

struct i82576 {
	struct ep_func func;
	struct ep_loop *loop;
	uint32_t reg[I82576_BAR_SIZE / 4];
	uint32_t io_addr;		/* IOADDR of BAR 2 */
	int port_option;		/* LAN ID; -1: that of the function number */
	unsigned int port;
	unsigned int queues;		/* of the back end; all 16 of the device always exist */
	bool carrier;			/* of the back end */
	bool asleep;			/* D3 */
	bool asserted;			/* the one interrupt of the modes without vectors */
	bool described;
	/* Queue 0, which a reset has enabled, has had nothing to do yet. */
	bool rx_since_reset, tx_since_reset;
	struct i82576_nvm nvm;
	struct i82576_phy phy;
	struct i82576_vector vector[I82576_VECTORS];
	struct i82576_clock clock;
	struct ep_timer tcp_timer;
	struct i82576_flow flow;
	struct i82576_packet *pkt;
};

static inline struct i82576 *i82576_of(struct ep_func *f)
{
	return container_of(f, struct i82576, func);
}

static inline uint32_t i82576_get(const struct i82576 *n, unsigned int off)
{
	return n->reg[off / 4];
}

static inline void i82576_set(struct i82576 *n, unsigned int off, uint32_t val)
{
	n->reg[off / 4] = val;
}

static inline void i82576_set_bits(struct i82576 *n, unsigned int off, uint32_t bits)
{
	n->reg[off / 4] |= bits;
}

static inline void i82576_clear_bits(struct i82576 *n, unsigned int off, uint32_t bits)
{
	n->reg[off / 4] &= ~bits;
}

/* ==== what the core half gives to the packet half ==== */

/* ---- interrupts (i82576_irq.c); write descriptors back first ---- */

/*
 * Descriptors of a queue were written back. Once for a batch. Sets ICR.RXDW or
 * TXDW and, by IVAR, a bit of EICR; EITR moderates unless @immediate (low
 * latency interrupts).
 */
void i82576_irq_rx(struct i82576 *n, unsigned int queue, bool immediate);
void i82576_irq_tx(struct i82576 *n, unsigned int queue);
/* Other causes, bits of ICR: RXDMT0, RXMISS, ... */
void i82576_irq_cause(struct i82576 *n, uint32_t icr);

/* ---- statistics (i82576_stats.c) ---- */

/* Adds to a register that sticks at its end and is cleared when read. */
void i82576_count(struct i82576 *n, unsigned int reg, uint32_t add);
/* The same of 64 bits: @reg is the low half, the high half comes after it. */
void i82576_count64(struct i82576 *n, unsigned int reg, uint64_t add);
/*
 * A good frame of @len bytes with CRC went out or came in: all registers that
 * this means (packets, octets, sizes, broadcast, multicast, those of the queue
 * and of the host). @dst is the destination address.
 */
void i82576_count_tx(struct i82576 *n, unsigned int queue, const uint8_t *dst, size_t len);
void i82576_count_rx(struct i82576 *n, unsigned int queue, const uint8_t *dst, size_t len);
/* A frame on the wire, accepted by a filter or not: total packets and octets. */
void i82576_count_rx_total(struct i82576 *n, size_t len);

/* ---- link, loopback, power (i82576_link.c, i82576_power.c) ---- */

/* What is transmitted comes back as received, whatever the link does; nothing goes to the wire. */
bool i82576_loopback(const struct i82576 *n);
/* STATUS.LU: what the driver sees. Without it nothing is taken from or given to the back end. */
bool i82576_link_up(const struct i82576 *n);
/* May a DMA request be started: bus master, and not CTRL.GIO Master Disable. */
bool i82576_may_dma(const struct i82576 *n);
/* The back end has (not) got a carrier. */
void i82576_carrier(struct i82576 *n, bool up);
/* In D3: frames from the back end go to i82576_wake() and nowhere else. */
bool i82576_asleep(const struct i82576 *n);
void i82576_wake(struct i82576 *n, const uint8_t *frame, size_t len);

/* ---- flow control (i82576_flow.c) ---- */

/* STATUS.TXOFF: nothing is transmitted to the wire for now. */
bool i82576_tx_paused(const struct i82576 *n);
/* A received frame, before the filters. True: it is not for software. */
bool i82576_control_frame(struct i82576 *n, const uint8_t *frame, size_t len);
/* Bytes in the packet buffer of the receiver. True: flow control holds the partner back. */
bool i82576_flow_level(struct i82576 *n, uint32_t used);

/* ---- time stamps (i82576_clock.c) ---- */

/* A packet with the 1588 bit in its descriptor has gone out. */
void i82576_timestamp_tx(struct i82576 *n);
/* True: the frame was stamped in RXSTMP, its descriptor says so. */
bool i82576_timestamp_rx(struct i82576 *n, const uint8_t *frame, size_t len);

/* ==== what the packet half gives to the core half ==== */

/* Parses tap=, iface=, queues= and opens the back end; 0, or -1 and a message in @err. */
int i82576_packet_create(struct i82576 *n, const struct ep_options *o, char *err, size_t err_len);
void i82576_packet_destroy(struct i82576 *n);
/*
 * Every queue is disabled and forgets what it has. @dma_gone: no callback of a
 * DMA of before arrives any more (function reset); otherwise (CTRL.RST) they
 * still do, and find nothing. The registers are reset by the core, after this.
 */
void i82576_packet_reset(struct i82576 *n, bool dma_gone);
/* Registers of a queue were written, and hold what was written. */
void i82576_rx_tail(struct i82576 *n, unsigned int queue);
void i82576_tx_tail(struct i82576 *n, unsigned int queue);
/*
 * RXDCTL or TXDCTL was written and holds what was written; @old is what it was.
 * A queue that is disabled while it is busy keeps XDCTL_ENABLE in the register
 * until it has stopped; XDCTL_SWFLSH is cleared when that is done. After a reset
 * the register says that queue 0 is enabled, but for the packet half it is when the
 * core half calls one of these with an @old that is not. The core half lets a head
 * be written while its queue is disabled, and never changes it.
 */
void i82576_rx_control(struct i82576 *n, unsigned int queue, uint32_t old);
void i82576_tx_control(struct i82576 *n, unsigned int queue, uint32_t old);
/*
 * Something that lets packets go on, or stops them: RCTL, TCTL, bus mastering,
 * link, loopback, power. The packet half looks at everything again.
 */
void i82576_packet_kick(struct i82576 *n);
/* ep_dma_backlog() is low again. */
void i82576_packet_drained(struct i82576 *n);
/* Are reads in flight: STATUS.GIO Master Enable waits for them. */
bool i82576_packet_busy(const struct i82576 *n);
/* Does the address filter of the receiver take it (unicast, multicast, broadcast, promiscuous). */
bool i82576_filter(const struct i82576 *n, const uint8_t *frame);
/* For the status file: back end and counters. */
void i82576_packet_status(const struct i82576 *n, char *buf, size_t len);

#endif /* VRCEP_I82576_H */
