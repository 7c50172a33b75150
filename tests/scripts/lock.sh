#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The lock that keeps two of the scripts from one tree: it holds for as long as the script does, and no
# process that the script leaves behind keeps it.
source=$(realpath "$(dirname "$0")/../..")
root=$(mktemp -d)
logs=$root/build/logs
trap 'kill "$(cat "$root/left" 2>/dev/null)" 2>/dev/null; rm -rf "$root"' EXIT
source "$source/scripts/lib/ui.sh"
source "$source/scripts/lib/build.sh"
source "$source/tests/e2e/check.sh"
unset USHER_BUILD_LOCK

is_free() { flock --nonblock "$root/build/.lock" true; }
leaves_one_behind() {
  sleep infinity >/dev/null 2>&1 &
  echo $! >"$root/left"
}
a_script() {
  build_lock
  check 'it is held' not is_free
  work 'a command that leaves a process behind' "$logs/work.log" leaves_one_behind
  check 'what a script starts finds it taken on its behalf' build_lock
  check 'it is still held' not is_free
  return "$check_failures"
}

check 'while a script runs' eval '(a_script)'
check 'a process is left behind' kill -0 "$(cat "$root/left")"
check 'and the lock is free' is_free
# Else the next would wait for what was left behind.
if is_free; then
  build_lock
  check 'until the next takes it' not is_free
  build_unlock
  check 'and gives it back' is_free
  check 'to anybody' equal "${USHER_BUILD_LOCK:-}" ''
fi
exit $((check_failures > 0))
