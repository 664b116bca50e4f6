// SPDX-License-Identifier: GPL-2.0-only
/*
 * Native test of vrcep's network back ends, on real TAPs and veths in a network
 * namespace of its own. Needs root.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct tap_test tests[] = {
	TAP_TEST(options_are_checked),
	TAP_TEST(tap_is_made_and_goes),
	TAP_TEST(tap_of_others_stays),
	TAP_TEST(interface_must_exist),
	TAP_TEST(tap_carries_frames),
	TAP_TEST(socket_carries_frames),
	TAP_TEST(own_frames_are_not_heard),
	TAP_TEST(tag_comes_back),
	TAP_TEST(large_packets_go_whole),
	TAP_TEST(large_packets_come_as_such),
	TAP_TEST(pause_holds_frames),
	TAP_TEST(too_large_for_the_interface),
	TAP_TEST(tap_carrier),
	TAP_TEST(socket_carrier),
	TAP_TEST(tap_goes_and_comes_back),
	TAP_TEST(interface_goes_and_comes_back),
	TAP_TEST(interface_goes_while_paused),
	TAP_TEST(checksums),
	TAP_TEST(cut_tcp_ipv4),
	TAP_TEST(cut_tcp_ipv6),
	TAP_TEST(cut_udp),
	TAP_TEST(headers_that_lie),
};

/* Neighbour discovery would come in between. */
static void no_ipv6(void)
{
	int fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);

	if (fd >= 0 && write(fd, "1", 1) != 1)
		perror("disable_ipv6");
	close(fd);
}

int main(void)
{
	if (unshare(CLONE_NEWNET)) {
		perror("test-net: a network namespace");
		return 1;
	}
	no_ipv6();
	return tap_run(tests, ARRAY_SIZE(tests));
}
