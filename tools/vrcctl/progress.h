/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_PROGRESS_H
#define VRCCTL_PROGRESS_H

/*
 * Runs @job(@arg), which waits in the kernel, and returns what it returns. When it takes longer
 * than a second and standard error is a terminal, says there that @what goes on, and how long.
 */
int with_progress(const char *what, int (*job)(void *arg), void *arg);

#endif /* VRCCTL_PROGRESS_H */
