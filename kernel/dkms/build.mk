# SPDX-License-Identifier: GPL-2.0-only
#
# How DKMS builds the modules, in a copy of the sources of its own: as `make modules` does.

.PHONY: modules clean
modules: compat/config.h
	$(MAKE) -C $(KDIR) M=$(CURDIR) CONFIG_DEBUG_INFO_BTF_MODULES= modules

# The probing has a directory beside its result, which is not to be that of the probes.
compat/config.h:
	@! grep -qs '^CONFIG_VFIO=y' $(KDIR)/.config || { \
		echo 'the kernel of "$(KDIR)" has VFIO built in: no module can take its place' >&2; exit 1; }
	mkdir -p probed
	+compat/probe $(KDIR) compat/probes probed/config.h
	cp probed/config.h $@

# The copy is thrown away.
clean:
	@:
