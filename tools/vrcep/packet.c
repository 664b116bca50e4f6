// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port by AF_PACKET: one socket and one receive ring per interface.
 *
 * The ring is TPACKET_V2. TPACKET_V3 hands over blocks of frames: a block that is
 * not full is handed over by a timer, of one millisecond at least, and that would
 * be the latency of every lonely request. V2 wakes us for each frame, and when
 * frames come fast one wake-up still finds many of them.
 *
 * Frames leave by sendmmsg(), at most once a turn of the loop and batch. The
 * kernel copies them, so a buffer that the ARQ keeps can be stamped and sent
 * again whenever it has to. They pass the queueing discipline of the interface
 * (tc works) unless told otherwise.
 *
 * The socket is bound to our EtherType: the kernel filters for us, and frames that
 * this host sends do not come back, since only sockets for all protocols see those.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <proto/frame.h>

#include "container.h"
#include "port.h"

#define RX_BUDGET	256	/* frames of one turn: then answers leave */
/* Told once of what arrives: we take all there is, and need not be asked whether that is so. */
#define RX_EVENTS	(EPOLLIN | EPOLLET)
#define SEND_BUFFER	(8 * 1024 * 1024)
#define BLOCK_SIZE	65536u
#define VLAN_ID		0x0fff
#define PAGE_SPARE	512	/* headers, ours and those that the kernel keeps room for */
#define LINEAR_MAX	16384	/* more in one piece may not be there */

struct packet {
	struct ep_port port;
	struct ep_fd watch;
	int ifindex;
	uint8_t *ring;
	size_t ring_len;
	unsigned int slots, slot_len, per_block, next;
	int tx;			/* the same socket, or one that takes a virtio_net_hdr */
	int claim;		/* held as long as we use the interface's own address */
	bool down;
};

static struct packet *packet_of(struct ep_port *p)
{
	return container_of(p, struct packet, port);
}

static bool linear(const struct packet *pk)
{
	return pk->tx != pk->watch.fd;
}

/* ---- receive ---- */

static struct tpacket2_hdr *slot(const struct packet *pk)
{
	unsigned int block = pk->next / pk->per_block, i = pk->next % pk->per_block;

	return (struct tpacket2_hdr *)(pk->ring + (size_t)block * BLOCK_SIZE +
				       (size_t)i * pk->slot_len);
}

/* The interface carries frames of VLANs that nobody here has joined, too. */
static bool other_vlan(const struct tpacket2_hdr *h)
{
	return h->tp_status & TP_STATUS_VLAN_VALID && h->tp_vlan_tci & VLAN_ID;
}

static void take_frame(struct packet *pk, const struct tpacket2_hdr *h)
{
	const uint8_t *data = (const uint8_t *)h + h->tp_mac;

	if (other_vlan(h))
		pk->port.stats.rx_vlan++;
	else if (h->tp_snaplen < h->tp_len)
		pk->port.stats.rx_malformed++;
	else
		ep_port_rx(&pk->port, data, h->tp_snaplen);
}

static void check_error(struct packet *pk)
{
	int err = 0;
	socklen_t len = sizeof(err);

	getsockopt(pk->watch.fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (!err)
		return;
	ep_log("%s: %s", pk->port.name, strerror(err));
	/* A link that is down comes back; an interface that has gone does not. */
	if (if_nametoindex(pk->port.name) == (unsigned int)pk->ifindex)
		return;
	ep_log("%s: the interface has gone", pk->port.name);
	ep_loop_del(pk->port.loop, &pk->watch);
	pk->down = true;
	ep_loop_stop(pk->port.loop);
}

static void ready(struct ep_fd *w, uint32_t events)
{
	struct packet *pk = container_of(w, struct packet, watch);
	unsigned int budget = RX_BUDGET;

	if (events & (EPOLLERR | EPOLLHUP))
		check_error(pk);
	while (!pk->down) {
		struct tpacket2_hdr *h = slot(pk);

		if (!(__atomic_load_n(&h->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			break;
		if (!budget--) {
			ep_loop_add(pk->port.loop, w, RX_EVENTS);
			break;
		}
		take_frame(pk, h);
		__atomic_store_n(&h->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		pk->next = (pk->next + 1) % pk->slots;
	}
}

/* ---- send ---- */

static void fill(const struct packet *pk, struct mmsghdr *m, struct iovec *iov, struct ep_buf *b)
{
	uint32_t len = ep_buf_frame_len(b);

	if (linear(pk)) {
		b->vnet = (struct virtio_net_hdr){ .hdr_len = (uint16_t)len };
		*iov = (struct iovec){ .iov_base = &b->vnet, .iov_len = sizeof(b->vnet) + len };
	} else {
		*iov = (struct iovec){ .iov_base = b->frame, .iov_len = len };
	}
	*m = (struct mmsghdr){ .msg_hdr = { .msg_iov = iov, .msg_iovlen = 1 } };
}

/* As sendmmsg(); one frame is the rule, and send() has less to copy and to check. */
static int send_frames(int fd, struct mmsghdr *msgs, unsigned int nr)
{
	const struct iovec *iov = msgs->msg_hdr.msg_iov;

	if (nr > 1)
		return sendmmsg(fd, msgs, nr, MSG_DONTWAIT);
	return send(fd, iov->iov_base, iov->iov_len, MSG_DONTWAIT) < 0 ? -1 : 1;
}

static void packet_send(struct ep_port *p, struct ep_buf *const *bufs, unsigned int nr)
{
	struct mmsghdr msgs[EP_TX_BATCH];
	struct iovec iov[EP_TX_BATCH];
	unsigned int i, done = 0;
	int n;

	for (i = 0; i < nr; i++)
		fill(packet_of(p), &msgs[i], &iov[i], bufs[i]);
	while (done < nr) {
		n = send_frames(packet_of(p)->tx, msgs + done, nr - done);
		if (n > 0) {
			p->stats.tx_frames += (unsigned int)n;
			done += (unsigned int)n;
		} else if (errno != EINTR) {
			/* No room, link down, MTU lowered: lost, the ARQ sees to it. */
			p->stats.tx_lost++;
			done++;
		}
	}
}

static int packet_add_mac(struct ep_port *p, const uint8_t *mac)
{
	struct packet_mreq m = { .mr_ifindex = packet_of(p)->ifindex, .mr_alen = 6 };

	/* An interface that cannot filter for one more address becomes promiscuous by itself. */
	m.mr_type = PACKET_MR_UNICAST;
	memcpy(m.mr_address, mac, 6);
	if (!setsockopt(packet_of(p)->watch.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &m, sizeof(m)))
		return 0;
	return -errno;
}

static void packet_update_stats(struct ep_port *p)
{
	struct tpacket_stats st = { 0 };
	socklen_t len = sizeof(st);

	/* The kernel starts from 0 again with each look. */
	if (!getsockopt(packet_of(p)->watch.fd, SOL_PACKET, PACKET_STATISTICS, &st, &len))
		p->stats.rx_ring_full += st.tp_drops;
}

/* ---- open and close ---- */

static void packet_close(struct ep_port *p)
{
	struct packet *pk = packet_of(p);

	if (!pk->down)
		ep_loop_del(p->loop, &pk->watch);
	munmap(pk->ring, pk->ring_len);
	if (linear(pk))
		close(pk->tx);
	close(pk->watch.fd);
	if (pk->claim >= 0)
		close(pk->claim);
	free(pk);
}

static const struct ep_port_ops packet_ops = {
	.send = packet_send,
	.add_mac = packet_add_mac,
	.update_stats = packet_update_stats,
	.close = packet_close,
};

/* 0, or -1 with *@what, and errno unless that says it all. */
static int query_interface(struct packet *pk, const char **what)
{
	struct ifreq ifr = { .ifr_ifindex = 0 };

	memcpy(ifr.ifr_name, pk->port.name, sizeof(ifr.ifr_name) - 1);
	*what = "no such interface";
	if (ioctl(pk->watch.fd, SIOCGIFINDEX, &ifr)) {
		errno = 0;
		return -1;
	}
	pk->ifindex = ifr.ifr_ifindex;
	*what = "address";
	if (ioctl(pk->watch.fd, SIOCGIFHWADDR, &ifr))
		return -1;
	memcpy(pk->port.mac, ifr.ifr_hwaddr.sa_data, 6);
	if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
		*what = "not an Ethernet interface";
		errno = 0;
		return -1;
	}
	*what = "MTU";
	if (ioctl(pk->watch.fd, SIOCGIFMTU, &ifr))
		return -1;
	pk->port.mtu = (unsigned int)ifr.ifr_mtu;
	return 0;
}

static int map_ring(struct packet *pk, unsigned int frames)
{
	int version = TPACKET_V2;
	unsigned int len = TPACKET_ALIGN(TPACKET2_HDRLEN) + EP_ETH_LEN + 32 + pk->port.mtu;
	struct tpacket_req req = { .tp_block_size = BLOCK_SIZE };

	pk->slot_len = (len + 127) & ~127u;
	pk->per_block = BLOCK_SIZE / pk->slot_len;
	req.tp_frame_size = pk->slot_len;
	req.tp_block_nr = (frames + pk->per_block - 1) / pk->per_block;
	req.tp_frame_nr = req.tp_block_nr * pk->per_block;
	pk->slots = req.tp_frame_nr;
	pk->ring_len = (size_t)req.tp_block_nr * BLOCK_SIZE;
	if (setsockopt(pk->watch.fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(pk->watch.fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		return -1;
	pk->ring = mmap(NULL, pk->ring_len, PROT_READ | PROT_WRITE, MAP_SHARED, pk->watch.fd, 0);
	if (pk->ring != MAP_FAILED)
		return 0;
	pk->ring = NULL;
	return -1;
}

static int set_options(int fd, const struct ep_packet_config *cfg)
{
	int size = SEND_BUFFER, on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)))
		return -1;
	return cfg->qdisc_bypass ? setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on,
					      sizeof(on)) : 0;
}

static int bind_socket(struct packet *pk)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(pk->port.ethertype),
		.sll_ifindex = pk->ifindex,
	};

	return bind(pk->watch.fd, (struct sockaddr *)&addr, sizeof(addr));
}

/*
 * The kernel makes a frame that does not fit a page of fragments, which cost pages, and a receiver
 * behind a veth a copy of what lies in two of them, unless a virtio_net_hdr says how much of it is
 * to be in one piece. That needs a socket of its own, or received frames would have such a
 * header, too.
 */
static int open_linear(struct packet *pk, const struct ep_packet_config *cfg)
{
	struct sockaddr_ll addr = { .sll_family = AF_PACKET, .sll_ifindex = pk->ifindex };
	int on = 1, fd;

	if (pk->port.mtu + PAGE_SPARE < (unsigned long)sysconf(_SC_PAGESIZE) ||
	    pk->port.mtu + PAGE_SPARE > LINEAR_MAX)
		return 0;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	pk->tx = fd;
	if (set_options(pk->tx, cfg) ||
	    setsockopt(pk->tx, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		return -1;
	return bind(pk->tx, (struct sockaddr *)&addr, sizeof(addr));
}

/*
 * Two processes on one interface must not answer to one address. Who can bind this
 * name, which is in no file system and goes with its owner, has the interface's
 * own; the names are those of the network namespace, as interfaces are.
 */
static void claim_address(struct packet *pk)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1, "vrcep-%d-%#x",
			   pk->ifindex, pk->port.ethertype);

	pk->claim = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	len += (int)offsetof(struct sockaddr_un, sun_path) + 1;
	pk->port.mac_taken = pk->claim < 0 ||
			     bind(pk->claim, (struct sockaddr *)&addr, (socklen_t)len);
}

/* 0, or -1 with *@what, and errno unless that says it all. */
static int set_up(struct packet *pk, struct ep_loop *loop, const struct ep_packet_config *cfg,
		  const char **what)
{
	*what = "packet socket (needs CAP_NET_RAW and CAP_NET_ADMIN)";
	/* Protocol 0: nothing arrives before the ring is there. */
	pk->watch.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	pk->tx = pk->watch.fd;
	if (pk->watch.fd < 0 || set_options(pk->watch.fd, cfg) || query_interface(pk, what))
		return -1;
	*what = "an MTU of at least 612 and at most 65000 is needed";
	errno = 0;
	if (pk->port.mtu < VRC_MIN_PAYLOAD + VRC_FRAME_OVERHEAD || pk->port.mtu > 65000)
		return -1;
	*what = "receive ring";
	if (map_ring(pk, cfg->ring_frames))
		return -1;
	*what = "bind";
	if (bind_socket(pk))
		return -1;
	*what = "socket to send frames of more than a page";
	if (open_linear(pk, cfg))
		return -1;
	*what = "epoll";
	return ep_loop_add(loop, &pk->watch, RX_EVENTS) ? -1 : 0;
}

struct ep_port *ep_packet_open(struct ep_loop *loop, const struct ep_packet_config *cfg, char *err,
			       size_t err_len)
{
	struct packet *pk = calloc(1, sizeof(*pk));
	const char *what = "memory";

	if (!pk) {
		snprintf(err, err_len, "out of memory");
		return NULL;
	}
	pk->port.ops = &packet_ops;
	pk->port.ethertype = cfg->ethertype;
	pk->watch.ready = ready;
	pk->watch.fd = -1;
	pk->tx = -1;
	snprintf(pk->port.name, sizeof(pk->port.name), "%s", cfg->interface);
	if (!set_up(pk, loop, cfg, &what)) {
		claim_address(pk);
		ep_port_init(&pk->port, loop);
		return &pk->port;
	}
	snprintf(err, err_len, "interface '%s': %s%s%s", cfg->interface, what, errno ? ": " : "",
		 errno ? strerror(errno) : "");
	if (pk->ring)
		munmap(pk->ring, pk->ring_len);
	if (linear(pk))
		close(pk->tx);
	if (pk->watch.fd >= 0)
		close(pk->watch.fd);
	free(pk);
	return NULL;
}
