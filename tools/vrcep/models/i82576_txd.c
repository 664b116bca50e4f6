// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is done to a packet on its way out: FCS, padding, checksums, segmentation,
 * VLAN tag. TCP and UDP checksums and the segmentation of TCP are left to the back end; what
 * it cannot do (IPv4 headers, SCTP, UDP segmentation, more than 64 KiB) is done here.
 */
#include <string.h>

#include "csum.h"
#include "i82576_packet.h"

#define MAX_IP		65535u
#define TCP_CWR		0x80

static uint16_t l4_field(unsigned int l4t)
{
	return l4t == TXC_L4T_TCP ? 16 : l4t == TXC_L4T_SCTP ? 8 : 6;
}

static void put16(uint8_t *p, uint32_t val)
{
	p[0] = (uint8_t)(val >> 8);
	p[1] = (uint8_t)val;
}

static void drop(struct i82576_txq *q, struct i82576_tx_packet *p, enum i82576_problem why,
		 const char *what)
{
	struct i82576 *n = q->ring.nic;

	i82576_tell(n, why, "transmit queue %u: a packet of %u bytes is dropped: %s",
		    q->ring.queue, p->bytes, what);
	i82576_count(n, I82576_HTDPMC, 1);
	p->dropped = true;
}

/* ---- VLAN ---- */

static void insert_tag(struct i82576_txq *q, struct i82576_tx_packet *p, uint32_t tci)
{
	memmove(p->frame - VLAN_LEN, p->frame, ETH_ADDRS_LEN);
	p->frame -= VLAN_LEN;
	p->len += VLAN_LEN;
	put16(p->frame + ETH_ADDRS_LEN, VET_VET(i82576_get(q->ring.nic, I82576_VET)));
	put16(p->frame + ETH_ADDRS_LEN + 2, tci);
}

/* ---- checksums ---- */

static void ip_checksum(uint8_t *ip, size_t len)
{
	uint16_t sum;

	put16(ip + 10, 0);
	sum = (uint16_t)~csum_fold(csum_add(0, ip, len));
	memcpy(ip + 10, &sum, sizeof(sum));
}

static void sctp_checksum(uint8_t *sctp, size_t len)
{
	uint32_t crc;

	memset(sctp + 8, 0, 4);
	crc = htole32(crc32c(0, sctp, len));
	memcpy(sctp + 8, &crc, sizeof(crc));
}

static void l4_checksum(struct i82576_tx_packet *p, uint32_t l4, unsigned int l4t)
{
	if (l4t == TXC_L4T_SCTP) {
		sctp_checksum(p->frame + l4, p->len - l4);
		return;
	}
	p->hdr.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	p->hdr.csum_start = (uint16_t)l4;
	p->hdr.csum_offset = l4_field(l4t);
}

static void checksums(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t dw0 = le32toh(p->context.dw[0]), l3 = TXC_MACLEN(dw0), l4 = l3 + TXC_IPLEN(dw0);
	unsigned int l4t = TXC_L4T(le32toh(p->context.dw[2]));
	size_t l4_min = l4t == TXC_L4T_SCTP ? 12 : l4_field(l4t) + 2u;
	bool ip = p->olinfo & TXD_IXSM, other = p->olinfo & TXD_TXSM;

	if ((ip && (TXC_IPLEN(dw0) < 20 || l4 > p->len)) ||
	    (other && (l4t == 3 || l4 + l4_min > p->len))) {
		drop(q, p, I82576_PROBLEM_TX_CHECKSUM, "its context puts a checksum outside of it");
		return;
	}
	if (ip)
		ip_checksum(p->frame + l3, l4 - l3);
	if (other)
		l4_checksum(p, l4, l4t);
}

/* A legacy descriptor names start and place itself, and there is no pseudo header. */
static void legacy_checksum(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t start = TXD_CSS(p->olinfo), field = TXD_CSO(p->cmd);
	uint16_t sum;

	if (start >= p->len || field + 2 > p->len) {
		drop(q, p, I82576_PROBLEM_TX_CHECKSUM, "its checksum is outside of it");
		return;
	}
	sum = (uint16_t)~csum_fold(csum_add(0, p->frame + start, p->len - start));
	memcpy(p->frame + field, &sum, sizeof(sum));
}

/* ---- segmentation ---- */

/* The driver leaves the length out of headers and checksum: as one packet it has one. */
static void complete_headers(struct i82576_tx_packet *p)
{
	const struct gso *g = &p->gso;
	uint8_t *field = p->frame + gso_checksum_offset(g), *l3 = p->frame + g->l3;
	uint16_t sum;

	memcpy(&sum, field, sizeof(sum));
	sum = csum_fold(sum + (uint32_t)csum_fold(csum_length(p->len - g->l4)));
	memcpy(field, &sum, sizeof(sum));
	if (g->ipv6) {
		put16(l3 + 4, p->len - g->l3 - 40u);
	} else {
		put16(l3 + 2, p->len - g->l3);
		ip_checksum(l3, (size_t)(g->l4 - g->l3));
	}
	l4_checksum(p, g->l4, g->udp ? TXC_L4T_UDP : TXC_L4T_TCP);
}

static void segment(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t dw0 = le32toh(p->context.dw[0]), dw2 = le32toh(p->context.dw[2]);
	uint32_t dw3 = le32toh(p->context.dw[3]);
	struct gso *g = &p->gso;

	g->l3 = (uint16_t)TXC_MACLEN(dw0);
	g->l4 = (uint16_t)(g->l3 + TXC_IPLEN(dw0));
	g->payload = (uint16_t)(g->l4 + TXC_L4LEN(dw3));
	g->mss = (uint16_t)TXC_MSS(dw3);
	g->ipv6 = !(dw2 & TXC_IPV4);
	g->udp = TXC_L4T(dw2) == TXC_L4T_UDP;
	if (TXC_L4T(dw2) > TXC_L4T_TCP || !gso_valid(g, p->frame, p->len) ||
	    TXD_PAYLEN(p->olinfo) != p->len - g->payload) {
		drop(q, p, I82576_PROBLEM_TX_TSO, "it is not what its segmentation context says");
		return;
	}
	i82576_count(q->ring.nic, I82576_TSCTC, 1);
	p->cut = p->len - g->payload > g->mss && (g->udp || p->len - g->l3 > MAX_IP);
	if (p->cut)
		return;
	complete_headers(p);
	if (p->len - g->payload <= g->mss)
		return;
	p->hdr.gso_type = g->ipv6 ? VIRTIO_NET_HDR_GSO_TCPV6 : VIRTIO_NET_HDR_GSO_TCPV4;
	if (p->frame[g->l4 + 13] & TCP_CWR)
		p->hdr.gso_type |= VIRTIO_NET_HDR_GSO_ECN;
	p->hdr.gso_size = g->mss;
	p->hdr.hdr_len = g->payload;
}

/* A tag in front of everything that offsets were given for. */
static void shift(struct i82576_tx_packet *p)
{
	p->gso.l3 = (uint16_t)(p->gso.l3 + VLAN_LEN);
	p->gso.l4 = (uint16_t)(p->gso.l4 + VLAN_LEN);
	p->gso.payload = (uint16_t)(p->gso.payload + VLAN_LEN);
	if (p->hdr.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		p->hdr.csum_start = (uint16_t)(p->hdr.csum_start + VLAN_LEN);
	if (p->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		p->hdr.hdr_len = (uint16_t)(p->hdr.hdr_len + VLAN_LEN);
}

/* ---- by kind of descriptor ---- */

static void prepare_legacy(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	if (p->cmd & TXD_IC)
		legacy_checksum(q, p);
	if (p->cmd & TXD_VLE && !p->dropped)
		insert_tag(q, p, TXD_VLAN(p->olinfo));
}

static void prepare_advanced(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	if (p->cmd & TXD_TSE)
		segment(q, p);
	else
		checksums(q, p);
	if (p->cmd & TXD_VLE && !p->dropped) {
		insert_tag(q, p, TXC_VLAN(le32toh(p->context.dw[0])));
		shift(p);
	}
}

static void pad(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint32_t min = I82576_MIN_FRAME - I82576_CRC_LEN;

	if (p->len >= min || !(i82576_get(q->ring.nic, I82576_TCTL) & TCTL_PSP))
		return;
	memset(p->frame + p->len, 0, min - p->len);
	p->len = min;
}

static bool is_segmented(const struct i82576_tx_packet *p)
{
	return p->cut || p->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE;
}

static void check_size(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	if (!is_segmented(p) && p->len + I82576_CRC_LEN > I82576_MAX_FRAME)
		drop(q, p, I82576_PROBLEM_TX_LONG, "no frame is so long");
}

static void prepare(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	p->ready = true;
	p->frame = q->arena + p->off;
	/* Without IFCS the FCS is in the packet; the back end makes its own. */
	if (!(p->cmd & TXD_IFCS))
		p->len = p->len > I82576_CRC_LEN ? p->len - I82576_CRC_LEN : 0;
	if (p->len < ETH_HDR_LEN) {
		drop(q, p, I82576_PROBLEM_TX_SHORT, "it has no Ethernet header");
		return;
	}
	if (p->cmd & TXD_DEXT)
		prepare_advanced(q, p);
	else
		prepare_legacy(q, p);
	if (p->dropped)
		return;
	check_size(q, p);
	pad(q, p);
}

/* ---- out ---- */

static bool give(struct i82576_txq *q, const struct virtio_net_hdr *hdr, uint8_t *frame, size_t len)
{
	struct i82576 *n = q->ring.nic;

	if (i82576_loopback(n)) {
		i82576_rx_packet(n, hdr, frame, len);
		return true;
	}
	/* What the back end drops was on the wire, as far as the driver can know. */
	return net_send(n->pkt->net, q->ring.queue, hdr, frame, len) != NET_BUSY;
}

static void count(struct i82576_txq *q, const uint8_t *dst, size_t len)
{
	i82576_count_tx(q->ring.nic, q->ring.queue, dst, len + I82576_CRC_LEN);
}

static void count_segments(struct i82576_txq *q, const struct i82576_tx_packet *p)
{
	size_t left = p->len - p->gso.payload;

	for (; left > p->gso.mss; left -= p->gso.mss)
		count(q, p->frame, (size_t)p->gso.payload + p->gso.mss);
	count(q, p->frame, p->gso.payload + left);
}

struct cut_state {
	struct i82576_txq *q;
	struct i82576_tx_packet *p;
	uint32_t nr;
	bool busy;
};

static void cut_frame(void *ctx, uint8_t *frame, size_t len)
{
	static const struct virtio_net_hdr nothing;
	struct cut_state *s = ctx;

	if (s->busy || s->nr++ < s->p->sent)
		return;
	s->busy = !give(s->q, &nothing, frame, len);
	if (s->busy)
		return;
	s->p->sent++;
	count(s->q, frame, len);
}

static bool send_cut(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	struct cut_state s = { .q = q, .p = p };
	uint16_t partial;

	memcpy(&partial, p->frame + gso_checksum_offset(&p->gso), sizeof(partial));
	gso_cut(&p->gso, p->frame, p->len, partial, cut_frame, &s);
	return !s.busy;
}

static bool send_whole(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	uint8_t dst[6];

	/* What is looped back may be changed on the way. */
	memcpy(dst, p->frame, sizeof(dst));
	if (!give(q, &p->hdr, p->frame, p->len))
		return false;
	if (p->hdr.gso_type != VIRTIO_NET_HDR_GSO_NONE)
		count_segments(q, p);
	else
		count(q, dst, p->len);
	return true;
}

bool i82576_tx_send(struct i82576_txq *q, struct i82576_tx_packet *p)
{
	if (!p->ready)
		prepare(q, p);
	if (p->dropped)
		return true;
	if (!(p->cut ? send_cut(q, p) : send_whole(q, p)))
		return false;
	if (p->cmd & TXD_DEXT && p->cmd & TXD_1588)
		i82576_timestamp_tx(q->ring.nic);
	return true;
}
