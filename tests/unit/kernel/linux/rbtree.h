/* SPDX-License-Identifier: GPL-2.0-only */
/* A search tree with the kernel's names that balances nothing. */
#ifndef TEST_LINUX_RBTREE_H
#define TEST_LINUX_RBTREE_H

#include <linux/types.h>

struct rb_node {
	struct rb_node *parent;
	struct rb_node *rb_left;
	struct rb_node *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define RB_CLEAR_NODE(node)	    ((node)->parent = (node))

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	*node = (struct rb_node){ .parent = parent };
	*link = node;
}

static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	(void)node;
	(void)root;
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	struct rb_node *at = node->rb_right;

	if (at) {
		while (at->rb_left)
			at = at->rb_left;
		return at;
	}
	at = (struct rb_node *)node;
	while (at->parent && at == at->parent->rb_right)
		at = at->parent;
	return at->parent;
}

static inline void rb_replace_child(struct rb_root *root, struct rb_node *old, struct rb_node *by)
{
	if (!old->parent)
		root->rb_node = by;
	else if (old->parent->rb_left == old)
		old->parent->rb_left = by;
	else
		old->parent->rb_right = by;
	if (by)
		by->parent = old->parent;
}

static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *next;

	if (!node->rb_left || !node->rb_right) {
		rb_replace_child(root, node, node->rb_left ? node->rb_left : node->rb_right);
		return;
	}
	/* The next one has no left child: it leaves its place easily, for that of the node. */
	next = rb_next(node);
	rb_replace_child(root, next, next->rb_right);
	rb_replace_child(root, node, next);
	next->rb_left = node->rb_left;
	next->rb_right = node->rb_right;
	next->rb_left->parent = next;
	if (next->rb_right)
		next->rb_right->parent = next;
}

#endif
