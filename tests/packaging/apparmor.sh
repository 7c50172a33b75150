#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The AppArmor profiles are such; nothing is loaded.
source "$(dirname "$0")/lib.sh"
skip_without apparmor_parser
scratch_folder
for profile in "$source_tree"/packaging/apparmor/usr.*; do
  check "${profile##*/} is a profile" apparmor_parser --skip-kernel-load --skip-cache --quiet "$profile"
  check "${profile##*/} takes local additions" grep -qF "include if exists <local/${profile##*/}>" "$profile"
done
echo 'profile broken /bin/broken { /etc/x nonsense, }' >"$S/broken"
check 'a broken one is refused' not quiet apparmor_parser --skip-kernel-load --skip-cache --quiet "$S/broken"
check_done
