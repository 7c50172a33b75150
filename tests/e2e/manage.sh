#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# usherctl: what an administrator and a person can do with it, and what they can't.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOF'
[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password", "otp"]
EOF
check 'store and key are made once' not said usherctl init
check 'and init says why' grep -qi 'already\|exist' $S/said
usherd_start
person ada
person eve

echo '# root'
password_of ada 'correct horse battery staple'
otp_enrol ada --label phone
check 'root sees the code' grep -q phone <(usherctl otp list ada)
check 'as JSON' python3 -c 'import json,sys; json.load(sys.stdin)' < <(usherctl --json otp list ada)
check 'status' grep -qi 'rules' <(usherctl status)
check 'the event has its kind' equal "$(event kind) $(event operation) $(event label)" \
  'credential-changed otp.add phone'

echo '# explain'
usherctl explain ada --service sshd --from 192.0.2.1 >$S/said 2>&1
check 'explain names the rule' grep -q 'people over SSH' $S/said
check 'and its place' grep -q '10-stage.toml:1' $S/said
check 'explain says what denies' grep -qi 'deni\|no rule' <(usherctl explain ada --service login 2>&1)

echo '# the person'
as() { setpriv --reuid="$1" --regid="$1" --clear-groups env HOME="$S/home/$1" PATH="$PATH" "${@:2}"; }
otp_code ada "$(otp_step)"
proof() { cat $S/secrets/ada.password $S/secrets/ada.code; }
check 'nobody takes a code away without proof' \
  not quiet as ada usherctl otp remove --label phone --stdin </dev/null
check 'a password alone does not prove' \
  not quiet as ada usherctl otp remove --label phone --stdin \
  < <(cat $S/secrets/ada.password; echo 00000000)
check 'the code is still there' grep -q phone <(usherctl otp list ada)
printf 'a better password\n' >$S/secrets/new.password
new_password() { cat $S/secrets/new.password $S/secrets/new.password; }
check 'password and code change the password' \
  said as ada usherctl password set --stdin < <(proof; new_password)
cp $S/secrets/new.password $S/secrets/ada.password
otp_code ada $(($(otp_step) + 1))
check 'a person cannot change somebody else' \
  not said as eve usherctl password set --stdin ada < <(proof; new_password)
check 'and it is written down' equal "$(event kind)" request-refused
check 'nor list their codes' not quiet as eve usherctl otp list ada
check 'nor see the log' not quiet as eve usherctl log
check 'nor reload' not quiet as eve usherctl reload
check 'a person takes their own code away' said as ada usherctl otp remove --label phone --stdin < <(proof)
check 'it is gone' not grep -q phone <(usherctl otp list ada)

echo '# configuration with a mistake'
check 'check accepts what is right' quiet usherctl check
cat >/etc/usher/rules.d/20-doubtful.toml <<'EOF'
[[rule]]
name = "people of a group that is not here"
service = ["su"]
group = ["nobody-made-this-group"]
require = ["password"]
EOF
check 'check warns and accepts' said usherctl check
check 'with file, line and column' grep -q '20-doubtful.toml:4:10: warning: there is no group' $S/said
check 'strict, it does not accept' not quiet usherctl check --strict
check 'the machine may be left out' quiet usherctl check --strict --rules-only
check 'a warning keeps no rule out' quiet usherctl reload
rm /etc/usher/rules.d/20-doubtful.toml
cp /etc/usher/rules.d/10-stage.toml $S/good.toml
sed -i 's/require/requires/' /etc/usher/rules.d/10-stage.toml
check 'check refuses what is wrong' not said usherctl check
check 'with file, line and column' grep -q '10-stage.toml:4:1' $S/said
check 'and a suggestion' grep -q 'require' $S/said
check 'reload refuses it' not said usherctl reload
check 'and says where' grep -q '10-stage.toml:4:1' $S/said
check 'the old rules stay' grep -q 'people over SSH' <(usherctl explain ada --service sshd)
cp $S/good.toml /etc/usher/rules.d/10-stage.toml
chmod 666 /etc/usher/rules.d/10-stage.toml
check 'a file that others could write is refused' not quiet usherctl reload
chmod 644 /etc/usher/rules.d/10-stage.toml
sed -i 's/people over SSH/people from afar/' /etc/usher/rules.d/10-stage.toml
check 'reload takes what is right' quiet usherctl reload
check 'the new rules hold' grep -q 'people from afar' <(usherctl explain ada --service sshd)
sed -i 's/people from afar/after the signal/' /etc/usher/rules.d/10-stage.toml
kill -HUP "$usherd_pid"
new_rules() { usherctl explain ada --service sshd | grep -q 'after the signal'; }
check 'SIGHUP reloads too' wait_until $stage_patience new_rules
check 'usherd ends in order' usherd_stop
check 'without usherd, usherctl says so' not said usherctl status
check 'and what to do' grep -q 'usherd' $S/said
check_done
