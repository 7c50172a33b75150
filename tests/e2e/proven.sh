#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A directory keeps its passwords: an earlier, requisite module verifies the password, Usher adds the
# code (`proven=password`), and says in the log by whom.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "su"
service = ["su"]
require = ["password", "otp"]
EOF
# stack LINE...: what stands before Usher in the auth lines of su.
stack() {
  {
    printf '%s\n' "$@"
    printf '%s required %s server_uid=%s timeout=%s nodelay\n' auth "$module proven=password:pam_unix" \
      "$(id -u usher)" "$stage_patience" account "$module" "$(id -u usher)" "$stage_patience" \
      session "$module" "$(id -u usher)" "$stage_patience"
  } >/etc/pam.d/su
}
usherd_start
person ada
person bob
printf 'a password of the system\n' >$S/secrets/bob.password
printf 'bob:%s\n' "$(cat $S/secrets/bob.password)" | chpasswd
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/bob.password
code=$S/secrets/bob.code
becomes_bob() { at_terminal "$1" "$code" as ada su -c 'id -un' bob; }

echo '# pam_unix before Usher'
stack 'auth requisite pam_unix.so nodelay'
fresh_code bob
audit_mark
check 'its password, and the code' becomes_bob "$right"
check 'two prompts in all' equal "$(prompts)" 2
check 'the log says whose word the password is' audited login-accepted service=su person=bob 'asked=\["otp"\]' \
  'held=\["password", "otp"\]' 'before=\[\{"factor": "password", "by": "stack", "detail": "pam_unix"\}\]'
fresh_code bob
audit_mark
check 'a wrong password ends there' not becomes_bob $S/secrets/wrong.password
check 'and Usher is not even asked' unaudited login-denied
printf '00000000\n' >$code
audit_mark
check 'the password alone does not' not becomes_bob "$right"
check 'for the code' audited login-denied service=su person=bob 'reason=otp: .*' 'held=\["password"\]'

echo '# a module before Usher that asks for no password proves none'
stack 'auth requisite pam_permit.so'
fresh_code bob
audit_mark
check 'Usher asks for both' becomes_bob "$right"
check 'two prompts' equal "$(prompts)" 2
check 'and takes nobody else to have verified anything' audited login-accepted service=su person=bob \
  'asked=\["password", "otp"\]' before=
check 'usherd ends in order' usherd_stop
check_done
