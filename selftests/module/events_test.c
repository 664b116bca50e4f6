// SPDX-License-Identifier: GPL-2.0-only
/*
 * events_test IFNAME: what is read from /dev/vrc into memory that is not there, or not yet.
 * IFNAME, which is no port, becomes one for a moment to have events.
 */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vrc.h>

#include "../unit/tap.h"
#include "absent.h"

#define RECORD		sizeof(struct vrc_event)
#define PATIENCE_S	60	/* of the test, for a read that would wait for ever */

static int control;
static unsigned int ifindex;
static size_t page;

static void make_events(void)
{
	struct vrc_ioctl_port_add add = { .argsz = sizeof(add), .ifindex = ifindex };
	struct vrc_ioctl_port_remove remove = { .argsz = sizeof(remove) };

	EXPECT_EQ(ioctl(control, VRC_IOC_PORT_ADD, &add), 0);
	remove.port = add.port;
	EXPECT_EQ(ioctl(control, VRC_IOC_PORT_REMOVE, &remove), 0);
}

/* A reader with events that wait: the first is PORT_ADDED, the last PORT_REMOVED. */
static int reader(void)
{
	int fd = open("/dev/vrc", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	EXPECT(fd >= 0);
	make_events();
	return fd;
}

/* Two pages; the second may not be accessed. */
static char *edge(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS;
	char *mem = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, flags, -1, 0);

	EXPECT(mem != MAP_FAILED);
	EXPECT_EQ(mprotect(mem + page, page, PROT_NONE), 0);
	return mem + page;
}

/* All that wait; @first is the type of the first. */
static void expect_rest(int fd, unsigned int first)
{
	struct vrc_event e = { };
	unsigned int n = 0;

	for (; read(fd, &e, RECORD) == RECORD; n++)
		if (!n)
			EXPECT_EQ(e.type, first);
	EXPECT_EQ(errno, EAGAIN);
	EXPECT(n);
	EXPECT_EQ(e.type, VRC_EVENT_PORT_REMOVED);
}

static void a_bad_buffer_costs_nothing(void)
{
	char *bad = edge();
	int fd = reader();

	EXPECT_EQ(read(fd, bad, RECORD), -1);
	EXPECT_EQ(errno, EFAULT);
	expect_rest(fd, VRC_EVENT_PORT_ADDED);
	close(fd);
	munmap(bad - page, 2 * page);
}

static void half_a_buffer_takes_half(void)
{
	char *bad = edge();
	struct vrc_event *e = (void *)(bad - RECORD);
	int fd = reader();

	EXPECT_EQ(read(fd, e, 2 * RECORD), RECORD);
	EXPECT_EQ(e->type, VRC_EVENT_PORT_ADDED);
	/* The interface is up */
	expect_rest(fd, VRC_EVENT_PORT_LINK);
	close(fd);
	munmap(bad - page, 2 * page);
}

struct slow_read {
	int fd;
	void *buf;
	ssize_t got;
};

static void *read_slowly(void *arg)
{
	struct slow_read *r = arg;

	r->got = read(r->fd, r->buf, RECORD);
	return NULL;
}

/* Another thread's read waits for its page. */
static void nonblocking_waits_for_no_reader(void)
{
	struct slow_read slow = { .fd = reader() };
	struct pollfd p = { .events = POLLIN };
	struct vrc_event e;
	pthread_t thread;

	slow.buf = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	p.fd = absent_pages(slow.buf, page, O_NONBLOCK);
	if (p.fd < 0)
		goto out;
	EXPECT_EQ(pthread_create(&thread, NULL, read_slowly, &slow), 0);
	EXPECT_EQ(poll(&p, 1, -1), 1);
	EXPECT_EQ(p.revents, POLLIN);
	EXPECT_EQ(read(slow.fd, &e, RECORD), -1);
	EXPECT_EQ(errno, EAGAIN);
	close(p.fd);
	pthread_join(thread, NULL);
	EXPECT_EQ(slow.got, RECORD);
	EXPECT_EQ(((struct vrc_event *)slow.buf)->type, VRC_EVENT_PORT_ADDED);
	expect_rest(slow.fd, VRC_EVENT_PORT_LINK);
out:
	close(slow.fd);
	munmap(slow.buf, page);
}

static const struct tap_test tests[] = {
	TAP_TEST(a_bad_buffer_costs_nothing),
	TAP_TEST(half_a_buffer_takes_half),
	TAP_TEST(nonblocking_waits_for_no_reader),
};

int main(int argc, char **argv)
{
	ifindex = argc == 2 ? if_nametoindex(argv[1]) : 0;
	control = open("/dev/vrc", O_RDWR | O_CLOEXEC);
	page = sysconf(_SC_PAGESIZE);
	if (!ifindex || control < 0) {
		perror("usage: events_test IFNAME");
		return 2;
	}
	alarm(PATIENCE_S);
	return tap_run(tests, sizeof(tests) / sizeof(*tests));
}
