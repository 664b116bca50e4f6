/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which fields an Ethernet header, a frame of each kind and a TLP have.
 */
#ifndef VRCCTL_LAYOUTS_H
#define VRCCTL_LAYOUTS_H

#include "field.h"
#include "proto/frame.h"
#include "proto/tlp.h"

struct ether_hdr {		/* all big-endian */
	u8 dst[6], src[6], type[2];
};

extern const struct layout ether_layout, frame_layout, tlp_layout, function_layout;

/* Of the payload of @kind; without fields for DATA, ACK and RELEASED. */
const struct layout *payload_layout(u8 kind);
size_t payload_size(u8 kind);		/* bytes of those fields */

bool tlp_has_field(const struct vrc_tlp *t, const struct field *f);
bool find_kind(const char *name, u8 *kind);
bool find_tlp_type(const char *name, enum vrc_tlp_type *type);

#endif /* VRCCTL_LAYOUTS_H */
