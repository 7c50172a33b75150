#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's login(1) with the shipped stack, on a terminal.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "at a terminal"
service = ["login"]
require = ["password", "otp"]
EOF
pam_stacks none login
usherd_start
person ada
password_of ada 'correct horse of ada'
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/ada.password
code=$S/secrets/ada.code
wrong=$S/secrets/wrong.password
# A login shell that says whose it is, and ends.
printf '#!/bin/sh\necho "in as $(id -un)"\n' >$S/shell
chmod 755 $S/shell
usermod --shell $S/shell ada
# One try; the stage's login waits for nobody.
sed -i -E '/^(LOGIN_RETRIES|LOGIN_TIMEOUT|FAIL_DELAY)/d' /etc/login.defs
printf 'LOGIN_RETRIES 1\nLOGIN_TIMEOUT %s\n' $stage_patience >>/etc/login.defs
sed -i '/pam_faildelay.so/d' /etc/pam.d/login
# log_in NAME PASSWORD-FILE CODE-FILE: whether there is a shell at the end.
log_in() { at_terminal "$2" "$3" login -p "$1" && saw "in as $1"; }

fresh_code ada
audit_mark
check 'password and code let in' log_in ada "$right" "$code"
check 'two prompts' equal "$(prompts)" 2
check 'the caller is root, at a terminal, for nobody else' audited login-accepted service=login user=ada \
  caller.uid=0 ruser= rhost= 'tty=(/dev/)?pts/.+' 'rule=at a terminal' 'held=.*password.*otp.*'
check 'the account phase knows of it' audited account-accepted service=login person=ada \
  'reason=authenticated by Usher in this transaction'
check 'so does the session' audited session-opened service=login user=ada \
  'reason=authenticated by Usher in this transaction'
check 'and it ends' audited session-closed service=login user=ada
audit_mark
check 'the code is spent' not quiet log_in ada "$right" "$code"
check 'and the log says so' audited login-denied service=login person=ada 'reason=.*already used.*'
fresh_code ada
audit_mark
check 'a wrong password is refused' not quiet log_in ada "$wrong" "$code"
check 'with its reason' audited login-denied service=login person=ada 'reason=.*wrong password.*'
check 'who does not exist is refused' not quiet log_in nobodyhere "$wrong" "$code"
check 'with the same two prompts at least' test "$(prompts)" -ge 2
check 'and its reason' audited login-denied service=login user=nobodyhere 'reason=there is no such account'
check 'nothing came after' unaudited account-accepted

echo '# login -f'
audit_mark
check 'root may say that it verified somebody' at_terminal "$right" "$code" login -p -f ada
check 'nothing is asked' equal "$(prompts)" 0
check 'and it is written down' audited account-accepted service=login person=ada \
  "reason=authentication was the calling program's own"
touch /etc/nologin
check 'nobody but root while there is /etc/nologin' not quiet log_in ada "$right" "$code"
check 'nobody is asked' equal "$(prompts)" 0
check 'usherd ends in order' usherd_stop
check_done
