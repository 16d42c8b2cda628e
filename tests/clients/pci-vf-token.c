// SPDX-License-Identifier: GPL-2.0-only
/*
 * pci-vf-token PF VF OTHER: the token that users of a physical and a virtual function share. OTHER
 * is neither.
 * pci-vf-token host VF: VF belongs to a physical function of the host's.
 * pci-vf-token hold PF VF VF: has all open and says "held", until it is killed.
 * pci-vf-token asleep PF: virtual functions come while their physical one sleeps.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vfio.h"

#define A "2ab74924-c335-45f4-9b16-8569e5b08258"
#define B "00000000-0000-0000-0000-000000000001"
#define C "00000000-0000-0000-0000-000000000002"

static const uint8_t a_bytes[16] = { 0x2a, 0xb7, 0x49, 0x24, 0xc3, 0x35, 0x45, 0xf4,
				     0x9b, 0x16, 0x85, 0x69, 0xe5, 0xb0, 0x82, 0x58 };
static const uint8_t b_bytes[16] = { [15] = 1 };

/* The group in a container of its own; no device yet. */
static struct vfio attach(const char *bdf)
{
	struct vfio v = { .bdf = bdf, .container = container_open(), .device = -1 };

	v.group = group_open(bdf, O_RDWR | O_CLOEXEC);
	if (v.group < 0 || group_attach(v.group, v.container) ||
	    ask(v.container, VFIO_SET_IOMMU, (void *)VFIO_TYPE1v2_IOMMU))
		die("cannot attach the group of '%s'", bdf);
	return v;
}

/* The device by its address and @rest: 0, and it is open, or the error. */
static long get(struct vfio *v, const char *rest)
{
	char name[256];

	snprintf(name, sizeof(name), "%s%s", v->bdf, rest);
	v->device = device_get(v->group, name);
	return v->device < 0 ? v->device : 0;
}

static void let_go(struct vfio *v)
{
	close(v->device);
	v->device = -1;
}

static long token(int device, uint32_t flags, const uint8_t *bytes, size_t size)
{
	struct {
		struct vfio_device_feature feature;
		uint8_t token[16];
	} request = { .feature = { .argsz = sizeof(request.feature) + size,
				   .flags = flags | VFIO_DEVICE_FEATURE_PCI_VF_TOKEN } };

	memcpy(request.token, bytes, sizeof(request.token));
	return ask(device, VFIO_DEVICE_FEATURE, &request);
}

static void feature_answers(int pf)
{
	const uint32_t set = VFIO_DEVICE_FEATURE_SET, get = VFIO_DEVICE_FEATURE_GET;

	IS(token(pf, VFIO_DEVICE_FEATURE_PROBE | set, a_bytes, 16), 0);
	IS(token(pf, VFIO_DEVICE_FEATURE_PROBE | get, a_bytes, 16), -EINVAL);
	IS(token(pf, get, a_bytes, 16), -EINVAL);
	IS(token(pf, set, a_bytes, 15), -EINVAL);
	IS(token(pf, set, a_bytes, 16), 0);
}

static void virtual_names(struct vfio *vf)
{
	IS(get(vf, ""), -EACCES);
	IS(get(vf, " "), -EACCES);
	IS(get(vf, " vf_token=" B), -EACCES);
	IS(get(vf, " vf_token="), -EINVAL);
	IS(get(vf, " vf_token=" A "0"), -EINVAL);
	IS(get(vf, " vf_token=2ab74924-c335-45f4-9b16-8569e5b0825"), -EINVAL);
	IS(get(vf, " vf_token=2ab74924xc335-45f4-9b16-8569e5b08258"), -EINVAL);
	IS(get(vf, " vf_token=" A " vf_token=" A), -EINVAL);
	IS(get(vf, " vf_token=" A " other=1"), -EINVAL);
	IS(get(vf, " other=1"), -EINVAL);
	IS(get(vf, "vf_token=" A), -ENODEV);
	IS(get(vf, "0"), -ENODEV);
	IS(get(vf, "  vf_token=" A "  "), 0);
	let_go(vf);
	IS(get(vf, " vf_token=" A), 0);
}

/* A virtual function is in use: its token binds whoever has the physical one. */
static void while_used(struct vfio *pf)
{
	const uint32_t set = VFIO_DEVICE_FEATURE_SET;

	IS(token(pf->device, set, b_bytes, 16), -EBUSY);
	IS(token(pf->device, set, a_bytes, 16), 0);
	let_go(pf);
	IS(get(pf, ""), -EACCES);
	IS(get(pf, " vf_token=" B), -EACCES);
	IS(get(pf, " vf_token=" A), 0);
}

/* Where its state of power is written and read. */
static uint64_t power_register(int pf)
{
	uint64_t config = region(pf, VFIO_PCI_CONFIG_REGION_INDEX, NULL);
	unsigned int cap = read32(pf, config + 0x34) & 0xff;

	while (cap && (read32(pf, config + cap) & 0xff) != 1)
		cap = read32(pf, config + cap) >> 8 & 0xff;
	TRUE(cap != 0);
	return config + cap + 4;
}

static void power(int pf, uint16_t state, uint16_t comes_to)
{
	uint64_t at = power_register(pf);

	IS(pwrite(pf, &state, 2, at), 2);
	IS(read32(pf, at) & 3, comes_to);
}

/* Virtual functions are there, so that their physical one does not go to sleep. */
static void stays_awake(int pf)
{
	power(pf, 3, 0);
}

static void virtual_functions(const char *pf, const char *number)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/sriov_numvfs", pf);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	IS(write(fd, number, strlen(number)), strlen(number));
	close(fd);
}

/* They find it awake, and once they are gone it may sleep again. */
static void asleep(const char *bdf)
{
	struct vfio pf = attach(bdf);

	IS(get(&pf, ""), 0);
	power(pf.device, 3, 3);
	virtual_functions(bdf, "1");
	IS(read32(pf.device, power_register(pf.device)) & 3, 0);
	stays_awake(pf.device);
	virtual_functions(bdf, "0");
	power(pf.device, 3, 3);
	power(pf.device, 0, 0);
	vfio_close(&pf);
}

static atomic_bool done;

static void *change(void *pf)
{
	const uint32_t set = VFIO_DEVICE_FEATURE_SET;

	while (!atomic_load(&done)) {
		token(*(int *)pf, set, a_bytes, 16);
		usleep(7000);
		token(*(int *)pf, set, b_bytes, 16);
		usleep(7000);
	}
	return NULL;
}

/*
 * The token may change while a name with it is on its way, most of all while the function wakes up:
 * whoever gets the function has shown the one that is in force now.
 */
static void on_the_way(struct vfio *pf, struct vfio *vf)
{
	pthread_t other;
	long answer;
	int i;

	if (pthread_create(&other, NULL, change, &pf->device))
		die("cannot start a thread");
	for (i = 0; i < 20; i++) {
		usleep(50000); /* it goes to sleep */
		answer = get(vf, " vf_token=" A);
		if (answer) {
			IS(answer, -EACCES);
			continue;
		}
		IS(token(pf->device, VFIO_DEVICE_FEATURE_SET, a_bytes, 16), 0);
		let_go(vf);
	}
	atomic_store(&done, true);
	pthread_join(other, NULL);
}

static void exchange(struct vfio *pf, struct vfio *vf)
{
	IS(get(pf, ""), 0);
	/* Nobody knows a token that nobody has set. */
	IS(get(vf, " vf_token=00000000-0000-0000-0000-000000000000"), -EACCES);
	stays_awake(pf->device);
	feature_answers(pf->device);
	virtual_names(vf);
	IS(token(vf->device, VFIO_DEVICE_FEATURE_PROBE | VFIO_DEVICE_FEATURE_SET, a_bytes, 16),
	   -ENOTTY);
	while_used(pf);
	let_go(vf);
	on_the_way(pf, vf);
	let_go(pf);
	/* Nobody has a virtual function any more: a token that comes with the physical one is set.
	 */
	IS(get(pf, " vf_token=" C), 0);
	IS(get(vf, " vf_token=" A), -EACCES);
	IS(get(vf, " vf_token=" B), -EACCES);
	IS(get(vf, " vf_token=" C), 0);
	/* Its memory has no switch, and reads as on. */
	IS(read32(vf->device, region(vf->device, VFIO_PCI_CONFIG_REGION_INDEX, NULL) + 4) & 2, 2);
	/* It is the one that its BARs and identity show. */
	IS(read32(vf->device, region(vf->device, VFIO_PCI_CONFIG_REGION_INDEX, NULL)) & 0xffff,
	   0x1b36);
}

static void hold(char **bdf)
{
	struct vfio v;
	int i;

	for (i = 0; i < 3; i++) {
		v = attach(bdf[i]);
		if (get(&v, " vf_token=" A))
			die("cannot open '%s'", bdf[i]);
	}
	say("held");
	pause();
}

/* Neither of a pair, so that there is nobody to share a secret with. */
static void alone(const char *bdf)
{
	struct vfio v = attach(bdf);

	IS(get(&v, " vf_token=" A), -EINVAL);
	IS(get(&v, ""), 0);
	vfio_close(&v);
}

int main(int argc, char **argv)
{
	struct vfio pf, vf;

	if (argc == 5 && !strcmp(argv[1], "hold")) {
		hold(argv + 2);
	} else if (argc == 3 && !strcmp(argv[1], "host")) {
		alone(argv[2]);
	} else if (argc == 3 && !strcmp(argv[1], "asleep")) {
		asleep(argv[2]);
	} else if (argc == 4) {
		pf = attach(argv[1]);
		vf = attach(argv[2]);
		exchange(&pf, &vf);
		vfio_close(&vf);
		vfio_close(&pf);
		alone(argv[3]);
	} else {
		die("usage: pci-vf-token PF VF OTHER | host VF | hold PF VF VF | asleep PF");
	}
	return checks_status();
}
