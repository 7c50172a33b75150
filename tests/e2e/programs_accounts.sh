#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's chsh and chfn with the shipped stacks: what somebody changes of their own.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "own account"
service = ["chsh", "chfn"]
require = ["password", "otp"]
EOF
pam_stacks none chsh chfn
usherd_start
person ada
person eve
password_of ada 'correct horse of ada'
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/ada.password
code=$S/secrets/ada.code
wrong=$S/secrets/wrong.password
shell_of() { getent passwd "$1" | cut -d: -f7; }
name_of() { getent passwd "$1" | cut -d: -f5; }

echo '# chsh'
fresh_code ada
audit_mark
check 'password and code change the shell' at_terminal "$right" "$code" as ada chsh -s /bin/sh
check 'it is changed' equal "$(shell_of ada)" /bin/sh
check 'two prompts' equal "$(prompts)" 2
check 'the caller is root' audited login-accepted service=chsh user=ada caller.uid=0 'rule=own account' \
  'held=.*password.*otp.*'
check 'the account phase knows of it' audited account-accepted service=chsh person=ada \
  'reason=authenticated by Usher in this transaction'
check 'no session begins' unaudited session-opened
audit_mark
fresh_code ada
check 'a wrong password is refused' not at_terminal "$wrong" "$code" as ada chsh -s /bin/bash
check 'nothing is changed' equal "$(shell_of ada)" /bin/sh
check 'with its reason' audited login-denied service=chsh person=ada 'reason=.*wrong password.*'
audit_mark
check 'root changes it unasked' said chsh -s /bin/bash ada
check 'it is changed' equal "$(shell_of ada)" /bin/bash
check 'nobody was asked' unaudited login-accepted
check "somebody else's is not for eve" not said as eve chsh -s /bin/sh ada </dev/null
check 'nor is it changed' equal "$(shell_of ada)" /bin/bash
usermod --shell /usr/bin/not-a-shell eve
audit_mark
check 'a shell that is none keeps its owner out' not at_terminal "$wrong" "$code" as eve chsh -s /bin/bash
check 'without a prompt' equal "$(prompts)" 0

echo '# chfn'
audit_mark
check 'password and code change the phone' at_terminal "$right" "$code" as ada chfn -w 4711
check 'it is changed' matches "$(name_of ada)" 4711
check 'the log has it' audited login-accepted service=chfn user=ada caller.uid=0 'rule=own account'
audit_mark
fresh_code ada
check 'a wrong password is refused' not at_terminal "$wrong" "$code" as ada chfn -w 4712
check 'nothing is changed' matches "$(name_of ada)" 4711
check 'with its reason' audited login-denied service=chfn person=ada 'reason=.*wrong password.*'

check 'usherd ends in order' usherd_stop
check_done
