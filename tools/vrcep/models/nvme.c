// SPDX-License-Identifier: GPL-2.0-only
/* The nvme model as the endpoint sees it: options, creation, callbacks, the turn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nvme.h"

#define NVME_PCI_CLASS	0x010802	/* mass storage, NVM, NVM Express */
#define RESIZE_NS	2000000000ull	/* how often the size of the image is looked at */

static const struct ep_option nvme_options[] = {
	{ "path", "image file or block device; required" },
	{ "size", "create a missing image, sparse, of so many bytes (K, M, G, T)" },
	{ "block", "bytes of a logical block, 512 or 4096; default 512" },
	{ "queues", "I/O queue pairs, 1 to 64; default 8" },
	{ "serial", "serial number, up to 20 characters; default made of the path" },
	{ "model", "model number, up to 40 characters; default \"VRC NVMe\"" },
	{ "readonly", "on: the image is not written; default off" },
	{ "vwc", "off: no volatile write cache, every write is durable; default on" },
	{ NULL, NULL },
};

/* ---- the turn ---- */

static void nvme_turn(struct ep_idle *i)
{
	struct nvme_ctrl *c = container_of(i, struct nvme_ctrl, turn);

	if (!nvme_disk_kick(c->disk))
		ep_timer_set(c->loop, &c->retry, ep_now(c->loop) + 1000000);
	nvme_io_send(c);
	nvme_queues_post(c);
	nvme_queues_fetch(c);
	nvme_shadows_watch(c);
}

static void retry(struct ep_timer *t)
{
	nvme_kick(container_of(t, struct nvme_ctrl, retry));
}

/* A grown image is a grown namespace: the driver is told, and looks. */
static void look_at_size(struct ep_timer *t)
{
	struct nvme_ctrl *c = container_of(t, struct nvme_ctrl, resize);

	ep_timer_set(c->loop, t, ep_now(c->loop) + RESIZE_NS);
	if (!nvme_disk_resized(c->disk))
		return;
	ep_func_log(&c->func, "%s has %llu bytes now", nvme_disk_describe(c->disk),
		    (unsigned long long)nvme_disk_size(c->disk));
	c->ns_changed = true;
	if (c->features.events & NVME_AEC_NS_CHANGED)
		nvme_event(c, NVME_EVENT_NOTICE, NVME_EVENT_NOTICE_NS_CHANGED);
}

/* ---- options ---- */

static int take_text(const struct ep_options *o, const char *name, const char *fallback,
		     char *dst, size_t size, char *err, size_t err_len)
{
	const char *val = ep_options_get(o, name);

	if (!val)
		val = fallback;
	for (const char *s = val; *s; s++) {
		if (*s < 0x20 || *s > 0x7e) {
			snprintf(err, err_len, "nvme: %s=%s: expected printable ASCII", name, val);
			return -1;
		}
	}
	if (!*val || strlen(val) >= size) {
		snprintf(err, err_len, "nvme: %s=%s: expected 1 to %zu characters", name, val,
			 size - 1);
		return -1;
	}
	memcpy(dst, val, strlen(val) + 1);
	return 0;
}

/* The same image is the same disk after a restart: its serial number is made of the path. */
static void default_serial(const char *path, char *dst, size_t len)
{
	char *real = realpath(path, NULL);
	uint64_t h = 0xcbf29ce484222325ull;

	for (const char *s = real ? real : path; *s; s++)
		h = (h ^ (uint8_t)*s) * 0x100000001b3ull;
	free(real);
	snprintf(dst, len, "VRC%016llX", (unsigned long long)h);
}

static int take_block(struct nvme_ctrl *c, const struct ep_options *o, char *err, size_t err_len)
{
	uint64_t block = 512;

	if (ep_options_number(o, "block", 512, 4096, &block, err, err_len))
		return -1;
	if (block != 512 && block != 4096) {
		snprintf(err, err_len, "nvme: block=%u: expected 512 or 4096",
			 (unsigned int)block);
		return -1;
	}
	c->block = block;
	c->block_shift = block == 512 ? 9 : 12;
	return 0;
}

static int take_numbers(struct nvme_ctrl *c, const struct ep_options *o,
			struct nvme_disk_params *p, char *err, size_t err_len)
{
	uint64_t queues = 8;

	c->has_write_cache = true;
	if (take_block(c, o, err, err_len) ||
	    ep_options_number(o, "queues", 1, NVME_MAX_QUEUES, &queues, err, err_len) ||
	    ep_options_number(o, "size", 4096, 1ull << 60, &p->create_size, err, err_len) ||
	    ep_options_bool(o, "readonly", &c->readonly, err, err_len) ||
	    ep_options_bool(o, "vwc", &c->has_write_cache, err, err_len))
		return -1;
	c->queues = queues;
	c->vectors = queues + 1;
	return 0;
}

/* The path must exist by now: the default serial number follows symbolic links. */
static int take_names(struct nvme_ctrl *c, const struct ep_options *o, char *err, size_t err_len)
{
	char serial[sizeof(c->serial)];

	default_serial(ep_options_get(o, "path"), serial, sizeof(serial));
	if (take_text(o, "serial", serial, c->serial, sizeof(c->serial), err, err_len))
		return -1;
	return take_text(o, "model", "VRC NVMe", c->product, sizeof(c->product), err, err_len);
}

/* ---- create and destroy ---- */

static void config_create(struct nvme_ctrl *c, const struct ep_model *model)
{
	static const struct ep_config_id id = {
		.vendor = NVME_PCI_VENDOR,
		.device = NVME_PCI_DEVICE,
		.subsystem_vendor = NVME_PCI_VENDOR,
		.subsystem = NVME_PCI_DEVICE,
		.class_code = NVME_PCI_CLASS,
	};

	ep_config_init(&c->func, model, &id);
	ep_config_bar(&c->func, 0, EP_BAR_MEM64, NVME_BAR_SIZE);
	ep_config_msix(&c->func, c->vectors, 0, NVME_MSIX_TABLE, NVME_MSIX_PBA);
	ep_config_intx(&c->func);
}

static void free_ctrl(struct nvme_ctrl *c)
{
	nvme_cmds_destroy(c);
	free(c);
}

static int open_disk(struct nvme_ctrl *c, const struct ep_options *o,
		     struct nvme_disk_params *p, char *err, size_t err_len)
{
	p->path = ep_options_get(o, "path");
	if (!p->path || !*p->path) {
		snprintf(err, err_len, "nvme: path= is missing: an image file or block device");
		return -1;
	}
	p->block = c->block;
	p->readonly = c->readonly;
	p->depth = NVME_DISK_DEPTH;
	c->disk = nvme_disk_open(c->loop, p, err, err_len);
	return c->disk ? 0 : -1;
}

static struct ep_func *nvme_create(struct ep_loop *loop, const struct ep_options *opts, char *err,
				   size_t err_len)
{
	struct nvme_ctrl *c = calloc(1, sizeof(*c));
	struct nvme_disk_params p = { 0 };

	if (!c) {
		snprintf(err, err_len, "nvme: out of memory");
		return NULL;
	}
	c->loop = loop;
	c->turn.run = nvme_turn;
	if (take_numbers(c, opts, &p, err, err_len))
		goto free;
	if (!nvme_cmds_create(c)) {
		snprintf(err, err_len, "nvme: no memory for the commands of queues=%u", c->queues);
		goto free;
	}
	if (open_disk(c, opts, &p, err, err_len))
		goto free;
	if (take_names(c, opts, err, err_len))
		goto close;
	ep_timer_init(&c->retry, retry);
	ep_timer_init(&c->resize, look_at_size);
	ep_timer_set(loop, &c->resize, ep_now(loop) + RESIZE_NS);
	c->stats.started = ep_now(loop);
	nvme_queues_create(c);
	config_create(c, &ep_model_nvme);
	nvme_function_reset(c);
	return &c->func;

close:
	nvme_disk_close(c->disk);
free:
	free_ctrl(c);
	return NULL;
}

static void nvme_destroy(struct ep_func *f)
{
	struct nvme_ctrl *c = nvme_of(f);

	nvme_function_reset(c);
	ep_timer_set(c->loop, &c->retry, UINT64_MAX);
	ep_timer_set(c->loop, &c->resize, UINT64_MAX);
	ep_idle_cancel(c->loop, &c->turn);
	/* A disk that hangs still writes to our memory once it goes on: that is leaked. */
	if (nvme_disk_close(c->disk))
		free_ctrl(c);
}

/* ---- callbacks ---- */

static void nvme_reset(struct ep_func *f, enum ep_reset kind)
{
	struct nvme_ctrl *c = nvme_of(f);

	if (kind == EP_RESET_CONVENTIONAL)
		c->stats.power_cycles++;
	nvme_function_reset(c);
	if (!c->described) {
		ep_func_log(f, "%s, %llu bytes in blocks of %u%s, %u queues",
			    nvme_disk_describe(c->disk),
			    (unsigned long long)nvme_disk_size(c->disk), c->block,
			    c->readonly ? ", read-only" : "", c->queues);
		c->described = true;
	}
}

static void nvme_bar_read(struct ep_func *f, unsigned int bar, uint64_t off, void *buf,
			  size_t len)
{
	struct nvme_ctrl *c = nvme_of(f);
	uint8_t *dst = buf;

	(void)bar;
	while (len) {
		uint32_t skip = off & 3, n = len < 4 - skip ? len : 4 - skip;
		nvme_le32 val = htole32(nvme_reg_read(c, off - skip));

		memcpy(dst, (uint8_t *)&val + skip, n);
		dst += n;
		off += n;
		len -= n;
	}
}

/* Registers are written whole; the specification leaves open what less of one does: nothing. */
static void nvme_bar_write(struct ep_func *f, unsigned int bar, uint64_t off, const void *buf,
			   size_t len)
{
	struct nvme_ctrl *c = nvme_of(f);
	const uint8_t *src = buf;
	size_t skip = -off & 3;
	nvme_le32 val;

	(void)bar;
	for (size_t at = skip; at + 4 <= len; at += 4) {
		memcpy(&val, src + at, 4);
		nvme_reg_write(c, off + at, le32toh(val));
	}
}

/* Interrupts may have to go another way, and what waited for the bus goes on. */
static void nvme_state_changed(struct ep_func *f)
{
	struct nvme_ctrl *c = nvme_of(f);

	nvme_irq_level(c);
	nvme_kick(c);
}

static const char *state_name(const struct nvme_ctrl *c)
{
	static const char *const names[] = {
		[NVME_DISABLED] = "disabled",
		[NVME_ENABLING] = "enabling",
		[NVME_READY] = "ready",
		[NVME_DISABLING] = "resetting",
	};

	if (c->csts & NVME_CSTS_CFS)
		return "fatal error";
	return c->csts & NVME_CSTS_SHST_MASK ? "shut down" : names[c->state];
}

static void nvme_status(struct ep_func *f, char *buf, size_t len)
{
	const struct nvme_ctrl *c = nvme_of(f);
	const struct nvme_stats *s = &c->stats;

	snprintf(buf, len,
		 "%s; %s; %llu reads, %llu MiB; %llu writes, %llu MiB; %u in flight; %llu errors",
		 state_name(c), nvme_disk_describe(c->disk), (unsigned long long)s->reads,
		 (unsigned long long)s->blocks_read >> 11, (unsigned long long)s->writes,
		 (unsigned long long)s->blocks_written >> 11, s->io_in_flight,
		 (unsigned long long)s->errors);
}

static unsigned int nvme_needs(const struct ep_options *opts)
{
	(void)opts;
	return EP_NEEDS_DISK;
}

const struct ep_model ep_model_nvme = {
	.name = "nvme",
	.options = nvme_options,
	.needs = nvme_needs,
	.create = nvme_create,
	.destroy = nvme_destroy,
	.reset = nvme_reset,
	.bar_read = nvme_bar_read,
	.bar_write = nvme_bar_write,
	.state_changed = nvme_state_changed,
	.status = nvme_status,
};
