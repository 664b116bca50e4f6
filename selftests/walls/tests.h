/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRC_WALLS_TESTS_H
#define VRC_WALLS_TESTS_H

#include "tap.h"

void what_vrcep_does_is_allowed(void);
void what_an_intruder_does_kills(void);
void needs_open_what_they_name(void);
void what_kills_is_in_the_log(void);

void all_capabilities_go(void);
void packet_functions_keep_one(void);
void users_are_left(void);
void users_must_exist(void);
void privileges_do_not_come_back(void);

#endif /* VRC_WALLS_TESTS_H */
