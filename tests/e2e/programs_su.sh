#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's su with the shipped stacks: from root, from a user, -c and -l.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "nobody becomes eve"
service = ["su", "su-l"]
user = ["eve"]
deny = true
[[rule]]
name = "su"
service = ["su", "su-l"]
require = ["password", "otp"]
EOF
pam_stacks none su su-l
usherd_start
for name in ada bob eve; do person $name; done
password_of bob 'correct horse of bob'
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/bob.password
code=$S/secrets/bob.code
wrong=$S/secrets/wrong.password

echo '# from root'
audit_mark
check '-c as somebody else' said su -c 'id -un' bob
check 'is them' prints bob
check 'the account phase is passed, and says why' audited account-accepted service=su person=bob rule=su \
  "reason=authentication was the calling program's own"
check 'nothing was asked' unaudited login-accepted
check 'a session is opened' audited session-opened service=su user=bob
check 'and closed' audited session-closed service=su user=bob
audit_mark
check '-l' said su -l -c 'id -un' bob
check 'is them' prints bob
check 'is a service of its own' audited account-accepted service=su-l person=bob rule=su
check 'a rule that denies holds for root too' not said su -c 'id -un' eve
check 'and says so' audited account-denied service=su person=eve 'rule=nobody becomes eve'

echo '# from a user'
fresh_code bob
audit_mark
check 'password and code of bob make ada bob' at_terminal "$right" "$code" as ada su -c 'id -un' bob
check 'as bob' saw bob
check 'two prompts' equal "$(prompts)" 2
check 'the caller is root, and ruser who asks' audited login-accepted service=su user=bob ruser=ada \
  caller.uid=0 tty=/dev/pts/.+ rule=su 'held=.*password.*otp.*'
check 'the account phase knows of it' audited account-accepted service=su person=bob \
  'reason=authenticated by Usher in this transaction'
check 'so does the session' audited session-opened service=su user=bob \
  'reason=authenticated by Usher in this transaction'
fresh_code bob
audit_mark
check 'a wrong password is refused' not at_terminal "$wrong" "$code" as ada su -c 'id -un' bob
check 'after both prompts' equal "$(prompts)" 2
check 'with its reason' audited login-denied service=su person=bob ruser=ada 'reason=.*wrong password.*'
check 'nothing came after' unaudited account-accepted
check '-l' at_terminal "$right" "$code" as ada su -l -c 'id -un' bob
check 'as bob' saw bob
check 'is a service of its own' audited login-accepted service=su-l person=bob ruser=ada
check 'without a terminal, answers come from standard input' \
  not said as ada su -c 'id -un' bob < <(answers "$wrong" "$code")
audit_mark
check 'a rule that denies' not at_terminal "$right" "$code" as ada su -c 'id -un' eve
check 'asks nothing' equal "$(prompts)" 0
check 'and says so' audited login-denied service=su person=eve ruser=ada 'rule=nobody becomes eve'
check 'usherd ends in order' usherd_stop
check_done
