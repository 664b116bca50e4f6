/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NET_TESTS_H
#define NET_TESTS_H

#include "tap.h"

/* test_open.c */
void options_are_checked(void);
void tap_is_made_and_goes(void);
void tap_of_others_stays(void);
void interface_must_exist(void);

/* test_traffic.c */
void tap_carries_frames(void);
void socket_carries_frames(void);
void own_frames_are_not_heard(void);
void tag_comes_back(void);
void large_packets_go_whole(void);
void large_packets_come_as_such(void);
void pause_holds_frames(void);
void too_large_for_the_interface(void);

/* test_carrier.c */
void tap_carrier(void);
void socket_carrier(void);
void tap_goes_and_comes_back(void);
void interface_goes_and_comes_back(void);
void interface_goes_while_paused(void);

/* test_cut.c */
void checksums(void);
void cut_tcp_ipv4(void);
void cut_tcp_ipv6(void);
void cut_udp(void);
void headers_that_lie(void);

#endif /* NET_TESTS_H */
