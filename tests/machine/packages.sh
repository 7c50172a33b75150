#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The life of the packages on a Debian without a running systemd: installed, put to use, upgraded under
# somebody's hands, removed, purged. After each step root and a person get in as they should.
source "$(dirname "$0")/machine.sh"
source "$(dirname "$0")/people.sh"
machine_enter "$@"

# usherd, for as long as the test says; the folder is its socket units' elsewhere.
serve() {
  mkdir -p /run/usher /run/usher-keeper
  chown usher: /run/usher /run/usher-keeper
  usherd_start
}

holds_no_usher() { ! grep -rn 'usher' /etc/pam.d | grep -v '^[^:]*:[0-9]*:#' | grep .; }

# As before Usher: with the password that they always had.
in_as_ever() {
  check 'root gets in at the console' at_console root
  check 'ada over SSH, with her password alone' over_ssh ada
  check 'ada by sudo' by_sudo ada
  check 'and by su, whoever knows the password of root' by_su root
  check 'nobody with another password: over SSH' not_with_another over_ssh ada
  check 'nor by sudo' not_with_another by_sudo ada
}

# With the rule for SSH.
in_by_the_rule() {
  fresh_code ada
  check 'ada gets in over SSH with password and code' over_ssh ada $S/secrets/ada.code
  check 'not with the same code again' not over_ssh ada $S/secrets/ada.code
  fresh_code ada
  check 'not with the code and another password' not_with_another over_ssh ada $S/secrets/ada.code
  check 'the rules leave sudo as it was' by_sudo ada
  check 'root gets in at the console' at_console root
  check 'and not with another password' not_with_another at_console root
}

confirmed() { fresh_code root && STAGE_COMMAND='usherctl pam confirm' over_ssh root $S/secrets/root.code; }

people
syslog_start
sshd_start 'PermitRootLogin yes'

echo '# before'
in_as_ever
stacks >$S/before

echo '# installed'
check 'the packages are installed' done_by dpkg --install $packages/*.deb
check 'no stack has changed' stacks_are $S/before
check 'pam-auth-update is content' quiet pam-auth-update --package
check 'and changes none either' stacks_are $S/before
check 'nothing of Usher runs' not quiet pgrep usher
in_as_ever

echo '# made ready, and serving'
check 'store and key are made' done_by usherctl init
cat >/etc/usher/rules.d/50-ssh.toml <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
check 'the rules are right' done_by usherctl check
serve
otp_enrol ada
in_as_ever

echo '# the stacks are changed'
service_stacks=(--service sshd,sudo --when-down group:root)
check 'plan shows it' done_by usherctl pam plan "${service_stacks[@]}"
check 'as lines of sshd' grep -q 'sshd' $S/said
check 'and changes nothing' stacks_are $S/before
check 'apply without a way back is refused where there is no systemd' \
  not said usherctl pam apply "${service_stacks[@]}"
check 'and changes nothing' stacks_are $S/before
check 'apply' done_by usherctl pam apply "${service_stacks[@]}" --rollback-after never
check 'root confirms, from a login through the new stack' confirmed
in_by_the_rule
check 'status is content' done_by usherctl pam status

echo '# usherd is gone'
check 'usherd ends in order' usherd_stop
check 'ada stays out' not over_ssh ada $S/secrets/ada.code
check 'and by sudo' not by_sudo ada
check 'root gets in over SSH, as chosen' over_ssh root
check 'and at the console' at_console root
serve

echo '# upgraded, while ada is being asked'
fresh_code ada
stacks >$S/applied
check 'she is being asked' somebody_is_asked ada
check 'the new version is installed' done_by dpkg --install $packages/newer/*.deb
check 'and is the new one' matches "$(dpkg-query -W -f='${Version} ' usher libpam-usher)" '(.*\+newer ){2}'
check 'no stack has changed' stacks_are $S/applied
# What the unit does there.
check 'usherd ends in order' usherd_stop
serve
check 'she gets in' they_answer
in_by_the_rule

own_line='pam_faildelay.so delay=1000'
edit_common_auth() { sed -i "/^# end of pam-auth-update config/i auth\toptional\t$own_line" /etc/pam.d/common-auth; }
echo '# a line of the administrator'"'"'s own in common-auth'
cp /etc/pam.d/common-auth $S/unedited
edit_common_auth
stacks >$S/edited
check 'pam-auth-update is content' quiet pam-auth-update --package
check 'and leaves the line' stacks_are $S/edited
in_by_the_rule
check 'everywhere is refused there' not said usherctl pam apply --everywhere --rollback-after never
check 'with the reason' grep -q 'somebody edited it' $S/said
check 'and changes nothing' stacks_are $S/edited
cp $S/unedited /etc/pam.d/common-auth

echo '# everywhere'
check 'apply' done_by usherctl pam apply --everywhere --when-down group:root --rollback-after never
check 'root confirms' confirmed
check 'pam-auth-update is content' quiet pam-auth-update --package
in_by_the_rule
edit_common_auth
check 'also with a line of the administrator'"'"'s own' quiet pam-auth-update --package
check 'which it leaves' grep -q "$own_line" /etc/pam.d/common-auth
in_by_the_rule

echo '# removed'
usherd_stop
check 'the packages are removed' done_by dpkg --remove usher-doc usher libpam-usher
check 'no stack asks Usher' holds_no_usher
check 'the line is still there' grep -q "$own_line" /etc/pam.d/common-auth
check 'pam-auth-update is content' quiet pam-auth-update --package
in_as_ever
check 'the credentials are still there' test -s /var/lib/usher/store.db

echo '# purged'
check 'the packages are purged' done_by dpkg --purge usher libpam-usher
check 'nobody said that the credentials may go' test -s /var/lib/usher/store.db
check 'nor the key to them' test -s /etc/usher/key/master.key
in_as_ever

echo '# installed again, and purged with everything'
check 'the packages are installed' done_by dpkg --install $packages/*.deb
serve
check 'what people had counts again' matches "$(usherctl otp list ada)" 'fresh-'
usherd_stop
echo 'usher usher/purge-credentials boolean true' | debconf-set-selections
check 'the packages are purged' done_by dpkg --purge usher-doc libpam-usher usher
check 'nothing is left of them' equal "$(find / -xdev -path $S -prune -o -name '*usher*' -print)" ''
check 'nor in any stack' holds_no_usher
check 'pam-auth-update is content' quiet pam-auth-update --package
in_as_ever
machine_done
