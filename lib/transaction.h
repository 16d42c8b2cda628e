/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The changes to the devices of one IOMMU group, as one transaction: lock, look again, record,
 * apply, verify, and on a failure undo all of it. Runs in a worker of the pool; what it finds out
 * it tells over the pool's pipe.
 */
#ifndef VFIOCTL_TRANSACTION_H
#define VFIOCTL_TRANSACTION_H

#include "change.h"
#include "pool.h"

/* pool_report.kind of the reports that a transaction sends; @item is the index of the change. */
enum transaction_news {
	NEWS_NOW,    /* @text: the step that begins, "unbind from 'nvme'" */
	NEWS_RESULT, /* @result, @status, @a and @b: drivers before and after, @text: message */
	NEWS_STEP,   /* dry run: @status is the step's kind, @a its value, @b what undoes it */
};

/* Changes @first up to, and not including, @end of @set, all in one group. */
void transaction_run(struct change_set *set, size_t first, size_t end, int run_dir,
		     struct pool_worker *worker);

#endif
