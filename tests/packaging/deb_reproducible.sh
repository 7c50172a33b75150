#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Two builds from nothing, in folders of other names, in other time zones, languages and with other
# masks, are the same byte for byte.
source "$(dirname "$0")/lib.sh"
skip_without dpkg-buildpackage dh_apparmor
scratch_folder

# What a compiler made before must not count for both.
export CCACHE_DISABLE=1
unset CMAKE_CXX_COMPILER_LAUNCHER CMAKE_C_COMPILER_LAUNCHER

build_in() { TMPDIR=$S/$1 "$source_tree/scripts/package" deb --out "$S/$1/out"; }
first() { (umask 022 && TZ=UTC LC_ALL=C.UTF-8 build_in a); }
second() { (umask 027 && TZ=Pacific/Kiritimati LC_ALL=C LANGUAGE=de build_in a-longer-name); }
mkdir -m 755 "$S/a" "$S/a-longer-name"
check 'one build' first
check 'another' second
same=0
for one in "$S"/a/out/*.deb; do
  check "${one##*/} is the same" same_file "$one" "$S/a-longer-name/out/${one##*/}"
  same=$((same + 1))
done
check 'all packages, and their debug information, were compared' test "$same" -ge 5
check_done
