#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# After a reboot: the change that nobody confirmed is taken back.
source "$(dirname "$0")/inside.sh"

timer_is_off() { unit_is usher-pam-rollback.timer inactive && ! quiet systemctl is-enabled usher-pam-rollback.timer; }

check 'the machine was switched off' not cmp -s $S/boot /proc/sys/kernel/random/boot_id
check 'usherd waits for the first login' unit_is usherd.service inactive
check 'the stacks come back' wait_until $stage_patience quiet stacks_are $S/stacks
check 'and then nothing waits any more' wait_until $stage_patience timer_is_off
check 'the change before, which was confirmed, stays: ada needs her code' in_with_fresh_code ada
check 'and without it stays out' not over_ssh ada
check 'root gets in at the console' at_console root
machine_done
