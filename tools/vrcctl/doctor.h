/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vrcctl doctor: looks at all that VRC needs, and says what to do about what is wrong.
 */
#ifndef VRCCTL_DOCTOR_H
#define VRCCTL_DOCTOR_H

#include "dev.h"
#include "vrcctl.h"

enum verdict { GOOD, DUBIOUS, WRONG };

/* What was found about @topic. */
void found(enum verdict v, const char *topic, const char *fmt, ...) __printf(3, 4);
/* What to do about what was found last, and which entry of vrc-troubleshooting(7) has more. */
void advise(const char *entry, const char *fmt, ...) __printf(2, 3);

void doctor_host(void);				/* kernel, modules, permissions, limits */
void doctor_interface(const char *ifname);	/* link, MTU, what may take its frames away */
void doctor_port(const struct port *port);	/* what has arrived there */
void doctor_functions(const struct port *port);	/* states, paths, losses */

/* What the program prints, as JSON; NULL: it is not installed, fails, or prints something else. */
struct json_object *exec_json(const char *const *argv);

#endif /* VRCCTL_DOCTOR_H */
