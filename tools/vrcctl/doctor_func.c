// SPDX-License-Identifier: GPL-2.0-only
/*
 * What has arrived at a port, and how its functions do.
 */
#include <stdio.h>
#include <string.h>

#include "counters.h"
#include "doctor.h"
#include "listing.h"
#include "sysfs.h"

/* Frames that tell of a network or a peer that is not as it should be. */
static const char *const bad_frames[] = {
	"rx_truncated", "rx_bad_version", "rx_bad_kind", "rx_bad_length", "rx_bad_session",
	"rx_bad_window", "rx_bad_field", "rx_wrong_source", "rx_no_memory", "tx_no_memory",
	"tx_no_nic", "stations_dropped",
};

static void check_frames(const char *name, const struct counters *c)
{
	unsigned int i, bad = 0;
	u64 n;

	for (i = 0; i < ARRAY_SIZE(bad_frames); i++) {
		n = counters_get(c, bad_frames[i]);
		if (!n)
			continue;
		bad++;
		found(DUBIOUS, name, "%s is %llu: %s", bad_frames[i], (unsigned long long)n,
		      counter_meaning(bad_frames[i]));
		advise("counters", "dmesg names the sender of the first of them");
	}
	if (!bad)
		found(GOOD, name, "no frame was lost or dropped here");
}

void doctor_port(const struct port *port)
{
	struct counters c;
	char name[16];

	snprintf(name, sizeof(name), "vrc%u", port->id);
	counters_read(SYSFS_PORTS, name, &c);
	if (counters_get(&c, "tx_frames") && !counters_get(&c, "rx_frames")) {
		found(WRONG, name, "%llu frames were sent, none has arrived",
		      (unsigned long long)counters_get(&c, "tx_frames"));
		advise("no-station", "is vrcep running there? does the switch pass the EtherType?");
	} else if (!counters_get(&c, "tx_frames")) {
		found(DUBIOUS, name, "nothing has been asked yet");
		advise("no-station", "vrcctl scan %s", port->ifname);
	} else {
		found(GOOD, name, "stations answer");
	}
	check_frames(name, &c);
	counters_free(&c);
}

static void check_state(const char *name, const struct vrc_map_place *place,
			const struct vrc_ioctl_func_info *info)
{
	const char *state = listing_state(place, info);
	bool wrong = info->state == VRC_STATE_DOWN || info->state == VRC_STATE_CHANGED;
	bool dubious = !strcmp(state, "absent") || info->state == VRC_STATE_UNKNOWN;

	found(wrong ? WRONG : dubious ? DUBIOUS : GOOD, name, "%s%s%s", state,
	      info->reason[0] ? ": " : "", info->reason);
	if (info->state == VRC_STATE_CHANGED)
		advise("changed", "vrcctl detach %s, scan, and attach what is there now", name);
	else if (wrong)
		advise("down", "vrcctl show %s; is vrcep running on %s?", name, place->name);
	else if (dubious)
		advise("unknown", "vrcctl show %s says why", name);
}

/* Payload that both ends could take, if the path between them does. */
static void check_path(const char *name, const struct vrc_map_place *place,
		       const struct vrc_ioctl_func_info *info)
{
	char text[16];
	u64 here = 0, best;

	if (!info->payload)
		return;
	sysfs_read(text, sizeof(text), SYSFS_PORTS "/vrc%u/payload", info->port);
	parse_u64(text, UINT64_MAX, &here);
	best = here < place->max_payload ? here : place->max_payload;
	found(info->payload < best ? DUBIOUS : GOOD, name,
	      "the path takes frames of %u of %llu bytes", info->payload,
	      (unsigned long long)best);
	if (info->payload < best)
		advise("mtu", "set the MTU of every switch on the path to that of its ends");
}

static void check_counter(const char *name, const struct counters *c, const char *counter,
			  const char *entry, const char *advice)
{
	u64 n = counters_get(c, counter);

	if (!n)
		return;
	found(DUBIOUS, name, "%s is %llu: %s", counter, (unsigned long long)n,
	      counter_meaning(counter));
	advise(entry, "%s", advice);
}

/* One frame in a hundred is more than a network that is well loses. */
static void check_losses(const char *name, const struct counters *c)
{
	u64 again = counters_get(c, "retransmissions"), sent = counters_get(c, "frames_tx");

	if (again * 100 <= sent) {
		found(GOOD, name, "%llu of %llu frames had to be sent again",
		      (unsigned long long)again, (unsigned long long)sent);
		return;
	}
	found(DUBIOUS, name, "%llu of %llu frames had to be sent again", (unsigned long long)again,
	      (unsigned long long)sent);
	advise("slow", "look for drops: ethtool -S, ip -s link, the counters of the switch");
}

static void look_at(const struct func *f, const struct vrc_map_place *place,
		    const struct vrc_ioctl_func_info *info, void *arg)
{
	char name[FUNC_NAME_LEN];
	struct counters c;

	(void)arg;
	func_name(f, name);
	check_state(name, place, info);
	check_path(name, place, info);
	counters_read(SYSFS_FUNCS, name, &c);
	check_losses(name, &c);
	check_counter(name, &c, "cpl_timeout", "all-ones", "vrcctl ping tells if it answers");
	check_counter(name, &c, "tlp_malformed", "counters", "dmesg says which rule it broke");
	check_counter(name, &c, "dma_fault", "no-data", "dmesg has the addresses");
	check_counter(name, &c, "interrupts_bad", "no-data",
		      "has the guest's driver set its vectors?");
	counters_free(&c);
}

void doctor_functions(const struct port *port)
{
	each_func(port->id, look_at, NULL);
}
