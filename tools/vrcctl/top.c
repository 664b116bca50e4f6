// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl top: what every function does, as rates of its counters.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "dev.h"
#include "signals.h"
#include "sysfs.h"
#include "table.h"

struct sample {
	char func[FUNC_NAME_LEN];
	struct counters counters;
	struct latency latency;
};

struct samples {
	struct sample *list;
	unsigned int nr;
	struct timespec when;
	const char *only;		/* this function, NULL: all */
};

static int take(const char *name, void *arg)
{
	struct samples *all = arg;
	struct sample *s;

	if (all->only && strcmp(all->only, name))
		return 0;
	if (!(all->nr & 15))
		all->list = xrealloc(all->list, (all->nr + 16) * sizeof(*all->list));
	s = &all->list[all->nr++];
	snprintf(s->func, sizeof(s->func), "%s", name);
	counters_read(SYSFS_FUNCS, name, &s->counters);
	latency_read(name, &s->latency);
	return 0;
}

static void take_all(struct samples *all, const char *only)
{
	*all = (struct samples){ .only = only };
	clock_gettime(CLOCK_MONOTONIC, &all->when);
	sysfs_each(SYSFS_FUNCS, take, all);
}

static void free_samples(struct samples *all)
{
	unsigned int i;

	for (i = 0; i < all->nr; i++)
		counters_free(&all->list[i].counters);
	free(all->list);
	*all = (struct samples){ };
}

static const struct sample *find_sample(const struct samples *all, const char *func)
{
	unsigned int i;

	for (i = 0; i < all->nr; i++)
		if (!strcmp(all->list[i].func, func))
			return &all->list[i];
	return NULL;
}

/* What one function has done since the sample before. */
struct rates {
	double tlp_tx, tlp_rx, dma_read, dma_write, interrupts;	/* a second; DMA in bytes */
	u64 retransmissions, requests;				/* in this time */
	double p50, p95, p99;					/* us */
};

static double rate(const struct sample *now, const struct sample *old, const char *name,
		   double seconds)
{
	u64 n = counters_get(&now->counters, name) - counters_get(&old->counters, name);

	return (double)n / seconds;
}

static void compute(const struct sample *now, const struct sample *old, double seconds,
		    struct rates *r)
{
	struct latency l = now->latency;

	r->tlp_tx = rate(now, old, "tlp_tx", seconds);
	r->tlp_rx = rate(now, old, "tlp_rx", seconds);
	r->dma_read = rate(now, old, "dma_read_bytes", seconds);
	r->dma_write = rate(now, old, "dma_write_bytes", seconds);
	r->interrupts = rate(now, old, "interrupts", seconds);
	r->retransmissions = counters_get(&now->counters, "retransmissions") -
			     counters_get(&old->counters, "retransmissions");
	latency_since(&l, &old->latency);
	r->requests = latency_count(&l);
	r->p50 = latency_quantile(&l, 0.5);
	r->p95 = latency_quantile(&l, 0.95);
	r->p99 = latency_quantile(&l, 0.99);
}

/* "1.5M" and the like, three digits at least */
static const char *scaled(double value, char *text, size_t size)
{
	static const char units[] = " kMGT";
	unsigned int i = 0;

	for (; value >= 9999.5 && i < 4; i++)
		value /= 1000;
	if (i)
		snprintf(text, size, value < 99.95 ? "%.1f%c" : "%.0f%c", value, units[i]);
	else
		snprintf(text, size, "%.0f", value);
	return text;
}

static void add_number(struct table *t, double value)
{
	char text[16];

	table_add(t, value > 0 ? COLOR_NONE : COLOR_DIM, "%s", scaled(value, text, sizeof(text)));
}

static void add_row(struct table *t, const char *func, const struct rates *r)
{
	char station[80], state[16];

	sysfs_read(station, sizeof(station), SYSFS_FUNCS "/%s/station", func);
	sysfs_read(state, sizeof(state), SYSFS_FUNCS "/%s/state", func);
	table_add(t, COLOR_NONE, "%s", func);
	table_add(t, COLOR_NONE, "%s.%s", station, func + strlen(func) - 1);
	table_add(t, !strcmp(state, "up") ? COLOR_GOOD : COLOR_NONE, "%s", state);
	add_number(t, r->tlp_tx);
	add_number(t, r->tlp_rx);
	add_number(t, r->dma_read);
	add_number(t, r->dma_write);
	add_number(t, r->interrupts);
	add_number(t, r->p50);
	add_number(t, r->p95);
	add_number(t, r->p99);
	table_add(t, r->retransmissions ? COLOR_WARN : COLOR_DIM, "%llu",
		  (unsigned long long)r->retransmissions);
}

static void add_json(struct json_object *array, const char *func, const struct rates *r)
{
	struct json_object *o = json_object_new_object();
	const struct {
		const char *key;
		double value;
	} values[] = {
		{ "tlp_tx_per_s", r->tlp_tx }, { "tlp_rx_per_s", r->tlp_rx },
		{ "dma_read_bytes_per_s", r->dma_read }, { "dma_write_bytes_per_s", r->dma_write },
		{ "interrupts_per_s", r->interrupts }, { "p50_us", r->p50 }, { "p95_us", r->p95 },
		{ "p99_us", r->p99 },
	};
	size_t i;

	json_add_text(o, "function", func);
	for (i = 0; i < ARRAY_SIZE(values); i++)
		json_object_object_add(o, values[i].key, json_object_new_double(values[i].value));
	json_add_u64(o, "requests", r->requests);
	json_add_u64(o, "retransmissions", r->retransmissions);
	json_object_array_add(array, o);
}

#define COLUMNS	"FUNCTION|STATION|STATE|>TLP tx/s|>rx/s|>DMA rd B/s|>wr B/s|>IRQ/s|>p50 us|>p95|>p99|>RETX"

static void print_rates(const struct samples *now, const struct samples *before)
{
	struct json_object *array = json_output ? json_object_new_array() : NULL;
	double seconds = (double)(now->when.tv_sec - before->when.tv_sec) +
			 (double)(now->when.tv_nsec - before->when.tv_nsec) / 1e9;
	struct table *t = NULL;
	const struct sample *old;
	struct rates r;
	unsigned int i;

	if (!array)
		t = table_new(COLUMNS);
	for (i = 0; i < now->nr; i++) {
		old = find_sample(before, now->list[i].func);
		if (!old)
			continue;	/* new: its rates come with the next sample */
		compute(&now->list[i], old, seconds, &r);
		if (array)
			add_json(array, now->list[i].func, &r);
		else
			add_row(t, now->list[i].func, &r);
	}
	if (t)
		table_print(t);
	else
		puts(json_object_to_json_string_ext(array, JSON_C_TO_STRING_PLAIN));
	json_object_put(array);
	fflush(stdout);
}

/*
 * The terminal: a screen of its own while it runs, keys come at once
 */

static struct termios saved;

static void leave_screen(void)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &saved);
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
}

static bool enter_screen(void)
{
	struct termios raw;

	if (json_output || !isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &saved))
		return false;
	raw = saved;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
	fputs("\033[?1049h\033[?25l", stdout);
	return true;
}

static void draw_title(double delay)
{
	char now[32];
	time_t t = time(NULL);

	strftime(now, sizeof(now), "%T", localtime(&t));
	printf("\033[H\033[Jvrcctl top - %s, every %g s, q ends\n\n", now, delay);
}

/* False: a key or a signal ends it. Other keys show the next sample at once. */
static bool wait_for_next(double delay, bool screen, int signals)
{
	struct pollfd in[] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = screen ? STDIN_FILENO : -1, .events = POLLIN },
	};
	char key;

	if (poll(in, ARRAY_SIZE(in), (int)(delay * 1000)) <= 0)
		return true;
	if (in[0].revents || read(STDIN_FILENO, &key, 1) != 1)
		return false;
	return key != 'q' && key != 'Q';
}

static int top(const char *only, double delay, u64 count)
{
	struct samples before, now;
	int signals = signals_fd();
	bool screen;
	u64 n = 0;

	screen = enter_screen();
	take_all(&before, only);
	while (wait_for_next(delay, screen, signals)) {
		take_all(&now, only);
		if (screen)
			draw_title(delay);
		print_rates(&now, &before);
		free_samples(&before);
		before = now;
		if (++n == count)
			break;
	}
	free_samples(&before);
	if (screen)
		leave_screen();
	return EXIT_OK;
}

static int run(int argc, char **argv)
{
	char name[FUNC_NAME_LEN];
	double delay = 1;
	struct func f;
	u64 count = 0;
	int c, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'd' && (!parse_seconds(optarg, 3600, &delay) || delay < 0.1))
			return usage("--delay \"%s\": expected 0.1 to 3600 seconds", optarg);
		if (c == 'n' && (!parse_u64(optarg, UINT64_MAX, &count) || !count))
			return usage("--count \"%s\": expected a number from 1", optarg);
	}
	if (!operands_ok(argc, 0, 1))
		return EXIT_USAGE;
	dev_fd();
	if (optind == argc)
		return top(NULL, delay, count);
	ret = func_find(argv[optind], &f);
	if (ret)
		return ret;
	func_name(&f, name);
	return top(name, delay, count);
}

static const struct verb_option top_options[] = {
	OPTION_VALUE("delay", 'd', OPERAND_NONE),
	OPTION_VALUE("count", 'n', OPERAND_NONE),
	{ }
};

const struct verb verb_top = {
	.name = "top",
	.options = top_options,
	.operands = { OPERAND_FUNC },
	.run = run,
};
