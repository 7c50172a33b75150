#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The stage leaves the host as it was, whether its script ends or is killed: no file changed, no
# mount and no process left.
here=$(dirname "$0")
source "$here/host.sh"

# Called by itself: a stage with everything on it, to be killed.
if [[ ${1:-} == hold ]]; then
  source "$here/../e2e/all.sh"
  stage_enter "$@"
  usher_install <<<$'[[rule]]\nname = "nobody"\ndeny = true'
  usherd_start
  sshd_start
  person ada
  : >$S/ready
  sleep 600
  exit 1
fi

if [[ $(id -u) != 0 ]]; then
  echo 'SKIPPED: the stage needs root'
  exit 77
fi

failures=0
fail() {
  printf 'NOT OK  %s\n' "$*"
  failures=$((failures + 1))
}

before=$(host_traces)
bash "$here/restart.sh" || fail 'the test inside'
diff <(echo "$before") <(host_traces) || fail 'a test changed the host'

# Killed in the middle, with everything running.
bash "$0" hold &
outer=$!
stage_plays() { stage_below $outer && [[ -e /proc/$stage_first/root/run/stage/ready ]]; }
host_until stage_plays || fail 'no stage to be seen'
[[ $(stage_processes | wc -l) -gt 2 ]] || fail 'nothing runs on the stage'
kill -KILL $outer
wait $outer 2>/dev/null
host_until stage_is_empty || fail "processes are left: $(stage_processes | tr '\n' ' ')"
diff <(echo "$before") <(host_traces) || fail 'a killed test changed the host'
exit $((failures > 0))
