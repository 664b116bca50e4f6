/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the files of link only.
 */
#ifndef VRC_LINK_INT_H
#define VRC_LINK_INT_H

#include <linux/ktime.h>

#include "func.h"
#include "link.h"

#define VRC_SESSION_INDEX	0xffffULL	/* bits of an id that are a table index */
#define VRC_ACK_DELAY_US	1000

/* With session->lock held, before it is dead: the function may go as soon as it is. */
static inline const char *vrc_session_name(const struct vrc_session *s)
{
	const char *name = dev_name(&s->owner->dev);

	return name ? name : dev_name(&s->port->dev);
}

/* link.c */
struct vrc_session *vrc_session_find(struct vrc_port *port, u64 id);	/* under RCU */
struct vrc_session *vrc_session_find_peer(struct vrc_port *port, u64 peer_id, const u8 *mac);
void vrc_session_up(struct vrc_session *s, const struct vrc_wire_bound *b, u64 now);
/* Ends it, with session->lock held: true, and the caller calls vrc_session_tell() without it. */
bool vrc_session_die(struct vrc_session *s, enum vrc_death why);
void vrc_session_tell(struct vrc_session *s);
void vrc_session_arm(struct vrc_session *s, u64 now);

/* link_tx.c; all with session->lock held, but vrc_link_send_stale() and the timer's function */
enum hrtimer_restart vrc_session_tx_timer(struct hrtimer *timer);
/* What has been put off leaves, as far as the window allows. */
void vrc_session_leave(struct vrc_session *s);
void vrc_session_pump(struct vrc_session *s, u64 now);
bool vrc_session_flooded(const struct vrc_session *s);
void vrc_session_send_ack(struct vrc_session *s, u16 flags, u64 now);
void vrc_session_send(struct vrc_session *s, u8 kind, u64 id, const void *payload,
		      size_t len, size_t pad);
void vrc_session_send_release(struct vrc_session *s, enum vrc_release_reason reason);
void vrc_link_send_stale(struct vrc_port *port, const u8 *mac, u64 id);

/* link_rx.c */
void vrc_session_rx_work(struct work_struct *work);
void vrc_session_resume(struct vrc_session *s);

/* link_probe.c; with session->lock held */
void vrc_probe_start(struct vrc_session *s, u64 now);
void vrc_probe_timer(struct vrc_session *s, u64 now);
void vrc_probe_answer(struct vrc_session *s, const struct vrc_frame *f, u64 now);
void vrc_probe_mtu_changed(struct vrc_session *s, u64 now);

#endif /* VRC_LINK_INT_H */
