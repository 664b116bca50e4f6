// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device DMA into the VM's memory (dma.h).
 */
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>

#include "func.h"
#include "vdev.h"

#define DMA_CPL_HDR	12

int vrc_dma_init(struct vrc_vdev *v)
{
	vrc_pin_init(&v->dma.cache, &v->vfio);
	v->dma.bounce = (u8 *)__get_free_page(GFP_KERNEL);
	return v->dma.bounce ? 0 : -ENOMEM;
}

void vrc_dma_destroy(struct vrc_vdev *v)
{
	free_page((unsigned long)v->dma.bounce);
}

static void count_path(struct vrc_vdev *v, bool may_sleep)
{
	if (may_sleep)
		vrc_func_count(v->func, dma_slow);
	else
		vrc_func_count(v->func, dma_fast);
}

static bool bus_master(struct vrc_vdev *v, const struct vrc_tlp *t)
{
	if (vrc_vdev_enabled(v, PCI_COMMAND_MASTER))
		return true;
	vrc_func_count(v->func, dma_no_bus_master);
	dev_warn_ratelimited(&v->func->dev, "%s at %#llx although Bus Master Enable is off\n",
			     vrc_tlp_type_name(t->type), t->addr);
	return false;
}

static void fault(struct vrc_vdev *v, const struct vrc_tlp *t, u64 addr, u32 len, int error)
{
	vrc_func_count(v->func, dma_fault);
	dev_warn_ratelimited(&v->func->dev,
			     "%s of %u bytes at %#llx is outside the guest's map (%d)\n",
			     vrc_tlp_type_name(t->type), len, addr, error);
}

static int send_error(struct vrc_session *s, const struct vrc_tlp *t)
{
	return vrc_func_complete(s, t, VRC_CPL_UR);
}

/*
 * Fills in @cpl for what fits the frame being filled, or else an empty one;
 * returns the bytes that it answers.
 */
static u32 next_chunk(struct vrc_vdev *v, struct vrc_session *s, struct vrc_tlp *cpl,
		      const struct vrc_tlp *t, u32 done)
{
	u32 mps = v->func->mps, room, n;

	room = vrc_session_room(s, DMA_CPL_HDR, false);
	n = vrc_tlp_cpl_chunk(cpl, t, done, min(room, mps), VRC_RCB);
	if (n)
		return n;
	room = vrc_session_room(s, DMA_CPL_HDR, true);
	return vrc_tlp_cpl_chunk(cpl, t, done, min(room, mps), VRC_RCB);
}

/* @src: the bytes that @cpl answers, NULL for those of a flush. */
static int send_chunk(struct vrc_session *s, const struct vrc_tlp *cpl, const u8 *src, u32 n)
{
	u32 lead = cpl->lower_addr & 3, data = cpl->len_dw * 4;
	u8 hdr[VRC_TLP_MAX_HDR], *p;

	if (WARN_ON_ONCE(!vrc_tlp_build(hdr, cpl)))
		return -ENODATA;
	p = vrc_session_tlp_begin(s, DMA_CPL_HDR + data);
	if (!p)
		return READ_ONCE(s->state) == VRC_SESSION_DEAD ? -ENODATA : -ENOMEM;
	memcpy(p, hdr, DMA_CPL_HDR);
	p += DMA_CPL_HDR;
	memset(p, 0, lead);
	if (src)
		memcpy(p + lead, src, n);
	else
		memset(p + lead, 0, n);
	memset(p + lead + n, 0, data - lead - n);
	vrc_session_tlp_end(s, VRC_LEAVE_LATER);
	return 0;
}

/*
 * Answers @t with CplDs. -ENOMEM: some have been sent, call again; -ENODATA:
 * nobody is there to answer.
 */
static int send_data(struct vrc_vdev *v, struct vrc_session *s, const struct vrc_tlp *t,
		     const u8 *src, u32 len)
{
	u32 done = v->dma.resume_session == s->id ? v->dma.resume : 0, n;
	struct vrc_tlp cpl;
	int ret = 0;

	vrc_tlp_init_cpl(&cpl, t, VRC_ROOT_ID, VRC_CPL_SC);
	for (; done < len; done += n) {
		n = next_chunk(v, s, &cpl, t, done);
		if (WARN_ON_ONCE(!n))
			return -ENODATA;
		ret = send_chunk(s, &cpl, src ? src + done : NULL, n);
		if (ret == -ENOMEM) {
			v->dma.resume_session = s->id;
			v->dma.resume = done;
		}
		if (ret)
			return ret;
	}
	vrc_func_add(v->func, dma_read_bytes, len);
	return 0;
}

/* 0 and the like of send_data(), or -ENOENT: the page is not in the cache. */
static int read_cached(struct vrc_vdev *v, struct vrc_session *s, const struct vrc_tlp *t,
		       u64 addr, u32 len)
{
	struct page *page;
	u8 *src;
	int ret = -ENOENT;

	read_lock_bh(&v->dma.cache.lock);
	page = vrc_pin_lookup(&v->dma.cache, addr);
	if (page) {
		src = kmap_local_page(page);
		ret = send_data(v, s, t, src + offset_in_page(addr), len);
		kunmap_local(src);
	}
	read_unlock_bh(&v->dma.cache.lock);
	return ret;
}

static int read_slowly(struct vrc_vdev *v, struct vrc_session *s, const struct vrc_tlp *t,
		       u64 addr, u32 len)
{
	int ret;

	if (!vrc_pin_page(&v->dma.cache, addr)) {
		ret = read_cached(v, s, t, addr, len);
		if (ret != -ENOENT)
			return ret;
	}
	ret = vrc_pin_copy(&v->dma.cache, addr, v->dma.bounce, len, false);
	if (!ret)
		return send_data(v, s, t, v->dma.bounce, len);
	fault(v, t, addr, len, ret);
	return send_error(s, t);
}

static int answer_read(struct vrc_vdev *v, struct vrc_session *s, const struct vrc_tlp *t,
		       bool may_sleep)
{
	u64 addr;
	u32 len;
	int ret;

	if (!bus_master(v, t))
		return send_error(s, t);
	len = vrc_tlp_range(t, &addr);
	/* A flush: the writes before it are in memory. */
	if (!len)
		return send_data(v, s, t, NULL, 1);
	ret = read_cached(v, s, t, addr, len);
	if (ret == -ENOENT)
		ret = may_sleep ? read_slowly(v, s, t, addr, len) : -EAGAIN;
	if (!ret)
		count_path(v, may_sleep);
	return ret;
}

int vrc_dma_read(struct vrc_vdev *v, const struct vrc_tlp *t, bool may_sleep)
{
	struct vrc_session *s = vrc_func_session_get(v->func);
	int ret;

	if (!s)
		return 0;
	ret = answer_read(v, s, t, may_sleep);
	vrc_session_put(s);
	if (ret == -EAGAIN || ret == -ENOMEM)
		return ret;
	/* However it was answered: the next read is another one. */
	v->dma.resume = 0;
	return 0;
}

/* @page: where @addr is, or NULL: by vfio_dma_rw(). */
static int put_bytes(struct vrc_vdev *v, struct page *page, u64 addr, const u8 *data, u32 len)
{
	if (!page)
		return vrc_pin_copy(&v->dma.cache, addr, (void *)data, len, true);
	memcpy_to_page(page, offset_in_page(addr), data, len);
	return 0;
}

/* Writes the bytes that @t enables, run by run. */
static int put_tlp(struct vrc_vdev *v, struct page *page, const struct vrc_tlp *t,
		   u64 addr, u32 len)
{
	u32 i = (u32)(addr - t->addr), end = i + len, n;
	int ret;

	if (vrc_tlp_contiguous(t))
		return put_bytes(v, page, addr, t->data + i, len);
	for (; i < end; i += n) {
		n = 1;
		if (!vrc_tlp_byte_enabled(t, i))
			continue;
		while (i + n < end && vrc_tlp_byte_enabled(t, i + n))
			n++;
		ret = put_bytes(v, page, t->addr + i, t->data + i, n);
		if (ret)
			return ret;
	}
	return 0;
}

static int write_cached(struct vrc_vdev *v, const struct vrc_tlp *t, u64 addr, u32 len)
{
	struct page *page;
	int ret = -ENOENT;

	read_lock_bh(&v->dma.cache.lock);
	page = vrc_pin_lookup(&v->dma.cache, addr);
	if (page)
		ret = put_tlp(v, page, t, addr, len);
	read_unlock_bh(&v->dma.cache.lock);
	return ret;
}

static int write_slowly(struct vrc_vdev *v, const struct vrc_tlp *t, u64 addr, u32 len)
{
	if (!vrc_pin_page(&v->dma.cache, addr) && !write_cached(v, t, addr, len))
		return 0;
	return put_tlp(v, NULL, t, addr, len);
}

int vrc_dma_write(struct vrc_vdev *v, const struct vrc_tlp *t, bool may_sleep)
{
	u64 addr;
	u32 len;
	int ret;

	if (!bus_master(v, t))
		return 0;
	len = vrc_tlp_range(t, &addr);
	if (!len)
		return 0;
	ret = write_cached(v, t, addr, len);
	if (ret && !may_sleep)
		return -EAGAIN;
	if (ret)
		ret = write_slowly(v, t, addr, len);
	if (ret) {
		fault(v, t, addr, len, ret);
		return 0;
	}
	vrc_func_add(v->func, dma_write_bytes, len);
	count_path(v, may_sleep);
	return 0;
}
