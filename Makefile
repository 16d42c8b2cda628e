# SPDX-License-Identifier: GPL-2.0-only
#
# make            the vfioctl binary
# make help       every target
#
# Nothing here is evaluated through pkg-config before `make setup` had its chance: the targets
# that set a machine up run first and then call make again.

VERSION := 0.1
PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DATADIR ?= $(PREFIX)/share/vfioctl
UDEVRULESDIR ?= $(PREFIX)/lib/udev/rules.d
COMPLETIONSDIR ?= $(PREFIX)/share/bash-completion/completions
PKG_CONFIG ?= pkg-config
CC ?= gcc
AR ?= ar
INSTALL ?= install

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# SAN=1 builds with AddressSanitizer and UndefinedBehaviorSanitizer into a directory of its own.
SAN ?= 0
B := $(if $(filter 1,$(SAN)),build-san,build)

LIBS := libpci smartcols mount blkid libmnl json-c libcap libudev
# Loaded when first needed (lib/kmod_late.h).
LATE_LIBS := libkmod
WARN := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wformat=2 \
	-Wvla -Wwrite-strings -Wpointer-arith -Wundef -Wimplicit-fallthrough
comma := ,
SANFLAGS := $(if $(filter 1,$(SAN)),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer)
CFLAGS ?= -O2 -g
ALL_CPPFLAGS = -D_GNU_SOURCE -DVFIOCTL_VERSION='"$(VERSION)"' -Ilib -Icmd \
	$(shell $(PKG_CONFIG) --cflags $(LIBS) $(LATE_LIBS)) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu11 $(WARN) -fstack-protector-strong $(SANFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(SANFLAGS) $(LDFLAGS)
ALL_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS))

LIB_SRC := $(sort $(wildcard lib/*.c))
CMD_SRC := $(sort $(wildcard cmd/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(B)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(B)/%.o)

.PHONY: all help clean install uninstall
all: $(B)/vfioctl

$(B)/vfioctl: $(CMD_OBJ) $(B)/libvfioctl.a
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(CMD_OBJ) $(B)/libvfioctl.a $(ALL_LIBS)

$(B)/libvfioctl.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $(LIB_OBJ)

$(B)/%.o: %.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d)

help:
	@sed -n 's/^# \(make [a-z].*\)/\1/p' $(MAKEFILE_LIST)

clean:
	$(Q)rm -rf build build-san build-fuzz

# Each of these adds targets of its own kind: tests and benchmarks, the guest, lint, installation.
-include kernel/kernel.mk
-include kernel/dkms/dkms.mk
-include tests/clients/clients.mk
-include tests/tests.mk
-include tests/fuzz/fuzz.mk
-include tests/vm/vm.mk
-include tests/crash/crash.mk
-include tests/bench/bench.mk
-include tests/lint/lint.mk
-include contrib/install.mk
