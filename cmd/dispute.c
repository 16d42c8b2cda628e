// SPDX-License-Identifier: GPL-2.0-only
#include "dispute.h"

#include "cleanup.h"

void dispute_warn(const struct cmd_run *run, const struct group_verdict *verdict, long group)
{
	_cleanup_free_ char *text = NULL;

	if (!group_verdict_disputed(verdict))
		return;
	text = group_verdict_dispute(verdict, group);
	if (text)
		cmd_warn(run, "%s", text);
}
