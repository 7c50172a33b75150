#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Groups of a rule, by name, by number and by a named set, as the real name services tell them.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'TOML'
[groups]
staff = ["operators", "5000"]

[[rule]]
name = "staff"
group = ["@staff"]
require = ["password"]
TOML
person ada
person bea
person eve
# No tool makes a group whose name is a number; a directory may have one.
printf '%s\n' operators:x:4000:ada numbered:x:5000:bea 5000:x:6000:eve >>/etc/group
usherd_start

# told NAME: what the rules say of NAME, and whether the rule matches.
told() {
  usherctl --json explain "$1" --service sshd | python3 -c '
import json, sys
reply = json.load(sys.stdin)
print(reply["decision"], reply["traces"][0]["match"])'
}
check 'by name' equal "$(told ada)" 'ask yes'
check 'by number' equal "$(told bea)" 'ask yes'
check 'a group that is named like the number is another' equal "$(told eve)" 'denied no'
usermod --gid 5000 eve
check 'the primary group counts' equal "$(told eve)" 'ask yes'
sed -i '/^numbered:/d' /etc/group
check 'a reload asks for groups anew' quiet usherctl reload
check 'a number that no group has is unknown, and denies' equal "$(told bea)" 'denied unknown'
check 'whoever is known to be in another group is in' equal "$(told ada)" 'ask yes'
check 'usherd ends in order' usherd_stop
check_done
