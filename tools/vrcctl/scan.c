// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl scan: makes the interface a port if it is none, and looks for stations.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "listing.h"
#include "portadd.h"
#include "vrcctl.h"

#define DEFAULT_MS	500

/* The ioctl waits in the kernel: it runs in a thread while this one shows that time passes. */
struct job {
	struct vrc_ioctl_scan scan;
	int err;
	bool done;
	pthread_mutex_t lock;
	pthread_cond_t cond;
};

static void *scan_thread(void *arg)
{
	struct job *job = arg;
	int err = dev_ioctl(VRC_IOC_SCAN, &job->scan);

	pthread_mutex_lock(&job->lock);
	job->err = err;
	job->done = true;
	pthread_cond_signal(&job->cond);
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

static void show_progress(struct job *job)
{
	struct timespec next;
	unsigned int seconds = 0;

	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&job->lock);
	while (!job->done) {
		next.tv_sec++;
		if (pthread_cond_timedwait(&job->cond, &job->lock, &next) == ETIMEDOUT)
			fprintf(stderr, "\rscanning, %u s ", ++seconds);
	}
	pthread_mutex_unlock(&job->lock);
	if (seconds)
		fputs("\r                      \r", stderr);
}

static int do_scan(struct job *job)
{
	pthread_t thread;

	if (!isatty(STDERR_FILENO) || pthread_create(&thread, NULL, scan_thread, job)) {
		scan_thread(job);
		return job->err;
	}
	show_progress(job);
	pthread_join(thread, NULL);
	return job->err;
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
	struct job job = {
		.scan = { .argsz = sizeof(job.scan), .flags = flags, .port = port->id,
			  .time_ms = time_ms },
		.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER,
	};
	int ret = do_scan(&job);

	if (ret)
		return fail_scan(port, ret, time_ms);
	ret = listing_print(port, 1);
	if (!json_output)
		printf("vrc%u on %s: stations %u, functions %u, new %u\n", port->id,
		       port->ifname, job.scan.stations, job.scan.functions,
		       job.scan.new_functions);
	if (job.scan.errors)
		fail(EXIT_OK, "%u functions could not be read: \"vrcctl show FUNC\" says why",
		     job.scan.errors);
	if (!job.scan.stations)
		fail(EXIT_OK, "no station answered on %s:\n"
		     "  is vrcep running on this network, with the same EtherType?", port->ifname);
	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "time", required_argument, NULL, 't' },
		{ "forget", no_argument, NULL, 'f' },
		OPTION_JSON, OPTION_HELP, { }
	};
	u64 time_ms = DEFAULT_MS;
	struct port port;
	u32 flags = 0;
	int c, ret;

	while ((c = next_option(argc, argv, ":t:fjh", options)) != -1) {
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

const struct verb verb_scan = {
	.name = "scan",
	.args = "IFACE [--time MS] [--forget] [--json]",
	.summary = "Find stations and their functions on a network interface",
	.help =
	"  -t, --time MS  how long to wait for answers, 50 to 60000; default 500\n"
	"  -f, --forget   then forget absent stations that are neither pinned nor in use\n"
	"  -j, --json     as JSON, like \"vrcctl list\"\n"
	"IFACE is any Ethernet interface (NIC, VLAN, bond, bridge, VXLAN), or a port as vrc0.\n"
	"It becomes a VRC port if it is none yet. That no station answers is no error.\n\n"
	"  # vrcctl scan eth1\n",
	.run = run,
};
