// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "sysfs.h"

/* Only what the kernel says of the name means that the device is gone; anything else is our own. */
static int cannot_open(const struct device *device, int ret, struct error *err)
{
	if (ret == -ENOENT || ret == -ENODEV || ret == -ENOTDIR)
		return error_set(err, EXIT_FAILED, ENODEV, "'%s' is gone", device->name);
	return error_set(err, EXIT_FAILED, -ret, "cannot open '%s': %s", device->name,
			 strerror(-ret));
}

int target_open(struct target *t, const struct host *host, const struct device *device,
		struct error *err)
{
	char path[PATH_MAX];
	struct stat st;
	int ret;

	*t = (struct target){ .host = host, .device = device, .dir = -1 };
	t->dir = host_open_device(host, device);
	if (t->dir < 0 || fstat(t->dir, &st))
		return cannot_open(device, t->dir < 0 ? t->dir : -errno, err);
	t->dev = st.st_dev;
	t->ino = st.st_ino;
	ret = sysfs_real_path(t->dir, ".", path, sizeof(path));
	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot tell where '%s' is: %s",
				 device->name, strerror(-ret));
	t->path = strdup(path);
	return t->path ? 0 : error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
}

void target_close(struct target *t)
{
	/* A target that was never opened is all zeroes, and fd 0 is not ours. */
	if (t->host && t->dir >= 0)
		close(t->dir);
	free(t->path);
	*t = (struct target){ .dir = -1 };
}

int target_check(const struct target *t, struct error *err)
{
	_cleanup_close_ int now = host_open_device(t->host, t->device);
	struct stat st;

	if (now < 0 || fstat(now, &st))
		return cannot_open(t->device, now < 0 ? now : -errno, err);
	if (st.st_dev != t->dev || st.st_ino != t->ino)
		return error_set(err, EXIT_FAILED, ENODEV,
				 "'%s' was replaced by another device meanwhile", t->device->name);
	return 0;
}

int target_driver(const struct target *t, char **driver)
{
	char name[NAME_MAX + 1];
	int ret = sysfs_link_name(t->dir, "driver", name, sizeof(name));

	*driver = NULL;
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	*driver = strdup(name);
	return *driver ? 0 : -ENOMEM;
}

/* NULL with 0: none is set, or the bus has no such thing. */
static int read_override(const struct target *t, char **out)
{
	char text[SYSFS_ATTR_MAX + 1];
	ssize_t n = sysfs_read(t->dir, "driver_override", text, sizeof(text));

	*out = NULL;
	if (n == -ENOENT)
		return 0;
	if (n < 0)
		return n;
	if (!n || !strcmp(text, "(null)"))
		return 0;
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

static int read_facts(const struct target *t, struct target_facts *facts)
{
	const struct driver *scanned = t->device->driver;
	char autoprobe[8];
	int ret = target_driver(t, &facts->driver);

	if (!ret)
		ret = read_override(t, &facts->override);
	if (ret)
		return ret;
	if (facts->driver)
		facts->vfio = scanned && !strcmp(scanned->name, facts->driver)
				      ? scanned->vfio
				      : !sysfs_exists(t->dir, "vfio-dev");
	facts->no_autoprobe = sysfs_read(t->dir, "physfn/sriov_drivers_autoprobe", autoprobe,
					 sizeof(autoprobe)) > 0 &&
			      !strcmp(autoprobe, "0");
	return 0;
}

int target_facts(const struct target *t, struct target_facts *facts, struct error *err)
{
	int ret = target_check(t, err), read;

	if (ret)
		return ret;
	read = read_facts(t, facts);
	/* Of one that went meanwhile it looks as if it had no driver. */
	ret = target_check(t, err);
	if (!ret && read)
		ret = error_set(err, EXIT_FAILED, -read, "cannot read the state of '%s': %s",
				t->device->name, strerror(-read));
	return ret;
}

void target_facts_clear(struct target_facts *facts)
{
	free(facts->driver);
	free(facts->override);
	*facts = (struct target_facts){ 0 };
}

static const char *shown(const char *driver)
{
	return driver ?: "none";
}

/* Is @want (NULL: none) the driver that is bound? */
static int expect_driver(const struct target *t, const char *want, struct error *err)
{
	_cleanup_free_ char *now = NULL;
	int ret = target_driver(t, &now);

	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot read the driver of '%s': %s",
				 t->device->name, strerror(-ret));
	if (!want ? !now : now && !strcmp(now, want))
		return 0;
	return error_set(err, EXIT_FAILED, EBUSY, "the driver of '%s' is %s%s%s, not %s%s%s",
			 t->device->name, now ? "'" : "", shown(now), now ? "'" : "",
			 want ? "'" : "", shown(want), want ? "'" : "");
}

static int write_override(const struct target *t, const char *driver, struct error *err)
{
	/* A write of no byte never reaches the kernel's handler; a newline clears. */
	int ret = sysfs_write(t->dir, "driver_override", *driver ? driver : "\n");

	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot set driver_override of '%s': %s",
			       t->device->name, strerror(-ret))
		   : 0;
}

static int unbind(const struct target *t, const char *driver, struct error *err)
{
	int ret = expect_driver(t, driver, err);

	if (ret)
		return ret;
	ret = sysfs_write(t->dir, "driver/unbind", t->device->name);
	return ret ? error_set(err, EXIT_FAILED, -ret, "cannot unbind '%s' from '%s': %s",
			       t->device->name, driver, strerror(-ret))
		   : 0;
}

static int bind(const struct target *t, const char *driver, struct error *err)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "bus/%s/drivers/%s/bind", t->device->bus, driver);
	int ret;

	if (n < 0 || n >= PATH_MAX)
		return error_set(err, EXIT_FAILED, ENAMETOOLONG, "'%s' is no driver's name",
				 driver);
	ret = sysfs_write(t->host->sysfs, path, t->device->name);
	if (!ret)
		return 0;
	if (ret == -ENOENT)
		return error_set(err, EXIT_FAILED, ENOENT,
				 "cannot bind '%s': there is no driver '%s' on bus '%s'",
				 t->device->name, driver, t->device->bus);
	return error_set(err, EXIT_FAILED, -ret,
			 "driver '%s' did not take '%s': %s (the kernel log may say why)", driver,
			 t->device->name, strerror(-ret));
}

void target_await(const struct target *t, const char *driver)
{
	/* EBUSY, once the lock is had; ENODEV at once when the override names another one. */
	if (!expect_driver(t, driver, NULL) && !target_check(t, NULL))
		bind(t, driver, NULL);
}

/* What the kernel answers is worth nothing here: no driver at all is success, too. */
static int probe(const struct target *t, struct error *err)
{
	char path[NAME_MAX + 32];
	int ret;

	snprintf(path, sizeof(path), "bus/%s/drivers_probe", t->device->bus);
	ret = sysfs_write(t->host->sysfs, path, t->device->name);
	if (!ret || ret == -EINVAL)
		return 0;
	return error_set(err, EXIT_FAILED, -ret, "cannot have '%s' probed: %s", t->device->name,
			 strerror(-ret));
}

static int do_step(const struct target *t, const struct step *step, struct error *err)
{
	switch (step->kind) {
	case STEP_UNBIND:
		return unbind(t, step->value, err);
	case STEP_OVERRIDE:
		return write_override(t, step->value, err);
	case STEP_BIND:
		return bind(t, step->value, err);
	case STEP_PROBE:
		return probe(t, err);
	case STEP_VERIFY:
		return expect_driver(t, step->value && *step->value ? step->value : NULL, err);
	}
	return -EINVAL;
}

/*
 * The kernel's bind and unbind files take a name. Between our last look and the write another
 * device can have taken it: what was unbound then is the kernel's to give a driver to again.
 */
static int check_after(const struct target *t, const struct step *step, struct error *err)
{
	int ret = target_check(t, err);

	if (ret == -ENODEV && step->kind == STEP_UNBIND)
		probe(t, NULL);
	return ret;
}

int target_do(const struct target *t, const struct step *step, struct error *err)
{
	int ret = target_check(t, err);

	if (!ret)
		ret = do_step(t, step, err);
	if (!ret)
		ret = check_after(t, step, err);
	return ret;
}

/* Takes off @driver, or whichever it is when NULL; one that is gone already is no error. */
static int undo_bind(const struct target *t, const char *driver, struct error *err)
{
	_cleanup_free_ char *now = NULL;
	int ret = target_driver(t, &now);

	if (ret)
		return error_set(err, EXIT_FAILED, -ret, "cannot read the driver of '%s': %s",
				 t->device->name, strerror(-ret));
	return now ? unbind(t, driver ?: now, err) : 0;
}

static int undo_unbind(const struct target *t, const char *driver, struct error *err)
{
	if (!expect_driver(t, driver, NULL))
		return 0;
	return bind(t, driver, err) ?: expect_driver(t, driver, err);
}

int target_undo(const struct target *t, const struct step *step, struct error *err)
{
	int ret = target_check(t, err);

	if (ret)
		return ret;
	switch (step->kind) {
	case STEP_UNBIND:
		return undo_unbind(t, step->undo, err);
	case STEP_OVERRIDE:
		return write_override(t, step->undo, err);
	case STEP_BIND:
		return undo_bind(t, step->value, err);
	case STEP_PROBE:
		return undo_bind(t, NULL, err);
	case STEP_VERIFY:
		return 0;
	}
	return -EINVAL;
}
