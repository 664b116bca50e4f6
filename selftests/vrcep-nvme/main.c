// SPDX-License-Identifier: GPL-2.0-only
/*
 * Native test of vrcep's nvme model: the model and the endpoint's loop as they
 * are, over a replaced core.
 * usage: test-nvme [DIRECTORY [TEST]]   where images are made, default "."
 */
#include "tests.h"

static const struct tap_test tests[] = {
	TAP_TEST(options_are_checked),
	TAP_TEST(missing_image_is_named_or_created),
	TAP_TEST(image_in_use_is_refused),
	TAP_TEST(pci_identity),
	TAP_TEST(registers),
	TAP_TEST(identify),
	TAP_TEST(features),
	TAP_TEST(write_cache_feature),
	TAP_TEST(log_pages),
	TAP_TEST(async_events),
	TAP_TEST(temperature_event),
	TAP_TEST(namespace_grows),
	TAP_TEST(abort_limits),
	TAP_TEST(abort_stops_a_write_without_data),
	TAP_TEST(queues_come_and_go),
	TAP_TEST(coalesced_interrupts),
	TAP_TEST(pin_interrupt),
	TAP_TEST(doorbells_out_of_range),
	TAP_TEST(write_and_read_back),
	TAP_TEST(prp_lists),
	TAP_TEST(random_io_against_a_mirror),
	TAP_TEST(blocks_of_4096),
	TAP_TEST(beyond_4_gib),
	TAP_TEST(buffered_where_direct_is_refused),
	TAP_TEST(flush_and_fua),
	TAP_TEST(no_write_cache),
	TAP_TEST(write_zeroes),
	TAP_TEST(deallocate),
	TAP_TEST(compare),
	TAP_TEST(batches),
	TAP_TEST(all_queues_at_once),
	TAP_TEST(completions_wait_for_room),
	TAP_TEST(reads_wait_for_the_link),
	TAP_TEST(read_only),
	TAP_TEST(illegal_admin_commands),
	TAP_TEST(illegal_io_commands),
	TAP_TEST(data_transfer_errors),
	TAP_TEST(disk_errors),
	TAP_TEST(error_log_entries),
	TAP_TEST(cid_conflict),
	TAP_TEST(bad_enable_is_fatal),
	TAP_TEST(unreadable_queue_is_fatal),
	TAP_TEST(controller_reset_waits_for_the_disk),
	TAP_TEST(controller_reset_waits_for_dma),
	TAP_TEST(function_reset_with_io_in_flight),
	TAP_TEST(shutdown_flushes),
	TAP_TEST(destroy_with_io_in_flight),
	TAP_TEST(acknowledged_writes_survive_kill),
	TAP_TEST(bus_mastering_comes_back),
	TAP_TEST(delete_queue_waits_for_commands),
	TAP_TEST(many_resets_under_load),
	TAP_TEST(random_commands_do_no_harm),
	TAP_TEST(shadow_config),
	TAP_TEST(shadow_one_at_a_time),
	TAP_TEST(shadow_found_without_doorbell),
	TAP_TEST(shadow_nothing_is_forgotten),
	TAP_TEST(shadow_completions_wait_for_room),
	TAP_TEST(shadow_and_the_pin),
	TAP_TEST(shadow_of_a_used_queue),
	TAP_TEST(shadow_is_forgotten_by_a_reset),
	TAP_TEST(shadow_of_nonsense),
	TAP_TEST(shadow_unreadable),
	TAP_TEST(shadow_function_reset_while_looking),
	TAP_TEST(ring_is_for_disks),
};

int main(int argc, char **argv)
{
	return tap_main(argc, argv, tests, ARRAY_SIZE(tests));
}
