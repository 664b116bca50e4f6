/* SPDX-License-Identifier: GPL-2.0-only */
/* A station with a function of each model, on a port from which the guest hears (bench_guest.h). */
#ifndef VRC_FUZZ_BENCH_PORT_H
#define VRC_FUZZ_BENCH_PORT_H

#include "core.h"
#include "port.h"
#include "station.h"

#define FUZZ_FUNCTIONS	3

extern struct ep_station *fuzz_station;
extern const uint8_t fuzz_root_mac[6];

/* From here on the log is written to nowhere. */
void fuzz_quiet(void);
void fuzz_open(void);
/* Nothing may be left. */
void fuzz_close(void);
void fuzz_receive(const uint8_t *frame, size_t len);
struct ep_port *fuzz_port(void);
void fuzz_turn(void);
void fuzz_pass(unsigned int ms);

#endif /* VRC_FUZZ_BENCH_PORT_H */
