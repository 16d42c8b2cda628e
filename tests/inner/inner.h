/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one program of the system inside of the guest. It is asked on its second serial port, a line
 * at a time, and answers each with one line: what it found, or "error" and why.
 */
#ifndef INNER_H
#define INNER_H

#include <stdbool.h>
#include <stddef.h>

/* answer.c */
void answer_open(int port);
void answer(const char *format, ...) __attribute__((format(printf, 1, 2)));
void answer_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* pci.c */
enum pci_kind {
	PCI_DISK,
	PCI_NET,
};

/*
 * The path of what pattern matches below the directory of the only function of this kind in sysfs,
 * waited for if need be. False, and an error answered, when there is none.
 */
bool pci_find(enum pci_kind kind, const char *pattern, char *path, size_t size);
bool pci_kind_parse(const char *word, enum pci_kind *kind);
/* Answers "gone" when no function of this kind is left. */
void pci_gone(enum pci_kind kind);
/* Resets the function by the kernel's own means, and answers by which. */
void pci_reset(enum pci_kind kind);
/* Answers how many interrupts of the function's there were, and of which type. */
void pci_interrupts(enum pci_kind kind);

/* disk.c */
/* Answers the disk's size and the POSIX checksum of a part of it. */
void disk_sum(unsigned long offset, unsigned long length);
/* Fills a part of the disk with a letter. */
void disk_fill(unsigned long offset, unsigned long length, char letter);

/* net.c */
/* Brings the network card up and answers its address, once it has a link. */
void net_up(void);
/* A descriptor that is readable when frames have come, or -1. */
int net_descriptor(void);
/* Answers, on the wire, what has come. */
void net_echo(void);
/* Answers how many frames came and how many answers went since the card was brought up. */
void net_counts(void);

#endif
