# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Made hosts beneath the program. Load after helpers/common. A file makes its hosts once:
#
#     setup_file() { fakehost_make big -e 'fill functions=4096'; }
#     setup()      { fakehost_need; }
#     @test "…"    { run fakehost_vfioctl big groups --json; … }
#
# Layouts are told in tests/fakehost/README.md.

FAKEHOST_TOP=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." && pwd)
FAKEHOST_RUN=$FAKEHOST_TOP/tests/fakehost/with-fakehost
: "${MKFAKEHOST:=$FAKEHOST_TOP/build/tests/mkfakehost}"
export MKFAKEHOST

# fakehost_need - skips the test where no made host can be put beneath a program, saying why
fakehost_need() {
	local known=${BATS_RUN_TMPDIR:-$BATS_TMPDIR}/fakehost-check

	if [[ ! -e $known ]]; then
		"$FAKEHOST_RUN" --check 2>"$known.tmp" || true
		mv "$known.tmp" "$known"
	fi
	[[ ! -s $known ]] || skip "$(<"$known")"
}

# Where a host that the file made is. A disk takes a minute for what a tmpfs takes a second for.
fakehost_dir() {
	local base=$BATS_FILE_TMPDIR

	if [[ $(stat -f -c %T /dev/shm 2>/dev/null) == tmpfs && -w /dev/shm ]]; then
		base=/dev/shm
	fi
	base+=/fakehost.${BATS_FILE_TMPDIR//\//_}
	printf '%s\n' "$base/$1"
}

# fakehost_clean - for a file that has a teardown_file of its own
fakehost_clean() {
	rm -rf "$(dirname -- "$(fakehost_dir any)")"
}

teardown_file() {
	fakehost_clean
}

# fakehost_make NAME [-e LINE]... [LAYOUT]... - makes a host that the file's tests call NAME
fakehost_make() {
	local name=$1 args=()
	shift

	while (($#)); do
		case $1 in
		-e) args+=(-e "$2") && shift 2 ;;
		*/*) args+=("$1") && shift ;;
		*) args+=("$FAKEHOST_TOP/tests/fakehost/layouts/$1") && shift ;;
		esac
	done
	mkdir -p "$(dirname -- "$(fakehost_dir any)")"
	"$MKFAKEHOST" "${args[@]}" "$(fakehost_dir "$name")"
}

# fakehost_run NAME COMMAND [ARGUMENT]... - runs a command on that host. $FAKEHOST_OPTIONS, an
# array, holds options of with-fakehost (--conf FILE, --run DIR, --admin).
fakehost_run() {
	local name=$1
	shift

	"$FAKEHOST_RUN" "${FAKEHOST_OPTIONS[@]}" "$(fakehost_dir "$name")" -- "$@"
}

# fakehost_vfioctl NAME [ARGUMENT]... - the program under test on that host
fakehost_vfioctl() {
	local name=$1
	shift

	fakehost_run "$name" "$VFIOCTL" "$@"
}

# validate_json VERB|SCHEMA|- - fails unless stdin is one strict JSON text that the schema allows
validate_json() {
	"$FAKEHOST_TOP/tests/bats/helpers/validate-json" "$@"
}
