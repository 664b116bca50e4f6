// SPDX-License-Identifier: GPL-2.0-only
/* Frames both ways. */
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests.h"
#include "user.h"

#define LARGE_HDR	54	/* Ethernet, IPv4, TCP */
#define LARGE_MSS	1000
#define LARGE		(LARGE_HDR + 5 * LARGE_MSS)

static uint8_t frame[NET_MAX_FRAME], got[NET_MAX_FRAME];

static bool open_tap(void)
{
	bool ok = EXPECT(user_open("tap=t0", 4));

	if (!ok) {
		tap_note("%s", user.err);
		return false;
	}
	ip_cmd("link set t0 up");
	return EXPECT(user_wait(&user.ups, 1));
}

static bool open_veth(void)
{
	ip_cmd("link add v0 type veth peer name v1");
	ip_cmd("link set v0 up");
	ip_cmd("link set v1 up");
	if (!EXPECT(user_open("iface=v0", 4))) {
		tap_note("%s", user.err);
		return false;
	}
	return true;
}

static void close_veth(void)
{
	user_close();
	ip_cmd("link del v0");
}

static void both_ways(int peer)
{
	for (size_t len = 60; len <= 1514; len += 727) {
		make_frame(frame, len, (uint8_t)len);
		EXPECT_EQ(user_send(frame, len), NET_SENT);
		EXPECT_EQ(peer_receive(peer, got, sizeof(got)), len);
		EXPECT(!memcmp(got, frame, len));
		make_frame(frame, len, (uint8_t)(len + 1));
		user.frames = 0;
		peer_send(peer, frame, len);
		EXPECT(user_wait(&user.frames, 1));
		EXPECT_EQ(user.len, len);
		EXPECT(!memcmp(user.frame, frame, len));
	}
	EXPECT_EQ(net_stats(user.net)->tx_frames, 3);
	EXPECT_EQ(net_stats(user.net)->rx_frames, 3);
}

void tap_carries_frames(void)
{
	if (open_tap()) {
		int peer = peer_open("t0");

		both_ways(peer);
		close(peer);
	}
	user_close();
}

void socket_carries_frames(void)
{
	if (open_veth()) {
		int peer = peer_open("v1");

		both_ways(peer);
		close(peer);
	}
	close_veth();
}

void own_frames_are_not_heard(void)
{
	if (open_veth()) {
		int host = peer_open("v0");

		make_frame(frame, 100, 1);
		user_send(frame, 100);
		/* Nor what the host sends on the same interface. */
		peer_send(host, frame, 100);
		user_idle();
		EXPECT_EQ(user.frames, 0);
		close(host);
	}
	close_veth();
}

static void send_tagged(int peer)
{
	make_frame(frame, 200, 5);
	memmove(frame + 16, frame + 12, 188);
	memcpy(frame + 12, "\x81\0\x20\x64", 4);
	user.frames = 0;
	peer_send(peer, frame, 204);
	EXPECT(user_wait(&user.frames, 1));
	EXPECT_EQ(user.len, 204);
	EXPECT(!memcmp(user.frame, frame, 204));
}

void tag_comes_back(void)
{
	if (open_veth()) {
		int peer = peer_open("v1");

		send_tagged(peer);
		close(peer);
	}
	close_veth();
	if (open_tap()) {
		int peer = peer_open("t0");

		send_tagged(peer);
		close(peer);
	}
	user_close();
}

/* ---- large packets ---- */

static const struct virtio_net_hdr large_hdr = {
	.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
	.hdr_len = LARGE_HDR, .gso_size = LARGE_MSS, .csum_start = 34, .csum_offset = 16,
};

static void make_large(void)
{
	static const uint8_t head[] = {
		0x08, 0x00, 0x45, 0, (LARGE - 14) >> 8, (LARGE - 14) & 0xff, 0, 1, 0, 0, 64, 6, 0,
		0, 10, 0, 0, 1, 10, 0, 0, 2, 0x12, 0x34, 0x56, 0x78, 0, 0, 0, 1, 0, 0, 0, 0, 0x50,
		0x10, 0xff, 0xff, 0, 0, 0, 0,
	};

	make_frame(frame, LARGE, 3);
	memcpy(frame + 12, head, sizeof(head));
}

static int vnet_peer(const char *name)
{
	int fd = peer_open(name), on = 1;

	EXPECT(!setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)));
	return fd;
}

/* Also what is not of the test's type. */
static size_t receive_large(int peer, struct virtio_net_hdr *hdr)
{
	struct timeval tv = { .tv_sec = 1 };
	ssize_t len;

	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	do
		len = recv(peer, got, sizeof(got), 0);
	while (len > 0 && len < (ssize_t)sizeof(*hdr) + LARGE_HDR);
	if (len <= 0)
		return 0;
	memcpy(hdr, got, sizeof(*hdr));
	return (size_t)len - sizeof(*hdr);
}

void large_packets_go_whole(void)
{
	struct virtio_net_hdr hdr;

	if (open_tap()) {
		int peer = vnet_peer("t0");

		make_large();
		EXPECT_EQ(net_send(user.net, 2, &large_hdr, frame, LARGE), NET_SENT);
		EXPECT_EQ(receive_large(peer, &hdr), LARGE);
		EXPECT_EQ(hdr.gso_size, LARGE_MSS);
		close(peer);
	}
	user_close();
}

static void send_large(const char *name)
{
	int peer = vnet_peer(name);

	make_large();
	memcpy(got, &large_hdr, sizeof(large_hdr));
	memcpy(got + sizeof(large_hdr), frame, LARGE);
	user.frames = 0;
	peer_send(peer, got, sizeof(large_hdr) + LARGE);
	EXPECT(user_wait(&user.frames, 1));
	user_idle();
	close(peer);
}

/* A packet socket hears them as they are; a TAP is not asked to take them. */
void large_packets_come_as_such(void)
{
	if (open_veth()) {
		send_large("v1");
		EXPECT_EQ(user.frames, 1);
		EXPECT_EQ(user.len, LARGE);
		EXPECT_EQ(user.hdr.gso_size, LARGE_MSS);
		EXPECT_EQ(user.hdr.csum_start, 34);
	}
	close_veth();
	if (open_tap()) {
		send_large("t0");
		EXPECT_EQ(user.frames, 5);
		EXPECT_EQ(user.len, LARGE_HDR + LARGE_MSS);
		EXPECT_EQ(user.hdr.gso_type, VIRTIO_NET_HDR_GSO_NONE);
	}
	user_close();
}

/* ---- limits ---- */

void pause_holds_frames(void)
{
	if (open_tap()) {
		int peer = peer_open("t0");

		make_frame(frame, 100, 1);
		user_idle();
		user.frames = 0;
		net_pause(user.net, true);
		for (int i = 0; i < 5; i++)
			peer_send(peer, frame, 100);
		user_idle();
		EXPECT_EQ(user.frames, 0);
		net_pause(user.net, false);
		EXPECT(user_wait(&user.frames, 5));
		close(peer);
	}
	user_close();
}

void too_large_for_the_interface(void)
{
	const char *line;

	if (open_veth()) {
		make_frame(frame, 3000, 1);
		EXPECT_EQ(user_send(frame, 3000), NET_DROPPED);
		EXPECT_EQ(user_send(frame, 3000), NET_DROPPED);
		EXPECT_EQ(net_stats(user.net)->tx_dropped, 2);
		line = strstr(user.log, "v0: frame of 3000 bytes dropped");
		if (!EXPECT(line && !strstr(line + 8, "frame of 3000 bytes")))
			tap_note("the log: %s", user.log);
		EXPECT_EQ(user_send(frame, 1514), NET_SENT);
	}
	close_veth();
}
