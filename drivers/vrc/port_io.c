// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames between a port and its NIC. What is not a frame for us is counted,
 * traced, logged within limits, and goes no further.
 */
#include <linux/etherdevice.h>

#include "compat.h"
#include "link.h"
#include "port.h"
#include "rx.h"
#include "trace.h"

/*
 * Receive
 */

static u64 bad_value(int err, const struct sk_buff *skb)
{
	switch (-err) {
	case VRC_FRAME_BAD_VERSION:
		return skb->data[0];
	case VRC_FRAME_BAD_LENGTH:
		return vrc_get16(skb->data + offsetof(struct vrc_wire_hdr, length));
	case VRC_FRAME_BAD_SESSION:
		return vrc_get64(skb->data + offsetof(struct vrc_wire_hdr, session));
	case VRC_FRAME_BAD_WINDOW:
		return vrc_get16(skb->data + offsetof(struct vrc_wire_hdr, window));
	case VRC_FRAME_TRUNCATED:
		return skb->len;
	default:
		return skb->data[1];	/* the kind */
	}
}

static void count_bad_frame(struct vrc_port *port, int err)
{
	switch (-err) {
	case VRC_FRAME_TRUNCATED:
		vrc_port_count(port, rx_truncated);
		break;
	case VRC_FRAME_BAD_VERSION:
		vrc_port_count(port, rx_bad_version);
		break;
	case VRC_FRAME_BAD_KIND:
		vrc_port_count(port, rx_bad_kind);
		break;
	case VRC_FRAME_BAD_LENGTH:
		vrc_port_count(port, rx_bad_length);
		break;
	case VRC_FRAME_BAD_SESSION:
		vrc_port_count(port, rx_bad_session);
		break;
	case VRC_FRAME_BAD_WINDOW:
		vrc_port_count(port, rx_bad_window);
		break;
	default:
		vrc_port_count(port, rx_bad_field);
		break;
	}
}

/* Not logged: what a bad cable or switch does to a frame says nothing of who has sent it. */
static void drop_corrupted_frame(struct vrc_port *port, struct sk_buff *skb)
{
	vrc_port_count(port, rx_bad_check);
	trace_vrc_frame_drop(dev_name(&port->dev), eth_hdr(skb)->h_source, "bad check",
			     skb->data[1], 0);
	kfree_skb(skb);
}

static void drop_bad_frame(struct vrc_port *port, struct sk_buff *skb, int err)
{
	const u8 *mac = eth_hdr(skb)->h_source;

	count_bad_frame(port, err);
	trace_vrc_frame_drop(dev_name(&port->dev), mac, vrc_frame_error_name(err),
			     skb->len > 1 ? skb->data[1] : 0, 0);
	if (err == -VRC_FRAME_BAD_VERSION)
		dev_warn_ratelimited(&port->dev, "station %pM speaks version %u, we speak %u\n",
				     mac, skb->data[0], VRC_WIRE_VERSION);
	else
		dev_warn_ratelimited(&port->dev, "dropped a frame from %pM: %s (%#llx)\n",
				     mac, vrc_frame_error_name(err), bad_value(err, skb));
	kfree_skb(skb);
}

/* Only stations advertise to everybody; a root has no use for DISCOVER or BIND. */
static bool kind_is_for_us(const struct sk_buff *skb, u8 kind)
{
	if (kind == VRC_KIND_DISCOVER || kind == VRC_KIND_BIND)
		return false;
	return skb->pkt_type == PACKET_HOST ||
	       (skb->pkt_type == PACKET_BROADCAST && kind == VRC_KIND_ADVERTISE);
}

/* Answers go to who has sent a frame: that is no group. And a promiscuous NIC brings all. */
static bool is_of_others(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_OTHERHOST ||
	       is_multicast_ether_addr(eth_hdr(skb)->h_source);
}

int vrc_port_rcv(struct sk_buff *skb, struct net_device *ndev,
		 struct packet_type *ptype, struct net_device *orig_dev)
{
	struct vrc_port *port = container_of(ptype, struct vrc_port, ptype);
	struct vrc_frame f;
	int err;

	vrc_port_count(port, rx_frames);
	this_cpu_add(port->stats->rx_bytes, skb->len + ETH_HLEN);
	if (is_of_others(skb)) {
		vrc_port_count(port, rx_not_for_us);
		kfree_skb(skb);
		return NET_RX_DROP;
	}
	skb = skb_share_check(skb, GFP_ATOMIC);
	if (!skb || vrc_rx_prepare(skb)) {
		vrc_port_count(port, rx_no_memory);
		kfree_skb(skb);
		return NET_RX_DROP;
	}
	if (!vrc_rx_intact(skb)) {
		drop_corrupted_frame(port, skb);
		return NET_RX_DROP;
	}
	err = vrc_frame_parse(skb->data, skb->len, &f);
	if (err) {
		drop_bad_frame(port, skb, err);
		return NET_RX_DROP;
	}
	if (!kind_is_for_us(skb, f.kind)) {
		vrc_port_count(port, rx_not_for_us);
		consume_skb(skb);
		return NET_RX_DROP;
	}
	vrc_link_rx(port, skb, &f);
	return NET_RX_SUCCESS;
}

/*
 * Transmit
 */

struct sk_buff *vrc_port_alloc(struct vrc_port *port, size_t payload, gfp_t gfp)
{
	size_t head = LL_MAX_HEADER, tail = 0;
	struct net_device *ndev;
	struct sk_buff *skb;

	rcu_read_lock();
	ndev = rcu_dereference(port->ndev);
	if (ndev) {
		head = LL_RESERVED_SPACE(ndev);
		tail = ndev->needed_tailroom;
	}
	rcu_read_unlock();

	skb = alloc_skb_fclone(head + VRC_FRAME_OVERHEAD + payload + tail,
			       gfp | __GFP_NOWARN);
	if (!skb) {
		vrc_port_count(port, tx_no_memory);
		return NULL;
	}
	skb_reserve(skb, head);
	skb_put(skb, sizeof(struct vrc_wire_hdr));
	return skb;
}

/* The NIC may be another one than when the frame was made: it may want more headroom. */
static int add_ethernet_header(struct vrc_port *port, struct net_device *ndev,
			       struct sk_buff *skb, const u8 *dst)
{
	int err = skb_cow_head(skb, LL_RESERVED_SPACE(ndev));

	if (err)
		return err;
	skb->dev = ndev;
	skb->protocol = htons(port->ethertype);
	skb_reset_network_header(skb);
	return dev_hard_header(skb, ndev, port->ethertype, dst, NULL, skb->len);
}

void vrc_port_xmit(struct vrc_port *port, struct sk_buff *skb, const u8 *dst)
{
	struct net_device *ndev;

	/* vrc_frame_seal() has written it; what the ARQ keeps ends with the payload */
	skb_put(skb, VRC_CHECK_LEN);
	rcu_read_lock();
	ndev = rcu_dereference(port->ndev);
	if (!ndev) {
		vrc_port_count(port, tx_no_nic);
		kfree_skb(skb);
	} else if (add_ethernet_header(port, ndev, skb, dst) < 0) {
		vrc_port_count(port, tx_no_memory);
		kfree_skb(skb);
	} else {
		vrc_port_count(port, tx_frames);
		this_cpu_add(port->stats->tx_bytes, skb->len);
		dev_queue_xmit(skb);
	}
	rcu_read_unlock();
}

u32 vrc_port_max_payload(struct vrc_port *port)
{
	struct net_device *ndev;
	u32 mtu;

	rcu_read_lock();
	ndev = rcu_dereference(port->ndev);
	mtu = ndev ? READ_ONCE(ndev->mtu) : 0;
	rcu_read_unlock();
	if (mtu <= VRC_FRAME_OVERHEAD)
		return 0;
	mtu -= VRC_FRAME_OVERHEAD;
	return min_t(u32, mtu, VRC_MAX_PAYLOAD) & ~3U;
}

bool vrc_port_carrier(struct vrc_port *port)
{
	struct net_device *ndev;
	bool up;

	rcu_read_lock();
	ndev = rcu_dereference(port->ndev);
	up = ndev && netif_running(ndev) && netif_carrier_ok(ndev);
	rcu_read_unlock();
	return up;
}
