#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The deb packages, made of what is built already, for the tests that look at them.
source "$(dirname "$0")/lib.sh"
skip_without dpkg-buildpackage dh_apparmor debconf-updatepo lintian
scratch_folder
rm -rf "$packages/deb"
check 'the packages are made' "$source_tree/scripts/package" deb --prebuilt "$build" --out "$packages/deb"
for name in usher libpam-usher usher-doc; do
  check "$name is among them" quiet compgen -G "$packages/deb/${name}_*.deb"
done
check_done
