/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VRCCTL_COMPLETE_H
#define VRCCTL_COMPLETE_H

/*
 * vrcctl --complete INDEX WORD...: what the word at INDEX (0 is "vrcctl") can be, a line
 * each, for the completions of shells. "FILE" on a line of its own: names of files.
 */
int complete(int argc, char **argv);

#endif /* VRCCTL_COMPLETE_H */
