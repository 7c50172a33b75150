#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A local user who speaks the protocol, and claims to be what they are not: refused and written down.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "a screen locker"
service = ["i3lock"]
require = ["password"]
[[rule]]
name = "a key"
service = ["sshd"]
require = ["password|publickey"]
EOF
usherd_start
person ada
person eve
password_of ada 'correct horse of ada'
password_of eve 'correct horse of eve'
cp "$tests_e2e/hostile_client.py" $S/hostile_client.py
claim() { as eve python3 $S/hostile_client.py claim /run/usher/self.sock "$@"; }
# denied PHASE SERVICE USER [CLAIM...]: refused, without a prompt, with a line in the log. There is at
# most one a second of those, so it may take several refusals.
denied() {
  audit_mark
  wait_until $stage_patience refused_and_written "$@" && [[ $answer == refused ]]
}
refused_and_written() {
  answer=$(claim "$@")
  [[ $answer == refused ]] || { printf '        %s\n' "$answer"; return 0; }
  audit_find request-refused phase="$1" service="$2" user="$3" caller.uid="$(id -u eve)"
}

echo "# root's socket"
check 'is closed to eve' not quiet as eve python3 $S/hostile_client.py claim /run/usher/root.sock \
  authenticate i3lock eve

echo '# somebody else'
check 'authenticating ada' denied authenticate i3lock ada
check 'the account of ada' denied account i3lock ada
check 'root' denied authenticate i3lock root
check 'somebody who is not there' denied authenticate i3lock nobodyhere

echo '# another program'
check 'sshd' denied authenticate sshd eve
check 'sshd with a key' denied authenticate sshd eve 'publickey ssh-ed25519 AAAA'
check "sshd's account phase with a key" denied account sshd eve 'publickey ssh-ed25519 AAAA'
check 'sudo with a password' denied authenticate sudo eve password
check 'a service without a name' equal "$(claim authenticate '' eve)" refused

echo '# another phase'
for phase in open_session close_session password; do
  for service in i3lock sshd; do
    check "$phase of $service" denied $phase $service eve
  done
done
check 'a session of ada with a key' denied open_session sshd ada 'publickey ssh-ed25519 AAAA'

echo '# proofs of their own making'
# Their own locker may ask about themselves; what it says was proven does not count.
check 'a password that an earlier module verified' equal "$(claim authenticate i3lock eve password)" asked
check 'a key that sshd verified' equal "$(claim authenticate i3lock eve 'publickey ssh-ed25519 AAAA')" asked
check 'both' equal "$(claim authenticate i3lock eve 'keyboard-interactive/pam' password)" asked
check 'nobody was let in' equal "$(grep -c '"kind":"login-accepted"' $usher_audit)" 0
check 'no session was opened' equal "$(grep -c '"kind":"session-' $usher_audit)" 0
check 'usherd ends in order' usherd_stop
check_done
