# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What scripts/try shows, on the stage. Needs ui.sh and tests/e2e/.

cases_shown=0
cases_failed=0
password='correct horse battery staple'

# otp_room SECONDS: waits, if need be, until this time step lasts that much longer.
otp_room() { while ((otp_period - $(date +%s) % otp_period < $1)); do sleep 0.2; done; }

cases_prepare() {
  # As authenticators are used.
  otp_digits=6
  otp_period=30
  usher_install <<'EOF'
# One rule: whoever comes over SSH has a password or a key, and a one-time code as well.
[[rule]]
name    = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOF
  pam_service sshd
  usherd_start
  sshd_start
  person ada
  key_of ada
  password_of ada "$password"
  otp_enrol ada
  # A code is good for its half minute and for the one before and after it. Enrolling spent the
  # last one's; these two are fresh, so that nobody has to wait.
  otp_room 5
  local step
  step=$(otp_step)
  otp_code ada "$step" && mv $S/secrets/ada.code $S/secrets/first
  otp_code ada $((step + 1)) && mv $S/secrets/ada.code $S/secrets/second
  tr 0-9 1-90 <$S/secrets/second >$S/secrets/wrong
  printf 'a guess\n' >$S/secrets/guess
}

# A new case, and what ought to become of it.
case_begins() {
  cases_shown=$((cases_shown + 1))
  printf '\n%s%2d. %s%s\n' "$ui_bold" $cases_shown "$*" "$ui_off"
}
case_is() {
  if [[ $1 == yes ]]; then
    tick "$2"
  else
    cross "$2"
    cases_failed=$((cases_failed + 1))
  fi
}

notes() { while IFS= read -r line; do note "$line"; done <"$1"; }

# attempt accepted|refused NAME PORT PASSWORD-FILE CODE-FILE [SSH-OPTION...]
attempt() {
  local wanted=$1 got=refused
  shift
  ssh_login "$@" && got=accepted
  notes <(sed 's/^prompt: /ssh asks: /' $S/answers/prompts)
  notes <(sed 's/^/ssh says: /' $S/printed)
  [[ -s $S/printed ]] || note 'sshd closes the connection without a word'
  # Four lines in the log, the last of which sshd writes when the client has gone.
  [[ $got == refused ]] || wait_until $stage_patience session_is_closed
  if [[ $got == "$wanted" ]]; then case_is yes "$got"; else case_is no "$got, and should be $wanted"; fi
}

session_is_closed() { tail -n 1 $usher_audit | grep -q '"kind":"session-closed"'; }

# audited KIND [BACK]: shows the line, and whether it is of this kind and names the rule.
audited() {
  local back=${2:-0}
  notes <(usherctl log -n $((back + 1)) 2>&1 | head -n 1)
  tail -n $((back + 1)) $usher_audit | head -n 1 >$S/event
  if grep -q "\"kind\":\"$1\"" $S/event && grep -q '"rule":"people over SSH"' $S/event; then
    case_is yes "the audit log: $1, by the rule \"people over SSH\""
  else
    case_is no "the audit log should say $1, by the rule \"people over SSH\""
    note "$(cat $S/event)"
  fi
}

looks_like_the_last_refusal() {
  if cmp -s $S/transcript $S/refusal; then
    case_is yes 'to the person, and to a stranger, it looks the same as the refusal before'
  else
    case_is no 'it looks different from the refusal before'
    diff $S/refusal $S/transcript
  fi
}

cases() {
  cases_prepare
  heading 'The rule'
  sed 's/^/     /' /etc/usher/rules.d/10-stage.toml

  local key=(-i "$S/secrets/key_ada") right=$S/secrets/ada.password
  case_begins 'Ada gives her password and the code on her phone'
  attempt accepted ada $ssh_code "$right" $S/secrets/first
  audited login-accepted 3
  explained 'let in after proof' ada --service sshd --from 192.0.2.7
  case_begins 'Somebody looked over her shoulder: the same password, the same code again'
  attempt refused ada $ssh_code "$right" $S/secrets/first
  audited login-denied
  cp $S/transcript $S/refusal
  case_begins 'The right password, a wrong code'
  attempt refused ada $ssh_code "$right" $S/secrets/wrong
  looks_like_the_last_refusal
  audited login-denied
  case_begins 'A wrong password, a right code'
  attempt refused ada $ssh_code $S/secrets/guess $S/secrets/second
  looks_like_the_last_refusal
  audited login-denied
  case_begins 'Somebody who does not exist'
  attempt refused bob $ssh_code "$right" $S/secrets/second
  looks_like_the_last_refusal
  audited login-denied
  explained 'denied|no way in' bob --service sshd --from 192.0.2.7
  case_begins "Ada's key alone, where sshd itself is content with a key: the rule wants a code as well"
  attempt refused ada $ssh_any "$right" $S/secrets/second "${key[@]}"
  audited account-denied
  explained 'missing +otp' ada --service sshd --from 192.0.2.7 --with publickey
  case_begins "Ada's key, and the code that the wrong password in step 4 did not use up"
  attempt accepted ada $ssh_key_code "$right" $S/secrets/second "${key[@]}"
  audited login-accepted 3
  cases_summary
}

# explained REGEX QUESTION...: shows what usherctl explains, and whether it matches and names the rule.
explained() {
  local wanted=$1 answer
  shift
  usherctl explain "$@" >$S/said 2>&1
  notes <(printf '$ usherctl explain %s\n' "$*" && cat $S/said)
  answer=$(grep -oE -m 1 -- "$wanted" $S/said | tr -s ' ')
  if [[ -n $answer ]] && grep -q 'people over SSH' $S/said; then
    case_is yes "usherctl explains it: $answer, by the rule \"people over SSH\""
  else
    case_is no "usherctl should explain it: $wanted, by the rule \"people over SSH\""
  fi
}

cases_summary() {
  heading 'Summary'
  if [[ $cases_failed == 0 ]]; then
    tick "all $cases_shown cases went as they should"
    return
  fi
  cross "$cases_failed expectations of $cases_shown cases were not met; the ends of the logs:"
  tail -n 20 $S/log/usherd $S/log/sshd
}

# A shell on the stage, for logging in by hand.
shell_inside() {
  person you
  mkdir -p /etc/ssh/ssh_config.d
  cat >/etc/ssh/ssh_config.d/usher-try.conf <<EOF
Host try
  HostName 127.0.0.1
  Port $ssh_code
  UserKnownHostsFile $S/known_hosts
  IdentityFile none
  IdentitiesOnly yes
EOF
  heading 'Your turn'
  cat <<EOF
     This shell is inside. There is somebody called "you", who has neither password nor code:

       usherctl password set you          choose a password
       usherctl otp add you               scan the code with your authenticator, give what it shows
       ssh you@try                        log in
       usherctl log -n 5                  who came, and what decided
       usherctl explain you --service sshd --from 192.0.2.7
       \$EDITOR /etc/usher/rules.d/10-stage.toml; usherctl reload

     "exit" ends it, and everything in here is gone.
EOF
  PS1='(usher) \w # ' bash --norc -i
}
