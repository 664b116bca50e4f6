// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl scan: makes the interface a port if it is none, and looks for stations.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "listing.h"
#include "portadd.h"
#include "progress.h"
#include "vrcctl.h"

#define DEFAULT_MS	500

static int scan_job(void *arg)
{
	return dev_ioctl(VRC_IOC_SCAN, arg);
}

static int fail_scan(const struct port *port, int err, u32 time_ms)
{
	switch (-err) {
	case EBUSY:
		return fail(EXIT_BUSY, "vrc%u: another scan is running:\n"
			    "  wait for its end", port->id);
	case ENETDOWN:
		return fail(EXIT_NO_ANSWER, "vrc%u: interface %s is gone, down or has no carrier:\n"
			    "  try \"ip link set %s up\"", port->id, port->ifname, port->ifname);
	case ERANGE:
		return fail(EXIT_USAGE, "--time %u: expected %d to %d ms", time_ms,
			    VRC_SCAN_TIME_MIN_MS, VRC_SCAN_TIME_MAX_MS);
	}
	return fail(exit_code(err), "vrc%u: scan: %s", port->id, strerror(-err));
}

static int scan(const struct port *port, u32 time_ms, u32 flags)
{
	struct vrc_ioctl_scan io = {
		.argsz = sizeof(io), .flags = flags, .port = port->id, .time_ms = time_ms,
	};
	int ret = with_progress("scanning", scan_job, &io);

	if (ret)
		return fail_scan(port, ret, time_ms);
	ret = listing_print(port, 1);
	if (!json_output)
		printf("vrc%u on %s: stations %u, functions %u, new %u\n", port->id,
		       port->ifname, io.stations, io.functions,
		       io.new_functions);
	if (io.errors)
		fail(EXIT_OK, "%u functions could not be read: \"vrcctl show FUNC\" says why",
		     io.errors);
	if (!io.stations)
		fail_see(EXIT_OK, "no-station", "no station answered on %s:\n"
			 "  is vrcep running on this network, with the same EtherType?",
			 port->ifname);
	return ret;
}

static int run(int argc, char **argv)
{
	u64 time_ms = DEFAULT_MS;
	struct port port;
	u32 flags = 0;
	int c, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'f')
			flags = VRC_SCAN_FORGET;
		else if (!parse_u64(optarg, VRC_SCAN_TIME_MAX_MS, &time_ms) ||
			 time_ms < VRC_SCAN_TIME_MIN_MS)
			return usage("--time \"%s\": expected %d to %d ms", optarg,
				     VRC_SCAN_TIME_MIN_MS, VRC_SCAN_TIME_MAX_MS);
	}
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = port_find_or_add(argv[optind], &port);
	return ret ? ret : scan(&port, (u32)time_ms, flags);
}

static const struct verb_option scan_options[] = {
	OPTION_VALUE("time", 't', OPERAND_NONE),
	OPTION("forget", 'f'),
	{ }
};

const struct verb verb_scan = {
	.name = "scan",
	.options = scan_options,
	.operands = { OPERAND_IFACE },
	.run = run,
};
