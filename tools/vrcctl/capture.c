// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl capture: the frames of a port into a file, each with a comment that says whose it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "dev.h"
#include "layouts.h"
#include "pcapng.h"
#include "signals.h"
#include "sysfs.h"
#include "vrcctl.h"
#include "whose.h"

#define BUFFER		(16 << 20)
#define POLL_MS		100

struct capture {
	struct port port;
	int bdf;			/* of this function only; -1: of all */
	u64 count;			/* frames to write, 0: no bound */
	double seconds;			/* 0: no bound */
	const char *path;
	FILE *file;
	pcap_t *pcap;
	struct whose *whose;
	u8 mac[6];
	u32 snaplen;
	u64 written;
	time_t told;			/* when the number of frames was last shown */
};

static u64 now_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (u64)ts.tv_sec * 1000000000 + (u64)ts.tv_nsec;
}

static unsigned int direction(const struct capture *c, const u8 *frame, size_t len)
{
	if (len < 12)
		return 0;
	return memcmp(frame + 6, c->mac, 6) ? PCAPNG_INBOUND : PCAPNG_OUTBOUND;
}

static void show_count(struct capture *c)
{
	time_t now = time(NULL);

	if (now == c->told || !isatty(STDERR_FILENO))
		return;
	c->told = now;
	fprintf(stderr, "\r%llu frames ", (unsigned long long)c->written);
}

static void take(u_char *arg, const struct pcap_pkthdr *head, const u_char *bytes)
{
	struct capture *c = (struct capture *)arg;
	struct pcapng_frame frame = {
		.ns = (u64)head->ts.tv_sec * 1000000000 + (u64)head->ts.tv_usec,
		.data = bytes, .captured = head->caplen, .length = head->len,
		.direction = direction(c, bytes, head->caplen),
	};
	char text[WHOSE_LEN];
	u16 bdf;

	if (whose_frame(c->whose, bytes, head->caplen, &bdf, text))
		frame.comment = text;
	if (c->bdf >= 0 && (!frame.comment || bdf != c->bdf))
		return;
	if (c->count && c->written == c->count)
		return;
	pcapng_frame(c->file, &frame);
	c->written++;
}

static int fail_pcap(struct capture *c, const char *what)
{
	return fail(EXIT_FAILED, "%s: %s: %s", c->port.ifname, what, pcap_geterr(c->pcap));
}

/* Not promiscuous: what is not for this port is not looked at. */
static int open_interface(struct capture *c, const char *filter)
{
	char error[PCAP_ERRBUF_SIZE];
	struct bpf_program program;
	int ret;

	c->pcap = pcap_create(c->port.ifname, error);
	if (!c->pcap)
		return fail(EXIT_FAILED, "%s: %s", c->port.ifname, error);
	pcap_set_snaplen(c->pcap, (int)c->snaplen);
	pcap_set_buffer_size(c->pcap, BUFFER);
	/* At once: what has been received shall not be missing when the capture ends. */
	pcap_set_immediate_mode(c->pcap, 1);
	pcap_set_tstamp_precision(c->pcap, PCAP_TSTAMP_PRECISION_NANO);
	ret = pcap_activate(c->pcap);
	if (ret == PCAP_ERROR_PERM_DENIED)
		return fail(EXIT_NO_MODULE, "%s: no permission to capture: run it as root",
			    c->port.ifname);
	if (ret == PCAP_ERROR_NO_SUCH_DEVICE || ret == PCAP_ERROR_IFACE_NOT_UP)
		return fail(EXIT_NO_ANSWER, "%s is gone or down: see \"vrcctl port list\"",
			    c->port.ifname);
	if (ret < 0)
		return fail_pcap(c, "cannot capture");
	if (pcap_datalink(c->pcap) != DLT_EN10MB)
		return fail(EXIT_FAILED, "%s is no Ethernet interface", c->port.ifname);
	if (pcap_compile(c->pcap, &program, filter, 1, PCAP_NETMASK_UNKNOWN))
		return fail_pcap(c, filter);
	ret = pcap_setfilter(c->pcap, &program);
	pcap_freecode(&program);
	if (ret || pcap_setnonblock(c->pcap, 1, error))
		return fail_pcap(c, "cannot set the filter");
	return EXIT_OK;
}

static int open_file(struct capture *c)
{
	if (!strcmp(c->path, "-")) {
		if (isatty(STDOUT_FILENO))
			return usage("-w - writes the capture to a terminal: send it to a file");
		c->file = stdout;
		return EXIT_OK;
	}
	c->file = fopen(c->path, "we");
	return c->file ? EXIT_OK : fail(EXIT_FAILED, "%s: %m", c->path);
}

static bool complete(const struct capture *c, u64 end)
{
	return (c->count && c->written >= c->count) || ferror(c->file) ||
	       now_ns(CLOCK_MONOTONIC) >= end;
}

static int loop(struct capture *c)
{
	u64 end = c->seconds > 0 ? now_ns(CLOCK_MONOTONIC) + (u64)(c->seconds * 1e9) : UINT64_MAX;
	int signals = signals_fd(), n;

	/* Frames are looked for again when none has come for a while, signals every time. */
	for (n = 1; !complete(c, end) && !signals_wait(signals, n ? 0 : POLL_MS / 2);) {
		n = pcap_dispatch(c->pcap, 256, take, (u_char *)c);
		if (n < 0)
			return fail_pcap(c, "capture ended");
		if (n)
			continue;
		fflush(c->file);
		show_count(c);
	}
	while (!complete(c, UINT64_MAX) && pcap_dispatch(c->pcap, 256, take, (u_char *)c) > 0)
		;
	return EXIT_OK;
}

static int finish(struct capture *c, int ret)
{
	struct pcap_stat stat = { };

	pcap_stats(c->pcap, &stat);
	pcapng_end(c->file, now_ns(CLOCK_REALTIME), stat.ps_recv, stat.ps_drop);
	if (fflush(c->file) || ferror(c->file))
		ret = fail(EXIT_FAILED, "%s: cannot write: %m", c->path);
	if (isatty(STDERR_FILENO))
		fputc('\r', stderr);
	fprintf(stderr, "%llu frames, %u dropped by the kernel\n", (unsigned long long)c->written,
		stat.ps_drop);
	return ret;
}

static int read_port(struct capture *c, char *filter, size_t size)
{
	const struct port *port = &c->port;
	char text[32];
	u64 payload;

	if (sysfs_read(text, sizeof(text), SYSFS_PORTS "/vrc%u/address", port->id) ||
	    !parse_mac(text, c->mac))
		return fail(EXIT_NO_ANSWER, "the interface of vrc%u, %s, is gone", port->id,
			    port->ifname);
	/* A slot of the buffer is as long as the longest frame may be, with a VLAN's tag. */
	sysfs_read(text, sizeof(text), SYSFS_PORTS "/vrc%u/payload", port->id);
	if (!parse_u64(text, VRC_MAX_PAYLOAD, &payload))
		payload = VRC_MAX_PAYLOAD;
	c->snaplen = (u32)payload + sizeof(struct vrc_wire_hdr) + sizeof(struct ether_hdr) + 4;
	sysfs_read(text, sizeof(text), SYSFS_PORTS "/vrc%u/ethertype", port->id);
	snprintf(filter, size, "ether proto %s", text);
	return EXIT_OK;
}

static int capture(struct capture *c)
{
	char filter[64];
	int ret;

	ret = read_port(c, filter, sizeof(filter));
	if (!ret)
		ret = open_interface(c, filter);
	if (!ret)
		ret = open_file(c);
	if (!ret) {
		c->whose = whose_new(c->port.id, c->mac);
		pcapng_begin(c->file, c->port.ifname, filter, c->snaplen);
		ret = finish(c, loop(c));
		whose_free(c->whose);
	}
	if (c->file && c->file != stdout)
		fclose(c->file);
	if (c->pcap)
		pcap_close(c->pcap);
	return ret;
}

/* A port, a function, or the only port. */
static int find_subject(const char *text, struct capture *c)
{
	struct port *ports;
	struct func f;
	unsigned int i, nr;
	int ret;

	c->bdf = -1;
	if (!text || port_lookup(text, &c->port))
		return text ? EXIT_OK : port_find(NULL, &c->port);
	ret = func_find(text, &f);
	if (ret)
		return ret;
	c->bdf = f.bdf;
	nr = ports_read(&ports);
	for (i = 0; i < nr; i++)
		if (ports[i].id == f.port)
			c->port = ports[i];
	free(ports);
	return c->port.ifname[0] ? EXIT_OK : fail_func(&f, -ENODEV);
}

static int run(int argc, char **argv)
{
	struct capture c = { };
	int o, ret;

	while ((o = next_option(argc, argv)) != -1) {
		if (o == 'w')
			c.path = optarg;
		else if (o == 'c' && (!parse_u64(optarg, UINT64_MAX, &c.count) || !c.count))
			return usage("--count \"%s\": expected a number from 1", optarg);
		else if (o == 't' && (!parse_seconds(optarg, 1e6, &c.seconds) || c.seconds <= 0))
			return usage("--time \"%s\": expected up to 1000000 seconds", optarg);
	}
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	if (!c.path)
		return usage("-w FILE says where the frames go; - is standard output");
	ret = find_subject(optind < argc ? argv[optind] : NULL, &c);
	return ret ? ret : capture(&c);
}

static const struct verb_option capture_options[] = {
	OPTION_VALUE("write", 'w', OPERAND_FILE),
	OPTION_VALUE("count", 'c', OPERAND_NONE),
	OPTION_VALUE("time", 't', OPERAND_NONE),
	{ }
};

const struct verb verb_capture = {
	.name = "capture",
	.options = capture_options,
	.operands = { OPERAND_PORT_OR_FUNC },
	.run = run,
};
