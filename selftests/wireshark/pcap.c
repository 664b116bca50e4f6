// SPDX-License-Identifier: GPL-2.0-only
/* Capture files: the classic form, which every tool reads. */
#include "pcap.h"

#define MAGIC_NS	0xa1b23c4du
#define LINK_ETHERNET	1

struct file_header {
	uint32_t magic;
	uint16_t major, minor;
	uint32_t zone, accuracy, max_len, link;
};

struct frame_header {
	uint32_t sec, nsec, captured, len;
};

static FILE *open_file(const char *path, const char *mode)
{
	FILE *pcap = fopen(path, mode);

	if (!pcap)
		perror(path);
	return pcap;
}

FILE *pcap_create(const char *path)
{
	static const struct file_header hdr = {
		.magic = MAGIC_NS, .major = 2, .minor = 4, .max_len = PCAP_MAX_FRAME,
		.link = LINK_ETHERNET,
	};
	FILE *pcap = open_file(path, "wb");

	if (pcap)
		fwrite(&hdr, sizeof(hdr), 1, pcap);
	return pcap;
}

FILE *pcap_open(const char *path)
{
	FILE *pcap = open_file(path, "rb");
	struct file_header hdr;

	if (!pcap)
		return NULL;
	if (fread(&hdr, sizeof(hdr), 1, pcap) == 1 && hdr.magic == MAGIC_NS &&
	    hdr.link == LINK_ETHERNET)
		return pcap;
	fprintf(stderr, "%s: no capture of Ethernet frames with times in nanoseconds\n", path);
	fclose(pcap);
	return NULL;
}

void pcap_write(FILE *pcap, uint64_t ns, const void *frame, size_t len)
{
	struct frame_header hdr = {
		.sec = (uint32_t)(ns / 1000000000u), .nsec = (uint32_t)(ns % 1000000000u),
		.captured = (uint32_t)len, .len = (uint32_t)len,
	};

	fwrite(&hdr, sizeof(hdr), 1, pcap);
	fwrite(frame, len, 1, pcap);
}

long pcap_read(FILE *pcap, void *frame)
{
	struct frame_header hdr;

	if (fread(&hdr, sizeof(hdr), 1, pcap) != 1 || hdr.captured > PCAP_MAX_FRAME ||
	    fread(frame, 1, hdr.captured, pcap) != hdr.captured)
		return -1;
	return (long)hdr.captured;
}
