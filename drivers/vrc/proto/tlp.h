/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Transaction Layer Packets (PCI Express Base Specification 4.0, chapter 2.2).
 *
 * vrc_tlp_parse() checks a TLP against the specification and takes it apart;
 * vrc_tlp_build() is its inverse. A TLP that parses is well formed: nobody
 * above has to check lengths, formats or byte enables again.
 */
#ifndef VRC_PROTO_TLP_H
#define VRC_PROTO_TLP_H

#include "types.h"

enum vrc_tlp_type {
	VRC_TLP_MRD,		/* memory read, 3DW or 4DW by address */
	VRC_TLP_MWR,		/* memory write */
	VRC_TLP_IORD,
	VRC_TLP_IOWR,
	VRC_TLP_CFGRD0,
	VRC_TLP_CFGWR0,
	VRC_TLP_CFGRD1,
	VRC_TLP_CFGWR1,
	VRC_TLP_CPL,		/* completion without data */
	VRC_TLP_CPLD,		/* completion with data */
	VRC_TLP_MSG,		/* message without data */
	VRC_TLP_MSGD,		/* message with data */
	VRC_TLP_NR_TYPES,
};

enum vrc_cpl_status {		/* table 2-34 */
	VRC_CPL_SC	= 0,	/* Successful Completion */
	VRC_CPL_UR	= 1,	/* Unsupported Request */
	VRC_CPL_RRS	= 2,	/* Request Retry Status (CRS before 6.0) */
	VRC_CPL_CA	= 4,	/* Completer Abort */
};

enum vrc_msg_code {		/* section 2.2.8 */
	VRC_MSG_PM_PME		= 0x18,
	VRC_MSG_PME_TO_ACK	= 0x1b,
	VRC_MSG_ASSERT_INTA	= 0x20,	/* to 0x23: INTD */
	VRC_MSG_DEASSERT_INTA	= 0x24,	/* to 0x27: INTD */
	VRC_MSG_ERR_COR		= 0x30,
	VRC_MSG_ERR_NONFATAL	= 0x31,
	VRC_MSG_ERR_FATAL	= 0x33,
};

#define VRC_TLP_ATTR_NS		0x1	/* No Snoop */
#define VRC_TLP_ATTR_RO		0x2	/* Relaxed Ordering */
#define VRC_TLP_ATTR_IDO	0x4	/* ID-Based Ordering */

#define VRC_TLP_MAX_DW		1024
#define VRC_TLP_MAX_DATA	(VRC_TLP_MAX_DW * 4)
#define VRC_TLP_MAX_HDR		16
#define VRC_TLP_ECRC_LEN	4
#define VRC_TLP_MAX_LEN		(VRC_TLP_MAX_HDR + VRC_TLP_MAX_DATA + VRC_TLP_ECRC_LEN)

struct vrc_tlp {
	enum vrc_tlp_type type;
	u8	tc;		/* Traffic Class */
	u8	attr;		/* VRC_TLP_ATTR_* */
	bool	ep;		/* poisoned */
	bool	td;		/* has an ECRC; parse has verified it */
	u16	len_dw;		/* data or asked for, 1 to 1024; 0: Msg without data, Cpl */
	u16	requester;	/* Requester ID, a BDF */
	u8	tag;
	u8	first_be;	/* requests: byte enables */
	u8	last_be;
	u64	addr;		/* memory and I/O: address, 4-byte aligned; Msg: bytes 8 to 15 */
	u16	target;		/* Cfg: BDF addressed */
	u16	reg;		/* Cfg: byte offset of the register, 4-byte aligned, 0 to 4092 */
	u16	completer;	/* Cpl: Completer ID */
	u8	status;		/* Cpl: enum vrc_cpl_status */
	bool	bcm;		/* Cpl: Byte Count Modified */
	u16	byte_count;	/* Cpl: bytes still to come, this one's included, 1 to 4096 */
	u8	lower_addr;	/* Cpl: low 7 bits of the address of the first byte */
	u8	msg_code;	/* Msg: enum vrc_msg_code */
	u8	msg_routing;	/* Msg: r[2:0] */
	const u8 *data;		/* len_dw * 4 bytes in the buffer parsed, or NULL */
};

/* What is wrong with a TLP, as negative results of vrc_tlp_parse(). */
enum vrc_tlp_error {
	VRC_TLP_OK = 0,
	VRC_TLP_TRUNCATED,	/* header, data or ECRC beyond the end of the buffer */
	VRC_TLP_BAD_TYPE,	/* a Fmt and Type that we do not know or that do not go together */
	VRC_TLP_BAD_LENGTH,	/* Length is not allowed for the type */
	VRC_TLP_BAD_BE,		/* byte enables break section 2.2.5 */
	VRC_TLP_BAD_ADDR,	/* crosses 4 KiB, or a 4DW header for an address below 4 GiB */
	VRC_TLP_BAD_STATUS,	/* reserved completion status, or byte count does not fit */
	VRC_TLP_BAD_ECRC,
	VRC_TLP_NR_ERRORS,
};

/*
 * Takes the TLP at the start of @buf apart. Returns the bytes that it
 * occupies, or -enum vrc_tlp_error. With -VRC_TLP_BAD_ECRC, *@t and
 * vrc_tlp_len() are valid and the TLP can be stepped over and answered.
 */
int vrc_tlp_parse(const void *buf, size_t len, struct vrc_tlp *t);

/* Bytes that @t occupies on the wire: header, data and ECRC. */
size_t vrc_tlp_len(const struct vrc_tlp *t);

/* Bytes of header: 12 or 16. */
size_t vrc_tlp_hdr_len(const struct vrc_tlp *t);

/*
 * Writes the header of @t to @buf, which has room for vrc_tlp_len() bytes,
 * and returns where its data goes. The caller writes len_dw * 4 bytes there
 * (@t->data is not looked at) and then calls vrc_tlp_seal() if @t->td.
 * Returns NULL if @t breaks a rule that vrc_tlp_parse() checks.
 */
u8 *vrc_tlp_build(void *buf, const struct vrc_tlp *t);

/* Appends the ECRC to the TLP built at @buf (section 2.7.1). */
void vrc_tlp_seal(void *buf, const struct vrc_tlp *t);

bool vrc_tlp_has_data(const struct vrc_tlp *t);
bool vrc_tlp_is_posted(const struct vrc_tlp *t);
bool vrc_tlp_is_completion(const struct vrc_tlp *t);

/*
 * Memory and I/O requests name a byte range by an aligned address and byte
 * enables, configuration requests name one by the register and byte enables.
 * These convert; @t->type must be set before. A range has @len 0 (a flush) to
 * 4096, or one DW for I/O and configuration, and stays in one 4 KiB page.
 */
void vrc_tlp_set_range(struct vrc_tlp *t, u64 addr, u32 len);
/* First byte enabled and bytes from there to the last one enabled; 0 for a flush. */
u32 vrc_tlp_range(const struct vrc_tlp *t, u64 *addr);
/* Are all bytes between the first and the last enabled? */
bool vrc_tlp_contiguous(const struct vrc_tlp *t);
/* Is byte @i of the data (counted from the aligned address) enabled? */
bool vrc_tlp_byte_enabled(const struct vrc_tlp *t, u32 i);

/*
 * Fills *@cpl as the completion of the whole of @req with @status: a CplD if
 * @req reads and @status is SC, else a Cpl. For a memory read that may not fit
 * one CplD, vrc_tlp_cpl_chunk() then sets len_dw, byte_count and lower_addr.
 */
void vrc_tlp_init_cpl(struct vrc_tlp *cpl, const struct vrc_tlp *req,
		      u16 completer, enum vrc_cpl_status status);

/*
 * Sets the fields of the next CplD of a read of @req: @done bytes have been
 * sent. @room is the most data bytes that the CplD may carry. The CplD ends at
 * the end of the request or at a multiple of @rcb (64 or 128). Returns the
 * bytes of the request that it answers (1 for a flush), or 0 if @room is too
 * small or nothing is left. Its data start at the DW boundary below the first byte.
 */
u32 vrc_tlp_cpl_chunk(struct vrc_tlp *cpl, const struct vrc_tlp *req,
		      u32 done, u32 room, u32 rcb);

const char *vrc_tlp_type_name(enum vrc_tlp_type type);		/* "MRd", "CplD", ... */
const char *vrc_tlp_status_name(u8 status);			/* "SC", "UR", ... */
const char *vrc_tlp_msg_name(u8 code);				/* "Assert_INTA", ... or NULL */
const char *vrc_tlp_error_name(int error);			/* of -enum vrc_tlp_error */

/* A BDF as one number, and its parts. */
#define VRC_BDF(bus, dev, fn)	((u16)((bus) << 8 | ((dev) & 0x1f) << 3 | ((fn) & 7)))
#define VRC_BDF_BUS(bdf)	((bdf) >> 8)
#define VRC_BDF_DEV(bdf)	((bdf) >> 3 & 0x1f)
#define VRC_BDF_FN(bdf)		((bdf) & 7)

#endif /* VRC_PROTO_TLP_H */
