/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The steps of lifecycle. Each takes three numbers of its own, drawn before it is known what
 * it will meet, and returns 0 or -errno: that it was possible, or that it was not (there is
 * no NIC, the function is in use, ...). Steps may run at once, each in a thread.
 */
#ifndef VRC_FIRE_LIFE_H
#define VRC_FIRE_LIFE_H

#include <sys/types.h>

#include "fire.h"

struct draw {
	uint32_t a, b, c;
};

struct life_step {
	const char *name;
	unsigned int weight;
	int (*run)(const struct draw *r);
};

/* Ends the program with what @what of errno means. */
void life_die(const char *what);
/*
 * What the @r-th entry, of those that do not begin with a dot, of directory @dir is called.
 * 0, -ENOENT: there is none
 */
int life_choose(const char *dir, uint32_t r, char *name, size_t len);

/*
 * life_net.c: the veth pair of "la" in the namespace that the program was started in, or in
 * "elsewhere", and "lb" in "device". la is called lz at times.
 */
void net_init(void);
/* For a child before it executes a program: goes to "device". */
int net_enter_device(void);
uint32_t net_ifindex(void);	/* of la, 0: not here */
int net_up(const struct draw *r);
int net_down(const struct draw *r);
int net_peer_up(const struct draw *r);
int net_peer_down(const struct draw *r);
int net_rename(const struct draw *r);
int net_mtu(const struct draw *r);
int net_address(const struct draw *r);
int net_move(const struct draw *r);		/* to the other namespace */
int net_unregister(const struct draw *r);
int net_revive(void);

/* life_port.c: the module, /dev/vrc and the attributes of ports. */
int port_add(const struct draw *r);
int port_remove(const struct draw *r);
int port_scan(const struct draw *r);
int port_forget(const struct draw *r);
int port_place(const struct draw *r);
int port_map(const struct draw *r);
int port_settings(const struct draw *r);
int func_ping(const struct draw *r);
int func_reset(const struct draw *r);
int func_remove_pci(const struct draw *r);
int module_unload(const struct draw *r);	/* and load it anew */
int module_revive(void);
int ports_revive(void);		/* they know their stations */
int ports_remove(void);

/* life_vm.c: mdevs, and who has them open. */
void vm_init(void);
int mdev_create(const struct draw *r);
int mdev_remove(const struct draw *r);
int vm_start(const struct draw *r);
int vm_reset(const struct draw *r);
int vm_stop(const struct draw *r);
int vm_kill(const struct draw *r);
int vms_revive(const struct draw *r);	/* one lives */
/* The UUID of an mdev that no VM has, the @r-th or one behind it. 0 or -ENOENT */
int vm_spare_mdev(uint32_t r, char *uuid, size_t len);
int vms_end(void);		/* kills all, removes all mdevs */
/* What they have transferred until now. */
unsigned long vms_transferred(void);
/* Prints what they did. False: data was wrong */
bool vm_report(unsigned long *transfers);

/* life_proc.c: programs of their own: stations, and QEMU with a guest's kernel. */
int station_start(const struct draw *r);
int station_stop(const struct draw *r);
int station_kill(const struct draw *r);
int station_pause(const struct draw *r);
int station_continue(const struct draw *r);
int stations_revive(void);
int guest_start(const struct draw *r);
int guest_reset(const struct draw *r);
int guest_kill(const struct draw *r);
bool guest_has(const char *uuid);	/* the mdev */
void programs_end(void);
/* Kills @pid, a child, and waits until it is dead. 0 or -errno */
int life_kill(pid_t pid);

#endif /* VRC_FIRE_LIFE_H */
