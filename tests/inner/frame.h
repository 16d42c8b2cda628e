/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The Ethernet frames that a guest and the system inside of it exchange. A call carries a number
 * and bytes that follow from it; the answer is the same frame with both addresses exchanged and
 * every byte after the number inverted, so that no call can be taken for one.
 */
#ifndef INNER_FRAME_H
#define INNER_FRAME_H

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* One of the two that IEEE 802 leaves to experiments. */
#define FRAME_PROTOCOL 0x88b5
#define FRAME_MIN      60
#define FRAME_MAX      1514

struct frame {
	struct ether_header header;
	uint32_t number; /* in network order */
	uint8_t data[FRAME_MAX - sizeof(struct ether_header) - sizeof(uint32_t)];
} __attribute__((packed));

static inline size_t frame_data_length(size_t length)
{
	return length - offsetof(struct frame, data);
}

/* The length of the frame with this number: from the shortest to the longest and back again. */
static inline size_t frame_length(uint32_t number)
{
	return FRAME_MIN + (size_t)number * 173 % (FRAME_MAX - FRAME_MIN + 1);
}

static inline uint8_t frame_byte(uint32_t number, size_t i, bool answer)
{
	uint8_t byte = (uint8_t)(number * 7 + i);

	return answer ? ~byte : byte;
}

/* Fills in all that comes after the header. */
static inline void frame_fill(struct frame *frame, uint32_t number, bool answer)
{
	size_t i, length = frame_data_length(frame_length(number));

	frame->number = htonl(number);
	for (i = 0; i < length; i++)
		frame->data[i] = frame_byte(number, i, answer);
}

/* Whether a frame of this length is whole, and the call or the answer that its number says. */
static inline bool frame_good(const struct frame *frame, size_t length, bool answer)
{
	uint32_t number = ntohl(frame->number);
	size_t i;

	if (length != frame_length(number))
		return false;
	length = frame_data_length(length);
	for (i = 0; i < length; i++)
		if (frame->data[i] != frame_byte(number, i, answer))
			return false;
	return true;
}

#endif
