// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin for QEMU: where a machine's instructions go, exactly and without any change to what
 * runs in it. A program in the machine marks begin, end and section (mark.h); between begin and
 * end the instructions of every translated block are counted by its address.
 *
 * usage: -plugin insns.so,out=FILE
 *
 * At each section FILE gets "section NUMBER" and lines "ADDRESS INSTRUCTIONS", in hexadecimal and
 * decimal. An address comes more than once if it was translated more than once. For one processor.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

#define EXPORT		__attribute__((visibility("default")))
#define NO_REGISTERS	0

/* nopl disp32(%rax) with the displacement "VRC", then what is meant */
#define MARK_LEN	7
#define MARK_BEGIN	1
#define MARK_END	2
#define MARK_SECTION	3
#define MARK_RESET	4
static const uint8_t mark[MARK_LEN - 1] = { 0x0f, 0x1f, 0x80, 'V', 'R', 'C' };

struct block {
	struct block *next;
	uint64_t addr, insns, runs;
};

static struct block *blocks;
static FILE *out;
static unsigned int section;
static bool counting;

EXPORT int qemu_plugin_version = 7;

static void reset(void)
{
	struct block *b;

	for (b = blocks; b; b = b->next)
		b->runs = 0;
}

static void write_section(void)
{
	struct block *b;

	fprintf(out, "section %u\n", section++);
	for (b = blocks; b; b = b->next)
		if (b->runs)
			fprintf(out, "%llx %llu\n", (unsigned long long)b->addr,
				(unsigned long long)(b->runs * b->insns));
	fflush(out);
	reset();
}

static void marked(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	switch ((uintptr_t)userdata) {
	case MARK_BEGIN:
		counting = true;
		break;
	case MARK_END:
		counting = false;
		break;
	case MARK_SECTION:
		write_section();
		break;
	case MARK_RESET:
		reset();
		break;
	}
}

static void run(unsigned int vcpu, void *userdata)
{
	struct block *b = userdata;

	(void)vcpu;
	b->runs += counting;
}

static void find_marks(struct qemu_plugin_tb *tb)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint8_t code[MARK_LEN];

		if (qemu_plugin_insn_data(insn, code, sizeof(code)) != sizeof(code) ||
		    memcmp(code, mark, sizeof(mark)))
			continue;
		qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGISTERS,
						       (void *)(uintptr_t)code[MARK_LEN - 1]);
	}
}

static void translated(struct qemu_plugin_tb *tb, void *userdata)
{
	struct block *b = malloc(sizeof(*b));

	(void)userdata;
	if (!b) {
		fputs("insns: out of memory\n", stderr);
		abort();
	}
	*b = (struct block){ .next = blocks, .addr = qemu_plugin_tb_vaddr(tb),
			     .insns = qemu_plugin_tb_n_insns(tb) };
	blocks = b;
	qemu_plugin_register_vcpu_tb_exec_cb(tb, run, NO_REGISTERS, b);
	find_marks(tb);
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc,
			       char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("insns: expected the argument out=FILE\n", stderr);
		return -1;
	}
	out = fopen(argv[0] + 4, "w");
	if (!out) {
		perror(argv[0] + 4);
		return -1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated, NULL);
	return 0;
}
