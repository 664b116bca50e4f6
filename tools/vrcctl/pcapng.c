// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>
#include <sys/utsname.h>

#include "pcapng.h"

#define SECTION_HEADER		0x0a0d0d0au
#define INTERFACE_DESCRIPTION	1u
#define INTERFACE_STATISTICS	5u
#define ENHANCED_PACKET		6u
#define BYTE_ORDER_MAGIC	0x1a2b3c4du
#define LINKTYPE_ETHERNET	1u

/* Options: their codes are numbers of the block that they are in, 0 and 1 excepted. */
#define OPT_END		0
#define OPT_COMMENT	1
#define SHB_OS		3
#define SHB_USERAPPL	4
#define IF_NAME		2
#define IF_TSRESOL	9
#define IF_FILTER	11
#define EPB_FLAGS	2
#define ISB_IFRECV	4
#define ISB_IFDROP	5

/* A block is put together here: its length stands before it. */
struct block {
	uint8_t bytes[131072];
	uint32_t len;
};

static struct block block;

static void put(const void *data, uint32_t len)
{
	static const uint8_t zeros[4];
	uint32_t pad = -len & 3;

	if (block.len + len + pad > sizeof(block.bytes) - 64)
		return;		/* longer than any frame that is captured */
	memcpy(block.bytes + block.len, data, len);
	memcpy(block.bytes + block.len + len, zeros, pad);
	block.len += len + pad;
}

static void put32(uint32_t v)
{
	put(&v, sizeof(v));
}

static void begin(uint32_t type)
{
	block.len = 0;
	put32(type);
	put32(0);
}

static void end(FILE *f)
{
	uint32_t len = block.len + 4;

	put32(len);
	memcpy(block.bytes + 4, &len, sizeof(len));
	fwrite(block.bytes, 1, block.len, f);
}

static void option(uint16_t code, const void *value, size_t len)
{
	uint16_t head[2] = { code, (uint16_t)len };

	put(head, sizeof(head));
	put(value, (uint32_t)len);
}

static void text_option(uint16_t code, const char *text)
{
	option(code, text, strlen(text));
}

static void end_options(void)
{
	option(OPT_END, NULL, 0);
}

void pcapng_begin(FILE *f, const char *ifname, const char *filter, uint32_t snaplen)
{
	static const uint8_t nanoseconds = 9;
	uint16_t version[2] = { 1, 0 }, link[2] = { LINKTYPE_ETHERNET, 0 };
	uint64_t unknown = UINT64_MAX;
	struct utsname os;
	char text[256];

	begin(SECTION_HEADER);
	put32(BYTE_ORDER_MAGIC);
	put(version, sizeof(version));
	put(&unknown, sizeof(unknown));
	if (!uname(&os)) {
		snprintf(text, sizeof(text), "%.100s %.100s", os.sysname, os.release);
		text_option(SHB_OS, text);
	}
	text_option(SHB_USERAPPL, "vrcctl capture");
	end_options();
	end(f);
	begin(INTERFACE_DESCRIPTION);
	put(link, sizeof(link));
	put32(snaplen);
	text_option(IF_NAME, ifname);
	option(IF_TSRESOL, &nanoseconds, sizeof(nanoseconds));
	/* The first byte is 0: what follows is text, as libpcap takes it. */
	snprintf(text, sizeof(text), "%c%.250s", 0, filter);
	option(IF_FILTER, text, strlen(filter) + 1);
	end_options();
	end(f);
}

static void put_time(uint64_t ns)
{
	put32((uint32_t)(ns >> 32));
	put32((uint32_t)ns);
}

void pcapng_frame(FILE *f, const struct pcapng_frame *frame)
{
	uint32_t flags = frame->direction;

	begin(ENHANCED_PACKET);
	put32(0);
	put_time(frame->ns);
	put32(frame->captured);
	put32(frame->length);
	put(frame->data, frame->captured);
	if (frame->comment)
		text_option(OPT_COMMENT, frame->comment);
	if (flags)
		option(EPB_FLAGS, &flags, sizeof(flags));
	end_options();
	end(f);
}

void pcapng_end(FILE *f, uint64_t ns, uint64_t received, uint64_t dropped)
{
	begin(INTERFACE_STATISTICS);
	put32(0);
	put_time(ns);
	option(ISB_IFRECV, &received, sizeof(received));
	option(ISB_IFDROP, &dropped, sizeof(dropped));
	end_options();
	end(f);
}
