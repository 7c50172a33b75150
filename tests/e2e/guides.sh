#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whoever follows a guide, to the letter, gets what it promises: the blocks of $GUIDE that are for the
# stage, run in order, and between them a look at what has come of it.
source "$(dirname "$0")/../e2e/all.sh"
source "$tests_e2e/../guides/stage_guides.sh"
guide=${GUIDE:?which guide: docs/guides/ssh.md}
skip_without sudo git rsync ansible visudo sqlite3
stage_enter "$@"
stage_guides
mkdir $S/folder
none=/dev/null

# Only the people of the stage are in sudoers, whatever the host has.
guides_sudoers() {
  rm -rf /etc/sudoers.d
  mkdir -m 755 /etc/sudoers.d
  printf '%s\n' 'Defaults !lecture, passwd_tries=1' "$@" '@includedir /etc/sudoers.d' >/etc/sudoers
  chmod 440 /etc/sudoers
}

# Sections are followed one by one; a new one must not be forgotten.
nothing_left_out() {
  diff <(python3 "$stage_source/tests/guides/blocks.py" list stage "$stage_source/$guide" | sort -u) <(sort -u $S/followed)
}

# The rule that decided the last login over SSH, in the phase that counts for keys.
by_rule() { equal "$(story_of session-opened rule)" "$1"; }

guide_ssh() {
  local key=(-i $S/secrets/key_ada)
  guides_sudoers
  pam_stacks group:sudo sshd sudo
  guides_usher_start
  guides_sshd_start
  for name in ada robot backups ansible; do guides_person $name; done
  otp_enrol ada
  guides_key ada ada id_ed25519
  guides_key robot backups key_backups
  guides_key robot ansible key_ansible
  sed -i 's/^/restrict /' $S/authorized_keys/backups
  for name in robot ada; do
    head -c 10000 /dev/urandom >$S/home/$name/original
    printf 'put original by_sftp\n' >$S/home/$name/batch
    chown $name: $S/home/$name/*
  done
  for name in backups ada; do as $name git init -q --bare store.git; done

  check 'a key and a code' follow 'A key and a code'
  check 'sshd reads its settings' $S/bin/systemctl reload ssh
  guides_code ada
  check 'key and code let in' login_over_ssh ada $none $S/secrets/ada.code "${key[@]}"
  check 'by the rule' by_rule 'password or key, and a code, over SSH'
  check 'the key alone does not' not login_over_ssh ada $none $none "${key[@]}"
  check 'nor a password and a code' not login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code

  story_begins
  check 'service accounts' follow 'Service accounts'
  check 'all by the rule for them' equal "$(story_of session-opened rule)" backups
  check 'and copied' same_file $S/home/robot/original $S/home/backups/by_scp
  story_begins
  check 'not from elsewhere' not as robot ssh -o BatchMode=yes -o HostName=127.0.0.1 backups true
  check 'there it is the rule for people' equal "$(story_of account-denied rule)" 'password or key, and a code, over SSH'

  story_begins
  check 'Ansible as root' follow 'Ansible as root'
  check 'becomes root by its rule' equal "$(story_of account-accepted rule)" 'Ansible becomes root'
  check 'and ran as root' grep -q 'uid=0(root)' $S/log/followed

  story_begins
  check 'one login for all tools' follow 'People whose tools log in again and again'
  check 'usherd was asked once' equal "$(story)" 'login-accepted account-accepted session-opened'
}

guide_sessions() {
  local status
  guides_sudoers 'ada ALL=(ALL) ALL'
  pam_stacks group:sudo sshd sudo
  guides_usher_start
  guides_sshd_start
  guides_person ada
  otp_enrol ada
  printf 'KbdInteractiveAuthentication yes\n' >/etc/ssh/sshd_config.d/usher.conf
  $S/bin/systemctl reload ssh
  check 'the rules' follow 'The rules'

  story_begins
  check 'a day' follow 'A day'
  # Of sshd; of sudo, twice unasked; of sudo, asked.
  check 'one login and three times sudo' equal "$(story | tr ' ' '\n' | grep -c login-accepted)" 4
  check 'of which two were asked' equal "$(grep login-accepted $usher_audit | tail -n 4 | grep -c '"asked":\["password","otp"\]')" 2
  check 'and the others had what they needed' \
    equal "$(grep login-accepted $usher_audit | tail -n 4 | grep -c '"asked":\[\],"held":\["password","otp"\]')" 2
  check 'all became root' equal "$(tr -d '\r' <$S/log/followed | grep -cx root)" 3

  guides_code ada
  STAGE_COMMAND="touch in; while [ ! -e out ]; do sleep 0.1; done; echo still here" \
    login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code &
  wait_until $stage_patience test -e $S/home/ada/in
  check 'for root' follow 'For root'
  check 'it was told what counts' grep -q 'its session holds password, .* and otp, ' $S/log/followed
  check 'the session is over' not usherctl session end --user ada
  touch $S/home/ada/out
  wait $!
  status=$?
  check 'its processes went on' equal "$status $(tail -n 1 $S/printed)" '0 still here'
  check 'what it does not do' follow 'What it does not do'
}

guide_sudo_timestamp() {
  guides_sudoers 'ada ALL=(ALL) ALL, NOPASSWD: /usr/bin/whoami'
  pam_stacks group:sudo sudo
  guides_usher_start
  guides_person ada
  otp_enrol ada
  story_begins
  check 'what it looks like' follow 'What it looks like'
  check 'asked once, let in twice' equal "$(story)" \
    'rules-loaded login-accepted account-accepted session-opened account-accepted session-opened'
  check 'the log says what happened' grep -q 'becoming root' $S/log/followed
  check 'another time' follow 'Another time, or none'
  printf 'sudo id -un; sudo -n true || echo "asks again"\n' >$S/folder/twice
  guides_code ada
  check 'sudo asks again at once' at_terminal $S/secrets/ada.password $S/secrets/ada.code as ada bash $S/folder/twice
  check 'as it says' saw 'asks again'
  check 'unasked where sudoers says so' quiet as ada sudo -n whoami
  check 'strict' follow 'Strict'
  check 'nobody is let in unasked' not said as ada sudo -n whoami
  check 'in the words of the guide' grep -q 'PAM account management error: Permission denied' $S/said
  guides_code ada
  check 'who is asked gets in' at_terminal $S/secrets/ada.password $S/secrets/ada.code as ada sudo -k id -un
  rm /etc/sudoers.d/usher
  guides_code ada
  check 'a timestamp' at_terminal $S/secrets/ada.password $S/secrets/ada.code as ada sudo id -un
  check 'is there' test -s /run/sudo/ts/ada
  check 'taking it away' follow 'Taking it away'
  check 'is gone' not test -e /run/sudo/ts/ada
}

guide_roll_out() {
  guides_sudoers
  pam_stacks observe sshd sudo
  guides_usher_start
  guides_sshd_start
  guides_person ada
  guides_person bob
  guides_person helga helpdesk
  key_of bob
  mkdir -m 755 /root/draft
  cp "$stage_source/conf/examples/50-ssh.toml" /root/draft/
  check 'the machine as it was' login_over_ssh ada $S/secrets/ada.password $none
  check 'and with a key' login_over_ssh bob $none $none -i $S/secrets/key_bob
  check 'looking on' follow '1. Everywhere, looking on'
  check 'who is not ready' equal "$(grep -c 'lacks otp' $S/log/followed)" 2
  check 'a draft' follow '2. Rules, in git'
  check 'waves' follow '3. Waves'
  pam_stacks group:sudo sshd sudo
  # The group was not there a moment ago.
  usherctl reload >/dev/null
  check 'who has moved is asked for the code' not login_over_ssh ada $S/secrets/ada.password $none
  guides_code ada
  check 'and gets in with it' login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code
  check 'by the rule' by_rule 'over SSH, who has a code by now'
  check 'who has not gets in as before' login_over_ssh bob $none $none -i $S/secrets/key_bob
  check 'with the password too' login_over_ssh bob $S/secrets/bob.password $none
  check 'the rest' follow '4. The rest of a service'
  check 'would be bob' grep -q '"user": *"bob"' $S/log/followed
  check 'what to watch' follow 'What to watch'

  otp_enrol bob
  check 'the helpdesk' follow 'The helpdesk'
  by_helga() { at_terminal $S/secrets/helga.password $none as helga sudo usherctl "$@"; }
  check 'which may do that' by_helga otp list bob
  for command in log 'otp list ada' 'otp list --config /tmp/usher.toml bob' 'password set bob'; do
    # shellcheck disable=SC2086  # several words
    check "and not: $command" not by_helga $command
    check 'in the words of sudo' grep -q 'helga is not allowed to execute' $S/terminal
  done
}

guide_recovery() {
  local section
  guides_sudoers
  pam_stacks group:sudo sshd
  guides_usher_start
  guides_sshd_start
  guides_person ada
  otp_enrol ada
  cp "$stage_source/conf/examples/50-ssh.toml" /etc/usher/rules.d/
  printf 'KbdInteractiveAuthentication yes\n' >/etc/ssh/sshd_config.d/usher.conf
  $S/bin/systemctl reload ssh
  usherctl reload >/dev/null
  ada_gets_in() { guides_code ada && login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code; }
  check 'ada gets in' ada_gets_in
  check 'backups' follow Backups

  $S/bin/systemctl stop usherd.service
  check 'usherd is down' not usherd_serves
  check 'it is mended' follow 'usherd is down'

  printf '[[rule]]\nname = "a mistake"\nservice = ["sshd"]\ndeny = true\n' >/etc/usher/rules.d/45-mistake.toml
  usherctl reload >/dev/null
  check 'a rule locks people out' not login_over_ssh ada $S/secrets/ada.password $none
  check 'it is mended' follow 'A rule locks people out'
  check 'the guide has told which rule' grep -q '45-mistake.toml:1' $S/log/followed
  check 'ada gets in' ada_gets_in

  check 'a code is lost' follow 'A code is lost'
  check 'ada gets in by the new one' ada_gets_in

  check 'backups again' follow Backups
  $S/bin/systemctl stop usherd.service
  head -c 65536 /dev/urandom >/var/lib/usher/store.db
  check 'the store is damaged' not $S/bin/systemctl start usherd.service
  check 'it is mended' follow 'The store is damaged'
  check 'ada is known' grep -q 'default.*TOTP' $S/log/followed
  # Who can't wait until the codes of now count again.
  check 'and gets another code' follow 'A code is lost'
  check 'ada gets in' ada_gets_in

  $S/bin/systemctl stop usherd.service
  rm /etc/usher/key/master.key
  check 'the key is lost' not $S/bin/systemctl start usherd.service
  check 'it is mended, and then begun anew' follow 'The key is lost'
  check 'ada gets in with the newest code' ada_gets_in
  check 'the disk' follow 'The disk is full'
  check 'an upgrade' follow 'An upgrade has failed'
}

guide_keys_and_backups() {
  pam_service storm nodelay
  cat >/etc/usher/rules.d/45-storm.toml <<<$'[[rule]]\nname = "a code"\nservice = ["storm"]\nrequire = ["otp"]'
  guides_usher_start
  guides_person ada
  otp_enrol ada
  in_by_code() { equal "$("$stage_build/tests/login_storm" storm ada $S/secrets/ada.code 1)" "accepted=$1 denied=$((1 - $1)) unavailable=0 other=0"; }
  check 'a backup' follow 'A backup'
  guides_code ada
  check 'a code is used after it' in_by_code 1
  check 'it is put back' follow 'Putting it back'
  check 'the code is not good again' in_by_code 0
  check 'another key' follow 'Another key'
  check 'which the guide has seen' grep -q 'in force' $S/log/followed
  fresh_code() { guides_code ada && in_by_code 1 >/dev/null; }
  check 'ada gets in' wait_until 120 fresh_code
  check 'usherd was not stopped by it' usherd_serves
}

guide_migrating() {
  skip_without google-authenticator faillock
  grep -q '^@include common-auth$' /etc/pam.d/sshd || { echo 'SKIPPED: not the stacks of Debian'; exit 77; }
  guides_sudoers
  guides_usher_start
  guides_sshd_start
  printf 'KbdInteractiveAuthentication yes\nPasswordAuthentication no\n' >/etc/ssh/sshd_config.d/usher.conf
  $S/bin/systemctl reload ssh
  guides_person ada
  guides_person bob
  for name in ada bob; do
    as $name google-authenticator --time-based --force --disallow-reuse --no-rate-limit --window-size=17 \
      --qr-mode=NONE --no-confirm --quiet >/dev/null
    head -n 1 $S/home/$name/.google_authenticator >$S/secrets/$name.old-seed
  done
  key_of root
  # old_code NAME: what the old entry on the phone shows, or showed a moment ago: another each time.
  local -i back=0
  old_code() {
    oathtool --base32 --totp --now="$((back++ * 30)) seconds ago" "@$S/secrets/$1.old-seed" >$S/secrets/$1.old
  }

  echo '# as it was'
  sed -i 's|^@include common-auth$|&\nauth required pam_google_authenticator.so|' /etc/pam.d/sshd
  old_code ada
  check 'password and old code' login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.old
  check 'the password alone does not' not login_over_ssh bob $S/secrets/bob.password $none

  echo '# codes taken over'
  check 'the guide' follow 'Taking codes over'
  check 'shows first, and changes nothing by that' grep -q '^Nothing was changed' $S/log/followed
  for name in ada bob; do
    check "$name's code is there" quiet usherctl otp remove --label google-authenticator $name
  done

  echo '# Usher looks on'
  check 'the stack is changed' by_usherctl --service sshd --observe
  check 'the old line has stayed' grep -q '^auth required pam_google_authenticator.so$' /etc/pam.d/sshd
  old_code bob
  check 'password and old code' login_over_ssh bob $S/secrets/bob.password $S/secrets/bob.old
  check 'observed' equal "$(story)" 'request-observed request-observed request-observed'
  check 'the password alone does not' not login_over_ssh bob $S/secrets/bob.password $none

  echo '# so it does with pam_oath in its place'
  printf 'HOTP/T30/6 bob - 3132333435363738393031323334353637383930\n' >/etc/users.oath
  chmod 600 /etc/users.oath
  cp /etc/pam.d/sshd $S/with_google
  sed -i "s|^auth required pam_google.*|$(grep '^auth.*pam_oath.so' "$stage_source/$guide")|" /etc/pam.d/sshd
  oathtool --totp 3132333435363738393031323334353637383930 >$S/secrets/bob.old
  # It asks for a "One-time password (OATH)".
  printf '#!/bin/sh\ncase $1 in *OATH*) set -- "One-time code:" ;; esac\nexec %s "$@"\n' \
    "$tests_e2e/askpass.sh" >$S/askpass
  chmod 755 $S/askpass
  by_oath() { STAGE_ASKPASS=$S/askpass login_over_ssh bob $S/secrets/bob.password "$1"; }
  check 'password and old code' by_oath $S/secrets/bob.old
  check 'the password alone does not' not by_oath $none
  cp $S/with_google /etc/pam.d/sshd

  echo '# side by side'
  put_into_sshd '/^auth  substack  usher$/,/^```$/p' '/^auth.*usher/d; /google/d'
  check 'the guide' follow 'Side by side'
  check 'what Usher says counts' by_usherctl --when-down group:sudo
  usherctl reload >/dev/null
  old_code ada
  check 'who has moved is asked for the new code alone' not login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.old
  guides_code ada
  check 'and gets in by it' login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code
  check 'by the rule' by_rule 'over SSH, who has moved'
  old_code bob
  check 'who has not gets in as before' login_over_ssh bob $S/secrets/bob.password $S/secrets/bob.old
  check 'not without the old code' not login_over_ssh bob $S/secrets/bob.password $none
  check 'at last' follow 'At last'
  check 'no old secret is left' not test -e $S/home/bob/.google_authenticator
  check 'nor the old module' not compgen -G '/usr/lib/*/security/pam_google*'

  echo '# faillock'
  put_into_sshd '/pam_faillock.so preauth/,/^```$/p' '/^auth/d; /^account.*usher/d'
  sed -i 's|^group.*||' /etc/usher/rules.d/50-ssh.toml
  usherctl reload >/dev/null
  printf 'deny = 2\nunlock_time = 600\n' >/etc/security/faillock.conf
  printf 'not this\n' >$S/secrets/wrong
  guides_code ada
  check 'the right answers let in' login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code
  for attempt in 1 2; do
    check "wrong answers, $attempt" not login_over_ssh ada $S/secrets/wrong $S/secrets/wrong
  done
  guides_code ada
  check 'then the right ones do not' not login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code
  check 'the guide' follow 'Keeping faillock'
  check 'tells of them' grep -q '^20.*RHOST.*192.0.2.10' $S/log/followed
  guides_code ada
  check 'and lets ada in again' login_over_ssh ada $S/secrets/ada.password $S/secrets/ada.code
  check 'whose failures are forgotten' equal "$(faillock --user ada | grep -c '^20')" 0
}

# by_usherctl OPTION...: changes stacks, with nothing to put them back here, and confirms from a new login.
by_usherctl() {
  said usherctl pam apply --rollback-after never --as bob "$@" || { sed 's/^/        /' $S/said; return 1; }
  STAGE_COMMAND='usherctl pam confirm' login_over_ssh root $none $none -i $S/secrets/key_root
}

# put_into_sshd SED-OF-GUIDE SED-OF-STACK: a block of the guide, in front of what is left of the stack.
put_into_sshd() {
  {
    sed -n "$1" "$stage_source/$guide" | sed -e '/^```$/d' -e "s/=USHER/=$(id -u usher)/"
    sed "$2" /etc/pam.d/sshd
  } >$S/stack
  cp $S/stack /etc/pam.d/sshd
}

guide_desktops() {
  pam_stacks group:sudo login
  guides_usher_start
  guides_person ada
  otp_enrol ada
  check 'screen lockers' follow 'Screen lockers'
  guides_code ada
  {
    cat $S/secrets/ada.password
    cat $S/secrets/ada.code
  } | paste -sd '' >$S/secrets/both
  cp "$tests_e2e/pam_program.py" $S/
  unlock() {
    as ada python3 $S/pam_program.py i3lock ada authenticate account <"$1" >$S/steps
    equal "$(cat $S/steps)" 'authenticate=0 account=0'
  }
  check 'a locker with one field opens with both in one' unlock $S/secrets/both
  check 'and not again' not unlock $S/secrets/both
}

readme() {
  pam_stacks observe sshd
  guides_usher_start
  guides_person ada
  mkdir -m 755 $S/folder/draft
  check 'the tour' follow
}

name=$(basename "$guide" .md)
case $name in
README) readme ;;
*) "guide_${name//-/_}" ;;
esac
check 'nothing of the guide was left out' nothing_left_out
check_done
