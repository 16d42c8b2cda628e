# SPDX-License-Identifier: GPL-2.0-only
#
# make clients - small programs that speak the VFIO ABI, for the guest: linked statically, as its
# root image has few libraries

CLIENT_SHARED := $(addprefix tests/clients/,vfio.c type1.c pci.c)
CLIENT_SRC := $(filter-out $(CLIENT_SHARED),$(sort $(wildcard tests/clients/*.c)))
CLIENT_BIN := $(CLIENT_SRC:tests/clients/%.c=build/clients/%) build/clients/failnth \
	build/clients/dpdk-rx-interrupts

CLIENT_CC = $(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 $(WARN) -pthread -static

.PHONY: clients
clients: $(CLIENT_BIN)

build/clients/%: tests/clients/%.c $(CLIENT_SHARED) $(wildcard tests/clients/*.h)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLIENT_CC) -o $@ $< $(CLIENT_SHARED)

build/clients/failnth: $(wildcard tests/clients/failnth/*.[ch]) $(CLIENT_SHARED) \
		$(wildcard tests/clients/*.h)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLIENT_CC) -o $@ $(filter %.c,$^)

# A program of DPDK is linked to DPDK's libraries, which the guests that run it have. What it is built
# with comes along with dpdk-dev.
DPDK_CFLAGS = $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags libdpdk))

build/clients/dpdk-%: tests/clients/dpdk/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -D_GNU_SOURCE -O2 -g -std=gnu11 $(WARN) $(DPDK_CFLAGS) -o $@ $< \
		-lrte_ethdev -lrte_mbuf -lrte_mempool -lrte_eal
