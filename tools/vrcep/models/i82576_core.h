/* SPDX-License-Identifier: GPL-2.0-only */
/* The 82576 model: what the files of the core half have from each other. */
#ifndef VRCEP_I82576_CORE_H
#define VRCEP_I82576_CORE_H

#include "i82576.h"

/* ---- i82576_map.c: what is where ---- */

/*
 * @count registers, @stride bytes apart. A write changes the bits of @mask and
 * then calls @written with what came from the bus and what the register was.
 */
struct i82576_rule {
	uint32_t off;
	unsigned int count, stride;
	uint32_t mask, reset;
	uint32_t (*read)(struct i82576 *n, unsigned int off);
	void (*written)(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
};

struct i82576_alias {
	uint32_t off, len, primary;
};

extern const struct i82576_rule i82576_rules[];
extern const struct i82576_alias i82576_aliases[];
extern const unsigned int i82576_nr_rules, i82576_nr_aliases;

/* ---- i82576_io.c ---- */

void i82576_io_init(void);
void i82576_io_reset(struct i82576 *n);
uint32_t i82576_reg_read(struct i82576 *n, unsigned int off);
void i82576_reg_write(struct i82576 *n, unsigned int off, uint32_t val);
void i82576_bar_read(struct ep_func *f, unsigned int bar, uint64_t off, void *buf, size_t len);
void i82576_bar_write(struct ep_func *f, unsigned int bar, uint64_t off, const void *buf,
		      size_t len);

/* ---- i82576.c ---- */

/* CTRL.RST: everything but the PHY, the semaphores and what wakes up. */
void i82576_software_reset(struct i82576 *n);

/* ---- i82576_nvm.c ---- */

/* 0, or -1 and a message. @mac may be NULL: that of the file or, without one, @fallback. */
int i82576_nvm_open(struct i82576 *n, const char *path, const uint8_t *mac,
		    const uint8_t *fallback, char *err, size_t err_len);
void i82576_nvm_close(struct i82576 *n);
/* Registers that are loaded from the NVM. */
void i82576_nvm_autoload(struct i82576 *n);
void i82576_nvm_select_reset(struct i82576 *n);
uint32_t i82576_eec_read(struct i82576 *n, unsigned int off);
void i82576_eec_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eerd_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eewr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);

/* ---- i82576_phy.c ---- */

enum i82576_speed {
	I82576_10, I82576_100, I82576_1000,
};

struct i82576_mode {
	enum i82576_speed speed;
	bool full_duplex;
};

void i82576_phy_init(struct i82576 *n);
void i82576_phy_reset(struct i82576 *n);
void i82576_phy_carrier(struct i82576 *n);
bool i82576_phy_link(const struct i82576 *n);
bool i82576_phy_loopback(const struct i82576 *n);
struct i82576_mode i82576_phy_mode(const struct i82576 *n);
void i82576_mdic_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);

/* ---- i82576_link.c ---- */

/* Something that the link depends on has changed. */
void i82576_link_update(struct i82576 *n);
uint32_t i82576_status_read(struct i82576 *n, unsigned int off);
void i82576_ctrl_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_ctrl_ext_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);

/* ---- i82576_flow.c ---- */

void i82576_flow_init(struct i82576 *n);
void i82576_flow_reset(struct i82576 *n);
void i82576_tctl_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);

/* ---- i82576_power.c ---- */

void i82576_power_changed(struct i82576 *n);
void i82576_wake_by_link(struct i82576 *n);

/* ---- i82576_irq.c ---- */

void i82576_irq_init(struct i82576 *n);
void i82576_irq_reset(struct i82576 *n);
/* The way that interrupts go may have changed. */
void i82576_irq_update(struct i82576 *n);
uint32_t i82576_icr_read(struct i82576 *n, unsigned int off);
uint32_t i82576_ics_read(struct i82576 *n, unsigned int off);
uint32_t i82576_eicr_read(struct i82576 *n, unsigned int off);
uint32_t i82576_eics_read(struct i82576 *n, unsigned int off);
void i82576_icr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_ics_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_ims_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_imc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eicr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eics_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eims_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eimc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_eitr_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_gpie_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);

/* ---- i82576_stats.c ---- */

uint32_t i82576_stat_read(struct i82576 *n, unsigned int off);
uint32_t i82576_stat_high_read(struct i82576 *n, unsigned int off);

/* ---- i82576_clock.c ---- */

void i82576_clock_init(struct i82576 *n);
void i82576_clock_reset(struct i82576 *n);
uint32_t i82576_frtimer_read(struct i82576 *n, unsigned int off);
void i82576_tcptimer_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
uint32_t i82576_systiml_read(struct i82576 *n, unsigned int off);
uint32_t i82576_systimh_read(struct i82576 *n, unsigned int off);
void i82576_systim_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_timinca_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_timadj_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
void i82576_tsauxc_written(struct i82576 *n, unsigned int off, uint32_t val, uint32_t old);
uint32_t i82576_stamp_high_read(struct i82576 *n, unsigned int off);

#endif /* VRCEP_I82576_CORE_H */
