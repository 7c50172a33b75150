#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's sshd and ssh, pam_usher.so and usherd: who gets in, who doesn't, and what an
# outsider, a log or an administrator gets to see.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

password='correct horse battery staple'
usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOF
pam_service sshd
usherd_start
sshd_start
syslog_start
person ada
password_of ada "$password"
otp_enrol ada
key_of ada
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/ada.password
wrong=$S/secrets/wrong.password

# Two codes that were never used.
now=$(otp_step)
otp_code ada "$now" && cp $S/secrets/ada.code $S/secrets/first.code
otp_code ada $((now + 1)) && cp $S/secrets/ada.code $S/secrets/second.code
tr 0-9 1-90 <$S/secrets/second.code >$S/secrets/wrong.code

# decided KIND REASON [BACK]: the newest event, or the one BACK before it, is of this kind, names the
# rule and its place, and gives the reason as the administrator is to see it.
decided() {
  local back=${3:-0}
  equal "$(event kind "$back")" "$1" && equal "$(event rule "$back")" 'people over SSH' &&
    matches "$(event at "$back")" '/10-stage.toml:1$' && matches "$(event reason "$back")" "$2"
}

echo '# the right person'
check 'password and code let in' ssh_login ada $ssh_code "$right" $S/secrets/first.code
check 'the login was decided by the rule' decided login-accepted . 2
check 'and the account phase by the same' decided account-accepted . 1
check 'and the session opened on the strength of it' \
  matches "$(event kind) $(event reason)" '^session-opened .*in this transaction'

echo '# the wrong one, who sees the same every time'
check 'the same code again is refused' not ssh_login ada $ssh_code "$right" $S/secrets/first.code
check 'as spent' decided login-denied 'otp: .*(spent|used)'
cp $S/transcript $S/refused
check 'a wrong code is refused' not ssh_login ada $ssh_code "$right" $S/secrets/wrong.code
check 'with its reason in the log' decided login-denied otp
check 'alike' same_file $S/refused $S/transcript
check 'a wrong password is refused' not ssh_login ada $ssh_code "$wrong" $S/secrets/second.code
check 'with its reason in the log' decided login-denied password
check 'alike' same_file $S/refused $S/transcript
check 'an unknown person is refused' not ssh_login nobodyhere $ssh_code "$right" $S/secrets/second.code
check 'with its reason in the log' decided login-denied 'no such account'
check 'alike' same_file $S/refused $S/transcript
check 'who never was enrolled is refused' not ssh_login daemon $ssh_code "$right" $S/secrets/second.code
check 'alike' same_file $S/refused $S/transcript

echo '# keys'
check 'a key and a code let in; the code survived the wrong password' \
  ssh_login ada $ssh_key_code "$wrong" $S/secrets/second.code -i $S/secrets/key_ada
check 'only the code was asked' equal "$(grep -c prompt: $S/transcript)" 1
check 'and the log says so' matches "$(event held 2)" publickey
check 'a key alone is refused where sshd asks for more' \
  not ssh_login ada $ssh_key_code "$right" $S/secrets/first.code -i $S/secrets/key_ada \
  -o PreferredAuthentications=publickey
check 'a key alone is refused by the account phase where sshd is content' \
  not ssh_login ada $ssh_any "$right" $S/secrets/first.code -i $S/secrets/key_ada
check 'with its reason in the log' decided account-denied .

echo '# what nobody should send'
head -c 2000 /dev/zero | tr '\0' a >$S/secrets/long.password
check 'an over-long password is refused' not ssh_login ada $ssh_code $S/secrets/long.password $S/secrets/first.code
printf '\xff\xfe\x80 nonsense\n' >$S/secrets/bytes.password
check 'a password that is no UTF-8 is refused' not ssh_login ada $ssh_code $S/secrets/bytes.password $S/secrets/first.code
: >$S/secrets/empty
check 'an empty password is refused' not ssh_login ada $ssh_code $S/secrets/empty $S/secrets/first.code
check 'an empty code is refused' not ssh_login ada $ssh_code "$right" $S/secrets/empty
long_name=$(head -c 300 /dev/zero | tr '\0' a)
check 'an over-long name is refused' not ssh_login "$long_name" $ssh_code "$right" $S/secrets/first.code
check 'usherd still serves' usherd_serves

echo '# without usherd'
check 'usherd ends in order' usherd_stop
check 'nobody gets in' not ssh_login ada $ssh_code "$right" $S/secrets/second.code
check 'not by a key either' not ssh_login ada $ssh_any "$right" $S/secrets/second.code -i $S/secrets/key_ada

echo '# no secret in any log'
logs=("$usher_audit" "$S"/log/*)
check 'the password' absent_from "$password" "${logs[@]}"
check 'the wrong password' absent_from 'not the password' "${logs[@]}"
check 'the seed' absent_from "$(cat $S/secrets/ada.seed)" "${logs[@]}"
check 'the codes' absent_from "$(cat $S/secrets/first.code)" "${logs[@]}"
check 'the next code' absent_from "$(cat $S/secrets/second.code)" "${logs[@]}"
check 'each line of the audit log is JSON' python3 -c '
import json, sys
for line in open(sys.argv[1], encoding="utf-8"): json.loads(line)' "$usher_audit"
check_done
