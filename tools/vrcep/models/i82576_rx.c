// SPDX-License-Identifier: GPL-2.0-only
/* Receive: from the back end, or from transmit, through the filters into the packet buffer. */
#include <string.h>

#include "csum.h"
#include "i82576_packet.h"

#define GSO_UDP_L4	5	/* VIRTIO_NET_HDR_GSO_UDP_L4, younger than some headers */
#define MIN_LEN		(I82576_MIN_FRAME - I82576_CRC_LEN)

/* ---- one frame ---- */

/* PSRTYPE: of which packets the headers are split off. */
static unsigned int split_type(const struct i82576_headers *h)
{
	if (h->ipv4)
		return h->tcp ? 2 : h->udp ? 3 : 1;
	if (h->ipv6)
		return h->tcp ? 8 : h->udp ? 9 : 7;
	return 18;
}

static void describe(struct i82576 *n, struct i82576_rx_frame *f, const struct i82576_headers *h,
		     uint8_t *frame, size_t len, const struct virtio_net_hdr *hdr)
{
	uint32_t size = f->size;

	memset(f, 0, sizeof(*f));
	f->size = size;
	i82576_rx_checksums(n, f, h, hdr, frame, len);
	i82576_classify(n, f, h, frame);
	if (i82576_get(n, I82576_PSRTYPE(f->queue)) >> split_type(h) & 1)
		f->header_len = h->end;
	if (i82576_timestamp_rx(n, frame, len))
		f->status |= RXD_STAT_TS;
}

/* The bytes as they are in the packet buffer: without the tag, with an FCS, if so configured. */
static void store(struct i82576 *n, struct i82576_rx_frame *f, const uint8_t *frame, size_t len,
		  bool strip)
{
	uint8_t *to = i82576_rx_bytes(f);
	size_t from = 0;
	uint32_t crc;

	if (strip) {
		memcpy(to, frame, ETH_ADDRS_LEN);
		to += ETH_ADDRS_LEN;
		from = ETH_ADDRS_LEN + VLAN_LEN;
		f->vlan = (uint16_t)(frame[from - 2] << 8 | frame[from - 1]);
		f->status |= RXD_STAT_VP;
		f->header_len = f->header_len ? (uint16_t)(f->header_len - VLAN_LEN) : 0;
	}
	memcpy(to, frame + from, len - from);
	to += len - from;
	if (!(i82576_get(n, I82576_RCTL) & RCTL_SECRC)) {
		crc = htole32(crc32_ethernet(0, i82576_rx_bytes(f),
					     (size_t)(to - i82576_rx_bytes(f))));
		memcpy(to, &crc, sizeof(crc));
		to += sizeof(crc);
	}
	f->len = (uint16_t)(to - i82576_rx_bytes(f));
}

static void keep(struct i82576 *n, const struct i82576_headers *h, uint8_t *frame, size_t len,
		 const struct virtio_net_hdr *hdr)
{
	struct i82576_rx_frame *f = i82576_rx_reserve(&n->pkt->rx, len + I82576_CRC_LEN);

	if (!f) {
		i82576_count(n, I82576_MPC, 1);
		i82576_irq_cause(n, ICR_RXMISS);
		return;
	}
	describe(n, f, h, frame, len, hdr);
	i82576_count_rx(n, f->queue, frame, len + I82576_CRC_LEN);
	store(n, f, frame, len, h->vlan && i82576_get(n, I82576_CTRL) & CTRL_VME);
	i82576_turn(n);
}

static bool may_receive(const struct i82576 *n)
{
	return i82576_get(n, I82576_RCTL) & RCTL_RXEN &&
	       (i82576_link_up(n) || i82576_loopback(n));
}

static uint16_t tci(const uint8_t *frame)
{
	return (uint16_t)(frame[ETH_HDR_LEN] << 8 | frame[ETH_HDR_LEN + 1]);
}

static void receive(struct i82576 *n, const struct virtio_net_hdr *hdr, uint8_t *frame, size_t len)
{
	uint8_t padded[MIN_LEN] = { 0 };
	struct i82576_headers h;

	/* On a wire nothing is shorter. */
	if (len < MIN_LEN) {
		memcpy(padded, frame, len);
		frame = padded;
		len = MIN_LEN;
	}
	i82576_count_rx_total(n, len + I82576_CRC_LEN);
	if (i82576_control_frame(n, frame, len))
		return;
	i82576_headers(&h, frame, len, VET_VET(i82576_get(n, I82576_VET)));
	if (!i82576_filter(n, frame) || (h.vlan && !i82576_filter_vlan(n, tci(frame))))
		return;
	if (i82576_too_long(n, len + I82576_CRC_LEN, h.vlan))
		i82576_count(n, I82576_ROC, 1);
	else
		keep(n, &h, frame, len, hdr);
}

/* ---- packets that are larger than frames ---- */

static void receive_cut(void *ctx, uint8_t *frame, size_t len)
{
	static const struct virtio_net_hdr nothing = { .flags = VIRTIO_NET_HDR_F_DATA_VALID };

	receive(ctx, &nothing, frame, len);
}

static bool find_gso(struct gso *g, const struct i82576_headers *h,
		     const struct virtio_net_hdr *hdr)
{
	unsigned int type = hdr->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;

	*g = (struct gso){ .l3 = h->l3, .l4 = h->l4, .payload = h->end, .mss = hdr->gso_size,
			   .ipv6 = h->ipv6, .udp = h->udp };
	if (type == VIRTIO_NET_HDR_GSO_TCPV4)
		return h->ipv4 && h->tcp;
	if (type == VIRTIO_NET_HDR_GSO_TCPV6)
		return h->ipv6 && h->tcp;
	return type == GSO_UDP_L4 && h->udp;
}

static void cut(struct i82576 *n, const struct virtio_net_hdr *hdr, uint8_t *frame, size_t len)
{
	struct i82576_headers h;
	struct gso g;

	i82576_headers(&h, frame, len, VET_VET(i82576_get(n, I82576_VET)));
	if (!find_gso(&g, &h, hdr) || !gso_valid(&g, frame, h.l4_end)) {
		i82576_count(n, I82576_RLEC, 1);
		return;
	}
	gso_cut(&g, frame, h.l4_end, csum_pseudo(frame + h.l3, h.ipv6, h.protocol), receive_cut,
		n);
}

/* ---- all of them ---- */

void i82576_rx_packet(struct i82576 *n, const struct virtio_net_hdr *hdr, uint8_t *frame,
		      size_t len)
{
	if (i82576_asleep(n))
		i82576_wake(n, frame, len);
	else if (!may_receive(n) || len < ETH_HDR_LEN)
		return;
	else if (hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		cut(n, hdr, frame, len);
	else
		receive(n, hdr, frame, len);
}
