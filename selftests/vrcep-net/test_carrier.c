// SPDX-License-Identifier: GPL-2.0-only
/* Carrier, and interfaces that go away. */
#include <string.h>
#include <unistd.h>

#include "tests.h"
#include "user.h"

static uint8_t frame[200], got[2000];

static void sends(const char *peer_name)
{
	int peer = peer_open(peer_name);

	make_frame(frame, sizeof(frame), 9);
	EXPECT_EQ(user_send(frame, sizeof(frame)), NET_SENT);
	EXPECT_EQ(peer_receive(peer, got, sizeof(got)), sizeof(frame));
	user.frames = 0;
	peer_send(peer, frame, sizeof(frame));
	EXPECT(user_wait(&user.frames, 1));
	close(peer);
}

/* Before or after it was opened: the kernel takes its time. */
static void came_up(void)
{
	EXPECT(net_carrier(user.net) || user_wait(&user.ups, 1));
	EXPECT(net_carrier(user.net));
	user.ups = 0;
}

void tap_carrier(void)
{
	if (EXPECT(user_open("tap=t0", 2))) {
		EXPECT(!net_carrier(user.net));
		ip_cmd("link set t0 up");
		EXPECT(user_wait(&user.ups, 1));
		EXPECT(net_carrier(user.net));
		ip_cmd("link set t0 down");
		EXPECT(user_wait(&user.downs, 1));
		EXPECT(!net_carrier(user.net));
		ip_cmd("link set t0 up");
		EXPECT(user_wait(&user.ups, 2));
		/* A new name is not another interface. */
		ip_cmd("link set t0 name t9");
		user_idle();
		EXPECT_EQ(user.downs, 1);
		ip_cmd("link set t9 carrier off");
		EXPECT(user_wait(&user.downs, 2));
	}
	user_close();
}

void socket_carrier(void)
{
	ip_cmd("link add v0 type veth peer name v1");
	ip_cmd("link set v0 up");
	if (EXPECT(user_open("iface=v0", 1))) {
		EXPECT(!net_carrier(user.net));
		ip_cmd("link set v1 up");
		EXPECT(user_wait(&user.ups, 1));
		sends("v1");
		ip_cmd("link set v1 down");
		EXPECT(user_wait(&user.downs, 1));
		ip_cmd("link set v0 down");
		ip_cmd("link set v1 up");
		ip_cmd("link set v0 up");
		EXPECT(user_wait(&user.ups, 2));
		sends("v1");
	}
	user_close();
	ip_cmd("link del v0");
}

void tap_goes_and_comes_back(void)
{
	ip_cmd("tuntap add t1 mode tap multi_queue");
	ip_cmd("link set t1 up");
	if (EXPECT(user_open("tap=t1", 4))) {
		came_up();
		ip_cmd("link del t1");
		EXPECT(user_wait(&user.downs, 1));
		EXPECT(strstr(user.log, "t1: has gone"));
		make_frame(frame, sizeof(frame), 1);
		EXPECT_EQ(user_send(frame, sizeof(frame)), NET_DROPPED);
		user_idle();
		EXPECT(!exists("t1"));
		ip_cmd("tuntap add t1 mode tap");
		ip_cmd("link set t1 up");
		EXPECT(user_wait(&user.ups, 1));
		EXPECT(strstr(user.log, "t1: is back"));
		sends("t1");
	}
	user_close();
	ip_cmd("link del t1");
}

void interface_goes_and_comes_back(void)
{
	ip_cmd("link add v0 type veth peer name v1");
	ip_cmd("link set v0 up");
	ip_cmd("link set v1 up");
	if (EXPECT(user_open("iface=v0", 1))) {
		came_up();
		ip_cmd("link del v0");
		EXPECT(user_wait(&user.downs, 1));
		EXPECT(strstr(user.log, "v0: has gone"));
		EXPECT_EQ(user_send(frame, sizeof(frame)), NET_DROPPED);
		ip_cmd("link add v0 type veth peer name v1");
		ip_cmd("link set v0 up");
		ip_cmd("link set v1 up");
		EXPECT(user_wait(&user.ups, 1));
		sends("v1");
	}
	user_close();
	ip_cmd("link del v0");
}

static void goes_while_paused(const char *option, const char *name)
{
	if (!EXPECT(user_open(option, 2)))
		return;
	net_pause(user.net, true);
	ip_cmd("link set %s up", name);
	user_idle();
	ip_cmd("link set %s down", name);
	user_idle();
	ip_cmd("link del %s", name);
	user_idle();
	EXPECT(strstr(user.log, "has gone"));
	EXPECT(!net_carrier(user.net));
	net_pause(user.net, false);
	user_idle();
	user_close();
}

void interface_goes_while_paused(void)
{
	ip_cmd("tuntap add t1 mode tap multi_queue");
	goes_while_paused("tap=t1", "t1");
	ip_cmd("link add v0 type veth peer name v1");
	goes_while_paused("iface=v0", "v0");
}
