// SPDX-License-Identifier: GPL-2.0-only
/* Native test of vrcep's sandbox and loss of privileges, in processes of their own. Needs root. */
#include "tests.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct tap_test tests[] = {
	TAP_TEST(what_vrcep_does_is_allowed),
	TAP_TEST(what_an_intruder_does_kills),
	TAP_TEST(needs_open_what_they_name),
	TAP_TEST(what_kills_is_in_the_log),
	TAP_TEST(all_capabilities_go),
	TAP_TEST(packet_functions_keep_one),
	TAP_TEST(users_are_left),
	TAP_TEST(users_must_exist),
	TAP_TEST(privileges_do_not_come_back),
};

int main(int argc, char **argv)
{
	return tap_main(argc, argv, tests, ARRAY_SIZE(tests));
}
