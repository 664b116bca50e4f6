// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that know more: ip, tc, nft.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor.h"

extern char **environ;

/* Its standard output is the new end of @pipe, its complaints go nowhere. */
static pid_t start(const char *const *argv, const int *pipe)
{
	posix_spawn_file_actions_t actions;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ))
		pid = -1;
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static char *read_all(int fd)
{
	size_t len = 0, room = 0;
	char *text = NULL;
	ssize_t n;

	do {
		if (len + 4096 > room) {
			room += 65536;
			text = xrealloc(text, room);
		}
		n = read(fd, text + len, room - len - 1);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	text[len] = '\0';
	return text;
}

struct json_object *exec_json(const char *const *argv)
{
	struct json_object *json = NULL;
	int fds[2], status;
	char *text;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return NULL;
	pid = start(argv, fds);
	close(fds[1]);
	text = read_all(fds[0]);
	close(fds[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status))
		json = json_tokener_parse(*text ? text : "[]");
	free(text);
	return json;
}
