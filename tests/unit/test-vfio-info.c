// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/vfio.h>

#include "unit.h"
#include "vfio_info.h"

/* An answer as the kernel lays it out: a head, and capabilities one after the other. */
struct answer {
	char bytes[512];
	size_t size;
};

static void put(struct answer *a, const void *bytes, size_t size)
{
	assert_true(a->size + size <= sizeof(a->bytes));
	memcpy(a->bytes + a->size, bytes, size);
	a->size += size;
}

static void put_cap(struct answer *a, uint16_t id, uint16_t version, bool last, const void *body,
		    size_t size)
{
	struct vfio_info_cap_header header = { .id = id, .version = version };

	if (!last)
		header.next = (uint32_t)(a->size + sizeof(header) + size);
	put(a, &header, sizeof(header));
	if (size)
		put(a, body, size);
}

static void put_region(struct answer *a, uint32_t flags, uint64_t size)
{
	struct vfio_region_info info = {
		.argsz = sizeof(info),
		.flags = flags,
		.index = 2,
		.cap_offset = flags & VFIO_REGION_INFO_FLAG_CAPS ? sizeof(info) : 0,
		.size = size,
		.offset = UINT64_C(2) << 40,
	};

	put(a, &info, sizeof(info));
}

/* Parsed from memory of just its size, so that a byte too far is seen by the sanitizer. */
static int parse_region(struct vfio_region *out, const struct answer *a, size_t size)
{
	char *copy = malloc(size ?: 1);
	int ret;

	memcpy(copy, a->bytes, size);
	*out = (struct vfio_region){ 0 };
	ret = vfio_region_parse(out, copy, size);
	free(copy);
	return ret;
}

static struct answer sparse_region(uint32_t n, const uint64_t *pairs, size_t n_pairs)
{
	struct answer a = { 0 };
	char body[256] = { 0 };

	memcpy(body, &n, sizeof(n));
	memcpy(body + 8, pairs, n_pairs * 16);
	put_region(&a, VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_CAPS, 0x4000);
	put_cap(&a, VFIO_REGION_INFO_CAP_SPARSE_MMAP, 1, true, body, 8 + n_pairs * 16);
	return a;
}

static void check_words(const struct strv *words, const char *expected)
{
	char text[256] = "";

	for (size_t i = 0; i < words->n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words->v[i]);
	}
	assert_string_equal(text, expected);
}

static void a_region_has_the_size_and_the_flags_that_the_kernel_tells(void **state)
{
	struct vfio_region region;
	struct answer a = { 0 };

	(void)state;
	put_region(&a, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE | 1U << 9, 0x1000);
	assert_int_equal(parse_region(&region, &a, a.size), 0);
	assert_int_equal(region.index, 2);
	assert_int_equal(region.size, 0x1000);
	assert_int_equal(region.offset, UINT64_C(2) << 40);
	check_words(&region.flags, "read write bit-9");
	check_words(&region.caps, "");
	vfio_region_clear(&region);
}

static void sparse_areas_are_told_by_their_ends(void **state)
{
	const uint64_t pairs[] = { 0, 0x1000, 0x2000, 0, 0x3000, 0x1000 };
	struct answer a = sparse_region(3, pairs, 3);
	struct strv text = { 0 };
	struct vfio_region region;

	(void)state;
	assert_int_equal(parse_region(&region, &a, a.size), 0);
	check_words(&region.caps, "sparse-mmap");
	assert_int_equal(vfio_spans_text(&region.areas, &text), 0);
	check_words(&text, "0x0-0xfff 0x3000-0x3fff");
	strv_clear(&text);
	vfio_region_clear(&region);
}

static void an_area_that_wraps_or_a_count_beyond_the_answer_makes_no_sense(void **state)
{
	const uint64_t wraps[] = { UINT64_MAX, 2 };
	const uint64_t fine[] = { 0, 0x1000 };
	struct answer a = sparse_region(1, wraps, 1);
	struct vfio_region region;

	(void)state;
	assert_int_equal(parse_region(&region, &a, a.size), -EBADMSG);
	vfio_region_clear(&region);
	for (uint32_t n = 2; n; n <<= 1) {
		a = sparse_region(n, fine, 1);
		assert_int_equal(parse_region(&region, &a, a.size), -EBADMSG);
		vfio_region_clear(&region);
	}
}

static void no_shorter_answer_is_read_beyond_its_end(void **state)
{
	const uint64_t pairs[] = { 0, 0x1000, 0x2000, 0x1000 };
	struct answer a = sparse_region(2, pairs, 2);
	struct vfio_region region;

	(void)state;
	for (size_t size = 0; size < a.size; size++) {
		assert_int_equal(parse_region(&region, &a, size), -EBADMSG);
		vfio_region_clear(&region);
	}
}

static void a_chain_that_goes_in_circles_ends(void **state)
{
	struct vfio_info_cap_header loop = { .id = 77, .next = sizeof(struct vfio_region_info) };
	struct vfio_region region;
	struct answer a = { 0 };

	(void)state;
	put_region(&a, VFIO_REGION_INFO_FLAG_CAPS, 1);
	put(&a, &loop, sizeof(loop));
	assert_int_equal(parse_region(&region, &a, a.size), -EBADMSG);
	vfio_region_clear(&region);
}

static void a_chain_that_leads_out_of_the_answer_makes_no_sense(void **state)
{
	static const uint32_t out[] = { 33, 41, 47, 48, 4096, UINT32_MAX - 3, UINT32_MAX };
	struct vfio_info_cap_header header = { .id = 77 };
	struct vfio_region region;

	(void)state;
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++) {
		struct answer a = { 0 };

		put_region(&a, VFIO_REGION_INFO_FLAG_CAPS, 1);
		put(&a, &header, sizeof(header));
		memcpy(a.bytes + offsetof(struct vfio_region_info, cap_offset), &out[i], 4);
		assert_int_equal(parse_region(&region, &a, a.size), -EBADMSG);
		vfio_region_clear(&region);
	}
}

static void capabilities_without_a_name_or_of_another_version_are_passed_over(void **state)
{
	const uint32_t type[] = { 0x80008086, 1 };
	struct vfio_region region;
	struct answer a = { 0 };

	(void)state;
	put_region(&a, VFIO_REGION_INFO_FLAG_CAPS, 1);
	put_cap(&a, 900, 1, false, NULL, 0);
	put_cap(&a, VFIO_REGION_INFO_CAP_SPARSE_MMAP, 2, false, "", 1);
	put_cap(&a, VFIO_REGION_INFO_CAP_TYPE, 1, true, type, sizeof(type));
	assert_int_equal(parse_region(&region, &a, a.size), 0);
	check_words(&region.caps, "900 sparse-mmap type");
	assert_true(region.typed);
	assert_int_equal(region.type, 0x80008086);
	assert_int_equal(region.subtype, 1);
	vfio_region_clear(&region);
}

static void an_offset_without_the_flag_is_no_chain(void **state)
{
	const uint32_t nonsense = 4000;
	struct vfio_region region;
	struct answer a = { 0 };

	(void)state;
	put_region(&a, VFIO_REGION_INFO_FLAG_READ, 1);
	memcpy(a.bytes + offsetof(struct vfio_region_info, cap_offset), &nonsense, 4);
	assert_int_equal(parse_region(&region, &a, a.size), 0);
	vfio_region_clear(&region);
}

static void an_iommu_tells_ranges_page_sizes_and_what_is_left(void **state)
{
	const uint64_t ranges[] = { 2, 0, 0xfedfffff, 0xfef00000, UINT64_MAX };
	const uint32_t left = 65535;
	struct vfio_iommu_type1_info info = {
		.flags = VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS,
		.iova_pgsizes = 0x201000,
		.cap_offset = sizeof(info),
	};
	struct vfio_iommu iommu = { 0 };
	struct strv text = { 0 };
	struct answer a = { 0 };

	(void)state;
	put(&a, &info, sizeof(info));
	put_cap(&a, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, 1, false, &left, sizeof(left));
	put_cap(&a, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, 1, true, ranges, sizeof(ranges));
	assert_int_equal(vfio_iommu_parse(&iommu, a.bytes, a.size), 0);
	assert_true(iommu.has_page_sizes && iommu.has_left);
	assert_int_equal(iommu.page_sizes, 0x201000);
	assert_int_equal(iommu.left, 65535);
	assert_int_equal(vfio_spans_text(&iommu.ranges, &text), 0);
	check_words(&text, "0x0-0xfedfffff 0xfef00000-0xffffffffffffffff");
	strv_clear(&text);
	vfio_iommu_clear(&iommu);
}

/* Before capabilities, the answer ended with the page sizes. */
static void an_older_iommu_tells_less(void **state)
{
	struct vfio_iommu_type1_info info = { .flags = VFIO_IOMMU_INFO_PGSIZES,
					      .iova_pgsizes = 0x1000,
					      .cap_offset = 99 };
	struct vfio_iommu iommu = { 0 };

	(void)state;
	assert_int_equal(vfio_iommu_parse(&iommu, &info, 16), 0);
	assert_int_equal(iommu.page_sizes, 0x1000);
	assert_false(iommu.has_left);
	assert_int_equal(iommu.ranges.n, 0);
	assert_int_equal(vfio_iommu_parse(&iommu, &info, 15), -EBADMSG);
	vfio_iommu_clear(&iommu);
}

static void a_device_and_its_interrupts_are_told(void **state)
{
	struct vfio_device_info info = {
		.flags = VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_PCI,
		.num_regions = 9,
		.num_irqs = 5,
	};
	struct vfio_irq_info line = { .flags = 3, .index = 0, .count = 1 };
	struct vfio_device_facts facts = { 0 };
	struct vfio_irq irq = { 0 };

	(void)state;
	/* As it was before it had capabilities. */
	assert_int_equal(vfio_device_parse(&facts, &info, 16), 0);
	assert_true(facts.pci && facts.reset);
	assert_int_equal(facts.n_regions, 9);
	check_words(&facts.flags, "reset pci");
	vfio_device_facts_clear(&facts);
	assert_int_equal(vfio_device_parse(&facts, &info, 15), -EBADMSG);
	assert_int_equal(vfio_irq_parse(&irq, &line, sizeof(line)), 0);
	assert_int_equal(irq.count, 1);
	check_words(&irq.flags, "eventfd maskable");
	vfio_irq_clear(&irq);
	assert_int_equal(vfio_irq_parse(&irq, &line, sizeof(line) - 1), -EBADMSG);
}

static void a_hot_reset_names_no_more_functions_than_were_told(void **state)
{
	struct {
		struct vfio_pci_hot_reset_info head;
		struct vfio_pci_dependent_device v[2];
	} answer = {
		.head = { .count = 2 },
		.v = { { .segment = 1, .bus = 6, .devfn = 0 }, { .bus = 6, .devfn = 0x1a } },
	};
	/* Only 16 bits of its domain fit into an answer. */
	const struct pci_address second = { 0x10000, 6, 3, 2 }, other = { 1, 6, 3, 2 };
	struct vfio_hits hits = { 0 };

	(void)state;
	assert_int_equal(vfio_hits_parse(&hits, &answer, sizeof(answer)), 0);
	assert_int_equal(hits.n, 2);
	assert_int_equal(hits.v[0].domain, 1);
	assert_int_equal(hits.v[1].slot, 3);
	assert_int_equal(hits.v[1].function, 2);
	assert_true(vfio_hit_is(&hits.v[1], &second));
	assert_false(vfio_hit_is(&hits.v[0], &second));
	assert_false(vfio_hit_is(&hits.v[1], &other));
	vfio_hits_clear(&hits);
	answer.head.count = 3;
	assert_int_equal(vfio_hits_parse(&hits, &answer, sizeof(answer)), -EBADMSG);
	answer.head.count = UINT32_MAX;
	assert_int_equal(vfio_hits_parse(&hits, &answer, sizeof(answer)), -EBADMSG);
	vfio_hits_clear(&hits);
}

static void names_end_where_the_kernel_has_no_more(void **state)
{
	(void)state;
	assert_string_equal(vfio_pci_region_name(8), "vga");
	assert_null(vfio_pci_region_name(9));
	assert_string_equal(vfio_pci_irq_name(4), "req");
	assert_null(vfio_pci_irq_name(5));
	assert_string_equal(vfio_feature_name(VFIO_FEATURES - 1), "bus-master");
	assert_null(vfio_feature_name(VFIO_FEATURES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_region_has_the_size_and_the_flags_that_the_kernel_tells),
		cmocka_unit_test(sparse_areas_are_told_by_their_ends),
		cmocka_unit_test(an_area_that_wraps_or_a_count_beyond_the_answer_makes_no_sense),
		cmocka_unit_test(no_shorter_answer_is_read_beyond_its_end),
		cmocka_unit_test(a_chain_that_goes_in_circles_ends),
		cmocka_unit_test(a_chain_that_leads_out_of_the_answer_makes_no_sense),
		cmocka_unit_test(capabilities_without_a_name_or_of_another_version_are_passed_over),
		cmocka_unit_test(an_offset_without_the_flag_is_no_chain),
		cmocka_unit_test(an_iommu_tells_ranges_page_sizes_and_what_is_left),
		cmocka_unit_test(an_older_iommu_tells_less),
		cmocka_unit_test(a_device_and_its_interrupts_are_told),
		cmocka_unit_test(a_hot_reset_names_no_more_functions_than_were_told),
		cmocka_unit_test(names_end_where_the_kernel_has_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
