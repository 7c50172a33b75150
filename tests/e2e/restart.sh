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
otp_room 10
otp_code ada "$(otp_step)"

# A code that waits for the restart: a pipe, so that askpass's answer comes when we write it.
mkfifo $S/slow
cat >$S/slow_askpass <<EOF
#!/bin/sh
echo "\$1" >>$S/asked
[ -e $S/restarted ] || read -r _ <$S/slow
exec $stage_source/tests/e2e/askpass.sh "\$1"
EOF
chmod 755 $S/slow_askpass

asked_once() { [[ -s $S/asked ]]; }
waiting_login() {
  STAGE_ASKPASS=$S/slow_askpass ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
}

waiting_login &
login=$!
check 'the person is being asked' wait_until 10 asked_once
old=$usherd_pid
began=$SECONDS
check 'usherd ends in order, and soon' usherd_stop
check 'within 5 s' test $((SECONDS - began)) -le 5
usherd_start
check 'it is another one' not quiet equal "$old" "$usherd_pid"
: >$S/restarted
echo go >$S/slow
check 'the login that waited gets in' wait $login
check 'asked again from the start' equal "$(wc -l <$S/asked)" 3
check 'one login was accepted' equal "$(grep -c '"kind":"login-accepted"' $usher_audit)" 1
check 'usherd ends in order' usherd_stop
check_done
