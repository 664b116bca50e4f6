// SPDX-License-Identifier: GPL-2.0-only
/*
 * What shells offer when TAB is pressed. Needs no permission: names come from sysfs.
 */
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complete.h"
#include "layouts.h"
#include "sysfs.h"
#include "vrcctl.h"

static const char *prefix;	/* what has been typed of the word */

static void offer(const char *word)
{
	if (!strncmp(word, prefix, strlen(prefix)))
		puts(word);
}

static void offer_words(const char *words)
{
	char *copy = strdup(words), *word;

	for (word = copy ? strtok(copy, " ") : NULL; word; word = strtok(NULL, " "))
		offer(word);
	free(copy);
}

static void offer_interfaces(void)
{
	struct if_nameindex *list = if_nameindex(), *i;

	for (i = list; i && i->if_index; i++)
		offer(i->if_name);
	if_freenameindex(list);
}

/* A function by its BDF, by its station and by the UUID of its mdev. */
static int offer_func(const char *name, void *arg)
{
	char station[80], text[96];

	(void)arg;
	offer(name);
	if (!sysfs_read(station, sizeof(station), SYSFS_FUNCS "/%s/station", name)) {
		snprintf(text, sizeof(text), "%s.%s", station, name + strlen(name) - 1);
		offer(text);
	}
	if (!sysfs_read(text, sizeof(text), SYSFS_FUNCS "/%s/label", name) && strlen(text) == 36)
		offer(text);
	return 0;
}

static int offer_port(const char *name, void *arg)
{
	char ifname[IFNAMSIZ + 1];

	(void)arg;
	offer(name);
	if (!sysfs_read(ifname, sizeof(ifname), SYSFS_PORTS "/%s/ifname", name) && *ifname)
		offer(ifname);
	return 0;
}

static void offer_layers(void)
{
	unsigned int i;

	for (i = 0; vrc_frame_kind_name((u8)i) || i < VRC_KIND_STALE; i++)
		if (vrc_frame_kind_name((u8)i))
			offer(vrc_frame_kind_name((u8)i));
	for (i = 0; i <= VRC_TLP_MSGD; i++)
		offer(vrc_tlp_type_name((enum vrc_tlp_type)i));
	offer_words("ether function +");
}

/* @before: the operand before, which decides what follows "port". */
static void offer_operand(enum operand kind, const char *before)
{
	if (kind == OPERAND_FUNC || kind == OPERAND_PORT_OR_FUNC)
		sysfs_each(SYSFS_FUNCS, offer_func, NULL);
	if (kind == OPERAND_PORT || kind == OPERAND_PORT_OR_FUNC)
		sysfs_each(SYSFS_PORTS, offer_port, NULL);
	if (kind == OPERAND_IFACE)
		offer_interfaces();
	if (kind == OPERAND_BAR)
		offer_words("0 1 2 3 4 5 rom config");
	if (kind == OPERAND_FORMAT)
		offer_words("text json openmetrics");
	if (kind == OPERAND_COLOR)
		offer_words("auto always never");
	if (kind == OPERAND_PORT_COMMAND)
		offer_words("list add del set");
	if (kind == OPERAND_OF_PORT_COMMAND)
		offer_operand(!strcmp(before, "add") ? OPERAND_IFACE : OPERAND_PORT, "");
	if (kind == OPERAND_LAYER)
		offer_layers();
	if (kind == OPERAND_FILE)
		puts("FILE");
}

static void offer_options(const struct verb_option *list)
{
	char text[32];

	for (; list && list->name; list++) {
		snprintf(text, sizeof(text), "--%s", list->name);
		offer(text);
	}
}

static const struct verb_option *option_in(const struct verb_option *list, const char *word)
{
	for (; list && list->name; list++)
		if ((word[1] == '-' && !strcmp(word + 2, list->name)) ||
		    (word[1] == list->letter && !word[2]))
			return list;
	return NULL;
}

static const struct verb_option *find_option(const struct verb *v, const char *word)
{
	const struct verb_option *o = NULL;

	if (*word == '-')
		o = option_in(common_options, word);
	if (!o && *word == '-' && v)
		o = option_in(v->options, word);
	return o;
}

static const struct verb *verb_named(const char *name)
{
	const struct verb *const *v;

	for (v = verbs; *v; v++)
		if (!strcmp((*v)->name, name))
			return *v;
	return NULL;
}

static void offer_verbs(void)
{
	const struct verb *const *v;

	for (v = verbs; *v; v++)
		offer((*v)->name);
}

/* What is before the word: the value of which option it is, or which operand of which verb. */
struct place {
	const struct verb *verb;
	const struct verb_option *option;	/* whose value is to come */
	unsigned int operand;
	const char *before;			/* the operand before */
};

static bool find_place(char **words, u64 nr, struct place *p)
{
	u64 i;

	for (i = 1; i < nr; i++) {
		if (p->option) {
			p->option = NULL;
			continue;
		}
		p->option = find_option(p->verb, words[i]);
		if (p->option) {
			p->option = p->option->has_value ? p->option : NULL;
		} else if (!p->verb) {
			p->verb = verb_named(words[i]);
			if (!p->verb)
				return false;
		} else {
			p->before = words[i];
			p->operand++;
		}
	}
	return true;
}

int complete(int argc, char **argv)
{
	struct place p = { .before = "" };
	u64 index;

	if (argc < 1 || !parse_u64(argv[0], 1024, &index) || !index)
		return EXIT_USAGE;
	argv++;
	argc--;
	prefix = index < (u64)argc ? argv[index] : "";
	if (!find_place(argv, min_t(u64, index, argc), &p))
		return EXIT_OK;
	if (p.option) {
		offer_operand(p.option->value, "");
	} else if (*prefix == '-') {
		offer_options(p.verb ? p.verb->options : NULL);
		offer_options(common_options);
	} else if (!p.verb) {
		offer_verbs();
	} else if (p.operand < MAX_OPERANDS) {
		offer_operand(p.verb->operands[p.operand], p.before);
	}
	return EXIT_OK;
}
