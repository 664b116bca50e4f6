// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checksums of received frames. What the back end left open (the sender is on
 * this host) is completed first: on a wire there are no half frames.
 */
#include <netinet/in.h>
#include <string.h>

#include "csum.h"
#include "i82576_packet.h"

/* ---- what the back end left open ---- */

/* True if it was the checksum of the packet's own transport header. */
static bool complete(const struct i82576_headers *h, const struct virtio_net_hdr *hdr,
		     uint8_t *frame, size_t len)
{
	size_t start = hdr->csum_start, field = start + hdr->csum_offset;
	size_t end = h->l4_end > start ? h->l4_end : len;
	uint16_t sum;

	if (!(hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || field + 2 > end)
		return false;
	sum = (uint16_t)~csum_fold(csum_add(0, frame + start, end - start));
	if (h->udp && !sum)
		sum = 0xffff;
	memcpy(frame + field, &sum, sizeof(sum));
	return h->l4 && start == h->l4;
}

/* ---- is it right ---- */

static bool sum_is_good(const struct i82576_headers *h, const uint8_t *frame)
{
	size_t len = (size_t)(h->l4_end - h->l4);
	uint32_t sum = csum_pseudo(frame + h->l3, h->ipv6, h->protocol);

	sum = csum_fold(sum) + (uint32_t)csum_fold(csum_length((uint32_t)len));
	return csum_fold(csum_add(sum, frame + h->l4, len)) == 0xffff;
}

static bool sctp_is_good(const struct i82576_headers *h, const uint8_t *frame)
{
	static const uint8_t zero[4];
	const uint8_t *sctp = frame + h->l4;
	uint32_t crc, found;

	memcpy(&found, sctp + 8, sizeof(found));
	crc = crc32c(0, sctp, 8);
	crc = crc32c(crc, zero, sizeof(zero));
	crc = crc32c(crc, sctp + 12, (size_t)(h->l4_end - h->l4) - 12);
	return crc == le32toh(found);
}

static void check_ip(struct i82576_rx_frame *f, const struct i82576_headers *h,
		     const uint8_t *frame)
{
	const uint8_t *ip = frame + h->l3;

	f->status |= RXD_STAT_IPCS;
	if (csum_fold(csum_add(0, ip, (ip[0] & 15) * 4u)) != 0xffff)
		f->status |= RXD_ERR_IPE;
}

static void check_sctp(struct i82576_rx_frame *f, const struct i82576_headers *h,
		       const uint8_t *frame)
{
	f->status |= RXD_STAT_L4CS;
	if (!sctp_is_good(h, frame))
		f->status |= RXD_ERR_L4E;
}

static bool udp_without(const struct i82576_headers *h, const uint8_t *frame)
{
	return h->udp && h->ipv4 && !frame[h->l4 + 6] && !frame[h->l4 + 7];
}

static void check_l4(struct i82576_rx_frame *f, const struct i82576_headers *h,
		     const uint8_t *frame, bool known_good)
{
	if (udp_without(h, frame))
		return;
	f->status |= RXD_STAT_L4CS | (h->udp ? RXD_STAT_UDPCS : 0);
	if (!known_good && !sum_is_good(h, frame))
		f->status |= RXD_ERR_L4E;
}

/* ---- the packet's sum, in place of the hash ---- */

static void packet_checksum(struct i82576 *n, struct i82576_rx_frame *f,
			    const struct i82576_headers *h, const uint8_t *frame, size_t len)
{
	size_t start = RXCSUM_PCSS(i82576_get(n, I82576_RXCSUM));

	if (start < len)
		f->checksum = csum_fold(csum_add(0, frame + start, len - start));
	if (h->ipv4)
		f->ip_id = (uint16_t)(frame[h->l3 + 4] << 8 | frame[h->l3 + 5]);
}

void i82576_rx_checksums(struct i82576 *n, struct i82576_rx_frame *f,
			 const struct i82576_headers *h, const struct virtio_net_hdr *hdr,
			 uint8_t *frame, size_t len)
{
	uint32_t rxcsum = i82576_get(n, I82576_RXCSUM), rfctl = i82576_get(n, I82576_RFCTL);
	bool known_good = complete(h, hdr, frame, len);
	bool l4 = !(h->ipv6 && rfctl & RFCTL_IPV6XSUM_DIS);

	/* The kernel vouches for the outermost checksum, and that is all there is of it here. */
	if (hdr->flags & VIRTIO_NET_HDR_F_DATA_VALID)
		known_good = true;
	if (h->ipv4 && rxcsum & RXCSUM_IPOFLD)
		check_ip(f, h, frame);
	if ((h->tcp || h->udp) && rxcsum & RXCSUM_TUOFLD && l4)
		check_l4(f, h, frame, known_good);
	if (h->sctp && rxcsum & RXCSUM_CRCOFL && l4)
		check_sctp(f, h, frame);
	if (!(rxcsum & RXCSUM_PCSD))
		packet_checksum(n, f, h, frame, len);
}
