#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The policy for SELinux compiles against the reference policy of this machine; it is loaded nowhere.
source "$(dirname "$0")/lib.sh"
makefile=/usr/share/selinux/devel/Makefile
skip_without make checkmodule semodule_package
[[ -e $makefile ]] || { echo 'SKIPPED: there is no reference policy to compile against'; exit 77; }
scratch_folder
cp "$source_tree"/packaging/selinux/usher.* "$S/"
compiled() { make -C "$S" -f "$makefile" usher.pp >"$S/said" 2>&1; }
check 'the policy compiles' compiled
check 'without a warning' absent_from arning "$S/said"
check 'and is a module' matches "$(file -b "$S/usher.pp" 2>/dev/null || head -c 4 "$S/usher.pp" | od -An -tx1)" 'SE ?Linux|SELINUX|8f ?ff ?7c ?f9'
# What is labelled is what is installed.
paths() { sed -n 's|^\(/[a-z/_-]*\).*|\1|p' "$S/usher.fc" | grep -v '^/run' | sort; }
DESTDIR=$S/tree cmake --install "$build" >/dev/null || exit 2
mkdir -p "$S/tree/etc/usher/key" "$S/tree/var/lib/usher" "$S/tree/var/log/usher"
for path in $(paths); do
  check "$path is there" test -e "$S/tree$path"
done
echo 'policy_module(usher, 0.1.0) allow nobody_t nothing_t:file read;' >"$S/usher.te"
check 'a broken one would not' not compiled
check_done
