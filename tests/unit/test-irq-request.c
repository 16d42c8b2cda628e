// SPDX-License-Identifier: GPL-2.0-only
/* The arguments of VFIO_DEVICE_SET_IRQS, at every boundary: CVE-2016-9083 and CVE-2016-9084. */
#include <errno.h>

#include "../../kernel/pci/irq_request.h"
#include "unit.h"

#define NONE	(VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define BOOL	(VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER)
#define EVENTFD (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
#define HEADER	offsetof(struct vfio_irq_set, data)

static int parse(__u32 flags, __u32 start, __u32 count, size_t data, __u32 available)
{
	struct vfio_irq_set set = { .flags = flags, .start = start, .count = count };
	struct irq_request req;

	return irq_request_parse(&set, HEADER + data, available, &req);
}

static void ranges_that_wrap_are_refused(void **state)
{
	(void)state;
	assert_int_equal(parse(NONE, 0, 8, 0, 8), 0);
	assert_int_equal(parse(NONE, 7, 1, 0, 8), 0);
	assert_int_equal(parse(NONE, 7, 2, 0, 8), -EINVAL);
	assert_int_equal(parse(NONE, 8, 0, 0, 8), -EINVAL);
	assert_int_equal(parse(NONE, 1, 0xffffffff, 0, 8), -EINVAL);
	assert_int_equal(parse(NONE, 0xffffffff, 1, 0, 8), -EINVAL);
	assert_int_equal(parse(NONE, 0xffffffff, 0xffffffff, 0, 8), -EINVAL);
	assert_int_equal(parse(NONE, 0, 0, 0, 0), -EINVAL);
}

static void data_must_be_there_in_full(void **state)
{
	(void)state;
	assert_int_equal(parse(EVENTFD, 0, 4, 16, 8), 0);
	assert_int_equal(parse(EVENTFD, 0, 4, 15, 8), -EINVAL);
	assert_int_equal(parse(EVENTFD, 0, 0x40000001, 4, 0xffffffff), -EINVAL);
	assert_int_equal(parse(BOOL, 0, 4, 4, 8), 0);
	assert_int_equal(parse(BOOL, 0, 4, 3, 8), -EINVAL);
	assert_int_equal(parse(EVENTFD, 0, 0, 0, 8), 0);
	/* Not even the header. */
	assert_int_equal(parse(NONE, 0, 1, -1, 8), -EINVAL);
	assert_int_equal(parse(EVENTFD, 0, 1, -1, 8), -EINVAL);
}

static void there_is_one_kind_of_data_and_one_action(void **state)
{
	(void)state;
	assert_int_equal(parse(VFIO_IRQ_SET_ACTION_TRIGGER, 0, 1, 8, 8), -EINVAL);
	assert_int_equal(parse(VFIO_IRQ_SET_DATA_NONE, 0, 1, 8, 8), -EINVAL);
	assert_int_equal(parse(NONE | VFIO_IRQ_SET_DATA_BOOL, 0, 1, 8, 8), -EINVAL);
	assert_int_equal(parse(NONE | VFIO_IRQ_SET_ACTION_MASK, 0, 1, 8, 8), -EINVAL);
	assert_int_equal(parse(NONE | VFIO_IRQ_SET_DATA_BOOL, 0, 0, 8, 8), -EINVAL);
	assert_int_equal(parse(VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0, 8, 8), -EINVAL);
	assert_int_equal(parse(NONE | 1u << 6, 0, 1, 8, 8), -EINVAL);
	assert_int_equal(parse(0, 0, 1, 8, 8), -EINVAL);
}

struct request {
	struct vfio_irq_set set;
	__s32 data[4];
};

/* The last two of four vectors. */
static struct irq_request ask(struct request *r, __u32 flags)
{
	struct irq_request req;

	r->set.flags = flags;
	r->set.index = VFIO_PCI_MSIX_IRQ_INDEX;
	r->set.start = 2;
	r->set.count = 2;
	assert_int_equal(irq_request_parse(&r->set, sizeof(*r), 4, &req), 0);
	assert_int_equal(req.index, VFIO_PCI_MSIX_IRQ_INDEX);
	assert_int_equal(req.start, 2);
	assert_int_equal(req.count, 2);
	assert_int_equal(req.type, flags & VFIO_IRQ_SET_DATA_TYPE_MASK);
	return req;
}

static void each_vector_has_its_data(void **state)
{
	struct request r = {};
	struct irq_request req = ask(&r, NONE);
	__u8 bools[] = { 0, 2 };

	(void)state;
	assert_int_equal(req.action, IRQ_TRIGGER);
	assert_true(irq_request_chosen(&req, 0) && irq_request_chosen(&req, 1));
	req = ask(&r, VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_MASK);
	memcpy(r.data, bools, sizeof(bools));
	assert_int_equal(req.action, IRQ_MASK);
	assert_false(irq_request_chosen(&req, 0));
	assert_true(irq_request_chosen(&req, 1));
	req = ask(&r, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK);
	r.data[0] = 7;
	r.data[1] = -1;
	assert_int_equal(req.action, IRQ_UNMASK);
	assert_int_equal(irq_request_fd(&req, 0), 7);
	assert_int_equal(irq_request_fd(&req, 1), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_that_wrap_are_refused),
		cmocka_unit_test(data_must_be_there_in_full),
		cmocka_unit_test(there_is_one_kind_of_data_and_one_action),
		cmocka_unit_test(each_vector_has_its_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
