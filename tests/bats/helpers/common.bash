# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every bats file loads first.

bats_require_minimum_version 1.5.0
# What bats-support, bats-assert and bats-file are made of. Their own load.bash starts a process for
# each of these files, and every test loads them anew: in a guest that took longer than most tests.
for bats_library in /usr/lib/bats/bats-{support,assert,file}/src/*.bash; do
	# shellcheck source=/dev/null
	source "$bats_library"
done
unset bats_library

# The program under test: installed in a guest, freshly built on the host.
: "${VFIOCTL:=$(cd "$BATS_TEST_DIRNAME" && git rev-parse --show-toplevel)/build/vfioctl}"
export VFIOCTL
