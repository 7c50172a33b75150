# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd started by its sockets, which somebody else holds, as under systemd. Needs usher.sh.

activation=$S/activation

# activation_start: the sockets; from now on usherd runs when somebody wants something of it.
activation_start() {
  [[ -n $keeper_pid ]] || keeper_start
  mkdir -p $activation
  activation_install "$usherd"
  python3 "$stage_source/tests/e2e/socket_holder.py" /run/usher $activation \
    >>$S/log/usherd 2>&1 </dev/null &
  wait_until $stage_patience test -S /run/usher/control.sock || stage_fatal "nobody holds the sockets"
}

# activation_install PROGRAM [NAME=VALUE...]: the usherd that is started from the next time on.
activation_install() {
  local program=$1
  shift
  cat >$activation/unit.new <<EOF
#!/bin/sh
exec setpriv --reuid=usher --regid=usher --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs -- \\
  env -i PATH=/usr/bin:/bin LISTEN_PID=\$\$ LISTEN_FDS="\$LISTEN_FDS" LISTEN_FDNAMES="\$LISTEN_FDNAMES" $* \\
  "$program" --config $usher_config
EOF
  chmod 755 $activation/unit.new
  mv $activation/unit.new $activation/unit
}

# activation_stop: the usherd that runs ends in order, and none is started until activation_go. Not
# before the holder has seen it end.
activation_stop() {
  local pid
  : >$activation/hold
  wait_until $stage_patience activation_is_settled || return 1
  pid=$(cat $activation/pid 2>/dev/null) && kill -TERM "$pid" 2>/dev/null
  wait_until $stage_patience test -e $activation/held
}
activation_is_settled() { [[ -e $activation/pid || -e $activation/held ]]; }
activation_go() { rm -f $activation/hold; }

# activation_ended: how the last one ended, as an exit code.
activation_ended() { tail -n 1 $activation/ended; }

# activation_queue NAME: how many wait at this socket for somebody to take them.
activation_queue() { ss -xlH | awk -v path="/run/usher/$1.sock" '$5 == path { print $3 }'; }
