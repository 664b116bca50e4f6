/* SPDX-License-Identifier: GPL-2.0-only */
/* Raw Ethernet, as somebody has it who keeps to no rule. */
#ifndef VRC_HOSTILE_WIRE_H
#define VRC_HOSTILE_WIRE_H

#include <stddef.h>

#include "frame.h"

#define ETH_LEN		14
#define HDR_LEN		sizeof(struct vrc_wire_hdr)
#define MAX_FRAME	2048

extern const u8 wire_broadcast[6];

/* A socket for frames of @ethertype on @ifname, or all for 0; ends the program if it cannot. */
int wire_open(const char *ifname, u16 ethertype);
void wire_mac(int fd, const char *ifname, u8 *mac);
/* Whole frames; short ones are padded. */
void wire_send_raw(int fd, const void *frame, size_t len);
/* @frame begins with the VRC header. */
void wire_send(int fd, const u8 *dst, const u8 *src, const void *frame, size_t len);
/* Builds the header from @f, whose version is set; @payload may be NULL if there is none. */
void wire_send_frame(int fd, const u8 *dst, const u8 *src, struct vrc_frame *f,
		     const void *payload);

u64 wire_random64(void);
void wire_random_mac(u8 *mac);

#endif /* VRC_HOSTILE_WIRE_H */
