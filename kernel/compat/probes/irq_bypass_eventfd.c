// SPDX-License-Identifier: GPL-2.0-only
/* who offers an interrupt for a short cut names its eventfd and number with the call (6.17) */
#include <linux/irqbypass.h>

int probe(struct irq_bypass_producer *producer, struct eventfd_ctx *eventfd)
{
	return irq_bypass_register_producer(producer, eventfd, 1);
}
