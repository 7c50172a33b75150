#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usher-keeper on a real /etc/shadow, as Debian and as Fedora keep it: what it tells whom, how fast,
# with what privileges; and a login by ssh with the password of the system.
source "$(dirname "$0")/../e2e/all.sh" || exit 2
stage_enter "$@"

password='correct horse battery staple'
usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF

# with_password NAME: an account whose password is in /etc/shadow.
with_password() {
  person "$1"
  printf '%s:%s\n' "$1" "$password" | chpasswd || stage_fatal "chpasswd $1"
}
for name in ada locked expired grace overdue fresh; do with_password $name; done
person nopassword
usermod --lock locked
chage --expiredate 2001-09-09 expired
chage --lastday 2020-01-01 --maxdays 90 grace
chage --lastday 2020-01-01 --maxdays 90 --inactive 7 overdue
chage --lastday 0 fresh
printf 'sha:%s:20000:0:99999:7:::\n' "$(openssl passwd -6 -salt saltsalt "$password")" >>/etc/shadow
printf 'nobodys::20000:0:99999:7:::\n' >>/etc/shadow

# says REPLY QUESTION...: what the keeper answers user usher.
says() {
  local wanted=$1
  shift
  equal "$(keeper_ask "$@")" "$wanted"
}

answers() {
  check 'the right password' says 'right ok' verify ada "$password"
  check 'of another method' says 'right ok' verify sha "$password"
  check 'a wrong one' says 'wrong unknown' verify ada 'something else'
  check 'none at all' says 'wrong unknown' verify ada ''
  check 'of nobody' says 'wrong unknown' verify nobodyhere "$password"
  check 'of who has none' says 'wrong unknown' verify nopassword "$password"
  check 'an empty hash lets nobody in' says 'wrong unknown' verify nobodys ''
  check 'nor with any password' says 'wrong unknown' verify nobodys "$password"
  check 'a locked one' says 'wrong unknown' verify locked "$password"
  check 'an expired account' says 'right account_expired' verify expired "$password"
  check 'a password that must change' says 'right must_change' verify fresh "$password"
  check 'one that is too old' says 'right must_change' verify grace "$password"
  check 'one past its grace' says 'right password_expired' verify overdue "$password"
  check 'its state is not told with a wrong one' says 'wrong unknown' verify overdue 'something else'
  check 'states need no password' says 'state_only locked' state locked
  check 'of everybody' says 'state_only must_change' state fresh
  check 'and nobody has none' says 'state_only unknown' state nobodyhere
}

changed_password_counts() {
  printf 'ada:another one\n' | chpasswd && says 'right ok' verify ada 'another one' &&
    printf 'ada:%s\n' "$password" | chpasswd && says 'right ok' verify ada "$password"
}

# status FIELD: of the keeper, as the kernel sees it.
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$keeper_pid/status" | tr '\t' ' ' | sed 's/ *$//'; }
uid=$(id -u usher-keeper) gid=$(id -g usher-keeper)

# privileges GROUPS CAPABILITIES
privileges() {
  check 'it runs as its own user' equal "$(status Uid)" "$uid $uid $uid $uid"
  check 'and group' equal "$(status Gid)" "$gid $gid $gid $gid"
  check 'in no other group than it needs' equal "$(status Groups)" "$1"
  check 'with no other capability than it needs' equal "$(status CapEff) $(status CapPrm)" "$2 $2"
  check 'and no way to get one' \
    equal "$(status CapInh) $(status CapBnd) $(status CapAmb) $(status NoNewPrivs)" \
    '0000000000000000 0000000000000000 0000000000000000 1'
  if [[ ${FILTERED:-yes} == yes ]]; then
    check 'behind a filter of system calls' equal "$(status Seccomp)" 2
  fi
  check 'its socket is for user usher' equal "$(stat -c '%U %a' /run/usher-keeper/keeper.sock)" 'usher 600'
}

echo '# as Debian keeps it'
chown root:shadow /etc/shadow && chmod 640 /etc/shadow
keeper_start
answers
privileges "$(getent group shadow | cut -d: -f3)" 0000000000000000
check 'a changed password counts at once' changed_password_counts
check 'it ends in order' keeper_stop

echo '# as Fedora keeps it'
chown root:root /etc/shadow && chmod 0 /etc/shadow
keeper_start
answers
privileges '' 0000000000000004
check 'it ends in order' keeper_stop

echo '# a file that others could have changed'
chmod 666 /etc/shadow
check 'is refused' not said "$usher_keeper" --config $usher_config
check 'with the reason' matches "$(cat $S/said)" 'others than root can write'
chown root:shadow /etc/shadow && chmod 640 /etc/shadow

echo '# who may ask'
keeper_start
person eve
as_eve() { setpriv --reuid=eve --regid=eve --clear-groups python3 "$keeper_client" "$@"; }
check 'the socket is shut to others' not quiet as_eve /run/usher-keeper/keeper.sock verify ada "$password"
chmod 666 /run/usher-keeper/keeper.sock
check 'and where it is not, they are hung up on' equal \
  "$(as_eve /run/usher-keeper/keeper.sock verify ada "$password")" 'hung up '
check 'which is written down' matches "$(tail -n 1 $S/log/keeper)" "user id $(id -u eve) .*may not ask"
chmod 600 /run/usher-keeper/keeper.sock
check 'root may' equal "$(python3 "$keeper_client" /run/usher-keeper/keeper.sock verify ada "$password")" 'right ok'

echo '# a compromised usherd'
check 'nonsense is hung up on' equal "$(keeper_ask raw 81010003616461)" ''
check 'and so is a packet of another protocol' equal "$(keeper_ask raw 040100026869)" ''
check 'a name with a NUL too' equal "$(keeper_ask raw 820100036100)" ''
before=$(date +%s%N) looked_at=0
guesses=$(keeper_ask guess sha 200)
seconds=$((($(date +%s%N) - before) / 1000000000 + 1))
[[ $guesses =~ wrong=([0-9]+) ]] && looked_at=${BASH_REMATCH[1]}
check "may guess 30 times and once in 2 s more ($guesses in $seconds s)" \
  test "$looked_at" -ge 28 -a "$looked_at" -le $((31 + seconds / 2))
keeper_ask guess sha 60 >/dev/null
check 'then not even rightly' says 'throttled unknown' verify sha "$password"
check "which is nobody else's trouble" says 'right ok' verify ada "$password"
check 'and states are still told' says 'state_only ok' state sha
sleep 2.5
check 'until it is over' says 'right ok' verify sha "$password"
# The log is at most a line a second; what it left out meanwhile may have been this.
says_whose() { keeper_ask guess sha 40 >/dev/null; grep -qF 'too many wrong passwords for `sha`' $S/log/keeper; }
check 'the log says whose password it was about' wait_until $stage_patience says_whose

echo '# by ssh'
pam_service sshd
usherd_start
sshd_start
otp_enrol ada
printf '%s\n' "$password" >$S/secrets/system.password
printf 'not the password\n' >$S/secrets/wrong.password
otp_code ada "$(otp_step)"
check 'a wrong password of the system is refused' \
  not ssh_login ada $ssh_code $S/secrets/wrong.password $S/secrets/ada.code
check 'with its reason in the log' matches "$(event reason)" 'wrong system password'
check 'the right one and a code let in' \
  ssh_login ada $ssh_code $S/secrets/system.password $S/secrets/ada.code
check 'as such' matches "$(story_of login-accepted reason)" 'system password'
check 'a locked one is refused' \
  not ssh_login locked $ssh_code $S/secrets/system.password $S/secrets/ada.code
check 'with its reason in the log' matches "$(event reason)" "account's password is locked"
check 'root, whom sshd refuses, is refused' \
  not ssh_login root $ssh_code $S/secrets/system.password $S/secrets/ada.code
check 'without a guess' matches "$(event reason)" 'sshd had refused this login already'

echo '# an Usher password takes its place'
password_of ada 'only for Usher'
otp_code ada $(($(otp_step) + 1))
check "the system's counts no more" \
  not ssh_login ada $ssh_code $S/secrets/system.password $S/secrets/ada.code
check 'without a keeper' keeper_stop
check 'it lets in' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
check 'who has none is refused' \
  not ssh_login fresh $ssh_code $S/secrets/system.password $S/secrets/ada.code
check 'as an internal failure' matches "$(event reason)" 'usher-keeper at /run/usher-keeper/keeper.sock failed'
check 'usherd ends in order' usherd_stop

echo '# no secret in any log'
logs=("$usher_audit" "$S"/log/*)
check 'the password' absent_from "$password" "${logs[@]}"
check 'a hash' absent_from "\$y\$" "${logs[@]}"
check 'another hash' absent_from "\$6\$" "${logs[@]}"
check_done
