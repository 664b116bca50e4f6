// SPDX-License-Identifier: GPL-2.0-only
/* Options and configuration: what is wrong is named. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "conf.h"

static void expect_error(int ret, const char *err, const char *what)
{
	EXPECT_EQ(ret, -1);
	if (!EXPECT(strstr(err, what)))
		tap_note("'%s' does not say '%s'", err, what);
}

static void numbers(void)
{
	uint64_t v;

	EXPECT(!ep_parse_number("0x10", &v) && v == 16);
	EXPECT(!ep_parse_number("4K", &v) && v == 4096);
	EXPECT(!ep_parse_number("5g", &v) && v == 5ull << 30);
	EXPECT(!ep_parse_number("18446744073709551615", &v) && v == UINT64_MAX);
	EXPECT(ep_parse_number("18446744073709551616", &v));
	EXPECT(ep_parse_number("17179869184G", &v));
	EXPECT(ep_parse_number("-1", &v));
	EXPECT(ep_parse_number("", &v));
	EXPECT(ep_parse_number("4KB", &v));
	EXPECT(ep_parse_number("ten", &v));
}

static void option_lists(void)
{
	struct ep_options *o = ep_options_new();
	char model[16], err[256];
	bool io = true;
	uint64_t n = 7;

	EXPECT_EQ(ep_options_parse(o, "test,path=a,,b,io=off,msix", model, sizeof(model), err,
				   sizeof(err)), 0);
	EXPECT(!strcmp(model, "test"));
	EXPECT(!strcmp(ep_options_get(o, "path"), "a,b"));
	EXPECT(!ep_options_bool(o, "io", &io, err, sizeof(err)) && !io);
	EXPECT(!ep_options_number(o, "absent", 0, 9, &n, err, sizeof(err)) && n == 7);
	expect_error(ep_options_number(o, "msix", 1, 9, &n, err, sizeof(err)), err, "msix=on");
	expect_error(ep_options_bool(o, "path", &io, err, sizeof(err)), err, "path=a,b");
	expect_error(ep_options_set(o, "io", "on", err, sizeof(err)), err, "twice");
	ep_options_free(o);
}

static void bad_settings(void)
{
	static const struct { const char *name, *value, *says; } bad[] = {
		{ "serial", "0", "serial '0'" },
		{ "serial", "x", "serial 'x'" },
		{ "mac", "02:00", "mac '02:00'" },
		{ "mac", "03:00:00:00:00:01", "unicast" },
		{ "mac", "02:00:00:00:00:01:02", "mac" },
		{ "allow", "nobody", "allow 'nobody'" },
		{ "count", "0", "count '0'" },
		{ "count", "100000", "count '100000'" },
		{ "max-lease", "99", "max-lease '99'" },
		{ "ethertype", "0x500", "ethertype '0x500'" },
		{ "name", "a name that is longer than the thirty-two bytes", "32" },
		{ "interface", "an-interface-too-long", "interface" },
		{ "qdisc-bypass", "maybe", "maybe" },
		{ "sandbox", "none", "sandbox 'none': expected on or off" },
		{ "function", "toaster", "no model 'toaster'; there are: test" },
		{ "function", "test,colour=red", "no option 'colour'" },
		{ "nonsense", "1", "'nonsense'" },
	};
	struct ep_conf c;
	char err[EP_ERR_LEN];
	unsigned int i;

	EXPECT_EQ(ep_conf_init(&c, err), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect_error(ep_conf_set(&c, bad[i].name, bad[i].value, err), err, bad[i].says);
	ep_conf_free(&c);
}

static void incomplete(void)
{
	struct ep_conf c;
	char err[EP_ERR_LEN];

	EXPECT_EQ(ep_conf_init(&c, err), 0);
	expect_error(ep_conf_check(&c, err), err, "interface");
	EXPECT_EQ(ep_conf_set(&c, "interface", "eth0", err), 0);
	expect_error(ep_conf_check(&c, err), err, "function");
	EXPECT_EQ(ep_conf_set(&c, "function", "test", err), 0);
	EXPECT_EQ(ep_conf_check(&c, err), 0);
	EXPECT_EQ(ep_conf_add_station(&c, err), 0);
	expect_error(ep_conf_check(&c, err), err, "station 1");
	ep_conf_free(&c);
}

static int load(struct ep_conf *c, const char *text, char *err)
{
	char path[] = "/tmp/vrcep-conf-XXXXXX";
	int fd = mkstemp(path), ret;

	EXPECT_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
	EXPECT_EQ(ep_conf_init(c, err), 0);
	ret = ep_conf_file(c, path, err);
	unlink(path);
	return ret;
}

static void files(void)
{
	struct ep_conf c;
	char err[EP_ERR_LEN];

	EXPECT_EQ(load(&c, "{ \"interface\": \"eth7\", \"stations\": [\n"
		       "{ \"name\": \"a\", \"serial\": 7, \"allow\": [\"0x5\"],\n"
		       "  \"functions\": [ { \"model\": \"test\", \"io\": false, \"msix\": 4 } ] },\n"
		       "{ \"count\": 3, \"functions\": [ { \"model\": \"test\" } ] } ] }", err), 0);
	EXPECT_EQ(c.nr_stations, 2);
	EXPECT_EQ(c.station[0].cfg.serial, 7);
	EXPECT_EQ(c.station[0].cfg.allow[0].root_id, 5);
	EXPECT(!strcmp(c.station[1].interface, "eth7"));
	EXPECT_EQ(c.station[1].count, 3);
	EXPECT(!strcmp(ep_options_get(c.station[0].function[0].opts, "io"), "off"));
	EXPECT_EQ(ep_conf_check(&c, err), 0);
	ep_conf_free(&c);
}

static void bad_files(void)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "", "vrcep-conf-" },
		{ "[]", "object" },
		{ "{", "vrcep-conf-" },
		{ "{}", "stations" },
		{ "{ \"stations\": 1 }", "array" },
		{ "{ \"stations\": [ 1 ] }", "objects" },
		{ "{ \"stations\": [ { \"colour\": \"red\" } ] }", "'colour'" },
		{ "{ \"stations\": [ { \"name\": [] } ] }", "\"name\"" },
		{ "{ \"stations\": [ { \"functions\": [ {} ] } ] }", "model" },
		{ "{ \"stations\": [ { \"functions\": [ { \"model\": \"x\" } ] } ] }", "'x'" },
		{ "{ \"stations\": [ { \"functions\": [ { \"model\": \"test\", \"y\": 1 } ] } ] }",
		  "'y'" },
	};
	struct ep_conf c;
	char err[EP_ERR_LEN];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		expect_error(load(&c, bad[i].text, err), err, bad[i].says);
		ep_conf_free(&c);
	}
	EXPECT_EQ(ep_conf_init(&c, err), 0);
	expect_error(ep_conf_file(&c, "/nowhere/x.json", err), err, "/nowhere/x.json");
	ep_conf_free(&c);
}

static void serials_are_stable_and_differ(void)
{
	uint8_t a[6], b[6];

	EXPECT(ep_serial_derive("eth0", 0) == ep_serial_derive("eth0", 0));
	EXPECT(ep_serial_derive("eth0", 0) != ep_serial_derive("eth0", 1));
	EXPECT(ep_serial_derive("eth0", 0) != ep_serial_derive("eth1", 0));
	ep_serial_mac(1, a);
	ep_serial_mac(2, b);
	EXPECT(memcmp(a, b, 6) && (a[0] & 3) == 2);
}

const struct tap_test conf_tests[] = {
	TAP_TEST(numbers),
	TAP_TEST(option_lists),
	TAP_TEST(bad_settings),
	TAP_TEST(incomplete),
	TAP_TEST(files),
	TAP_TEST(bad_files),
	TAP_TEST(serials_are_stable_and_differ),
	{ NULL, NULL },
};
