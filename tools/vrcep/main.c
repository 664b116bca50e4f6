// SPDX-License-Identifier: GPL-2.0-only
/* vrcep: PCI Express functions for machines elsewhere on the Ethernet. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "conf.h"
#include "container.h"
#include "status.h"
#include "walls.h"
#include "world.h"

/* Exit statuses, documented in Documentation/vrcep.rst */
enum {
	EXIT_OK		= 0,	/* told to stop */
	EXIT_RUN	= 1,	/* failed while it ran */
	EXIT_USAGE	= 2,	/* command line or configuration file */
	EXIT_SETUP	= 3,	/* interface, function, status socket, user, sandbox */
};

#define SHUTDOWN_POLL_NS	10000000ull
#define SHUTDOWN_POLLS		25

static const char usage[] =
	"usage: vrcep -i INTERFACE --function MODEL[,OPTION=VALUE]... [OPTION]...\n"
	"       vrcep -c FILE\n"
	"       vrcep --query SOCKET\n"
	"Lends PCI Express functions to machines on the same Ethernet.\n"
	"\n"
	"  -c, --config FILE        read a configuration file (JSON, see vrcep.rst)\n"
	"  -i, --interface NAME     Ethernet interface of this station and those after it\n"
	"  -f, --function MODEL,... add a function to the station\n"
	"      --name NAME          of the station (default: the interface)\n"
	"      --serial NUMBER      of the station, unique on the network (default: made from\n"
	"                           /etc/machine-id, the interface and the station's place)\n"
	"      --mac ADDRESS        of the station (default: the interface's; further stations\n"
	"                           get one made from their serial)\n"
	"      --group NAME         roots can search for the stations of one group\n"
	"      --allow WHO          only this root, by MAC or number, may own functions;\n"
	"                           can be given several times\n"
	"      --max-lease MS       longest lease that is granted (100 to 600000, default 600000)\n"
	"      --count N            make N stations like this one: serial, serial + 1, ...;\n"
	"                           %i in the value of a function's option is the number\n"
	"      --station            the options that follow are for another station\n"
	"      --ethertype NUMBER   default 0x88b5\n"
	"      --ring FRAMES        of the receive ring (default 2048)\n"
	"      --qdisc-bypass on    send past the queueing discipline of the interface\n"
	"      --status SOCKET      answer with the status, as JSON, on this Unix socket\n"
	"      --user NAME          become this user when everything is open\n"
	"      --sandbox off        allow all system calls, for debugging (default on)\n"
	"      --query SOCKET       print the status of the vrcep with that --status\n"
	"  -h, --help\n"
	"\n"
	"Models and their options:\n";

static void print_help(void)
{
	const struct ep_model *const *m;
	const struct ep_option *o;

	fputs(usage, stdout);
	for (m = ep_models; *m; m++) {
		printf("  %s\n", (*m)->name);
		for (o = (*m)->options; o && o->name; o++)
			printf("      %-12s %s\n", o->name, o->help);
	}
	fputs("\nExit status: 0 told to stop, 1 failed while running, 2 bad command line or\n"
	      "configuration, 3 an interface, function, socket, user or sandbox cannot be\n"
	      "used.\n", stdout);
}

/* ---- command line ---- */

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "interface", required_argument, NULL, 0 },
	{ "function", required_argument, NULL, 0 },
	{ "name", required_argument, NULL, 0 },
	{ "serial", required_argument, NULL, 0 },
	{ "mac", required_argument, NULL, 0 },
	{ "group", required_argument, NULL, 0 },
	{ "allow", required_argument, NULL, 0 },
	{ "max-lease", required_argument, NULL, 0 },
	{ "count", required_argument, NULL, 0 },
	{ "station", no_argument, NULL, 's' },
	{ "ethertype", required_argument, NULL, 0 },
	{ "ring", required_argument, NULL, 0 },
	{ "qdisc-bypass", required_argument, NULL, 0 },
	{ "status", required_argument, NULL, 0 },
	{ "user", required_argument, NULL, 0 },
	{ "sandbox", required_argument, NULL, 0 },
	{ "query", required_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int query(const char *path)
{
	char err[EP_ERR_LEN];

	if (!ep_status_print(path, err, sizeof(err)))
		return EXIT_OK;
	fprintf(stderr, "vrcep: %s\n", err);
	return EXIT_RUN;
}

/* One option; the status to exit with, or -1 to go on. */
static int take_option(struct ep_conf *c, int opt, int index)
{
	char err[EP_ERR_LEN];
	int ret = 0;

	switch (opt) {
	case 'h':
		print_help();
		return EXIT_OK;
	case 'q':
		return query(optarg);
	case 'c':
		ret = ep_conf_file(c, optarg, err);
		break;
	case 's':
		ret = ep_conf_add_station(c, err);
		break;
	case 'i':
		ret = ep_conf_set(c, "interface", optarg, err);
		break;
	case 'f':
		ret = ep_conf_set(c, "function", optarg, err);
		break;
	case 0:
		ret = ep_conf_set(c, long_options[index].name, optarg, err);
		break;
	default:
		fputs("Try 'vrcep --help'.\n", stderr);
		return EXIT_USAGE;
	}
	if (!ret)
		return -1;
	fprintf(stderr, "vrcep: %s\n", err);
	return EXIT_USAGE;
}

static int parse(struct ep_conf *c, int argc, char **argv)
{
	char err[EP_ERR_LEN];
	int opt, index = 0, status = -1;

	while (status < 0 &&
	       (opt = getopt_long(argc, argv, "c:i:f:h", long_options, &index)) != -1)
		status = take_option(c, opt, index);
	if (status >= 0)
		return status;
	if (optind < argc) {
		fprintf(stderr, "vrcep: '%s': expected an option\n", argv[optind]);
		return EXIT_USAGE;
	}
	if (!ep_conf_check(c, err))
		return -1;
	fprintf(stderr, "vrcep: %s\nTry 'vrcep --help'.\n", err);
	return EXIT_USAGE;
}

/* ---- signals ---- */

struct stopper {
	struct ep_fd watch;
	struct ep_timer timer;
	struct ep_world *world;
	unsigned int polls;		/* left */
	bool told;
};

/* Owners are told; those that do not answer find out by their lease. */
static void poll_shutdown(struct ep_timer *t)
{
	struct stopper *s = container_of(t, struct stopper, timer);

	if (!s->polls-- || !ep_world_busy(s->world))
		ep_loop_stop(s->world->loop);
	else
		ep_timer_set(s->world->loop, t, ep_now(s->world->loop) + SHUTDOWN_POLL_NS);
}

static void signalled(struct ep_fd *w, uint32_t events)
{
	struct stopper *s = container_of(w, struct stopper, watch);
	struct signalfd_siginfo info;

	(void)events;
	if (read(w->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (s->told) {
		/* The second one is impatience. */
		ep_loop_stop(s->world->loop);
		return;
	}
	ep_log("stopping");
	s->told = true;
	s->polls = SHUTDOWN_POLLS;
	ep_world_shutdown(s->world);
	poll_shutdown(&s->timer);
}

static int watch_signals(struct stopper *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	ep_timer_init(&s->timer, poll_shutdown);
	s->watch.ready = signalled;
	s->watch.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->watch.fd < 0)
		return -1;
	return ep_loop_add(s->world->loop, &s->watch, EPOLLIN);
}

/* ---- running ---- */

static unsigned int count_stations(const struct ep_world *w)
{
	const struct ep_port *p;
	unsigned int nr = 0;

	for (p = w->ports; p; p = p->next)
		nr += p->nr_stations;
	return nr;
}

static int run_loop(struct ep_world *w, const struct ep_conf *c)
{
	struct stopper s = { .world = w };
	char why[EP_ERR_LEN];
	int err;

	if (watch_signals(&s)) {
		ep_log("no signals: %s", strerror(errno));
		return EXIT_SETUP;
	}
	if (c->sandbox && ep_sandbox(ep_conf_needs(c), why)) {
		ep_log("%s", why);
		return EXIT_SETUP;
	}
	ep_world_start(w);
	ep_log("%u stations are up", count_stations(w));
	err = ep_loop_run(w->loop);
	if (err)
		ep_log("event loop: %s", strerror(-err));
	ep_loop_del(w->loop, &s.watch);
	ep_timer_set(w->loop, &s.timer, UINT64_MAX);
	close(s.watch.fd);
	if (!err && s.told)
		return EXIT_OK;
	/* Not stopped by a signal: an interface has gone. */
	ep_log("ended by itself: more in vrc-troubleshooting(7): vrcep-ended");
	return EXIT_RUN;
}

static int setup_failed(const char *err)
{
	fprintf(stderr, "vrcep: %s\n  more in vrc-troubleshooting(7): vrcep-start\n", err);
	return EXIT_SETUP;
}

static int run(const struct ep_conf *c)
{
	struct ep_status *status = NULL;
	struct ep_world w;
	char err[EP_ERR_LEN];
	int ret = EXIT_SETUP;

	if (ep_world_open(&w, c, err))
		return setup_failed(err);
	if (c->status)
		status = ep_status_open(w.loop, c->status, w.ports, err, sizeof(err));
	if ((c->status && !status) || ep_drop_privileges(c->user, ep_conf_needs(c), err))
		setup_failed(err);
	else
		ret = run_loop(&w, c);
	ep_status_close(status);
	ep_world_close(&w);
	return ret;
}

int main(int argc, char **argv)
{
	char err[EP_ERR_LEN];
	struct ep_conf c;
	int status;

	if (ep_conf_init(&c, err))
		return setup_failed(err);
	status = parse(&c, argc, argv);
	if (status < 0)
		status = run(&c);
	ep_conf_free(&c);
	return status;
}
