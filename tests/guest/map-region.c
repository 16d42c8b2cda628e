// SPDX-License-Identifier: GPL-2.0-only
/*
 * map-region FILE [OFFSET]: maps the page at OFFSET, of a device's memory region or of all memory,
 * closes the file, says so, and stays.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	off_t offset = argc == 3 ? strtoull(argv[2], NULL, 0) : 0;
	int fd = argc >= 2 ? open(argv[1], O_RDWR) : -1;

	if (fd < 0 || mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, offset) == MAP_FAILED) {
		perror("map-region");
		return 1;
	}
	close(fd);
	puts("mapped");
	fflush(stdout);
	pause();
	return 0;
}
