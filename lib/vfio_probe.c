// SPDX-License-Identifier: GPL-2.0-only
#include "vfio_probe.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "bounded.h"
#include "cleanup.h"
#include "iommufd.h"

/* No driver has more; what says that it has is not believed. */
#define INDEX_MAX  256

/* Where a buffer is mapped: not at the start, where a NULL of the device would be. */
#define IOVA_LEAST (1U << 20)

/* What the child tells: one of these, and @size bytes. */
enum word {
	WORD_ERROR,	/* struct error; the last word */
	WORD_BACKEND,	/* @index: VFIO's number, or 0 for iommufd */
	WORD_EXTENSION, /* @index: place in extensions[] */
	WORD_IOMMU,	/* the rest are answers as the kernel gave them */
	WORD_RANGES,	/* an array of struct vfio_span */
	WORD_ALIGNMENT, /* uint64_t */
	WORD_DEVICE,
	WORD_REGION,
	WORD_IRQ,
	WORD_FEATURE, /* @index */
	WORD_TRIAL,   /* struct vfio_dma_trial */
	WORD_HITS,
	WORD_NO_HITS,
	WORD_END,
};

struct header {
	enum word word;
	uint32_t index;
	size_t size;
};

static const struct {
	uint32_t number;
	const char *name;
} extensions[] = {
	{ VFIO_TYPE1_IOMMU, "type1" },		 { VFIO_TYPE1v2_IOMMU, "type1v2" },
	{ VFIO_DMA_CC_IOMMU, "cache-coherent" }, { VFIO_UNMAP_ALL, "unmap-all" },
	{ VFIO_UPDATE_VADDR, "update-vaddr" },
};

/* The child. */

struct task {
	const struct vfio_way *way;
	uint64_t dma_size;
	bool hits;
	/* From here on the child's own. */
	int out;
	struct vfio_session session;
	struct vfio_iommu iommu;
	struct error err;
};

static void say(const struct task *t, enum word word, uint32_t index, const void *bytes,
		size_t size)
{
	struct header header = { .word = word, .index = index, .size = size };

	bounded_answer(t->out, &header, sizeof(header));
	bounded_answer(t->out, bytes, size);
}

static int failed(struct task *t, int ret, const char *what)
{
	return error_set(&t->err, EXIT_FAILED, -ret, "cannot ask '%s' about %s: %s",
			 t->way->device->name, what, strerror(-ret));
}

static int senseless(struct task *t, int ret, const char *what)
{
	return ret == -ENOMEM ? error_set(&t->err, EXIT_FAILED, ENOMEM, "out of memory")
			      : error_set(&t->err, EXIT_FAILED, EBADMSG,
					  "what the kernel answers about %s of '%s' makes no sense",
					  what, t->way->device->name);
}

static void ask_extensions(struct task *t)
{
	say(t, WORD_BACKEND, t->session.type, NULL, 0);
	for (uint32_t i = 0; t->session.container >= 0 && i < ARRAY_SIZE(extensions); i++)
		if (ioctl(t->session.container, VFIO_CHECK_EXTENSION, extensions[i].number) > 0)
			say(t, WORD_EXTENSION, i, NULL, 0);
}

static int ask_container(struct task *t)
{
	struct vfio_iommu_type1_info head = { 0 };
	_cleanup_free_ void *answer = NULL;
	size_t size;
	int ret = vfio_ask(t->session.container, VFIO_IOMMU_GET_INFO, &head, sizeof(head), &answer,
			   &size);

	if (ret)
		return failed(t, ret, "its IOMMU");
	say(t, WORD_IOMMU, 0, answer, size);
	ret = vfio_iommu_parse(&t->iommu, answer, size);
	return ret ? senseless(t, ret, "the IOMMU") : 0;
}

static int ask_ioas(struct task *t)
{
	uint64_t alignment;
	struct vfio_iommu *iommu = &t->iommu;
	int ret = vfio_session_ioas_ranges(&t->session, &iommu->ranges.v, &iommu->ranges.n,
					   &alignment);

	if (ret)
		return failed(t, ret, "its addresses");
	say(t, WORD_RANGES, 0, iommu->ranges.v, iommu->ranges.n * sizeof(*iommu->ranges.v));
	say(t, WORD_ALIGNMENT, 0, &alignment, sizeof(alignment));
	return 0;
}

/* EINVAL: there is none of this index, such as VGA's. */
static int ask_regions(struct task *t, uint32_t n)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < n; i++) {
		struct vfio_region_info head = { .index = i };
		_cleanup_free_ void *answer = NULL;
		size_t size;

		ret = vfio_ask(t->session.device, VFIO_DEVICE_GET_REGION_INFO, &head, sizeof(head),
			       &answer, &size);
		if (!ret)
			say(t, WORD_REGION, i, answer, size);
		else if (ret == -EINVAL)
			ret = 0;
		else
			ret = failed(t, ret, "a region");
	}
	return ret;
}

static int ask_irqs(struct task *t, uint32_t n)
{
	int ret = 0;

	for (uint32_t i = 0; !ret && i < n; i++) {
		struct vfio_irq_info head = { .index = i };
		_cleanup_free_ void *answer = NULL;
		size_t size;

		ret = vfio_ask(t->session.device, VFIO_DEVICE_GET_IRQ_INFO, &head, sizeof(head),
			       &answer, &size);
		if (!ret)
			say(t, WORD_IRQ, i, answer, size);
		else if (ret == -EINVAL)
			ret = 0;
		else
			ret = failed(t, ret, "an interrupt");
	}
	return ret;
}

/* To probe a feature changes nothing; one can be there to be read or to be set. */
static void ask_features(const struct task *t)
{
	for (uint32_t i = 0; i < VFIO_FEATURES; i++) {
		struct vfio_device_feature get = {
			.argsz = sizeof(get),
			.flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_GET | i,
		};
		struct vfio_device_feature set = {
			.argsz = sizeof(set),
			.flags = VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET | i,
		};

		if (!ioctl(t->session.device, VFIO_DEVICE_FEATURE, &get) ||
		    !ioctl(t->session.device, VFIO_DEVICE_FEATURE, &set))
			say(t, WORD_FEATURE, i, NULL, 0);
	}
}

static int ask_device(struct task *t)
{
	struct vfio_device_info head = { 0 };
	struct vfio_device_facts facts = { 0 };
	_cleanup_free_ void *answer = NULL;
	size_t size;
	int ret = vfio_ask(t->session.device, VFIO_DEVICE_GET_INFO, &head, sizeof(head), &answer,
			   &size);

	if (ret)
		return failed(t, ret, "itself");
	say(t, WORD_DEVICE, 0, answer, size);
	ret = vfio_device_parse(&facts, answer, size);
	if (ret || facts.n_regions > INDEX_MAX || facts.n_irqs > INDEX_MAX)
		ret = senseless(t, ret, "the device");
	if (!ret)
		ret = ask_regions(t, facts.n_regions);
	if (!ret)
		ret = ask_irqs(t, facts.n_irqs);
	vfio_device_facts_clear(&facts);
	if (!ret)
		ask_features(t);
	return ret;
}

/* Where @size bytes may be mapped, aligned to what any page size wants. */
static bool find_room(const struct vfio_iommu *iommu, uint64_t size, uint64_t *iova)
{
	if (!iommu->ranges.n) {
		*iova = IOVA_LEAST;
		return true;
	}
	for (size_t i = 0; i < iommu->ranges.n; i++) {
		const struct vfio_span *range = &iommu->ranges.v[i];
		uint64_t at = range->first < IOVA_LEAST ? IOVA_LEAST : range->first;

		if (at > UINT64_MAX - (IOVA_LEAST - 1))
			continue;
		at = (at + IOVA_LEAST - 1) & ~(uint64_t)(IOVA_LEAST - 1);
		if (at <= range->last && range->last - at >= size - 1) {
			*iova = at;
			return true;
		}
	}
	return false;
}

static void try_dma(const struct task *t)
{
	struct vfio_dma_trial trial = { .size = t->dma_size };

	if (find_room(&t->iommu, trial.size, &trial.iova))
		vfio_session_try_dma(&t->session, &trial);
	else
		trial.map_errnum = trial.unmap_errnum = ENOSPC;
	say(t, WORD_TRIAL, 0, &trial, sizeof(trial));
}

static int ask_all(struct task *t)
{
	int ret;

	ask_extensions(t);
	ret = t->session.container >= 0 ? ask_container(t) : ask_ioas(t);
	if (!ret)
		ret = ask_device(t);
	if (!ret && t->dma_size)
		try_dma(t);
	return ret;
}

static int ask_hits(struct task *t)
{
	_cleanup_free_ void *answer = NULL;
	size_t size;
	int ret = vfio_session_hits(&t->session, &answer, &size);

	if (ret == -ENODEV)
		say(t, WORD_NO_HITS, 0, NULL, 0);
	else if (!ret)
		say(t, WORD_HITS, 0, answer, size);
	return ret && ret != -ENODEV ? failed(t, ret, "a hot reset") : 0;
}

static void child(void *arg, int out)
{
	struct task *t = arg;
	int ret;

	t->out = out;
	ret = vfio_session_open(&t->session, t->way, &t->err);
	if (!ret) {
		ret = t->hits ? ask_hits(t) : ask_all(t);
		vfio_session_close(&t->session);
	}
	if (ret)
		say(t, WORD_ERROR, 0, &t->err, sizeof(t->err));
	else
		say(t, WORD_END, 0, NULL, 0);
}

/* The parent. */

/* What the child said, word by word; false at the end, and when it broke off. */
struct words {
	const char *at;
	size_t left;
	struct header now;
	const char *bytes;
};

static bool next_word(struct words *w)
{
	if (w->left < sizeof(w->now))
		return false;
	memcpy(&w->now, w->at, sizeof(w->now));
	w->at += sizeof(w->now);
	w->left -= sizeof(w->now);
	if (w->now.size > w->left)
		return false;
	w->bytes = w->at;
	w->at += w->now.size;
	w->left -= w->now.size;
	return true;
}

/* One more element of an array, zeroed. NULL: out of memory. */
static void *grow(void **v, size_t *n, size_t size)
{
	char *more = reallocarray(*v, *n + 1, size);

	if (!more)
		return NULL;
	*v = more;
	return memset(more + (*n)++ * size, 0, size);
}

static int take_region(struct vfio_probe *out, const struct words *w)
{
	struct vfio_region *region = grow((void **)&out->regions, &out->n_regions, sizeof(*region));

	return region ? vfio_region_parse(region, w->bytes, w->now.size) : -ENOMEM;
}

static int take_irq(struct vfio_probe *out, const struct words *w)
{
	struct vfio_irq *irq = grow((void **)&out->irqs, &out->n_irqs, sizeof(*irq));

	return irq ? vfio_irq_parse(irq, w->bytes, w->now.size) : -ENOMEM;
}

static int take_ranges(struct vfio_spans *out, const struct words *w)
{
	out->v = malloc(w->now.size ?: 1);
	if (!out->v)
		return -ENOMEM;
	memcpy(out->v, w->bytes, w->now.size);
	out->n = w->now.size / sizeof(*out->v);
	return 0;
}

static int take_exactly(void *out, size_t size, const struct words *w)
{
	if (w->now.size != size)
		return -EBADMSG;
	memcpy(out, w->bytes, size);
	return 0;
}

static const char *backend_name(uint32_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(extensions); i++)
		if (extensions[i].number == type)
			return extensions[i].name;
	return "iommufd";
}

static int take_word(struct vfio_probe *out, const struct words *w)
{
	switch (w->now.word) {
	case WORD_BACKEND:
		out->backend = backend_name(w->now.index);
		return 0;
	case WORD_EXTENSION:
		return strv_add(&out->extensions, extensions[w->now.index].name);
	case WORD_IOMMU:
		return vfio_iommu_parse(&out->iommu, w->bytes, w->now.size);
	case WORD_RANGES:
		return take_ranges(&out->iommu.ranges, w);
	case WORD_ALIGNMENT:
		return take_exactly(&out->alignment, sizeof(out->alignment), w);
	case WORD_DEVICE:
		return vfio_device_parse(&out->device, w->bytes, w->now.size);
	case WORD_REGION:
		return take_region(out, w);
	case WORD_IRQ:
		return take_irq(out, w);
	case WORD_FEATURE:
		return strv_add(&out->features, vfio_feature_name(w->now.index));
	case WORD_TRIAL:
		out->tried = true;
		return take_exactly(&out->trial, sizeof(out->trial), w);
	case WORD_ERROR:
	case WORD_HITS:
	case WORD_NO_HITS:
	case WORD_END:
		break;
	}
	return 0;
}

/* The error that the child met, as if it had been met here. */
static int take_error(const struct words *w, struct error *err)
{
	struct error why;

	if (take_exactly(&why, sizeof(why), w))
		return -EBADMSG;
	why.msg[sizeof(why.msg) - 1] = '\0';
	return error_set(err, why.status, why.errnum, "%s", why.msg);
}

static int broken(const struct vfio_way *way, int ret, struct error *err)
{
	if (ret == -ENOMEM)
		return error_set(err, EXIT_FAILED, ENOMEM, "out of memory");
	return error_set(err, EXIT_FAILED, EBADMSG,
			 "what the kernel answers about '%s' makes no sense", way->device->name);
}

static int start(struct task *task, int timeout_ms, char **answer, size_t *size, struct error *err)
{
	char what[320];

	snprintf(what, sizeof(what), "opening '%s' through %s", task->way->device->name,
		 task->way->node.path);
	return bounded_call(child, task, timeout_ms, what, answer, size, err);
}

/* Its process ended before it had said all. */
static int cut_short(const struct vfio_way *way, struct error *err)
{
	return error_set(err, EXIT_FAILED, EIO,
			 "the process that opened '%s' died (the kernel log may say why)",
			 way->device->name);
}

int vfio_probe(struct vfio_probe *out, const struct vfio_way *way, uint64_t dma_size,
	       int timeout_ms, struct error *err)
{
	struct task task = { .way = way, .dma_size = dma_size };
	_cleanup_free_ char *answer = NULL;
	struct words words = { 0 };
	int ret = start(&task, timeout_ms, &answer, &words.left, err);

	words.at = answer;
	while (!ret && next_word(&words)) {
		if (words.now.word == WORD_END)
			return 0;
		if (words.now.word == WORD_ERROR)
			return take_error(&words, err);
		ret = take_word(out, &words);
		if (ret)
			return broken(way, ret, err);
	}
	return ret ?: cut_short(way, err);
}

void vfio_probe_clear(struct vfio_probe *probe)
{
	for (size_t i = 0; i < probe->n_regions; i++)
		vfio_region_clear(&probe->regions[i]);
	for (size_t i = 0; i < probe->n_irqs; i++)
		vfio_irq_clear(&probe->irqs[i]);
	free(probe->regions);
	free(probe->irqs);
	strv_clear(&probe->extensions);
	strv_clear(&probe->features);
	vfio_iommu_clear(&probe->iommu);
	vfio_device_facts_clear(&probe->device);
	*probe = (struct vfio_probe){ 0 };
}

int vfio_probe_hits(struct vfio_hits *out, const struct vfio_way *way, int timeout_ms,
		    struct error *err)
{
	struct task task = { .way = way, .hits = true };
	_cleanup_free_ char *answer = NULL;
	struct words words = { 0 };
	int ret = start(&task, timeout_ms, &answer, &words.left, err);

	words.at = answer;
	if (ret)
		return ret;
	if (!next_word(&words))
		return cut_short(way, err);
	if (words.now.word == WORD_ERROR)
		return take_error(&words, err);
	if (words.now.word == WORD_NO_HITS)
		return -ENODEV;
	ret = vfio_hits_parse(out, words.bytes, words.now.size);
	return ret ? broken(way, ret, err) : 0;
}
