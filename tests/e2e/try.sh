#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# scripts/try shows what it says it shows, on a build that is there; interrupted in the middle, it
# leaves nothing behind.
here=$(dirname "$0")
source "$here/check.sh"
source "$here/host.sh"
try=$(realpath "$here/../../scripts/try")

if [[ $(id -u) != 0 ]]; then
  echo 'SKIPPED: the stage needs root'
  exit 77
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# The interrupted one is its own job, as one at a terminal is, and does not ignore the key.
set -m
before=$(host_traces)

echo '# to its end'
tried() { "$try" </dev/null >"$scratch/whole" 2>&1; }
says() { grep -qE -- "$1" "$scratch/whole"; }
check 'every case goes as it should' tried
check 'and it says so' says '✓ all 7 cases went as they should'
check 'nothing went otherwise' not says '✗'
check 'somebody is let in' says '✓ accepted'
check 'somebody is refused' says '✓ refused'
check 'the log names the rule' says 'the audit log: login-denied, by the rule "people over SSH"'
check 'why somebody was let in' says 'explains it: let in after proof'
check 'why somebody was not' says 'explains it: (denied|no way in)'
check 'what a key alone lacks' says 'explains it: missing otp'
check 'the host is as it was' equal "$(host_traces)" "$before"
[[ $check_failures == 0 ]] || cat "$scratch/whole"

echo '# interrupted'
env --default-signal=INT "$try" </dev/null >"$scratch/cut" 2>&1 &
job=$!
is_at_the_first_case() { grep -q 'accepted' "$scratch/cut" && stage_below $job; }
is_there_or_over() { is_at_the_first_case || ! kill -0 $job 2>/dev/null; }
host_until is_there_or_over
check 'it shows the first case' is_at_the_first_case
check 'on a stage of its own' test "$(stage_processes | wc -l)" -gt 2
# To all of the job, as the terminal does on Ctrl-C.
kill -INT -- -$job
wait $job
check 'it ends as interrupted' equal $? 130
check 'not as if it had gone to its end' not grep -q 'Summary' "$scratch/cut"
check 'no process is left' host_until stage_is_empty
check 'the host is as it was' equal "$(host_traces)" "$before"
[[ $check_failures == 0 ]] || cat "$scratch/cut"
exit $((check_failures > 0))
