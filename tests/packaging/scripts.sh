#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What the packages run as root is read by shellcheck.
source "$(dirname "$0")/lib.sh"
skip_without shellcheck
scratch_folder
cd "$source_tree/packaging/debian" || exit 2
# debconf's own words set RET; what it brings along can't be followed.
check 'scripts of the deb packages' shellcheck --shell=sh --exclude=SC1091,SC2154 -- *.postinst *.prerm *.postrm
cd "$source_tree" || exit 2
check 'scripts/package' shellcheck --external-sources --exclude=SC1091 -- scripts/package
check_done
