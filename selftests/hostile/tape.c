// SPDX-License-Identifier: GPL-2.0-only
/* What has been heard, kept and sent again. A tape is frames, each after its length. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "neighbour.h"

#define ETHERTYPE_MACSEC	0x88e5
#define MACSEC_PN		16	/* packet number, 4 bytes */

static FILE *open_tape(const struct neighbour *n, const char *mode)
{
	FILE *f = fopen(n->argv[0], mode);

	if (f)
		return f;
	perror(n->argv[0]);
	exit(1);
}

static bool is_wanted(const u8 *frame, ssize_t len)
{
	u16 type = len > ETH_LEN ? vrc_get16(frame + 12) : 0;

	return type == VRC_ETHERTYPE || type == ETHERTYPE_MACSEC;
}

int tape_record(struct neighbour *n)
{
	time_t end = time(NULL) + (time_t)arg_number(n, 1);
	struct timeval wait = { .tv_usec = 100000 };
	FILE *tape = open_tape(n, "w");
	unsigned long count = 0;
	u8 buf[MAX_FRAME];
	u16 size;
	ssize_t len;

	if (setsockopt(n->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		return 1;
	puts("ready");
	fflush(stdout);
	while (time(NULL) < end) {
		len = recv(n->fd, buf, sizeof(buf), 0);
		if (!is_wanted(buf, len))
			continue;
		size = (u16)len;
		fwrite(&size, sizeof(size), 1, tape);
		fwrite(buf, size, 1, tape);
		count++;
	}
	fclose(tape);
	printf("%lu\n", count);
	return !count;
}

/* Bytes of the next frame, 0: none. */
static size_t next_frame(FILE *tape, u8 *buf)
{
	u16 size;

	if (fread(&size, sizeof(size), 1, tape) != 1 || size > MAX_FRAME ||
	    fread(buf, size, 1, tape) != 1)
		return 0;
	return size;
}

int tape_replay(struct neighbour *n)
{
	bool renumbered = n->argc > 2;
	FILE *tape = open_tape(n, "r");
	unsigned long count = 0;
	u8 buf[MAX_FRAME], src[6];
	size_t len;

	arg_mac(n, 1, src);
	while ((len = next_frame(tape, buf))) {
		if (memcmp(buf + 6, src, 6))
			continue;
		/* As if they were new */
		if (renumbered)
			buf[MACSEC_PN] ^= 0x40;
		wire_send_raw(n->fd, buf, len);
		count++;
	}
	fclose(tape);
	printf("%lu\n", count);
	return !count;
}

/* A line for each run of frames with one id. */
int tape_ids(struct neighbour *n)
{
	FILE *tape = open_tape(n, "r");
	struct vrc_frame f;
	u8 buf[MAX_FRAME];
	size_t len;
	int i;

	while ((len = next_frame(tape, buf))) {
		if (vrc_get16(buf + 12) != VRC_ETHERTYPE ||
		    vrc_frame_parse(buf + ETH_LEN, len - ETH_LEN, &f) ||
		    (f.kind != VRC_KIND_DATA && f.kind != VRC_KIND_ACK))
			continue;
		for (i = 6; i < 12; i++)
			printf("%02x%c", buf[i], i < 11 ? ':' : ' ');
		for (i = 0; i < 6; i++)
			printf("%02x%c", buf[i], i < 5 ? ':' : ' ');
		printf("%016llx\n", (unsigned long long)f.session);
	}
	fclose(tape);
	return 0;
}
