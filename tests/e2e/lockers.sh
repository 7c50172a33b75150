#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Real screen lockers, run by the person whose screen it is: xsecurelock, which shows one prompt
# after the other, and i3lock, which has one field. A wrong answer leaves the screen locked.
source "$(dirname "$0")/../e2e/all.sh"
source "$(dirname "$0")/../e2e/desktop.sh"
skip_without Xvfb xdotool import identify xsecurelock i3lock
stage_enter "$@"

usher_install '[login]' 'one_field = ["sddm", "i3lock"]' <<'EOF'
[[rule]]
name = "unlocking"
service = ["xsecurelock", "i3lock"]
from = ["local"]
require = ["password", "otp"]
EOF
# The module is loaded by people who may not be able to enter the folder of the build.
cp "$module" $S/pam_usher.so && chmod 755 $S/pam_usher.so && module=$S/pam_usher.so
pam_service xsecurelock
pam_service i3lock
usherd_start
syslog_start
desktop_start
enrolled ada
enrolled bea
person eve

secure_as() {
  become "$1" XSS_SLEEP_LOCK_FD=9 XSECURELOCK_PAM_SERVICE=xsecurelock XSECURELOCK_NO_COMPOSITE=1 \
    XSECURELOCK_SAVER=saver_blank XSECURELOCK_BURNIN_MITIGATION=0 xsecurelock
}
simple_as() { become "$1" XSS_SLEEP_LOCK_FD=9 i3lock --nofork --color=202040; }

# eve_as_ada: i3lock in eve's hands, and deceived about who she is. Her uid bears ada's name there.
eve_as_ada() {
  printf 'ada:x:%s:%s::%s:/bin/bash\n' "$(id -u eve)" "$(id -g eve)" $S/home/eve >$S/passwd
  exec unshare --mount bash -c '
    mount --bind "$1" /etc/passwd &&
      exec setpriv --reuid="$2" --regid="$2" --clear-groups \
        env -i PATH="$PATH" DISPLAY="$DISPLAY" XSS_SLEEP_LOCK_FD=9 i3lock --nofork' \
    - $S/passwd "$(id -u eve)"
}

# The verdicts on who wants to get in, without those of the account phase.
verdicts() { grep -E '"kind":"(login-|request-refused)' $usher_audit; }
verdicts_seen=0
verdict_is_new() { [[ $(verdicts | wc -l) -gt $verdicts_seen ]]; }
# verdict KIND USER SERVICE CALLER REASON: is what the next verdict says.
verdict() {
  wait_until $stage_patience verdict_is_new || return
  verdicts >$S/log/verdicts
  verdicts_seen=$((verdicts_seen + 1))
  equal "$(wc -l <$S/log/verdicts)" $verdicts_seen || return
  local usher_audit=$S/log/verdicts
  equal "$(event kind) $(event user) $(event service) $(event caller.uid)" "$1 $2 $3 $(id -u "$4")" &&
    matches "$(event reason)" "$5"
}

echo '# xsecurelock: a prompt after the other'
check 'it locks the screen' lock secure_as ada
black=$(sight)
xdotool key BackSpace
first=$(sight_after "$black")
picture xsecurelock-1-first-prompt
# While usherd stands still, what is to be seen between two prompts stays.
kill -STOP "$usherd_pid"
keyed $S/secrets/ada.password
between=$(sight_after "$first" "$black")
kill -CONT "$usherd_pid"
second=$(sight_after "$between" "$black")
picture xsecurelock-2-second-prompt
check 'the second prompt has a text of its own' test "$second" != "$first"
keyed $S/secrets/ada.wrong
check 'a wrong code is refused' verdict login-denied ada xsecurelock ada 'otp: wrong'
check 'it asks again' sight_becomes "$first"
picture xsecurelock-3-asks-again
check 'the screen is still locked' is_locked
keyed $S/secrets/bea.password
keyed $S/secrets/ada.first
check 'a wrong password is refused' verdict login-denied ada xsecurelock ada 'password: wrong'
check 'it asks again' sight_becomes "$first"
check 'the screen is still locked' is_locked
keyed $S/secrets/ada.password
keyed $S/secrets/ada.first
check 'password and code are accepted' verdict login-accepted ada xsecurelock ada .
check 'the screen is free' unlocked
check 'the account phase was asked too, and agreed' equal \
  "$(event kind) $(event reason)" 'account-accepted authenticated by Usher in this transaction'

echo '# i3lock: one field'
check 'it locks the screen' lock simple_as bea
keyed "$(in_one bea $S/secrets/bea.wrong)"
check 'a wrong code is refused' verdict login-denied bea i3lock bea 'otp: wrong'
# The person is told once the delay after a refusal is over, and for a moment: on a slow machine the
# picture may show what is before or behind it.
told_at_last() { stage_patience=5 sight_after "$(sight)" >/dev/null; }
told_at_last
picture i3lock-1-refused
check 'the screen is still locked' is_locked
keyed $S/secrets/bea.password
check 'the password alone is refused' verdict login-denied bea i3lock bea 'password: wrong'
check 'the screen is still locked' is_locked
keyed "$(in_one bea $S/secrets/bea.first)"
check 'password and code in one are accepted' verdict login-accepted bea i3lock bea .
check 'the screen is free' unlocked
picture i3lock-2-free

echo "# somebody else's account"
check 'i3lock locks the screen' lock eve_as_ada
keyed "$(in_one ada $S/secrets/ada.second)"
check 'what is right for ada is refused to eve' verdict request-refused ada i3lock eve 'eve asked about "ada"'
told_at_last
picture i3lock-3-refused
check 'the screen is still locked' is_locked
unlock_by_force

echo '# other ways to say it'
sed -i 's/, "i3lock"\]/]/' $usher_config
sed -i 's/^service.*/service = ["i3lock"]/' /etc/usher/rules.d/10-stage.toml
cat >>/etc/usher/rules.d/10-stage.toml <<'TOML'
[[rule]]
name = "unlocking, in one answer"
service = ["xsecurelock"]
require = ["password", "otp"]
prompt = "combined"
TOML
check 'both are read again' quiet usherctl reload
check 'i3lock locks the screen, unknown as a program of one field' lock simple_as bea
keyed "$(in_one bea $S/secrets/bea.second)"
check 'the same answer to two prompts is taken apart' verdict login-accepted bea i3lock bea .
check 'the screen is free' unlocked
check 'xsecurelock locks the screen, with a rule that wants one answer' lock secure_as ada
xdotool key BackSpace
check 'the prompt has a text of its own' test "$(sight_after "$black" "$first" "$second")" != "$between"
picture xsecurelock-4-combined
keyed "$(in_one ada $S/secrets/ada.second)"
check "one answer is accepted, with a code that eve's attempt did not spend" \
  verdict login-accepted ada xsecurelock ada .
check 'the screen is free' unlocked

check 'usherd ends in order' usherd_stop

echo '# no secret in any log'
no_secret_in "$usher_audit" "$S"/log/*
check_done
