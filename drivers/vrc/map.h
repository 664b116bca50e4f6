/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where things are: the BDF <-> station table, and the bus addresses of the
 * BARs of one port's PCI domain.
 *
 * A station gets device 0 of bus 1 to 255 while buses last, then device 1 of
 * those buses, and so on to device 31. It keeps its place (key: serial); an
 * administrator can pin one. Changes under port->lock; both tables are read
 * under RCU. Addresses have no lock: the pools do that.
 *
 * Addresses: memory BARs of 32 bits from 0x80000000 to 0xfebfffff, of 64 bits from
 * 1 TiB to 5 TiB, I/O from 0x1000 to 0xffffff; naturally aligned, first fit.
 * 0xfee00000 to 0xfeefffff is the MSI window: inbound writes to it are interrupts.
 */
#ifndef VRC_MAP_H
#define VRC_MAP_H

#include <linux/genalloc.h>
#include <linux/rhashtable.h>
#include <linux/types.h>
#include <linux/xarray.h>

#define VRC_MSI_BASE	0xfee00000ull
#define VRC_MSI_SIZE	0x00100000ull

#define VRC_MAP_BUSES	255
#define VRC_MAP_DEVICES	32
#define VRC_MAP_PLACES	(VRC_MAP_BUSES * VRC_MAP_DEVICES)

struct vrc_bar;
struct vrc_port;
struct vrc_station;

struct vrc_map {
	struct xarray places;		/* bus << 5 | device -> station, seen or only pinned */
	struct rhashtable stations;	/* serial -> the same stations */
	unsigned int nr_stations;
	unsigned int next;		/* every place of lower rank is taken */
	struct gen_pool *mem32, *mem64, *io;
};

int vrc_map_init(struct vrc_map *m);
void vrc_map_exit(struct vrc_map *m);	/* no station may be left */

/* Under RCU or port->lock; NULL if there is none. */
struct vrc_station *vrc_map_by_serial(struct vrc_map *m, u64 serial);
struct vrc_station *vrc_map_by_place(struct vrc_map *m, u8 bus, u8 device);

/*
 * Enter @st at its bus and device, or at the first free place. -EEXIST, -ENOSPC,
 * -ENOMEM. Under port->lock.
 */
int vrc_map_add_at(struct vrc_map *m, struct vrc_station *st, u8 bus, u8 device);
int vrc_map_add(struct vrc_map *m, struct vrc_station *st);
/* Takes @st out of both tables; readers may see it for a grace period. Under port->lock. */
void vrc_map_del(struct vrc_map *m, struct vrc_station *st);
/* Exchange of its place for another. -EEXIST, -ENOMEM: nothing has changed. Under port->lock. */
int vrc_map_move(struct vrc_map *m, struct vrc_station *st, u8 bus, u8 device);
int vrc_map_move_away(struct vrc_map *m, struct vrc_station *st);

/* Gives @bar, with size and flags set, an address. -ENOSPC. Process context. */
int vrc_map_alloc_bar(struct vrc_map *m, struct vrc_bar *bar);
void vrc_map_free_bar(struct vrc_map *m, struct vrc_bar *bar);

#endif /* VRC_MAP_H */
