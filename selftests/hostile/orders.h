/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of the hostile function's BAR 0, for those who watch what it does.
 */
#ifndef VRC_HOSTILE_ORDERS_H
#define VRC_HOSTILE_ORDERS_H

#define REG_MISDEED	0x00	/* written: commit misdeed N (station --list) */
#define REG_ALIVE	0x04	/* reads ALIVE, as all that has no meaning of its own */
#define REG_ADDR_LO	0x10
#define REG_ADDR_HI	0x14
#define REG_LEN		0x18	/* bytes, 4 to 64; of ORDER_MSI the data */
#define REG_COUNT	0x1c	/* times; 0 means 1 */
#define REG_ORDER	0x20	/* written: send the TLPs below */
#define REG_RESULT	0x24	/* of the last read: RESULT_DATA, or a completion status */

#define ALIVE		0x600dbeefu
#define RESULT_NONE	0xffu
#define RESULT_DATA	0x100u
#define PATTERN		0xbd	/* what it writes */

enum order {
	ORDER_WRITE = 1,
	ORDER_READ,
	ORDER_WRITE_AS_ANOTHER,	/* with the requester ID of another function */
	ORDER_READ_AS_ANOTHER,
	ORDER_MSI,		/* MWr of one DW, REG_LEN, to REG_ADDR */
	ORDER_INTX,		/* Assert_INTA */
	NR_ORDERS
};

#define HOSTILE_MSI	4	/* vectors of its MSI capability */

#endif /* VRC_HOSTILE_ORDERS_H */
