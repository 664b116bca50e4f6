// SPDX-License-Identifier: GPL-2.0-only
/* Which interfaces are taken, and what is said about others. */
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tests.h"
#include "user.h"

/* Somebody else's. */
static int open_tap(const char *name)
{
	struct ifreq ifr = { .ifr_flags = (short)(IFF_TAP | IFF_NO_PI | IFF_VNET_HDR) };
	int fd = open("/dev/net/tun", O_RDWR);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	EXPECT(fd >= 0 && !ioctl(fd, TUNSETIFF, &ifr));
	return fd;
}

static void refused(const char *option, const char *why)
{
	if (!EXPECT(!user_open(option, 4)))
		tap_note("'%s' was taken", option);
	if (!EXPECT(strstr(user.err, why) && strstr(user.err, "test: ") == user.err))
		tap_note("'%s': %s", option, user.err);
	user_close();
}

void options_are_checked(void)
{
	refused("other", "expected one of tap=NAME and iface=NAME");
	refused("tap=t0,iface=v0", "both");
	refused("tap=a-name-that-is-too-long", "tap=a-name-that-is-too-long: expected");
	refused("iface=a/b", "iface=a/b: expected");
	refused("tap=,other", "expected");
	/* A name that the kernel would make others of. */
	refused("tap=t%%d", "expected");
}

/* The kernel would let a second port have queues of it, too. */
static void refused_twice(const char *option)
{
	struct net *first = user.net;
	struct ep_loop *loop = user.loop;

	refused(option, "a port has this TAP already: Address already in use");
	user.net = first;
	user.loop = loop;
}

void tap_is_made_and_goes(void)
{
	EXPECT(user_open("tap=t0", 4));
	EXPECT(exists("t0"));
	EXPECT(!strcmp(net_name(user.net), "t0"));
	refused_twice("tap=t0");
	user_close();
	EXPECT(!exists("t0"));
}

void tap_of_others_stays(void)
{
	int other;

	ip_cmd("tuntap add t1 mode tap");
	/* It has one queue, whatever is asked for. */
	EXPECT(user_open("tap=t1", 4));
	refused_twice("tap=t1");
	user_close();
	EXPECT(exists("t1"));
	other = open_tap("t1");
	refused("tap=t1", "tap=t1: attach to the TAP: Device or resource busy");
	close(other);
	EXPECT(exists("t1"));
	ip_cmd("link del t1");
	ip_cmd("link add t1 type veth peer name v1");
	refused("tap=t1", "tap=t1: attach to the TAP: ");
	ip_cmd("link del t1");
}

void interface_must_exist(void)
{
	refused("iface=v0", "iface=v0: there is no such interface");
	EXPECT(!exists("v0"));
}
