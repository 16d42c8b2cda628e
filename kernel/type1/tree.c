// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>
#include <linux/rbtree.h>

#include "tree.h"

static struct t1_node *node_of(struct rb_node *rb)
{
	return rb ? rb_entry(rb, struct t1_node, rb) : NULL;
}

int t1_tree_insert(struct rb_root *root, struct t1_node *node)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		struct t1_node *other = node_of(*link);

		parent = *link;
		if (t1_range_overlap(&node->at, &other->at))
			return -EEXIST;
		link = node->at.first < other->at.first ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&node->rb, parent, link);
	rb_insert_color(&node->rb, root);
	return 0;
}

void t1_tree_remove(struct rb_root *root, struct t1_node *node)
{
	rb_erase(&node->rb, root);
	RB_CLEAR_NODE(&node->rb);
}

struct t1_node *t1_tree_from(const struct rb_root *root, u64 address)
{
	struct rb_node *rb = root->rb_node;
	struct t1_node *best = NULL;

	while (rb) {
		struct t1_node *node = node_of(rb);

		if (node->at.last < address) {
			rb = rb->rb_right;
		} else {
			best = node;
			rb = rb->rb_left;
		}
	}
	return best;
}

struct t1_node *t1_tree_next(const struct t1_node *node)
{
	return node_of(rb_next(&node->rb));
}
