#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Each way in which sshd lets people in, and what it asks of PAM on that way: keyboard-interactive,
# a key, both, or the word of another host. The password method is in sshd_one_field.sh, Kerberos in
# sshd_gssapi.sh.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOT'
[[rule]]
name = "a key is enough"
service = ["sshd"]
group = ["keys"]
require = ["publickey"]

[[rule]]
name = "a key counts for nothing"
service = ["sshd"]
group = ["typists"]
require = ["password", "otp"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOT
pam_service sshd nodelay
usherd_start
sshd_start 'Subsystem sftp internal-sftp' 'HostbasedAuthentication yes' 'HostbasedAcceptedAlgorithms ssh-ed25519' \
  'Match Group either' \
  '  AuthenticationMethods publickey,keyboard-interactive keyboard-interactive'
ssh_vouching
person ada
person grace keys
person tim typists
person mia either
for name in ada grace tim mia; do
  password_of $name "the password of $name"
  otp_enrol $name
  key_of $name
done
now=$(otp_step)

# login NAME PORT STEP [SSH-OPTION...]: with the person's own password, and the code of that step.
login() {
  local name=$1 port=$2 step=$3
  shift 3
  otp_code "$name" "$step"
  ssh_login "$name" "$port" "$S/secrets/$name.password" "$S/secrets/$name.code" "$@"
}
asked() { sed 's/^prompt: ([^)]*) //' $S/answers/prompts | paste -sd ' '; }
let_in='login-accepted account-accepted session-opened'

echo '# keyboard-interactive: asked in a child of sshd, the session opened by its parent'
check 'password and code let in' login ada $ssh_code "$now"
check 'asked for both' equal "$(asked)" 'Password:  One-time code: '
check 'in three phases' equal "$(story)" "$let_in"
check 'opened for this transaction' matches "$(story_of session-opened reason)" 'in this transaction'
check 'the child asked, its parent opened' \
  not quiet equal "$(story_of login-accepted caller.pid)" "$(story_of session-opened caller.pid)"
check 'nothing was there before' equal "$(story_of login-accepted before)" ''
check 'a typist as well' login tim $ssh_code "$now"
check 'in three phases' equal "$(story)" "$let_in"

echo '# a key alone, where sshd is content with it: PAM is asked for the account and the session'
check 'a key lets in by a rule that wants no more' \
  login grace $ssh_any "$now" -i $S/secrets/key_grace
check 'nothing was asked' equal "$(asked)" ''
check 'the account phase hoped, the session knew' equal "$(story)" 'account-accepted session-opened'
check 'not yet told what it was' matches "$(story_of account-accepted reason)" 'open_session decides'
check 'opened for the key' matches "$(story_of session-opened reason)" 'verified satisfies the rule'
check 'by the rule' equal "$(story_of session-opened rule)" 'a key is enough'
check 'which key, and who says so' equal "$(story_of session-opened before)" \
  '[{"factor": "publickey", "by": "sshd", "detail": "ssh-ed25519"}]'
check 'a key is refused by a rule that wants a code too' \
  not login ada $ssh_any "$((now + 1))" -i $S/secrets/key_ada
check 'nothing was asked' equal "$(asked)" ''
check 'in the account phase' equal "$(story)" account-denied
check 'because of the code' matches "$(story_of account-denied reason)" 'even with a public key.*otp'
check 'a key is refused by a rule that has no use for it' \
  not login tim $ssh_any "$((now + 1))" -i $S/secrets/key_tim
check 'in the account phase' equal "$(story)" account-denied

echo '# a key and keyboard-interactive'
check 'a key and a code let in' login ada $ssh_key_code "$((now + 1))" -i $S/secrets/key_ada
check 'the code alone was asked for' equal "$(asked)" 'One-time code: '
check 'in three phases' equal "$(story)" "$let_in"
check 'which key, and who says so' equal "$(story_of login-accepted before)" \
  '[{"factor": "publickey", "by": "sshd", "detail": "ssh-ed25519"}]'
check 'a key and a spent code are refused' \
  not login ada $ssh_key_code "$((now + 1))" -i $S/secrets/key_ada
check 'for the code' matches "$(story) $(story_of login-denied reason)" '^login-denied otp: .*(spent|used)'
check 'a key that counts for nothing spares no question' \
  login tim $ssh_key_code "$((now + 1))" -i $S/secrets/key_tim
check 'asked for both' equal "$(asked)" 'Password:  One-time code: '
check 'nothing counted that was there before' equal "$(story_of login-accepted before)" ''
check 'a key that is enough leaves nothing to ask' \
  login grace $ssh_key_code "$now" -i $S/secrets/key_grace
check 'nothing was asked' equal "$(asked)" ''
check 'in three phases' equal "$(story)" "$let_in"
check 'where sshd takes people with and without a key, a key and a code let in' \
  login mia $ssh_any "$now" -i $S/secrets/key_mia
check 'the code alone was asked for' equal "$(asked)" 'One-time code: '
check 'so do a password and a code' login mia $ssh_any "$((now + 1))"
check 'asked for both' equal "$(asked)" 'Password:  One-time code: '
check "somebody else's key is nobody's" not login ada $ssh_any "$now" -i $S/secrets/key_grace \
  -o PreferredAuthentications=publickey
check 'and sshd asks nobody about it' equal "$(story)" ''

echo "# a host's word, which is no key of the person's"
check 'it is refused by a rule that wants but a key' not ssh_unasked grace $ssh_any "${ssh_hostbased[@]}"
check 'sshd had let them in' grep -q 'Accepted hostbased for grace' $S/log/sshd
check 'the account phase hoped, the session knew better' equal "$(story)" 'account-accepted session-denied'
check 'nothing was there before' equal "$(story_of session-denied before)" ''
check 'the session was denied by the rule' equal "$(story_of session-denied rule)" 'a key is enough'
check 'nor may they forward' not ssh_unasked grace $ssh_any "${ssh_hostbased[@]}" -W 127.0.0.1:$ssh_code
check 'to anywhere' grep -q "refused local port forward.*port $ssh_code" $S/log/sshd
check 'for the same reason' equal "$(story)" 'account-accepted session-denied'
printf 'ls\n' >$S/batch
lists_files() {
  story_begins
  setpriv --reuid=grace --regid=grace --init-groups -- env HOME=$S/home/grace \
    timeout --foreground $stage_patience sftp -q -F $S/ssh_config -P $ssh_any -b $S/batch -o BatchMode=yes \
    "$@" grace@127.0.0.1 >$S/printed 2>&1
}
check 'nor have files listed' not lists_files "${ssh_hostbased[@]}"
check 'once more for the same reason' equal "$(story)" 'account-accepted session-denied'
check 'it is refused by a rule that wants more' not ssh_unasked ada $ssh_any "${ssh_hostbased[@]}"
check 'in the account phase' equal "$(story)" account-denied
check 'usherd ends in order' usherd_stop
check_done
