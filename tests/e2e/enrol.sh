#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Enrolment at the login prompt: what somebody without a code sees in real sshd, su and login, and what
# becomes of it when they confirm, skip, walk away, come late or from somewhere else.
source "$(dirname "$0")/../e2e/all.sh"
skip_without zbarimg
stage_enter "$@"
export stage_patience

rules() {
  cat <<EOF
[[rule]]
name = "with a code"
service = ["sshd", "su", "login"]
user = ["ada", "bob", "dan", "eve"]
require = ["password", "otp|recovery"]
enrol = { until = "$1", from = $2, late = "Too late: room 12 has codes." }

[[rule]]
name = "the way there"
service = ["su"]
require = ["password"]
EOF
}
otp_digits=6
otp_period=30
usher_install < <(rules 2099-01-31 '["127.0.0.0/8", "local"]')
usherd_start
for name in ada bob dan eve; do
  person "$name"
  password_of "$name" "correct horse of $name"
done
for service in sshd su login; do pam_service $service; done
sshd_start

# at WHAT NAME COMMAND...: see enrolling.py. What is left behind is in $S/at.NAME.
at() {
  local what=$1 name=$2
  shift 2
  mkdir -p $S/at.$name
  cp $S/secrets/$name.password $S/at.$name/password
  LC_ALL=C.UTF-8 python3 "$tests_e2e/enrolling.py" "$what" $S/at.$name "$@" 2>$S/at.$name/trouble ||
    { local status=$?; sed 's/^/        /' $S/at.$name/trouble; return $status; }
}
by_ssh() { at "$1" "$2" ssh -F $S/ssh_config -o LogLevel=INFO -p $ssh_code "$2@127.0.0.1" 'echo "in as $USER"'; }
on_screen() { grep -qF -- "$2" $S/at.$1/screen || { sed 's/^/        /' $S/at.$1/screen; return 1; }; }
# with_code NAME STEP: at a terminal of the other side, which alone shows what sshd has to say.
with_code() {
  cp $S/at.$1/seed $S/secrets/$1.seed
  otp_code "$1" "$2"
  cp $S/secrets/$1.code $S/at.$1/code
  at log-in "$1" ssh -tt -F $S/ssh_config -p $ssh_code "$1@127.0.0.1"
}
with_recovery() {
  head -n 1 $S/at.$1/recovery >$S/at.$1/code
  at log-in "$1" ssh -tt -F $S/ssh_config -p $ssh_code "$1@127.0.0.1"
}
step_is_past() { (($(otp_step) > $1)); }
codes_of() { usherctl otp list --json "$1" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["codes"]))'; }

echo '# sshd'
story_begins
check 'the QR code on the screen of ssh enrols' by_ssh enrol ada
check 'and lets in' on_screen ada 'in as ada'
check 'the person is told what it is about' on_screen ada 'from 2099-01-31 on'
check 'the secret is there as text, too' on_screen ada 'Secret:'
check 'ten recovery codes were shown' equal "$(wc -l <$S/at.ada/recovery)" 10
check 'the enrolment is an event of its own' equal "$(story_of credential-changed operation)" otp.add
check 'of a login that was let in' matches "$(story)" 'credential-changed login-accepted'
next=$(($(otp_step) + 1))
check 'the next login asks for the code' with_code ada $next
check 'and tells that one was enrolled' on_screen ada 'A one-time code was enrolled for you, from 127.0.0.1'
check 'a code is good once' not with_code ada $next
wait_until $stage_patience step_is_past $((next - 1))
check 'the one after it is good' with_code ada $((next + 1))
check 'without a code nobody gets in any more' not by_ssh skip ada
check 'nor does removing it open the way again' quiet usherctl otp remove --label default ada
check 'who had one is not offered another' not by_ssh skip ada
check 'and sees no secret' not on_screen ada 'Secret:'
check 'a recovery code still lets in' with_recovery ada
check 'once, too' not with_recovery ada

echo '# later'
check 'Enter lets in until the date' by_ssh skip bob
check 'with no code' equal "$(codes_of bob)" 0
check 'and says so' matches "$(story_of login-accepted reason)" 'put off'
cp $S/secrets/dan.password $S/secrets/dan.kept
printf 'not the password\n' >$S/secrets/dan.password
check 'a wrong password is refused' not by_ssh skip dan
check 'and sees nothing to enrol' not on_screen dan 'Secret:'
cp $S/secrets/dan.kept $S/secrets/dan.password

echo '# half-way'
check 'a terminal that closes at the secret' by_ssh vanish dan
check 'enrols nothing' equal "$(codes_of dan)" 0
check 'nor does one that closes at the recovery codes' by_ssh late dan
check 'nothing at all' equal "$(codes_of dan)" 0
check 'and the way is still open' by_ssh text dan
check 'a code' equal "$(codes_of dan)" 1

echo '# su and login'
check 'su enrols' at enrol eve setpriv --reuid=bob --regid=bob --clear-groups su eve -c 'echo "in as $(id -un)"'
check 'and lets in' on_screen eve 'in as eve'
check 'login shows the QR code, too' at enrol bob login bob
check 'bob has a code' equal "$(codes_of bob)" 1

echo '# where and when'
person fay && password_of fay 'correct horse of fay'
person gus && password_of gus 'correct horse of gus'
rules 2099-01-31 '["192.0.2.0/24"]' | sed 's/"eve"/"eve", "fay", "gus"/' >/etc/usher/rules.d/10-stage.toml
check 'elsewhere' quiet usherctl reload
check 'nobody enrols' not by_ssh enrol fay
check 'and the text is that of a wrong code' not on_screen fay 'Too late'
rules 2026-01-31 '"anywhere"' | sed 's/"eve"/"eve", "fay", "gus"/' >/etc/usher/rules.d/10-stage.toml
check 'after the date' quiet usherctl reload
check 'nobody enrols' not by_ssh enrol gus
check "but is told what the administrator wrote" on_screen gus 'Too late: room 12 has codes.'

check_done
