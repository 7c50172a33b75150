# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's sshd and ssh on the stage. Needs stage.sh.

ssh_code=2201      # keyboard-interactive alone
ssh_key_code=2202  # a key, then keyboard-interactive
ssh_any=2203       # whatever the person offers
ssh_one_field=2204 # the password method: one field for everything

# sshd_configure [LINE...]: makes $S/sshd_config and $S/ssh_config; the lines count on all ports.
sshd_configure() {
  local port
  ssh-keygen -q -t ed25519 -N '' -f $S/host_key
  mkdir -m 755 $S/authorized_keys
  cat >$S/sshd_config <<EOF
Port $ssh_code
Port $ssh_key_code
Port $ssh_any
Port $ssh_one_field
ListenAddress 127.0.0.1
HostKey $S/host_key
PidFile none
LogLevel VERBOSE
UsePAM yes
PrintMotd no
KbdInteractiveAuthentication yes
PasswordAuthentication no
PubkeyAuthentication yes
AuthorizedKeysFile $S/authorized_keys/%u
LoginGraceTime $stage_patience
MaxStartups 300
$(printf '%s\n' "$@")
Match LocalPort $ssh_code
  AuthenticationMethods keyboard-interactive
Match LocalPort $ssh_key_code
  AuthenticationMethods publickey,keyboard-interactive
Match LocalPort $ssh_one_field
  PasswordAuthentication yes
  AuthenticationMethods password
EOF
  cat >$S/ssh_config <<EOF
Host *
  UserKnownHostsFile $S/known_hosts
  StrictHostKeyChecking accept-new
  IdentitiesOnly yes
  IdentityFile none
  PreferredAuthentications publickey,keyboard-interactive,password
  NumberOfPasswordPrompts 1
  LogLevel ERROR
EOF
  for port in $ssh_code $ssh_key_code $ssh_any $ssh_one_field; do
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 $S/host_key.pub)"
  done >$S/known_hosts
}

# sshd_start [LINE...]: the lines count on all ports.
sshd_start() {
  sshd_configure "$@"
  /usr/sbin/sshd -D -f $S/sshd_config -E $S/log/sshd &
  sshd_pid=$!
  wait_until $stage_patience sshd_listens || stage_fatal "sshd does not start: $(cat $S/log/sshd)"
}

sshd_listens() { [[ $(grep -c 'Server listening' $S/log/sshd 2>/dev/null) == 4 ]]; }

# key_of NAME: a key that sshd accepts for this person.
key_of() {
  ssh-keygen -q -t ed25519 -N '' -f "$S/secrets/key_$1"
  cp "$S/secrets/key_$1.pub" "$S/authorized_keys/$1"
}

# ssh_login NAME PORT PASSWORD-FILE CODE-FILE [SSH-OPTION...]: 0 if the person got a shell of their own.
# The prompts and what ssh printed are in the files `prompts` and `printed` of $S/answers, or of
# another folder for a login beside another ($STAGE_ANSWERS); $S/transcript is what an outsider saw,
# the name they typed left out. In the shell they do what $STAGE_COMMAND says; that it failed, fails.
ssh_login() {
  local name=$1 port=$2 password=$3 code=$4 status answers=${STAGE_ANSWERS:-$S/answers}
  shift 4
  rm -rf "$answers"
  mkdir -m 700 "$answers"
  cat "$password" >"$answers/password"
  cat "$code" >"$answers/code"
  : >"$answers/prompts"
  story_begins
  STAGE_ANSWERS=$answers SSH_ASKPASS_REQUIRE=force \
    SSH_ASKPASS=${STAGE_ASKPASS:-$stage_source/tests/e2e/askpass.sh} \
    timeout --foreground $stage_patience \
    ssh -T -F $S/ssh_config -p "$port" "$@" -- "$name@127.0.0.1" \
    'printf "in as %s\n" "$(id -un)"'"${STAGE_COMMAND:+; $STAGE_COMMAND}" \
    </dev/null >"$answers/printed" 2>&1
  status=$?
  cp "$answers/printed" $S/printed
  cat "$answers/prompts" $S/printed | sed "s/$name@/PERSON@/g" >$S/transcript
  [[ $status == 0 ]] && grep -qx "in as $name" "$answers/printed"
}

# ssh_slow_answers: for a login with STAGE_ASKPASS=$S/slow_askpass. Its first answer waits until somebody
# writes a line to the pipe $S/slow; that it is waited for, $S/asked tells: it is not empty.
ssh_slow_answers() {
  rm -f $S/slow $S/asked
  mkfifo $S/slow
  cat >$S/slow_askpass <<EOF
#!/bin/sh
echo "\$1" >>$S/asked
[ "\$(wc -l <$S/asked)" != 1 ] || read -r _ <$S/slow
exec $stage_source/tests/e2e/askpass.sh "\$1"
EOF
  chmod 755 $S/slow_askpass
}

# ssh_unasked NAME PORT [SSH-OPTION...]: the same from the person's own account on this machine, with
# nobody there to answer.
ssh_unasked() {
  local name=$1 port=$2 status
  shift 2
  story_begins
  setpriv --reuid="$name" --regid="$name" --init-groups -- env HOME="$S/home/$name" \
    timeout --foreground $stage_patience \
    ssh -T -F $S/ssh_config -p "$port" -o BatchMode=yes "$@" -- "$name@127.0.0.1" \
    'printf "in as %s\n" "$(id -un)"' </dev/null >$S/printed 2>&1
  status=$?
  [[ $status == 0 ]] && grep -qx "in as $name" $S/printed
}

# ssh_vouching: this machine vouches to its own sshd for those who are logged in on it, as in a
# cluster; for ssh_unasked with "${ssh_hostbased[@]}".
ssh_hostbased=(-o HostbasedAuthentication=yes -o PreferredAuthentications=hostbased)
ssh_vouching() {
  rm -f /etc/ssh/ssh_host_*
  install -m 600 $S/host_key /etc/ssh/ssh_host_ed25519_key
  cp $S/host_key.pub /etc/ssh/ssh_host_ed25519_key.pub
  # ssh-keysign reads this file alone.
  printf 'Host *\n  EnableSSHKeysign yes\n' >/etc/ssh/ssh_config
  printf 'localhost,127.0.0.1 %s\n' "$(cut -d' ' -f1,2 $S/host_key.pub)" >/etc/ssh/ssh_known_hosts
  printf '127.0.0.1 localhost\n' >/etc/hosts
  printf 'localhost\n127.0.0.1\n' >/etc/ssh/shosts.equiv
}
