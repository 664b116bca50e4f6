// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/vrc. What each ioctl does, and every error, is in include/uapi/vrc.h.
 *
 * The table says what is common: how large the first version of a structure was, which
 * flags exist, and who may. A handler gets a structure that is checked so far, and what
 * it leaves in there goes back to the caller.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/ktime.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/nospec.h>
#include <linux/nsproxy.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>
#include <net/net_namespace.h>

#include "chardev.h"
#include "event.h"
#include "func.h"
#include "port.h"
#include "scan.h"

#define VRC_SCAN_TIME_MS	500	/* default */

union vrc_arg {
	struct {
		u32 argsz;
		u32 flags;
		u32 port;	/* of all but PORT_ADD */
	};
	struct vrc_ioctl_port_add port_add;
	struct vrc_ioctl_port_remove port_remove;
	struct vrc_ioctl_scan scan;
	struct vrc_ioctl_place place;
	struct vrc_ioctl_map map;
	struct vrc_ioctl_func_info func_info;
	struct vrc_ioctl_reset reset;
	struct vrc_ioctl_cfg cfg;
	struct vrc_ioctl_bar bar;
};

/*
 * Ports
 */

static int ioctl_port_add(union vrc_arg *arg)
{
	struct vrc_ioctl_port_add *a = &arg->port_add;
	struct net_device *ndev;
	struct vrc_port *port;
	int number = -1;

	if (a->reserved)
		return -EINVAL;
	if (a->flags & VRC_PORT_NUMBER) {
		if (a->port > (a->flags & VRC_PORT_PCI ? VRC_PORT_PCI_MAX : VRC_PORT_MAX))
			return -ERANGE;
		number = a->port;
	}
	ndev = dev_get_by_index(current->nsproxy->net_ns, a->ifindex);
	if (!ndev)
		return -ENODEV;
	port = vrc_port_add(ndev, a->ethertype, number, a->flags & VRC_PORT_PCI);
	dev_put(ndev);
	if (IS_ERR(port))
		return PTR_ERR(port);
	a->port = port->id;
	vrc_port_put(port);
	return 0;
}

static int ioctl_port_remove(struct vrc_port *port, union vrc_arg *arg)
{
	return vrc_port_remove(port);
}

static int ioctl_scan(struct vrc_port *port, union vrc_arg *arg)
{
	struct vrc_ioctl_scan *a = &arg->scan;
	struct vrc_scan_result res;
	int err;

	if (!a->time_ms)
		a->time_ms = VRC_SCAN_TIME_MS;
	if (a->time_ms < VRC_SCAN_TIME_MIN_MS || a->time_ms > VRC_SCAN_TIME_MAX_MS)
		return -ERANGE;
	err = vrc_scan(port, a->time_ms, &res);
	if (err)
		return err;
	if (a->flags & VRC_SCAN_FORGET) {
		err = vrc_scan_forget_absent(port);
		if (err)
			return err;
	}
	a->stations = res.stations;
	a->functions = res.functions;
	a->new_functions = res.new_functions;
	a->errors = res.errors;
	return 0;
}

static int ioctl_place(struct vrc_port *port, union vrc_arg *arg)
{
	struct vrc_ioctl_place *a = &arg->place;

	if (a->reserved || !a->serial)
		return -EINVAL;
	switch (a->flags) {
	case VRC_PLACE_PIN:
		return vrc_station_pin(port, a->serial, a->bus, a->device);
	case VRC_PLACE_UNPIN:
		return vrc_station_unpin(port, a->serial);
	case VRC_PLACE_FORGET:
		return vrc_station_forget(port, a->serial);
	default:
		return -EINVAL;
	}
}

/*
 * The map
 */

static void fill_place(struct vrc_map_place *p, const struct vrc_station *st)
{
	memset(p, 0, sizeof(*p));
	p->serial = st->serial;
	p->instance = st->last.instance;
	memcpy(p->mac, st->last.mac, ETH_ALEN);
	p->bus = st->bus;
	p->device = st->device;
	p->flags = (st->present ? VRC_MAP_PRESENT : 0) | (st->pinned ? VRC_MAP_PINNED : 0) |
		   (st->conflict ? VRC_MAP_CONFLICT : 0) | (st->seen ? VRC_MAP_SEEN : 0);
	p->functions = st->last.functions;
	p->owned = st->last.owned;
	p->max_payload = st->last.max_payload;
	strscpy(p->name, st->last.name, sizeof(p->name));
}

static u32 range_flags(const struct vrc_func *f, unsigned int bar)
{
	u32 flags = f->bar[bar].flags;

	return (flags & IORESOURCE_IO ? VRC_RANGE_IO : 0) |
	       (flags & IORESOURCE_MEM_64 ? VRC_RANGE_64 : 0) |
	       (flags & IORESOURCE_PREFETCH ? VRC_RANGE_PREFETCH : 0) |
	       (bar == VRC_ROM_BAR ? VRC_RANGE_ROM : 0);
}

static void fill_range(struct vrc_map_range *r, const struct vrc_func *f, unsigned int bar)
{
	memset(r, 0, sizeof(*r));
	r->start = f->bar[bar].addr;
	r->size = f->bar[bar].size;
	r->bdf = f->bdf;
	r->bar = bar;
	r->flags = range_flags(f, bar);
	memcpy(r->mac, f->station->last.mac, ETH_ALEN);
}

/*
 * What the caller has room for. It is gathered under port->lock and copied to
 * the caller without: a page of his that never comes must hold up nobody else.
 */
struct map_copy {
	struct vrc_map_place *places;
	struct vrc_map_range *ranges;
	u32 room_places, room_ranges;
	u32 nr_places, nr_ranges;	/* that exist */
};

static void gather_ranges(struct map_copy *m, const struct vrc_func *f)
{
	unsigned int bar;

	for (bar = 0; bar < VRC_NUM_BARS; bar++) {
		if (!f->bar[bar].size)
			continue;
		if (m->nr_ranges < m->room_ranges)
			fill_range(&m->ranges[m->nr_ranges], f, bar);
		m->nr_ranges++;
	}
}

static void gather_station(struct map_copy *m, const struct vrc_station *st)
{
	unsigned int i;

	if (m->nr_places < m->room_places)
		fill_place(&m->places[m->nr_places], st);
	m->nr_places++;
	for (i = 0; i < VRC_MAX_FUNCTIONS; i++)
		if (st->func[i] && st->func[i]->published)
			gather_ranges(m, st->func[i]);
}

static int gather_map(struct vrc_port *port, struct map_copy *m)
{
	struct vrc_station *st;
	unsigned long index;

	m->places = kvcalloc(m->room_places, sizeof(*m->places), GFP_KERNEL_ACCOUNT);
	m->ranges = kvcalloc(m->room_ranges, sizeof(*m->ranges), GFP_KERNEL_ACCOUNT);
	if ((m->room_places && !m->places) || (m->room_ranges && !m->ranges))
		return -ENOMEM;
	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	xa_for_each(&port->map.places, index, st)
		gather_station(m, st);
	mutex_unlock(&port->lock);
	return 0;
}

static int copy_map(struct vrc_ioctl_map *a, const struct map_copy *m)
{
	size_t places = min(m->nr_places, m->room_places) * sizeof(*m->places);
	size_t ranges = min(m->nr_ranges, m->room_ranges) * sizeof(*m->ranges);

	a->nr_places = m->nr_places;
	a->nr_ranges = m->nr_ranges;
	if (copy_to_user(u64_to_user_ptr(a->places), m->places, places) ||
	    copy_to_user(u64_to_user_ptr(a->ranges), m->ranges, ranges))
		return -EFAULT;
	return 0;
}

static int ioctl_map(struct vrc_port *port, union vrc_arg *arg)
{
	struct vrc_ioctl_map *a = &arg->map;
	struct map_copy m = {
		.room_places = min_t(u32, a->nr_places, VRC_MAP_PLACES),
		.room_ranges = min_t(u32, a->nr_ranges,
				     VRC_MAP_PLACES * VRC_MAX_FUNCTIONS * VRC_NUM_BARS),
	};
	int err;

	if (a->reserved)
		return -EINVAL;
	err = gather_map(port, &m);
	if (!err)
		err = copy_map(a, &m);
	kvfree(m.ranges);
	kvfree(m.places);
	return err;
}

/*
 * Functions
 */

static void fill_identity(struct vrc_ioctl_func_info *a, const struct vrc_func *f)
{
	unsigned int i;

	a->vendor = vrc_func_cfg16(f, PCI_VENDOR_ID);
	a->device = vrc_func_cfg16(f, PCI_DEVICE_ID);
	a->subsystem_vendor = vrc_func_cfg16(f, PCI_SUBSYSTEM_VENDOR_ID);
	a->subsystem_device = vrc_func_cfg16(f, PCI_SUBSYSTEM_ID);
	a->revision = f->config[PCI_REVISION_ID];
	a->class_code = vrc_func_cfg32(f, PCI_CLASS_REVISION) >> 8;
	a->mps = f->mps;
	a->mrrs = f->mrrs;
	for (i = 0; i < VRC_NUM_BARS; i++) {
		a->bar[i].addr = f->bar[i].addr;
		a->bar[i].size = f->bar[i].size;
		if (f->bar[i].size)
			a->bar[i].flags = range_flags(f, i);
	}
}

static void fill_station(struct vrc_ioctl_func_info *a, const struct vrc_func *f)
{
	struct vrc_advert ad;

	vrc_station_last(f->station, &ad);
	a->serial = ad.serial;
	a->owner = f->client ? f->port->root_id : ad.owner[f->number];
	memcpy(a->mac, ad.mac, ETH_ALEN);
	strscpy(a->name, ad.name, sizeof(a->name));
}

/* Who knows a session's ids can speak in its name, so they are for those who can listen anyway. */
static void fill_session(struct vrc_ioctl_func_info *a, struct vrc_func *f)
{
	struct vrc_session *s = vrc_func_session_get(f);

	if (!s)
		return;
	a->payload = READ_ONCE(s->payload);
	if (ns_capable_noaudit(&init_user_ns, CAP_NET_ADMIN)) {
		a->session = s->id;
		a->peer_session = s->peer_id;
	}
	vrc_session_put(s);
}

static void fill_use(struct vrc_ioctl_func_info *a, struct vrc_func *f)
{
	a->state = vrc_func_reported_state(f);
	a->error = -f->error;
	strscpy(a->reason, f->reason, sizeof(a->reason));
	if (f->client)
		strscpy(a->label, f->client->label, sizeof(a->label));
	a->refusal_reason = f->refusal.reason;
	a->refusal_owner = f->refusal.owner;
	strscpy(a->refusal_owner_name, f->refusal.owner_name, sizeof(a->refusal_owner_name));
	strscpy(a->refusal_label, f->refusal.label, sizeof(a->refusal_label));
}

static int ioctl_func_info(struct vrc_func *f, union vrc_arg *arg)
{
	struct vrc_ioctl_func_info *a = &arg->func_info;

	if (a->reserved0)
		return -EINVAL;
	*a = (struct vrc_ioctl_func_info){ .flags = a->flags, .port = a->port, .bdf = a->bdf };
	if (mutex_lock_killable(&f->lock))
		return -EINTR;
	fill_station(a, f);
	fill_use(a, f);
	fill_session(a, f);
	if (f->state != VRC_FUNC_UNKNOWN && f->config)
		fill_identity(a, f);
	mutex_unlock(&f->lock);
	return 0;
}

static int ioctl_reset(struct vrc_func *f, union vrc_arg *arg)
{
	if (arg->reset.reserved)
		return -EINVAL;
	return vrc_func_admin_reset(f, arg->reset.flags & VRC_RESET_FORCE);
}

static int access_cfg(struct vrc_func *f, void *arg)
{
	struct vrc_ioctl_cfg *a = arg;
	u64 start = ktime_get_ns();
	int err;

	if (a->flags & VRC_ACCESS_WRITE)
		err = vrc_cfg_write(f, a->offset, a->width, a->value);
	else
		err = vrc_cfg_read(f, a->offset, a->width, &a->value);
	a->time_ns = ktime_get_ns() - start;
	return err;
}

static int ioctl_cfg(struct vrc_func *f, union vrc_arg *arg)
{
	struct vrc_ioctl_cfg *a = &arg->cfg;

	if (a->width != 1 && a->width != 2 && a->width != 4)
		return -EINVAL;
	if (a->offset % a->width || a->offset >= PCI_CFG_SPACE_EXP_SIZE)
		return -EINVAL;
	return vrc_func_use(f, VRC_LABEL_PING, access_cfg, a);
}

struct bar_access {
	const struct vrc_ioctl_bar *arg;
	void *data;
};

static int access_range(struct vrc_func *f, const struct vrc_bar *bar, const struct bar_access *b)
{
	u64 addr = bar->addr + b->arg->offset;
	u32 len = b->arg->len;

	if (b->arg->flags & VRC_ACCESS_WRITE)
		return bar->flags & IORESOURCE_IO ? vrc_io_write(f, addr, b->data, len) :
						    vrc_mem_write(f, addr, b->data, len);
	return bar->flags & IORESOURCE_IO ? vrc_io_read(f, addr, b->data, len) :
					    vrc_mem_read(f, addr, b->data, len);
}

/* The ROM is enabled for the read only; of a function in use that is its user's business. */
static int access_rom(struct vrc_func *f, const struct vrc_bar *bar, const struct bar_access *b)
{
	int err, end;

	if (b->arg->flags & VRC_ACCESS_WRITE)
		return -EINVAL;
	if (READ_ONCE(f->client))
		return -EBUSY;
	err = vrc_cfg_write(f, bar->reg, 4, (u32)bar->addr | PCI_ROM_ADDRESS_ENABLE);
	if (err)
		return err;
	err = access_range(f, bar, b);
	end = vrc_cfg_write(f, bar->reg, 4, (u32)bar->addr);
	return err ? err : end;
}

static int access_bar(struct vrc_func *f, void *arg)
{
	const struct bar_access *b = arg;
	const struct vrc_bar *bar = &f->bar[b->arg->bar];

	if (b->arg->len > bar->size || b->arg->offset > bar->size - b->arg->len)
		return -EINVAL;
	if (b->arg->bar == VRC_ROM_BAR)
		return access_rom(f, bar, b);
	return access_range(f, bar, b);
}

static int ioctl_bar_data(struct vrc_func *f, struct vrc_ioctl_bar *a, void *data)
{
	bool write = a->flags & VRC_ACCESS_WRITE;
	struct bar_access b = { a, data };
	u64 start;
	int err;

	if (write && copy_from_user(data, u64_to_user_ptr(a->data), a->len))
		return -EFAULT;
	start = ktime_get_ns();
	err = vrc_func_use(f, VRC_LABEL_PING, access_bar, &b);
	a->time_ns = ktime_get_ns() - start;
	if (!err && !write && copy_to_user(u64_to_user_ptr(a->data), data, a->len))
		err = -EFAULT;
	return err;
}

static int ioctl_bar(struct vrc_func *f, union vrc_arg *arg)
{
	struct vrc_ioctl_bar *a = &arg->bar;
	void *data;
	int err;

	if (a->reserved || a->reserved1 || a->bar >= VRC_NUM_BARS ||
	    !a->len || a->len > VRC_BAR_MAX_LEN)
		return -EINVAL;
	data = kmalloc(a->len, GFP_KERNEL);
	if (!data)
		return -ENOMEM;
	err = ioctl_bar_data(f, a, data);
	kfree(data);
	return err;
}

/*
 * Dispatch
 */

/* One of the three handlers is set; it says what the ioctl is about. */
struct vrc_ioctl {
	u32 size;		/* now */
	u32 min;		/* in its first version */
	u32 flags;		/* that are defined */
	bool admin;
	int (*global)(union vrc_arg *arg);
	int (*port)(struct vrc_port *port, union vrc_arg *arg);
	int (*func)(struct vrc_func *f, union vrc_arg *arg);
	u32 bdf;		/* offset of the BDF, for func */
};

#define IOCTL(_name, _last, _flags, _admin, ...)			\
	{								\
		.size = sizeof(struct vrc_ioctl_##_name),		\
		.min = offsetofend(struct vrc_ioctl_##_name, _last),	\
		.flags = _flags,					\
		.admin = _admin,					\
		__VA_ARGS__						\
	}

#define FUNC(_name)							\
	.func = ioctl_##_name, .bdf = offsetof(struct vrc_ioctl_##_name, bdf)

static const struct vrc_ioctl ioctls[] = {
	[_IOC_NR(VRC_IOC_PORT_ADD)] =
		IOCTL(port_add, port, VRC_PORT_NUMBER | VRC_PORT_PCI, true,
		      .global = ioctl_port_add),
	[_IOC_NR(VRC_IOC_PORT_REMOVE)] =
		IOCTL(port_remove, port, 0, true, .port = ioctl_port_remove),
	[_IOC_NR(VRC_IOC_SCAN)] =
		IOCTL(scan, errors, VRC_SCAN_FORGET, true, .port = ioctl_scan),
	[_IOC_NR(VRC_IOC_PLACE)] =
		IOCTL(place, serial, VRC_PLACE_PIN | VRC_PLACE_UNPIN | VRC_PLACE_FORGET, true,
		      .port = ioctl_place),
	[_IOC_NR(VRC_IOC_MAP)] =
		IOCTL(map, ranges, 0, false, .port = ioctl_map),
	[_IOC_NR(VRC_IOC_FUNC_INFO)] =
		IOCTL(func_info, bar, 0, false, FUNC(func_info)),
	[_IOC_NR(VRC_IOC_RESET)] =
		IOCTL(reset, reserved, VRC_RESET_FORCE, true, FUNC(reset)),
	[_IOC_NR(VRC_IOC_CFG)] =
		IOCTL(cfg, time_ns, VRC_ACCESS_WRITE, true, FUNC(cfg)),
	[_IOC_NR(VRC_IOC_BAR)] =
		IOCTL(bar, time_ns, VRC_ACCESS_WRITE, true, FUNC(bar)),
};

static int call_func(const struct vrc_ioctl *io, struct vrc_port *port, union vrc_arg *arg)
{
	struct vrc_func *f = vrc_func_get_by_bdf(port, *(u16 *)((void *)arg + io->bdf));
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = io->func(f, arg);
	vrc_func_put(f);
	return err;
}

static int call(const struct vrc_ioctl *io, union vrc_arg *arg)
{
	struct vrc_port *port;
	int err;

	if (io->global)
		return io->global(arg);
	port = vrc_port_get_by_id(arg->port);
	if (!port)
		return -ENODEV;
	err = io->port ? io->port(port, arg) : call_func(io, port, arg);
	vrc_port_put(port);
	return err;
}

static const struct vrc_ioctl *find_ioctl(unsigned int cmd)
{
	if (_IOC_TYPE(cmd) != VRC_IOC_MAGIC || _IOC_DIR(cmd) != _IOC_NONE || _IOC_SIZE(cmd) ||
	    _IOC_NR(cmd) >= ARRAY_SIZE(ioctls))
		return NULL;
	return &ioctls[array_index_nospec(_IOC_NR(cmd), ARRAY_SIZE(ioctls))];
}

static long vrc_ioctl(struct file *file, unsigned int cmd, unsigned long uarg)
{
	const struct vrc_ioctl *io = find_ioctl(cmd);
	void __user *user = (void __user *)uarg;
	union vrc_arg arg = {};
	u32 argsz;
	int err;

	if (!io)
		return -ENOTTY;
	if (io->admin && !capable(CAP_NET_ADMIN))
		return -EPERM;
	if (get_user(argsz, (u32 __user *)user))
		return -EFAULT;
	if (argsz < io->min)
		return -EINVAL;
	err = copy_struct_from_user(&arg, io->size, user, argsz);
	if (err)
		return err;
	if (arg.flags & ~io->flags)
		return -EINVAL;
	err = call(io, &arg);
	if (err)
		return err;
	arg.argsz = argsz;
	return copy_to_user(user, &arg, min(argsz, io->size)) ? -EFAULT : 0;
}

/*
 * The device
 */

static int vrc_open(struct inode *inode, struct file *file)
{
	file->private_data = vrc_reader_create();
	if (!file->private_data)
		return -ENOMEM;
	return stream_open(inode, file);
}

static int vrc_release(struct inode *inode, struct file *file)
{
	vrc_reader_destroy(file->private_data);
	return 0;
}

static ssize_t vrc_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	return vrc_reader_read(file->private_data, buf, len, file->f_flags & O_NONBLOCK);
}

static __poll_t vrc_poll(struct file *file, struct poll_table_struct *wait)
{
	return vrc_reader_poll(file->private_data, file, wait);
}

static const struct file_operations vrc_fops = {
	.owner = THIS_MODULE,
	.open = vrc_open,
	.release = vrc_release,
	.read = vrc_read,
	.poll = vrc_poll,
	.unlocked_ioctl = vrc_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice vrc_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "vrc",
	.fops = &vrc_fops,
	.mode = 0600,
};

int vrc_chardev_init(void)
{
	return misc_register(&vrc_misc);
}

void vrc_chardev_exit(void)
{
	misc_deregister(&vrc_misc);
}
