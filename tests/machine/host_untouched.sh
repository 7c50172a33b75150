#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A machine that is killed while it is on leaves the host as it was: no process, no mount, no control
# group, no file.
here=$(dirname "$0")

# Called by itself: a machine that stays on, to be killed.
if [[ ${1:-} == hold ]]; then
  source "$here/machine.sh"
  machine_apart "$@"
  machine_on
  : >/run/machine/ready
  sleep infinity
fi

source "$here/machine.sh"
source "$here/../e2e/host.sh"
machine_prepare

groups() { find /sys/fs/cgroup -name 'usher-machine.*' -type d 2>/dev/null; }
# Of the machine that is killed below; others may be on beside it.
own_groups() { groups | grep -F "usher-machine.$outer"; }
no_groups() { [[ -z $(own_groups) ]]; }
machine_is_on() { stage_below $outer && [[ -e /proc/$stage_first/root/run/machine/ready ]]; }
root_as_made() { find "$(machine_root)" -xdev -printf '%p %s %m %U %T@\n' | sha256sum; }

before=$(host_traces)
root_before=$(root_as_made)
USHER_MACHINE=prepared bash "$0" hold &
outer=$!
check 'the machine is on' host_until machine_is_on
check 'with processes in a namespace of its own' test "$(stage_processes | wc -l)" -gt 1
check 'and control groups' not no_groups
kill -KILL $outer
wait $outer 2>/dev/null
check 'killed, it has no process any more' host_until stage_is_empty
check 'nor a control group' host_until no_groups
check 'the host is as it was' equal "$(host_traces)" "$before"
check 'and so is the root that the next one starts from' equal "$(root_as_made)" "$root_before"
exit $((check_failures > 0))
