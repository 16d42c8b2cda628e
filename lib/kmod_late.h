/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * libkmod, loaded when it is first needed: with the libraries behind it, it makes three quarters of
 * what the start of the program costs, and hardly a run asks it anything.
 */
#ifndef VFIOCTL_KMOD_LATE_H
#define VFIOCTL_KMOD_LATE_H

#include <libkmod.h>

#include "error.h"

/* clang-format off */
#define KMOD_LATE(X)                                                                               \
	X(new) X(unref) X(set_log_fn) X(list_next)                                                 \
	X(module_new_from_lookup) X(module_new_from_name)                                          \
	X(module_get_module) X(module_get_name) X(module_get_path) X(module_get_initstate)         \
	X(module_get_info) X(module_info_get_key) X(module_info_get_value)                         \
	X(module_info_free_list) X(module_probe_insert_module)                                     \
	X(module_unref) X(module_unref_list)
/* clang-format on */

/* The functions of libkmod that we call, without their "kmod_". */
struct kmod_late {
#define KMOD_LATE_MEMBER(name) __typeof__(kmod_##name) *name;
	KMOD_LATE(KMOD_LATE_MEMBER)
#undef KMOD_LATE_MEMBER
};

/* Loads the library once and for all. NULL with @err, which may be NULL, when it is not there. */
const struct kmod_late *kmod_late(struct error *err);

#endif
