#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# rpmlint finds nothing in the rpm packages but what packaging/rpm/usher.rpmlintrc explains.
source "$(dirname "$0")/lib.sh"
skip_without rpmlint
scratch_folder
cp "$source_tree/packaging/rpm/usher.rpmlintrc" "$S/rpmlintrc"
content() {
  rpmlint --ignore-unused-rpmlintrc --rpmlintrc "$S/rpmlintrc" "$packages"/rpm/*.rpm "$source_tree/packaging/rpm/usher.spec" >"$S/found" 2>&1
  ! grep -E '[a-z0-9_]+: [EW]: ' "$S/found" && grep -qE ' 0 errors, 0 warnings' "$S/found"
}
check 'rpmlint is content' content
[[ $check_failures == 0 ]] || cat "$S/found"
check_done
