// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel answers about a device: the first byte says about what, the rest is the answer.
 */
#include <errno.h>
#include <stdio.h>

#include "fuzz.h"
#include "vfio_info.h"

static void check_words(const struct strv *words)
{
	for (size_t i = 0; i < words->n; i++)
		CHECK(*words->v[i] && fuzz_is_clean(words->v[i], strlen(words->v[i]), ""));
}

/* Each list comes from the answer, so it cannot be longer than that. */
static void check_spans(const struct vfio_spans *spans, size_t size, bool ordered)
{
	struct strv text = { 0 };

	CHECK(spans->n <= size / 16);
	for (size_t i = 0; ordered && i < spans->n; i++)
		CHECK(spans->v[i].first <= spans->v[i].last);
	CHECK(!vfio_spans_text(spans, &text) && text.n == spans->n);
	check_words(&text);
	for (size_t i = 0; i < text.n; i++) {
		unsigned long long first, last;
		int end = 0;

		CHECK_TEXT(sscanf(text.v[i], "0x%llx-0x%llx%n", &first, &last, &end) == 2 &&
				   !text.v[i][end],
			   text.v[i]);
		CHECK(first == spans->v[i].first && last == spans->v[i].last);
	}
	strv_clear(&text);
}

static int check_device(const void *answer, size_t size)
{
	struct vfio_device_facts facts = { 0 };
	int ret = vfio_device_parse(&facts, answer, size);

	check_words(&facts.flags);
	check_words(&facts.caps);
	CHECK(facts.caps.n <= size / 8);
	vfio_device_facts_clear(&facts);
	return ret;
}

static int check_region(const void *answer, size_t size)
{
	struct vfio_region region = { 0 };
	int ret = vfio_region_parse(&region, answer, size);

	check_words(&region.flags);
	check_words(&region.caps);
	CHECK(region.caps.n <= size / 8);
	check_spans(&region.areas, size, true);
	vfio_region_clear(&region);
	return ret;
}

static int check_iommu(const void *answer, size_t size)
{
	struct vfio_iommu iommu = { 0 };
	int ret = vfio_iommu_parse(&iommu, answer, size);

	check_words(&iommu.caps);
	check_spans(&iommu.ranges, size, false);
	vfio_iommu_clear(&iommu);
	return ret;
}

static int check_irq(const void *answer, size_t size)
{
	struct vfio_irq irq = { 0 };
	int ret = vfio_irq_parse(&irq, answer, size);

	check_words(&irq.flags);
	vfio_irq_clear(&irq);
	return ret;
}

static int check_hits(const void *answer, size_t size)
{
	struct vfio_hits hits = { 0 };
	int ret = vfio_hits_parse(&hits, answer, size);

	CHECK(hits.n <= size / 8);
	for (size_t i = 0; i < hits.n; i++)
		CHECK(hits.v[i].slot < 32 && hits.v[i].function < 8);
	vfio_hits_clear(&hits);
	return ret;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int (*const checks[])(const void *answer, size_t size) = {
		check_region, check_iommu, check_device, check_irq, check_hits,
	};
	struct fuzz_input in = { data, data + size };
	unsigned int which = fuzz_byte(&in) % (sizeof(checks) / sizeof(checks[0]));
	size_t left = (size_t)(in.end - in.at);
	/* Of just that size: a byte too far is seen. */
	char *answer = malloc(left ? left : 1);
	int ret;

	if (left)
		memcpy(answer, in.at, left);
	ret = checks[which](answer, left);
	CHECK(!ret || ret == -EBADMSG);
	free(answer);
	return 0;
}
