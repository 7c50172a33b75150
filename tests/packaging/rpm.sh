#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The rpm packages, made of what is built already, for the tests that look at them.
source "$(dirname "$0")/lib.sh"
skip_without rpmbuild
scratch_folder
rm -rf "$packages/rpm"
check 'the packages are made' "$source_tree/scripts/package" rpm --prebuilt "$build" --out "$packages/rpm"
for name in usher pam_usher usher-doc; do
  check "$name is among them" quiet compgen -G "$packages/rpm/$name-[0-9]*.rpm"
done
check_done
