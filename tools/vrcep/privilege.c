// SPDX-License-Identifier: GPL-2.0-only
/* Capabilities and users: see walls.h. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "conf.h"
#include "walls.h"

static int failed(const char *what, char *err)
{
	snprintf(err, EP_ERR_LEN, "%s: %s", what, strerror(errno));
	return -1;
}

/* Permitted capabilities stay, for keep_only(). */
static int become(const char *name, char *err)
{
	const struct passwd *pw = getpwnam(name);
	char what[64];

	snprintf(what, sizeof(what), "user '%.40s'", name);
	if (!pw) {
		snprintf(err, EP_ERR_LEN, "%s: no such user", what);
		return -1;
	}
	if (cap_setgroups(pw->pw_gid, 0, NULL) || cap_setuid(pw->pw_uid))
		return failed(what, err);
	return 0;
}

/* What exec() could bring back; without CAP_SETPCAP it stays, and no_new_privs must do. */
static void drop_bounding(void)
{
	cap_value_t cap;

	cap_reset_ambient();
	for (cap = 0; cap <= cap_max_bits(); cap++)
		cap_drop_bound(cap);
}

static int keep_only(const cap_value_t *caps, int nr)
{
	cap_t set = cap_init();
	int ret;

	if (!set)
		return -1;
	ret = nr && (cap_set_flag(set, CAP_PERMITTED, nr, caps, CAP_SET) ||
		     cap_set_flag(set, CAP_EFFECTIVE, nr, caps, CAP_SET)) ? -1 : cap_set_proc(set);
	cap_free(set);
	return ret;
}

int ep_drop_privileges(const char *user, unsigned int needs, char *err)
{
	static const cap_value_t raw = CAP_NET_RAW;
	cap_flag_value_t have = CAP_CLEAR;
	cap_t now;

	drop_bounding();
	if (user && become(user, err))
		return -1;
	now = cap_get_proc();
	if (!now || cap_get_flag(now, raw, CAP_PERMITTED, &have))
		return failed("capabilities", err);
	cap_free(now);
	if (keep_only(&raw, needs & EP_NEEDS_PACKET && have == CAP_SET))
		return failed("capabilities", err);
	/* No set-user-ID program, no file capability: what is dropped stays so. */
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? failed("no_new_privs", err) : 0;
}
