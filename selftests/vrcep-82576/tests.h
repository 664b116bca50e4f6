/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef I82576_TESTS_H
#define I82576_TESTS_H

#include "host.h"

/* What arrives() has received. */
extern struct host_frame got;

/* Offers the frame to the device, takes it from the ring and gives the descriptors back. */
bool arrives(struct host_ring *rx, const uint8_t *f, size_t len);

static inline bool open_port(void)
{
	return host_open("tap=fake,mac=52:54:00:82:57:60");
}

/* ---- test_regs.c ---- */

void options_are_checked(void);
void pci_identity(void);
void two_ports(void);
void register_self_test(void);
void aliases(void);
void io_window(void);
void odd_accesses(void);
void semaphores(void);
void phy_reset_asserted(void);
void master_disable(void);
void reset_restores(void);
void statistics_clear_on_read(void);
void clock_runs(void);

/* ---- test_board.c ---- */

void nvm_checksum(void);
void nvm_by_pins(void);
void nvm_file_persists(void);
void phy_registers(void);
void link_follows_the_carrier(void);
void link_latches_low(void);

/* ---- test_irq.c ---- */

void interrupt_self_test_msix(void);
void interrupt_self_test_one_msix(void);
void interrupt_self_test_msi(void);
void interrupt_self_test_pin(void);
void extended_masks(void);
void vectors_of_queues(void);
void moderation(void);
void interrupts_by_auto_mask(void);

/* ---- test_tx.c ---- */

void transmit_advanced(void);
void transmit_legacy(void);
void transmit_pieces(void);
void transmit_all_queues(void);
void transmit_ring_wraps(void);
void transmit_checksums(void);
void transmit_segments(void);
void transmit_vlan(void);
void head_write_back(void);
void back_end_busy(void);
void transmit_disable_and_enable(void);
void transmit_after_sleep(void);
void loopback_self_test(void);

/* ---- test_rx.c ---- */

void receive_advanced(void);
void receive_off(void);
void receive_legacy(void);
void receive_filters(void);
void receive_vlan(void);
void receive_jumbo(void);
void receive_header_split(void);
void receive_checksums(void);
void receive_scaling(void);
void receive_without_descriptors(void);
void receive_statistics(void);
void receive_partial_checksum(void);

/* ---- test_offload.c ---- */

void transmit_sctp(void);
void transmit_legacy_checksum(void);
void transmit_own_crc(void);
void transmit_cut_in_device(void);
void transmit_segments_to_itself(void);
void transmit_segments_with_tag(void);
void receive_large(void);
void receive_by_type(void);
void receive_to_default_queue(void);
void receive_packet_sum(void);
void receive_sctp(void);
void receive_fragments(void);
void receive_split_or_not(void);
void receive_header_overflow(void);
void receive_stamps_by_type(void);
void receive_by_hash_table(void);

/* ---- test_device.c ---- */

void pause_stops_transmission(void);
void control_frames_for_software(void);
void full_buffer_sends_pause(void);
void wakes_by_magic_packet(void);
void wakes_by_filters(void);
void timers_run(void);
void time_stamps(void);
void queue_enabled_by_reset(void);

/* ---- test_load.c ---- */

void random_load(void);
void receive_buffer_wraps(void);
void transmit_buffer_wraps(void);
void receive_overflow(void);
void receive_threshold(void);
void queue_enabled_while_it_stops(void);
void strange_frames_do_no_harm(void);
void receive_scaling_ip6(void);
void status_line(void);

/* ---- test_bad.c ---- */

void rings_in_no_memory(void);
void ring_sizes_out_of_range(void);
void tails_out_of_range(void);
void lengths_out_of_range(void);
void segmentation_headers_that_lie(void);
void back_end_gone(void);
void back_end_refuses(void);
void software_reset_with_dma_in_flight(void);
void function_reset_with_dma_in_flight(void);
void queue_disable_with_dma_in_flight(void);
void destroy_with_dma_in_flight(void);
void bus_master_off(void);
void random_descriptors(void);

#endif /* I82576_TESTS_H */
