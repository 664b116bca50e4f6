/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef NVME_TESTS_H
#define NVME_TESTS_H

#include "host.h"

/* ---- test_admin.c ---- */

void options_are_checked(void);
void missing_image_is_named_or_created(void);
void image_in_use_is_refused(void);
void pci_identity(void);
void registers(void);
void identify(void);
void features(void);
void write_cache_feature(void);
void log_pages(void);
void async_events(void);
void temperature_event(void);
void namespace_grows(void);
void abort_limits(void);
void abort_stops_a_write_without_data(void);
void queues_come_and_go(void);
void coalesced_interrupts(void);
void pin_interrupt(void);
void doorbells_out_of_range(void);

/* ---- test_io.c ---- */

void write_and_read_back(void);
void prp_lists(void);
void random_io_against_a_mirror(void);
void blocks_of_4096(void);
void beyond_4_gib(void);
void buffered_where_direct_is_refused(void);
void flush_and_fua(void);
void no_write_cache(void);
void write_zeroes(void);
void deallocate(void);
void compare(void);
void batches(void);
void all_queues_at_once(void);
void completions_wait_for_room(void);
void reads_wait_for_the_link(void);
void read_only(void);

/* ---- test_errors.c ---- */

void illegal_admin_commands(void);
void illegal_io_commands(void);
void data_transfer_errors(void);
void disk_errors(void);
void error_log_entries(void);
void cid_conflict(void);
void bad_enable_is_fatal(void);
void unreadable_queue_is_fatal(void);

/* ---- test_life.c ---- */

void controller_reset_waits_for_the_disk(void);
void controller_reset_waits_for_dma(void);
void function_reset_with_io_in_flight(void);
void shutdown_flushes(void);
void destroy_with_io_in_flight(void);
void acknowledged_writes_survive_kill(void);
void bus_mastering_comes_back(void);
void delete_queue_waits_for_commands(void);
void many_resets_under_load(void);
void random_commands_do_no_harm(void);
void ring_is_for_disks(void);

/* ---- test_shadow.c ---- */

void shadow_config(void);
void shadow_one_at_a_time(void);
void shadow_found_without_doorbell(void);
void shadow_nothing_is_forgotten(void);
void shadow_completions_wait_for_room(void);
void shadow_and_the_pin(void);
void shadow_of_a_used_queue(void);
void shadow_is_forgotten_by_a_reset(void);
void shadow_of_nonsense(void);
void shadow_unreadable(void);
void shadow_function_reset_while_looking(void);

/* A fresh image of @mib MiB, an enabled controller and I/O queue pair 1. */
static inline bool ready(unsigned int mib, const char *options)
{
	return host_open((uint64_t)mib << 20, options) && host_enable() && host_queue(1);
}

static inline void pattern(uint64_t addr, size_t len, uint64_t seed)
{
	uint8_t *p = fake_mem(addr, len);

	for (size_t i = 0; i < len; i++)
		p[i] = tap_random(&seed) >> 56;
}

static inline bool all_zero(uint64_t addr, size_t len)
{
	const uint8_t *p = fake_mem(addr, len);

	for (size_t i = 0; i < len; i++)
		if (p[i])
			return false;
	return true;
}

#endif /* NVME_TESTS_H */
