// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an administrator gives to vrcep. Input that begins with '-' is a command line: an
 * option a line, its name, a space, its value. Anything else is a configuration file.
 * Whatever it says: a message that is not empty, or a configuration that knows what it needs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench_port.h"
#include "conf.h"
#include "fuzz.h"

static int take_line(struct ep_conf *c, char *line, char *err)
{
	char *value = strchr(line, ' ');

	if (!strcmp(line, "station"))
		return ep_conf_add_station(c, err);
	if (value)
		*value++ = '\0';
	return ep_conf_set(c, line, value ? value : "", err);
}

static int command_line(struct ep_conf *c, const u8 *data, size_t size, char *err)
{
	char *text = strndup((const char *)data, size), *rest = text, *line;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n")))
		ret = take_line(c, line, err);
	free(text);
	return ret;
}

static int file(struct ep_conf *c, const u8 *data, size_t size, char *err)
{
	char path[64];
	int ret, fd = memfd_create("conf", MFD_CLOEXEC);

	MUST(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	ret = ep_conf_file(c, path, err);
	close(fd);
	return ret;
}

int fuzz_one(const u8 *data, size_t size)
{
	char err[EP_ERR_LEN] = "";
	struct ep_conf c;
	int ret;

	fuzz_quiet();
	MUST(!ep_conf_init(&c, err));
	if (size && data[0] == '-')
		ret = command_line(&c, data + 1, size - 1, err);
	else
		ret = file(&c, data, size, err);
	MUST(!ret == !err[0]);
	if (!ret && !ep_conf_check(&c, err))
		MUST(ep_conf_needs(&c) <= (EP_NEEDS_DISK | EP_NEEDS_TAP | EP_NEEDS_PACKET));
	ep_conf_free(&c);
	return 0;
}
