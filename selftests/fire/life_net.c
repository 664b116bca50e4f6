// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "life.h"

/* A network namespace: itself, and sockets that have been opened in it. */
struct ns {
	int fd, ctl;
	struct nl_sock *nl;
};

static struct ns here, elsewhere, device;
/* For the sockets of libnl; and a NIC found stays where it is until the step is done. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void ns_open(struct ns *ns, const char *path)
{
	ns->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (ns->fd < 0 || setns(ns->fd, CLONE_NEWNET))
		life_die(path);
	ns->ctl = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ns->nl = nl_socket_alloc();
	if (ns->ctl < 0 || !ns->nl || nl_connect(ns->nl, NETLINK_ROUTE))
		life_die(path);
}

/* That of the program last: it remains in it. */
void net_init(void)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	ns_open(&device, "/run/netns/device");
	ns_open(&elsewhere, "/run/netns/elsewhere");
	if (own < 0 || setns(own, CLONE_NEWNET))
		life_die("/proc/self/ns/net");
	ns_open(&here, "/proc/self/ns/net");
	close(own);
}

int net_enter_device(void)
{
	return setns(device.fd, CLONE_NEWNET);
}

/* 0: @ns has no interface @name */
static int index_of(const struct ns *ns, const char *name)
{
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	return ioctl(ns->ctl, SIOCGIFINDEX, &ifr) ? 0 : ifr.ifr_ifindex;
}

/* Where la is, and what it is called; NULL: there is none */
static struct ns *find(struct ifreq *ifr, int *index)
{
	static struct ns * const spaces[] = { &here, &elsewhere };
	static const char * const names[] = { "la", "lz" };
	unsigned int i;

	memset(ifr, 0, sizeof(*ifr));
	for (i = 0; i < 4; i++) {
		*index = index_of(spaces[i / 2], names[i % 2]);
		if (!*index)
			continue;
		snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", names[i % 2]);
		return spaces[i / 2];
	}
	return NULL;
}

uint32_t net_ifindex(void)
{
	struct ifreq ifr;
	int index;

	return find(&ifr, &index) == &here ? (uint32_t)index : 0;
}

static int set_up(const struct ns *ns, const char *name, bool up)
{
	struct ifreq ifr = { 0 };

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(ns->ctl, SIOCGIFFLAGS, &ifr))
		return -errno;
	ifr.ifr_flags = (short)(up ? ifr.ifr_flags | IFF_UP : ifr.ifr_flags & ~IFF_UP);
	return ioctl(ns->ctl, SIOCSIFFLAGS, &ifr) ? -errno : 0;
}

/* The rest with the lock held: runs @step on la. */
static int on_la(int (*step)(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r),
		 const struct draw *r)
{
	struct ifreq ifr;
	struct ns *ns;
	int index, ret = -ENODEV;

	pthread_mutex_lock(&lock);
	ns = find(&ifr, &index);
	if (ns)
		ret = step(ns, &ifr, index, r);
	pthread_mutex_unlock(&lock);
	return ret;
}

static int do_up(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	(void)index;
	(void)r;
	return set_up(ns, ifr->ifr_name, true);
}

int net_up(const struct draw *r)
{
	return on_la(do_up, r);
}

static int do_down(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	(void)index;
	(void)r;
	return set_up(ns, ifr->ifr_name, false);
}

int net_down(const struct draw *r)
{
	return on_la(do_down, r);
}

int net_peer_up(const struct draw *r)
{
	(void)r;
	return set_up(&device, "lb", true);
}

int net_peer_down(const struct draw *r)
{
	(void)r;
	return set_up(&device, "lb", false);
}

/* Of a NIC that is up not every kernel takes a new name. */
static int do_rename(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	const char *name = ifr->ifr_name[1] == 'a' ? "lz" : "la";
	int ret;

	(void)index;
	(void)r;
	set_up(ns, ifr->ifr_name, false);
	snprintf(ifr->ifr_newname, sizeof(ifr->ifr_newname), "%s", name);
	ret = ioctl(ns->ctl, SIOCSIFNAME, ifr) ? -errno : 0;
	set_up(ns, name, true);
	return ret;
}

int net_rename(const struct draw *r)
{
	return on_la(do_rename, r);
}

static int do_mtu(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	(void)index;
	ifr->ifr_mtu = 600 + (int)(r->a % 3) * 450;
	return ioctl(ns->ctl, SIOCSIFMTU, ifr) ? -errno : 0;
}

int net_mtu(const struct draw *r)
{
	return on_la(do_mtu, r);
}

static int do_address(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	(void)index;
	ifr->ifr_hwaddr.sa_family = 1;
	memcpy(ifr->ifr_hwaddr.sa_data, "\x02\0\0\0\x17", 5);
	ifr->ifr_hwaddr.sa_data[5] = (char)r->a;
	return ioctl(ns->ctl, SIOCSIFHWADDR, ifr) ? -errno : 0;
}

int net_address(const struct draw *r)
{
	return on_la(do_address, r);
}

static struct rtnl_link *link_of(int index)
{
	struct rtnl_link *link = rtnl_link_alloc();

	if (!link)
		life_die("rtnl_link_alloc");
	rtnl_link_set_ifindex(link, index);
	return link;
}

static int move(struct ns *from, int index, struct ns *to)
{
	struct rtnl_link *link = link_of(index), *change = link_of(index);
	int ret;

	rtnl_link_set_ns_fd(change, to->fd);
	ret = rtnl_link_change(from->nl, link, change, 0);
	rtnl_link_put(link);
	rtnl_link_put(change);
	return ret ? -EIO : 0;
}

static int do_move(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	struct ns *to = ns == &here ? &elsewhere : &here;
	int ret = move(ns, index, to);

	(void)r;
	return ret ? ret : set_up(to, ifr->ifr_name, true);
}

int net_move(const struct draw *r)
{
	return on_la(do_move, r);
}

static int do_unregister(struct ns *ns, struct ifreq *ifr, int index, const struct draw *r)
{
	struct rtnl_link *link = link_of(index);
	int ret = rtnl_link_delete(ns->nl, link);

	(void)ifr;
	(void)r;
	rtnl_link_put(link);
	return ret ? -EIO : 0;
}

int net_unregister(const struct draw *r)
{
	return on_la(do_unregister, r);
}

static int add_pair(void)
{
	struct rtnl_link *link = rtnl_link_veth_alloc(), *peer;
	int ret;

	if (!link)
		life_die("rtnl_link_veth_alloc");
	peer = rtnl_link_veth_get_peer(link);
	rtnl_link_set_name(link, "la");
	rtnl_link_set_name(peer, "lb");
	rtnl_link_set_ns_fd(peer, device.fd);
	ret = rtnl_link_add(here.nl, link, NLM_F_CREATE | NLM_F_EXCL);
	rtnl_link_put(peer);
	rtnl_link_put(link);
	return ret ? -EIO : 0;
}

/* Both ends there, here, and up. */
int net_revive(void)
{
	struct ifreq ifr;
	struct ns *ns;
	int index, ret = 0;

	pthread_mutex_lock(&lock);
	ns = find(&ifr, &index);
	if (!ns)
		ret = add_pair();
	else if (ns == &elsewhere)
		ret = move(ns, index, &here);
	if (!ret && find(&ifr, &index))
		ret = set_up(&here, ifr.ifr_name, true);
	if (!ret)
		ret = set_up(&device, "lb", true);
	pthread_mutex_unlock(&lock);
	return ret;
}
