/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vfioctl linked in: begun by fork(2) alone it takes half the time, most of all in an emulated
 * machine. What is linked without it executes the program.
 */
#ifndef VFIOCTL_H
#define VFIOCTL_H

/* Its own main(), NULL: not linked in. */
int vfioctl_main(int argc, char **argv) __attribute__((weak));

#endif
