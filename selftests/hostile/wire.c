// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define ALL_FRAMES	0x0003	/* ETH_P_ALL */

const u8 wire_broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

int wire_open(const char *ifname, u16 ethertype)
{
	u16 protocol = htons(ethertype ? ethertype : ALL_FRAMES);
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET, .sll_protocol = protocol,
		.sll_ifindex = (int)if_nametoindex(ifname),
	};
	struct packet_mreq promisc = {
		.mr_ifindex = sll.sll_ifindex, .mr_type = PACKET_MR_PROMISC,
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, room = 8 << 20;

	if (fd < 0 || !sll.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc, sizeof(promisc)) ||
	    bind(fd, (void *)&sll, sizeof(sll)))
		give_up(ifname);
	return fd;
}

void wire_mac(int fd, const char *ifname, u8 *mac)
{
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr))
		give_up(ifname);
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
}

/* A full queue of the interface is no reason to send less. */
void wire_send_raw(int fd, const void *frame, size_t len)
{
	u8 buf[MAX_FRAME] = { 0 };

	memcpy(buf, frame, len);
	if (len < 60)
		len = 60;
	while (send(fd, buf, len, 0) < 0) {
		if (errno != ENOBUFS && errno != EAGAIN)
			give_up("send");
		usleep(1000);
	}
}

void wire_send(int fd, const u8 *dst, const u8 *src, const void *frame, size_t len)
{
	u8 buf[MAX_FRAME];

	memcpy(buf, dst, 6);
	memcpy(buf + 6, src, 6);
	vrc_put16(buf + 12, VRC_ETHERTYPE);
	memcpy(buf + ETH_LEN, frame, len);
	wire_send_raw(fd, buf, ETH_LEN + len);
}

void wire_send_frame(int fd, const u8 *dst, const u8 *src, struct vrc_frame *f,
		     const void *payload)
{
	u8 buf[MAX_FRAME];

	f->version = VRC_WIRE_VERSION;
	vrc_frame_build(buf, f);
	if (f->length)
		memcpy(buf + HDR_LEN, payload, f->length);
	wire_send(fd, dst, src, buf, HDR_LEN + f->length);
}

u64 wire_random64(void)
{
	u64 v;

	if (getrandom(&v, sizeof(v), 0) != (ssize_t)sizeof(v))
		give_up("getrandom");
	return v | 1;
}

void wire_random_mac(u8 *mac)
{
	u64 v = wire_random64();

	memcpy(mac, &v, 6);
	mac[0] = 2;
}
