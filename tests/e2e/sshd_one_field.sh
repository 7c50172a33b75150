#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# sshd's password method, for clients that know no other: one field, into which go the password and,
# right behind it, the code. It is taken apart one way only, so that nothing else gets in.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOT'
[[rule]]
name = "a password is enough"
service = ["sshd"]
group = ["easy"]
require = ["password"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOT
pam_service sshd nodelay
usherd_start
sshd_start
person ada
person eve easy
password_of ada 'correct horse battery staple'
password_of eve 'a password with an end like a code 12345678'
otp_enrol ada
now=$(otp_step)
otp_code ada "$now" && first=$(cat $S/secrets/ada.code)
otp_code ada $((now + 1)) && second=$(cat $S/secrets/ada.code)
wrong=$(tr 0-9 1-90 <<<"$second")
password=$(cat $S/secrets/ada.password)

# login NAME ANSWER [SSH-OPTION...]: the one answer that the password method takes.
login() {
  local name=$1 answer=$2
  shift 2
  printf '%s\n' "$answer" >$S/secrets/answer
  ssh_login "$name" $ssh_one_field $S/secrets/answer /dev/null "$@"
}
# refused TEXT ANSWER REASON: refused for this reason, and to the person like every other time.
refused() {
  check "$1 is refused" not login ada "$2"
  check 'with its reason in the log' matches "$(story) $(story_of login-denied reason)" "^login-denied .*$3"
  check 'alike' same_file $S/refused $S/transcript
}

echo '# both in one'
check 'password and code let in' login ada "$password$first"
check 'there was one field' equal "$(grep -c prompt: $S/transcript)" 1
check 'in three phases' equal "$(story)" 'login-accepted account-accepted session-opened'
check 'both held' equal "$(story_of login-accepted held)" '["password", "otp"]'
check 'the session opened in the process that asked' equal \
  "$(story_of login-accepted caller.pid)" "$(story_of session-opened caller.pid)"
check 'the same again is refused' not login ada "$password$first"
check 'as spent' matches "$(story_of login-denied reason)" 'otp: .*(spent|used)'
cp $S/transcript $S/refused

echo '# anything else'
refused 'the plain password' "$password" otp
refused 'the code alone' "$second" password
refused 'a wrong code' "$password$wrong" otp
refused 'a wrong password' "incorrect$second" password
refused 'the code first' "$second$password" otp
refused 'a space between' "$password $second" password
refused 'the code twice' "$password$second$second" password
refused 'less than a code' 1234 password
check 'nothing is refused' not login ada ''
check 'by sshd, which asks nobody about it' equal "$(story)" ''
check 'a stranger is refused' not login nobodyhere "$password$second"
check 'alike' same_file $S/refused $S/transcript
check 'no guess has spent the code' login ada "$password$second"

echo '# what is not taken apart'
check 'a password that ends like one with a code is a password where no code is wanted' \
  login eve "$(cat $S/secrets/eve.password)"
check 'and not without its end' not login eve 'a password with an end like a code '

logs=("$usher_audit" "$S"/log/*)
check 'no log holds the password' absent_from "$password" "${logs[@]}"
check 'nor the codes' absent_from "$first" "${logs[@]}"
check 'nor the next' absent_from "$second" "${logs[@]}"
check 'usherd ends in order' usherd_stop
check_done
