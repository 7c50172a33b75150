#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A change that somebody confirms, from a login through it, stays.
source "$(dirname "$0")/inside.sh"

stacks >$S/applied
check 'root does not confirm from outside a login' not said usherctl pam confirm
check 'the way back is still open' unit_is usher-pam-rollback.timer active
STAGE_COMMAND='usherctl pam confirm'
check 'root does from a login through the new stack' in_with_fresh_code root
STAGE_COMMAND=
check 'nothing waits any more' unit_is usher-pam-rollback.timer inactive
check 'nor will after a reboot' not quiet systemctl is-enabled usher-pam-rollback.timer
check 'the stacks stay' stacks_are $S/applied
check 'status is content' done_by usherctl pam status
machine_done
