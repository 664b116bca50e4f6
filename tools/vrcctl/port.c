// SPDX-License-Identifier: GPL-2.0-only
/*
 * vrcctl port: ports and their settings.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portadd.h"
#include "sysfs.h"
#include "vrcctl.h"

#define ROW	"%-6s  %-15s  %-17s  %-9s  %-7s  %-7s  %-9s  %s\n"

static const char *const shown[] = {
	"ifname", "address", "ethertype", "state", "carrier", "payload", "root_id", "lease_ms",
	"completion_timeout_ms", "max_stations",
};

/* The rules of the allow-list; none: every station is allowed. */
static struct json_object *allow_json(const char *port)
{
	struct json_object *array = json_object_new_array();
	char path[SYSFS_PATH], rule[80];
	FILE *f;

	snprintf(path, sizeof(path), SYSFS_PORTS "/%s/allow", port);
	f = fopen(path, "re");
	while (f && fgets(rule, sizeof(rule), f)) {
		rule[strcspn(rule, "\n")] = '\0';
		json_object_array_add(array, json_object_new_string(rule));
	}
	if (f)
		fclose(f);
	return array;
}

static struct json_object *port_json(const struct port *p)
{
	struct json_object *o = json_object_new_object();
	char name[16], text[80];
	size_t i;

	snprintf(name, sizeof(name), "vrc%u", p->id);
	json_add_text(o, "port", name);
	for (i = 0; i < ARRAY_SIZE(shown); i++)
		if (!sysfs_read(text, sizeof(text), SYSFS_PORTS "/%s/%s", name, shown[i]))
			json_add_text(o, shown[i], text);
	json_object_object_add(o, "allow", allow_json(name));
	return o;
}

static void print_port(const struct port *p)
{
	static const char *const columns[] = {
		"address", "ethertype", "state", "payload", "lease_ms", "root_id",
	};
	char name[16], text[6][80];
	size_t i;

	snprintf(name, sizeof(name), "vrc%u", p->id);
	for (i = 0; i < 6; i++)
		if (sysfs_read(text[i], sizeof(text[i]), SYSFS_PORTS "/%s/%s", name, columns[i]) ||
		    !text[i][0])
			snprintf(text[i], sizeof(text[i]), "-");
	printf(ROW, name, p->ifname, text[0], text[1], text[2], text[3], text[4], text[5]);
}

static int do_list(int argc)
{
	struct json_object *array = NULL;
	struct port *ports;
	unsigned int i, nr;

	if (!operands_ok(argc, 1, 1))
		return EXIT_USAGE;
	dev_fd();
	nr = ports_read(&ports);
	if (json_output)
		array = json_object_new_array();
	else
		printf(ROW, "PORT", "INTERFACE", "MAC", "ETHERTYPE", "STATE", "PAYLOAD",
		       "LEASE ms", "ROOT ID");
	for (i = 0; i < nr; i++) {
		if (array)
			json_object_array_add(array, port_json(&ports[i]));
		else
			print_port(&ports[i]);
	}
	if (array)
		print_json(array);
	free(ports);
	return EXIT_OK;
}

static int do_add(int argc, char **argv, u16 ethertype, int number, bool pci)
{
	struct port port;
	int ret;

	if (!operands_ok(argc, 2, 2))
		return EXIT_USAGE;
	ret = port_add(argv[optind + 1], ethertype, number, pci, &port);
	if (ret)
		return ret;
	if (json_output)
		print_json(port_json(&port));
	else
		printf("vrc%u\n", port.id);
	return EXIT_OK;
}

static int do_del(int argc, char **argv)
{
	struct vrc_ioctl_port_remove del = { .argsz = sizeof(del) };
	struct port port;
	int ret;

	if (!operands_ok(argc, 2, 2))
		return EXIT_USAGE;
	ret = port_find(argv[optind + 1], &port);
	if (ret)
		return ret;
	del.port = port.id;
	ret = dev_ioctl(VRC_IOC_PORT_REMOVE, &del);
	if (ret == -EBUSY)
		return fail(EXIT_BUSY, "vrc%u: functions of it are in use:\n"
			    "  \"vrcctl list vrc%u\" shows which, \"vrcctl detach\" frees them",
			    port.id, port.id);
	if (ret)
		return fail(exit_code(ret), "vrc%u: %s", port.id, strerror(-ret));
	return EXIT_OK;
}

static const char *setting_range(const char *name)
{
	if (!strcmp(name, "lease_ms"))
		return "100 to 600000";
	if (!strcmp(name, "completion_timeout_ms"))
		return "1 to 60000";
	if (!strcmp(name, "allow"))
		return "mac=02:00:00:00:00:01, serial=HEX or group=NAME, at most 64";
	return "1 to 8160";
}

static int fail_set(const struct port *port, const char *name, const char *value, int err)
{
	char now[80];

	if (err == -ENOENT || err == -EACCES)
		return fail(EXIT_USAGE, "vrc%u has no setting \"%s\":\n"
			    "  lease_ms, completion_timeout_ms, max_stations or allow",
			    port->id, name);
	if (!strcmp(name, "allow"))
		snprintf(now, sizeof(now), "as it is");
	else
		sysfs_read(now, sizeof(now), SYSFS_PORTS "/vrc%u/%s", port->id, name);
	if (err == -EINVAL || err == -ERANGE || err == -E2BIG)
		return fail(EXIT_USAGE, "vrc%u: %s \"%s\": expected %s; it stays %s",
			    port->id, name, value, setting_range(name), now);
	return fail(exit_code(err), "vrc%u: %s \"%s\": %s; it stays %s", port->id, name, value,
		    strerror(-err), now);
}

static int do_set(int argc, char **argv)
{
	struct port port;
	char *eq;
	int i, ret;

	if (!operands_ok(argc, 3, argc))
		return EXIT_USAGE;
	ret = port_find(argv[optind + 1], &port);
	for (i = optind + 2; !ret && i < argc; i++) {
		eq = strchr(argv[i], '=');
		if (!eq || memchr(argv[i], '/', (size_t)(eq - argv[i])))
			return usage("\"%s\" is not NAME=VALUE", argv[i]);
		*eq = '\0';
		/* Nothing is no write at all */
		ret = sysfs_write(eq[1] ? eq + 1 : "\n", SYSFS_PORTS "/vrc%u/%s", port.id, argv[i]);
		if (ret)
			return fail_set(&port, argv[i], eq + 1, ret);
	}
	return ret;
}

static int run(int argc, char **argv)
{
	u64 ethertype = 0, number = 0;
	bool numbered = false, pci = false;
	const char *what;
	int c;

	while ((c = next_option(argc, argv)) != -1) {
		if (c == 'e' && (!parse_u64(optarg, 0xffff, &ethertype) || ethertype < 0x600))
			return usage("--ethertype \"%s\": expected 0x0600 to 0xffff", optarg);
		if (c == 'n' && !parse_u64(optarg, VRC_PORT_MAX, &number))
			return usage("--number \"%s\": expected 0 to %u", optarg, VRC_PORT_MAX);
		numbered |= c == 'n';
		pci |= c == 'p';
	}
	what = optind < argc ? argv[optind] : "";
	if ((ethertype || numbered || pci) && strcmp(what, "add"))
		return usage("--ethertype, --number and --pci belong to \"port add\"");
	if (!strcmp(what, "list"))
		return do_list(argc);
	if (!strcmp(what, "add"))
		return do_add(argc, argv, (u16)ethertype, numbered ? (int)number : -1, pci);
	if (!strcmp(what, "del"))
		return do_del(argc, argv);
	if (!strcmp(what, "set"))
		return do_set(argc, argv);
	return usage("\"%s\": expected list, add, del or set", what);
}

static const struct verb_option port_options[] = {
	OPTION_VALUE("ethertype", 'e', OPERAND_NONE),
	OPTION_VALUE("number", 'n', OPERAND_NONE),
	OPTION("pci", 'p'),
	{ }
};

const struct verb verb_port = {
	.name = "port",
	.options = port_options,
	.operands = { OPERAND_PORT_COMMAND, OPERAND_OF_PORT_COMMAND },
	.run = run,
};
