// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM does on processors that deliver a device's interrupts to a guest themselves, without the
 * processor: whoever writes the number of one of his eventfds to the parameter listen (-1: none any
 * more) finds in the parameter heard which interrupt is offered for it, 0 for none, and how many
 * were so far.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/irqbypass.h>
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "has.h"

static struct eventfd_ctx *eventfd;
static int offered;
static unsigned int offers;

static int producer_add(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(offered, producer->irq);
	WRITE_ONCE(offers, offers + 1);
	return 0;
}

static void producer_del(struct irq_bypass_consumer *consumer, struct irq_bypass_producer *producer)
{
	WRITE_ONCE(offered, 0);
}

static struct irq_bypass_consumer listener = { .add_producer = producer_add,
					       .del_producer = producer_del };

static int listener_register(void)
{
#ifdef HAVE_IRQ_BYPASS_EVENTFD
	return irq_bypass_register_consumer(&listener, eventfd);
#else
	listener.token = eventfd;
	return irq_bypass_register_consumer(&listener);
#endif
}

static void listen_end(void)
{
	if (!eventfd)
		return;
	irq_bypass_unregister_consumer(&listener);
	eventfd_ctx_put(eventfd);
	eventfd = NULL;
}

static int listen_set(const char *text, const struct kernel_param *param)
{
	struct eventfd_ctx *ctx;
	int fd, ret;

	ret = kstrtoint(text, 0, &fd);
	if (ret)
		return ret;
	listen_end();
	if (fd < 0)
		return 0;
	ctx = eventfd_ctx_fdget(fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	eventfd = ctx;
	ret = listener_register();
	if (ret) {
		eventfd_ctx_put(ctx);
		eventfd = NULL;
	}
	return ret;
}

static int heard_get(char *text, const struct kernel_param *param)
{
	return sysfs_emit(text, "%d %u\n", READ_ONCE(offered), READ_ONCE(offers));
}

static const struct kernel_param_ops listen_ops = { .set = listen_set };
static const struct kernel_param_ops heard_ops = { .get = heard_get };

module_param_cb(listen, &listen_ops, NULL, 0200);
module_param_cb(heard, &heard_ops, NULL, 0444);

static int __init listener_init(void)
{
	return 0;
}

static void __exit listener_exit(void)
{
	listen_end();
}

module_init(listener_init);
module_exit(listener_exit);

MODULE_DESCRIPTION("Waits for interrupts as KVM does, for tests");
MODULE_LICENSE("GPL");
