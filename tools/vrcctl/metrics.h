/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_METRICS_H
#define VRCCTL_METRICS_H

/* Prints all that is counted of ports and functions in the text format of OpenMetrics. EXIT_*. */
int metrics_print(void);

#endif /* VRCCTL_METRICS_H */
