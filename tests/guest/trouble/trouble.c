// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PCI driver that makes trouble, for guests. It takes a device only by driver_override. What its
 * probe does is said by the parameter "probe", what its removal does by "remove":
 *
 *   ok    nothing
 *   fail  the probe fails with EIO
 *   hang  sleeps for a minute, or until the parameter "go" is set
 *   oops  dereferences a null pointer, with the device's lock held, and so takes the thread with it
 *
 * "load" is the same for the module's own init.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/pci.h>

#define HANG_S 60

static char *probe = "ok";
module_param(probe, charp, 0644);
static char *remove = "ok";
module_param(remove, charp, 0644);
static char *load = "ok";
module_param(load, charp, 0444);
static bool go;
module_param(go, bool, 0644);

/* tests/vm/run knows this line: the oops that follows it is expected. */
static noinline void fault(void)
{
	int *volatile nowhere = NULL;

	pr_info("an oops by order follows\n");
	*nowhere = 1;
}

/* In a sleep that no signal ends, and that does not count as a hung task. */
static void hang(void)
{
	unsigned long until = jiffies + HANG_S * HZ;

	while (!READ_ONCE(go) && time_before(jiffies, until)) {
		set_current_state(TASK_IDLE);
		schedule_timeout(HZ / 10);
	}
}

static int make_trouble(const char *what)
{
	if (sysfs_streq(what, "fail"))
		return -EIO;
	if (sysfs_streq(what, "hang"))
		hang();
	if (sysfs_streq(what, "oops"))
		fault();
	return 0;
}

static int trouble_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	return make_trouble(probe);
}

static void trouble_remove(struct pci_dev *pdev)
{
	make_trouble(remove);
}

static const struct pci_device_id no_ids[] = { {} };

static struct pci_driver trouble_driver = {
	.name = "trouble",
	.id_table = no_ids,
	.probe = trouble_probe,
	.remove = trouble_remove,
};

static int __init trouble_init(void)
{
	int ret = make_trouble(load);

	return ret ?: pci_register_driver(&trouble_driver);
}

static void __exit trouble_exit(void)
{
	pci_unregister_driver(&trouble_driver);
}

module_init(trouble_init);
module_exit(trouble_exit);
MODULE_DESCRIPTION("A driver that fails, hangs or faults as it is told");
MODULE_LICENSE("GPL");
