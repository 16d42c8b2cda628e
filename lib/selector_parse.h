/* SPDX-License-Identifier: GPL-2.0-only */
/* One selector, taken apart. selector.h is what others use. */
#ifndef VFIOCTL_SELECTOR_PARSE_H
#define VFIOCTL_SELECTOR_PARSE_H

#include "device.h"
#include "error.h"
#include "text.h"

enum selector_kind {
	SELECT_ADDRESS, /* one PCI address */
	SELECT_PATTERN, /* a glob over PCI addresses */
	SELECT_ID,
	SELECT_CLASS,
	SELECT_GROUP,
	SELECT_DRIVER,
	SELECT_OF,   /* the devices behind something, which the caller finds: @of */
	SELECT_NAME, /* a name or glob, on @bus or, when that is empty, on any */
};

/* @text points into the string that was parsed. */
struct selector {
	enum selector_kind kind;
	struct pci_address addr;
	char pattern[64];
	char bus[32];
	long vendor, device; /* -1: any */
	uint32_t class_code, class_mask;
	long group;
	struct device **of; /* what "of:" stands for; the caller's to fill and to free */
	size_t n_of;
	const char *text;
};

/* 0, or -EINVAL with EXIT_USAGE and a sentence that says what was expected. */
int selector_parse(const char *text, struct selector *out, struct error *err);

bool selector_matches(const struct selector *selector, const struct device *device);

/* The names that class: takes. 0 or -ENOMEM. */
int selector_class_names(struct strv *out);

#endif
