#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's sudo with the shipped stacks: each way to call it, and what is written of it.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "nothing unasked"
service = ["sudo"]
user = ["carl"]
require = ["password"]
account = "strict"
[[rule]]
name = "sudo"
service = ["sudo", "sudo-i"]
require = ["password", "otp"]
EOF
pam_stacks none sudo sudo-i
usherd_start
for name in ada bob carl; do
  person $name
  password_of $name "correct horse of $name"
done
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/ada.password
code=$S/secrets/ada.code
wrong=$S/secrets/wrong.password

# Nobody but these is in sudoers here, whatever the host has.
rm -rf /etc/sudoers.d
cat >/etc/sudoers <<'EOF'
Defaults !lecture, passwd_tries=1
root ALL=(ALL:ALL) ALL
ada ALL=(ALL:ALL) ALL, NOPASSWD: /usr/bin/true
bob ALL=(ALL:ALL) NOPASSWD: ALL
carl ALL=(ALL:ALL) NOPASSWD: ALL
EOF
chmod 440 /etc/sudoers

# ada_says PASSWORD-FILE CODE-FILE SUDO-ARGUMENT...: both from standard input, one after the other.
ada_says() {
  local password=$1 code=$2
  shift 2
  said as ada sudo -S "$@" < <(answers "$password" "$code")
}

echo '# password and code'
fresh_code ada
audit_mark
check 'on a terminal: in' at_terminal "$right" "$code" as ada sudo -k id -un
check 'as root' saw root
check 'two prompts' equal "$(prompts)" 2
check 'the caller is root, and ruser who asks' audited login-accepted service=sudo user=ada ruser=ada \
  caller.uid=0 tty=/dev/pts/.+ 'rule=sudo' 'asked=.*password.*otp.*' 'held=.*password.*otp.*'
check 'the account phase knows of it' audited account-accepted service=sudo person=ada rule=sudo \
  'reason=authenticated by Usher in this transaction'
check 'the session is who ada became' audited session-opened service=sudo user=root
check 'and it ends' audited session-closed service=sudo user=root
audit_mark
check 'the code is spent' not at_terminal "$right" "$code" as ada sudo -k id -un
check 'and the log says so' audited login-denied service=sudo person=ada rule=sudo 'reason=.*code.*'
fresh_code ada
audit_mark
check 'a wrong password is refused' not at_terminal "$wrong" "$code" as ada sudo -k id -un
check 'after both prompts' equal "$(prompts)" 2
check 'with its reason' audited login-denied service=sudo person=ada 'reason=.*password.*'
check 'nothing came after' unaudited account-accepted

echo '# -S, -u, -i'
check '-S takes both from standard input' ada_says "$right" "$code" -k id -un
check 'as root' prints root
fresh_code ada
audit_mark
check '-u' ada_says "$right" "$code" -k -u bob id -un
check 'as the other' prints bob
check 'asked was ada, opened is bob' audited session-opened service=sudo user=bob
check 'with factors of ada' audited login-accepted person=ada
fresh_code ada
audit_mark
check '-i' ada_says "$right" "$code" -k -i id -un
check 'as root' prints root
check 'is a service of its own' audited login-accepted service=sudo-i person=ada rule=sudo
fresh_code ada
check '-p takes the place of both prompts, and both are asked' ada_says "$right" "$code" -k -p 'Your turn: ' id -un
check 'as root' prints 'Your turn: Your turn: root'
check '-S without an answer is refused' not said as ada sudo -k -S id -un </dev/null

echo '# without being asked'
audit_mark
check '-n is refused where something is to be asked' not said as ada sudo -k -n id -un
check 'nobody got in' unaudited login-accepted
audit_mark
check 'NOPASSWD skips authentication' said as ada sudo -k -n true
check 'the account phase is passed, and says why' audited account-accepted service=sudo person=ada rule=sudo \
  "reason=authentication was the calling program's own"
check 'there was no other' unaudited login-accepted
audit_mark
check 'account = "strict" refuses that' not said as carl sudo -n id -un
check 'with its reason' audited account-denied service=sudo person=carl 'rule=nothing unasked' 'reason=.*"strict".*'
fresh_code ada
audit_mark
check 'a valid timestamp' said as ada bash -c 'sudo -S id -un && sudo -n id -un </dev/null' \
  < <(answers "$right" "$code")
check 'asks nobody a second time' equal "$(grep -c 'root$' $S/said)" 2
check 'and is recorded' audited account-accepted service=sudo person=ada \
  "reason=authentication was the calling program's own"

echo '# targetpw'
echo 'Defaults:ada targetpw' >>/etc/sudoers
audit_mark
fresh_code bob
check 'the factors of ada are refused' not ada_says "$right" "$code" -k -u bob id -un
check 'bob was asked about' audited login-denied service=sudo user=bob ruser=ada
check 'those of bob let in' ada_says $S/secrets/bob.password $S/secrets/bob.code -k -u bob id -un
check 'as bob' prints bob
check 'ruser is ada' audited login-accepted service=sudo user=bob ruser=ada

echo '# nobody'
audit_mark
check 'who is not in sudoers is refused by sudo' not said setpriv --reuid=usher --regid=usher --clear-groups sudo -n id
check 'usherd ends in order' usherd_stop
check_done
