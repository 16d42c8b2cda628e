// SPDX-License-Identifier: GPL-2.0-only
/*
 * failnth list
 * failnth BDF BESIDE [OPERATION...]
 *
 * Each operation again and again, while the first, second, third ... allocation or copy that it
 * asks the kernel for fails, until it ends without a failure. Either nothing has changed then, and
 * doing it again works, or it was done in full. Afterwards everything must work and nothing may be
 * left. BESIDE is another device of the same driver. stderr says how many faults there were. Wants
 * a kernel with fault injection.
 */
#include <stdio.h>
#include <string.h>

#include "faults.h"
#include "operation.h"
#include "state.h"

#define MOST		      5000
/* What the kernel takes and gives back late for other devices, meanwhile. */
#define IOMMU_PAGES_OF_OTHERS 2

static const struct operation *const tables[] = { group_operations,   dma_operations,
						  device_operations,  interrupt_operations,
						  feature_operations, closing_operations,
						  driver_operations };
#define N_TABLES (sizeof(tables) / sizeof(tables[0]))

static bool expected(const struct operation *op, long answer)
{
	return answer == -ENOMEM || answer == -EFAULT || (op->error && answer == -op->error);
}

/* Returns whether a fault came: the last time, none does. */
static bool fail_once(const struct operation *op, unsigned int nth)
{
	struct state before, after;
	long answer;
	bool came;

	state_read(&before, here.v.bdf);
	if (op->before)
		op->before();
	fault_arm(nth, op->by_worker);
	answer = op->run();
	came = fault_came();
	if (answer < 0) {
		TRUE(came);
		check(expected(op, answer), op->name, nth, "answer", answer, -ENOMEM);
		answer = op->run();
		check(answer >= 0, op->name, nth, "answer without a fault", answer, 0);
	}
	if (op->check)
		op->check();
	if (op->after)
		op->after();
	state_read(&after, here.v.bdf);
	state_same(&before, &after, op->name);
	return came;
}

static void fail_each(const struct operation *op)
{
	struct state before, after;
	unsigned int nth = 0;

	state_read(&before, here.v.bdf);
	stage_enter(op->stage);
	faults_spare(op->spares);
	while (nth < MOST && !checks_status() && fail_once(op, nth + 1))
		nth++;
	stage_leave();
	fprintf(stderr, "%s: %u faults\n", op->name, nth);
	/* One that is never hit although it allocates is not tested. */
	TRUE(nth < MOST);
	TRUE(nth || op->quiet);
	at_rest();
	state_read(&after, here.v.bdf);
	TRUE(after.iommu_pages <= before.iommu_pages + IOMMU_PAGES_OF_OTHERS);
	if (checks_status())
		printf("after %u faults in %s\n", nth, op->name);
}

/* Messages of each kind that the device has, one after the other. */
static void messages(void)
{
	struct vfio_irq_info info = { .argsz = sizeof(info), .index = VFIO_PCI_MSI_IRQ_INDEX };

	for (; info.index < VFIO_PCI_ERR_IRQ_INDEX; info.index++) {
		IS(ask(here.v.device, VFIO_DEVICE_GET_IRQ_INFO, &info), 0);
		if (!info.count)
			continue;
		IS(irq_eventfd(here.v.device, info.index, here.event), 0);
		IS(irq_off(here.v.device, info.index), 0);
	}
}

/* After all that went wrong, nothing does. */
static void reuse(void)
{
	stage_enter(DEVICE);
	memory_map();
	messages();
	read32(here.v.device, region(here.v.device, VFIO_PCI_BAR0_REGION_INDEX, NULL));
	memory_unmap();
	stage_leave();
	at_rest();
}

static bool wanted(const char *name, char **names, int count)
{
	for (int i = 0; i < count; i++) {
		if (!strcmp(names[i], name))
			return true;
	}
	return !count;
}

static void each(void (*act)(const struct operation *op), char **names, int count)
{
	for (size_t i = 0; i < N_TABLES; i++) {
		for (const struct operation *op = tables[i]; op->name; op++) {
			if (wanted(op->name, names, count) && !checks_status())
				act(op);
		}
	}
}

static void list(const struct operation *op)
{
	puts(op->name);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "list")) {
		each(list, NULL, 0);
		return 0;
	}
	if (argc < 3)
		die("usage: failnth list | BDF BESIDE [OPERATION...]");
	here_init(argv[1], argv[2]);
	faults_init();
	/* What is made once and stays, is there before anything is counted. */
	reuse();
	each(fail_each, argv + 3, argc - 3);
	reuse();
	return checks_status();
}
