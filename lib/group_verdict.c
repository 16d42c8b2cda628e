// SPDX-License-Identifier: GPL-2.0-only
#include "group_verdict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cleanup.h"

int group_verdict_read(struct group_verdict *out, int sysfs, enum core_kind core,
		       const struct group *group, const struct whitelist *list)
{
	int ret;

	*out = (struct group_verdict){ 0 };
	ret = viability_judge(group, list, &out->computed);
	if (ret < 0)
		return ret;
	if (core == CORE_OURS) {
		ret = core_group_read(sysfs, group->id, &out->kernel);
		if (ret == -ENOMEM)
			return ret;
		out->told = !ret;
	}
	out->viable = out->told ? out->kernel.viable : out->computed.viable;
	return 0;
}

void group_verdict_clear(struct group_verdict *verdict)
{
	viability_clear(&verdict->computed);
	core_group_clear(&verdict->kernel);
	*verdict = (struct group_verdict){ 0 };
}

bool group_verdict_disputed(const struct group_verdict *verdict)
{
	return verdict->told && verdict->kernel.viable != verdict->computed.viable;
}

static char *kernel_refuses(const struct group_verdict *verdict, long id)
{
	const struct core_group *kernel = &verdict->kernel;
	char *text;
	int ret;

	if (kernel->blockers.n)
		ret = asprintf(&text,
			       "group %ld is viable by vfioctl's rules, but not to the kernel: "
			       "'%s' is bound to '%s', which its driver_whitelist does not have",
			       id, kernel->blockers.v[0], kernel->drivers.v[0]);
	else
		ret = asprintf(&text,
			       "group %ld is viable by vfioctl's rules, but not to the kernel: "
			       "somebody else, such as iommufd, owns its DMA",
			       id);
	return ret < 0 ? NULL : text;
}

char *group_verdict_dispute(const struct group_verdict *verdict, long id)
{
	_cleanup_free_ char *reason = NULL;
	char *text;

	if (verdict->kernel.viable) {
		reason = viability_reason(verdict->computed.blockers[0]);
		if (!reason || asprintf(&text,
					"group %ld is viable to the kernel, but not by vfioctl's "
					"rules: %s",
					id, reason) < 0)
			return NULL;
		return text;
	}
	return kernel_refuses(verdict, id);
}
