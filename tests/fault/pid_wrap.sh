#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Where there are few pids, so that each is given again within a moment, nobody is taken for a process of a
# session that is not theirs.
#
#   USHER_FORKS=N   how many try; 2000 without it
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

# Since Linux 6.14 each process namespace has a limit of its own; before, this would be the machine's.
IFS=.- read -r major minor _ <<<"$(uname -r)"
if ((major < 6 || (major == 6 && minor < 14))); then
  echo "SKIPPED: before Linux 6.14 the number of pids is the whole machine's"
  exit 77
fi

usher_install '[password]' 'memory = "19 MiB"' '[sessions]' 'started_inside = ["wrap"]' <<'EOF'
[[rule]]
name = "door"
service = ["wrap-door"]
require = ["password"]
[[rule]]
name = "wrap"
service = ["wrap"]
require = ["password"]
reuse = { password = "8h" }
EOF
pam_service wrap
pam_service wrap-door
usherd_start
person ada
password_of ada 'correct horse of ada'
echo 400 >/proc/sys/kernel/pid_max
check 'they try' said "$stage_build/tests/pid_wrap" wrap ada $S/secrets/ada.password "${USHER_FORKS:-2000}"
sed 's/^/        /' $S/said
check 'who stands in the session is let in' matches "$(cat $S/said)" ' own=1 '
check 'nobody else is' matches "$(cat $S/said)" ' stolen=0 '
check 'pids were given again, often' matches "$(cat $S/said)" ' rounds=[0-9]{2,}$'
audit_mark
check 'usherd still serves' usherd_serves
nobody() { [[ $(sessions 'len(all)') == 0 ]]; }
check 'no session is left' wait_until $stage_patience nobody
check 'usherd ends in order' usherd_stop
check_done
