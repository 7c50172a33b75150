#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# From the installation to the first login with a code: nothing of Usher runs before somebody needs it.
source "$(dirname "$0")/inside.sh"

people
sshd_as_a_unit 'PermitRootLogin yes'
check 'before, ada gets in with her password' over_ssh ada

echo '# installed'
stacks >$S/before
check 'the packages are installed' done_by dpkg --install $packages/*.deb
check 'no unit has failed' equal "$(systemctl --failed --plain --no-legend)" ''
check 'no stack has changed' stacks_are $S/before
for socket in usherd-root usherd-self usherd-control usher-keeper; do
  check "$socket.socket waits" unit_is $socket.socket active
  check 'and will after a reboot' quiet systemctl is-enabled $socket.socket
done
check 'usherd does not run' unit_is usherd.service inactive
check 'nor does the keeper' unit_is usher-keeper.service inactive
check 'nor does the way back of stacks' unit_is usher-pam-rollback.timer inactive
check 'ada gets in as before' over_ssh ada

echo '# made ready'
check 'store and key are made' done_by usherctl init
cat >/etc/usher/rules.d/50-ssh.toml <<'EOF'
[[rule]]
name = "who only has a password"
service = ["sshd"]
user = ["eve"]
require = ["password"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
check 'the rules are right' done_by usherctl check
check 'the stacks are changed' \
  done_by usherctl pam apply --service sshd,sudo --when-down group:root --rollback-after 1h
check 'confirmed below' unit_is usher-pam-rollback.timer active
fresh_code ada

echo '# the first login'
check 'usherd is stopped' systemctl stop usherd.service usher-keeper.service
check 'usherd does not run' unit_is usherd.service inactive
# shellcheck disable=SC2016  # in ada's shell
STAGE_COMMAND='loginctl show-session --property Name --property Service --property Scope "$XDG_SESSION_ID"'
check 'ada gets in with password and code' over_ssh ada $S/secrets/ada.code
check 'logind knows the session by her name' grep -qx Name=ada $S/printed
check 'as one of sshd' grep -qx Service=sshd $S/printed
check 'with a scope of its own' grep -Eqx 'Scope=session-.+[.]scope' $S/printed
STAGE_COMMAND=
check 'what is the first login is the audit log' equal "$(story)" \
  'service-started login-accepted account-accepted session-opened'
check 'usherd runs' unit_is usherd.service active
check 'and the keeper' unit_is usher-keeper.service active
check 'not with the same code again' not over_ssh ada $S/secrets/ada.code
check 'not with a code and another password' not_with_another in_with_fresh_code ada
machine_done
