# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Sessions on the stage: real SSH connections that stay open, and what is done in them. Needs stage.sh,
# usher.sh and ssh.sh.

# control METHOD [PARAMETERS]: asks usherd as root; the reply's parameters, in one line of JSON.
control() { python3 "$tests_e2e/control.py" /run/usher/control.sock "$@"; }

# sessions PYTHON: an expression over `all`, the open sessions as usherd lists them.
sessions() {
  control Sessions | python3 -c '
import json, sys
all = json.load(sys.stdin)["sessions"]
print(eval(sys.argv[1]))' "$1"
}

# session_of USER SERVICE: the id of the latest session of theirs that is open.
session_of() {
  sessions "[s['id'] for s in all if s['user'] == '$1' and s['service'] == '$2'][-1:] and [s['id'] for s in all if s['user'] == '$1' and s['service'] == '$2'][-1]"
}

# session_field ID FIELD: of a session, open or past.
session_field() {
  control GetSession "{\"id\": \"$1\"}" | python3 -c '
import json, sys
value = json.load(sys.stdin)["session"][sys.argv[1]]
print(json.dumps(value) if isinstance(value, (dict, list)) else value)' "$2"
}

# held ID: the factors whose proofs a session holds, in order.
held() {
  control GetSession "{\"id\": \"$1\"}" | python3 -c '
import json, sys
print(*sorted(p["user"] + ":" + p["factor"] for p in json.load(sys.stdin)["session"]["proofs"]))'
}

# someone NAME: a person with a password, a key and an askpass program for sudo, who may sudo.
someone() {
  local name=$1 home=$S/home/$1
  person "$name"
  password_of "$name" "correct horse of $name"
  key_of "$name"
  echo "$name ALL=(ALL:ALL) ALL" >>/etc/sudoers
  cat >"$home/askpass" <<EOF
#!/bin/sh
printf '%s\n' "\$1" >>$home/asked
case \$1 in *ode*) cat $home/code ;; *) cat $home/password ;; esac
EOF
  cp "$S/secrets/$name.password" "$home/password"
  chown "$name": "$home/askpass" "$home/password"
  chmod 700 "$home/askpass"
}

# another_code NAME [keep]: a code that was never used, of a generator of its own, for ssh and for the
# askpass program. The generators before are removed, and what was proven by them goes with them, but for
# those that were to be kept.
another_code() {
  local name=$1 label
  codes_made=$((${codes_made:-0} + 1))
  label=code-$codes_made
  [[ -z ${code_in_use[$name]:-} ]] ||
    usherctl otp remove --label "${code_in_use[$name]}" "$name" >/dev/null 2>&1 ||
    stage_fatal "usherctl otp remove ${code_in_use[$name]} $name"
  otp_enrol "$name" --label "$label"
  otp_code "$name" "$(otp_step)"
  code_in_use[$name]=$label
  [[ ${2:-} != keep ]] || code_in_use[$name]=''
  install -o "$name" -m 600 "$S/secrets/$name.code" "$S/home/$name/code"
}
declare -A code_in_use=()

# connect NAME ID [SSH-OPTION...]: logs in with key and code, and stays: a connection that others share.
connect() {
  local name=$1 id=$2
  shift 2
  another_code "$name" keep
  rm -rf "$S/answers.$id"
  mkdir -m 700 "$S/answers.$id"
  cp "$S/secrets/$name.password" "$S/answers.$id/password"
  cp "$S/secrets/$name.code" "$S/answers.$id/code"
  STAGE_ANSWERS=$S/answers.$id SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=$stage_source/tests/e2e/askpass.sh \
    ssh -N -M -S "$S/mux.$id" -F $S/ssh_config -p $ssh_key_code -i "$S/secrets/key_$name" "$@" \
    -- "$name@127.0.0.1" </dev/null >"$S/log/mux.$id" 2>&1 &
  connection_pid[$id]=$!
  wait_until $stage_patience ssh -F $S/ssh_config -S "$S/mux.$id" -O check -- "$name@127.0.0.1" 2>/dev/null
}
declare -A connection_pid=()

# over ID NAME COMMAND...: a command in that connection; what it printed is in $S/said.
over() {
  local id=$1 name=$2
  shift 2
  timeout --foreground $stage_patience \
    ssh -T -F $S/ssh_config -S "$S/mux.$id" -- "$name@127.0.0.1" "$@" </dev/null >$S/said 2>&1
}

# disconnect ID NAME: and returns once it is gone.
disconnect() {
  ssh -F $S/ssh_config -S "$S/mux.$1" -O exit -- "$2@127.0.0.1" 2>/dev/null
  wait "${connection_pid[$1]}"
}

# Whom sudo asks, and for what, since `asks_nothing_yet NAME`.
asks_nothing_yet() { install -o "$1" -m 600 /dev/null "$S/home/$1/asked"; }
asked() {
  sed -E 's/.*assword.*/password/; s/.*ode.*/code/' "$S/home/$1/asked" 2>/dev/null | paste -sd ' '
}
sudo_a="SUDO_ASKPASS=\$HOME/askpass sudo -A"
