// SPDX-License-Identifier: GPL-2.0-only
/*
 * A packet socket on an interface of the device host, in promiscuous mode. The
 * host's own stack does not hear what is sent, nor does the device hear the host.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net_int.h"

#define RCVBUF		(4 << 20)
#define ADDRS_LEN	12	/* both MAC addresses: a VLAN tag comes after them */
#define TAG_LEN		4

static int set_option(int fd, int opt, int val)
{
	return setsockopt(fd, SOL_PACKET, opt, &val, sizeof(val)) ? -errno : 0;
}

static int set_up(int fd, int ifindex, const char **what)
{
	struct sockaddr_ll sa = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
				  .sll_ifindex = ifindex };
	struct packet_mreq mr = { .mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC };
	int err, size = RCVBUF;

	*what = "options of the packet socket";
	err = set_option(fd, PACKET_VNET_HDR, 1);
	if (!err)
		err = set_option(fd, PACKET_AUXDATA, 1);
	if (!err)
		err = set_option(fd, PACKET_IGNORE_OUTGOING, 1);
	if (!err)
		err = set_option(fd, PACKET_QDISC_BYPASS, 1);
	if (err)
		return err;
	/* Without the privilege the kernel's limit applies. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	*what = "promiscuous mode";
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &mr, sizeof(mr)))
		return -errno;
	*what = "bind";
	return bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ? -errno : 0;
}

static int attach(struct net *n, const char **what)
{
	struct ifreq ifr = { 0 };
	int fd, err;

	memcpy(ifr.ifr_name, n->name, sizeof(n->name));
	*what = "look up";
	if (ioctl(n->ctl, SIOCGIFINDEX, &ifr))
		return -errno;
	*what = "packet socket";
	/* Without a protocol it receives nothing before bind() chooses the interface. */
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = set_up(fd, ifr.ifr_ifindex, what);
	if (!err)
		err = net_add_queue(n, fd);
	if (err)
		close(fd);
	return err;
}

static bool alive(struct net *n)
{
	struct ifreq ifr = { .ifr_ifindex = n->ifindex };

	return !ioctl(n->ctl, SIOCGIFNAME, &ifr);
}

/* ---- receive ---- */

static const struct tpacket_auxdata *aux_of(struct msghdr *msg)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_PACKET && c->cmsg_type == PACKET_AUXDATA)
			return (const void *)CMSG_DATA(c);
	return NULL;
}

/* The kernel has taken the VLAN tag off; there is room for it in front of @frame. */
static uint8_t *put_tag(uint8_t *frame, const struct tpacket_auxdata *aux,
			struct virtio_net_hdr *hdr)
{
	bool tpid = aux->tp_status & TP_STATUS_VLAN_TPID_VALID;
	uint16_t tag[2] = { htons(tpid ? aux->tp_vlan_tpid : ETH_P_8021Q),
			    htons(aux->tp_vlan_tci) };

	memmove(frame - TAG_LEN, frame, ADDRS_LEN);
	memcpy(frame - TAG_LEN + ADDRS_LEN, tag, sizeof(tag));
	if (hdr->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		hdr->csum_start = (uint16_t)(hdr->csum_start + TAG_LEN);
	if (hdr->gso_type != VIRTIO_NET_HDR_GSO_NONE)
		hdr->hdr_len = (uint16_t)(hdr->hdr_len + TAG_LEN);
	return frame - TAG_LEN;
}

/* False: nothing is there any more. */
static bool read_frame(struct net *n, struct net_queue *q)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct virtio_net_hdr hdr;
	uint8_t *frame = n->buf + TAG_LEN;
	struct sockaddr_ll from = { 0 };
	struct iovec iov[2] = {
		{ .iov_base = &hdr, .iov_len = sizeof(hdr) },
		{ .iov_base = frame, .iov_len = NET_BUF_SIZE - TAG_LEN },
	};
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = iov, .msg_iovlen = 2,
		.msg_control = control, .msg_controllen = sizeof(control),
	};
	ssize_t len = recvmsg(q->w.fd, &msg, 0);
	const struct tpacket_auxdata *aux;

	if (len < 0) {
		net_failed(n, errno);
		return false;
	}
	if ((size_t)len < sizeof(hdr) || msg.msg_flags & MSG_TRUNC ||
	    from.sll_pkttype == PACKET_OUTGOING)
		return true;
	len -= (ssize_t)sizeof(hdr);
	aux = aux_of(&msg);
	if (aux && aux->tp_status & TP_STATUS_VLAN_VALID && len >= ADDRS_LEN) {
		frame = put_tag(frame, aux, &hdr);
		len += TAG_LEN;
	}
	net_received(n, &hdr, frame, (size_t)len);
	return true;
}

static void read_frames(struct net *n, struct net_queue *q)
{
	int err = 0;
	socklen_t len = sizeof(err);

	/* An error that nobody takes would wake the loop for ever. */
	if (n->paused && !getsockopt(q->w.fd, SOL_SOCKET, SO_ERROR, &err, &len) && err)
		net_failed(n, err);
	for (unsigned int i = 0; i < NET_BATCH && n->attached && !n->paused; i++)
		if (!read_frame(n, q))
			return;
}

const struct net_ops net_packet_ops = {
	.attach = attach,
	.alive = alive,
	.read = read_frames,
	.must_exist = true,
};
