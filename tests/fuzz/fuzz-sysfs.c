// SPDX-License-Identifier: GPL-2.0-only
/* Attributes of a device, with any content that a driver might think of. */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attr.h"
#include "fuzz.h"
#include "sysfs.h"

#define DIR "bus/pci/devices/0000:01:00.0"

static const struct device device = { .name = (char *)"0000:01:00.0", .bus = "pci" };

static void put(const char *path, const uint8_t *data, size_t size)
{
	mkdirat(fuzz_dir(), "bus", 0700);
	mkdirat(fuzz_dir(), "bus/pci", 0700);
	mkdirat(fuzz_dir(), "bus/pci/devices", 0700);
	mkdirat(fuzz_dir(), DIR, 0700);
	mkdirat(fuzz_dir(), "kernel", 0700);
	mkdirat(fuzz_dir(), "kernel/iommu_groups", 0700);
	mkdirat(fuzz_dir(), "kernel/iommu_groups/7", 0700);
	fuzz_write(path, data, size);
}

static void check_words(struct strv *words, const char *separators)
{
	for (size_t i = 0; i < words->n; i++)
		CHECK_TEXT(*words->v[i] && !strpbrk(words->v[i], separators), words->v[i]);
	strv_clear(words);
}

/* The whole of it without the last newlines, or nothing at all. */
static void check_read(const uint8_t *data, size_t size)
{
	char buf[SYSFS_ATTR_MAX + 1], small[8];
	ssize_t n = sysfs_read(fuzz_dir(), DIR "/attr", buf, sizeof(buf));

	if (size > SYSFS_ATTR_MAX) {
		CHECK(n == -EFBIG);
	} else if (memchr(data, '\0', size)) {
		CHECK(n == -EBADMSG);
	} else {
		CHECK(n >= 0 && (size_t)n <= size && !buf[n] && strlen(buf) == (size_t)n);
		CHECK(!n || buf[n - 1] != '\n');
		CHECK(!n || !memcmp(buf, data, n));
		for (size_t i = n; i < size; i++)
			CHECK(data[i] == '\n');
	}
	n = sysfs_read(fuzz_dir(), DIR "/attr", small, sizeof(small));
	CHECK(size < sizeof(small) || n == -EFBIG);
}

static void check_number(const struct host *host)
{
	long n;
	char *text = attr_read(host, &device, "attr");

	if (!attr_long(host, &device, "attr", &n))
		CHECK_TEXT(text && text[strspn(text, " \t\n\v\f\r+-0123456789abcdefABCDEFxX")] == 0,
			   text);
	free(text);
}

static void check_link(const char *target)
{
	char name[32];
	int ret;

	unlinkat(fuzz_dir(), DIR "/driver", 0);
	if (!*target || symlinkat(target, fuzz_dir(), DIR "/driver"))
		return;
	memset(name, 'x', sizeof(name));
	ret = sysfs_link_name(fuzz_dir(), DIR "/driver", name, sizeof(name));
	CHECK(ret == 0 || ret == -ENAMETOOLONG);
	CHECK(ret || (memchr(name, '\0', sizeof(name)) && !strchr(name, '/')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host host = { .sysfs = fuzz_dir() };
	struct strv words = { 0 };
	char *text;

	put(DIR "/attr", data, size);
	put(DIR "/driver_override", data, size);
	put("kernel/iommu_groups/7/reserved_regions", data, size);
	put("kernel/iommu_groups/7/type", data, size);
	check_read(data, size);
	check_number(&host);
	CHECK(attr_words(&host, &device, "attr", &words) <= 0);
	check_words(&words, " \t\n");
	CHECK(attr_reserved_regions(&host, 7, &words) <= 0);
	check_words(&words, "\n");
	text = attr_driver_override(&host, &device);
	CHECK(!text || (*text && strcmp(text, "(null)") != 0));
	free(text);
	text = attr_group_type(&host, 7);
	CHECK(!text || *text);
	free(text);
	text = fuzz_string(data, size);
	check_link(text);
	free(text);
	return 0;
}
