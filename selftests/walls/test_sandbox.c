// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/io_uring.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conf.h"
#include "tests.h"
#include "walls.h"

#define ALL_NEEDS	(EP_NEEDS_DISK | EP_NEEDS_TAP | EP_NEEDS_PACKET)

/* A call: what it returns is its own affair. */
struct act {
	const char *name;
	void (*run)(void);
};

static char log_text[512];

/* How a process ends that does @run behind a sandbox with @needs; log_text is what it wrote. */
static int status_of(void (*run)(void), unsigned int needs)
{
	char err[EP_ERR_LEN];
	int status = -1, log[2];
	ssize_t n;
	pid_t pid;

	if (pipe(log))
		return -1;
	pid = fork();
	if (!pid) {
		dup2(log[1], STDERR_FILENO);
		if (ep_sandbox(needs, err))
			_exit(99);
		run();
		_exit(0);
	}
	close(log[1]);
	waitpid(pid, &status, 0);
	n = read(log[0], log_text, sizeof(log_text) - 1);
	log_text[n > 0 ? n : 0] = '\0';
	close(log[0]);
	return status;
}

static bool survives(void (*run)(void), unsigned int needs)
{
	int status = status_of(run, needs);

	return WIFEXITED(status) && !WEXITSTATUS(status);
}

static bool kills(void (*run)(void), unsigned int needs)
{
	int status = status_of(run, needs);

	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/* ---- acts ---- */

static void allocate(void)
{
	void *small = malloc(100), *large = malloc(64 << 20);

	if (!small || !large)
		_exit(1);
	free(realloc(large, 128 << 20));
	free(small);
}

static void write_log(void)
{
	fprintf(stderr, "vrcep: %d\n", 1);
}

static void randomness(void)
{
	char buf[256];

	if (getrandom(buf, sizeof(buf), 0) != (ssize_t)sizeof(buf))
		_exit(1);
}

static void look_for_interface(void)
{
	if_nametoindex("lo");
}

static void wait_for_events(void)
{
	struct timespec ts = { .tv_nsec = 1 };
	struct epoll_event ev;

	epoll_pwait2(-1, &ev, 1, &ts, NULL);
	epoll_ctl(-1, EPOLL_CTL_ADD, 0, &ev);
}

static void execute(void)
{
	char *const argv[] = { (char *)"sh", NULL };

	execve("/bin/sh", argv, NULL);
}

static void start_thread(void)
{
	syscall(SYS_clone, CLONE_VM | CLONE_THREAD | CLONE_SIGHAND, NULL, NULL, NULL, NULL);
}

static void start_process(void)
{
	fork();
}

static void open_file(void)
{
	open("/etc/passwd", O_RDONLY);
}

static void create_file(void)
{
	open("/tmp/vrcep-intruder", O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0600);
}

static void open_as_tap(void)
{
	open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

static void make_executable(void)
{
	mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void become_executable(void)
{
	void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mprotect(page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);
}

static void connect_out(void)
{
	socket(AF_INET, SOCK_STREAM, 0);
}

static void send_to_somebody(void)
{
	struct sockaddr sa = { .sa_family = AF_INET };

	sendto(0, "x", 1, 0, &sa, sizeof(sa));
}

static void sniff(void)
{
	socket(AF_PACKET, SOCK_RAW, 0);
}

static void make_ring(void)
{
	struct io_uring_params p = { 0 };

	syscall(SYS_io_uring_setup, 1, &p);
}

static void open_up_ring(void)
{
	syscall(SYS_io_uring_register, -1, IORING_REGISTER_BUFFERS, NULL, 0);
}

static void enter_ring(void)
{
	syscall(SYS_io_uring_enter, -1, 0, 0, 0, NULL, 0);
}

static void signal_others(void)
{
	kill(getppid(), 0);
}

static void trace_others(void)
{
	ptrace(PTRACE_ATTACH, 1, NULL, NULL);
}

static void become_root(void)
{
	if (setuid(0))
		_exit(1);
}

static void load_module(void)
{
	syscall(SYS_finit_module, -1, "", 0);
}

static void leave_namespace(void)
{
	unshare(CLONE_NEWUSER);
}

static void change_interface(void)
{
	struct ifreq ifr = { 0 };

	ioctl(0, SIOCSIFFLAGS, &ifr);
}

static void make_tap(void)
{
	struct ifreq ifr = { 0 };

	ioctl(0, TUNSETIFF, &ifr);
}

static void size_disk(void)
{
	struct stat st;

	fstat(0, &st);
}

/* ---- tests ---- */

void what_vrcep_does_is_allowed(void)
{
	static const struct act acts[] = {
		{ "allocate", allocate }, { "write the log", write_log },
		{ "get random numbers", randomness },
		{ "look for an interface", look_for_interface }, { "wait", wait_for_events },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(acts); i++)
		if (!EXPECT(survives(acts[i].run, 0)))
			tap_note("%s", acts[i].name);
}

void what_an_intruder_does_kills(void)
{
	static const struct act acts[] = {
		{ "execute a program", execute }, { "start a thread", start_thread },
		{ "start a process", start_process }, { "open a file", open_file },
		{ "create a file", create_file }, { "map code", make_executable },
		{ "make code of data", become_executable }, { "connect", connect_out },
		{ "send to an address", send_to_somebody }, { "make a ring", make_ring },
		{ "set a ring up", open_up_ring }, { "signal another process", signal_others },
		{ "trace another process", trace_others }, { "become root", become_root },
		{ "load a module", load_module }, { "make a namespace", leave_namespace },
		{ "change an interface", change_interface },
	};

	/* Nothing that a function may need opens any of these. */
	for (unsigned int i = 0; i < ARRAY_SIZE(acts); i++)
		if (!EXPECT(kills(acts[i].run, ALL_NEEDS)))
			tap_note("%s", acts[i].name);
}

void needs_open_what_they_name(void)
{
	static const struct {
		void (*run)(void);
		unsigned int needs;
	} acts[] = {
		{ enter_ring, EP_NEEDS_DISK }, { size_disk, EP_NEEDS_DISK },
		{ open_as_tap, EP_NEEDS_TAP }, { make_tap, EP_NEEDS_TAP },
		{ sniff, EP_NEEDS_PACKET },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(acts); i++) {
		EXPECT(survives(acts[i].run, acts[i].needs));
		EXPECT(kills(acts[i].run, ALL_NEEDS & ~acts[i].needs));
	}
}

void what_kills_is_in_the_log(void)
{
	char line[128];

	snprintf(line, sizeof(line), "vrcep: system call %d is not allowed: killed\n", SYS_execve);
	EXPECT(kills(execute, 0));
	if (!EXPECT(!strcmp(log_text, line)))
		tap_note("the log has: %s", log_text);
}
