# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A whole machine: a Debian root in namespaces of its own, for as long as one script runs. What is
# changed in it is in memory, above a root that stays as it is; when the script ends, however it ends,
# the kernel ends everything in it and drops its mounts.
#
#   source tests/machine/machine.sh
#   machine_enter "$@"            # from here on the script runs in it, without a systemd
#
# or, for a machine that is switched on by systemd-nspawn:
#
#   machine_apart "$@"
#   machine_on                    # again after a machine_off: the same disk
#   machine_in SCRIPT [ARGUMENT...]  # runs in it, as a unit
#   machine_off
#
# In the machine, all of tests/e2e is there, and
#   $S             a scratch folder that outlives a reboot
#   $packages      the packages to be tested; $packages/newer the same, of a later version

source "$(dirname "${BASH_SOURCE[0]}")/../e2e/all.sh"
source "$(dirname "${BASH_SOURCE[0]}")/root.sh"
source /etc/os-release

machine_tests=$stage_source/tests/machine
packages=/mnt/packages
# Where the machine's root is seen from outside.
machine_top=/run/machine/root

# machine_prepare: the packages and the root, once for all who ask at the same time.
machine_prepare() {
  local root
  [[ $(id -u) == 0 ]] || machine_skip 'this test makes a root of its own, and needs root for that'
  skip_without debootstrap systemd-nspawn dpkg-deb
  must mkdir -p "$machine_build"
  exec {machine_lock}>"$machine_build/.lock"
  if [[ ${USHER_MACHINE:-} != prepared ]]; then
    must flock "$machine_lock"
    machine_packages_make
    root=$(machine_root)
    [[ -d $root ]] || machine_root_make "$root"
  fi
  # Nobody takes the root away as long as this is held; it goes with the last process of the test.
  must flock --shared "$machine_lock"
}

machine_skip() {
  echo "SKIPPED: $*"
  exit 77
}

# machine_apart [SCRIPT-ARGUMENT...]: the script goes on as the first process of namespaces that have the
# machine's disk in them.
machine_apart() {
  if [[ $$ == 1 && ${USHER_STAGE:-} == apart ]]; then
    unset USHER_STAGE
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    machine_mount
    return
  fi
  machine_prepare
  machine_groups_enter
  USHER_STAGE=apart exec unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc -- \
    bash "$(realpath "$0")" "$@"
}

# The disk: what is written is in memory.
machine_mount() {
  must ip link set lo up
  must hostname machine
  must mount -t tmpfs -o mode=755 machine /run
  must mkdir -p $machine_top /run/machine/{upper,work}
  must mount -t overlay -o "lowerdir=$(machine_root),upperdir=/run/machine/upper,workdir=/run/machine/work" \
    machine $machine_top
  must mount --bind -o ro "$stage_source" $machine_top/mnt/source
  must mount --bind -o ro "$machine_packages" $machine_top/mnt/packages
}

# machine_enter [SCRIPT-ARGUMENT...]
machine_enter() {
  if [[ ${USHER_STAGE:-} == machine ]]; then
    machine_set
    return
  fi
  machine_apart "$@"
  local top=$machine_top
  must mount -t proc proc $top/proc
  must mount -t sysfs -o ro sysfs $top/sys
  must mount -t tmpfs -o mode=755 machine $top/run
  must mkdir -p $top/run/lock
  S=$top/run/devices
  must mkdir $S
  stage_devices $top/dev
  exec chroot $top env -i "PATH=$machine_path" TERM=dumb USHER_STAGE=machine \
    bash "/mnt/source/tests/machine/$(basename "$0")" "$@"
}

machine_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# What a script in the machine works with: the programs are the installed ones.
machine_set() {
  umask 022
  export HOME=/root PATH=$machine_path LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
  S=/var/stage
  usherd=/usr/sbin/usherd usherctl=/usr/bin/usherctl usher_keeper=/usr/libexec/usher/usher-keeper
  keeper_client=$S/keeper_client.py
  must mkdir -p $S/home $S/log /run/sshd
  must mkdir -p -m 700 $S/secrets
  must install -m 755 "$stage_source/tests/e2e/keeper_client.py" "$keeper_client"
}

# machine_done: check_done, with the journal where there is one.
machine_done() {
  [[ ! -d /run/systemd/system ]] || journalctl --boot --no-pager --lines=200 >$S/log/journal
  check_done
}

source "$machine_tests/power.sh"
