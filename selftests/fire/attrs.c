// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attrs.h"

#define MOST_ATTRS	1024
#define MOST_TEXT	4000	/* less than a page */
#define ALLOW_PERCENT	15	/* of writes; it is one attribute of hundreds */
#define NONSENSE	"odd=1"	/* no attribute takes it */

static char *attrs[MOST_ATTRS];
static unsigned int nr_attrs;
static bool sweeping;

/* ---- what there is ---- */

static void add_attr(const char *dir, const char *name)
{
	char path[512];

	/* Removal is order's business, and an uevent more would only cost time */
	if (!strcmp(name, "create") || !strcmp(name, "remove") || nr_attrs == MOST_ATTRS ||
	    (!sweeping && !strcmp(name, "uevent")))
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	attrs[nr_attrs++] = strdup(path);
}

static void find_attrs(const char *dir, unsigned int depth)
{
	char path[512];
	struct dirent *e;
	DIR *d = opendir(dir);

	if (!d)
		return;
	while ((e = readdir(d))) {
		if (e->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_type == DT_REG)
			add_attr(dir, e->d_name);
		else if (depth && (e->d_type == DT_DIR || depth == 3))
			find_attrs(path, depth - 1);
	}
	closedir(d);
}

static const struct {
	const char *dir;
	unsigned int depth;
} places[] = {
	{ "/sys/module/vrc/parameters", 0 },
	{ "/sys/bus/vrc", 0 },
	{ "/sys/bus/mdev/devices", 3 },
	{ "/sys/class/vrc", 3 },
	{ "/sys/bus/vrc/devices", 3 },
};

static void forget(void)
{
	while (nr_attrs)
		free(attrs[--nr_attrs]);
}

static void learn(void)
{
	unsigned int i;

	forget();
	for (i = 0; i < ARRAY_SIZE(places); i++)
		find_attrs(places[i].dir, places[i].depth);
}

static void allow_path(uint32_t port, char *path, size_t len)
{
	snprintf(path, len, "/sys/class/vrc/vrc%u/allow", port);
}

/* ---- one at random ---- */

/* Right, nearly right, and longer than anything may be. Half of them allow who is there. */
static size_t allow_rule(uint64_t *r, char *text, size_t len)
{
	static const char * const rules[] = {
		"serial=78", "serial=78", "serial=0000000000000078", "serial=78", "group=lab",
		"mac=02:00:00:00:00:01", "serial=0", "serial=", "serial=00000000000000078",
		"serial=xyz", "mac=", "mac=02:00:00:00:00", "mac=02:00:00:00:00:01:02",
		"mac=ff:ff:ff:ff:ff:ff", "mac=02-00-00-00-00-01", "group=", "grou=p", "MAC=", "=",
	};
	unsigned int i = fire_below(r, ARRAY_SIZE(rules) + 1);
	size_t room = len < 512 ? len : 512, n;

	if (i < ARRAY_SIZE(rules))
		return (size_t)snprintf(text, len, "%s", rules[i]);
	n = (size_t)snprintf(text, room, "group=");
	memset(text + n, 'x', room - n - 1);
	n += fire_below(r, (uint32_t)(room - n));
	text[n] = 0;
	return n;
}

static void allow_text(uint64_t *r, char *text, size_t len)
{
	static const char separators[] = ", \t\n";
	unsigned int nr = fire_percent(r, 10) ? 60 + fire_below(r, 10) : fire_below(r, 4);
	size_t at;

	for (at = allow_rule(r, text, len); nr && at + 2 < len; nr--) {
		text[at++] = separators[fire_below(r, sizeof(separators) - 1)];
		at += allow_rule(r, text + at, len - at);
	}
}

static void odd_text(uint64_t *r, char *text, size_t len)
{
	static const char * const texts[] = { "", "0", "-1", "1", "\n", "0x10", "99999999999999999",
					      "1 1", "yes", "%s%n", "200", "1000" };

	if (fire_percent(r, 70)) {
		snprintf(text, len, "%s", texts[fire_below(r, ARRAY_SIZE(texts))]);
	} else if (fire_percent(r, 50)) {
		snprintf(text, len, "%llu", (unsigned long long)fire_odd(r));
	} else {
		fire_bytes(r, text, 64);
		text[fire_below(r, 64)] = 0;
	}
}

static bool write_one(uint64_t *r, const char *path, uint32_t port)
{
	char text[MOST_TEXT], allow[64];

	if (!fire_percent(r, ALLOW_PERCENT)) {
		odd_text(r, text, sizeof(text));
		fire_write(path, text);
		return false;
	}
	allow_path(port, allow, sizeof(allow));
	allow_text(r, text, sizeof(text));
	return !fire_write(allow, text);
}

static void read_one(uint64_t *r, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char buf[8192];

	if (fd < 0)
		return;
	pread(fd, buf, fire_below(r, sizeof(buf)), fire_percent(r, 80) ? 0 :
	      (off_t)(fire_odd(r) >> 1));
	close(fd);
}

bool attrs_one(uint64_t *r, uint32_t port)
{
	const char *path;

	if (!nr_attrs || fire_percent(r, 1))
		learn();
	if (!nr_attrs)
		return false;
	path = attrs[fire_below(r, nr_attrs)];
	if (fire_percent(r, 30))
		return write_one(r, path, port);
	read_one(r, path);
	return false;
}

/* ---- each once ---- */

static int find_all(void)
{
	unsigned int i, before;
	int ret = 0;

	forget();
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		before = nr_attrs;
		find_attrs(places[i].dir, places[i].depth);
		if (nr_attrs != before)
			continue;
		printf("not ok - no attribute in %s\n", places[i].dir);
		ret = -1;
	}
	return ret;
}

/* Only what is for writing, or what the kernel's power management does not use, cannot be read. */
static int read_each(void)
{
	unsigned int i, worked = 0;
	char text[4096];
	int ret = 0, err;

	for (i = 0; i < nr_attrs; i++) {
		err = fire_read(attrs[i], text, sizeof(text));
		if (!err)
			worked++;
		if (!err || err == -EACCES || (err == -EIO && strstr(attrs[i], "/power/")))
			continue;
		printf("not ok - %s cannot be read: %s\n", attrs[i], strerror(-err));
		ret = -1;
	}
	printf("# %u attributes, %u can be read\n", nr_attrs, worked);
	return ret;
}

static int write_each(void)
{
	unsigned int i, refused = 0;
	int ret = 0, err;

	for (i = 0; i < nr_attrs; i++) {
		/* The kernel's own takes all that is not 0 for 1 */
		if (strstr(attrs[i], "/drivers_autoprobe"))
			continue;
		err = fire_write(attrs[i], NONSENSE);
		if (err && err != -EACCES)
			refused++;
		if (err)
			continue;
		printf("not ok - %s takes '%s'\n", attrs[i], NONSENSE);
		ret = -1;
	}
	printf("# %u of them are for writing, too, and took no nonsense\n", refused);
	return ret;
}

/* What the ABI says of the list of rules. */
static int allow_each(uint32_t port)
{
	static const struct {
		const char *text;
		int err;
	} texts[] = {
		{ "serial=78", 0 }, { "mac=02:00:00:00:00:01,serial=78 group=lab\n", 0 },
		{ "serial=0", -EINVAL }, { "serial=00000000000000078", 0 },
		{ "serial=10000000000000000", -EINVAL }, { "serial=", -EINVAL },
		{ "mac=02:00:00:00:00", -EINVAL }, { "mac=02:00:00:00:00:01:02", -EINVAL },
		{ "mac=ff:ff:ff:ff:ff:ff", -EINVAL }, { "group=", -EINVAL }, { "=", -EINVAL },
		{ "serial=78,group", -EINVAL }, { "\n", 0 },
	};
	char path[64], many[1024] = "";
	unsigned int i;
	int ret = 0, err;

	allow_path(port, path, sizeof(path));
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		err = fire_write(path, texts[i].text);
		if (err == texts[i].err)
			continue;
		printf("not ok - allow, '%s': %s\n", texts[i].text, strerror(-err));
		ret = -1;
	}
	for (i = 0; i < 65; i++)
		strcat(many, "serial=78,");
	err = fire_write(path, many);
	if (err != -E2BIG) {
		printf("not ok - allow, 65 rules: %s\n", strerror(-err));
		ret = -1;
	}
	return ret;
}

int attrs_sweep(uint32_t port)
{
	int ret;

	sweeping = true;
	ret = find_all();
	ret |= read_each();
	ret |= write_each();
	ret |= allow_each(port);
	sweeping = false;
	forget();
	return ret;
}

/* A lease of minutes or a time-out of a minute would stop everything else. */
void attrs_restore(uint32_t port)
{
	static const struct {
		const char *name, *value;
	} good[] = {
		{ "lease_ms", "2000" },
		{ "completion_timeout_ms", "500" },
		{ "max_stations", "64" },
		{ "allow", "\n" },
	};
	char path[128];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		snprintf(path, sizeof(path), "/sys/class/vrc/vrc%u/%s", port, good[i].name);
		fire_write(path, good[i].value);
	}
	fire_write("/sys/module/vrc/parameters/dma_cache_mib", "192");
	fire_write("/sys/bus/vrc/drivers_autoprobe", "1");
}
