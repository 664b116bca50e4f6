// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MSI capability and the MSI-X table of the function itself (irq.h). The
 * guest never writes them: what it sees is virtual, and the VMM turns it
 * into VFIO_DEVICE_SET_IRQS.
 */
#include <linux/log2.h>

#include "compat.h"
#include "vdev.h"

unsigned int vrc_msi_vectors(struct vrc_vdev *v)
{
	u16 cap = v->func->cap_msi;
	unsigned int log;

	if (!cap)
		return 0;
	/* Values above 5 are reserved. */
	log = (vrc_func_cfg16(v->func, cap + PCI_MSI_FLAGS) & PCI_MSI_FLAGS_QMASK) >> 1;
	return 1U << min(log, 5U);
}

unsigned int vrc_msix_vectors(struct vrc_vdev *v)
{
	u16 cap = v->func->cap_msix;
	unsigned int bar;
	u64 offset, size;

	if (!cap || !vrc_msix_table(v, &bar, &offset, &size))
		return 0;
	return (vrc_func_cfg16(v->func, cap + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1;
}

/* False: there is none, or not where the capability says. */
bool vrc_msix_table(struct vrc_vdev *v, unsigned int *bar, u64 *offset, u64 *size)
{
	struct vrc_func *f = v->func;
	const struct vrc_bar *b;
	u32 table, nr;

	if (!f->cap_msix)
		return false;
	table = vrc_func_cfg32(f, f->cap_msix + PCI_MSIX_TABLE);
	*bar = table & PCI_MSIX_TABLE_BIR;
	*offset = table & PCI_MSIX_TABLE_OFFSET;
	nr = (vrc_func_cfg16(f, f->cap_msix + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE) + 1;
	*size = nr * PCI_MSIX_ENTRY_SIZE;
	if (*bar >= VRC_ROM_BAR)
		return false;
	b = &f->bar[*bar];
	return b->flags & IORESOURCE_MEM && *offset + *size <= b->size;
}

/* What cannot be told to a function that is DOWN is told when it comes back. */
static int unless_down(int ret)
{
	return ret == -EIO ? 0 : ret;
}

static int msi_set(struct vrc_vdev *v, u16 flags)
{
	return vrc_cfg_write(v->func, v->func->cap_msi + PCI_MSI_FLAGS, 2, flags);
}

static int msix_set(struct vrc_vdev *v, u16 flags)
{
	return vrc_cfg_write(v->func, v->func->cap_msix + PCI_MSIX_FLAGS, 2, flags);
}

static int program_msi(struct vrc_vdev *v)
{
	u16 cap = v->func->cap_msi, flags = vrc_func_cfg16(v->func, cap + PCI_MSI_FLAGS);
	u16 data = flags & PCI_MSI_FLAGS_64BIT ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32;
	unsigned int log = order_base_2(max(v->irq.used, 1U));
	int ret;

	ret = msi_set(v, 0);
	if (!ret)
		ret = vrc_cfg_write(v->func, cap + PCI_MSI_ADDRESS_LO, 4, VRC_MSI_BASE);
	if (!ret && flags & PCI_MSI_FLAGS_64BIT)
		ret = vrc_cfg_write(v->func, cap + PCI_MSI_ADDRESS_HI, 4, 0);
	if (!ret)
		ret = vrc_cfg_write(v->func, cap + data, 2, 0);
	return ret ?: msi_set(v, PCI_MSI_FLAGS_ENABLE | log << 4);
}

static int write_entry(struct vrc_vdev *v, unsigned int i)
{
	unsigned int bar;
	u64 offset, size, addr;
	u8 entry[PCI_MSIX_ENTRY_SIZE];
	u32 control = v->irq.trigger[i] ? 0 : PCI_MSIX_ENTRY_CTRL_MASKBIT;
	int ret;

	if (!vrc_msix_table(v, &bar, &offset, &size))
		return -ENODEV;
	addr = v->func->bar[bar].addr + offset + i * PCI_MSIX_ENTRY_SIZE;
	put_unaligned_le64(VRC_MSI_BASE, entry + PCI_MSIX_ENTRY_LOWER_ADDR);
	put_unaligned_le32(i, entry + PCI_MSIX_ENTRY_DATA);
	put_unaligned_le32(control, entry + PCI_MSIX_ENTRY_VECTOR_CTRL);
	/* The table takes nothing larger than a QWORD. */
	ret = vrc_mem_write(v->func, addr, entry, 8);
	return ret ?: vrc_mem_write(v->func, addr + 8, entry + 8, 8);
}

static int program_msix(struct vrc_vdev *v)
{
	unsigned int i;
	int ret;

	ret = msix_set(v, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	for (i = 0; !ret && i < v->irq.used; i++)
		ret = write_entry(v, i);
	return ret ?: msix_set(v, PCI_MSIX_FLAGS_ENABLE);
}

int vrc_msi_program(struct vrc_vdev *v)
{
	lockdep_assert_held(&v->lock);
	if (!vrc_vdev_is_up(v))
		return 0;
	if (v->irq.index == VFIO_PCI_MSI_IRQ_INDEX)
		return unless_down(program_msi(v));
	if (v->irq.index == VFIO_PCI_MSIX_IRQ_INDEX)
		return unless_down(program_msix(v));
	return 0;
}

int vrc_msi_disable(struct vrc_vdev *v)
{
	lockdep_assert_held(&v->lock);
	if (!vrc_vdev_is_up(v))
		return 0;
	if (v->irq.index == VFIO_PCI_MSI_IRQ_INDEX)
		return unless_down(msi_set(v, 0));
	if (v->irq.index == VFIO_PCI_MSIX_IRQ_INDEX)
		return unless_down(msix_set(v, 0));
	return 0;
}

int vrc_msix_update(struct vrc_vdev *v, unsigned int i)
{
	lockdep_assert_held(&v->lock);
	if (!vrc_vdev_is_up(v))
		return 0;
	return unless_down(write_entry(v, i));
}
