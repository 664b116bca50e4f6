/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device DMA: MRd and MWr of the function, into and out of the VM's memory, only
 * through the IOMMU mapping of its vfio device and only while Bus Master
 * Enable is set.
 *
 * A request that hits the pin cache (pin.h) is served where it arrives, in
 * softirq: no request crosses 4 KiB, so it is in one page. Any other goes to process
 * context, and link.c keeps everything later of the function behind it.
 */
#ifndef VRC_DMA_H
#define VRC_DMA_H

#include "pin.h"
#include "proto/tlp.h"

struct vrc_vdev;

struct vrc_dma {
	struct vrc_pin_cache cache;
	u8 *bounce;			/* the worker's, a page */
	/* A read that ran out of memory halfway goes on from here when it is called again. */
	u64 resume_session;
	u32 resume;			/* bytes answered */
};

int vrc_dma_init(struct vrc_vdev *v);
void vrc_dma_destroy(struct vrc_vdev *v);

/* Results as of vrc_client_ops.request. */
int vrc_dma_read(struct vrc_vdev *v, const struct vrc_tlp *t, bool may_sleep);
int vrc_dma_write(struct vrc_vdev *v, const struct vrc_tlp *t, bool may_sleep);

#endif /* VRC_DMA_H */
