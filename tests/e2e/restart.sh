#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherd is restarted while a person sits at a prompt: they answer, are asked again, and get in.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
pam_service sshd
usherd_start
sshd_start
person ada
password_of ada 'correct horse battery staple'
otp_enrol ada
otp_code ada "$(otp_step)"

# The first answer waits for the restart.
ssh_slow_answers

asked_once() { [[ -s $S/asked ]]; }
waiting_login() {
  STAGE_ASKPASS=$S/slow_askpass ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
}

waiting_login &
login=$!
check 'the person is being asked' wait_until $stage_patience asked_once
old=$usherd_pid
began=$SECONDS
check 'usherd ends in order, and soon' usherd_stop
# It would be two minutes if it waited for the person.
check 'within 30 s' test $((SECONDS - began)) -le 30
usherd_start
check 'it is another one' not quiet equal "$old" "$usherd_pid"
echo go >$S/slow
check 'the login that waited gets in' wait $login
check 'asked again from the start' equal "$(wc -l <$S/asked)" 3
check 'one login was accepted' equal "$(grep -c '"kind":"login-accepted"' $usher_audit)" 1
check 'usherd ends in order' usherd_stop
check_done
