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
sleep 0.5
strace -f -p "$usherd_pid" -p "$keeper_pid" -o $S/log/strace 2>$S/log/strace.err &
tracer=$!
traces_all() { [[ $(grep -c attached $S/log/strace.err) -ge 2 ]]; }
check 'strace is attached' wait_until 10 traces_all
# What was going on when strace came shows up as one interrupted call per thread.
sleep 0.5
before=$(wc -l <$S/log/strace)
sleep 5
after=$(wc -l <$S/log/strace)
check 'no system call in 5 s' equal $((after - before)) 0
usherctl status >/dev/null
sleep 0.2
check 'and strace would have seen one' test "$(wc -l <$S/log/strace)" -gt "$after"
kill $tracer
wait $tracer
check 'usherd ends in order' usherd_stop
check_done
