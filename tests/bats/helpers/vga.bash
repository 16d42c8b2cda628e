# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For tests of display adapters.

# decodes ADDRESS - what the arbiter thinks that the adapter listens to
decodes() {
	local fd line
	exec {fd}<>/dev/vga_arbiter
	echo "target PCI:$1" >&"$fd"
	read -r -u "$fd" line
	exec {fd}>&-
	[[ $line =~ decodes=([a-z+]*) ]]
	echo "${BASH_REMATCH[1]}"
}
