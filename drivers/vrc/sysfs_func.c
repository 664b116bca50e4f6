// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/bus/vrc/devices/vrcN:BB:DD.F (Documentation/ABI/testing/sysfs-bus-vrc).
 *
 * port->lock must not be taken here: a function's device is removed under it,
 * and that waits for attributes that are being read.
 */
#include <linux/kstrtox.h>

#include "compat.h"
#include "func.h"
#include "port.h"
#include "scan.h"

/*
 * The station
 */

#define STATION_ATTR(_name, _fmt, _val)						\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	struct vrc_advert ad;							\
										\
	vrc_station_last(to_vrc_func(dev)->station, &ad);			\
	return sysfs_emit(buf, _fmt "\n", _val);				\
}										\
static DEVICE_ATTR_RO(_name)

STATION_ATTR(station, "%s", ad.name);
STATION_ATTR(serial, "%016llx", ad.serial);
STATION_ATTR(mac, "%pM", ad.mac);

static ssize_t owner_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_func *f = to_vrc_func(dev);
	struct vrc_advert ad;

	if (READ_ONCE(f->client))
		return sysfs_emit(buf, "%016llx\n", f->port->root_id);
	vrc_station_last(f->station, &ad);
	if (!(ad.owned & BIT(f->number)) || ad.owner[f->number] == f->port->root_id)
		return sysfs_emit(buf, "none\n");
	return sysfs_emit(buf, "%016llx\n", ad.owner[f->number]);
}
static DEVICE_ATTR_RO(owner);

/*
 * What enumeration has found
 */

#define CONFIG_ATTR(_name, _fmt, _val)						\
static ssize_t _name##_show(struct device *dev, struct device_attribute *attr,	\
			    char *buf)						\
{										\
	const struct vrc_func *f = to_vrc_func(dev);				\
										\
	return sysfs_emit(buf, _fmt "\n", _val);				\
}										\
static DEVICE_ATTR_RO(_name)

CONFIG_ATTR(vendor, "0x%04x", vrc_func_cfg16(f, PCI_VENDOR_ID));
CONFIG_ATTR(device, "0x%04x", vrc_func_cfg16(f, PCI_DEVICE_ID));
CONFIG_ATTR(subsystem_vendor, "0x%04x", vrc_func_cfg16(f, PCI_SUBSYSTEM_VENDOR_ID));
CONFIG_ATTR(subsystem_device, "0x%04x", vrc_func_cfg16(f, PCI_SUBSYSTEM_ID));
CONFIG_ATTR(class, "0x%06x", vrc_func_cfg32(f, PCI_CLASS_REVISION) >> 8);
CONFIG_ATTR(revision, "0x%02x", f->config[PCI_REVISION_ID]);
CONFIG_ATTR(mps, "%u", f->mps);
CONFIG_ATTR(mrrs, "%u", f->mrrs);

/* As PCI has it: a line for each BAR and the ROM, start, end and flags. */
static ssize_t resource_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_func *f = to_vrc_func(dev);
	const struct vrc_bar *bar;
	ssize_t len = 0;

	for (bar = f->bar; bar < f->bar + VRC_NUM_BARS; bar++)
		len += sysfs_emit_at(buf, len, "0x%016llx 0x%016llx 0x%016llx\n", bar->addr,
				     bar->size ? bar->addr + bar->size - 1 : 0,
				     bar->size ? (u64)bar->flags : 0);
	return len;
}
static DEVICE_ATTR_RO(resource);

static ssize_t config_read(struct file *file, struct kobject *kobj,
			   VRC_BIN_CONST struct bin_attribute *attr, char *buf, loff_t off,
			   size_t count)
{
	struct vrc_func *f = to_vrc_func(kobj_to_dev(kobj));

	if (off >= f->config_size)
		return 0;
	count = min_t(size_t, count, f->config_size - off);
	memset(buf, 0, count);
	if (off < f->shadow_size)
		memcpy(buf, f->config + off, min_t(size_t, count, f->shadow_size - off));
	return count;
}

static VRC_BIN_CONST BIN_ATTR_RO(config, PCI_CFG_SPACE_EXP_SIZE);

/*
 * How it does
 */

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  vrc_func_state_name(vrc_func_reported_state(to_vrc_func(dev))));
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_func *f = to_vrc_func(dev);
	ssize_t len;

	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	len = sysfs_emit(buf, "%s\n", f->reason);
	mutex_unlock(&f->lock);
	return len;
}
static DEVICE_ATTR_RO(reason);

static ssize_t label_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_func *f = to_vrc_func(dev);
	ssize_t len;

	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	len = sysfs_emit(buf, "%s\n", f->client ? f->client->label : "");
	mutex_unlock(&f->lock);
	return len;
}
static DEVICE_ATTR_RO(label);

static ssize_t payload_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_session *s = vrc_func_session_get(to_vrc_func(dev));
	u32 payload = 0;

	if (s) {
		payload = READ_ONCE(s->payload);
		vrc_session_put(s);
	}
	return sysfs_emit(buf, "%u\n", payload);
}
static DEVICE_ATTR_RO(payload);

/*
 * What its user is told when it is gone
 */

static const char * const policy_names[] = {
	[VRC_POLICY_HOLD]	= "hold",
	[VRC_POLICY_UNPLUG]	= "unplug",
	[VRC_POLICY_ERROR]	= "error",
};

static ssize_t policy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", policy_names[READ_ONCE(to_vrc_func(dev)->policy)]);
}

static ssize_t policy_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t len)
{
	int policy = sysfs_match_string(policy_names, buf), err;

	if (policy < 0) {
		dev_err(dev, "policy: '%.*s' is not hold, unplug or error\n",
			(int)strcspn(buf, "\n"), buf);
		return policy;
	}
	err = vrc_func_set_policy(to_vrc_func(dev), policy);
	return err ? err : len;
}
static DEVICE_ATTR_RW(policy);

static ssize_t reset_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t len)
{
	bool yes;
	int err;

	if (kstrtobool(buf, &yes) || !yes) {
		dev_err(dev, "reset: '%.*s' is not 1\n", (int)strcspn(buf, "\n"), buf);
		return -EINVAL;
	}
	err = vrc_func_admin_reset(to_vrc_func(dev), false);
	return err ? err : len;
}
static DEVICE_ATTR_WO(reset);

static struct attribute *func_attrs[] = {
	&dev_attr_station.attr,
	&dev_attr_serial.attr,
	&dev_attr_mac.attr,
	&dev_attr_owner.attr,
	&dev_attr_vendor.attr,
	&dev_attr_device.attr,
	&dev_attr_subsystem_vendor.attr,
	&dev_attr_subsystem_device.attr,
	&dev_attr_class.attr,
	&dev_attr_revision.attr,
	&dev_attr_mps.attr,
	&dev_attr_mrrs.attr,
	&dev_attr_resource.attr,
	&dev_attr_state.attr,
	&dev_attr_reason.attr,
	&dev_attr_label.attr,
	&dev_attr_payload.attr,
	&dev_attr_policy.attr,
	&dev_attr_reset.attr,
	NULL
};

static VRC_BIN_CONST struct bin_attribute *VRC_BIN_CONST func_bin_attrs[] = {
	&bin_attr_config,
	NULL
};

static const struct attribute_group func_group = {
	.attrs = func_attrs,
	.bin_attrs = func_bin_attrs,
};

/*
 * Counters
 */

struct counter {
	struct device_attribute attr;
	size_t offset;		/* in struct vrc_func_stats */
};

static ssize_t counter_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	size_t offset = container_of(attr, struct counter, attr)->offset;
	atomic64_t *val = (void *)&to_vrc_func(dev)->stats + offset;

	return sysfs_emit(buf, "%llu\n", (u64)atomic64_read(val));
}

#define COUNTER(_name)								\
	static struct counter counter_##_name = {				\
		.attr = __ATTR(_name, 0444, counter_show, NULL),		\
		.offset = offsetof(struct vrc_func_stats, _name),		\
	};
VRC_FUNC_COUNTERS(COUNTER)

static ssize_t latency_ns_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 counts[VRC_LATENCY_BUCKETS], sum;

	vrc_txn_latency(&to_vrc_func(dev)->txn, counts, &sum);
	return sysfs_emit(buf, "%llu\n", sum);
}
static DEVICE_ATTR_RO(latency_ns);

static ssize_t latency_log2_us_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 counts[VRC_LATENCY_BUCKETS], sum;
	unsigned int i;
	ssize_t len = 0;

	vrc_txn_latency(&to_vrc_func(dev)->txn, counts, &sum);
	for (i = 0; i < VRC_LATENCY_BUCKETS; i++)
		len += sysfs_emit_at(buf, len, i ? " %llu" : "%llu", counts[i]);
	len += sysfs_emit_at(buf, len, "\n");
	return len;
}
static DEVICE_ATTR_RO(latency_log2_us);

#define COUNTER_ATTR(_name)	&counter_##_name.attr.attr,
static struct attribute *stats_attrs[] = {
	&dev_attr_latency_ns.attr,
	&dev_attr_latency_log2_us.attr,
	VRC_FUNC_COUNTERS(COUNTER_ATTR)
	NULL
};

static const struct attribute_group stats_group = {
	.name = "stats",
	.attrs = stats_attrs,
};

const struct attribute_group *vrc_func_groups[] = {
	&func_group,
	&stats_group,
	NULL
};
