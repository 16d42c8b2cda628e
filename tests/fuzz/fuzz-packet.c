// SPDX-License-Identifier: GPL-2.0-only
/* A line of /proc/net/packet. */
#include <stdio.h>

#include "fuzz.h"
#include "safety_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *line = fuzz_string(data, size), again[128];
	struct packet_socket socket, same;

	CHECK(line);
	if (text_packet_socket(line, &socket)) {
		snprintf(again, sizeof(again), "0000 3 3 0003 %u 1 0 0 %lu", socket.index,
			 socket.inode);
		CHECK_TEXT(text_packet_socket(again, &same), again);
		CHECK_TEXT(same.index == socket.index && same.inode == socket.inode, again);
	}
	free(line);
	return 0;
}
