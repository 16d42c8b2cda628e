# SPDX-License-Identifier: GPL-2.0-only

.PHONY: install uninstall

MAN_PAGES := $(wildcard man/*.[1-9])
SCHEMAS := $(wildcard contrib/schemas/*.json)

# make install - [DESTDIR=] [PREFIX=/usr/local]
install: all
	$(Q)$(INSTALL) -D -m 0755 $(B)/vfioctl $(DESTDIR)$(SBINDIR)/vfioctl
	$(Q)for page in $(MAN_PAGES); do \
		$(INSTALL) -D -m 0644 $$page \
			$(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/} || exit; \
	done
	$(Q)for schema in $(SCHEMAS); do \
		$(INSTALL) -D -m 0644 $$schema \
			$(DESTDIR)$(DATADIR)/schemas/$${schema##*/} || exit; \
	done
	$(Q)$(INSTALL) -D -m 0644 completions/vfioctl.bash $(DESTDIR)$(COMPLETIONSDIR)/vfioctl
	$(Q)mkdir -p $(DESTDIR)$(UDEVRULESDIR)
	$(Q)sed 's,@SBINDIR@,$(SBINDIR),' contrib/udev/90-vfioctl.rules.in \
		>$(DESTDIR)$(UDEVRULESDIR)/90-vfioctl.rules

# make uninstall - removes what install put there, by the same variables
uninstall:
	$(Q)rm -f $(DESTDIR)$(SBINDIR)/vfioctl $(DESTDIR)$(COMPLETIONSDIR)/vfioctl \
		$(DESTDIR)$(UDEVRULESDIR)/90-vfioctl.rules
	$(Q)for page in $(MAN_PAGES); do \
		rm -f $(DESTDIR)$(MANDIR)/man$${page##*.}/$${page##*/}; \
	done
	$(Q)for schema in $(SCHEMAS); do rm -f $(DESTDIR)$(DATADIR)/schemas/$${schema##*/}; done
	$(Q)-rmdir --ignore-fail-on-non-empty $(DESTDIR)$(DATADIR)/schemas $(DESTDIR)$(DATADIR) \
		2>/dev/null
