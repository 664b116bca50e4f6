// SPDX-License-Identifier: GPL-2.0-only
/* Who waits for a station that says nothing, and would for a minute, dies when it is killed. */
#include <linux/pci_regs.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vfio_test.h"

#define REAP_TRIES	100	/* of 100 ms: a sixth of what the wait would take */

static const char *station_stop, *station_go;

static bool reaped(pid_t pid, int *status)
{
	int i;

	for (i = 0; i < REAP_TRIES; i++) {
		if (waitpid(pid, status, WNOHANG) == pid)
			return true;
		usleep(100000);
	}
	return false;
}

static void dies_in(void (*wait_for_station)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		wait_for_station();
		_exit(0);
	}
	usleep(500000);
	/* It does wait */
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	EXPECT_EQ(kill(pid, SIGKILL), 0);
	if (EXPECT(reaped(pid, &status)))
		EXPECT(WIFSIGNALED(status));
}

static void read_bar(void)
{
	dev_get(&dev, 1, 0, 4);
}

static void read_config(void)
{
	cfg_get(&dev, cfg_cap(&dev, PCI_CAP_ID_EXP) + PCI_EXP_DEVSTA, 2);
}

static void write_config(void)
{
	cfg_set(&dev, cfg_cap(&dev, PCI_CAP_ID_EXP) + PCI_EXP_DEVCTL, 2, 0);
}

static void reset(void)
{
	dev_reset(&dev);
}

static void in_a_read(void)
{
	dies_in(read_bar);
}

static void in_a_read_of_config(void)
{
	dies_in(read_config);
}

static void in_a_write_of_config(void)
{
	dies_in(write_config);
}

static void in_a_reset(void)
{
	dies_in(reset);
}

int killed_tests_run(const char *stop, const char *go)
{
	static const struct tap_test tests[] = {
		TAP_TEST(in_a_read),
		TAP_TEST(in_a_read_of_config),
		TAP_TEST(in_a_write_of_config),
		TAP_TEST(in_a_reset),
	};
	int ret;

	station_stop = stop;
	station_go = go;
	test_enable();
	if (system(station_stop))
		return 1;
	ret = tap_run(tests, ARRAY_SIZE(tests));
	return system(station_go) ? 1 : ret;
}
