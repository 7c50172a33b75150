# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The stage: mount, network, process and IPC namespaces of their own, in which a real usherd, sshd
# and people live for as long as one script runs. The first process of the process namespace is the
# script itself: when it ends, however it ends, the kernel kills the rest and drops the mounts, so
# there is nothing to clean up and nothing on the host's disk.
#
#   source tests/e2e/stage.sh
#   stage_enter "$@"          # from here on the script runs inside
#
# Inside, /etc and /var/lib are overlays, /run, /dev and /var/log are private, and these are set:
#   $S            scratch folder
#   $usherd $usherctl $usher_keeper $module   what is tested; from $USHER_BUILD and $USHER_MODULE

stage_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
stage_build=$(realpath -m "${USHER_BUILD:-$stage_source/build/release}")
usherd=$stage_build/usherd
usherctl=$stage_build/usherctl
usher_keeper=$stage_build/usher-keeper
module=$(realpath -m "${USHER_MODULE:-$stage_build/pam_usher.so}")
S=/run/stage
# Seconds for what takes none, on a machine with much else to do.
stage_patience=120

stage_fatal() {
  printf 'stage: %s\n' "$*" >&2
  exit 2
}

stage_enter() {
  # Only the first process of a process namespace of our own may mount over /etc.
  if [[ $$ == 1 && ${USHER_STAGE:-} == inside ]]; then
    unset USHER_STAGE
    stage_set
    return
  fi
  if [[ $(id -u) != 0 ]]; then
    echo "SKIPPED: this test makes namespaces and users of its own, and needs root for that"
    exit 77
  fi
  local needed
  for needed in unshare setpriv ip ssh sshd oathtool useradd python3 "$usherd" "$usherctl" "$usher_keeper"; do
    command -v "$needed" >/dev/null || stage_fatal "$needed is missing"
  done
  [[ -f $module ]] || stage_fatal "$module is missing"
  local -a apart=(unshare --mount --net --pid --ipc --fork --kill-child --mount-proc)
  "${apart[@]}" true ||
    stage_fatal "no namespaces here; inside a container this needs CAP_SYS_ADMIN (--privileged)"
  USHER_STAGE=inside exec "${apart[@]}" -- bash "$(realpath "$0")" "$@"
}

# must COMMAND...: a stage that is not shut off from the host must not be played on.
must() { "$@" || stage_fatal "this failed: $*"; }

stage_set() {
  umask 022
  export HOME=$S/root PATH=$stage_build:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  export LC_ALL=C.UTF-8
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  must ip link set lo up
  must mount -t tmpfs -o mode=755 stage /run
  must mkdir $S $S/etc $S/etc.work $S/lib $S/lib.work $S/home $S/log /run/sshd
  must mkdir -m 700 $S/root $S/secrets
  must mount -t overlay -o lowerdir=/etc,upperdir=$S/etc,workdir=$S/etc.work stage /etc
  must mount -t overlay -o lowerdir=/var/lib,upperdir=$S/lib,workdir=$S/lib.work stage /var/lib
  must mount -t tmpfs -o mode=755 stage /var/log
  must mount -t tmpfs -o mode=1777 stage "$(realpath /var/mail)"
  stage_devices
  : >/run/utmp
  : >/var/log/wtmp
  # A host may have its own Usher; the stage's is another one.
  rm -rf /etc/usher
}

# stage_devices [TOP]: a /dev of its own, so that /dev/log can be the stage's.
stage_devices() {
  local node dev=$S/dev
  must mkdir $dev
  must mount -t tmpfs -o mode=755 stage $dev
  must mkdir $dev/pts $dev/shm
  for node in null zero full random urandom tty; do
    : >$dev/$node
    must mount --bind /dev/$node $dev/$node
  done
  # Terminals of its own, which anybody may open, as on a machine.
  must mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 stage $dev/pts
  must mount -t tmpfs -o mode=1777 stage $dev/shm
  ln -s pts/ptmx $dev/ptmx
  ln -s /proc/self/fd $dev/fd
  ln -s /proc/self/fd/0 $dev/stdin
  ln -s /proc/self/fd/1 $dev/stdout
  ln -s /proc/self/fd/2 $dev/stderr
  must mount --rbind $dev "${1:-/dev}"
}

# wait_until SECONDS COMMAND...: true as soon as the command is.
wait_until() {
  local tries=$(($1 * 20))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    sleep 0.05
  done
}

# person NAME [GROUP...]: somebody with an account and no password anywhere but in Usher.
person() {
  local name=$1 group
  shift
  useradd --create-home --home-dir "$S/home/$name" --shell /bin/bash "$name"
  for group in "$@"; do
    getent group "$group" >/dev/null || groupadd "$group"
    usermod --append --groups "$group" "$name"
  done
}

# pam_service NAME [MODULE-OPTION...]: a stack in which Usher alone decides.
pam_service() {
  local name=$1
  shift
  cat >"/etc/pam.d/$name" <<EOF
auth     required $module server_uid=$(id -u usher) timeout=$stage_patience $*
account  required $module server_uid=$(id -u usher) timeout=$stage_patience $*
password required $module server_uid=$(id -u usher) timeout=$stage_patience $*
session  required $module server_uid=$(id -u usher) timeout=$stage_patience $*
EOF
}

# pam_stacks WHEN-DOWN SERVICE...: the stacks of conf/pam as they are shipped, for none, console or
# group:NAME. $pam_options is put behind pam_usher.so; by default nobody waits after a refusal.
pam_stacks() {
  local when_down=$1 service options=${pam_options:-timeout=$stage_patience nodelay}
  shift
  sed -e "s|pam_usher.so server_uid=USHER|$module server_uid=$(id -u usher) $options|" \
    -e "s|ingroup NAME|ingroup ${when_down#group:}|" \
    "$stage_source/conf/pam/when-down/${when_down%%:*}" >/etc/pam.d/usher ||
    stage_fatal "there is no when-down choice $when_down"
  for service in "$@"; do
    cp "$stage_source/conf/pam/$service" "/etc/pam.d/$service" ||
      stage_fatal "there is no stack for $service"
  done
}

# syslog_start: what the programs of the stage log is in $S/log/syslog.
syslog_start() {
  : >$S/log/syslog
  python3 "$stage_source/tests/e2e/syslog_sink.py" /dev/log $S/log/syslog &
  wait_until $stage_patience test -S /dev/log || stage_fatal "no syslog"
}
