// SPDX-License-Identifier: GPL-2.0-only
/* Which virtual functions there are of which physical one. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "known_impl.h"

static struct known_vfs *find_vfs(struct known *known, const char *pf)
{
	for (size_t i = 0; i < known->n_vfs; i++)
		if (!strcmp(known->vfs[i].pf, pf))
			return &known->vfs[i];
	return NULL;
}

static void remove_vfs(struct known *known, struct known_vfs *vfs)
{
	free(vfs->pf);
	strv_clear(&vfs->names);
	*vfs = known->vfs[--known->n_vfs];
}

static struct known_vfs *add_vfs(struct known *known, const char *pf)
{
	char *copy;

	if (known->n_vfs == known->vfs_room) {
		size_t room = known->vfs_room ? known->vfs_room * 2 : 8;
		struct known_vfs *vfs = reallocarray(known->vfs, room, sizeof(*known->vfs));

		if (!vfs)
			return NULL;
		known->vfs = vfs;
		known->vfs_room = room;
	}
	copy = strdup(pf);
	if (!copy)
		return NULL;
	known->vfs[known->n_vfs] = (struct known_vfs){ .pf = copy };
	return &known->vfs[known->n_vfs++];
}

static int tell_vfs(struct known *known, const struct device *pf, size_t n)
{
	struct news news = news_of_device(NEWS_VFS, pf);

	news.vfs = (long)n;
	return known->tell(known->arg, &news);
}

int known_set_vfs(struct known *known, struct device *pf, const struct strv *names)
{
	struct known_vfs *vfs = find_vfs(known, pf->name);
	size_t had = vfs ? vfs->names.n : 0;

	if (vfs)
		remove_vfs(known, vfs);
	if (names->n) {
		vfs = add_vfs(known, pf->name);
		for (size_t i = 0; vfs && i < names->n; i++)
			if (strv_add(&vfs->names, names->v[i]))
				vfs = NULL;
		if (!vfs)
			return -ENOMEM;
	}
	return names->n == had ? 0 : tell_vfs(known, pf, names->n);
}

static bool take_name(struct strv *names, const char *name)
{
	for (size_t i = 0; i < names->n; i++) {
		if (strcmp(names->v[i], name))
			continue;
		free(names->v[i]);
		names->v[i] = names->v[--names->n];
		return true;
	}
	return false;
}

int known_forget_vf(struct known *known, const char *name)
{
	struct known_vfs *vfs = find_vfs(known, name);
	int ret = 0;

	if (vfs)
		remove_vfs(known, vfs);
	for (size_t i = 0; i < known->n_vfs; i++) {
		const struct device *pf;

		vfs = &known->vfs[i];
		if (!take_name(&vfs->names, name) || vfs->names.n)
			continue;
		pf = host_device(known->host, "pci", vfs->pf);
		remove_vfs(known, vfs);
		ret = pf ? tell_vfs(known, pf, 0) : 0;
		break;
	}
	return ret;
}

void known_clear_vfs(struct known *known)
{
	while (known->n_vfs)
		remove_vfs(known, &known->vfs[0]);
	free(known->vfs);
}
