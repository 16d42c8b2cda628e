# SPDX-License-Identifier: GPL-2.0-only
#
# Each tests/fuzz/fuzz-NAME.c is a fuzzer for one parser or formatter; its seeds are in corpus/NAME.

.PHONY: fuzz check-fuzz

FUZZ_NAMES := $(patsubst tests/fuzz/fuzz-%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
FUZZ_TIME ?= 60

# Where a fuzzer stands in for a function of the library or of libmnl.
mnl_socket := open2 bind sendto recvfrom get_portid close
FUZZ_WRAP_config := config_each
FUZZ_WRAP_routes := $(mnl_socket:%=mnl_socket_%)
# The options are those of the real verbs, without main().
FUZZ_OBJ_options = $(filter-out %/main.o,$(CMD_OBJ))

fuzz_objects = $(B)/tests/fuzz/fuzz-$(1).o $(B)/tests/fuzz/fuzz.o $(FUZZ_OBJ_$(1)) \
	$(B)/libvfioctl.a
fuzz_wrap = $(addprefix -Wl$(comma)--wrap=,$(FUZZ_WRAP_$(1)))

FUZZ_OBJ := $(FUZZ_NAMES:%=$(B)/tests/fuzz/fuzz-%.o) $(B)/tests/fuzz/fuzz.o $(B)/tests/fuzz/replay.o
-include $(FUZZ_OBJ:.o=.d)

# make check-fuzz - give each seed of each fuzzer to what it is for, under ASan and UBSan
ifeq ($(SAN),1)
define fuzz_replay
$(B)/tests/fuzz/$(1): $$(call fuzz_objects,$(1)) $(B)/tests/fuzz/replay.o
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) $$(call fuzz_wrap,$(1)) -o $$@ $$^ $$(ALL_LIBS)
endef
$(foreach name,$(FUZZ_NAMES),$(eval $(call fuzz_replay,$(name))))

check-fuzz: $(FUZZ_NAMES:%=$(B)/tests/fuzz/%)
	$(Q)tests/fuzz/replay-all $(B) build/tap
else
check-fuzz:
	$(Q)+$(MAKE) --no-print-directory SAN=1 CFLAGS='-O1 -g' check-fuzz
endif

# make fuzz [FUZZ_TIME=60] [FUZZ=NAME...] - let libFuzzer look for more, so many seconds each
ifneq ($(FUZZ_BUILD),)
define fuzz_libfuzzer
$(B)/tests/fuzz/$(1): $$(call fuzz_objects,$(1))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) -fsanitize=fuzzer $$(ALL_LDFLAGS) $$(call fuzz_wrap,$(1)) -o $$@ $$^ $$(ALL_LIBS)
endef
$(foreach name,$(FUZZ_NAMES),$(eval $(call fuzz_libfuzzer,$(name))))

fuzz: $(addprefix $(B)/tests/fuzz/,$(or $(FUZZ),$(FUZZ_NAMES)))
	$(Q)tests/fuzz/run $(B) $(FUZZ_TIME) $(or $(FUZZ),$(FUZZ_NAMES))
else
fuzz:
	$(Q)tests/setup fuzz
	$(Q)+$(MAKE) --no-print-directory FUZZ_BUILD=1 B=build-fuzz CC=clang \
		SANFLAGS='-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all' \
		CFLAGS='-O1 -g -fno-omit-frame-pointer' fuzz
endif
