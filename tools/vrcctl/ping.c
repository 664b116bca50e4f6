// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl ping: round trips of config reads, like ping(8).
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dev.h"
#include "vrcctl.h"

struct tally {
	u64 sent, received;
	double min, max, sum, sum2;	/* ms */
};

static void add(struct tally *t, double ms)
{
	if (!t->received || ms < t->min)
		t->min = ms;
	if (!t->received || ms > t->max)
		t->max = ms;
	t->received++;
	t->sum += ms;
	t->sum2 += ms * ms;
}

static double deviation(const struct tally *t)
{
	double avg = t->sum / (double)t->received;
	double var = t->sum2 / (double)t->received - avg * avg;

	return var > 0 ? sqrt(var) : 0;
}

static void print_summary_json(const char *name, const struct tally *t)
{
	struct json_object *o = json_object_new_object();

	json_add_text(o, "function", name);
	json_add_u64(o, "transmitted", t->sent);
	json_add_u64(o, "received", t->received);
	if (t->received) {
		json_object_object_add(o, "min_ms", json_object_new_double(t->min));
		json_object_object_add(o, "avg_ms",
				       json_object_new_double(t->sum / (double)t->received));
		json_object_object_add(o, "max_ms", json_object_new_double(t->max));
		json_object_object_add(o, "mdev_ms", json_object_new_double(deviation(t)));
	}
	print_json(o);
}

static void print_summary(const char *name, const struct tally *t)
{
	if (json_output) {
		print_summary_json(name, t);
		return;
	}
	printf("\n--- %s ping statistics ---\n", name);
	printf("%llu transmitted, %llu received, %.0f%% loss\n", (unsigned long long)t->sent,
	       (unsigned long long)t->received,
	       t->sent ? 100.0 * (double)(t->sent - t->received) / (double)t->sent : 0.0);
	if (t->received)
		printf("rtt min/avg/max/mdev = %.3f/%.3f/%.3f/%.3f ms\n", t->min,
		       t->sum / (double)t->received, t->max, deviation(t));
}

/* One round trip; errors other than silence end the run. */
static int ping_once(const struct func *f, const char *name, struct tally *t, bool quiet)
{
	struct vrc_ioctl_cfg cfg = {
		.argsz = sizeof(cfg), .port = f->port, .bdf = f->bdf, .width = 4,
	};
	int ret = dev_ioctl(VRC_IOC_CFG, &cfg);
	double ms = (double)cfg.time_ns / 1e6;

	t->sent++;
	if (ret == -ETIMEDOUT || ret == -EIO) {
		if (!quiet)
			printf("no answer from %s: seq=%llu: %s\n", name,
			       (unsigned long long)t->sent, strerror(-ret));
		return 0;
	}
	if (ret)
		return ret;
	add(t, ms);
	if (!quiet)
		printf("4 bytes from %s: seq=%llu id=%04x:%04x time=%.3f ms\n", name,
		       (unsigned long long)t->sent, cfg.value & 0xffff, cfg.value >> 16, ms);
	fflush(stdout);
	return 0;
}

/* Signals that end the run are blocked, so that they come here only. False: one has come. */
static bool wait_until_next(double interval, const sigset_t *end)
{
	struct timespec ts = {
		.tv_sec = (time_t)interval,
		.tv_nsec = (long)((interval - floor(interval)) * 1e9),
	};

	return sigtimedwait(end, NULL, &ts) < 0;
}

static int ping(const struct func *f, u64 count, double interval, bool quiet)
{
	char name[FUNC_NAME_LEN];
	struct tally t = { };
	sigset_t end;
	int ret;

	func_name(f, name);
	sigemptyset(&end);
	sigaddset(&end, SIGINT);
	sigaddset(&end, SIGTERM);
	sigprocmask(SIG_BLOCK, &end, NULL);
	if (!json_output)
		printf("PING %s: 4 bytes of config space\n", name);
	do {
		ret = ping_once(f, name, &t, quiet || json_output);
		if (ret)
			return fail_func(f, ret);
	} while (t.sent != count && wait_until_next(interval, &end));
	print_summary(name, &t);
	return t.received ? EXIT_OK : EXIT_FAILED;
}

static int run(int argc, char **argv)
{
	double interval = 1;
	bool quiet = false;
	u64 count = 0;
	struct func f;
	int c, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'q')
			quiet = true;
		else if (c == 'c' && (!parse_u64(optarg, UINT64_MAX, &count) || !count))
			return usage("-c \"%s\": expected a number from 1", optarg);
		else if (c == 'i' && !parse_seconds(optarg, 3600, &interval))
			return usage("-i \"%s\": expected 0 to 3600 seconds", optarg);
	}
	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	ret = func_find(argv[optind], &f);
	return ret ? ret : ping(&f, count, interval, quiet);
}

static const struct verb_option ping_options[] = {
	OPTION_VALUE("count", 'c', OPERAND_NONE),
	OPTION_VALUE("interval", 'i', OPERAND_NONE),
	OPTION("quiet", 'q'),
	{ }
};

const struct verb verb_ping = {
	.name = "ping",
	.options = ping_options,
	.operands = { OPERAND_FUNC },
	.run = run,
};
