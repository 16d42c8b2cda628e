/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices of a made host that go and come back, as the files "remove" and "rescan" have it. */
#ifndef PLUG_H
#define PLUG_H

/* The device, without a driver already, goes with all that leads to it. */
void plug_out(const char *bdf);

/* One of those that went is there again, as another device of that name; NULL: none did. */
const char *plug_in_next(void);

#endif
