/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The walls around vrcep, put up once everything is open and before the first
 * frame is answered: from then on who takes vrcep over by a frame, or a model by a
 * register, has no privilege and few system calls.
 */
#ifndef VRCEP_WALLS_H
#define VRCEP_WALLS_H

/*
 * @needs: bits of enum ep_needs. Both return 0, or -1 with a message of up to
 * EP_ERR_LEN bytes in @err.
 */

/* privilege.c: becomes @user, unless NULL; keeps CAP_NET_RAW if that is needed, nothing else. */
int ep_drop_privileges(const char *user, unsigned int needs, char *err);
/* sandbox.c: no system call but those on the list; any other is logged and ends the process. */
int ep_sandbox(unsigned int needs, char *err);

#endif /* VRCEP_WALLS_H */
