#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# What people might try on sshd: to forge what it says it verified, to use one code twice at the same
# moment, to come as root where root may not, to leave in the middle.
source "$(dirname "$0")/../e2e/all.sh"
stage_enter "$@"

usher_install <<'EOT'
[[rule]]
name = "a key is enough"
service = ["sshd"]
group = ["keys"]
require = ["publickey"]

[[rule]]
name = "people over SSH"
service = ["sshd"]
require = ["password|publickey", "otp"]
EOT
pam_service sshd nodelay
# As Debian has it, but with the person's own file as well; and in `auth`, as Fedora does.
forgeable='pam_env.so user_readenv=1'
printf '%s\n' "auth required $forgeable" "session required $forgeable" >>/etc/pam.d/sshd
usherd_start
sshd_start 'HostbasedAuthentication yes' 'HostbasedAcceptedAlgorithms ssh-ed25519' \
  'PermitUserEnvironment yes' 'AcceptEnv SSH_AUTH_INFO_0' 'PermitRootLogin no' 'DenyUsers eve'
ssh_vouching
person ada
person grace keys
person eve
for name in root ada eve; do
  password_of $name "the password of $name"
  otp_enrol $name
done
key_of grace
now=$(otp_step)

# forge NAME: whatever of a person's own sshd or PAM may read says that they came with a key.
forgery="publickey $(cut -d' ' -f1,2 $S/secrets/key_grace.pub)"
forge() {
  local home=$S/home/$1
  mkdir -p "$home/.ssh"
  printf 'SSH_AUTH_INFO_0 DEFAULT="%s" OVERRIDE="%s"\n' "$forgery" "$forgery" >"$home/.pam_environment"
  printf 'SSH_AUTH_INFO_0=%s\n' "$forgery" >"$home/.ssh/environment"
  chown -R "$1:" "$home/.ssh" "$home/.pam_environment"
}
forged_login() {
  ssh_unasked "$1" $ssh_any "${ssh_hostbased[@]}" -o "SetEnv=SSH_AUTH_INFO_0='$forgery'"
}

echo '# forging what sshd says it verified'
forge grace
forge ada
check "a host's word and a forged key are refused" not forged_login grace
check 'sshd had let them in' grep -q 'Accepted hostbased for grace' $S/log/sshd
check 'the session knew better' equal "$(story)" 'account-accepted session-denied'
check 'and saw no key' equal "$(story_of session-denied before)" ''
check 'likewise where a code is wanted too' not forged_login ada
check 'in the account phase' equal "$(story)" account-denied
otp_code ada "$now"
check 'a forged key is no answer to a question for the password' \
  not ssh_login ada $ssh_code /dev/null $S/secrets/ada.code -o "SetEnv=SSH_AUTH_INFO_0='$forgery'"
check 'both were asked for' equal "$(grep -c prompt: $S/answers/prompts)" 2
check 'and the password was missed' matches "$(story) $(story_of login-denied reason)" '^login-denied .*password'
check 'it keeps nobody out who has one' ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code
check 'who came without a key' equal "$(story) $(story_of login-accepted before)" \
  'login-accepted account-accepted session-opened '
check 'nor who has a key' ssh_login grace $ssh_any /dev/null /dev/null -i $S/secrets/key_grace
# Why the stack has its order; and that the forgery above was one.
sed -i "/^session.*pam_env/d; 0,/^session/s//session required $forgeable\n&/" /etc/pam.d/sshd
check 'in a session line before ours it would be believed' forged_login grace
check 'as a key' equal "$(story_of session-opened before)" \
  '[{"factor": "publickey", "by": "sshd", "detail": "ssh-ed25519"}]'

echo '# whom sshd refuses by itself, whatever PAM says: it gives PAM an answer of its own'
for name in root eve; do
  otp_code $name "$now"
  check "$name is refused" \
    not ssh_login $name $ssh_code $S/secrets/$name.password $S/secrets/$name.code
  check 'asked like everybody' equal "$(grep -c prompt: $S/answers/prompts)" 2
  check 'denied, and written down' equal "$(story) $(story_of login-denied user)" "login-denied $name"
  check 'nothing held' equal "$(story_of login-denied held)" '[]'
  check 'neither in one field' not ssh_login $name $ssh_one_field \
    <(cat $S/secrets/$name.{password,code} | tr -d '\n') /dev/null
  check 'denied, and written down' equal "$(story) $(story_of login-denied user)" "login-denied $name"
done

echo '# two at once with one code'
# Each waits with its code until the other has been asked for it as well.
cat >$S/ask_together <<EOT
#!/bin/sh
case \$1 in *ode:*)
  : >\$STAGE_ANSWERS/asked
  until [ -e $S/one/asked ] && [ -e $S/two/asked ]; do sleep 0.05; done ;;
esac
exec $stage_source/tests/e2e/askpass.sh "\$1"
EOT
chmod 755 $S/ask_together
otp_code ada $((now + 1))
for which in one two; do
  STAGE_ANSWERS=$S/$which STAGE_ASKPASS=$S/ask_together \
    ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code &
  logins[${#logins[@]}]=$!
done
story_begins
got_in=0
for login in "${logins[@]}"; do wait "$login" && got_in=$((got_in + 1)); done
check 'one got in' equal $got_in 1
check 'the other was refused' equal "$(story | tr ' ' '\n' | sort | paste -sd ' ')" \
  'account-accepted login-accepted login-denied session-opened'

echo '# a client that is killed at its prompt'
cat >$S/ask_forever <<EOT
#!/bin/sh
case \$1 in *ode:*) : >$S/asked && exec sleep 600 ;; esac
exec $stage_source/tests/e2e/askpass.sh "\$1"
EOT
chmod 755 $S/ask_forever
aborted() { grep -c '"kind":"dialogue-aborted"' $usher_audit; }
aborted_more_than() { [[ $(aborted) -gt $1 ]]; }
nobody_asks() { ! pgrep -f '^sshd: (ada|.*\[(priv|pam|net|accepted)\])' >/dev/null; }
check 'sshd is at rest' wait_until $stage_patience nobody_asks
before=$(aborted)
STAGE_ASKPASS=$S/ask_forever \
  ssh_login ada $ssh_code $S/secrets/ada.password $S/secrets/ada.code 2>/dev/null &
login=$!
story_begins
check 'the person is being asked' wait_until $stage_patience test -e $S/asked
check 'by processes of sshd' not nobody_asks
pkill -KILL -x ssh
check 'they get nothing' not wait $login
check 'no process is left' wait_until $stage_patience nobody_asks
check 'the end is written down' wait_until $stage_patience aborted_more_than "$before"
check 'once, and nothing else' equal "$(story)" dialogue-aborted
check 'as what it was' matches "$(story_of dialogue-aborted reason)" 'hung up'
check 'usherd ends in order' usherd_stop
check_done
