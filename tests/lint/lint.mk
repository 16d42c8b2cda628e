# SPDX-License-Identifier: GPL-2.0-only

.PHONY: lint format

LINT_C = $(shell git ls-files '*.c' '*.h')
LINT_SH = $(shell git ls-files | xargs grep -lE '^\#!/(usr/)?bin/(env )?(ba)?sh' 2>/dev/null)

# make lint - format, spelling, shell, manuals, and that help, manual and completion agree
lint: all
	$(Q)tests/lint/format $(LINT_C)
	$(Q)shellcheck $(LINT_SH)
	$(Q)codespell --ignore-words tests/lint/codespell.words \
		$$(git ls-files | grep -vE '^LICENSE$$|^tests/fuzz/corpus/')
	$(Q)tests/lint/spdx
	$(Q)tests/lint/layers
	$(Q)tests/lint/headers '$(CC)' $(ALL_CPPFLAGS)
	$(Q)tests/lint/manuals
	$(Q)tests/lint/kernel-manual
	$(Q)tests/lint/consistency $(B)/vfioctl

# make format - what `make lint` would ask for
format:
	$(Q)clang-format -i $(LINT_C)
