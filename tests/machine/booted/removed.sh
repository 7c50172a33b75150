#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The packages are removed from the running machine.
source "$(dirname "$0")/inside.sh"

check 'the packages are removed' done_by dpkg --remove usher-doc usher libpam-usher
check 'nothing of Usher runs' not quiet pgrep usher
check 'no unit has failed' equal "$(systemctl --failed --plain --no-legend)" ''
check 'no socket is left' not quiet compgen -G '/run/usher*/*'
check 'ada gets in as she did before Usher' over_ssh ada
check 'nobody with another password' not_with_another over_ssh ada
check 'root gets in at the console' at_console root
machine_done
