# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The host, as a test sees it that watches a stage from outside.

# What a stage changes on its own side. Not all of /etc: a living host changes that by itself.
host_traces() {
  sha256sum /etc/{passwd,group,shadow,gshadow,subuid,subgid} /etc/pam.d/* 2>/dev/null
  find /etc/usher /etc/ssh /run/usher /run/usher-keeper /run/stage /run/sshd /var/log/usher /var/log/wtmp /var/mail \
    /var/lib/usher /dev/log -xdev -printf '%p %s %m %U\n' 2>/dev/null | sort
  # Not what is in a home: this very test may be run, and write its log, in one.
  find /home -maxdepth 1 -printf '%p %m %U\n' 2>/dev/null | sort
  wc -l </proc/self/mounts
}

# host_until COMMAND...: waits, for long on a busy machine, until the command succeeds.
host_until() {
  local tries
  for ((tries = 0; tries < 2400; ++tries)); do
    "$@" && return
    sleep 0.05
  done
  return 1
}

# The stage that the process $1 has made: $stage_first is its first process as this side sees it,
# $stage_namespace its process namespace.
stage_below() {
  stage_first=$(cat "/proc/$1/task/$1/children" 2>/dev/null)
  stage_first=${stage_first%% *}
  [[ -n $stage_first ]] || return
  stage_namespace=$(readlink "/proc/$stage_first/ns/pid") &&
    [[ $stage_namespace != "$(readlink /proc/self/ns/pid)" ]]
}

# The processes of a stage, as this side sees them.
stage_processes() {
  local process
  for process in /proc/[0-9]*; do
    [[ $(readlink "$process/ns/pid" 2>/dev/null) != "$stage_namespace" ]] ||
      printf '%s\n' "${process##*/}"
  done
}
stage_is_empty() { [[ -z $(stage_processes) ]]; }
