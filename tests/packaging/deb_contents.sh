#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What is in the deb packages: files with mode and owner, which of them are configuration, what
# the packages ask of others, and which scripts they run.
source "$(dirname "$0")/lib.sh"
skip_without dpkg-deb
scratch_folder

deb() { printf '%s\n' "$packages/deb/$1"_*.deb; }
same_everywhere() { sed "s|/$(dpkg-architecture -q DEB_HOST_MULTIARCH)/|/MULTIARCH/|; s|\./usr/lib/systemd|./lib/systemd|"; }

# Pages of the documentation and examples come and go: only what is not as it should be.
files() {
  dpkg-deb -c "$(deb "$1")" | awk '{ print $1, $2, $6 }' | same_everywhere | LC_ALL=C sort -k 3 |
    if [[ $1 == usher-doc ]]; then
      grep -vE '^(-rw-r--r--|drwxr-xr-x) root/root \./usr/share/doc/usher/.'
    else
      cat
    fi
}

# Libraries are the distribution's.
relations() {
  dpkg-deb -f "$(deb "$1")" Package Multi-Arch Pre-Depends Depends Recommends Suggests Section Priority |
    sed -E 's/, lib[^,]*//g; s/: lib(c6|cap|pam0g|gcc)[^,]*, /: /'
}

scripts() { dpkg-deb --ctrl-tarfile "$(deb "$1")" | tar -t | sed 's|^\./||; /^$/d' | LC_ALL=C sort; }
conffiles() { dpkg-deb --info "$(deb "$1")" conffiles 2>/dev/null || true; }

contents() {
  echo "# $1" && relations "$1" && echo && scripts "$1" && echo && conffiles "$1" && echo && files "$1"
}

check 'one architecture is named in a path' test -n "$(dpkg-architecture -q DEB_HOST_MULTIARCH)"
for name in usher libpam-usher usher-doc; do
  check "$name has what it should" as_expected "$name.deb" < <(contents "$name")
done
check_done
