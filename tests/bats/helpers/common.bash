# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every bats file loads first.

bats_require_minimum_version 1.5.0
load /usr/lib/bats/bats-support/load
load /usr/lib/bats/bats-assert/load
load /usr/lib/bats/bats-file/load

# The program under test: installed in a guest, freshly built on the host.
: "${VFIOCTL:=$(cd "$BATS_TEST_DIRNAME" && git rev-parse --show-toplevel)/build/vfioctl}"
export VFIOCTL
