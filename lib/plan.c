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
		if (origin->known &&
		    (origin->override_ours || (override && same(override, origin->set))))
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

struct plan_outcome plan_outcome(const struct plan *plan, const struct plan_facts *facts)
{
	struct plan_outcome out = { .driver = facts->driver, .override = facts->override };

	for (size_t i = 0; i < plan->n; i++) {
		const char *value = plan->steps[i].value;

		switch (plan->steps[i].kind) {
		case STEP_UNBIND:
			out.driver = NULL;
			break;
		case STEP_OVERRIDE:
			out.override = value && *value ? value : NULL;
			break;
		case STEP_BIND:
			out.driver = value;
			break;
		case STEP_PROBE:
			out.any = true;
			break;
		case STEP_VERIFY:
			break;
		}
	}
	return out;
}

static bool is_finished(const char *now, const struct plan_unfinished *u)
{
	if (!u->to.any)
		return same(now, u->to.driver);
	return now ? !same(now, u->from_driver) : u->probed;
}

/* The driver stays, whichever it is; an override that somebody else set stays as well. */
static int settle(struct plan *plan, const struct plan_facts *facts,
		  const struct plan_unfinished *u, const char *override)
{
	const char *now = facts->override;
	int ret = u->override_ours ? add_override(plan, &now, override) : 0;

	return ret ?: add(plan, STEP_VERIFY, facts->driver, NULL);
}

int plan_recover(struct plan *plan, const struct plan_facts *facts, const struct plan_unfinished *u,
		 bool forward, enum plan_recovery *recovery)
{
	const struct plan_origin back = { .driver = u->from_driver, .override = u->from_override };
	const struct plan_origin on = { .driver = u->to.driver, .override = u->to.override };
	const char *override = facts->override;

	*recovery = RECOVERY_FINISHES;
	if (is_finished(facts->driver, u))
		return settle(plan, facts, u, u->to.override);
	if (forward && !facts->driver)
		return u->to.any ? give_to_kernel(plan, facts, &override, u->to.override)
				 : give_to(plan, facts, &override, &on);
	*recovery = RECOVERY_UNDOES;
	if (same(facts->driver, u->from_driver))
		return settle(plan, facts, u, u->from_override);
	if (!facts->driver)
		return give_to(plan, facts, &override, &back);
	*recovery = RECOVERY_LEAVES;
	plan->note = "somebody else changed its driver since";
	return settle(plan, facts, u, u->from_override);
}
