/* SPDX-License-Identifier: GPL-2.0-only */
/* What the command line and the configuration file say; both use the same names. */
#ifndef VRCEP_CONF_H
#define VRCEP_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "options-core.h"
#include "serial.h"
#include "station.h"

#define EP_ERR_LEN	512
#define EP_MAX_COUNT	8192

struct ep_conf_function {
	const struct ep_model *model;
	struct ep_options *opts;
};

struct ep_conf_station {
	struct ep_station_config cfg;
	char interface[16];
	bool has_serial, has_mac;
	unsigned int count;		/* stations like this one */
	struct ep_conf_function function[VRC_MAX_FUNCTIONS];
	unsigned int nr_functions;
};

struct ep_conf {
	char interface[16];		/* of the stations that follow */
	uint16_t ethertype;
	bool qdisc_bypass;
	unsigned int ring_frames;
	char *user, *status;
	bool sandbox;
	struct ep_conf_station *station;
	unsigned int nr_stations;
};

/* All that return int: 0, or -1 with a message of up to EP_ERR_LEN bytes in @err. */
int ep_conf_init(struct ep_conf *c, char *err);
void ep_conf_free(struct ep_conf *c);
/* Another station; what is set from now on belongs to it. */
int ep_conf_add_station(struct ep_conf *c, char *err);
/* @name is that of a long option without the dashes, or of a member in the file. */
int ep_conf_set(struct ep_conf *c, const char *name, const char *value, char *err);
/* Takes @opts over, also when it fails. */
int ep_conf_add_model(struct ep_conf *c, const char *model, struct ep_options *opts, char *err);
/* What all functions need of the system while they run: enum ep_needs. */
unsigned int ep_conf_needs(const struct ep_conf *c);
/* Is it complete? */
int ep_conf_check(const struct ep_conf *c, char *err);

/* conf-file.c: a JSON file */
int ep_conf_file(struct ep_conf *c, const char *path, char *err);

#endif /* VRCEP_CONF_H */
