#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The stage leaves the host as it was, whether its script ends or is killed: no file changed, no
# mount and no process left.
here=$(dirname "$0")

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

# What a stage changes on its own side. Not all of /etc: a living host changes that by itself.
traces() {
  sha256sum /etc/{passwd,group,shadow,gshadow,subuid,subgid} /etc/pam.d/* 2>/dev/null
  find /etc/usher /etc/ssh /run/usher /run/stage /run/sshd /var/log/usher /var/log/wtmp /var/mail \
    /var/lib/usher /dev/log -xdev -printf '%p %s %m %U\n' 2>/dev/null | sort
  # Not what is in a home: this very test may be run, and write its log, in one.
  find /home -maxdepth 1 -printf '%p %m %U\n' 2>/dev/null | sort
  wc -l </proc/self/mounts
}

# The processes of the process namespace $1, as this one sees them.
living() {
  local process
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/pid" 2>/dev/null) != "$1" ]] || printf '%s\n' "${process##*/}"
  done
}

before=$(traces)
bash "$here/restart.sh" || fail 'the test inside'
diff <(echo "$before") <(traces) || fail 'a test changed the host'

# Killed in the middle, with everything running.
bash "$0" hold &
outer=$!
for ((tries = 0; tries < 2400; ++tries)); do
  first=$(cat /proc/$outer/task/$outer/children 2>/dev/null)
  first=${first%% *}
  [[ -z $first ]] || ! [[ -e /proc/$first/root/run/stage/ready ]] || break
  sleep 0.05
done
namespace=$(readlink "/proc/$first/ns/pid")
[[ -n $namespace && $namespace != "$(readlink /proc/self/ns/pid)" ]] || fail 'no stage to be seen'
[[ $(living "$namespace" | wc -l) -gt 2 ]] || fail 'nothing runs on the stage'
kill -KILL $outer
wait $outer 2>/dev/null
for ((tries = 0; tries < 1200; ++tries)); do
  [[ -n $(living "$namespace") ]] || break
  sleep 0.05
done
[[ -z $(living "$namespace") ]] || fail "processes are left: $(living "$namespace" | tr '\n' ' ')"
diff <(echo "$before") <(traces) || fail 'a killed test changed the host'
exit $((failures > 0))
