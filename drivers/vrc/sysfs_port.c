// SPDX-License-Identifier: GPL-2.0-only
/*
 * /sys/class/vrc/vrcN (Documentation/ABI/testing/sysfs-class-vrc).
 */
#include <linux/kstrtox.h>
#include <linux/netdevice.h>

#include "func.h"
#include "port.h"

static ssize_t ifname_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_port *port = to_vrc_port(dev);
	ssize_t len;

	mutex_lock(&port->nic_lock);
	len = sysfs_emit(buf, "%s\n", port->ifname);
	mutex_unlock(&port->nic_lock);
	return len;
}
static DEVICE_ATTR_RO(ifname);

static ssize_t address_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct net_device *ndev;
	ssize_t len = -ENODEV;

	rcu_read_lock();
	ndev = rcu_dereference(to_vrc_port(dev)->ndev);
	if (ndev)
		len = sysfs_emit(buf, "%pM\n", ndev->dev_addr);
	rcu_read_unlock();
	return len;
}
static DEVICE_ATTR_RO(address);

static ssize_t ethertype_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "0x%04x\n", to_vrc_port(dev)->ethertype);
}
static DEVICE_ATTR_RO(ethertype);

static ssize_t root_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%016llx\n", to_vrc_port(dev)->root_id);
}
static DEVICE_ATTR_RO(root_id);

static ssize_t payload_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", vrc_port_max_payload(to_vrc_port(dev)));
}
static DEVICE_ATTR_RO(payload);

static ssize_t carrier_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", vrc_port_carrier(to_vrc_port(dev)));
}
static DEVICE_ATTR_RO(carrier);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct vrc_port *port = to_vrc_port(dev);

	if (!rcu_access_pointer(port->ndev))
		return sysfs_emit(buf, "no-nic\n");
	return sysfs_emit(buf, "%s\n", vrc_port_carrier(port) ? "up" : "no-link");
}
static DEVICE_ATTR_RO(state);

static ssize_t stations_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(to_vrc_port(dev)->map.nr_stations));
}
static DEVICE_ATTR_RO(stations);

static ssize_t allow_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return vrc_allow_show(to_vrc_port(dev), buf);
}

static ssize_t allow_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t len)
{
	int err = vrc_allow_set(to_vrc_port(dev), buf);

	return err ? err : len;
}
static DEVICE_ATTR_RW(allow);

/*
 * Settings
 */

struct setting {
	struct device_attribute attr;
	size_t offset;		/* of a u32 in struct vrc_port */
	u32 min, max;
};

#define to_setting(a)	container_of(a, struct setting, attr)

static u32 *setting_of(struct device *dev, const struct setting *s)
{
	return (void *)to_vrc_port(dev) + s->offset;
}

static ssize_t setting_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(*setting_of(dev, to_setting(attr))));
}

static ssize_t setting_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t len)
{
	const struct setting *s = to_setting(attr);
	u32 val;
	int err;

	err = kstrtou32(buf, 0, &val);
	if (!err && (val < s->min || val > s->max))
		err = -ERANGE;
	if (err) {
		dev_err(dev, "%s: '%.*s' is not a number from %u to %u\n", attr->attr.name,
			(int)strcspn(buf, "\n"), buf, s->min, s->max);
		return err;
	}
	WRITE_ONCE(*setting_of(dev, s), val);
	return len;
}

#define SETTING(_name, _min, _max)						\
	static struct setting setting_##_name = {				\
		.attr = __ATTR(_name, 0644, setting_show, setting_store),	\
		.offset = offsetof(struct vrc_port, _name),			\
		.min = _min,							\
		.max = _max,							\
	}

SETTING(lease_ms, 100, 600000);
SETTING(completion_timeout_ms, 1, 60000);
SETTING(max_stations, 1, VRC_MAP_PLACES);

static struct attribute *port_attrs[] = {
	&dev_attr_ifname.attr,
	&dev_attr_address.attr,
	&dev_attr_ethertype.attr,
	&dev_attr_root_id.attr,
	&dev_attr_payload.attr,
	&dev_attr_carrier.attr,
	&dev_attr_state.attr,
	&dev_attr_stations.attr,
	&dev_attr_allow.attr,
	&setting_lease_ms.attr.attr,
	&setting_completion_timeout_ms.attr.attr,
	&setting_max_stations.attr.attr,
	NULL
};

static const struct attribute_group port_group = {
	.attrs = port_attrs,
};

/*
 * Counters
 */

struct counter {
	struct device_attribute attr;
	size_t offset;		/* in struct vrc_port_stats */
};

static ssize_t counter_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	size_t offset = container_of(attr, struct counter, attr)->offset;
	struct vrc_port *port = to_vrc_port(dev);
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += *(u64 *)((void *)per_cpu_ptr(port->stats, cpu) + offset);
	return sysfs_emit(buf, "%llu\n", sum);
}

#define COUNTER(_name)								\
	static struct counter counter_##_name = {				\
		.attr = __ATTR(_name, 0444, counter_show, NULL),		\
		.offset = offsetof(struct vrc_port_stats, _name),		\
	};
VRC_PORT_COUNTERS(COUNTER)

#define COUNTER_ATTR(_name)	&counter_##_name.attr.attr,
static struct attribute *stats_attrs[] = {
	VRC_PORT_COUNTERS(COUNTER_ATTR)
	NULL
};

static const struct attribute_group stats_group = {
	.name = "stats",
	.attrs = stats_attrs,
};

const struct attribute_group *vrc_port_groups[] = {
	&port_group,
	&stats_group,
	NULL
};
