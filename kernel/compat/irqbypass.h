/* SPDX-License-Identifier: GPL-2.0-only */
/* Offering an interrupt to whoever can deliver it without the host, such as KVM. */
#ifndef VFIOCTL_COMPAT_IRQBYPASS_H
#define VFIOCTL_COMPAT_IRQBYPASS_H

#include <linux/eventfd.h>
#include <linux/irqbypass.h>

#include "compat.h"

/*
 * compat_irqbypass_offer() - whoever waits for @eventfd may have @irq delivered his own way
 *
 * May sleep. 0; -EBUSY: another interrupt is offered with the same eventfd; -EOPNOTSUPP: the kernel
 * has nobody to tell. @producer is all zeroes or was withdrawn, and stays while it is offered.
 */
static inline int compat_irqbypass_offer(struct irq_bypass_producer *producer,
					 struct eventfd_ctx *eventfd, int irq)
{
#if !IS_ENABLED(CONFIG_IRQ_BYPASS_MANAGER)
	return -EOPNOTSUPP;
#elif defined(HAVE_IRQ_BYPASS_EVENTFD)
	return irq_bypass_register_producer(producer, eventfd, irq);
#else
	producer->token = eventfd;
	producer->irq = irq;
	return irq_bypass_register_producer(producer);
#endif
}

/* Of an offer that was taken. From here on the interrupt comes to the host. May sleep. */
static inline void compat_irqbypass_withdraw(struct irq_bypass_producer *producer)
{
#if IS_ENABLED(CONFIG_IRQ_BYPASS_MANAGER)
	irq_bypass_unregister_producer(producer);
#endif
}

#endif
