/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_PORTADD_H
#define VRCCTL_PORTADD_H

#include "dev.h"

/* Makes an interface a port; EXIT_* and a message. */
int port_add(const char *ifname, u16 ethertype, int number, bool pci, struct port *port);
/* The port that @text names, or a new one on the interface @text. */
int port_find_or_add(const char *text, struct port *port);

#endif /* VRCCTL_PORTADD_H */
