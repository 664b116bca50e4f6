// SPDX-License-Identifier: GPL-2.0-only
/*
 * The requests that the root makes: memory, I/O and configuration (txn.h). What
 * is asked for is cut into TLPs here; txn.c sends them and waits.
 */
#include <linux/sched/signal.h>

#include "compat.h"
#include "func.h"
#include "port.h"
#include "txn_int.h"

/*
 * Memory
 */

static u32 to_page_end(u64 addr)
{
	return 4096 - (addr & 4095);
}

static int read_chunk(struct vrc_func *f, u64 addr, u8 *buf, u32 len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MRD };
	struct vrc_req req = { .addr = addr, .buf = buf, .len = len };

	vrc_tlp_set_range(&t, addr, len);
	return vrc_transact(f, &t, &req, NULL);
}

int vrc_mem_read(struct vrc_func *f, u64 addr, void *buf, size_t len)
{
	u32 most = f->mrrs ? f->mrrs : VRC_DEFAULT_MRRS;
	size_t done, n;
	int err;

	for (done = 0; done < len; done += n) {
		n = min3(len - done, (size_t)to_page_end(addr + done),
			 (size_t)(most - ((addr + done) & 3)));
		err = read_chunk(f, addr + done, buf + done, n);
		if (err) {
			memset(buf, 0xff, len);
			return err;
		}
	}
	return 0;
}

/* What one MWr at @addr can carry. */
static u32 write_limit(const struct vrc_func *f, struct vrc_session *s, u64 addr)
{
	u32 mps = f->mps ? f->mps : VRC_DEFAULT_MPS;
	u32 room = (READ_ONCE(s->payload) - VRC_TLP_MAX_HDR) & ~3U;

	return min(min(mps, room) - (u32)(addr & 3), to_page_end(addr));
}

/*
 * One MWr with the first of @len bytes: how many, or an error. Nobody would notice that a posted
 * write was lost, so want of memory is waited out.
 */
static int write_some(struct vrc_func *f, struct vrc_session *s, u64 addr,
		      const void *buf, size_t len)
{
	struct vrc_tlp t = { .type = VRC_TLP_MWR, .requester = VRC_ROOT_ID };
	unsigned long timeout = vrc_completion_timeout(f), end = jiffies + timeout;
	int err = vrc_session_wait_room(s, timeout);
	u32 n;

	while (!err) {
		n = min_t(size_t, len, write_limit(f, s, addr));
		vrc_tlp_set_range(&t, addr, n);
		err = vrc_send_tlp(s, &t, addr, buf, n,
				   n == len ? VRC_LEAVE_SOON : VRC_LEAVE_LATER);
		if (!err)
			return n;
		if (err == -ENOMEM)
			err = vrc_wait_memory(end);
	}
	return err;
}

static int write_session(struct vrc_func *f, struct vrc_session *s, u64 addr,
			 const void *buf, size_t len)
{
	size_t done;
	int n;

	for (done = 0; done < len; done += n) {
		n = write_some(f, s, addr + done, buf + done, len - done);
		if (n < 0)
			return n;
	}
	return 0;
}

int vrc_mem_write(struct vrc_func *f, u64 addr, const void *buf, size_t len)
{
	struct vrc_session *s = vrc_func_session_get(f);
	int err;

	might_sleep();
	if (!s)
		return -EIO;
	err = write_session(f, s, addr, buf, len);
	vrc_session_put(s);
	return err;
}

/*
 * I/O: one DW at most a request
 */

static int io_access(struct vrc_func *f, enum vrc_tlp_type type, u32 addr, u8 *buf, size_t len)
{
	struct vrc_tlp t = { .type = type };
	struct vrc_req req;
	u8 dw[4];
	size_t done, n;
	int err = 0;

	for (done = 0; !err && done < len; done += n) {
		n = min_t(size_t, len - done, 4 - ((addr + done) & 3));
		req = (struct vrc_req){ .addr = addr + done, .buf = dw, .len = n };
		vrc_tlp_set_range(&t, addr + done, n);
		err = vrc_transact(f, &t, &req, type == VRC_TLP_IOWR ? buf + done : NULL);
		if (!err && type == VRC_TLP_IORD)
			memcpy(buf + done, dw, n);
	}
	return err;
}

int vrc_io_read(struct vrc_func *f, u32 addr, void *buf, size_t len)
{
	int err = io_access(f, VRC_TLP_IORD, addr, buf, len);

	if (err)
		memset(buf, 0xff, len);
	return err;
}

int vrc_io_write(struct vrc_func *f, u32 addr, const void *buf, size_t len)
{
	return io_access(f, VRC_TLP_IOWR, addr, (void *)buf, len);
}

/*
 * Configuration
 */

#define RRS_FIRST_MS	1
#define RRS_LONGEST_MS	100

static int cfg_once(struct vrc_func *f, enum vrc_tlp_type type, u16 off, u32 len, u8 *buf)
{
	struct vrc_tlp t = {
		.type = type,
		.len_dw = 1,
		.target = f->bdf,
		.reg = off & ~3,
		.first_be = GENMASK(len - 1, 0) << (off & 3),
	};
	struct vrc_req req = { .addr = off, .buf = buf, .len = len };

	return vrc_transact(f, &t, &req, type == VRC_TLP_CFGWR0 ? buf : NULL);
}

/* A function that initializes itself asks to be asked again (2.3.1). */
static int cfg_access(struct vrc_func *f, enum vrc_tlp_type type, u16 off, u32 len, u8 *buf)
{
	unsigned long end = jiffies + vrc_completion_timeout(f);
	unsigned int wait = RRS_FIRST_MS;
	int err;

	if (!len || len > 4 || len == 3 || (off & 3) + len > 4 || off > 4095)
		return -EINVAL;
	for (;;) {
		err = cfg_once(f, type, off, len, buf);
		if (err != -EAGAIN)
			return err;
		if (time_after(jiffies, end))
			return -ETIMEDOUT;
		schedule_timeout_killable(msecs_to_jiffies(wait));
		if (fatal_signal_pending(current))
			return -EINTR;
		wait = min(wait * 2, (unsigned int)RRS_LONGEST_MS);
	}
}

int vrc_cfg_read(struct vrc_func *f, u16 off, unsigned int len, u32 *val)
{
	u8 buf[4] = {};
	int err = cfg_access(f, VRC_TLP_CFGRD0, off, len, buf);

	*val = err ? ~0U : get_unaligned_le32(buf);
	if (err && len < 4)
		*val >>= 8 * (4 - len);
	return err;
}

int vrc_cfg_write(struct vrc_func *f, u16 off, unsigned int len, u32 val)
{
	u8 buf[4];

	put_unaligned_le32(val, buf);
	return cfg_access(f, VRC_TLP_CFGWR0, off, len, buf);
}
