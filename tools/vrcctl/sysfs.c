// SPDX-License-Identifier: GPL-2.0-only
/*
 * One value a file.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sysfs.h"

int sysfs_read(char *text, size_t size, const char *path_fmt, ...)
{
	char path[SYSFS_PATH];
	va_list args;
	ssize_t n;
	int fd;

	*text = '\0';
	va_start(args, path_fmt);
	vsnprintf(path, sizeof(path), path_fmt, args);
	va_end(args);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return 0;
}

int sysfs_write(const char *text, const char *path_fmt, ...)
{
	char path[SYSFS_PATH];
	va_list args;
	int fd, ret = 0;

	va_start(args, path_fmt);
	vsnprintf(path, sizeof(path), path_fmt, args);
	va_end(args);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int sysfs_link(char *text, size_t size, const char *path_fmt, ...)
{
	char path[SYSFS_PATH], target[SYSFS_PATH];
	va_list args;
	const char *last;
	ssize_t n;

	va_start(args, path_fmt);
	vsnprintf(path, sizeof(path), path_fmt, args);
	va_end(args);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	last = strrchr(target, '/');
	snprintf(text, size, "%s", last ? last + 1 : target);
	return 0;
}

int sysfs_each(const char *path, int (*f)(const char *name, void *arg), void *arg)
{
	struct dirent **entries;
	int i, n, ret = 0;

	n = scandir(path, &entries, NULL, versionsort);
	for (i = 0; i < n; i++) {
		if (!ret && entries[i]->d_name[0] != '.')
			ret = f(entries[i]->d_name, arg);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return ret;
}
