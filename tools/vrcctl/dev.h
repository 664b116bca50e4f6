/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/vrc and sysfs: ports, functions and how people name them.
 */
#ifndef VRCCTL_DEV_H
#define VRCCTL_DEV_H

#include <net/if.h>
#include <vrc.h>
#include <vrc_wire.h>

#include "field.h"
#include "proto/tlp.h"

#define UUID_LEN	36

struct port {
	unsigned int id;		/* N of vrcN */
	char ifname[IFNAMSIZ];		/* last name of its interface */
};

struct func {
	unsigned int port;
	u16 bdf;
};

/* Places and BAR addresses of a port. */
struct map {
	unsigned int nr_places, nr_ranges;
	struct vrc_map_place *places;
	struct vrc_map_range *ranges;
};

/* Opens /dev/vrc once; exits with EXIT_NO_MODULE and a message if that fails. */
int dev_fd(void);
/* 0 or -errno. */
int dev_ioctl(unsigned long cmd, void *arg);
/* The exit code for -errno of an ioctl. */
enum vrcctl_exit exit_code(int err);
/* Says why what the verb does to @f failed and what to do; returns the exit code. */
int fail_func(const struct func *f, int err);

/* Ports by number; *@ports is malloc'ed. */
unsigned int ports_read(struct port **ports);
/* A port by "vrcN" or by its interface; NULL text: the only one. Else EXIT_* and a message. */
int port_find(const char *text, struct port *port);
bool port_lookup(const char *text, struct port *port);	/* without a message */

int map_read(unsigned int port, struct map *map);	/* 0 or -errno */
void map_free(struct map *map);
int func_info(const struct func *f, struct vrc_ioctl_func_info *info);	/* 0 or -errno */

/* FUNC as users write it; 0, or EXIT_* and a message. */
int func_find(const char *text, struct func *f);
bool is_uuid(const char *text);

#define FUNC_NAME_LEN	32
void func_name(const struct func *f, char *name);	/* vrc0:01:00.0 */
/* UUID of the mdev of @f into @uuid, or false: it has none. */
bool func_mdev(const struct func *f, char *uuid);

const char *state_name(u32 state);
void mac_name(const u8 *mac, char *text);	/* 18 bytes */

#endif /* VRCCTL_DEV_H */
