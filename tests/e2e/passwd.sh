#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's passwd with the shipped stack: who has an Usher password changes that, everybody else
# the one of /etc/shadow. And passwords that have to be changed: sshd, su and login let nobody on without.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"
skip_without expect

usher_install <<'EOF'
[[rule]]
name = "passwords"
service = ["passwd"]
require = ["password"]
[[rule]]
name = "logins"
service = ["sshd", "su", "login"]
require = ["password", "otp"]
EOF
pam_stacks none passwd sshd su login
usherd_start
sshd_start
# pam_unix has a say beside Usher in these stacks, and none of it is to be about age.
for name in ada bob eve; do person $name; done
password_of ada 'the first one of ada'
password_of bob 'the first one of bob'
printf 'eve:shadowed\n' | chpasswd || stage_fatal chpasswd
word() { printf '%s\n' "$2" >"$S/secrets/$1"; }
word first 'the first one of ada'
word second 'the second one of hers'
word third 'the third one of hers'
word wrong 'not the password'
word short 'fourteen chars'
word dictionary 'instrumentalists'
word shadowed 'shadowed'
word reshadowed 'another word 4711'
word tiny 'seven77'
word fourth 'the fourth one of his'

# changes KIND:WORD... -- COMMAND...: at a terminal; what was seen there is in $S/terminal. `code:NAME` is
# NAME's code.
changes() {
  local each
  : >$S/answers_at_terminal
  while [[ $1 != -- ]]; do
    each=${1#*:}
    printf '%s %s\n' "${1%%:*}" "$S/secrets/$each" >>$S/answers_at_terminal
    shift
  done
  shift
  if [[ $1 == as ]]; then
    local name=$2
    shift 2
    set -- setpriv --reuid="$name" --regid="$name" --init-groups env -i HOME="$S/home/$name" \
      USER="$name" LOGNAME="$name" SHELL=/bin/bash LC_ALL=C.UTF-8 \
      PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "$@"
  fi
  TERM=dumb timeout --foreground $stage_patience \
    expect "$tests_e2e/passwd.exp" $S/answers_at_terminal "$@" >$S/terminal 2>&1 </dev/null
  ended=$?
  [[ $ended == 0 ]]
}
# refused, broken_off: as changes, where it is to end so, with nothing else asked.
refused() { ! changes "$@" && [[ $ended != 9[89] ]] || { sed 's/^/        /' $S/terminal; return 1; }; }
broken_off() { ! changes "$@" && [[ $ended == 98 ]] || { sed 's/^/        /' $S/terminal; return 1; }; }
shows() { tr -d '\r' <$S/terminal | grep -qF -- "$1" || { sed 's/^/        /' $S/terminal; return 1; }; }
# is_password NAME WORD: by su from a third, whose rule asks for a code, too.
is_password() {
  fresh_code "$1"
  at_terminal "$S/secrets/$2" "$S/secrets/$1.code" as eve su -c 'id -un' "$1" && saw "$1"
}

echo '# a password is all that one has'
before=$(getent shadow ada)
audit_mark
check 'the old one sets a new one' changes now:first new:second again:second -- as ada passwd
check 'that is written down' audited credential-changed service=passwd person=ada operation=password.set \
  rule=passwords 'held=.*password.*' 'reason=password set for ada'
check '/etc/shadow has no part in it' equal "$(getent shadow ada)" "$before"
audit_mark
check 'a wrong old one is refused at once' refused now:wrong -- as ada passwd
check 'with its reason' audited credential-refused service=passwd person=ada operation=password.set \
  'reason=.*wrong password.*'
check 'without it on the terminal' not quiet shows 'wrong password'
check '/etc/shadow is still as it was' equal "$(getent shadow ada)" "$before"
audit_mark
check 'what is short, in a dictionary or was theirs is refused' \
  refused now:second new:short new:dictionary new:first again:first -- as ada passwd
check 'with how long it has to be' shows 'at least 15 characters'
check 'with that it is a word' shows 'dictionary'
check 'with that it was theirs' shows 'had it not long ago'
check 'as the log has it' audited credential-refused person=ada 'reason=.*had it not long ago'
check 'the one there is, too' \
  refused now:second new:second again:second new:short new:short -- as ada passwd
check 'with its reason' shows 'you have this password'
audit_mark
check 'whoever breaks off' broken_off now:second new:third end:none -- as ada passwd
check 'does so on the record' wait_until $stage_patience audited dialogue-aborted service=passwd person=ada
check 'and keeps the old one' is_password ada second
check 'which is the new one' not quiet is_password ada first

echo '# with a code beside it'
fresh_code ada
audit_mark
check 'password and code are asked' changes now:second code:ada.code new:third again:third -- as ada passwd
check 'and written down' audited credential-changed person=ada 'held=.*password.*otp.*'
check 'a spent code proves nothing' refused now:third code:ada.code -- as ada passwd
check 'the new one logs in' is_password ada third
check 'the old one does not' not quiet is_password ada second

echo '# root, and others'
check 'nobody changes the password of somebody else' refused -- as eve passwd ada
check 'root is asked for the new one alone' changes new:dictionary again:dictionary -- passwd ada
check 'and warned' shows 'No person could choose this'
check 'it logs in' is_password ada dictionary
check 'root sets nothing with less than 8' refused new:tiny new:tiny new:tiny -- passwd ada

echo '# a password of /etc/shadow'
audit_mark
before=$(getent shadow eve)
check 'a wrong old one changes nothing' refused now:wrong -- as eve passwd
check 'the hash is the same' equal "$(getent shadow eve)" "$before"
check 'the old one sets a new one' changes now:shadowed new:reshadowed again:reshadowed -- as eve passwd
check 'the hash is another' test "$(getent shadow eve)" != "$before"
check 'Usher had no part in it' equal "$(events)" "$audit_from"
check 'root sets it' changes new:shadowed again:shadowed -- passwd eve

echo '# a password that has to be changed: su'
word bob 'the first one of bob'
usherctl password expire bob >$S/log/expire 2>&1 || stage_fatal "password expire: $(cat $S/log/expire)"
fresh_code bob
audit_mark
check 'su asks for another once, after the login' \
  changes now:bob code:bob.code new:second again:second -- as eve su -c 'id -un' bob
check 'and goes on' shows bob
check 'it was demanded' audited account-accepted service=su person=bob 'reason=.*must be changed first'
check 'and done' audited credential-changed service=su person=bob operation=password.set \
  'held=.*password.*otp.*'
fresh_code bob
check 'the next time nothing is' changes now:second code:bob.code -- as eve su -c 'id -un' bob
printf '%s\n%s\n' "$(cat $S/secrets/bob)" "$(cat $S/secrets/bob)" |
  usherctl password set --stdin --change-at-login bob >$S/log/expire 2>&1 || stage_fatal "$(cat $S/log/expire)"
fresh_code bob
audit_mark
check 'whoever breaks off' broken_off now:bob code:bob.code end:none -- as eve su -c 'id -un' bob
check 'is not let in' unaudited session-opened service=su
fresh_code bob
check 'nor who chooses the same' refused now:bob code:bob.code new:bob again:bob new:tiny new:dictionary -- as eve su -c 'id -un' bob
check 'is let in' unaudited session-opened service=su

echo '# sshd'
fresh_code bob
audit_mark
check 'ssh asks for another, keyboard-interactively' changes now:bob code:bob.code new:third again:third -- \
  ssh -tt -F $S/ssh_config -p $ssh_code bob@127.0.0.1 'echo "in as $(id -un)"'
check 'and lets in' shows 'in as bob'
check 'it was demanded' audited account-accepted service=sshd person=bob 'reason=.*must be changed first'
check 'and done' audited credential-changed service=sshd person=bob operation=password.set
check 'and the session is theirs' audited session-opened service=sshd person=bob
fresh_code bob
check 'the next time nothing is' changes now:third code:bob.code -- \
  ssh -tt -F $S/ssh_config -p $ssh_code bob@127.0.0.1 'echo "in as $(id -un)"'
usherctl password expire bob >$S/log/expire 2>&1
fresh_code bob
audit_mark
check 'whoever breaks off' broken_off now:third code:bob.code new:first end:none -- \
  ssh -tt -F $S/ssh_config -p $ssh_code bob@127.0.0.1 'echo "in as $(id -un)"'
check 'is not let in' unaudited session-opened service=sshd
check 'and has changed nothing' unaudited credential-changed

echo '# login'
printf '#!/bin/sh\necho "in as $(id -un)"\n' >$S/shell
chmod 755 $S/shell
usermod --shell $S/shell bob
sed -i -E '/^(LOGIN_RETRIES|LOGIN_TIMEOUT|FAIL_DELAY)/d' /etc/login.defs
printf 'LOGIN_RETRIES 1\nLOGIN_TIMEOUT %s\n' $stage_patience >>/etc/login.defs
sed -i '/pam_faildelay.so/d' /etc/pam.d/login
fresh_code bob
audit_mark
check 'login asks for another' changes now:third code:bob.code new:fourth again:fourth -- login -p bob
check 'and lets in' shows 'in as bob'
check 'it was done' audited credential-changed service=login person=bob operation=password.set
fresh_code bob
check 'the new one logs in' changes now:fourth code:bob.code -- login -p bob
check 'as bob' shows 'in as bob'

echo '# secrets'
for name in first second third dictionary reshadowed; do
  check "\"$name\" is in no log" absent_from "$(cat $S/secrets/$name)" $S/log/* $usher_audit $S/state/*
done
check 'usherd ends in order' usherd_stop
check_done
