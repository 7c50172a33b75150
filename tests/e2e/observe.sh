#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The first day: with the shipped rules, and a stack that goes on without Usher's word, nobody's login
# changes; the log says what would have happened, and usherctl who is not ready for it.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

rules=$stage_source/conf/rules.d
usher_install <"$rules/00-services.toml"
rm /etc/usher/rules.d/10-stage.toml
cp "$rules"/*.toml /etc/usher/rules.d/
pam_stacks observe sshd sudo
usherd_start
sshd_start
for name in ada bob; do
  person $name
  printf 'the machine knows %s\n' $name >$S/secrets/$name.password
  printf '%s:%s\n' $name "$(cat $S/secrets/$name.password)" | chpasswd
done
key_of bob
rm -rf /etc/sudoers.d
printf '%s\n' 'Defaults !lecture, passwd_tries=1' 'ada ALL=(ALL) ALL' >/etc/sudoers
chmod 440 /etc/sudoers
printf 'not this\n' >$S/secrets/wrong
none=/dev/null

echo '# as if Usher were not there'
audit_mark
check 'a password lets in, as before' ssh_login ada $ssh_code $S/secrets/ada.password $none
check 'asked for once, by the machine' equal "$(grep -c . $S/answers/prompts)" 1
check 'each phase was observed' equal "$(story)" 'request-observed request-observed request-observed'
check 'what would have been asked' audited request-observed phase=authenticate person=ada service=sshd \
  'rule=everything else' decision=observed would=ask 'missing=.*password.publickey.*otp.*' 'lacks=.*otp.*' 'asked=..'
check 'nobody was let in or kept out by Usher' unaudited 'login-accepted' 'person=.*'
check 'a wrong password is refused, as before' not ssh_login ada $ssh_code $S/secrets/wrong $none
check 'a key lets in, as before' ssh_login bob $ssh_any $S/secrets/wrong $none -i $S/secrets/key_bob
check 'what it proved is known' audited request-observed phase=open_session person=bob \
  'facts.given=.*publickey.*sshd.*' would=ask

echo '# who would be locked out'
said usherctl readiness
check 'both lack a code' equal "$(grep -c 'lacks otp' $S/said)" 2
check 'and it says so at once' equal "$(tail -n 1 $S/said)" '2 of 2 people would be locked out.'
check 'by its exit code too' not quiet usherctl readiness
otp_enrol ada
check 'one less with a code' equal "$(usherctl readiness | tail -n 1)" '1 of 2 people would be locked out.'
otp_enrol bob
check 'none, once both have one' quiet usherctl readiness
check 'who is ready' equal "$(usherctl readiness --all | grep -c ' ready ')" 2

echo '# why, afterwards'
observed_last() {
  grep '"kind":"request-observed"' $usher_audit | tail -n 1 | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/'
}
said usherctl explain --event "$(observed_last)"
check 'an event is explained' grep -q '^observed: ' $S/said
check 'each rule has its part' grep -qE '^ +yes +everything else ' $S/said
check 'and those before' grep -qE '^ +no +not logins ' $S/said
said usherctl explain ada --service sshd --from 127.0.0.1
check 'so is one that might be' grep -q '^only observed, would be let in' $S/said

check 'sudo wants the machine'"'"'s password' at_terminal $S/secrets/ada.password $none as ada sudo -k id -un
check 'and no other' not at_terminal $S/secrets/wrong $none as ada sudo -k id -un

echo '# usherd is not needed for it'
check 'usherd ends in order' usherd_stop
check 'a password lets in' ssh_login ada $ssh_code $S/secrets/ada.password $none
check 'a wrong one does not' not ssh_login ada $ssh_code $S/secrets/wrong $none
usherd_start

echo '# one service counts'
before=$(observed_last)
cp "$stage_source/conf/examples/50-ssh.toml" /etc/usher/rules.d/
pam_stacks none sshd sudo
check 'a reload' quiet usherctl reload
otp_code ada "$(otp_step)"
check 'password and code let in' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
check 'by the rule that counts' equal "$(story_of login-accepted rule)" 'password or key, and a code, over SSH'
check 'the password alone does not' not ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/wrong
for when_down in none console group:nobody; do
  pam_stacks $when_down sshd sudo
  audit_mark
  check "$when_down: what is only observed goes on with the machine's password" \
    at_terminal $S/secrets/ada.password $none as ada sudo -k id -un
  check 'and was observed' audited request-observed phase=account service=sudo person=ada
  check 'but with no other' not at_terminal $S/secrets/wrong $none as ada sudo -k id -un
  check 'what counts still does' not ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/wrong
done
said usherctl explain --event "$before"
check 'older events say that the rules have changed' grep -q 'The rules have changed since' $S/said

echo '# the past by other rules'
said usherctl policy replay
check 'the rules in force ask for a code where others only observed' grep -q 'observed: ask .* ask ' $S/said
mkdir $S/draft
printf '[[rule]]\nname = "nobody"\ndeny = true\n' >$S/draft/50-nobody.toml
said usherctl policy replay --with $S/draft
check 'a draft is tried on what was' grep -q ' denied .*nobody @' $S/said

echo '# nothing else lets in once the last rule is gone'
: >/etc/usher/rules.d/99-everything-else.toml
check 'a reload' quiet usherctl reload
check 'what no rule matches is denied' not quiet usherctl explain ada --service login
check 'jobs are still let be' quiet usherctl explain ada --service cron
check 'usherd ends in order' usherd_stop
check_done
