// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a snapshot of the registers to the rules for each byte. Both capability lists are walked
 * with a mark for each double word, so a list that runs in circles ends; a capability never reaches
 * into another one or past the end, whatever length it claims.
 */
#ifdef __KERNEL__
#include <linux/string.h>
#else
#include <string.h>
#endif
#include <linux/errno.h>
#include <linux/pci_regs.h>

#include "config_layout.h"
#include "config_tables.h"

#define DWORDS (CFG_SPACE_MAX / 4)

/* One of the two capability lists while it is walked. */
struct walk {
	struct cfg_layout *l;
	const __u8 *raw;
	unsigned int first; /* lowest address a capability can have */
	unsigned int end;
	bool extended;
	__u8 starts[DWORDS / 8]; /* a bit for each double word: a capability begins here */
	unsigned int nr;	 /* capabilities of this list */
	unsigned int link;	 /* address of the last visible capability, 0 at the beginning */
};

__u32 cfg_read_value(const struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 hw)
{
	__u32 virt = cfg_get(l->virt, pos, width);

	return (cfg_get(l->shadow, pos, width) & virt) | (hw & ~virt);
}

void cfg_write_shadow(struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 value)
{
	__u32 user = cfg_get(l->user, pos, width);

	cfg_put(l->shadow, pos, width, (cfg_get(l->shadow, pos, width) & ~user) | (value & user));
}

__u32 cfg_write_value(const struct cfg_layout *l, unsigned int pos, unsigned int width, __u32 value,
		      __u32 hw)
{
	__u32 pass = cfg_get(l->pass, pos, width);
	__u32 once = cfg_get(l->once, pos, width);

	return (hw & ~once & ~pass) | (value & pass);
}

/* Readable as the device has it, not writable: what every visible capability starts as. */
static void bytes_read_only(struct cfg_layout *l, unsigned int pos, unsigned int len)
{
	memset(&l->virt[pos], 0, len);
	memset(&l->user[pos], 0, len);
	memset(&l->pass[pos], 0, len);
	memset(&l->once[pos], 0, len);
}

static void bytes_hidden(struct cfg_layout *l, unsigned int pos, unsigned int len)
{
	bytes_read_only(l, pos, len);
	memset(&l->virt[pos], 0xff, len);
	memset(&l->shadow[pos], 0, len);
}

static void bytes_open(struct cfg_layout *l, unsigned int pos, unsigned int len)
{
	bytes_read_only(l, pos, len);
	memset(&l->pass[pos], 0xff, len);
}

static void apply_field(struct cfg_layout *l, const __u8 *raw, unsigned int base,
			const struct cfg_field *f)
{
	unsigned int pos = base + f->off;

	cfg_put(l->virt, pos, f->width, f->virt);
	cfg_put(l->user, pos, f->width, f->user);
	cfg_put(l->pass, pos, f->width, f->pass);
	cfg_put(l->once, pos, f->width, f->once);
	cfg_put(l->shadow, pos, f->width, cfg_get(raw, pos, f->width) & ~f->clear);
}

/* A register of which a part is cut off is left read-only. */
static void apply_fields(struct cfg_layout *l, const __u8 *raw, unsigned int base, unsigned int len,
			 const struct cfg_field *fields, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (fields[i].off + fields[i].width <= len)
			apply_field(l, raw, base, &fields[i]);
}

static bool begins(const struct walk *w, unsigned int pos)
{
	return w->starts[pos / 32] & 1u << (pos / 4 % 8);
}

/* The bytes from @pos that no other capability claims. */
static unsigned int room(const struct walk *w, unsigned int pos)
{
	unsigned int next = pos + 4;

	while (next < w->end && !begins(w, next))
		next += 4;
	return next - pos;
}

static __u16 walk_id(const struct walk *w, unsigned int pos)
{
	return w->extended ? cfg_get(w->raw, pos, 2) : w->raw[pos + PCI_CAP_LIST_ID];
}

static unsigned int walk_next(const struct walk *w, unsigned int pos)
{
	if (w->extended)
		return PCI_EXT_CAP_NEXT(cfg_get(w->raw, pos, 4));
	return w->raw[pos + PCI_CAP_LIST_NEXT] & ~3u;
}

static void walk_list(struct walk *w, unsigned int pos)
{
	while (pos >= w->first && pos + 4 <= w->end && !begins(w, pos)) {
		w->starts[pos / 32] |= 1u << (pos / 4 % 8);
		w->nr++;
		pos = walk_next(w, pos);
	}
}

/* Append a capability to the list that the user sees. */
static void walk_link(struct walk *w, unsigned int pos)
{
	struct cfg_layout *l = w->l;
	__u32 header = cfg_get(w->raw, pos, 4);
	__u32 before;

	if (!w->extended) {
		l->shadow[w->link ? w->link + PCI_CAP_LIST_NEXT : PCI_CAPABILITY_LIST] = pos;
		cfg_put(l->virt, pos, 2, 0xffff);
		cfg_put(l->shadow, pos, 2, header & 0xff);
	} else {
		/* The list begins at its first address, visible or not. */
		unsigned int from = w->link ? w->link : w->first;

		if (pos != w->first) {
			before = cfg_get(l->shadow, from, 4) & 0xfffff;
			cfg_put(l->shadow, from, 4, before | (__u32)pos << 20);
		}
		cfg_put(l->virt, pos, 4, 0xffffffff);
		cfg_put(l->shadow, pos, 4, header & 0xfffff);
	}
	w->link = pos;
}

static unsigned int cap_length(const struct walk *w, const struct cfg_cap *cap, unsigned int pos)
{
	unsigned int left = room(w, pos);
	unsigned int len;

	if (left < cap->least)
		return 0;
	len = cap->length ? cap->length(&w->raw[pos]) : cap->most;
	if (len < cap->least)
		return 0;
	return len < left ? len : left;
}

static void show_cap(struct walk *w, const struct cfg_cap *cap, unsigned int pos, unsigned int len)
{
	const struct cfg_field *fields = cap->fields;
	bool closed = cap->closed && cap->closed(&w->raw[pos]);
	unsigned int nr = cap->nr_fields;
	struct cfg_layout *l = w->l;

	/* Behind it is nobody's, or more of its own. */
	bytes_read_only(l, pos, cap->tables || closed ? room(w, pos) : len);
	if (cap->open_from && cap->open_from < len && !closed)
		bytes_open(l, pos + cap->open_from, len - cap->open_from);
	if (cap->select)
		fields = cap->select(&w->raw[pos], &nr);
	apply_fields(l, w->raw, pos, len, fields, nr);
	if (cap->owner) {
		l->pos[cap->owner] = pos;
		memset(&l->owner[pos], cap->owner, len);
	}
	walk_link(w, pos);
}

/*
 * A capability that owns something exists once: the host works with the first of its kind, so a
 * second one would be a way around the rules.
 */
static void place_cap(struct walk *w, unsigned int pos)
{
	__u16 id = walk_id(w, pos);
	const struct cfg_cap *cap = w->extended ? cfg_ext_cap_find(id) : cfg_cap_find(id);
	unsigned int len = 0;

	if (cap && !(cap->owner && w->l->pos[cap->owner]))
		len = cap_length(w, cap, pos);
	if (!len)
		bytes_hidden(w->l, pos, room(w, pos));
	else
		show_cap(w, cap, pos, len);
}

static void place_list(struct walk *w, unsigned int head)
{
	unsigned int pos = head;

	walk_list(w, head);
	for (; w->nr; w->nr--) {
		place_cap(w, pos);
		pos = walk_next(w, pos);
	}
}

static void place_bar(struct cfg_layout *l, const struct cfg_bar *bars, unsigned int i)
{
	unsigned int pos = PCI_BASE_ADDRESS_0 + 4 * i;
	const struct cfg_bar *bar = &bars[i];
	__u32 type;
	__u64 mask;

	if (!bar->size || (bar->size & (bar->size - 1)))
		return;
	type = bar->flags & PCI_BASE_ADDRESS_SPACE_IO ? 3 : 0xf;
	mask = ~(bar->size - 1);
	cfg_put(l->user, pos, 4, (__u32)mask & ~type);
	cfg_put(l->shadow, pos, 4, ((__u32)bar->addr & ~type) | (bar->flags & type));
	if (type != 0xf || !(bar->flags & PCI_BASE_ADDRESS_MEM_TYPE_64) || i + 1 == CFG_BARS)
		return;
	cfg_put(l->user, pos + 4, 4, mask >> 32);
	cfg_put(l->shadow, pos + 4, 4, bar->addr >> 32);
}

static void place_header(struct cfg_layout *l, const struct cfg_traits *t)
{
	unsigned int i;

	bytes_read_only(l, 0, PCI_STD_HEADER_SIZEOF);
	apply_fields(l, t->raw, 0, PCI_STD_HEADER_SIZEOF, cfg_header_fields, cfg_header_nr_fields);
	memset(&l->owner[PCI_COMMAND], CFG_OWNER_COMMAND, 2);
	l->pos[CFG_OWNER_COMMAND] = PCI_COMMAND;
	cfg_put(l->shadow, PCI_VENDOR_ID, 2, t->vendor);
	cfg_put(l->shadow, PCI_DEVICE_ID, 2, t->device);
	if (t->no_memory_enable)
		l->shadow[PCI_COMMAND] |= PCI_COMMAND_MEMORY;
	if (!t->intx)
		l->shadow[PCI_INTERRUPT_PIN] = 0;
	bytes_hidden(l, PCI_BASE_ADDRESS_0, 4 * CFG_BARS);
	for (i = 0; i < CFG_BARS; i++)
		place_bar(l, t->bars, i);
	bytes_hidden(l, PCI_ROM_ADDRESS, 4);
	if (t->rom_size && !(t->rom_size & (t->rom_size - 1)))
		cfg_put(l->user, PCI_ROM_ADDRESS, 4,
			((__u32) ~(t->rom_size - 1) & PCI_ROM_ADDRESS_MASK) |
				PCI_ROM_ADDRESS_ENABLE);
}

static void place_caps(struct walk *w, const struct cfg_traits *t)
{
	struct cfg_layout *l = w->l;

	w->first = PCI_STD_HEADER_SIZEOF;
	w->end = CFG_SPACE_MIN;
	if (cfg_get(t->raw, PCI_STATUS, 2) & PCI_STATUS_CAP_LIST)
		place_list(w, t->raw[PCI_CAPABILITY_LIST] & ~3u);
	if (!w->link)
		cfg_put(l->shadow, PCI_STATUS, 2,
			cfg_get(l->shadow, PCI_STATUS, 2) & ~PCI_STATUS_CAP_LIST);
}

/*
 * A list that changed since the host walked it: the registers of a capability that the host works
 * with must not become the user's to write.
 */
static void hide_host_caps(struct cfg_layout *l, const struct cfg_traits *t)
{
	unsigned int owner, pos, len;

	for (owner = 0; owner < CFG_OWNERS; owner++) {
		pos = t->host_pos[owner];
		if (pos < PCI_STD_HEADER_SIZEOF || pos >= CFG_SPACE_MIN || l->pos[owner] == pos)
			continue;
		len = cfg_owner_length(owner);
		len = len < CFG_SPACE_MIN - pos ? len : CFG_SPACE_MIN - pos;
		bytes_hidden(l, pos, len);
		memset(&l->owner[pos], CFG_OWNER_NONE, len);
	}
}

static void place_ext_caps(struct walk *w, const struct cfg_traits *t)
{
	__u32 header = cfg_get(t->raw, CFG_SPACE_MIN, 4);

	w->first = CFG_SPACE_MIN;
	w->end = CFG_SPACE_MAX;
	w->extended = true;
	w->link = 0;
	/* Here, too, drivers find registers outside of every capability, and have to write them. */
	bytes_open(w->l, CFG_SPACE_MIN, CFG_SPACE_MAX - CFG_SPACE_MIN);
	bytes_hidden(w->l, CFG_SPACE_MIN, 4);
	if (header && header != 0xffffffff)
		place_list(w, CFG_SPACE_MIN);
}

int cfg_layout_build(struct cfg_layout *l, const struct cfg_traits *t)
{
	static const struct walk empty;
	struct walk w = empty;

	memset(l, 0, sizeof(*l));
	if (t->size != CFG_SPACE_MIN && t->size != CFG_SPACE_MAX)
		return -EINVAL;
	if ((t->raw[PCI_HEADER_TYPE] & 0x7f) != PCI_HEADER_TYPE_NORMAL)
		return -EINVAL;
	l->size = t->size;
	w.l = l;
	w.raw = t->raw;
	memcpy(l->shadow, t->raw, t->size);
	place_header(l, t);
	/* Registers outside of every capability are the device's own business. */
	bytes_open(l, PCI_STD_HEADER_SIZEOF, CFG_SPACE_MIN - PCI_STD_HEADER_SIZEOF);
	place_caps(&w, t);
	hide_host_caps(l, t);
	if (l->size == CFG_SPACE_MAX)
		place_ext_caps(&w, t);
	return 0;
}
