# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the tests of packages share. Not all of them are on the stage.
packaging_tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$packaging_tests/../e2e/check.sh"
source_tree=$(cd "$packaging_tests/../.." && pwd)
build=${USHER_BUILD:-$source_tree/build/release}
packages=${USHER_PACKAGES:-$build/packages}

# S: a folder for what this test writes, as tests on the stage have one.
scratch_folder() {
  S=$(mktemp -d) || exit 2
  trap 'rm -rf "$S"' EXIT
}

# Manual pages are made where pandoc is there; where they are not, nothing is expected of them.
has_manual() { compgen -G "$build/man/*" >/dev/null; }

# as_expected NAME: standard input is expected/NAME; USHER_REWRITE_EXPECTED=1 in the environment writes that
# anew, for reading in a diff.
as_expected() {
  local expected=$packaging_tests/expected/$1
  cat >"$S/got"
  [[ -s $S/got ]] || return 1
  [[ -z ${USHER_REWRITE_EXPECTED:-} ]] || cp "$S/got" "$expected"
  if has_manual; then
    cp "$expected" "$S/wanted"
  else
    grep -v '/share/man' "$expected" >"$S/wanted"
  fi
  same_file "$S/wanted" "$S/got"
}
