// SPDX-License-Identifier: GPL-2.0-only
/*
 * init - the only process of the system inside of the guest, and what is asked there. On the second
 * serial port it says "up", then it takes commands:
 *
 *   sum OFFSET LENGTH           the checksum of a part of the disk
 *   fill OFFSET LENGTH LETTER   fill a part of the disk
 *   net                         bring the network card up; frames are answered from then on
 *   frames                      how many were
 *   interrupts disk|net         how many, and of which type
 *   reset disk|net              reset the function
 *   gone disk|net               wait until there is none any more
 *   off                         power off
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "inner.h"

#define PORT "/dev/ttyS1"

static void of_kind(const char *word, void (*ask)(enum pci_kind kind))
{
	enum pci_kind kind;

	if (pci_kind_parse(word, &kind))
		ask(kind);
	else
		answer_error("neither disk nor net: '%s'", word);
}

static void obey(const char *line)
{
	unsigned long offset, length;
	char word[8], letter;

	if (sscanf(line, "sum %lu %lu", &offset, &length) == 2)
		disk_sum(offset, length);
	else if (sscanf(line, "fill %lu %lu %c", &offset, &length, &letter) == 3)
		disk_fill(offset, length, letter);
	else if (!strcmp(line, "net"))
		net_up();
	else if (!strcmp(line, "frames"))
		net_counts();
	else if (sscanf(line, "interrupts %7s", word) == 1)
		of_kind(word, pci_interrupts);
	else if (sscanf(line, "reset %7s", word) == 1)
		of_kind(word, pci_reset);
	else if (sscanf(line, "gone %7s", word) == 1)
		of_kind(word, pci_gone);
	else if (!strcmp(line, "off"))
		reboot(RB_POWER_OFF);
	else
		answer_error("unknown command '%s'", line);
}

/* Takes what the port has, and obeys each line that is whole. */
static void listen_to(int port)
{
	static char line[128];
	static size_t length;
	char byte;

	while (read(port, &byte, 1) == 1) {
		if (byte != '\n') {
			if (length < sizeof(line) - 1)
				line[length++] = byte;
			continue;
		}
		line[length] = 0;
		length = 0;
		obey(line);
	}
}

static int port_open(void)
{
	struct termios raw;
	int port = open(PORT, O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	if (port < 0 || tcgetattr(port, &raw))
		return -1;
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL;
	if (tcsetattr(port, TCSANOW, &raw))
		return -1;
	return port;
}

static void mount_on(const char *type, const char *dir)
{
	mkdir(dir, 0755);
	if (mount(type, dir, type, 0, NULL))
		printf("init: cannot mount %s: %s\n", dir, strerror(errno));
}

/* In the order of their names. */
static void load_modules(void)
{
	glob_t all;
	size_t i;
	int fd;

	if (glob("/modules/*.ko", 0, NULL, &all))
		return;
	for (i = 0; i < all.gl_pathc; i++) {
		fd = open(all.gl_pathv[i], O_RDONLY | O_CLOEXEC);
		if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
			printf("init: cannot load '%s': %s\n", all.gl_pathv[i], strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	globfree(&all);
}

int main(void)
{
	struct pollfd from[2];
	int port;

	mount_on("proc", "/proc");
	mount_on("sysfs", "/sys");
	mount_on("devtmpfs", "/dev");
	port = port_open();
	if (port < 0) {
		printf("init: cannot open %s: %s\n", PORT, strerror(errno));
		return 1;
	}
	load_modules();
	answer_open(port);
	answer("up");
	for (;;) {
		from[0] = (struct pollfd){ .fd = port, .events = POLLIN };
		from[1] = (struct pollfd){ .fd = net_descriptor(), .events = POLLIN };
		poll(from, 2, -1);
		if (from[0].revents)
			listen_to(port);
		if (from[1].revents)
			net_echo();
	}
}
