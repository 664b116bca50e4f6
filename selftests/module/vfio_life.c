// SPDX-License-Identifier: GPL-2.0-only
/* Resets, links that break, and the end of the device. */
#include <errno.h>
#include <fcntl.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "vfio_test.h"

static const char *stop_station, *start_station;

static void dirty(void)
{
	test_enable();
	cfg_set(&dev, PCI_BASE_ADDRESS_0, 4, 0xe0000000);
	dev_set(&dev, 1, 0, 4, 0x0badf00d);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0x0badf00d);
}

static void expect_fresh(void)
{
	EXPECT_EQ(cfg_get(&dev, PCI_BASE_ADDRESS_0, 4), 0);
	EXPECT_EQ(cfg_get(&dev, PCI_COMMAND, 2), 0);
	test_enable();
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0);
}

static void by_ioctl(void)
{
	dirty();
	test_reset();
	expect_fresh();
	test_reset();
}

static void by_flr(void)
{
	uint8_t exp = cfg_cap(&dev, PCI_CAP_ID_EXP);

	dirty();
	cfg_set(&dev, exp + PCI_EXP_DEVCTL, 2, PCI_EXP_DEVCTL_BCR_FLR);
	EXPECT(!(cfg_get(&dev, exp + PCI_EXP_DEVCTL, 2) & PCI_EXP_DEVCTL_BCR_FLR));
	expect_fresh();
	test_reset();
}

static void by_reopening(void)
{
	char uuid[sizeof(dev.uuid)];
	int i;

	memcpy(uuid, dev.uuid, sizeof(uuid));
	for (i = 0; i < 3; i++) {
		dirty();
		dev_close(&dev);
		if (!EXPECT_EQ(dev_open(&dev, uuid), 0))
			return;
		expect_fresh();
	}
	test_reset();
}

static void raise_vector(uint32_t number)
{
	dev_set(&dev, 0, REG_IRQ_TYPE, 4, 2);
	dev_set(&dev, 0, REG_IRQ_NUMBER, 4, number);
	dev_set(&dev, 0, REG_COMMAND, 4, CMD_MSIX);
}

/* Interrupts are the VMM's: a reset leaves them as it has set them up. */
static void keeps_interrupts(void)
{
	int32_t fd[2] = { new_eventfd(), new_eventfd() };

	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 2, fd), 0);
	test_reset();
	test_enable();
	raise_vector(2);
	EXPECT_EQ(eventfd_count(fd[1], 5000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd[0]);
	close(fd[1]);
	test_reset();
}

static void while_it_runs(void)
{
	int i;

	for (i = 0; i < 5; i++) {
		test_enable();
		dev_set(&dev, 0, REG_IRQ_TYPE, 4, 3);
		test_start(CMD_COPY, DEV_IOVA, DEV_IOVA + DEV_MEM / 2, DEV_MEM / 2);
		test_reset();
		memset(dev.mem + DEV_MEM / 2, 0x3c, DEV_MEM / 2);
		usleep(20000);
		EXPECT(!memcmp(dev.mem + DEV_MEM / 2, dev.mem + DEV_MEM / 2 + 1, DEV_MEM / 2 - 1));
	}
	expect_fresh();
	test_reset();
}

const struct tap_test reset_tests[] = {
	TAP_TEST(by_ioctl),
	TAP_TEST(by_flr),
	TAP_TEST(by_reopening),
	TAP_TEST(keeps_interrupts),
	TAP_TEST(while_it_runs),
};

const unsigned int nr_reset_tests = ARRAY_SIZE(reset_tests);

/* A dead station: first reads time out; when its lease is over the whole function is ones. */
static bool gets_lost(void)
{
	time_t end = time(NULL) + 15;

	while (cfg_get(&dev, PCI_VENDOR_ID, 4) != ~0u) {
		if (time(NULL) > end)
			return false;
		usleep(20000);
	}
	return true;
}

static bool comes_back(void)
{
	time_t end = time(NULL) + 15;

	while (cfg_get(&dev, PCI_VENDOR_ID, 4) == ~0u) {
		if (time(NULL) > end)
			return false;
		usleep(20000);
	}
	/* That it is up shows a moment before what the guest had set is set again. */
	usleep(500000);
	return true;
}

/*
 * Lease and completion timeout are a second each: a machine that gets no processor for that long
 * needs more than one try.
 */
static void reset_at_last(void)
{
	time_t end = time(NULL) + 15;
	int ret;

	do {
		ret = dev_reset(&dev);
	} while (ret && time(NULL) < end);
	EXPECT_EQ(ret, 0);
}

/* The station dies: ones, no hang; it comes back: what the guest had set is set again. */
static void dies_and_returns(void)
{
	int32_t fd = new_eventfd();
	time_t begin;

	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 1, &fd), 0);
	dirty();
	EXPECT_EQ(system(stop_station), 0);
	begin = time(NULL);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0xffffffff);
	EXPECT(time(NULL) - begin < 5);
	EXPECT(gets_lost());
	begin = time(NULL);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0xffffffff);
	dev_set(&dev, 1, 0, 4, 1);
	cfg_set(&dev, PCI_COMMAND, 2, 0);
	EXPECT(time(NULL) - begin < 2);
	EXPECT_EQ(system(start_station), 0);
	EXPECT(comes_back());
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0);
	EXPECT_EQ(cfg_get(&dev, PCI_COMMAND, 2) & 7, 7);
	dev_set(&dev, 0, REG_CHECKSUM, 4, test_crc(dev.mem, 4096));
	EXPECT_EQ(test_run(CMD_READ, DEV_IOVA, 0, 4096), STA_READ_OK);
	raise_vector(1);
	EXPECT_EQ(eventfd_count(fd, 5000), 1);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_MSIX_IRQ_INDEX, 0, 0, NULL), 0);
	close(fd);
	reset_at_last();
}

/* A guest that is reset meanwhile finds a fresh device. */
static void reset_while_down(void)
{
	dirty();
	EXPECT_EQ(system(stop_station), 0);
	EXPECT(gets_lost());
	EXPECT_EQ(dev_reset(&dev), -EIO);
	EXPECT_EQ(system(start_station), 0);
	EXPECT(comes_back());
	expect_fresh();
	reset_at_last();
}

static void set_policy(const char *word)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/../policy", dev.uuid);
	f = fopen(path, "w");
	if (!EXPECT(f))
		return;
	fputs(word, f);
	EXPECT_EQ(fclose(f), 0);
}

static int request_fd, error_fd;

static void begin_notices(const char *policy)
{
	request_fd = new_eventfd();
	error_fd = new_eventfd();
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &request_fd), 0);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_ERR_IRQ_INDEX, 0, 1, &error_fd), 0);
	set_policy(policy);
	test_enable();
	EXPECT_EQ(system(stop_station), 0);
	EXPECT(gets_lost());
}

static void end_notices(void)
{
	set_policy("hold");
	EXPECT_EQ(system(start_station), 0);
	EXPECT(comes_back());
	dev_set(&dev, 0, REG_CHECKSUM, 4, test_crc(dev.mem, 4096));
	EXPECT_EQ(test_run(CMD_READ, DEV_IOVA, 0, 4096), STA_READ_OK);
	EXPECT_EQ(eventfd_count(request_fd, 0), 0);
	EXPECT_EQ(eventfd_count(error_fd, 0), 0);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_REQ_IRQ_INDEX, 0, 0, NULL), 0);
	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_ERR_IRQ_INDEX, 0, 0, NULL), 0);
	close(request_fd);
	close(error_fd);
	reset_at_last();
}

/* Its user is asked to let go of it, once; and is told again what is set meanwhile. */
static void policy_unplug_and_error(void)
{
	begin_notices("unplug");
	EXPECT_EQ(eventfd_count(request_fd, 15000), 1);
	EXPECT_EQ(eventfd_count(error_fd, 0), 0);
	set_policy("error");
	EXPECT_EQ(eventfd_count(error_fd, 15000), 1);
	EXPECT_EQ(eventfd_count(request_fd, 0), 0);
	end_notices();
}

/* Nobody is told; but when that is wanted after all, at once. */
static void policy_hold(void)
{
	begin_notices("hold");
	EXPECT_EQ(eventfd_count(request_fd, 2000), 0);
	EXPECT_EQ(eventfd_count(error_fd, 0), 0);
	set_policy("unplug");
	EXPECT_EQ(eventfd_count(request_fd, 15000), 1);
	end_notices();
}

int link_tests_run(const char *stop, const char *start)
{
	static const struct tap_test tests[] = {
		TAP_TEST(dies_and_returns),
		TAP_TEST(reset_while_down),
		TAP_TEST(policy_unplug_and_error),
		TAP_TEST(policy_hold),
	};

	stop_station = stop;
	start_station = start;
	return tap_run(tests, ARRAY_SIZE(tests));
}

/* A station that dies and is there again is a device that was reset: no read gets ones from it. */
static void reads_wait_for_it(void)
{
	uint64_t sessions = dev_counter(&dev, "sessions");
	time_t end = time(NULL) + 60;
	unsigned int reads = 0;

	dirty();
	EXPECT_EQ(system(stop_station), 0);
	EXPECT_EQ(system(start_station), 0);
	do {
		if (!EXPECT(dev_get(&dev, 1, 0, 4) != ~0u))
			break;
		reads++;
	} while (dev_counter(&dev, "sessions") == sessions && time(NULL) < end);
	tap_note("%u reads", reads);
	EXPECT_EQ(dev_counter(&dev, "sessions"), sessions + 1);
	EXPECT_EQ(dev_get(&dev, 1, 0, 4), 0);
	test_reset();
}

int restart_test_run(const char *stop, const char *start)
{
	static const struct tap_test tests[] = { TAP_TEST(reads_wait_for_it) };

	stop_station = stop;
	start_station = start;
	return tap_run(tests, 1);
}

static int remove_mdev(void)
{
	char path[256];
	int fd, ret;

	snprintf(path, sizeof(path), "/sys/bus/mdev/devices/%s/remove", dev.uuid);
	fd = open(path, O_WRONLY);
	ret = fd >= 0 && write(fd, "1", 1) == 1 ? 0 : 1;
	if (fd >= 0)
		close(fd);
	return ret;
}

/* Somebody removes the mdev: who has it open is asked, lets go, and the removal goes on. */
static void removal_asks(void)
{
	int32_t fd = new_eventfd();
	int status = -1;
	pid_t pid;

	EXPECT_EQ(dev_irq_fds(&dev, VFIO_PCI_REQ_IRQ_INDEX, 0, 1, &fd), 0);
	pid = fork();
	if (!pid) {
		dev_close(&dev);
		_exit(remove_mdev());
	}
	EXPECT(eventfd_count(fd, 15000) >= 1);
	EXPECT_EQ(waitpid(pid, &status, WNOHANG), 0);
	dev_close(&dev);
	EXPECT_EQ(waitpid(pid, &status, 0), pid);
	EXPECT_EQ(status, 0);
	close(fd);
}

int remove_test_run(void)
{
	static const struct tap_test tests[] = { TAP_TEST(removal_asks) };

	return tap_run(tests, 1);
}
