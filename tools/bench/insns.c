// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCG plugin for QEMU: where a machine's instructions go, exactly and without any change to what
 * runs in it. A program in the machine marks begin, end and section (mark.h); between begin and
 * end the instructions of every translated block are counted by its address.
 *
 * If the machine has a guest, on emulated SVM, the guest's blocks are told from the machine's own,
 * which may have the same addresses: from a VMRUN on it is the guest that runs, until the
 * instruction behind that VMRUN, where each exit leads, in the same place of the machine's memory.
 * That every block runs on the side for which it was translated is counted as well.
 *
 * usage: -plugin insns.so,out=FILE
 *
 * At each section FILE gets "section NUMBER ENTRIES EXITS ASTRAY", how often a guest was entered
 * and left, and how many blocks ran on the other side; then lines "SIDE ADDRESS INSTRUCTIONS", SIDE
 * being host or guest, the others hexadecimal and decimal. An address comes more than once if it
 * was translated more than once. For one processor.
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

#define VMRUN_LEN	3
static const uint8_t vmrun[VMRUN_LEN] = { 0x0f, 0x01, 0xd8 };
/* KVM has one, and another for guests whose registers are encrypted. */
#define VMRUNS_MAX	8

struct block {
	struct block *next;
	uint64_t addr, insns, runs;
	bool guest;
};

static struct block *blocks;
static FILE *out;
static unsigned int section;
static bool counting;

/* Where exits lead, in the machine's memory as QEMU has it */
static const void *exits_to[VMRUNS_MAX];
static size_t n_exits_to;
static bool in_guest;
static uint64_t entries, exits, astray;

EXPORT int qemu_plugin_version = 7;

static void reset(void)
{
	struct block *b;

	for (b = blocks; b; b = b->next)
		b->runs = 0;
	entries = 0;
	exits = 0;
	astray = 0;
}

static void write_section(void)
{
	struct block *b;

	fprintf(out, "section %u %llu %llu %llu\n", section++, (unsigned long long)entries,
		(unsigned long long)exits, (unsigned long long)astray);
	for (b = blocks; b; b = b->next)
		if (b->runs)
			fprintf(out, "%s %llx %llu\n", b->guest ? "guest" : "host",
				(unsigned long long)b->addr,
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
	astray += counting && b->guest != in_guest;
}

static void entered(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	(void)userdata;
	in_guest = true;
	entries += counting;
}

static void left(unsigned int vcpu, void *userdata)
{
	(void)vcpu;
	(void)userdata;
	in_guest = false;
	exits += counting;
}

static void find_mark(struct qemu_plugin_insn *insn)
{
	uint8_t code[MARK_LEN];

	if (qemu_plugin_insn_data(insn, code, sizeof(code)) != sizeof(code) ||
	    memcmp(code, mark, sizeof(mark)))
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, marked, NO_REGISTERS,
					       (void *)(uintptr_t)code[MARK_LEN - 1]);
}

static bool is_exit(const void *place)
{
	size_t i;

	for (i = 0; i < n_exits_to; i++)
		if (exits_to[i] == place)
			return true;
	return false;
}

static void find_entry(struct qemu_plugin_insn *insn)
{
	const uint8_t *place = qemu_plugin_insn_haddr(insn);
	uint8_t code[VMRUN_LEN];

	if (!place || qemu_plugin_insn_data(insn, code, sizeof(code)) != sizeof(code) ||
	    memcmp(code, vmrun, sizeof(vmrun)))
		return;
	qemu_plugin_register_vcpu_insn_exec_cb(insn, entered, NO_REGISTERS, NULL);
	if (is_exit(place + VMRUN_LEN))
		return;
	if (n_exits_to == VMRUNS_MAX) {
		fprintf(stderr, "insns: more than %d VMRUN\n", VMRUNS_MAX);
		abort();
	}
	exits_to[n_exits_to++] = place + VMRUN_LEN;
}

static void translated(struct qemu_plugin_tb *tb, void *userdata)
{
	size_t i, n = qemu_plugin_tb_n_insns(tb);
	bool leaves = is_exit(qemu_plugin_insn_haddr(qemu_plugin_tb_get_insn(tb, 0)));
	struct block *b = malloc(sizeof(*b));

	(void)userdata;
	if (!b) {
		fputs("insns: out of memory\n", stderr);
		abort();
	}
	*b = (struct block){ .next = blocks, .addr = qemu_plugin_tb_vaddr(tb),
			     .insns = n, .guest = in_guest && !leaves };
	blocks = b;
	if (leaves)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, left, NO_REGISTERS, NULL);
	qemu_plugin_register_vcpu_tb_exec_cb(tb, run, NO_REGISTERS, b);
	for (i = 0; i < n; i++) {
		find_mark(qemu_plugin_tb_get_insn(tb, i));
		find_entry(qemu_plugin_tb_get_insn(tb, i));
	}
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
