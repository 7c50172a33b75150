#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `usherctl pam apply` and `rollback` killed at random moments: each stack is the old one or the new,
# right credentials get in and wrong ones don't, and what was left half done is taken back.
#
#   USHER_KILLS=N   how often; 20 without it
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
kills=${USHER_KILLS:-20}

usher_install <<'EOF'
[[rule]]
name = "both"
service = ["sshd", "sudo", "login"]
require = ["password", "otp"]
EOF
usherd_start
sshd_start
# One password for both stacks: ada has none of Usher's own, so the keeper compares the machine's.
person ada
printf 'the machine knows ada\n' >$S/secrets/ada.password
printf 'ada:%s\n' "$(cat $S/secrets/ada.password)" | chpasswd
printf 'not the password\n' >$S/secrets/wrong
right=$S/secrets/ada.password
code=$S/secrets/ada.code

apply=("$usherctl" pam apply --service sshd,sudo,login --when-down none --module "$module" --as ada
  --rollback-after never)
rollback=("$usherctl" pam rollback)

# duration COMMAND...: in microseconds.
duration() {
  local begun=${EPOCHREALTIME/./}
  "$@" >$S/log/one 2>&1 || stage_fatal "$*: $(tail -n 20 $S/log/one)"
  took=$((${EPOCHREALTIME/./} - begun))
}

# The two sets, to compare with.
cp -a /etc/pam.d $S/old
duration "${apply[@]}"
apply_takes=$took
rm -f /etc/pam.d/.*.usher-before
cp -a /etc/pam.d $S/new
duration "${rollback[@]}"
rollback_takes=$took

# Every file is one of the two, byte for byte; where the old set lacks it, it may be absent.
each_is_whole() {
  local file name
  for file in /etc/pam.d/* $S/old/* $S/new/*; do
    name=${file##*/}
    if [[ -e /etc/pam.d/$name ]]; then
      cmp -s "/etc/pam.d/$name" "$S/old/$name" || cmp -s "/etc/pam.d/$name" "$S/new/$name"
    else
      [[ ! -e $S/old/$name ]]
    fi || { printf '        %s is neither\n' "$name"; return 1; }
  done
}
# Nothing asks for a stack that is not there.
all_are_there() { [[ -e /etc/pam.d/usher ]] || ! grep -rqs '^[a-z]* *substack *usher' --include='[a-z]*' /etc/pam.d; }
old_again() { diff -r /etc/pam.d $S/old >$S/difference || { sed 's/^/        /' $S/difference; return 1; }; }

# One login with the right credentials, one with the wrong password, whichever stack sshd has.
logins_are_right() {
  fresh_code ada
  ssh_login ada $ssh_code $right $code || { echo '        the right password stays out'; return 1; }
  fresh_code ada
  ! ssh_login ada $ssh_code $S/secrets/wrong $code || { echo '        a wrong password gets in'; return 1; }
}

kill_one() {
  local -a command=("${apply[@]}")
  # Half of them while files are written, which takes some milliseconds of a second of trials.
  local moment=4000 watched=/var/lib/usher-pam/unfinished
  case $(($1 % 4)) in
  0) moment=$apply_takes watched=- ;;
  3)
    "${apply[@]}" >$S/log/apply 2>&1 || return 1
    command=("${rollback[@]}") moment=$rollback_takes watched=-
    ;;
  esac
  "$stage_source/tests/fault/kill_at.py" "$watched" "$moment" "${command[@]}" >>$S/log/kills
}

# What the timer does, and then whoever is there.
taken_back() {
  usherctl pam rollback --due >>$S/log/rollback 2>&1 || return 1
  if usherctl pam status --json | grep -q '"in_place": true'; then
    usherctl pam rollback >>$S/log/rollback 2>&1 || return 1
  fi
  ! usherctl pam status --json | grep -q '"in_place"'
}

round() {
  kill_one "$1" && each_is_whole && all_are_there && logins_are_right && taken_back && old_again
}

bad=0
for ((i = 0; i < kills && bad == 0; i++)); do
  round "$i" || bad=1
  ((i % 10 != 9)) || printf '%d of %d\n' "$((i + 1))" "$kills"
done
check "$kills kills: always whole, and right credentials get in" equal "$bad" 0
check 'a third of them came before the end' test "$(grep -c killed $S/log/kills)" -ge $((kills / 3))
check 'nothing is left beside the stacks' not quiet ls /etc/pam.d/.*.usher-*

check_done
