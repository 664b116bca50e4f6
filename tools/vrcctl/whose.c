// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "listing.h"
#include "names.h"
#include "proto/frame.h"
#include "vrcctl.h"
#include "whose.h"

#define ETH_LEN	14

/* One function: the newest session of it that is known. */
struct session {
	u16 bdf;
	u64 serial;
	u64 ours, peers;		/* ids that frames to us, to the station carry, or 0 */
	char station[VRC_UAPI_NAME];
	char label[VRC_LABEL_LEN + 1];
	char text[WHOSE_LEN];		/* made when first needed; another label empties it */
};

struct whose {
	unsigned int port;
	u8 mac[6];
	struct session *list;
	unsigned int nr;
};

static void add(const struct func *f, const struct vrc_map_place *place,
		const struct vrc_ioctl_func_info *info, void *arg)
{
	struct whose *w = arg;
	struct session *s;

	if (!(w->nr & 15))
		w->list = xrealloc(w->list, (w->nr + 16) * sizeof(*w->list));
	s = &w->list[w->nr++];
	*s = (struct session){
		.bdf = f->bdf, .serial = place->serial, .ours = info->session,
		.peers = info->peer_session,
	};
	snprintf(s->station, sizeof(s->station), "%s", place->name);
	snprintf(s->label, sizeof(s->label), "%.*s", VRC_LABEL_LEN, info->label);
}

struct whose *whose_new(unsigned int port, const u8 *mac)
{
	struct whose *w = xzalloc(sizeof(*w));

	w->port = port;
	memcpy(w->mac, mac, sizeof(w->mac));
	each_func(port, add, w);
	return w;
}

void whose_free(struct whose *w)
{
	free(w->list);
	free(w);
}

static struct session *by_id(struct whose *w, u64 id, bool to_us)
{
	unsigned int i;

	for (i = 0; id && i < w->nr; i++)
		if (id == (to_us ? w->list[i].ours : w->list[i].peers))
			return &w->list[i];
	return NULL;
}

static struct session *by_function(struct whose *w, u64 serial, u8 number)
{
	unsigned int i;

	for (i = 0; i < w->nr; i++)
		if (w->list[i].serial == serial && (w->list[i].bdf & 7) == number)
			return &w->list[i];
	return NULL;
}

static struct session *learn_bind(struct whose *w, const struct vrc_frame *f)
{
	const struct vrc_wire_bind *b = (const void *)f->payload;
	struct session *s = by_function(w, vrc_get64(&b->serial), b->function);

	if (!s)
		return NULL;
	s->ours = vrc_get64(&b->session);
	s->peers = 0;
	vrc_frame_get_text(s->label, b->label, VRC_LABEL_LEN);
	s->text[0] = '\0';
	return s;
}

static struct session *learn_bound(struct whose *w, const struct vrc_frame *f)
{
	const struct vrc_wire_bound *b = (const void *)f->payload;
	struct session *s = by_id(w, f->session, true);

	if (s)
		s->peers = vrc_get64(&b->session);
	return s;
}

static const char *describe(const struct whose *w, struct session *s)
{
	struct func f = { .port = w->port, .bdf = s->bdf };
	char name[FUNC_NAME_LEN], vm[NAME_LEN];

	if (s->text[0])
		return s->text;
	func_name(&f, name);
	if (is_uuid(s->label) && vm_name(s->label, vm, sizeof(vm)))
		snprintf(s->text, WHOSE_LEN, "%s (%s.%u), VM %.80s, mdev %s", name, s->station,
			 s->bdf & 7u, vm, s->label);
	else
		snprintf(s->text, WHOSE_LEN, "%s (%s.%u)%s%s", name, s->station, s->bdf & 7u,
			 !s->label[0] ? "" : is_uuid(s->label) ? ", mdev " : ", for ", s->label);
	return s->text;
}

bool whose_frame(struct whose *w, const u8 *frame, size_t len, u16 *bdf, char *text)
{
	bool to_us = len >= ETH_LEN && !memcmp(frame, w->mac, 6);
	struct session *s;
	struct vrc_frame f;

	if (len < ETH_LEN || vrc_frame_parse(frame + ETH_LEN, len - ETH_LEN, &f))
		return false;
	if (f.kind == VRC_KIND_BIND && !to_us)
		s = learn_bind(w, &f);
	else if (f.kind == VRC_KIND_BOUND && to_us)
		s = learn_bound(w, &f);
	else
		s = by_id(w, f.session, to_us);
	if (!s)
		return false;
	*bdf = s->bdf;
	snprintf(text, WHOSE_LEN, "%s", describe(w, s));
	return true;
}
