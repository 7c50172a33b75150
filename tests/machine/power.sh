# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Switching the machine on and off. Needs machine.sh.

# systemd-nspawn leaves control groups that it made: they are put below one of the test's own, which
# somebody who outlives the test takes away.
machine_groups_enter() {
  local controllers path group
  local -a groups=()
  while IFS=: read -r _ controllers path; do
    case $controllers in
    '') group=$(findmnt -n -o TARGET -t cgroup2 | head -n 1) ;;
    name=systemd) group=$(findmnt -n -o TARGET -t cgroup -O name=systemd | head -n 1) ;;
    *) continue ;;
    esac
    [[ -z $group ]] || groups+=("$group${path%/}/usher-machine.$$")
  done </proc/self/cgroup
  machine_groups_leave "${groups[@]}"
  for group in "${groups[@]}"; do
    must mkdir "$group"
    must eval 'echo $$ >"$group/cgroup.procs"'
  done
}

# The pipe is closed when the last process of the test has ended.
machine_groups_leave() {
  exec {machine_life}> >(
    trap '' INT TERM HUP
    (
      cat
      wait_until $stage_patience machine_groups_remove "$@"
    ) <&0 >/dev/null 2>&1 &
  )
}
machine_groups_remove() {
  local group left=0
  for group in "$@"; do
    [[ ! -d $group ]] || find "$group" -depth -type d -exec rmdir {} + || left=1
  done
  return $left
}

# The machine has a control group tree of its own, of the second version as on any Debian 12.
machine_on() {
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn --quiet --register=no --keep-unit \
    --private-network --resolv-conf=off --timezone=off --machine=machine --console=pipe \
    --directory=$machine_top --boot >/run/machine/console 2>&1 </dev/null &
  machine_nspawn=$!
  wait_until $stage_patience machine_is_up ||
    stage_fatal "the machine does not start: $(cat /run/machine/console)"
}

machine_is_up() {
  # shellcheck disable=SC2046  # there may be none
  set -- $(cat /proc/$machine_nspawn/task/$machine_nspawn/children 2>/dev/null)
  machine_first=${1:-}
  [[ -n $machine_first ]] || return
  case $(machine_shell systemctl is-system-running 2>/dev/null) in
  running | degraded) ;;
  *) return 1 ;;
  esac
}

# In the machine's namespaces, but no process of its systemd.
machine_shell() { nsenter --target "$machine_first" --all -- "$@" </dev/null; }

# machine_in SCRIPT [ARGUMENT...]: SCRIPT, below this folder, in the machine, as a unit of its own. The
# first that fails ends the test: the next ones go on where it should have got to.
machine_in() {
  local script=$1
  shift
  printf '### %s\n' "${script%.sh}"
  machine_shell systemd-run --quiet --wait --pipe --collect --setenv=USHER_STAGE=machine \
    bash "/mnt/source/tests/machine/$script" "$@" || ${MACHINE_GOES_ON:-exit} 1
}

machine_off() {
  machine_shell systemctl poweroff
  wait $machine_nspawn || stage_fatal "the machine does not end in order: $(cat /run/machine/console)"
}
