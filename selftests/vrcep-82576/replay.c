// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay MAC: the 82576 model for the register oracle (oracle/target.py). Reads
 * commands of QEMU's qtest protocol and some of its own, one a line, and
 * answers each with "OK" and a value.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

#define SEPARATORS	"\n "
#define LINE	(4 * 65536 + 256)

struct command {
	const char *name;
	void (*run)(char *args);
};

static void ok_number(uint64_t val)
{
	printf("OK 0x%llx\n", (unsigned long long)val);
}

static void print_hex(const uint8_t *data, size_t len)
{
	while (len--)
		printf("%02x", *data++);
}

/* The bytes of "0x1234...", which replace the text. */
static uint8_t *parse_hex(char *text, size_t *len)
{
	const char *from = text + 2;
	uint8_t *to = (uint8_t *)text;

	for (*len = 0; from[0] > ' ' && from[1] > ' '; from += 2) {
		const char byte[3] = { from[0], from[1], '\0' };

		to[(*len)++] = strtoul(byte, NULL, 16);
	}
	return to;
}

static void *memory(uint64_t addr, size_t len)
{
	void *mem = fake_mem(addr, len);

	if (mem)
		return mem;
	printf("FAIL nothing at 0x%llx\n", (unsigned long long)addr);
	exit(1);
}

static void do_readl(char *args)
{
	ok_number(reg(strtoull(args, NULL, 0)));
}

static void do_writel(char *args)
{
	uint64_t off = strtoull(args, &args, 0);

	set_reg(off, strtoul(args, NULL, 0));
	host_run(0);
	puts("OK");
}

static void do_inl(char *args)
{
	uint32_t val;

	ep_model_82576.bar_read(host.func, 2, strtoul(args, NULL, 0), &val, sizeof(val));
	ok_number(val);
}

static void do_outl(char *args)
{
	unsigned long port = strtoul(args, &args, 0);
	uint32_t val = strtoul(args, NULL, 0);

	ep_model_82576.bar_write(host.func, 2, port, &val, sizeof(val));
	host_run(0);
	puts("OK");
}

static void do_read(char *args)
{
	uint64_t addr = strtoull(args, &args, 0);
	size_t len = strtoull(args, NULL, 0);

	fputs("OK 0x", stdout);
	print_hex(memory(addr, len), len);
	putchar('\n');
}

static void do_write(char *args)
{
	uint64_t addr = strtoull(args, &args, 0);
	size_t len = strtoull(args, &args, 0);
	uint8_t *data = parse_hex(strstr(args, "0x"), &len);

	memcpy(memory(addr, len), data, len);
	puts("OK");
}

static void do_memset(char *args)
{
	uint64_t addr = strtoull(args, &args, 0);
	size_t len = strtoull(args, &args, 0);

	memset(memory(addr, len), strtoul(args, NULL, 0), len);
	puts("OK");
}

static void do_clock_step(char *args)
{
	host_run(strtoull(args, NULL, 0) / 1000);
	puts("OK");
}

static void do_function_reset(char *args)
{
	(void)args;
	host_function_reset();
	host_run(1000);
	puts("OK");
}

static void do_interrupts(char *args)
{
	fake.no_msix = strncmp(args, "msix", 4);
	fake.msi_enabled = fake.no_msix && !strncmp(args, "msi", 3);
	if (ep_model_82576.state_changed)
		ep_model_82576.state_changed(host.func);
	memset(fake.msi, 0, sizeof(fake.msi));
	puts("OK");
}

static void do_messages(char *args)
{
	(void)args;
	fputs("OK", stdout);
	for (unsigned int i = 0; i < I82576_VECTORS; i++)
		if (fake.msi[i])
			printf(" %u", i);
	memset(fake.msi, 0, sizeof(fake.msi));
	putchar('\n');
}

static void do_pin(char *args)
{
	(void)args;
	printf("OK %d\n", fake.intx);
}

static void do_carrier(char *args)
{
	fake_net_carrier(*args == '1');
	host_run(100);
	puts("OK");
}

static void do_send(char *args)
{
	size_t len;
	uint8_t *frame = parse_hex(args, &len);

	host_receive(frame, len);
	host_run(100);
	puts("OK");
}

/* Each as the bytes of its struct virtio_net_hdr and then its own. */
static void do_received(char *args)
{
	(void)args;
	fputs("OK", stdout);
	for (unsigned int i = 0; i < fake_net.nr_sent; i++) {
		putchar(' ');
		print_hex((uint8_t *)&fake_net.sent[i].hdr, sizeof(fake_net.sent[i].hdr));
		print_hex(fake_net.sent[i].data, fake_net.sent[i].len);
	}
	fake_net_flush();
	putchar('\n');
}

static const struct command commands[] = {
	{ "readl", do_readl },
	{ "writel", do_writel },
	{ "inl", do_inl },
	{ "outl", do_outl },
	{ "read", do_read },
	{ "write", do_write },
	{ "memset", do_memset },
	{ "clock_step", do_clock_step },
	{ "function_reset", do_function_reset },
	{ "interrupts", do_interrupts },
	{ "messages", do_messages },
	{ "pin", do_pin },
	{ "carrier", do_carrier },
	{ "send", do_send },
	{ "received", do_received },
};

static void execute(char *line)
{
	size_t len = strcspn(line, SEPARATORS);
	char *args = line + len + (line[len] == ' ');

	for (unsigned int i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strlen(commands[i].name) == len && !memcmp(line, commands[i].name, len)) {
			commands[i].run(args);
			return;
		}
	}
	printf("FAIL unknown command '%.*s'\n", (int)len, line);
}

int main(int argc, char **argv)
{
	static char line[LINE];
	char options[128];

	if (argc != 2) {
		fputs("usage: replay MAC\n", stderr);
		return 2;
	}
	snprintf(options, sizeof(options), "tap=fake,mac=%s", argv[1]);
	if (!host_open(options)) {
		fprintf(stderr, "%s\n", host_error);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		if (strchr(line, '\n'))
			execute(line);
		else
			puts("FAIL too long");
		fflush(stdout);
	}
	host_close();
	fake_reset();
	free(fake.mem);
	return 0;
}
