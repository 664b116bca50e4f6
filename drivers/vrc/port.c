// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports: the one place that knows net_device operations.
 *
 * Everything that happens to the NIC arrives by the netdev notifier, under RTNL. A
 * NIC that unregisters is let go at once, for its unregistration waits for us;
 * the port stays as a dead link. Sessions do not notice but by silence, so a NIC
 * that returns within the lease has cost nothing but latency.
 */
#include <linux/completion.h>
#include <linux/etherdevice.h>
#include <linux/idr.h>
#include <linux/if_arp.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "event.h"
#include "link.h"
#include "port.h"
#include "trace.h"

#define VRC_DEFAULT_LEASE_MS		5000
#define VRC_DEFAULT_TIMEOUT_MS		1000
#define VRC_DEFAULT_STATIONS		8160	/* 255 buses of 32 devices */
#define VRC_STALE_PER_SECOND		100

static DEFINE_MUTEX(vrc_ports_lock);
static LIST_HEAD(vrc_ports);	/* changes under vrc_ports_lock and RTNL */
static DEFINE_IDA(vrc_port_ids);
static refcount_t nr_ports = REFCOUNT_INIT(1);	/* and one for the module */
static DECLARE_COMPLETION(vrc_ports_gone);

static struct class vrc_class = {
	.name = "vrc",
};

static struct net_device *port_ndev(struct vrc_port *port)
{
	return rcu_dereference_protected(port->ndev, lockdep_is_held(&port->nic_lock));
}

/*
 * The NIC comes and goes
 */

static void port_attach(struct vrc_port *port, struct net_device *ndev)
{
	ASSERT_RTNL();
	lockdep_assert_held(&port->nic_lock);

	netdev_hold(ndev, &port->tracker, GFP_KERNEL);
	strscpy(port->ifname, ndev->name, IFNAMSIZ);
	port->net_cookie = dev_net(ndev)->net_cookie;
	port->ptype.dev = ndev;
	rcu_assign_pointer(port->ndev, ndev);
	dev_add_pack(&port->ptype);
}

static void port_detach(struct vrc_port *port)
{
	struct net_device *ndev = port_ndev(port);

	ASSERT_RTNL();
	if (!ndev)
		return;
	RCU_INIT_POINTER(port->ndev, NULL);
	/* The grace period is for those who transmit, too */
	dev_remove_pack(&port->ptype);
	netdev_put(ndev, &port->tracker);
}

static void port_uevent(struct vrc_port *port, const char *event)
{
	char event_env[40], ifname_env[32], link_env[16];
	char *env[4] = { event_env, ifname_env, link_env };

	lockdep_assert_held(&port->nic_lock);
	snprintf(event_env, sizeof(event_env), "VRC_EVENT=%s", event);
	snprintf(ifname_env, sizeof(ifname_env), "VRC_IFNAME=%s", port->ifname);
	snprintf(link_env, sizeof(link_env), "VRC_LINK=%d", port->link);
	kobject_uevent_env(&port->dev.kobj, KOBJ_CHANGE, env);
}

/* Tells user space @event, and who is interested inside that the link is back. */
static void port_report(struct vrc_port *port, const char *event)
{
	bool link = vrc_port_carrier(port), was = port->link;

	lockdep_assert_held(&port->nic_lock);

	port->link = link;
	trace_vrc_port_state(dev_name(&port->dev), port->root_id, was, link, event);
	port_uevent(port, event);
	if (link == was)
		return;
	dev_info(&port->dev, "link %s: %s (%s)\n", link ? "up" : "down", port->ifname, event);
	vrc_event(port, VRC_EVENT_PORT_LINK, 0, link, "%s", event);
	if (link) {
		vrc_link_nudge(port);
		vrc_link_mtu_changed(port);	/* what was lost may have been probes */
	}
}

void vrc_port_report_stranger(struct vrc_port *port)
{
	mutex_lock(&port->nic_lock);
	port_uevent(port, "stranger");
	mutex_unlock(&port->nic_lock);
}

static bool nic_is_ethernet(const struct net_device *ndev)
{
	return ndev->type == ARPHRD_ETHER && !(ndev->flags & IFF_LOOPBACK);
}

/* Is @ndev the one that the port waits for? */
static bool nic_is_awaited(struct vrc_port *port, const struct net_device *ndev)
{
	return !port_ndev(port) && nic_is_ethernet(ndev) &&
	       !strcmp(ndev->name, port->ifname) &&
	       dev_net(ndev)->net_cookie == port->net_cookie;
}

static bool nic_returned(struct vrc_port *port, struct net_device *ndev)
{
	bool awaited;

	mutex_lock(&port->nic_lock);
	awaited = nic_is_awaited(port, ndev);
	if (awaited) {
		port_attach(port, ndev);
		port_report(port, "nic-returned");
	}
	mutex_unlock(&port->nic_lock);
	return awaited;
}

/* @ndev is no port's, and new or renamed. Several may wait for that name: the first gets it. */
static void nic_appeared(struct net_device *ndev)
{
	struct vrc_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &vrc_ports, node)
		if (nic_returned(port, ndev))
			break;
}

static void own_nic_event(struct vrc_port *port, struct net_device *ndev, unsigned long event)
{
	lockdep_assert_held(&port->nic_lock);

	switch (event) {
	case NETDEV_UNREGISTER:
		port_detach(port);
		port_report(port, "nic-gone");
		break;
	case NETDEV_CHANGENAME:
		strscpy(port->ifname, ndev->name, IFNAMSIZ);
		port_report(port, "renamed");
		break;
	case NETDEV_CHANGEMTU:
		vrc_link_mtu_changed(port);
		port_report(port, "mtu");
		break;
	case NETDEV_CHANGEADDR:
		port_report(port, "address");
		break;
	case NETDEV_UP:
	case NETDEV_DOWN:
	case NETDEV_CHANGE:
		if (vrc_port_carrier(port) != port->link)
			port_report(port, port->link ? "link-down" : "link-up");
		break;
	}
}

/* Which NIC a port has changes under RTNL only, so what is found stays true. */
static struct vrc_port *find_by_ndev(const struct net_device *ndev)
{
	struct vrc_port *port;

	ASSERT_RTNL();
	list_for_each_entry(port, &vrc_ports, node)
		if (rcu_access_pointer(port->ndev) == ndev)
			return port;
	return NULL;
}

static int netdev_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *ndev = netdev_notifier_info_to_dev(ptr);
	struct vrc_port *port = find_by_ndev(ndev);

	if (port) {
		mutex_lock(&port->nic_lock);
		own_nic_event(port, ndev, event);
		mutex_unlock(&port->nic_lock);
	} else if (event == NETDEV_REGISTER || event == NETDEV_CHANGENAME) {
		nic_appeared(ndev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block netdev_notifier = {
	.notifier_call = netdev_event,
};

/*
 * Life
 */

/* The EUI-64 of the NIC: the same after a reboot, so our stations know us again. */
static u64 make_root_id(const struct net_device *ndev)
{
	const u8 *mac = is_zero_ether_addr(ndev->perm_addr) ? ndev->dev_addr : ndev->perm_addr;

	return (u64)vrc_get16(mac) << 48 | (u64)mac[2] << 40 | 0xfffe000000ull |
	       (u64)mac[3] << 16 | vrc_get16(mac + 4);
}

static void uncount_port(void)
{
	if (refcount_dec_and_test(&nr_ports))
		complete(&vrc_ports_gone);
}

/* Who unloads the module waits for uncount_port(). What he frees then is not used any more. */
static void port_release(struct device *dev)
{
	struct vrc_port *port = to_vrc_port(dev);

	vrc_scan_port_exit(port);
	kfree(rcu_access_pointer(port->allow));
	xa_destroy(&port->sessions);
	destroy_workqueue(port->wq);
	free_percpu(port->stats);
	ida_free(&vrc_port_ids, port->id);
	kfree(port);
	uncount_port();
}

static void port_init_fields(struct vrc_port *port, struct net_device *ndev, u16 ethertype)
{
	mutex_init(&port->lock);
	mutex_init(&port->nic_lock);
	INIT_LIST_HEAD(&port->node);
	xa_init_flags(&port->sessions, XA_FLAGS_ALLOC | XA_FLAGS_LOCK_BH);
	hash_init(port->peers);
	xa_init(&port->host_buses);
	ratelimit_state_init(&port->stale_limit, HZ, VRC_STALE_PER_SECOND);
	ratelimit_set_flags(&port->stale_limit, RATELIMIT_MSG_ON_RELEASE);
	port->ethertype = ethertype;
	port->root_id = make_root_id(ndev);
	port->lease_ms = VRC_DEFAULT_LEASE_MS;
	port->completion_timeout_ms = VRC_DEFAULT_TIMEOUT_MS;
	port->max_stations = VRC_DEFAULT_STATIONS;
	port->ptype.type = htons(ethertype);
	port->ptype.func = vrc_port_rcv;
}

static int port_alloc_parts(struct vrc_port *port, int number)
{
	int id, err;

	if (number < 0)
		id = ida_alloc_max(&vrc_port_ids, port->pci ? VRC_PORT_PCI_MAX : INT_MAX,
				   GFP_KERNEL);
	else
		id = ida_alloc_range(&vrc_port_ids, number, number, GFP_KERNEL);
	if (id < 0)
		return number >= 0 && id == -ENOSPC ? -EBUSY : id;
	port->id = id;
	err = -ENOMEM;
	port->stats = alloc_percpu(struct vrc_port_stats);
	if (!port->stats)
		goto free_id;
	port->wq = alloc_workqueue("vrc%d", WQ_UNBOUND, 0, id);
	if (!port->wq)
		goto free_stats;
	err = vrc_scan_port_init(port);
	if (err)
		goto destroy_wq;
	return 0;

destroy_wq:
	destroy_workqueue(port->wq);
free_stats:
	free_percpu(port->stats);
free_id:
	ida_free(&vrc_port_ids, id);
	return err;
}

/* A port that nobody can find yet; from here on put_device() frees it. */
static struct vrc_port *port_create(struct net_device *ndev, u16 ethertype, int number,
				    bool pci)
{
	struct vrc_port *port = kzalloc(sizeof(*port), GFP_KERNEL);
	int err;

	if (!port)
		return ERR_PTR(-ENOMEM);
	port_init_fields(port, ndev, ethertype);
	port->pci = pci;
	err = port_alloc_parts(port, number);
	if (err) {
		kfree(port);
		return ERR_PTR(err);
	}
	refcount_inc(&nr_ports);
	device_initialize(&port->dev);
	port->dev.class = &vrc_class;
	port->dev.groups = vrc_port_groups;
	port->dev.release = port_release;
	return port;
}

static int check_nic_free(const struct net_device *ndev)
{
	if (find_by_ndev(ndev))
		return -EEXIST;
	return ndev->reg_state == NETREG_REGISTERED ? 0 : -ENODEV;
}

/* Takes the NIC and becomes visible to the notifier in one step. */
static int port_publish(struct vrc_port *port, struct net_device *ndev)
{
	int err;

	rtnl_lock();
	/* Another port may have waited for it, and got it meanwhile */
	err = check_nic_free(ndev);
	if (!err) {
		mutex_lock(&port->nic_lock);
		list_add_tail(&port->node, &vrc_ports);
		port_attach(port, ndev);
		vrc_event(port, VRC_EVENT_PORT_ADDED, 0, 0, "%s", port->ifname);
		port_report(port, "added");
		mutex_unlock(&port->nic_lock);
	}
	rtnl_unlock();
	return err;
}

static struct vrc_port *add_locked(struct net_device *ndev, u16 ethertype, int number, bool pci)
{
	struct vrc_port *port;
	int err;

	lockdep_assert_held(&vrc_ports_lock);
	rtnl_lock();
	err = check_nic_free(ndev);
	rtnl_unlock();
	if (err)
		return ERR_PTR(err);
	port = port_create(ndev, ethertype, number, pci);
	if (IS_ERR(port))
		return port;
	err = dev_set_name(&port->dev, "vrc%u", port->id);
	if (err)
		goto put_port;
	err = device_add(&port->dev);
	if (err)
		goto put_port;
	err = port_publish(port, ndev);
	if (err)
		goto del_device;
	get_device(&port->dev);		/* the caller's */
	return port;

del_device:
	device_del(&port->dev);
put_port:
	put_device(&port->dev);
	return ERR_PTR(err);
}

struct vrc_port *vrc_port_add(struct net_device *ndev, u16 ethertype, int number, bool pci)
{
	struct vrc_port *port;

	if (!nic_is_ethernet(ndev))
		return ERR_PTR(-EPFNOSUPPORT);
	if (pci && !IS_ENABLED(CONFIG_X86))
		return ERR_PTR(-EOPNOTSUPP);
	if (!ethertype)
		ethertype = VRC_ETHERTYPE;
	if (ethertype < ETH_P_802_3_MIN)
		return ERR_PTR(-EINVAL);
	mutex_lock(&vrc_ports_lock);
	port = add_locked(ndev, ethertype, number, pci);
	mutex_unlock(&vrc_ports_lock);
	return port;
}

static int clear_locked(struct vrc_port *port)
{
	lockdep_assert_held(&port->lock);
	return port->removed ? -ENODEV : vrc_scan_port_clear(port);
}

static void port_unpublish(struct vrc_port *port)
{
	mutex_lock(&vrc_ports_lock);
	rtnl_lock();
	mutex_lock(&port->nic_lock);
	list_del(&port->node);
	port_detach(port);
	port_report(port, "removed");
	vrc_event(port, VRC_EVENT_PORT_REMOVED, 0, 0, "%s", port->ifname);
	mutex_unlock(&port->nic_lock);
	rtnl_unlock();
	mutex_unlock(&vrc_ports_lock);
}

/* When it is cleared; only one comes here. */
static void port_end(struct vrc_port *port)
{
	port_unpublish(port);
	WARN_ON(!xa_empty(&port->sessions));
	flush_workqueue(port->wq);
	device_unregister(&port->dev);
}

/* Not with vrc_ports_lock: who waits for one port must not hold up the others. */
int vrc_port_remove(struct vrc_port *port)
{
	int err;

	if (mutex_lock_killable(&port->lock))
		return -EINTR;
	err = clear_locked(port);
	mutex_unlock(&port->lock);
	if (!err)
		port_end(port);
	return err;
}

/*
 * Finding ports
 */

struct vrc_port *vrc_port_get_by_id(unsigned int id)
{
	struct vrc_port *port, *found = NULL;

	mutex_lock(&vrc_ports_lock);
	list_for_each_entry(port, &vrc_ports, node)
		if (port->id == id)
			found = port;
	if (found)
		get_device(&found->dev);
	mutex_unlock(&vrc_ports_lock);
	return found;
}

void vrc_port_put(struct vrc_port *port)
{
	put_device(&port->dev);
}

/*
 * Module
 */

int vrc_port_init(void)
{
	int err = class_register(&vrc_class);

	if (err)
		return err;
	err = register_netdevice_notifier(&netdev_notifier);
	if (err)
		class_unregister(&vrc_class);
	return err;
}

static struct vrc_port *get_any_port(void)
{
	struct vrc_port *port;

	mutex_lock(&vrc_ports_lock);
	port = list_first_entry_or_null(&vrc_ports, struct vrc_port, node);
	if (port)
		get_device(&port->dev);
	mutex_unlock(&vrc_ports_lock);
	return port;
}

void vrc_port_remove_all(void)
{
	struct vrc_port *port;
	int err = 0;

	while (!err && (port = get_any_port())) {
		mutex_lock(&port->lock);
		err = clear_locked(port);
		mutex_unlock(&port->lock);
		if (!err)
			port_end(port);
		vrc_port_put(port);
	}
	/* A claimed function holds the module, so there can be none here */
	WARN_ON(err);
	uncount_port();
	wait_for_completion(&vrc_ports_gone);
}

void vrc_port_exit(void)
{
	unregister_netdevice_notifier(&netdev_notifier);
	class_unregister(&vrc_class);
	ida_destroy(&vrc_port_ids);
	rcu_barrier();		/* sessions are freed after a grace period */
}
