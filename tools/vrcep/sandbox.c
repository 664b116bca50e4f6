// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of system calls: see walls.h. Where one call does many things, its
 * arguments are on the list, too. Paths cannot be: what can open files is there
 * only for functions that open them again when an interface comes back.
 *
 * What is not on the list is answered with SIGSYS, whose handler writes a line
 * and dies of the same signal. The kernel forces the signal upon who blocks it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"
#include "container.h"
#include "walls.h"

#define MAX_ARGS	2
#define EP_NEEDS_NET	(EP_NEEDS_TAP | EP_NEEDS_PACKET)

struct rule {
	int call;
	unsigned int needs;		/* only if one of these; 0: always */
	unsigned int nr;		/* of args */
	struct scmp_arg_cmp args[MAX_ARGS];
};

#define ANY(name, needs)		{ SCMP_SYS(name), needs, 0, { { 0 } } }
#define ARG(i, val)			SCMP_CMP64(i, SCMP_CMP_EQ, val)
#define BITS(i, mask, val)		SCMP_CMP64(i, SCMP_CMP_MASKED_EQ, mask, val)
#define ONE(name, needs, a)		{ SCMP_SYS(name), needs, 1, { a } }
#define TWO(name, needs, a, b)		{ SCMP_SYS(name), needs, 2, { a, b } }
#define IOCTL(nr, needs)		ONE(ioctl, needs, BITS(1, 0xffffffffu, (uint32_t)(nr)))

static const struct rule rules[] = {
	/* the loop, timers, signals */
	ANY(epoll_pwait2, 0),
	ANY(epoll_ctl, 0),
	ANY(timerfd_settime, 0),
	ANY(clock_gettime, 0),
	ANY(restart_syscall, 0),
	ANY(rt_sigreturn, 0),
	ANY(exit_group, 0),
	/* what is open already: sockets, files, the log */
	ANY(read, 0),
	ANY(write, 0),
	ANY(close, 0),
	ANY(sendmmsg, 0),
	ANY(getsockopt, 0),
	/* the status: nobody is sent anything who has not connected */
	ANY(accept4, 0),
	ONE(sendto, 0, ARG(4, 0)),
	ANY(unlink, 0),
	/* memory, never to be executed */
	ANY(brk, 0),
	ANY(munmap, 0),
	ANY(mremap, 0),
	ANY(madvise, 0),
	ONE(mmap, 0, BITS(2, PROT_EXEC, 0)),
	ONE(mprotect, 0, BITS(2, PROT_EXEC, 0)),
	/* abort(), and raise() below: only this process itself, see add_own() */
	ANY(rt_sigprocmask, 0),
	ANY(getpid, 0),
	ANY(gettid, 0),
	/* random numbers; is the interface still there: if_nametoindex() */
	ANY(getrandom, 0),
	TWO(socket, 0, ARG(0, AF_UNIX), BITS(1, 0xf, SOCK_DGRAM)),
	TWO(socket, 0, ARG(0, AF_INET), BITS(1, 0xf, SOCK_DGRAM)),
	IOCTL(SIOCGIFINDEX, 0),

	/* a disk: the ring can do what nvme_disk.c has allowed it, and no more */
	ANY(io_uring_enter, EP_NEEDS_DISK),
	ANY(fstat, EP_NEEDS_DISK),
	ONE(newfstatat, EP_NEEDS_DISK, BITS(3, AT_EMPTY_PATH, AT_EMPTY_PATH)),
	IOCTL(BLKGETSIZE64, EP_NEEDS_DISK),

	/* a TAP or an interface: frames, link events, the image of the EEPROM */
	ANY(writev, EP_NEEDS_NET),
	ANY(recvfrom, EP_NEEDS_NET),
	ANY(pwrite64, EP_NEEDS_NET),
	IOCTL(SIOCGIFNAME, EP_NEEDS_NET),
	IOCTL(SIOCGIFFLAGS, EP_NEEDS_NET),

	/* one that comes back */
	ONE(openat, EP_NEEDS_TAP, ARG(2, O_RDWR | O_NONBLOCK | O_CLOEXEC)),
	IOCTL(TUNSETIFF, EP_NEEDS_TAP),
	IOCTL(TUNGETIFF, EP_NEEDS_TAP),
	IOCTL(TUNSETVNETHDRSZ, EP_NEEDS_TAP),
	IOCTL(TUNSETOFFLOAD, EP_NEEDS_TAP),
	ANY(recvmsg, EP_NEEDS_PACKET),
	ANY(setsockopt, EP_NEEDS_PACKET),
	ANY(bind, EP_NEEDS_PACKET),
	TWO(socket, EP_NEEDS_PACKET, ARG(0, AF_PACKET), BITS(1, 0xf, SOCK_RAW)),
};

/* ---- who gets caught ---- */

static char *put_number(char *p, unsigned int n)
{
	char digits[12];
	int i = 0;

	do {
		digits[i++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (i)
		*p++ = digits[--i];
	return p;
}

/* What a signal handler uses must not have been interrupted: neither stdio nor malloc(). */
static void caught(int sig, siginfo_t *info, void *context)
{
	static const char before[] = "vrcep: system call ", after[] = " is not allowed: killed\n";
	char line[sizeof(before) + sizeof(after) + 12], *p = line;

	(void)context;
	memcpy(p, before, sizeof(before) - 1);
	p = put_number(p + sizeof(before) - 1, (unsigned int)info->si_syscall);
	memcpy(p, after, sizeof(after) - 1);
	p += sizeof(after) - 1;
	if (write(STDERR_FILENO, line, (size_t)(p - line)) < 0)
		p = line;		/* who closes the log dies without a line */
	/* The handler is gone (SA_RESETHAND): this one kills, on return. */
	raise(sig);
}

static int catch_violations(void)
{
	struct sigaction sa = { .sa_sigaction = caught, .sa_flags = SA_SIGINFO | SA_RESETHAND };

	sigemptyset(&sa.sa_mask);
	return sigaction(SIGSYS, &sa, NULL);
}

/* ---- the filter ---- */

/* raise() and abort() can reach this process and no other. */
static int add_own(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
				ARG(0, (uint64_t)getpid()));
}

static int add_rules(scmp_filter_ctx ctx, unsigned int needs)
{
	unsigned int i;
	int ret = add_own(ctx);

	for (i = 0; i < ARRAY_SIZE(rules) && !ret; i++)
		if (!rules[i].needs || rules[i].needs & needs)
			ret = seccomp_rule_add_array(ctx, SCMP_ACT_ALLOW, rules[i].call,
						     rules[i].nr, rules[i].args);
	return ret;
}

int ep_sandbox(unsigned int needs, char *err)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_TRAP);
	int ret = -ENOMEM;

	if (ctx) {
		ret = catch_violations() ? -errno : 0;
		if (!ret)
			ret = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_LOG, 1);
		if (!ret)
			ret = add_rules(ctx, needs);
		if (!ret)
			ret = seccomp_load(ctx);
		seccomp_release(ctx);
	}
	if (!ret)
		return 0;
	snprintf(err, EP_ERR_LEN, "sandbox: %s (--sandbox off does without)", strerror(-ret));
	return -1;
}
