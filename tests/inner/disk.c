// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "inner.h"

#define CHUNK 65536

/* Direct I/O goes to the device each time and asks for aligned memory. */
static uint8_t chunk[CHUNK] __attribute__((aligned(4096)));

static int disk_open(void)
{
	char path[256], node[64];
	int i, fd = -1;

	if (!pci_find(PCI_DISK, "nvme/nvme*/nvme*n*", path, sizeof(path)))
		return -1;
	snprintf(node, sizeof(node), "/dev/%s", strrchr(path, '/') + 1);
	/* The node comes a moment after the directory. */
	for (i = 0; i < 100 && fd < 0; i++) {
		fd = open(node, O_RDWR | O_DIRECT | O_SYNC | O_CLOEXEC);
		if (fd < 0)
			usleep(50000);
	}
	if (fd < 0)
		answer_error("cannot open '%s': %s", node, strerror(errno));
	return fd;
}

static uint32_t crc_table[256];

/* The polynomial of POSIX' cksum, most significant bit first. */
static void crc_prepare(void)
{
	uint32_t crc;
	int i, bit;

	for (i = 0; i < 256; i++) {
		crc = (uint32_t)i << 24;
		for (bit = 0; bit < 8; bit++)
			crc = crc << 1 ^ (crc >> 31 ? 0x04c11db7 : 0);
		crc_table[i] = crc;
	}
}

static uint32_t crc_byte(uint32_t crc, uint8_t byte)
{
	return crc << 8 ^ crc_table[crc >> 24 ^ byte];
}

void disk_sum(unsigned long offset, unsigned long length)
{
	unsigned long done, rest;
	uint64_t size = 0;
	uint32_t crc = 0;
	ssize_t got, i;
	int fd;

	fd = disk_open();
	if (fd < 0)
		return;
	crc_prepare();
	ioctl(fd, BLKGETSIZE64, &size);
	for (done = 0; done < length; done += (unsigned long)got) {
		rest = length - done;
		got = pread(fd, chunk, rest < CHUNK ? rest : CHUNK, (off_t)(offset + done));
		if (got <= 0) {
			answer_error("cannot read the disk at %lu: %s", offset + done,
				     got ? strerror(errno) : "its end");
			close(fd);
			return;
		}
		for (i = 0; i < got; i++)
			crc = crc_byte(crc, chunk[i]);
	}
	close(fd);
	for (rest = length; rest; rest >>= 8)
		crc = crc_byte(crc, (uint8_t)rest);
	answer("sum %lu of %llu: %u", length, (unsigned long long)size, ~crc);
}

void disk_fill(unsigned long offset, unsigned long length, char letter)
{
	unsigned long done, rest;
	ssize_t put;
	int fd;

	fd = disk_open();
	if (fd < 0)
		return;
	memset(chunk, letter, sizeof(chunk));
	for (done = 0; done < length; done += (unsigned long)put) {
		rest = length - done;
		put = pwrite(fd, chunk, rest < CHUNK ? rest : CHUNK, (off_t)(offset + done));
		if (put <= 0) {
			answer_error("cannot write the disk at %lu: %s", offset + done,
				     put ? strerror(errno) : "its end");
			close(fd);
			return;
		}
	}
	close(fd);
	answer("filled %lu", length);
}
