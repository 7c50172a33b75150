#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# lintian finds nothing in the deb packages but what packaging/debian/*.lintian-overrides explain.
source "$(dirname "$0")/lib.sh"
skip_without lintian
scratch_folder
options=(--fail-on error,warning --allow-root)
has_manual || options+=(--suppress-tags no-manual-page)
check 'lintian is content' lintian "${options[@]}" "$packages"/deb/*.changes
check_done
