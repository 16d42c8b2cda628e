/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The few requests of iommufd, and of VFIO's device nodes, that are used here. The headers that
 * distributions build with are often older than the kernels that they run: so the numbers are given
 * here, and a kernel that does not know one answers ENOTTY.
 */
#ifndef VFIOCTL_IOMMUFD_H
#define VFIOCTL_IOMMUFD_H

#include <linux/ioctl.h>
#include <linux/vfio.h>
#include <stdint.h>

#define IOMMUFD_NODE		  "/dev/iommu"

#define IOMMUFD_IOAS_ALLOC	  _IO(';', 0x81)
#define IOMMUFD_IOAS_RANGES	  _IO(';', 0x84)
#define IOMMUFD_IOAS_MAP	  _IO(';', 0x85)
#define IOMMUFD_IOAS_UNMAP	  _IO(';', 0x86)
#define IOMMUFD_DEVICE_BIND	  _IO(VFIO_TYPE, VFIO_BASE + 18)
#define IOMMUFD_DEVICE_ATTACH	  _IO(VFIO_TYPE, VFIO_BASE + 19)

#define IOMMUFD_MAP_AT_THAT_IOVA  (1U << 0)
#define IOMMUFD_MAP_DEVICE_WRITES (1U << 1)
#define IOMMUFD_MAP_DEVICE_READS  (1U << 2)

/* Each begins with its own size; @ioas is the address space's number. */
struct iommufd_ioas_alloc {
	uint32_t size, flags, ioas;
};

/* @n: in how many fit, out how many there are (EMSGSIZE when that is more). */
struct iommufd_ioas_ranges {
	uint32_t size, ioas, n, reserved;
	uint64_t ranges; /* address of pairs: first and last */
	uint64_t alignment;
};

struct iommufd_ioas_map {
	uint32_t size, flags, ioas, reserved;
	uint64_t memory, length, iova;
};

/* @length: in what is to go, out what went. */
struct iommufd_ioas_unmap {
	uint32_t size, ioas;
	uint64_t iova, length;
};

struct iommufd_device_bind {
	uint32_t size, flags;
	int32_t iommufd;
	uint32_t device;
};

struct iommufd_device_attach {
	uint32_t size, flags, ioas;
};

#endif
