/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vfio device of the function "test" (its registers are those of the kernel's
 * pci-epf-test), one file a subject. Every test leaves the device as after a reset.
 */
#ifndef VRC_VFIO_TEST_H
#define VRC_VFIO_TEST_H

#include "../unit/tap.h"
#include "vfio_dev.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define REG_COMMAND	0x04
#define REG_STATUS	0x08
#define REG_SRC		0x0c
#define REG_DST		0x14
#define REG_SIZE	0x1c
#define REG_CHECKSUM	0x20
#define REG_IRQ_TYPE	0x24
#define REG_IRQ_NUMBER	0x28

#define CMD_INTX	0x01
#define CMD_MSI		0x02
#define CMD_MSIX	0x04
#define CMD_READ	0x08	/* the device reads memory */
#define CMD_WRITE	0x10
#define CMD_COPY	0x20

#define STA_READ_OK	0x01
#define STA_READ_FAIL	0x02
#define STA_WRITE_OK	0x04
#define STA_COPY_OK	0x10
#define STA_COPY_FAIL	0x20
#define STA_DONE	0x40	/* upstream: IRQ_RAISED */
#define STA_SRC_INVALID	0x80

extern struct dev dev;

/* Memory, I/O and bus mastering on. */
void test_enable(void);
void test_reset(void);
/* Runs a command, with no interrupt; its status, or 0 if it does not end in 10 s. */
uint32_t test_run(uint32_t command, uint64_t src, uint64_t dst, uint32_t size);
void test_start(uint32_t command, uint64_t src, uint64_t dst, uint32_t size);
uint32_t test_wait(void);
/* As the device computes it: CRC-32, reflected, without the final inversion. */
uint32_t test_crc(const uint8_t *p, size_t len);
void test_fill(uint8_t *p, size_t len, uint64_t seed);

extern const struct tap_test info_tests[], config_tests[], region_tests[], dma_tests[], irq_tests[],
	reset_tests[], hostile_tests[];
extern const unsigned int nr_info_tests, nr_config_tests, nr_region_tests, nr_dma_tests,
	nr_irq_tests, nr_reset_tests, nr_hostile_tests;

/* Need the station to be stopped and started: by the commands given to the program. */
int link_tests_run(const char *stop, const char *start);
/* The same, within the lease. */
int restart_test_run(const char *stop, const char *start);
int killed_tests_run(const char *stop, const char *go);
/* For so many seconds; the network may do what it likes meanwhile. */
int traffic_test_run(const char *duration);
/* The last: removes the mdev. */
int remove_test_run(void);

#endif /* VRC_VFIO_TEST_H */
