# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Packages for the guest. apt works here on state of its own in the cache, as any user, and for any
# suite: nothing is installed on the host, and the host's own selection of packages plays no part.
# The mirrors are those that the host itself is set up with. Needs cache.sh.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# The host's mirror of Debian's main archive.
# shellcheck disable=SC2016 # apt replaces these, not the shell
debs_mirror() {
	local uri release
	while IFS='|' read -r uri release; do
		case $release in
		bookworm | oldstable | stable)
			printf '%s\n' "${uri%/}"
			return
			;;
		esac
	done < <(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' \
		'Created-By: Packages' 'Component: main')
	die "no mirror of Debian 12 (bookworm) among this host's apt sources"
}

# debs_sources SUITE - a sources.list for it; backports come with the suite that they are made for.
# The archive of security updates, without which there is no 6.12 for bookworm, stands beside the
# main one on every mirror that carries it.
# shellcheck disable=SC2016 # as above
debs_sources() {
	local mirror opt='' security suite=${1%-backports}
	mirror=$(debs_mirror)
	[[ -e $KEYRING ]] && opt="[signed-by=$KEYRING] "
	printf 'deb %s%s %s main\n' "$opt" "$mirror" "$suite"
	case $suite in sid | unstable | experimental) return ;; esac
	security=$(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)' \
		'Created-By: Packages' 'Component: main' | sed -n 's,/*|[a-z]*-security$,,p' | head -n 1)
	printf 'deb %s%s %s-updates main\n' "$opt" "$mirror" "$suite"
	printf 'deb %s%s %s-security main\n' "$opt" "${security:-$mirror-security}" "$suite"
	[[ $suite == "$1" ]] || printf 'deb %s%s %s main\n' "$opt" "$mirror" "$1"
}

# debs_apt SUITE COMMAND... - one of apt's own tools on the private state of that suite
debs_apt() {
	local dir=$CACHE/apt-$1 cmd=$2 prefer=()
	[[ $1 != *-backports ]] || prefer=(-o "APT::Default-Release=$1")
	shift 2
	"$cmd" -qq "${prefer[@]}" -o Dir::State="$dir" -o Dir::State::lists="$dir/lists" \
		-o Dir::State::status="$dir/status" -o Dir::Cache="$dir/cache" \
		-o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::preferencesparts=/dev/null -o Dir::Etc::preferences=/dev/null \
		-o APT::Sandbox::User= -o APT::Install-Recommends=false \
		-o APT::Architecture=amd64 -o APT::Architectures=amd64 \
		-o Acquire::Languages=none -o Acquire::Retries=3 \
		-o APT::Get::AllowUnauthenticated=false "$@"
}

# debs_update SUITE - bring its package lists in, when there are none or they are a day old. The
# caller holds debs_lock.
debs_update() {
	local dir=$CACHE/apt-$1
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	if [[ -n $(find "$dir/updated" -mmin -1440 2>/dev/null) ]]; then
		return
	fi
	say "reading the package lists of $1"
	: >"$dir/status"
	debs_sources "$1" >"$dir/sources.list"
	debs_apt "$1" apt-get -o APT::Update::Error-Mode=any update
	touch "$dir/updated"
}

# debs_ready SUITE - debs_update for callers who hold no lock
debs_ready() {
	mkdir -p "$CACHE/apt-$1"
	exec {debs_lock}>"$CACHE/apt-$1/.lock"
	flock "$debs_lock"
	debs_update "$1"
	exec {debs_lock}>&-
}

# debs_fetch SUITE LIST PACKAGE... - download what these packages need to be installed on an empty
# system, and write the files' names to LIST, sorted
debs_fetch() {
	local suite=$1 list=$2 dir=$CACHE/apt-$1
	shift 2
	mkdir -p "$dir"
	exec {debs_lock}>"$dir/.lock"
	flock "$debs_lock"
	debs_update "$suite"
	debs_apt "$suite" apt-get -y --download-only install "$@" {debs_lock}>&-
	debs_apt "$suite" apt-get -y --print-uris -o Dir::Cache::archives="$dir/none/" install "$@" |
		awk '{print $2}' | LC_ALL=C sort | sed "s,^,$dir/cache/archives/," >"$list"
	exec {debs_lock}>&-
	[[ -s $list ]] || die "apt resolved no package for: $*"
}

# debs_download SUITE PACKAGE - download just this one, print the file's name
debs_download() {
	local suite=$1 package=$2 dir=$CACHE/apt-$1 file
	mkdir -p "$dir"
	exec {debs_lock}>"$dir/.lock"
	flock "$debs_lock"
	debs_update "$suite" >&2
	file=$(debs_apt "$suite" apt-get --print-uris download "$package" | awk '{print $2}')
	[[ -n $file ]] || die "no package '$package' in $suite"
	mkdir -p "$dir/debs"
	if [[ ! -e $dir/debs/$file ]]; then
		say "downloading $package"
		(cd "$dir/debs" && debs_apt "$suite" apt-get download "$package") >&2
	fi
	exec {debs_lock}>&-
	printf '%s\n' "$dir/debs/$file"
}

# debs_unpack ROOT FILE... - the files of packages into a root whose /bin, /lib and /sbin are links
debs_unpack() {
	local root=$1 d file
	shift
	for d in bin sbin lib lib32 lib64 libx32; do
		mkdir -p "$root/usr/$d"
		[[ -e $root/$d ]] || ln -s "usr/$d" "$root/$d"
	done
	for file; do
		dpkg-deb --fsys-tarfile "$file" |
			tar -x --keep-directory-symlink --no-same-owner -C "$root"
	done
}
