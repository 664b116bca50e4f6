// SPDX-License-Identifier: GPL-2.0-only
/* See status.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "container.h"
#include "status.h"

#define MAX_CLIENTS	8

struct client {
	struct ep_fd watch;
	struct ep_status *status;
	char *text;
	size_t len, sent;
};

struct ep_status {
	struct ep_fd watch;
	struct ep_loop *loop;
	struct ep_port *ports;
	char *path;
	struct client client[MAX_CLIENTS];
};

static void close_client(struct client *cl)
{
	ep_loop_del(cl->status->loop, &cl->watch);
	close(cl->watch.fd);
	free(cl->text);
	cl->text = NULL;
}

static void client_ready(struct ep_fd *w, uint32_t events)
{
	struct client *cl = container_of(w, struct client, watch);
	ssize_t n = -1;

	if (!(events & (EPOLLERR | EPOLLHUP)))
		n = send(w->fd, cl->text + cl->sent, cl->len - cl->sent,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0 && (errno == EAGAIN || errno == EINTR) && !(events & (EPOLLERR | EPOLLHUP)))
		return;
	cl->sent += n > 0 ? (size_t)n : 0;
	if (n <= 0 || cl->sent == cl->len)
		close_client(cl);
}

static struct client *free_client(struct ep_status *s)
{
	unsigned int i;

	for (i = 0; i < MAX_CLIENTS; i++)
		if (!s->client[i].text)
			return &s->client[i];
	return NULL;
}

static void listener_ready(struct ep_fd *w, uint32_t events)
{
	struct ep_status *s = container_of(w, struct ep_status, watch);
	struct client *cl = free_client(s);
	int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0)
		return;
	if (cl)
		cl->text = ep_status_json(s->ports);
	if (!cl || !cl->text) {
		close(fd);
		return;
	}
	cl->status = s;
	cl->len = strlen(cl->text);
	cl->sent = 0;
	cl->watch = (struct ep_fd){ .fd = fd, .ready = client_ready };
	if (ep_loop_add(s->loop, &cl->watch, EPOLLOUT))
		close_client(cl);
}

static int set_address(struct sockaddr_un *addr, const char *path, char *err, size_t err_len)
{
	size_t len = strlen(path);

	if (len >= sizeof(addr->sun_path)) {
		snprintf(err, err_len, "status '%s': a socket's path has at most %zu bytes", path,
			 sizeof(addr->sun_path) - 1);
		return -1;
	}
	addr->sun_family = AF_UNIX;
	memcpy(addr->sun_path, path, len + 1);
	return 0;
}

/* A socket that a dead vrcep has left may go; one that answers may not. */
static int listen_at(int fd, const struct sockaddr_un *addr)
{
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!connect(probe, (const struct sockaddr *)addr, sizeof(*addr))) {
		close(probe);
		errno = EADDRINUSE;
		return -1;
	}
	if (errno == ECONNREFUSED)
		unlink(addr->sun_path);
	close(probe);
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)))
		return -1;
	return listen(fd, MAX_CLIENTS);
}

struct ep_status *ep_status_open(struct ep_loop *loop, const char *path, struct ep_port *ports,
				 char *err, size_t err_len)
{
	struct ep_status *s = calloc(1, sizeof(*s));
	struct sockaddr_un addr;

	if (!s || set_address(&addr, path, err, err_len)) {
		free(s);
		return NULL;
	}
	s->loop = loop;
	s->ports = ports;
	s->path = strdup(path);
	s->watch.ready = listener_ready;
	s->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->path && s->watch.fd >= 0 && !listen_at(s->watch.fd, &addr) &&
	    !ep_loop_add(loop, &s->watch, EPOLLIN))
		return s;
	snprintf(err, err_len, "status '%s': %s", path, strerror(errno));
	if (s->watch.fd >= 0)
		close(s->watch.fd);
	free(s->path);
	free(s);
	return NULL;
}

void ep_status_close(struct ep_status *s)
{
	unsigned int i;

	if (!s)
		return;
	for (i = 0; i < MAX_CLIENTS; i++)
		if (s->client[i].text)
			close_client(&s->client[i]);
	ep_loop_del(s->loop, &s->watch);
	close(s->watch.fd);
	unlink(s->path);
	free(s->path);
	free(s);
}

int ep_status_print(const char *path, char *err, size_t err_len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un addr;
	char buf[4096];
	ssize_t n;

	if (set_address(&addr, path, err, err_len)) {
		close(fd);
		return -1;
	}
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		snprintf(err, err_len, "no vrcep answers at '%s': %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		fwrite(buf, 1, (size_t)n, stdout);
	close(fd);
	return 0;
}
