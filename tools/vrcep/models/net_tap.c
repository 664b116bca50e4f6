// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TAP: attached to if it is there, made otherwise. One that was made here goes
 * away with the process. Several queues need a TAP that was made here, or with
 * multi_queue; any other gets one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net_int.h"

/*
 * Of what the host sends only checksums may be left open: no Ethernet brings
 * packets that are larger than its frames.
 */
static int set_up(int fd)
{
	int hdr = sizeof(struct virtio_net_hdr);

	if (ioctl(fd, TUNSETVNETHDRSZ, &hdr) || ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM))
		return -errno;
	return 0;
}

static int open_queue(struct net *n, short flags, const char **what)
{
	struct ifreq ifr = { .ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | flags) };
	int fd, err = 0;

	*what = "open /dev/net/tun";
	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	memcpy(ifr.ifr_name, n->name, sizeof(n->name));
	*what = "attach to the TAP";
	if (ioctl(fd, TUNSETIFF, &ifr))
		err = -errno;
	if (!err)
		err = set_up(fd);
	if (!err)
		err = net_add_queue(n, fd);
	if (err)
		close(fd);
	return err;
}

/*
 * The kernel lets everybody add queues to a TAP that can have several, and two
 * ports would each hear a part. A name in the same network namespace is taken by
 * one only.
 */
static int claim(struct net *n, const char **what)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int len = snprintf(sa.sun_path + 1, sizeof(sa.sun_path) - 1, "vrcep-tap-%s", n->name);

	if (n->claim >= 0)
		return 0;
	*what = "a port has this TAP already";
	n->claim = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (n->claim < 0)
		return -errno;
	if (bind(n->claim, (struct sockaddr *)&sa,
		 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len)))
		return -errno;
	return 0;
}

static int attach(struct net *n, const char **what)
{
	int err = claim(n, what);

	if (err)
		return err;
	err = n->wanted > 1 ? open_queue(n, IFF_MULTI_QUEUE, what) : -EINVAL;
	/* One that is there with a single queue says EINVAL to several. */
	if (err == -EINVAL)
		return open_queue(n, 0, what);
	while (!err && n->queues < n->wanted)
		err = open_queue(n, IFF_MULTI_QUEUE, what);
	/* The kernel's limit, or somebody else has the others. */
	return (err == -E2BIG || err == -EBUSY) && n->queues ? 0 : err;
}

static bool alive(struct net *n)
{
	struct ifreq ifr;

	return !ioctl(n->queue[0].w.fd, TUNGETIFF, &ifr);
}

static void read_frames(struct net *n, struct net_queue *q)
{
	struct virtio_net_hdr hdr;

	for (unsigned int i = 0; i < NET_BATCH && n->attached && !n->paused; i++) {
		ssize_t len = read(q->w.fd, n->buf, NET_BUF_SIZE);

		if (len < 0) {
			net_failed(n, errno);
			return;
		}
		if ((size_t)len < sizeof(hdr))
			return;
		memcpy(&hdr, n->buf, sizeof(hdr));
		net_received(n, &hdr, n->buf + sizeof(hdr), (size_t)len - sizeof(hdr));
	}
	if (n->paused && !alive(n))
		net_failed(n, EBADFD);
}

const struct net_ops net_tap_ops = {
	.attach = attach,
	.alive = alive,
	.read = read_frames,
};
