#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The distribution's polkit with the shipped stack: pkexec, its agent at the terminal, the agent's
# helper, polkitd and a system bus, all on the stage.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "polkit"
service = ["polkit-1"]
require = ["password", "otp"]
EOF
pam_stacks none polkit-1
usherd_start
person ada
person eve
password_of ada 'correct horse of ada'
printf 'not the password\n' >$S/secrets/wrong.password
right=$S/secrets/ada.password
code=$S/secrets/ada.code
wrong=$S/secrets/wrong.password

# ada alone is an administrator here, and every action wants one.
rm -rf /etc/polkit-1/rules.d
mkdir -p /etc/polkit-1/rules.d
cat >/etc/polkit-1/rules.d/00-stage.rules <<'EOF'
polkit.addAdminRule(function() { return ["unix-user:ada"]; });
polkit.addRule(function() { return polkit.Result.AUTH_ADMIN; });
EOF
mkdir -p /run/dbus
must mount -t tmpfs -o mode=700 stage /var/lib/polkit-1
chown polkitd: /var/lib/polkit-1 2>/dev/null
dbus-daemon --system --nofork --nopidfile >$S/log/dbus 2>&1 &
bus_serves() { dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.ListNames >$S/names 2>&1; }
polkit_serves() { bus_serves && grep -q org.freedesktop.PolicyKit1 $S/names; }
check 'the system bus is there' wait_until $stage_patience bus_serves
polkitd=$(ls /usr/lib/polkit-1/polkitd /usr/libexec/polkitd 2>/dev/null | head -n 1)
"$polkitd" --no-debug >$S/log/polkitd 2>&1 &
check 'polkitd is there' wait_until $stage_patience polkit_serves

# pkexec's own agent is not found again by polkitd where there is no logind session; pkttyagent is.
cat >$S/pkexec <<'EOF'
exec {registered}< <(exec pkttyagent --process $$ --notify-fd 1 2>"$HOME/agent.log")
agent=$!
read -r <&"$registered"
pkexec --disable-internal-agent "$@"
status=$?
kill $agent
exit $status
EOF
# by_pkexec NAME PASSWORD-FILE CODE-FILE
by_pkexec() { at_terminal "$2" "$3" as "$1" bash $S/pkexec id -un; }

echo '# pkexec'
fresh_code ada
audit_mark
check 'password and code let in' by_pkexec ada "$right" "$code"
check 'as root' matches "$(tail -n 1 $S/terminal)" root
check 'two prompts' equal "$(prompts)" 2
check 'the caller is root, for nobody at no terminal' audited login-accepted service=polkit-1 user=ada \
  caller.uid=0 rhost= rule=polkit 'held=.*password.*otp.*'
check 'the account phase knows of it' audited account-accepted service=polkit-1 person=ada \
  'reason=authenticated by Usher in this transaction'
check 'the session is who ada became' audited session-opened service=polkit-1 user=root
audit_mark
check 'the code is spent' not by_pkexec ada "$right" "$code"
check 'and the log says so' audited login-denied service=polkit-1 person=ada 'reason=.*already used.*'
fresh_code ada
audit_mark
check 'a wrong password is refused' not by_pkexec ada "$wrong" "$code"
check 'after both prompts' equal "$(prompts)" 2
check 'with its reason' audited login-denied service=polkit-1 person=ada 'reason=.*wrong password.*'
check 'nobody became root' unaudited session-opened
audit_mark
check 'eve has to be ada for it' not by_pkexec eve "$wrong" "$code"
check 'who was asked about' audited login-denied service=polkit-1 user=ada

echo '# the helper, by somebody who has no leave'
helper=$(ls /usr/lib/policykit-1/polkit-agent-helper-1 /usr/libexec/polkit-agent-helper-1 \
  /usr/lib/polkit-1/polkit-agent-helper-1 2>/dev/null | head -n 1)
audit_mark
check 'a wrong password is refused' not said as eve "$helper" ada \
  < <(echo no-cookie; answers "$wrong" "$code")
check 'it says so' grep -q '^FAILURE' $S/said
check 'and so does the log' audited login-denied service=polkit-1 user=ada caller.uid=0
check 'usherd ends in order' usherd_stop
check_done
