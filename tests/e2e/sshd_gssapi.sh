#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Logins with a Kerberos ticket: sshd verifies it by itself, says nothing of it before the session is
# opened, and it is no key. A real KDC, on the stage's own loopback.
source "$(dirname "$0")/../e2e/all.sh"
source "$(dirname "$0")/../e2e/kerberos.sh"
stage_enter "$@"

usher_install <<'EOT'
[[rule]]
name = "a key is enough"
service = ["sshd"]
group = ["keys"]
require = ["publickey"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOT
pam_service sshd nodelay
usherd_start
sshd_start 'GSSAPIAuthentication yes' 'GSSAPIStrictAcceptorCheck no' \
  'Match Group tickets' '  AuthenticationMethods gssapi-with-mic,keyboard-interactive'
kerberos_start
person ada
person grace keys
person hal tickets
for name in ada grace hal; do kerberos_ticket $name; done
password_of hal 'correct horse battery staple'
otp_enrol hal
otp_code hal "$(otp_step)"

# ticket_login NAME [SSH-OPTION...]
ticket_login() {
  local name=$1
  shift
  KRB5CCNAME=$S/home/$name/ticket ssh_unasked "$name" $ssh_any "${ssh_gssapi[@]}" "$@"
}

echo '# a ticket alone, where sshd is content with it'
check 'it is refused by a rule that wants but a key' not ticket_login grace
check 'sshd had let them in' grep -q 'Accepted gssapi-with-mic for grace' $S/log/sshd
check 'the account phase hoped, the session knew better' equal "$(story)" 'account-accepted session-denied'
check 'by the rule' equal "$(story_of session-denied rule)" 'a key is enough'
check 'nothing was there before' equal "$(story_of session-denied before)" ''
check 'nor may they forward' not ticket_login grace -W 127.0.0.1:$ssh_code
check 'to anywhere' grep -q "refused local port forward.*port $ssh_code" $S/log/sshd
check 'it is refused by a rule that wants more' not ticket_login ada
check 'sshd had let them in' grep -q 'Authorized to ada, krb5 principal' $S/log/sshd
check 'in the account phase' equal "$(story)" account-denied

echo '# a ticket, and what the rule wants'
export KRB5CCNAME=$S/home/hal/ticket
check 'a ticket, a password and a code let in' \
  ssh_login hal $ssh_any $S/secrets/hal.password $S/secrets/hal.code \
  -o PreferredAuthentications=gssapi-with-mic,keyboard-interactive "${ssh_gssapi[@]}"
check 'in three phases' equal "$(story)" 'login-accepted account-accepted session-opened'
check 'the ticket counted for nothing' equal "$(story_of login-accepted before)" ''
check 'both were asked for' equal "$(grep -c prompt: $S/answers/prompts)" 2
check 'usherd ends in order' usherd_stop
check_done
