// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring behind the nvme model. The ring's own descriptor sits in the loop's
 * epoll set: it is readable while completions wait, so no eventfd is written
 * and read for each of them. Submission is one system call for all operations
 * of a turn, and what finished inside it (page cache hits) is reported at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <liburing.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../container.h"
#include "nvme_disk.h"

/* A disk that does not answer for so long is given up by close(). */
#define DRAIN_SECONDS	30
#define LOCK_TRIES	100
#define LOCK_USEC	10000

struct nvme_disk {
	struct ep_fd ring_fd;
	struct ep_loop *loop;
	struct io_uring ring;
	int fd;
	uint64_t size;
	unsigned int depth, in_flight;
	bool closing;
	struct nvme_disk_op *head, **tail;	/* submitted, not yet in the ring */
	uint64_t counts[NVME_DISK_KINDS];
	char description[320];
};

/* ---- open and close ---- */

static int disk_size(int fd, uint64_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISBLK(st.st_mode))
		return ioctl(fd, BLKGETSIZE64, size) ? -errno : 0;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	*size = st.st_size;
	return 0;
}

/*
 * O_DIRECT opens on file systems that later refuse the alignment, so the first
 * block that is not at offset 0 is read to find out.
 */
static int try_direct(int fd, uint32_t block)
{
	void *buf;
	ssize_t n;
	int err;

	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_DIRECT))
		return -errno;
	buf = mmap(NULL, block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (buf == MAP_FAILED)
		return -ENOMEM;
	n = pread(fd, buf, block, block);
	err = n < 0 ? -errno : 0;
	munmap(buf, block);
	if (err)
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_DIRECT);
	return err;
}

static int open_file(struct nvme_disk *d, const struct nvme_disk_params *p, char *err,
		     size_t err_len)
{
	int flags = (p->readonly ? O_RDONLY : O_RDWR) | O_CLOEXEC;

	d->fd = open(p->path, flags);
	if (d->fd >= 0)
		return 0;
	if (errno != ENOENT || !p->create_size || p->readonly) {
		snprintf(err, err_len, "nvme: cannot open path=%s: %s%s", p->path, strerror(errno),
			 errno == ENOENT ? " (size= would create it)" : "");
		return -1;
	}
	d->fd = open(p->path, flags | O_CREAT | O_EXCL, 0600);
	if (d->fd < 0 || ftruncate(d->fd, p->create_size)) {
		snprintf(err, err_len, "nvme: cannot create path=%s of %llu bytes: %s", p->path,
			 (unsigned long long)p->create_size, strerror(errno));
		return -1;
	}
	return 0;
}

/*
 * Two controllers on one image would destroy it, whoever runs the second. The
 * lock of a vrcep that was killed goes away only when the kernel has taken its
 * ring apart, which is a little later: a restart waits for that.
 */
static int lock_file(struct nvme_disk *d, const struct nvme_disk_params *p, char *err,
		     size_t err_len)
{
	struct flock lock = {
		.l_type = p->readonly ? F_RDLCK : F_WRLCK,
		.l_whence = SEEK_SET,
	};

	for (unsigned int i = 0; i < LOCK_TRIES; i++) {
		if (!fcntl(d->fd, F_OFD_SETLK, &lock))
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			return 0;	/* a file system without locks */
		usleep(LOCK_USEC);
	}
	snprintf(err, err_len, "nvme: path=%s is in use by another nvme function or program",
		 p->path);
	return -1;
}

static int check_size(struct nvme_disk *d, const struct nvme_disk_params *p, char *err,
		      size_t err_len)
{
	int ret = disk_size(d->fd, &d->size);

	if (ret == -EINVAL)
		snprintf(err, err_len, "nvme: path=%s is neither a file nor a block device",
			 p->path);
	else if (ret)
		snprintf(err, err_len, "nvme: size of path=%s: %s", p->path, strerror(-ret));
	else if (d->size < p->block)
		snprintf(err, err_len, "nvme: path=%s has %llu bytes, less than a block of %u",
			 p->path, (unsigned long long)d->size, p->block);
	else
		return 0;
	return -1;
}

static void disk_ready(struct ep_fd *w, uint32_t events);

/* The liburing of Debian 12 declares functions for this, but does not export them. */
static int ring_register(struct io_uring *ring, unsigned int op, const void *arg, unsigned int nr)
{
	return syscall(SYS_io_uring_register, ring->ring_fd, op, arg, nr) < 0 ? -errno : 0;
}

/*
 * Operations of a ring are no system calls, so the sandbox does not see them: a
 * ring that may do everything would be a door around it. This one may do what
 * prepare() asks for, and can be set up no further.
 */
static int restrict_ring(struct io_uring *ring)
{
	static const uint8_t ops[] = {
		IORING_OP_READ, IORING_OP_WRITE, IORING_OP_FSYNC, IORING_OP_FALLOCATE,
	};
	struct io_uring_restriction r[sizeof(ops)] = { 0 };
	int ret;

	for (unsigned int i = 0; i < sizeof(ops); i++) {
		r[i].opcode = IORING_RESTRICTION_SQE_OP;
		r[i].sqe_op = ops[i];
	}
	ret = ring_register(ring, IORING_REGISTER_RESTRICTIONS, r, sizeof(ops));
	return ret ? ret : ring_register(ring, IORING_REGISTER_ENABLE_RINGS, NULL, 0);
}

static int start_ring(struct nvme_disk *d, const struct nvme_disk_params *p, char *err,
		      size_t err_len)
{
	int ret = io_uring_queue_init(p->depth, &d->ring, IORING_SETUP_R_DISABLED);

	if (!ret) {
		ret = restrict_ring(&d->ring);
		if (ret)
			io_uring_queue_exit(&d->ring);
	}
	if (ret) {
		snprintf(err, err_len, "nvme: io_uring: %s%s", strerror(-ret),
			 ret == -EPERM ? " (see sysctl kernel.io_uring_disabled)" : "");
		return -1;
	}
	d->ring_fd.fd = d->ring.ring_fd;
	d->ring_fd.ready = disk_ready;
	ret = ep_loop_add(d->loop, &d->ring_fd, EPOLLIN);
	if (!ret)
		return 0;
	snprintf(err, err_len, "nvme: cannot poll io_uring: %s", strerror(-ret));
	io_uring_queue_exit(&d->ring);
	return -1;
}

static void describe(struct nvme_disk *d, const struct nvme_disk_params *p)
{
	int ret = try_direct(d->fd, p->block);
	char why[64] = "O_DIRECT";

	if (ret)
		snprintf(why, sizeof(why), "buffered (O_DIRECT with %u-byte blocks: %s)", p->block,
			 strerror(-ret));
	snprintf(d->description, sizeof(d->description), "%.200s, %s", p->path, why);
}

struct nvme_disk *nvme_disk_open(struct ep_loop *loop, const struct nvme_disk_params *p,
				 char *err, size_t err_len)
{
	struct nvme_disk *d = calloc(1, sizeof(*d));

	if (!d) {
		snprintf(err, err_len, "nvme: out of memory");
		return NULL;
	}
	d->loop = loop;
	d->depth = p->depth;
	d->fd = -1;
	d->tail = &d->head;
	if (open_file(d, p, err, err_len) || lock_file(d, p, err, err_len) ||
	    check_size(d, p, err, err_len))
		goto close;
	describe(d, p);
	if (start_ring(d, p, err, err_len))
		goto close;
	return d;

close:
	if (d->fd >= 0)
		close(d->fd);
	free(d);
	return NULL;
}

static void finish(struct nvme_disk *d, struct io_uring_cqe *cqe);

/* The kernel writes into buffers of operations in flight: none may be left behind. */
static bool drain(struct nvme_disk *d)
{
	struct __kernel_timespec limit = { .tv_sec = DRAIN_SECONDS };
	struct io_uring_cqe *cqe;

	io_uring_submit(&d->ring);
	while (d->in_flight) {
		int ret = io_uring_wait_cqe_timeout(&d->ring, &cqe, &limit);

		if (ret == -EINTR)
			continue;
		if (ret)
			return false;
		finish(d, cqe);
	}
	return true;
}

bool nvme_disk_close(struct nvme_disk *d)
{
	d->closing = true;
	ep_loop_del(d->loop, &d->ring_fd);
	if (!drain(d)) {
		fprintf(stderr, "nvme: %s: %u operations hang for more than %u s\n",
			d->description, d->in_flight, DRAIN_SECONDS);
		return false;
	}
	io_uring_queue_exit(&d->ring);
	close(d->fd);
	free(d);
	return true;
}

/* ---- operations ---- */

static void prepare_fallocate(struct nvme_disk *d, struct io_uring_sqe *sqe,
			      const struct nvme_disk_op *op, int mode)
{
	io_uring_prep_fallocate(sqe, d->fd, mode | FALLOC_FL_KEEP_SIZE, op->off, op->len);
}

static void prepare(struct nvme_disk *d, struct io_uring_sqe *sqe, struct nvme_disk_op *op)
{
	uint64_t left = op->len - op->moved;

	switch (op->kind) {
	case NVME_DISK_READ:
		io_uring_prep_read(sqe, d->fd, op->buf + op->moved, left, op->off + op->moved);
		break;
	case NVME_DISK_WRITE:
		io_uring_prep_write(sqe, d->fd, op->buf + op->moved, left, op->off + op->moved);
		sqe->rw_flags = op->durable ? RWF_DSYNC : 0;
		break;
	case NVME_DISK_SYNC:
		io_uring_prep_fsync(sqe, d->fd, IORING_FSYNC_DATASYNC);
		break;
	case NVME_DISK_PUNCH:
		prepare_fallocate(d, sqe, op, FALLOC_FL_PUNCH_HOLE);
		break;
	default:
		prepare_fallocate(d, sqe, op, FALLOC_FL_ZERO_RANGE);
		break;
	}
	io_uring_sqe_set_data(sqe, op);
}

static void enqueue(struct nvme_disk *d, struct nvme_disk_op *op)
{
	op->next = NULL;
	*d->tail = op;
	d->tail = &op->next;
}

void nvme_disk_submit(struct nvme_disk *d, struct nvme_disk_op *op)
{
	op->moved = 0;
	d->counts[op->kind]++;
	if (op->kind == NVME_DISK_WRITE && op->durable)
		d->counts[NVME_DISK_SYNC]++;
	enqueue(d, op);
}

/* No more than @depth in flight: the completion queue has room for them all. */
static void fill_ring(struct nvme_disk *d)
{
	struct io_uring_sqe *sqe;

	while (d->head && d->in_flight < d->depth) {
		sqe = io_uring_get_sqe(&d->ring);
		if (!sqe)
			return;
		prepare(d, sqe, d->head);
		d->in_flight++;
		d->head = d->head->next;
		if (!d->head)
			d->tail = &d->head;
	}
}

static bool is_transfer(const struct nvme_disk_op *op)
{
	return op->kind == NVME_DISK_READ || op->kind == NVME_DISK_WRITE;
}

/* A short transfer goes on where it stopped; nothing at all is the end of the file. */
static int progress(struct nvme_disk *d, struct nvme_disk_op *op, int res)
{
	if (res < 0)
		return res == -EAGAIN || res == -EINTR ? 1 : res;
	if (!is_transfer(op))
		return 0;
	if (!res)
		return -EIO;
	op->moved += res;
	return op->moved < op->len && !d->closing;
}

static void finish(struct nvme_disk *d, struct io_uring_cqe *cqe)
{
	struct nvme_disk_op *op = io_uring_cqe_get_data(cqe);
	int res = cqe->res;

	io_uring_cqe_seen(&d->ring, cqe);
	d->in_flight--;
	res = progress(d, op, res);
	if (d->closing)
		return;
	if (res > 0)
		enqueue(d, op);
	else
		op->done(op, res);
}

static unsigned int reap(struct nvme_disk *d)
{
	struct io_uring_cqe *cqe;
	unsigned int n = 0;

	while (!io_uring_peek_cqe(&d->ring, &cqe)) {
		finish(d, cqe);
		n++;
	}
	return n;
}

/* done() may submit more; what a full ring leaves behind follows once some have finished. */
bool nvme_disk_kick(struct nvme_disk *d)
{
	do {
		fill_ring(d);
		if (io_uring_sq_ready(&d->ring))
			io_uring_submit(&d->ring);
	} while (reap(d) && d->head);
	return !io_uring_sq_ready(&d->ring);
}

static void disk_ready(struct ep_fd *w, uint32_t events)
{
	(void)events;
	nvme_disk_kick(container_of(w, struct nvme_disk, ring_fd));
}

/* ---- what it is ---- */

uint64_t nvme_disk_size(const struct nvme_disk *d)
{
	return d->size;
}

bool nvme_disk_resized(struct nvme_disk *d)
{
	uint64_t size = d->size;

	if (disk_size(d->fd, &size) || size == d->size)
		return false;
	d->size = size;
	return true;
}

const char *nvme_disk_describe(const struct nvme_disk *d)
{
	return d->description;
}

uint64_t nvme_disk_count(const struct nvme_disk *d, enum nvme_disk_kind kind)
{
	return d->counts[kind];
}
