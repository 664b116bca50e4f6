// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl read and write: BARs and config space, by real TLPs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dev.h"
#include "hex.h"
#include "vrcctl.h"

#define BAR_CONFIG	0xff

static bool parse_bar(const char *text, u8 *bar)
{
	u64 n;

	if (!strcmp(text, "config"))
		*bar = BAR_CONFIG;
	else if (!strcmp(text, "rom"))
		*bar = 6;
	else if (parse_u64(text, 5, &n))
		*bar = (u8)n;
	else
		return false;
	return true;
}

static int access_bar(const struct func *f, u8 bar, u64 offset, u8 *buf, u32 len, bool write)
{
	struct vrc_ioctl_bar io = {
		.argsz = sizeof(io), .flags = write ? VRC_ACCESS_WRITE : 0, .port = f->port,
		.bdf = f->bdf, .bar = bar, .offset = offset, .data = (uintptr_t)buf, .len = len,
	};

	return dev_ioctl(VRC_IOC_BAR, &io);
}

static u32 access_width(u64 offset, u32 left)
{
	if (left >= 4 && !(offset & 3))
		return 4;
	return left >= 2 && !(offset & 1) ? 2 : 1;
}

/* Config space goes by single accesses of at most a double word. */
static int access_config(const struct func *f, u64 offset, u8 *buf, u32 len, bool write)
{
	struct vrc_ioctl_cfg io;
	u32 done, width, i;
	int ret;

	for (done = 0; done < len; done += width, offset += width) {
		width = access_width(offset, len - done);
		io = (struct vrc_ioctl_cfg){
			.argsz = sizeof(io), .flags = write ? VRC_ACCESS_WRITE : 0,
			.port = f->port, .bdf = f->bdf, .offset = (u16)offset, .width = width,
		};
		for (i = 0; write && i < width; i++)
			io.value |= (u32)buf[done + i] << 8 * i;
		ret = dev_ioctl(VRC_IOC_CFG, &io);
		if (ret)
			return ret;
		for (i = 0; !write && i < width; i++)
			buf[done + i] = (u8)(io.value >> 8 * i);
	}
	return 0;
}

static int fail_access(const struct func *f, u8 bar, u64 offset, u32 len, int err)
{
	struct vrc_ioctl_func_info info;
	unsigned long long size;

	if (err != -EINVAL || bar == BAR_CONFIG || func_info(f, &info))
		return fail_func(f, err);
	size = info.bar[bar].size;
	if (!size)
		return fail(EXIT_NOT_FOUND, "the function has no %s%c:\n"
			    "  \"vrcctl show\" lists what it has", bar == 6 ? "ROM" : "BAR ",
			    bar == 6 ? ' ' : '0' + bar);
	return fail(EXIT_USAGE, "offset 0x%llx, %u bytes: the BAR has 0x%llx bytes%s",
		    (unsigned long long)offset, len, size, bar == 6 ? ", and is only read" : "");
}

static int do_access(const struct func *f, u8 bar, u64 offset, u8 *buf, u32 len, bool write)
{
	int ret;

	if (bar == BAR_CONFIG && (offset >= 4096 || offset + len > 4096))
		return fail(EXIT_USAGE, "offset 0x%llx, %u bytes: config space has 0x1000 bytes",
			    (unsigned long long)offset, len);
	if (bar == BAR_CONFIG)
		ret = access_config(f, offset, buf, len, write);
	else
		ret = access_bar(f, bar, offset, buf, len, write);
	return ret ? fail_access(f, bar, offset, len, ret) : EXIT_OK;
}

/* FUNC BAR OFFSET, which both verbs start with. */
static int parse_where(char **operands, struct func *f, u8 *bar, u64 *offset)
{
	if (!parse_bar(operands[1], bar))
		return usage("BAR \"%s\": expected 0 to 5, rom or config", operands[1]);
	if (!parse_u64(operands[2], UINT64_MAX - VRC_BAR_MAX_LEN, offset))
		return usage("offset \"%s\": expected a number", operands[2]);
	return func_find(operands[0], f);
}

static void print_value(const u8 *buf, u32 len)
{
	u64 value = 0;
	u32 i;

	for (i = 0; i < len; i++)
		value |= (u64)buf[i] << 8 * i;
	printf("0x%0*llx\n", (int)(2 * len), (unsigned long long)value);
}

static void print_read(const u8 *buf, u32 len, u64 offset, bool raw)
{
	struct json_object *o;
	char text[2 * VRC_BAR_MAX_LEN + 1];
	u32 i;

	if (json_output) {
		for (i = 0; i < len; i++)
			sprintf(text + 2 * i, "%02x", buf[i]);
		o = json_object_new_object();
		json_add_u64(o, "offset", offset);
		json_add_text(o, "data", text);
		print_json(o);
	} else if (raw) {
		fwrite(buf, 1, len, stdout);
	} else if (len == 1 || len == 2 || len == 4 || len == 8) {
		print_value(buf, len);
	} else {
		hex_dump(buf, len, offset);
	}
}

static int run_read(int argc, char **argv)
{
	u8 bar, buf[VRC_BAR_MAX_LEN] = { };
	u64 offset, len = 4;
	bool raw = false;
	struct func f;
	int ret;

	while (next_option(argc, argv) != -1)
		raw = true;
	if (!operands_ok(argc, 3, 4))
		return EXIT_USAGE;
	if (optind + 3 < argc &&
	    (!parse_u64(argv[optind + 3], VRC_BAR_MAX_LEN, &len) || !len))
		return usage("length \"%s\": expected 1 to %d bytes", argv[optind + 3],
			     VRC_BAR_MAX_LEN);
	ret = parse_where(argv + optind, &f, &bar, &offset);
	if (!ret)
		ret = do_access(&f, bar, offset, buf, (u32)len, false);
	if (!ret)
		print_read(buf, (u32)len, offset, raw);
	return ret;
}

/* The value as @width bytes, little-endian. */
static int parse_value(const char *text, u64 width, struct bytes *data)
{
	u64 value, max = width == 8 ? UINT64_MAX : (1ULL << 8 * width) - 1;
	u8 byte;
	u64 i;

	if (!parse_u64(text, max, &value))
		return usage("value \"%s\": expected a number of %llu bytes", text,
			     (unsigned long long)width);
	for (i = 0; i < width; i++) {
		byte = (u8)(value >> 8 * i);
		bytes_add(data, &byte, 1);
	}
	return EXIT_OK;
}

static int run_write(int argc, char **argv)
{
	struct bytes data = { };
	u64 offset, width = 4;
	bool hex = false;
	struct func f;
	u8 bar;
	int c, ret;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'x')
			hex = true;
		else if (!parse_u64(optarg, 8, &width) || !width || width & (width - 1))
			return usage("--width \"%s\": expected 1, 2, 4 or 8", optarg);
	}
	if (!operands_ok(argc, 4, 4))
		return EXIT_USAGE;
	if (hex)
		ret = hex_parse(argv[optind + 3], &data) ? EXIT_OK : EXIT_USAGE;
	else
		ret = parse_value(argv[optind + 3], width, &data);
	if (!ret && (!data.len || data.len > VRC_BAR_MAX_LEN))
		ret = usage("%zu bytes to write: expected 1 to %d", data.len, VRC_BAR_MAX_LEN);
	if (!ret)
		ret = parse_where(argv + optind, &f, &bar, &offset);
	if (!ret)
		ret = do_access(&f, bar, offset, data.data, (u32)data.len, true);
	bytes_free(&data);
	return ret;
}

static const struct verb_option read_options[] = {
	OPTION("raw", 'r'),
	{ }
};

const struct verb verb_read = {
	.name = "read",
	.options = read_options,
	.operands = { OPERAND_FUNC, OPERAND_BAR },
	.run = run_read,
};

static const struct verb_option write_options[] = {
	OPTION_VALUE("width", 'w', OPERAND_NONE),
	OPTION("hex", 'x'),
	{ }
};

const struct verb verb_write = {
	.name = "write",
	.options = write_options,
	.operands = { OPERAND_FUNC, OPERAND_BAR },
	.run = run_write,
};
