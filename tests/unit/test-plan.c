// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plans are carried out on a model of the kernel's rules, to their end and up to each of their
 * steps, and undone from there.
 */
#include <stdio.h>

#include "cleanup.h"
#include "plan.h"
#include "unit.h"

/* A device whose ids only nvme knows. */
struct model {
	const char *driver, *override;
	bool no_autoprobe;
};

static bool same(const char *a, const char *b)
{
	return !a || !b ? a == b : !strcmp(a, b);
}

static const char *set(const char *text)
{
	return text && *text ? text : NULL;
}

/* driver_match_device() and pci_device_can_probe() */
static bool model_bind(struct model *m, const char *driver)
{
	if (m->driver || (m->no_autoprobe && !m->override))
		return false;
	if (m->override ? strcmp(m->override, driver) != 0 : strcmp("nvme", driver) != 0)
		return false;
	m->driver = driver;
	return true;
}

static bool model_do(struct model *m, const struct step *step)
{
	switch (step->kind) {
	case STEP_UNBIND:
		if (!same(m->driver, step->value))
			return false;
		m->driver = NULL;
		return true;
	case STEP_OVERRIDE:
		m->override = set(step->value);
		return true;
	case STEP_BIND:
		return model_bind(m, step->value);
	case STEP_PROBE:
		model_bind(m, m->override ?: "nvme");
		return true;
	case STEP_VERIFY:
		return same(m->driver, set(step->value));
	}
	return false;
}

static bool model_undo(struct model *m, const struct step *step)
{
	switch (step->kind) {
	case STEP_UNBIND:
		return model_bind(m, step->undo);
	case STEP_OVERRIDE:
		m->override = set(step->undo);
		return true;
	case STEP_BIND:
		if (!same(m->driver, step->value))
			return false;
		m->driver = NULL;
		return true;
	case STEP_PROBE:
		m->driver = NULL;
		return true;
	case STEP_VERIFY:
		return true;
	}
	return false;
}

/* Every step works; and stopped after any of them, undoing what was done restores the device. */
static struct model run_and_undo(const struct plan *plan, const struct plan_facts *facts)
{
	const struct model before = { facts->driver, facts->override, facts->no_autoprobe };
	struct model m = before;

	for (size_t stop = 0; stop <= plan->n; stop++) {
		m = before;
		for (size_t i = 0; i < stop; i++)
			if (!model_do(&m, &plan->steps[i]))
				fail_msg("step %zu (%s %s) fails for driver %s, override %s", i,
					 step_kind_name(plan->steps[i].kind),
					 plan->steps[i].value ?: "-", before.driver ?: "-",
					 before.override ?: "-");
		if (stop == plan->n)
			break;
		for (size_t i = stop; i--;)
			if (!model_undo(&m, &plan->steps[i]))
				fail_msg("step %zu of %zu cannot be undone for driver %s, "
					 "override %s",
					 i, stop, before.driver ?: "-", before.override ?: "-");
		assert_true(same(m.driver, before.driver));
		assert_true(same(m.override, before.override));
	}
	return m;
}

static const char *const drivers[] = { NULL, "nvme", "vfio-pci", "pci-stub" };

/* Calls @fn for every state that a device can be in. */
static void each_state(void (*fn)(const struct plan_facts *facts))
{
	for (size_t d = 0; d < ARRAY_SIZE(drivers); d++)
		for (size_t o = 0; o < ARRAY_SIZE(drivers); o++)
			for (int no = 0; no < 2; no++)
				fn(&(struct plan_facts){ .driver = drivers[d],
							 .override = drivers[o],
							 .vfio = same(drivers[d], "vfio-pci"),
							 .no_autoprobe = no });
}

static void check_bind(const struct plan_facts *facts)
{
	for (size_t i = 1; i < ARRAY_SIZE(drivers); i++) {
		struct plan plan = { 0 };
		struct model end;

		assert_int_equal(plan_bind(&plan, facts, drivers[i], false), 0);
		end = run_and_undo(&plan, facts);
		assert_string_equal(end.driver, drivers[i]);
		if (same(facts->driver, drivers[i]))
			assert_int_equal(plan.n, 0);
		else
			assert_string_equal(end.override, drivers[i]);
		assert_true(plan.n || plan.note);
		plan_clear(&plan);
	}
}

static void bind_can_be_undone_from_every_step(void **state)
{
	(void)state;
	each_state(check_bind);
}

static void check_unbind_of_record(const struct plan_facts *facts)
{
	for (size_t d = 0; d < ARRAY_SIZE(drivers); d++) {
		for (size_t o = 0; o < ARRAY_SIZE(drivers); o++) {
			const struct plan_origin origin = {
				.known = true,
				.driver = drivers[d],
				.override = drivers[o],
				.set = "vfio-pci",
				.driver_present = true,
			};
			bool out = plan_is_handed_out(facts, &origin);
			struct plan plan = { 0 };
			struct model end;

			assert_int_equal(plan_unbind(&plan, facts, &origin), 0);
			end = run_and_undo(&plan, facts);
			if (out) {
				assert_true(same(end.driver, drivers[d]));
				assert_true(same(end.override, drivers[o]));
			} else {
				assert_true(same(end.driver, facts->driver));
			}
			assert_true(plan.n || plan.note);
			plan_clear(&plan);
		}
	}
}

static void unbind_restores_what_is_on_record(void **state)
{
	(void)state;
	each_state(check_unbind_of_record);
}

static void check_unbind_without_record(const struct plan_facts *facts)
{
	const struct plan_origin origin = { 0 };
	struct plan plan = { 0 };
	struct model end;

	assert_int_equal(plan_unbind(&plan, facts, &origin), 0);
	end = run_and_undo(&plan, facts);
	if (plan_is_handed_out(facts, &origin)) {
		assert_null(end.override);
		assert_true(same(end.driver, facts->no_autoprobe ? NULL : "nvme"));
	} else {
		assert_int_equal(plan.n, 0);
	}
	plan_clear(&plan);
}

static void unbind_without_a_record_leaves_the_choice_to_the_kernel(void **state)
{
	(void)state;
	each_state(check_unbind_without_record);
}

static struct plan_facts facts_of(const struct model *m)
{
	return (struct plan_facts){ .driver = m->driver,
				    .override = m->override,
				    .vfio = same(m->driver, "vfio-pci"),
				    .no_autoprobe = m->no_autoprobe };
}

/* The same name, which outlives the plan that it was taken from. */
static const char *lasting(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (same(drivers[i], name))
			return drivers[i];
	fail_msg("a driver that nobody spoke of");
	return NULL;
}

/* Carried out up to @stop of its steps, none of which takes a device from a driver. */
static bool recover_up_to(struct model *m, const struct plan_unfinished *u, size_t stop)
{
	const struct plan_facts facts = facts_of(m);
	enum plan_recovery recovery;
	struct plan plan = { 0 };
	bool more;

	assert_int_equal(plan_recover(&plan, &facts, u, false, &recovery), 0);
	assert_int_not_equal(recovery, RECOVERY_LEAVES);
	for (size_t i = 0; i < plan.n && i < stop; i++) {
		assert_int_not_equal(plan.steps[i].kind, STEP_UNBIND);
		assert_true(model_do(m, &plan.steps[i]));
	}
	more = stop < plan.n;
	m->driver = lasting(m->driver);
	m->override = lasting(m->override);
	plan_clear(&plan);
	return more;
}

static void assert_at_an_end(const struct model *m, const struct plan_facts *from,
			     const struct plan_unfinished *u)
{
	bool is_old = same(m->driver, from->driver) && same(m->override, from->override);
	bool is_new = u->to.any ? !same(m->driver, from->driver) : same(m->driver, u->to.driver);

	if (!is_old && !(is_new && same(m->override, u->to.override)))
		fail_msg("from driver %s, override %s to %s, %s it ends with %s, %s",
			 from->driver ?: "-", from->override ?: "-", u->to.driver ?: "-",
			 u->to.override ?: "-", m->driver ?: "-", m->override ?: "-");
}

/* The plan is cut short after each of its steps, and so is what recovers from that. */
static void cut_short(const struct plan *plan, const struct plan_facts *facts)
{
	struct plan_unfinished u = { .from_driver = facts->driver,
				     .from_override = facts->override,
				     .to = plan_outcome(plan, facts),
				     .override_ours = true };

	for (size_t done = 0; done <= plan->n; done++) {
		bool more = true;

		u.probed = done && plan->steps[done - 1].kind == STEP_PROBE;
		for (size_t again = 0; more; again++) {
			struct model m = { facts->driver, facts->override, facts->no_autoprobe };

			for (size_t i = 0; i < done; i++)
				assert_true(model_do(&m, &plan->steps[i]));
			more = recover_up_to(&m, &u, again);
			recover_up_to(&m, &u, PLAN_MAX);
			assert_at_an_end(&m, facts, &u);
		}
	}
}

static void check_cut_short(const struct plan_facts *facts)
{
	for (size_t d = 0; d < ARRAY_SIZE(drivers); d++) {
		const struct plan_origin origin = { .known = d > 0,
						    .driver = drivers[d],
						    .set = "vfio-pci",
						    .driver_present = true };
		struct plan plan = { 0 };

		if (d) {
			assert_int_equal(plan_bind(&plan, facts, drivers[d], false), 0);
			cut_short(&plan, facts);
			plan_clear(&plan);
		}
		assert_int_equal(plan_unbind(&plan, facts, &origin), 0);
		cut_short(&plan, facts);
		plan_clear(&plan);
	}
}

static void what_is_cut_short_anywhere_comes_to_an_end(void **state)
{
	(void)state;
	each_state(check_cut_short);
}

static void what_somebody_else_did_since_stays(void **state)
{
	const struct plan_facts facts = { .driver = "uio", .override = "uio" };
	const struct plan_unfinished u = { .from_driver = "nvme", .to = { .driver = "vfio-pci" } };
	enum plan_recovery recovery;
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_recover(&plan, &facts, &u, false, &recovery), 0);
	assert_int_equal(recovery, RECOVERY_LEAVES);
	assert_int_equal(plan.n, 1);
	assert_int_equal(plan.steps[0].kind, STEP_VERIFY);
	plan_clear(&plan);
}

/* "unbind nvme|override vfio-pci|..." */
static void assert_steps(const struct plan *plan, const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < plan->n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s %s", i ? "|" : "",
			 step_kind_name(plan->steps[i].kind), plan->steps[i].value ?: "-");
	assert_string_equal(text, expected);
}

static void the_usual_bind_is_four_steps(void **state)
{
	const struct plan_facts facts = { .driver = "nvme" };
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_bind(&plan, &facts, "vfio-pci", true), 0);
	assert_steps(&plan, "unbind nvme|override vfio-pci|bind vfio-pci|verify vfio-pci");
	plan_clear(&plan);
}

static void the_usual_unbind_ends_without_an_override(void **state)
{
	const struct plan_facts facts = { .driver = "vfio-pci",
					  .override = "vfio-pci",
					  .vfio = true };
	const struct plan_origin origin = {
		.known = true, .driver = "nvme", .set = "vfio-pci", .driver_present = true
	};
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_unbind(&plan, &facts, &origin), 0);
	assert_steps(&plan, "unbind vfio-pci|override |bind nvme|verify nvme");
	plan_clear(&plan);
}

static void a_virtual_function_that_may_not_be_probed_is_bound_under_its_override(void **state)
{
	const struct plan_facts facts = {
		.driver = "vfio-pci", .override = "vfio-pci", .vfio = true, .no_autoprobe = true
	};
	const struct plan_origin origin = {
		.known = true, .driver = "nvme", .set = "vfio-pci", .driver_present = true
	};
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_unbind(&plan, &facts, &origin), 0);
	assert_steps(&plan, "unbind vfio-pci|override nvme|bind nvme|override |verify nvme");
	plan_clear(&plan);
}

static void a_recorded_driver_that_is_gone_leaves_the_choice_to_the_kernel(void **state)
{
	const struct plan_facts facts = { .driver = "vfio-pci",
					  .override = "vfio-pci",
					  .vfio = true };
	const struct plan_origin origin = { .known = true, .driver = "gone", .set = "vfio-pci" };
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_unbind(&plan, &facts, &origin), 0);
	assert_steps(&plan, "unbind vfio-pci|override |probe -");
	plan_clear(&plan);
}

static void any_vfio_driver_will_do_unless_one_is_named(void **state)
{
	const struct plan_facts facts = { .driver = "mlx5_vfio_pci",
					  .override = "mlx5_vfio_pci",
					  .vfio = true };
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_bind(&plan, &facts, "vfio-pci", true), 0);
	assert_int_equal(plan.n, 0);
	assert_int_equal(plan_bind(&plan, &facts, "vfio-pci", false), 0);
	assert_steps(&plan, "unbind mlx5_vfio_pci|override vfio-pci|bind vfio-pci|verify vfio-pci");
	plan_clear(&plan);
}

static void a_leftover_override_of_ours_is_cleared(void **state)
{
	const struct plan_facts facts = { .driver = "nvme", .override = "vfio-pci" };
	const struct plan_origin origin = {
		.known = true, .driver = "nvme", .set = "vfio-pci", .driver_present = true
	};
	struct plan plan = { 0 };

	(void)state;
	assert_int_equal(plan_unbind(&plan, &facts, &origin), 0);
	assert_steps(&plan, "override ");
	plan_clear(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bind_can_be_undone_from_every_step),
		cmocka_unit_test(unbind_restores_what_is_on_record),
		cmocka_unit_test(unbind_without_a_record_leaves_the_choice_to_the_kernel),
		cmocka_unit_test(the_usual_bind_is_four_steps),
		cmocka_unit_test(the_usual_unbind_ends_without_an_override),
		cmocka_unit_test(
			a_virtual_function_that_may_not_be_probed_is_bound_under_its_override),
		cmocka_unit_test(a_recorded_driver_that_is_gone_leaves_the_choice_to_the_kernel),
		cmocka_unit_test(any_vfio_driver_will_do_unless_one_is_named),
		cmocka_unit_test(a_leftover_override_of_ours_is_cleared),
		cmocka_unit_test(what_is_cut_short_anywhere_comes_to_an_end),
		cmocka_unit_test(what_somebody_else_did_since_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
