// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of fields. The names are those of Documentation/wire-protocol.rst
 * and of the PCI Express Base Specification.
 */
#include <strings.h>

#include "layouts.h"

#define LAYOUT(table, is_wire) \
	{ .fields = (table), .nr = ARRAY_SIZE(table), .wire = (is_wire) }

#define AS(type, member, fmt, key_, name_)			\
	{ .key = (key_), .name = (name_),			\
	  .offset = offsetof(struct type, member),		\
	  .size = sizeof(((struct type *)0)->member), .format = (fmt) }

#define AT(type, member, fmt)	AS(type, member, fmt, #member, #member)

static const struct field ether_fields[] = {
	AS(ether_hdr, dst, FIELD_MAC, "dst", "destination"),
	AS(ether_hdr, src, FIELD_MAC, "src", "source"),
	AS(ether_hdr, type, FIELD_HEX, "type", "EtherType"),
};

static const struct field frame_fields[] = {
	AT(vrc_wire_hdr, version, FIELD_DEC),
	AT(vrc_wire_hdr, flags, FIELD_FLAGS),
	AT(vrc_wire_hdr, length, FIELD_DEC),
	AT(vrc_wire_hdr, window, FIELD_DEC),
	AT(vrc_wire_hdr, session, FIELD_ID),
	AT(vrc_wire_hdr, seq, FIELD_DEC),
	AT(vrc_wire_hdr, ack, FIELD_DEC),
	AT(vrc_wire_hdr, sack, FIELD_HEX),
};

static const struct field discover_fields[] = {
	AT(vrc_wire_discover, root_id, FIELD_ID),
	AT(vrc_wire_discover, nonce, FIELD_HEX),
	AT(vrc_wire_discover, spread_ms, FIELD_DEC),
	AT(vrc_wire_discover, group, FIELD_TEXT),
};

static const struct field advertise_fields[] = {
	AT(vrc_wire_advertise, serial, FIELD_ID),
	AT(vrc_wire_advertise, instance, FIELD_ID),
	AT(vrc_wire_advertise, nonce, FIELD_HEX),
	AT(vrc_wire_advertise, max_payload, FIELD_DEC),
	AT(vrc_wire_advertise, nr_functions, FIELD_DEC),
	AT(vrc_wire_advertise, name, FIELD_TEXT),
	AT(vrc_wire_advertise, group, FIELD_TEXT),
};

static const struct field function_fields[] = {
	AT(vrc_wire_function, number, FIELD_DEC),
	AT(vrc_wire_function, state, FIELD_DEC),
	AT(vrc_wire_function, owner, FIELD_ID),
};

static const struct field bind_fields[] = {
	AT(vrc_wire_bind, serial, FIELD_ID),
	AT(vrc_wire_bind, instance, FIELD_ID),
	AT(vrc_wire_bind, root_id, FIELD_ID),
	AS(vrc_wire_bind, session, FIELD_ID, "own_session", "session (root's)"),
	AT(vrc_wire_bind, lease_ms, FIELD_DEC),
	AT(vrc_wire_bind, max_payload, FIELD_DEC),
	AS(vrc_wire_bind, window, FIELD_DEC, "own_window", "window (root's)"),
	AT(vrc_wire_bind, ack_delay_us, FIELD_DEC),
	AT(vrc_wire_bind, function, FIELD_DEC),
	AT(vrc_wire_bind, root_name, FIELD_TEXT),
	AT(vrc_wire_bind, label, FIELD_TEXT),
};

static const struct field bound_fields[] = {
	AS(vrc_wire_bound, session, FIELD_ID, "own_session", "session (station's)"),
	AT(vrc_wire_bound, lease_ms, FIELD_DEC),
	AT(vrc_wire_bound, max_payload, FIELD_DEC),
	AS(vrc_wire_bound, window, FIELD_DEC, "own_window", "window (station's)"),
	AT(vrc_wire_bound, ack_delay_us, FIELD_DEC),
};

static const struct field refused_fields[] = {
	AT(vrc_wire_refused, reason, FIELD_REFUSAL),
	AT(vrc_wire_refused, function, FIELD_DEC),
	AT(vrc_wire_refused, owner, FIELD_ID),
	AT(vrc_wire_refused, owner_name, FIELD_TEXT),
	AT(vrc_wire_refused, label, FIELD_TEXT),
};

static const struct field release_fields[] = {
	AT(vrc_wire_release, reason, FIELD_RELEASE),
};

static const struct field probe_fields[] = {
	AT(vrc_wire_probe, size, FIELD_DEC),
	AT(vrc_wire_probe, id, FIELD_DEC),
};

static const struct field stale_fields[] = {
	AS(vrc_wire_stale, session, FIELD_ID, "unknown_session", "session unknown"),
};

#define BIT(type)	(1U << VRC_TLP_##type)
#define MEMORY		(BIT(MRD) | BIT(MWR))
#define IO		(BIT(IORD) | BIT(IOWR))
#define CFG		(BIT(CFGRD0) | BIT(CFGWR0) | BIT(CFGRD1) | BIT(CFGWR1))
#define CPL		(BIT(CPL) | BIT(CPLD))
#define MESSAGE		(BIT(MSG) | BIT(MSGD))
#define ALL		(MEMORY | IO | CFG | CPL | MESSAGE)

#define TLP(member, fmt, when, key_, name_)				\
	{ .key = (key_), .name = (name_), .types = (when), .format = (fmt),	\
	  .offset = offsetof(struct vrc_tlp, member),			\
	  .size = sizeof(((struct vrc_tlp *)0)->member) }

static const struct field tlp_fields[] = {
	TLP(tc, FIELD_DEC, ALL, "tc", "TC"),
	TLP(attr, FIELD_ATTR, ALL, "attr", "Attr"),
	TLP(td, FIELD_BOOL, ALL, "td", "TD"),
	TLP(ep, FIELD_BOOL, ALL, "ep", "EP"),
	TLP(len_dw, FIELD_DEC, ALL & ~(BIT(CPL) | BIT(MSG)), "length", "Length"),
	TLP(requester, FIELD_BDF, ALL, "requester", "Requester ID"),
	TLP(tag, FIELD_DEC, ALL, "tag", "Tag"),
	TLP(last_be, FIELD_HEX, MEMORY | IO | CFG, "last_be", "Last DW BE"),
	TLP(first_be, FIELD_HEX, MEMORY | IO | CFG, "first_be", "First DW BE"),
	TLP(addr, FIELD_HEX, MEMORY | IO, "addr", "Address"),
	TLP(target, FIELD_BDF, CFG, "target", "Bus/Device/Function"),
	TLP(reg, FIELD_HEX, CFG, "reg", "Register"),
	TLP(completer, FIELD_BDF, CPL, "completer", "Completer ID"),
	TLP(status, FIELD_STATUS, CPL, "status", "Completion Status"),
	TLP(bcm, FIELD_BOOL, CPL, "bcm", "BCM"),
	TLP(byte_count, FIELD_DEC, CPL, "byte_count", "Byte Count"),
	TLP(lower_addr, FIELD_HEX, CPL, "lower_addr", "Lower Address"),
	TLP(msg_code, FIELD_MESSAGE, MESSAGE, "code", "Message Code"),
	TLP(msg_routing, FIELD_DEC, MESSAGE, "routing", "Routing r[2:0]"),
	TLP(addr, FIELD_ID, MESSAGE, "dw2_3", "Bytes 8 to 15"),
};

const struct layout ether_layout = LAYOUT(ether_fields, true);
const struct layout frame_layout = LAYOUT(frame_fields, true);
const struct layout function_layout = LAYOUT(function_fields, true);
const struct layout tlp_layout = LAYOUT(tlp_fields, false);

#define PAYLOAD(type, table)	{ LAYOUT(table, true), sizeof(struct type) }

static const struct {
	struct layout layout;
	size_t size;
} payloads[] = {
	[VRC_KIND_DISCOVER]	= PAYLOAD(vrc_wire_discover, discover_fields),
	[VRC_KIND_ADVERTISE]	= PAYLOAD(vrc_wire_advertise, advertise_fields),
	[VRC_KIND_BIND]		= PAYLOAD(vrc_wire_bind, bind_fields),
	[VRC_KIND_BOUND]	= PAYLOAD(vrc_wire_bound, bound_fields),
	[VRC_KIND_REFUSED]	= PAYLOAD(vrc_wire_refused, refused_fields),
	[VRC_KIND_RELEASE]	= PAYLOAD(vrc_wire_release, release_fields),
	[VRC_KIND_PROBE]	= PAYLOAD(vrc_wire_probe, probe_fields),
	[VRC_KIND_PROBED]	= PAYLOAD(vrc_wire_probe, probe_fields),
	[VRC_KIND_STALE]	= PAYLOAD(vrc_wire_stale, stale_fields),
};

const struct layout *payload_layout(u8 kind)
{
	return &payloads[kind].layout;
}

size_t payload_size(u8 kind)
{
	return payloads[kind].size;
}

bool tlp_has_field(const struct vrc_tlp *t, const struct field *f)
{
	return f->types & 1U << t->type;
}

bool find_kind(const char *name, u8 *kind)
{
	for (*kind = VRC_KIND_DISCOVER; vrc_frame_kind_name(*kind); ++*kind)
		if (!strcasecmp(vrc_frame_kind_name(*kind), name))
			return true;
	return false;
}

bool find_tlp_type(const char *name, enum vrc_tlp_type *type)
{
	for (*type = 0; *type < VRC_TLP_NR_TYPES; ++*type)
		if (!strcasecmp(vrc_tlp_type_name(*type), name))
			return true;
	return false;
}
