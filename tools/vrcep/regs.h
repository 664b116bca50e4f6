/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration space registers that the core gives meaning to; names and
 * offsets are those of <linux/pci_regs.h>, what is missing there is here.
 */
#ifndef VRCEP_REGS_H
#define VRCEP_REGS_H

#include <linux/pci_regs.h>

#define EP_MULTIFUNCTION	0x80	/* of the header type */
#define EP_EXP_V2_LEN		60	/* PCI Express capability, version 2 */
#define EP_MSI_LEN		24	/* 64 bits, per-vector masking */
#define EP_MSIX_LEN		12
#define EP_EXP_MPS_4096		5
#define EP_EXP_EXT_TAG_SUP	0x20
#define EP_EXP_RBER		0x8000
#define EP_EXP_FLR		0x10000000

#define EP_MSIX_ENTRY		16
#define EP_MSIX_ADDR		0
#define EP_MSIX_DATA		8
#define EP_MSIX_CTRL		12
#define EP_MSIX_MASKED		1

#endif /* VRCEP_REGS_H */
