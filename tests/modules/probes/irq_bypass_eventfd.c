// SPDX-License-Identifier: GPL-2.0-only
/* Who waits for an interrupt names its eventfd with the call (6.17) */
#include <linux/irqbypass.h>

int probe(struct irq_bypass_consumer *consumer, struct eventfd_ctx *eventfd)
{
	return irq_bypass_register_consumer(consumer, eventfd);
}
