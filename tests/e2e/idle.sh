#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# An usherd and a keeper that nobody asks anything sleep: no system call in 5 seconds.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "nobody"
deny = true
EOF
usherd_start
strace -f -p "$usherd_pid" -p "$keeper_pid" -o $S/log/strace 2>$S/log/strace.err &
tracer=$!
traces_all() { [[ $(grep -c attached $S/log/strace.err) -ge 2 ]]; }
check 'strace is attached' wait_until $stage_patience traces_all
calls() { wc -l <$S/log/strace; }
nothing_for_3_s() {
  local so_far
  so_far=$(calls)
  sleep 3
  [[ $(calls) == "$so_far" ]]
}
# What was going on when strace came shows up as one interrupted call per thread, in its own time.
check 'it comes to rest' wait_until 3 nothing_for_3_s
before=$(calls)
sleep 5
after=$(calls)
check 'no system call in 5 s' equal $((after - before)) 0
usherctl status >/dev/null
sees_more() { (($(calls) > after)); }
check 'and strace would have seen one' wait_until $stage_patience sees_more
kill $tracer
wait $tracer
check 'usherd ends in order' usherd_stop
check_done
