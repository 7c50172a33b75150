#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The packages on a Debian that is switched on: its systemd starts usherd when somebody comes, starts it
# again whatever becomes of it, and puts stacks back that nobody confirmed, also after a reboot.
source "$(dirname "$0")/machine.sh"
machine_apart "$@"

machine_on
machine_in booted/first_login.sh
machine_in booted/sandbox.sh
machine_in booted/restarts.sh
machine_in booted/upgrade.sh
machine_in booted/confirmed.sh
machine_in booted/unconfirmed.sh
machine_off
machine_on
machine_in booted/put_back.sh
machine_in booted/removed.sh
machine_off
