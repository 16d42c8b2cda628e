/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A tree of ranges that do not overlap, in ascending order. Pure: no locks, no devices.
 */
#ifndef VFIOCTL_TYPE1_TREE_H
#define VFIOCTL_TYPE1_TREE_H

#include <linux/rbtree.h>

#include "range.h"

/**
 * struct t1_node - a range in a tree, to be embedded
 * @rb: its place
 * @at: the range; must not change while it is in a tree
 */
struct t1_node {
	struct rb_node rb;
	struct t1_range at;
};

/* t1_tree_insert() - returns 0, or -EEXIST if @node overlaps one that is there. */
int t1_tree_insert(struct rb_root *root, struct t1_node *node);
void t1_tree_remove(struct rb_root *root, struct t1_node *node);

/* t1_tree_from() - the lowest node that holds @address or lies above it, or NULL */
struct t1_node *t1_tree_from(const struct rb_root *root, u64 address);
/* t1_tree_next() - the node above @node, or NULL */
struct t1_node *t1_tree_next(const struct t1_node *node);

#endif
