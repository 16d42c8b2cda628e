/* SPDX-License-Identifier: GPL-2.0-only */
/* eventfd_signal() had a count, which was always 1, before 6.8. */
#ifndef VFIOCTL_COMPAT_EVENTFD_H
#define VFIOCTL_COMPAT_EVENTFD_H

#include <linux/eventfd.h>

#include "compat.h"

#ifdef HAVE_EVENTFD_SIGNAL_BARE
#define compat_eventfd_signal(ctx) eventfd_signal(ctx)
#else
#define compat_eventfd_signal(ctx) eventfd_signal(ctx, 1)
#endif

#endif
