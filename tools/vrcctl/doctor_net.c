// SPDX-License-Identifier: GPL-2.0-only
/*
 * An interface, and what may take its frames away before VRC sees them.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "sysfs.h"

#define MIN_MTU	608	/* Documentation/wire-protocol.rst */

static bool net_attr(const char *ifname, const char *name, char *text, size_t size)
{
	return !sysfs_read(text, size, "/sys/class/net/%s/%s", ifname, name) && *text;
}

static void check_link(const char *ifname)
{
	char flags[16] = "", carrier[8] = "";
	u64 value = 0;

	net_attr(ifname, "flags", flags, sizeof(flags));
	parse_u64(flags, UINT64_MAX, &value);
	if (!(value & 1)) {
		found(WRONG, ifname, "the interface is down");
		advise("no-station", "ip link set %s up", ifname);
	} else if (!net_attr(ifname, "carrier", carrier, sizeof(carrier)) || *carrier != '1') {
		found(WRONG, ifname, "no carrier");
		advise("no-station", "look at the cable and the switch");
	} else {
		found(GOOD, ifname, "up, with carrier");
	}
}

static void check_mtu(const char *ifname)
{
	char text[16] = "";
	u64 mtu = 0;

	net_attr(ifname, "mtu", text, sizeof(text));
	parse_u64(text, UINT64_MAX, &mtu);
	found(mtu < MIN_MTU ? WRONG : mtu < 1500 ? DUBIOUS : GOOD, ifname, "MTU %llu",
	      (unsigned long long)mtu);
	if (mtu < 1500)
		advise("mtu", "ip link set %s mtu 1500, or more if the switch takes it", ifname);
}

/* Its frames go to who it belongs to: VRC would see none. */
static void check_master(const char *ifname)
{
	char master[64];

	if (sysfs_link(master, sizeof(master), "/sys/class/net/%s/master", ifname)) {
		found(GOOD, ifname, "belongs to no bridge or bond");
		return;
	}
	found(WRONG, ifname, "is a part of %s, which takes all frames that arrive", master);
	advise("filters", "make %s the port: vrcctl scan %s", master, master);
}

static struct json_object *first_of(struct json_object *array)
{
	if (!json_object_is_type(array, json_type_array) || !json_object_array_length(array))
		return NULL;
	return json_object_array_get_idx(array, 0);
}

static void check_xdp(const char *ifname)
{
	const char *const argv[] = { "ip", "-j", "-d", "link", "show", "dev", ifname, NULL };
	struct json_object *link = exec_json(argv), *xdp;

	if (!link) {
		found(DUBIOUS, ifname, "cannot tell whether it has an XDP program");
		advise("filters", "apt-get install iproute2");
	} else if (json_object_object_get_ex(first_of(link), "xdp", &xdp)) {
		found(DUBIOUS, ifname, "an XDP program sees its frames first");
		advise("filters", "ip link show %s; it must pass the port's EtherType", ifname);
	} else {
		found(GOOD, ifname, "no XDP program");
	}
	json_object_put(link);
}

static void check_tc(const char *ifname, const char *hook)
{
	const char *const argv[] = { "tc", "-j", "filter", "show", "dev", ifname, hook, NULL };
	struct json_object *filters = exec_json(argv);

	if (first_of(filters)) {
		found(DUBIOUS, ifname, "tc has filters at %s", hook);
		advise("filters", "tc filter show dev %s %s; they must pass the port's EtherType",
		       ifname, hook);
	} else {
		found(GOOD, ifname, "no tc filter at %s", hook);
	}
	json_object_put(filters);
}

/* nft's "dev" is a name, or an array of them. */
static bool names_device(struct json_object *dev, const char *ifname)
{
	size_t i;

	if (json_object_is_type(dev, json_type_string))
		return !strcmp(json_object_get_string(dev), ifname);
	for (i = 0; dev && json_object_is_type(dev, json_type_array) &&
	     i < json_object_array_length(dev); i++)
		if (names_device(json_object_array_get_idx(dev, i), ifname))
			return true;
	return false;
}

/* A chain of the family netdev hooks into interfaces, below protocols. */
static bool chain_hooks(struct json_object *item, const char *ifname)
{
	struct json_object *chain, *family, *dev;

	return json_object_object_get_ex(item, "chain", &chain) &&
	       json_object_object_get_ex(chain, "family", &family) &&
	       !strcmp(json_object_get_string(family), "netdev") &&
	       json_object_object_get_ex(chain, "dev", &dev) && names_device(dev, ifname);
}

static void check_nft(const char *ifname)
{
	const char *const argv[] = { "nft", "-j", "list", "ruleset", NULL };
	struct json_object *rules = exec_json(argv), *list;
	bool hooks = false;
	size_t i;

	if (rules && json_object_object_get_ex(rules, "nftables", &list))
		for (i = 0; i < json_object_array_length(list) && !hooks; i++)
			hooks = chain_hooks(json_object_array_get_idx(list, i), ifname);
	if (hooks) {
		found(DUBIOUS, ifname, "nftables has a chain of the family netdev for it");
		advise("filters", "nft list ruleset netdev; it must pass the port's EtherType");
	} else {
		found(GOOD, ifname, "no chain of nftables");
	}
	json_object_put(rules);
}

void doctor_interface(const char *ifname)
{
	if (!if_nametoindex(ifname)) {
		found(WRONG, ifname, "there is no such interface in this network namespace");
		advise("no-station", "the port waits for it; ip link lists the interfaces");
		return;
	}
	check_link(ifname);
	check_mtu(ifname);
	check_master(ifname);
	check_xdp(ifname);
	check_tc(ifname, "ingress");
	check_tc(ifname, "egress");
	check_nft(ifname);
}
