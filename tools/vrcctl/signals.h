/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_SIGNALS_H
#define VRCCTL_SIGNALS_H

#include <stdbool.h>

/*
 * SIGINT and SIGTERM do nothing from now on but make this descriptor readable; -1, and they end
 * the program as ever, if there is none.
 */
int signals_fd(void);
/* Waits for one of them, for @ms at most. */
bool signals_wait(int fd, int ms);

#endif /* VRCCTL_SIGNALS_H */
