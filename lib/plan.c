// SPDX-License-Identifier: GPL-2.0-only
#include "plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

const char *step_kind_name(enum step_kind kind)
{
	static const char *const names[] = {
		[STEP_UNBIND] = "unbind", [STEP_OVERRIDE] = "override", [STEP_BIND] = "bind",
		[STEP_PROBE] = "probe",	  [STEP_VERIFY] = "verify",
	};

	return names[kind];
}

void plan_clear(struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		free(plan->steps[i].value);
		free(plan->steps[i].undo);
	}
	*plan = (struct plan){ 0 };
}

bool driver_wants_override(const char *driver)
{
	return strstr(driver, "vfio") || !strcmp(driver, "pci-stub") ||
	       !strcmp(driver, "uio_pci_generic") || !strcmp(driver, "igb_uio");
}

static bool same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static int add(struct plan *plan, enum step_kind kind, const char *value, const char *undo)
{
	struct step *step = &plan->steps[plan->n];

	step->kind = kind;
	step->value = value ? strdup(value) : NULL;
	step->undo = undo ? strdup(undo) : NULL;
	plan->n++;
	return (value && !step->value) || (undo && !step->undo) ? -ENOMEM : 0;
}

/* Moves the override from *@now to @to, NULL meaning none. */
static int add_override(struct plan *plan, const char **now, const char *to)
{
	const char *from = *now;

	if (same(from, to))
		return 0;
	*now = to;
	return add(plan, STEP_OVERRIDE, to ?: "", from ?: "");
}

/* Can @driver take the device by its own bind file while the override is @override? */
static bool binds_under(const char *driver, const char *override, const struct plan_facts *facts)
{
	if (override)
		return !strcmp(override, driver);
	return !facts->no_autoprobe && !driver_wants_override(driver);
}

/*
 * Takes the present driver off. When it could not come back under the override that is set now, the
 * override first names it, so that undoing the unbind finds an override under which it works.
 */
static int add_unbind(struct plan *plan, const struct plan_facts *facts, const char **override)
{
	int ret;

	if (!facts->driver)
		return 0;
	if (!binds_under(facts->driver, *override, facts)) {
		ret = add_override(plan, override, facts->driver);
		if (ret)
			return ret;
	}
	return add(plan, STEP_UNBIND, facts->driver, facts->driver);
}

int plan_bind(struct plan *plan, const struct plan_facts *facts, const char *driver, bool any_vfio)
{
	const char *override = facts->override;
	int ret;

	if (same(facts->driver, driver)) {
		plan->note = "it has that driver already";
		return 0;
	}
	if (any_vfio && facts->driver && facts->vfio) {
		plan->note = "it has a VFIO driver already";
		return 0;
	}
	ret = add_unbind(plan, facts, &override);
	if (!ret)
		ret = add_override(plan, &override, driver);
	if (!ret)
		ret = add(plan, STEP_BIND, driver, NULL);
	if (!ret)
		ret = add(plan, STEP_VERIFY, driver, NULL);
	return ret;
}

/* The driver on record takes the device again, and the override is left as it was found. */
static int give_to(struct plan *plan, const struct plan_facts *facts, const char **override,
		   const struct plan_origin *origin)
{
	bool plain = binds_under(origin->driver, origin->override, facts);
	int ret = add_override(plan, override, plain ? origin->override : origin->driver);

	if (!ret)
		ret = add(plan, STEP_BIND, origin->driver, NULL);
	if (!ret)
		ret = add_override(plan, override, origin->override);
	if (!ret)
		ret = add(plan, STEP_VERIFY, origin->driver, NULL);
	return ret;
}

/* The kernel chooses. A function that it may not probe by itself stays as it would have been. */
static int give_to_kernel(struct plan *plan, const struct plan_facts *facts, const char **override,
			  const char *to)
{
	int ret = add_override(plan, override, to);

	if (ret || (facts->no_autoprobe && !to)) {
		plan->note = "its physical function has sriov_drivers_autoprobe off, so no driver "
			     "takes it";
		return ret;
	}
	return add(plan, STEP_PROBE, NULL, NULL);
}

bool plan_is_handed_out(const struct plan_facts *facts, const struct plan_origin *origin)
{
	if (!facts->driver)
		return (origin->known && origin->driver) ||
		       (facts->override && driver_wants_override(facts->override));
	if (origin->known && same(facts->driver, origin->driver))
		return false;
	return facts->vfio || !strcmp(facts->driver, "pci-stub") ||
	       (origin->known && same(facts->driver, origin->set));
}

int plan_unbind(struct plan *plan, const struct plan_facts *facts, const struct plan_origin *origin)
{
	const char *override = facts->override;
	int ret;

	if (!plan_is_handed_out(facts, origin)) {
		plan->note = facts->driver ? "it is in the host's hands already"
					   : "it has no driver and none is on record";
		/* Somebody else gave it back, and left our override standing. */
		if (origin->known && override && same(override, origin->set))
			return add_override(plan, &override, origin->override);
		return 0;
	}
	ret = add_unbind(plan, facts, &override);
	if (ret)
		return ret;
	if (!origin->known)
		return give_to_kernel(plan, facts, &override, NULL);
	if (origin->driver && origin->driver_present)
		return give_to(plan, facts, &override, origin);
	if (origin->driver)
		return give_to_kernel(plan, facts, &override, origin->override);
	plan->note = "it had no driver before, and has none again";
	ret = add_override(plan, &override, origin->override);
	return ret ?: add(plan, STEP_VERIFY, NULL, NULL);
}
