// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "cleanup.h"
#include "host_build.h"
#include "known.h"
#include "unit.h"

#define NVME "0000:01:00.0"
#define NIC  "0000:01:00.1"
#define PF   "0000:02:00.0"

/* A host whose news are written down, a line each. */
struct heard {
	struct known known;
	char *text;
	size_t size;
	FILE *out;
};

static int write_down(void *arg, const struct news *news)
{
	struct heard *h = arg;

	fprintf(h->out, "%s %ld", news_kind_name(news->kind), news->group);
	if (news->device)
		fprintf(h->out, " %s", news->device);
	if (news->driver)
		fprintf(h->out, " %s", news->driver);
	if (news->viable >= 0)
		fprintf(h->out, " %s", news->viable ? "yes" : "no");
	for (size_t i = 0; news->blockers && i < news->blockers->n; i++)
		fprintf(h->out, " %s=%s", news->blockers->v[i], news->drivers->v[i]);
	if (news->container)
		fprintf(h->out, " container=%llu", news->container);
	if (news->users >= 0)
		fprintf(h->out, " users=%ld", news->users);
	if (news->vfs >= 0)
		fprintf(h->out, " vfs=%ld", news->vfs);
	fputc('\n', h->out);
	return 0;
}

static struct driver *driver(struct host *host, const char *name)
{
	struct driver *found = host_driver(host, host_bus(host, "pci"), name);

	found->vfio = !strcmp(name, "vfio-pci");
	found->checked = true;
	return found;
}

static void add(struct host *host, const char *name, long group, const char *driver_name)
{
	struct device *device = host_add_device(host, host_bus(host, "pci"), name);

	device->is_pci = !pci_address_parse(name, &device->addr);
	if (driver_name)
		device->driver = driver(host, driver_name);
	if (group < 0)
		return;
	if (!host_group(host, group)) {
		host_add_group(host, group);
		host_sort(host);
	}
	group_add(host_group(host, group), device);
}

static struct host *new_host(void)
{
	struct host *host = calloc(1, sizeof(*host));

	host->sysfs = -1;
	return host;
}

/* A disk and a network card in group 1, and something that can have virtual functions in group 2.
 */
static struct host *usual_host(void)
{
	struct host *host = new_host();

	add(host, NVME, 1, "nvme");
	add(host, NIC, 1, "e1000e");
	add(host, PF, 2, NULL);
	host_sort(host);
	return host;
}

static void begin(struct heard *h, struct host *host)
{
	memset(h, 0, sizeof(*h));
	h->out = open_memstream(&h->text, &h->size);
	h->known.tell = write_down;
	h->known.arg = h;
	assert_int_equal(whitelist_add(&h->known.whitelist, "pci-stub", "pci", "built-in"), 0);
	assert_int_equal(known_init(&h->known, host), 0);
}

/* What was heard since the last time. */
static void expect(struct heard *h, const char *wanted)
{
	fflush(h->out);
	assert_string_equal(h->text, wanted);
	fclose(h->out);
	free(h->text);
	h->out = open_memstream(&h->text, &h->size);
}

static void end(struct heard *h)
{
	expect(h, "");
	fclose(h->out);
	free(h->text);
	known_clear(&h->known);
}

static struct device *device(struct heard *h, const char *name)
{
	return host_device(h->known.host, "pci", name);
}

static void bind(struct heard *h, const char *name, const char *driver_name)
{
	assert_int_equal(known_bind(&h->known, device(h, name),
				    driver_name ? driver(h->known.host, driver_name) : NULL),
			 0);
}

static void what_was_there_is_no_news(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	bind(&h, NVME, "nvme");
	bind(&h, PF, NULL);
	end(&h);
}

static void a_group_is_viable_once_the_last_blocker_is_gone(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	bind(&h, NVME, "vfio-pci");
	expect(&h, "unbound 1 " NVME " nvme\nbound 1 " NVME " vfio-pci\n");
	bind(&h, NIC, "pci-stub");
	expect(&h, "unbound 1 " NIC " e1000e\nviability 1 yes\nbound 1 " NIC " pci-stub\n");
	bind(&h, NIC, "e1000e");
	expect(&h, "unbound 1 " NIC " pci-stub\nbound 1 " NIC " e1000e\n"
		   "viability 1 no " NIC "=e1000e\n");
	end(&h);
}

static void a_driver_that_another_has_replaced_was_unbound_first(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	assert_int_equal(known_remove(&h.known, device(&h, NIC)), 0);
	expect(&h, "unbound 1 " NIC " e1000e\nremoved 1 " NIC "\n");
	assert_null(device(&h, NIC));
	end(&h);
}

static void the_last_device_of_a_group_says_no_more_of_it(void **state)
{
	struct device like = { .name = (char *)PF, .bus = "pci", .is_pci = true, .group_id = 2 };
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	bind(&h, PF, "nvme");
	expect(&h, "bound 2 " PF " nvme\nviability 2 no " PF "=nvme\n");
	assert_int_equal(known_remove(&h.known, device(&h, PF)), 0);
	expect(&h, "unbound 2 " PF " nvme\nviability 2 yes\nremoved 2 " PF "\n");
	assert_int_equal(pci_address_parse(PF, &like.addr), 0);
	assert_int_equal(known_add(&h.known, &like), 0);
	expect(&h, "added 2 " PF "\n");
	assert_ptr_equal(device(&h, PF)->group, host_group(h.known.host, 2));
	end(&h);
}

static void a_group_that_is_found_late_counts_from_then_on(void **state)
{
	struct device like = { .name = (char *)"late", .bus = "platform", .group_id = -1 };
	struct device *late;
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	assert_int_equal(known_add(&h.known, &like), 0);
	expect(&h, "added -1 late\n");
	late = host_device(h.known.host, host_bus(h.known.host, "platform"), "late");
	assert_int_equal(known_join(&h.known, late, 3), 0);
	assert_int_equal(known_bind(&h.known, late, host_driver(h.known.host, late->bus, "some")),
			 0);
	expect(&h, "bound 3 late some\nviability 3 no late=some\n");
	end(&h);
}

static void use(struct heard *h, bool opened, unsigned long long container, long users,
		const char *name)
{
	const struct known_use use = {
		.opened = opened, .attached = container, .container = container, .users = users
	};

	assert_int_equal(known_set_use(&h->known, 1, &use, name), 0);
}

static void each_step_of_a_client_is_told_once(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	use(&h, true, 0, 0, NULL);
	use(&h, true, 0, 0, NULL);
	expect(&h, "opened 1 users=0\n");
	use(&h, true, 7, 0, NULL);
	expect(&h, "attached 1 container=7 users=0\n");
	use(&h, true, 7, 1, NVME);
	expect(&h, "device-opened 1 " NVME " container=7 users=1\n");
	use(&h, false, 7, 1, NULL);
	expect(&h, "closed 1 container=7 users=1\n");
	use(&h, false, 7, 0, NVME);
	expect(&h, "device-closed 1 " NVME " container=7 users=0\n");
	use(&h, false, 0, 0, NULL);
	expect(&h, "detached 1 container=7 users=0\n");
	end(&h);
}

static void steps_that_were_missed_are_told_in_a_possible_order(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	use(&h, true, 7, 2, NVME);
	expect(&h, "opened 1 container=7 users=2\nattached 1 container=7 users=2\n"
		   "device-opened 1 " NVME " container=7 users=2\n");
	use(&h, true, 8, 2, NULL);
	expect(&h, "detached 1 container=7 users=2\nattached 1 container=8 users=2\n");
	use(&h, false, 0, 0, NULL);
	expect(&h, "device-closed 1 " NVME " container=8 users=0\n"
		   "detached 1 container=8 users=0\nclosed 1 users=0\n");
	end(&h);
}

/* Where only looking tells, nobody says which device was closed. */
static void what_was_closed_is_known_while_all_files_were_of_it(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	use(&h, true, 7, 1, NVME);
	use(&h, true, 7, 2, NVME);
	expect(&h, "opened 1 container=7 users=1\nattached 1 container=7 users=1\n"
		   "device-opened 1 " NVME " container=7 users=1\n"
		   "device-opened 1 " NVME " container=7 users=2\n");
	use(&h, true, 7, 1, NULL);
	expect(&h, "device-closed 1 " NVME " container=7 users=1\n");
	use(&h, true, 7, 2, "0000:01:00.1");
	expect(&h, "device-opened 1 0000:01:00.1 container=7 users=2\n");
	use(&h, true, 7, 1, NULL);
	use(&h, true, 7, 0, NULL);
	expect(&h, "device-closed 1 container=7 users=1\ndevice-closed 1 container=7 users=0\n");
	use(&h, true, 7, 1, NULL);
	use(&h, true, 7, 0, NULL);
	expect(&h, "device-opened 1 container=7 users=1\ndevice-closed 1 container=7 users=0\n");
	end(&h);
}

static void what_is_still_open_is_not_what_was_closed(void **state)
{
	const struct known_use two = { .opened = true, .attached = true, .users = 2 };
	const struct known_use one = { .opened = true, .attached = true, .users = 1 };
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	assert_int_equal(known_see_use(&h.known, 1, &two, NULL), 0);
	expect(&h, "opened 1 users=2\nattached 1 users=2\ndevice-opened 1 users=2\n");
	assert_int_equal(known_see_use(&h.known, 1, &one, NVME), 0);
	expect(&h, "device-closed 1 users=1\n");
	assert_int_equal(known_see_use(&h.known, 1, &two, NVME), 0);
	expect(&h, "device-opened 1 " NVME " users=2\n");
	end(&h);
}

static void where_the_kernel_judges_we_do_not(void **state)
{
	struct strv none = { 0 }, blockers = { 0 }, drivers = { 0 };
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	assert_int_equal(known_set_verdict(&h.known, 1, true, &none, &none), 0);
	expect(&h, "viability 1 yes\n");
	bind(&h, NVME, NULL);
	bind(&h, NVME, "nvme");
	expect(&h, "unbound 1 " NVME " nvme\nbound 1 " NVME " nvme\n");
	assert_int_equal(known_set_verdict(&h.known, 1, false, &none, &none), 0);
	expect(&h, "viability 1 no " NVME "=nvme " NIC "=e1000e\n");
	assert_int_equal(known_set_verdict(&h.known, 1, true, &none, &none), 0);
	strv_add(&blockers, "a");
	strv_add(&drivers, "b");
	assert_int_equal(known_set_verdict(&h.known, 1, false, &blockers, &drivers), 0);
	expect(&h, "viability 1 yes\nviability 1 no a=b\n");
	bind(&h, NVME, NULL);
	bind(&h, NIC, NULL);
	expect(&h, "unbound 1 " NVME " nvme\nunbound 1 " NIC " e1000e\n");
	assert_int_equal(known_forget_verdict(&h.known, 1), 0);
	expect(&h, "viability 1 yes\n");
	strv_clear(&blockers);
	strv_clear(&drivers);
	end(&h);
}

static void a_whitelist_changes_verdicts(void **state)
{
	struct whitelist list = { 0 };
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	assert_int_equal(whitelist_add(&list, "nvme", "pci", "here"), 0);
	assert_int_equal(whitelist_add(&list, "e1000e", "pci", "here"), 0);
	assert_int_equal(known_set_whitelist(&h.known, &list), 0);
	expect(&h, "viability 1 yes\n");
	assert_int_equal(known_set_whitelist(&h.known, &list), 0);
	expect(&h, "viability 1 no " NVME "=nvme " NIC "=e1000e\n");
	end(&h);
}

static void set_vfs(struct heard *h, size_t n)
{
	_cleanup_(strv_clear) struct strv names = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(strv_addf(&names, "0000:02:00.%zu", i + 1), 0);
	assert_int_equal(known_set_vfs(&h->known, device(h, PF), &names), 0);
}

static void virtual_functions_are_gone_with_the_last_of_them(void **state)
{
	struct device like = { .bus = "pci", .is_pci = true, .group_id = -1 };
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	for (size_t i = 1; i <= 2; i++) {
		char name[16];

		snprintf(name, sizeof(name), "0000:02:00.%zu", i);
		like.name = name;
		assert_int_equal(pci_address_parse(name, &like.addr), 0);
		assert_int_equal(known_add(&h.known, &like), 0);
	}
	set_vfs(&h, 2);
	set_vfs(&h, 2);
	expect(&h, "added -1 0000:02:00.1\nadded -1 0000:02:00.2\nvfs 2 " PF " vfs=2\n");
	assert_int_equal(known_remove(&h.known, device(&h, "0000:02:00.1")), 0);
	expect(&h, "removed -1 0000:02:00.1\n");
	assert_int_equal(known_remove(&h.known, device(&h, "0000:02:00.2")), 0);
	expect(&h, "removed -1 0000:02:00.2\nvfs 2 " PF " vfs=0\n");
	set_vfs(&h, 0);
	end(&h);
}

static void a_look_tells_all_that_was_missed(void **state)
{
	struct host *now = new_host();
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	add(now, NVME, 1, "vfio-pci");
	add(now, PF, 4, NULL);
	add(now, "0000:03:00.0", 3, "nvme");
	host_sort(now);
	assert_int_equal(known_compare(&h.known, now), 0);
	expect(&h, "removed 2 " PF "\n"
		   "unbound 1 " NIC " e1000e\nremoved 1 " NIC "\n"
		   "unbound 1 " NVME " nvme\nviability 1 yes\nbound 1 " NVME " vfio-pci\n"
		   "added 4 " PF "\n"
		   "added 3 0000:03:00.0\nbound 3 0000:03:00.0 nvme\n"
		   "viability 3 no 0000:03:00.0=nvme\n");
	assert_int_equal(known_compare(&h.known, now), 0);
	host_free(now);
	end(&h);
}

static int refuse(void *arg, const struct news *news)
{
	(void)arg;
	(void)news;
	return -5;
}

static void a_failure_to_tell_goes_up(void **state)
{
	struct heard h;

	(void)state;
	begin(&h, usual_host());
	h.known.tell = refuse;
	assert_int_equal(known_bind(&h.known, device(&h, NVME), NULL), -5);
	assert_int_equal(known_remove(&h.known, device(&h, NIC)), -5);
	assert_int_equal(known_tell(&h.known, NEWS_READY), -5);
	end(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_there_is_no_news),
		cmocka_unit_test(a_group_is_viable_once_the_last_blocker_is_gone),
		cmocka_unit_test(a_driver_that_another_has_replaced_was_unbound_first),
		cmocka_unit_test(the_last_device_of_a_group_says_no_more_of_it),
		cmocka_unit_test(a_group_that_is_found_late_counts_from_then_on),
		cmocka_unit_test(each_step_of_a_client_is_told_once),
		cmocka_unit_test(steps_that_were_missed_are_told_in_a_possible_order),
		cmocka_unit_test(what_was_closed_is_known_while_all_files_were_of_it),
		cmocka_unit_test(what_is_still_open_is_not_what_was_closed),
		cmocka_unit_test(where_the_kernel_judges_we_do_not),
		cmocka_unit_test(a_whitelist_changes_verdicts),
		cmocka_unit_test(virtual_functions_are_gone_with_the_last_of_them),
		cmocka_unit_test(a_look_tells_all_that_was_missed),
		cmocka_unit_test(a_failure_to_tell_goes_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
