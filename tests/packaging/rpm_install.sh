#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The rpm packages go into an empty root, are whole there, and leave what is people's when they go. Without
# what they need, and without their scripts: those are Fedora's, which this is not.
source "$(dirname "$0")/lib.sh"
skip_without rpm
[[ $(id -u) == 0 ]] || { echo 'SKIPPED: gives files to their owners, and needs root for that'; exit 77; }
scratch_folder
root=$S/root
mkdir -p "$root/etc"
# Numbers that nobody has here, so that what is whose is told by the package and not by this machine.
printf 'root:x:0:0::/:/bin/sh\nusher:x:64901:64901::/:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nusher:x:64901:\n' >"$root/etc/group"

rpm_in() { rpm --root "$root" --define '_dbpath /var/lib/rpm' "$@"; }
mode_of() { stat -c '%a' "$root/$1"; }
check 'they go in' rpm_in -i --nodeps --noscripts --nosignature "$packages"/rpm/*.rpm
whole() { rpm_in -V --nodeps --noscripts usher pam_usher usher-doc 2>&1 | grep -vE '^\.{5}(U|\.)(G|\.)\.\.? +(/etc/usher/key|/var/lib/usher|/var/log/usher)$'; }
check 'and are whole' equal "$(whole)" ''
check 'the folders of usherd are nobody else'\''s' \
  equal "$(mode_of etc/usher/key) $(mode_of var/lib/usher) $(mode_of var/log/usher)" '700 700 700'
check 'what was installed runs' quiet "$root/usr/bin/usherctl" --version

echo '[login]' >>"$root/etc/usher/usher.toml"
touch "$root/var/lib/usher/store.db" "$root/etc/usher/rules.d/10-mine.toml"
check 'they go out again' quiet rpm_in -e --nodeps --noscripts usher pam_usher usher-doc
check 'but not the store' test -f "$root/var/lib/usher/store.db"
check 'nor rules' test -f "$root/etc/usher/rules.d/10-mine.toml"
check 'nor settings that were changed' grep -q '^\[login\]' "$root/etc/usher/usher.toml.rpmsave"
check 'the module is gone' equal "$(find "$root" -name pam_usher.so)" ''
check_done
