// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "tests.h"
#include "walls.h"

#define NOBODY_UID	65534
#define BIT(cap)	(1ull << (cap))

/* The value of a line of /proc/self/status, in hexadecimal */
static uint64_t status_field(const char *name)
{
	char line[256];
	uint64_t v = ~0ull;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			v = strtoull(line + strlen(name) + 1, NULL, 16);
	if (f)
		fclose(f);
	return v;
}

static bool has_only(uint64_t caps)
{
	return status_field("CapEff") == caps && status_field("CapPrm") == caps &&
	       !status_field("CapInh") && !status_field("CapBnd") && !status_field("CapAmb");
}

static bool no_capability(void)
{
	return has_only(0);
}

static bool net_raw(void)
{
	return has_only(BIT(CAP_NET_RAW));
}

static bool is_nobody(void)
{
	return getuid() == NOBODY_UID && geteuid() == NOBODY_UID && !getgroups(0, NULL) &&
	       getgid() == NOBODY_UID && has_only(0);
}

static bool is_nobody_with_raw(void)
{
	return getuid() == NOBODY_UID && has_only(BIT(CAP_NET_RAW));
}

static bool cannot_return(void)
{
	return setuid(0) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
}

/* Does @holds hold in a process that has dropped its privileges? */
static bool after_drop(const char *user, unsigned int needs, bool (*holds)(void))
{
	char err[EP_ERR_LEN];
	int status = -1;
	pid_t pid = fork();

	if (!pid) {
		if (ep_drop_privileges(user, needs, err)) {
			tap_note("%s", err);
			fflush(stdout);
			_exit(2);
		}
		_exit(holds() ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && !WEXITSTATUS(status);
}

void all_capabilities_go(void)
{
	EXPECT(after_drop(NULL, 0, no_capability));
	EXPECT(after_drop(NULL, EP_NEEDS_DISK | EP_NEEDS_TAP, no_capability));
}

void packet_functions_keep_one(void)
{
	EXPECT(after_drop(NULL, EP_NEEDS_PACKET, net_raw));
	EXPECT(after_drop("nobody", EP_NEEDS_PACKET, is_nobody_with_raw));
}

void users_are_left(void)
{
	EXPECT(after_drop("nobody", 0, is_nobody));
}

void users_must_exist(void)
{
	char err[EP_ERR_LEN] = "";

	EXPECT(ep_drop_privileges("no-such-user", 0, err));
	EXPECT(!strcmp(err, "user 'no-such-user': no such user"));
}

void privileges_do_not_come_back(void)
{
	EXPECT(after_drop("nobody", EP_NEEDS_PACKET, cannot_return));
}
