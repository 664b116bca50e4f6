// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the codec of the module and of vrcep says of the frames of a capture, a line a frame:
 * FRAME-ERROR|TLPS|ERRORS-OF-TLPS, where ok is no error. The dissector must say the same.
 *
 * usage: verdict CAPTURE
 */
#include <stdlib.h>

#include "proto/frame.h"
#include "proto/tlp.h"
#include "pcap.h"

#define ETH_LEN	14

static void show_tlps(const struct vrc_frame *f)
{
	char errors[4096] = "";
	u32 off = 0, nr = 0;

	while (off < f->length) {
		struct vrc_tlp t;
		int n = vrc_tlp_parse(f->payload + off, f->length - off, &t);

		nr++;
		if (n < 0 && strlen(errors) < sizeof(errors) - 64) {
			strcat(errors, *errors ? "," : "");
			strcat(errors, vrc_tlp_error_name(n));
		}
		if (n == -VRC_TLP_BAD_ECRC)
			n = (int)vrc_tlp_len(&t);
		if (n < 0)
			break;
		off += (u32)n;
	}
	printf("%u|%s", nr, errors);
}

/* The parsers get a copy of the exact size, so that a sanitizer sees who reads past its end. */
static void show(const u8 *frame, size_t len)
{
	u8 *copy = malloc(len ? len : 1);
	struct vrc_frame f;
	int ret;

	memcpy(copy, frame, len);
	ret = vrc_frame_parse(copy, len, &f);
	printf("%s|", vrc_frame_error_name(ret));
	if (!ret && f.kind == VRC_KIND_DATA)
		show_tlps(&f);
	else
		printf("0|");
	printf("\n");
	free(copy);
}

int main(int argc, char **argv)
{
	static u8 frame[PCAP_MAX_FRAME];
	FILE *pcap;
	long len;

	if (argc != 2) {
		fprintf(stderr, "usage: verdict CAPTURE\n");
		return 2;
	}
	pcap = pcap_open(argv[1]);
	if (!pcap)
		return 1;
	while ((len = pcap_read(pcap, frame)) >= 0)
		show(frame + ETH_LEN, len < ETH_LEN ? 0 : (size_t)len - ETH_LEN);
	fclose(pcap);
	return 0;
}
