#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What lets people in who have lost what they log in with: recovery codes, a bypass of the help desk's,
# and a sealed break-glass secret. Real sshd and ssh; a storm of logins for what must work once.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

processes=${USHER_PROCESSES:-60}
usher_install '[login]' 'root_dialogues = 400' <<'EOF'
[[rule]]
name = "no way in"
service = ["login"]
user = ["rescue"]
deny = true

[[rule]]
name = "people"
service = ["sshd", "su", "login"]
require = ["password", "otp|recovery"]

[[rule]]
name = "a recovery code is enough"
service = ["storm"]
require = ["otp|recovery"]
EOF
sed -i '1i admins = ["group:helpdesk"]' /etc/usher/usher.toml
pam_service sshd nodelay
pam_service su nodelay
pam_service storm
usherd_start
sshd_start
person ada
person bob
person grace helpdesk
person eve
person rescue
for name in ada grace bob; do
  password_of $name "the password of $name"
  otp_enrol $name
done
password_of eve 'the password of eve'

as() { setpriv --reuid="$1" --regid="$1" --init-groups env HOME="$S/home/$1" PATH="$PATH" "${@:2}"; }
# secret_of FILE NAME: the last secret that a change showed, as what NAME types.
secret_of() {
  sed -n 's/^  \([0-9a-z]\{4\}\(-[0-9a-z]\{4\}\)\{5\}\)$/\1/p' "$1" | tail -n 1 >"$S/secrets/$2"
  [[ -s $S/secrets/$2 ]]
}
# login NAME CODE-FILE: over SSH, with their own password.
login() { ssh_login "$1" $ssh_code "$S/secrets/$1.password" "$S/secrets/$2"; }
# proof NAME STEP: what proves them to usherctl.
proof() {
  otp_code "$1" "$2"
  cat "$S/secrets/$1.password" "$S/secrets/$1.code"
}
# pam_says SERVICE NAME PASSWORD-FILE CODE-FILE: what authenticating comes to.
pam_says() {
  [[ $(cat "$3" "$4" | python3 "$stage_source/tests/e2e/pam_program.py" "$1" "$2" authenticate) == authenticate=0 ]]
}
# recovery_proof NAME N: the same with the Nth of the recovery codes that root made for them.
recovery_proof() {
  cat "$S/secrets/$1.password"
  sed -n "$2p" "$S/secrets/$1.codes"
}
now=$(otp_step)

echo '# recovery codes'
check 'a person makes their own, and proves themselves first' \
  said as ada usherctl recovery new --stdin < <(proof ada "$now"; echo)
check 'ten are shown' equal "$(grep -c '^  [0-9a-z]\{4\}-' $S/said)" 10
secret_of $S/said ada.recovery
check 'one logs in' login ada ada.recovery
check 'and the log says so loudly' equal "$(story_of recovery-used held)" '["password", "recovery"]'
check 'how many are left' matches "$(story_of recovery-used reason)" '9 left'
check 'not twice' not login ada ada.recovery
check 'of the person, not of anybody' not login bob ada.recovery
check 'a password alone makes none' not quiet as eve usherctl recovery new --stdin <$S/secrets/eve.password
check 'whoami tells how many are left' \
  grep -qx 'recovery codes  9 left' <(as ada usherctl whoami)

echo '# one recovery code, raced'
check 'root makes codes for somebody' said usherctl recovery new ada --stdin < <(echo)
secret_of $S/said raced
one_gets_in() {
  equal "$("$stage_build/tests/login_storm" storm ada $S/secrets/raced $processes)" \
    "accepted=1 denied=$((processes - 1)) unavailable=0 other=0"
}
check "one of $processes" one_gets_in
check 'as many successes in the audit log' \
  equal "$(grep '"kind":"recovery-used"' $usher_audit | grep -c '"service":"storm"')" 1

echo '# the help desk'
check 'whoever is not of it issues nothing' not said as eve usherctl bypass issue bob --service sshd --stdin </dev/null
check 'and it is written down' equal "$(event kind)" request-refused
check 'nor with a stolen password alone' \
  not said as grace usherctl bypass issue bob --service sshd --stdin < <(cat $S/secrets/grace.password; echo 00000000)
check 'it issues a bypass' \
  said as grace usherctl bypass issue bob --for 1h --service sshd --stdin < <(proof grace "$now"; echo)
secret_of $S/said bob.bypass
check 'the log names both' equal "$(event kind) $(event ruser) $(event person)" 'credential-changed grace bob'
check 'and not the secret' not grep -qF -f $S/secrets/bob.bypass $usher_audit
check 'it is listed, to the help desk too' grep -q 'bob .*counts .*sshd .*grace' <(as grace usherctl bypass list)
check 'to nobody else' not grep -q bob <(as eve usherctl bypass list 2>&1)
check 'not at su' not pam_says su bob $S/secrets/bob.password $S/secrets/bob.bypass
check 'the person logs in by it at sshd' login bob bob.bypass
check 'and the log says so loudly' equal "$(story_of bypass-used held)" '["password", "bypass"]'
check 'once' not login bob bob.bypass
check 'one for su' said usherctl bypass issue bob --service su --stdin < <(echo)
secret_of $S/said bob.bypass
check 'is none for sshd' not login bob bob.bypass
check 'and counts at su' pam_says su bob $S/secrets/bob.password $S/secrets/bob.bypass
check 'one that is revoked' said usherctl bypass issue bob --service sshd --uses 2 --stdin < <(echo)
secret_of $S/said bob.bypass
check 'lets in before' login bob bob.bypass
check 'is taken away' said usherctl bypass revoke bob
check 'and lets nobody in after' not login bob bob.bypass
check 'one for a second' said usherctl bypass issue bob --service sshd --for 1s --stdin < <(echo)
secret_of $S/said bob.bypass
is_expired() { grep -q expired <(usherctl bypass list bob); }
check 'expires' wait_until $stage_patience is_expired
check 'and lets nobody in then' not login bob bob.bypass
check 'the log knows why' matches "$(story_of login-denied reason)" 'bypass expired'
check 'root makes recovery codes for the help desk' said usherctl recovery new grace --stdin < <(echo)
sed -n 's/^  \([0-9a-z-]\{29\}\)$/\1/p' $S/said >$S/secrets/grace.codes
check 'the help desk issues none for itself' \
  not said as grace usherctl bypass issue grace --service sshd --stdin </dev/null
check 'nor for root' \
  not said as grace usherctl bypass issue root --service sshd --stdin < <(recovery_proof grace 1; echo)
check 'and is told why' grep -q 'root is root' $S/said

echo '# break-glass'
check 'root seals a secret' said usherctl breakglass seal rescue --for 30d --stdin < <(echo)
secret_of $S/said rescue.glass
: >$S/secrets/nothing
printf '0000-0000-0000-0000-0000-0000\n' >$S/secrets/wrong.glass
check 'it would work' said usherctl breakglass test rescue --stdin <$S/secrets/rescue.glass
check 'and where not is said' grep -q 'login at the console (rule "no way in" denies)' $S/said
check 'which is an event, and no change' equal "$(event kind)" credential-tested
check 'a wrong one would not' not quiet usherctl breakglass test rescue --stdin <$S/secrets/wrong.glass
check 'it lets in, without password and code' \
  ssh_login rescue $ssh_code $S/secrets/rescue.glass $S/secrets/nothing
check 'by an event of its own' equal "$(story)" 'breakglass-used account-accepted session-opened'
check 'which says by what' equal "$(story_of breakglass-used held)" '["breakglass"]'
check 'a wrong one is loud' \
  not ssh_login rescue $ssh_code $S/secrets/wrong.glass $S/secrets/nothing
check 'by an event of its own, too' equal "$(story)" breakglass-refused
check 'the help desk issues no bypass for it' \
  not said as grace usherctl bypass issue rescue --service sshd --stdin < <(recovery_proof grace 2; echo)
check 'and is told why' grep -q 'break-glass account' $S/said
check 'it is listed' grep -q 'rescue .*counts' <(usherctl breakglass list)
check 'to root alone' not quiet as grace usherctl breakglass list
check 'revoked' said usherctl breakglass revoke rescue
check 'it lets nobody in' not ssh_login rescue $ssh_code $S/secrets/rescue.glass $S/secrets/nothing

echo '# no secret is written down'
for name in ada.recovery raced bob.bypass rescue.glass; do
  check "not $name" not grep -rqF -f "$S/secrets/$name" $usher_audit $S/log $S/state
done
check 'usherd ends in order' usherd_stop
check_done
