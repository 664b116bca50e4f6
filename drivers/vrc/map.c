// SPDX-License-Identifier: GPL-2.0-only
/*
 * The map: places of stations, bus addresses of BARs.
 *
 * Both tables hold the same stations, so an entry is made in the one that
 * can fail for lack of a place first, and in the other last.
 */
#include <linux/ioport.h>

#include "func.h"
#include "map.h"
#include "port.h"
#include "scan.h"

/* A pool of addresses: the granule bounds the size of its bitmap. */
struct address_range {
	u64 start, size;
	int order;
};

static const struct address_range mem32_range = { 0x80000000ull, 0x7ec00000ull, 12 };
static const struct address_range mem64_range = { 1ull << 40, 4ull << 40, 20 };
static const struct address_range io_range = { 0x1000, 0xfff000, 4 };

/* What PCIe allows an I/O BAR to ask for (7.5.1.2.1). */
#define VRC_MAX_IO_BAR	256

static const struct rhashtable_params station_params = {
	.key_len = sizeof_field(struct vrc_station, serial),
	.key_offset = offsetof(struct vrc_station, serial),
	.head_offset = offsetof(struct vrc_station, hash),
	.automatic_shrinking = true,
};

/*
 * The first fit that is aligned to its size; right because each range starts aligned to
 * its largest BAR.
 */
static struct gen_pool *create_pool(const struct address_range *r)
{
	struct gen_pool *pool = gen_pool_create(r->order, NUMA_NO_NODE);

	if (!pool)
		return NULL;
	gen_pool_set_algo(pool, gen_pool_first_fit_order_align, NULL);
	if (gen_pool_add(pool, r->start, r->size, NUMA_NO_NODE)) {
		gen_pool_destroy(pool);
		return NULL;
	}
	return pool;
}

int vrc_map_init(struct vrc_map *m)
{
	int err = rhashtable_init(&m->stations, &station_params);

	if (err)
		return err;
	xa_init(&m->places);
	err = -ENOMEM;
	m->mem32 = create_pool(&mem32_range);
	if (!m->mem32)
		goto destroy_stations;
	m->mem64 = create_pool(&mem64_range);
	if (!m->mem64)
		goto destroy_mem32;
	m->io = create_pool(&io_range);
	if (!m->io)
		goto destroy_mem64;
	return 0;

destroy_mem64:
	gen_pool_destroy(m->mem64);
destroy_mem32:
	gen_pool_destroy(m->mem32);
destroy_stations:
	rhashtable_destroy(&m->stations);
	return err;
}

void vrc_map_exit(struct vrc_map *m)
{
	gen_pool_destroy(m->io);
	gen_pool_destroy(m->mem64);
	gen_pool_destroy(m->mem32);
	WARN_ON(!xa_empty(&m->places));
	xa_destroy(&m->places);
	rhashtable_destroy(&m->stations);
}

/*
 * Places
 */

static unsigned long place_index(u8 bus, u8 device)
{
	return bus << 5 | device;
}

/* Places in the order that they are given away: device 0 of every bus, then device 1, ... */
static u8 rank_bus(unsigned int rank)
{
	return 1 + rank % VRC_MAP_BUSES;
}

static u8 rank_device(unsigned int rank)
{
	return rank / VRC_MAP_BUSES;
}

static unsigned int place_rank(u8 bus, u8 device)
{
	return device * VRC_MAP_BUSES + bus - 1;
}

struct vrc_station *vrc_map_by_serial(struct vrc_map *m, u64 serial)
{
	return rhashtable_lookup_fast(&m->stations, &serial, station_params);
}

struct vrc_station *vrc_map_by_place(struct vrc_map *m, u8 bus, u8 device)
{
	return xa_load(&m->places, place_index(bus, device));
}

static int take_place(struct vrc_map *m, struct vrc_station *st, u8 bus, u8 device)
{
	int err = xa_insert(&m->places, place_index(bus, device), st, GFP_KERNEL);

	if (err)
		return err == -EBUSY ? -EEXIST : err;
	st->bus = bus;
	st->device = device;
	return 0;
}

/* next only moves up over taken places, so that placing n stations takes n steps. */
static int take_free_place(struct vrc_map *m, struct vrc_station *st)
{
	int err = -EEXIST;

	while (m->next < VRC_MAP_PLACES) {
		err = take_place(m, st, rank_bus(m->next), rank_device(m->next));
		if (err != -EEXIST)
			return err;
		m->next++;
	}
	return -ENOSPC;
}

static void leave_place(struct vrc_map *m, u8 bus, u8 device)
{
	xa_erase(&m->places, place_index(bus, device));
	m->next = min(m->next, place_rank(bus, device));
}

static int enter_serial(struct vrc_map *m, struct vrc_station *st)
{
	int err = rhashtable_lookup_insert_fast(&m->stations, &st->hash, station_params);

	if (err)
		leave_place(m, st->bus, st->device);
	else
		m->nr_stations++;
	return err;
}

int vrc_map_add_at(struct vrc_map *m, struct vrc_station *st, u8 bus, u8 device)
{
	int err = take_place(m, st, bus, device);

	return err ? err : enter_serial(m, st);
}

int vrc_map_add(struct vrc_map *m, struct vrc_station *st)
{
	int err = take_free_place(m, st);

	return err ? err : enter_serial(m, st);
}

void vrc_map_del(struct vrc_map *m, struct vrc_station *st)
{
	rhashtable_remove_fast(&m->stations, &st->hash, station_params);
	leave_place(m, st->bus, st->device);
	m->nr_stations--;
}

int vrc_map_move(struct vrc_map *m, struct vrc_station *st, u8 bus, u8 device)
{
	u8 old_bus = st->bus, old_device = st->device;
	int err = take_place(m, st, bus, device);

	if (!err)
		leave_place(m, old_bus, old_device);
	return err;
}

int vrc_map_move_away(struct vrc_map *m, struct vrc_station *st)
{
	u8 old_bus = st->bus, old_device = st->device;
	int err = take_free_place(m, st);

	if (!err)
		leave_place(m, old_bus, old_device);
	return err;
}

/*
 * Addresses
 */

static struct gen_pool *bar_pool(struct vrc_map *m, const struct vrc_bar *bar)
{
	if (bar->flags & IORESOURCE_IO)
		return m->io;
	return bar->flags & IORESOURCE_MEM_64 ? m->mem64 : m->mem32;
}

static u64 pool_size(struct vrc_map *m, const struct gen_pool *pool)
{
	if (pool == m->io)
		return VRC_MAX_IO_BAR;
	return pool == m->mem64 ? mem64_range.size : mem32_range.size;
}

int vrc_map_alloc_bar(struct vrc_map *m, struct vrc_bar *bar)
{
	struct gen_pool *pool = bar_pool(m, bar);

	if (bar->size > pool_size(m, pool))
		return -ENOSPC;
	bar->addr = gen_pool_alloc(pool, bar->size);
	return bar->addr ? 0 : -ENOSPC;
}

void vrc_map_free_bar(struct vrc_map *m, struct vrc_bar *bar)
{
	if (bar->addr)
		gen_pool_free(bar_pool(m, bar), bar->addr, bar->size);
	bar->addr = 0;
}
