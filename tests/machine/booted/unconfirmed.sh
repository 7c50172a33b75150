#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A change that nobody confirms before the machine is switched off; put_back.sh is what comes after.
source "$(dirname "$0")/inside.sh"

stacks >$S/stacks
check 'one more change' done_by usherctl pam apply --everywhere --when-down group:root --rollback-after 30s
check 'the stacks are new' not quiet stacks_are $S/stacks
check 'the way back is open' unit_is usher-pam-rollback.timer active
check 'also after a reboot' quiet systemctl is-enabled usher-pam-rollback.timer
check 'ada gets in through them' in_with_fresh_code ada
cat /proc/sys/kernel/random/boot_id >$S/boot
machine_done
