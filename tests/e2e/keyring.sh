#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# pam_usher.so leaves the password, and it alone, to the modules behind it: gnome-keyring makes the
# person's keyring with it, and opens it at the next login, whether password and code came in one
# answer or in two.
source "$(dirname "$0")/../e2e/all.sh"
source "$(dirname "$0")/../e2e/desktop.sh"
skip_without gnome-keyring-daemon dbus-run-session gdbus secret-tool expect
compgen -G '/usr/lib/*/security/pam_gnome_keyring.so' >/dev/null ||
  compgen -G '/lib/*/security/pam_gnome_keyring.so' >/dev/null ||
  skip_without pam_gnome_keyring.so
stage_enter "$@"

usher_install <<'TOML'
[[rule]]
name = "password and code"
service = ["sshd", "login"]
require = ["password", "otp"]
TOML
for service in sshd login; do
  pam_service $service
  sed -i -e '/^auth/a auth optional pam_gnome_keyring.so' \
    -e '/^session/a session optional pam_gnome_keyring.so auto_start' /etc/pam.d/$service
done
usherd_start
sshd_start
syslog_start
for name in ada bea; do
  enrolled $name
  # What the person's shell does at a terminal.
  echo "exec bash $S/look" >$S/home/$name/.bash_profile
done

# The person's bus starts nothing by itself: no second keyring daemon, and nobody who asks for a
# password on a screen that is not there.
install -d -m 1777 $S/bus
cat >$S/bus.conf <<EOF
<busconfig>
  <type>session</type>
  <listen>unix:dir=$S/bus</listen>
  <policy context="default">
    <allow send_destination="*"/> <allow receive_sender="*"/> <allow own="*"/>
  </policy>
</busconfig>
EOF

# look: in the person's hands after login. Says whether their keyring is locked, and what is in it;
# where there is nothing yet, it puts something in.
cat >$S/look <<EOF
[[ \${IN_SESSION:-} == yes ]] ||
  IN_SESSION=yes exec dbus-run-session --config-file=$S/bus.conf -- bash $S/look
echo "person \$(id -un)"
# The daemon that PAM started, and gave the password, begins to serve.
gnome-keyring-daemon --start --components=secrets >/dev/null
gdbus wait --session --timeout $stage_patience org.freedesktop.secrets
echo "locked \$(gdbus call --session --dest org.freedesktop.secrets \
  --object-path /org/freedesktop/secrets/collection/login \
  --method org.freedesktop.DBus.Properties.Get org.freedesktop.Secret.Collection Locked)"
found=\$(timeout $stage_patience secret-tool lookup about test)
echo "found \${found:-nothing}"
[[ -n \$found ]] ||
  printf 'a keepsake' | timeout $stage_patience secret-tool store --label=test about test
EOF

# by_hand NAME FILE: no login at all; the daemon is given what is in the file, as PAM gives it.
by_hand() {
  (become "$1" bash -c "export \$(gnome-keyring-daemon --daemonize --login) && exec bash $S/look </dev/null") \
    < <(tr -d '\n' <"$2") >$S/log/look 2>&1
  nobody_has_it "$1"
}

# Each login finds the keyring closed: the daemon of the last one has ended.
keyring_daemon_of() { pgrep -u "$1" gnome-keyring; }
nobody_has_it() {
  pkill -u "$1" gnome-keyring
  wait_until $stage_patience not keyring_daemon_of "$1" >/dev/null
}

# by_ssh NAME CODE-FILE: sshd's password method.
by_ssh() {
  story_begins
  mkdir -p $S/answers
  cp "$(in_one "$1" "$2")" $S/answers/password
  STAGE_ANSWERS=$S/answers SSH_ASKPASS=$stage_source/tests/e2e/askpass.sh SSH_ASKPASS_REQUIRE=force \
    timeout --foreground $stage_patience \
    ssh -T -F $S/ssh_config -p $ssh_one_field "$1@127.0.0.1" "bash $S/look" </dev/null >$S/log/look 2>&1
  nobody_has_it "$1"
}

at_terminal() {
  local name=$1 code=$2
  shift 2
  story_begins
  timeout --foreground $stage_patience expect "$stage_source/tests/e2e/terminal.exp" \
    "$S/secrets/$name.password" "$code" "$@" >$S/log/look 2>&1 </dev/null
  nobody_has_it "$name"
}

# seen LINE: one of what `look` said.
seen() { tr -d '\r' <$S/log/look | grep -qxF "$1" || { sed 's/^/        /' $S/log/look; return 1; }; }
accepted() { equal "$(story_of login-accepted person) $(story_of login-accepted held)" "$1 [\"password\", \"otp\"]"; }
closed='(<true>,)'
open='(<false>,)'

echo '# ada comes over SSH with one field, then by login with two prompts'
by_ssh ada $S/secrets/ada.first
check 'password and code in one let in' seen 'person ada'
check 'both were verified' accepted ada
check 'the keyring is open' seen "locked $open"
check 'and new' seen 'found nothing'
at_terminal ada $S/secrets/ada.second login ada
check 'login lets in' seen 'person ada'
check 'both were verified' accepted ada
check 'the keyring is open' seen "locked $open"
check 'and the same' seen 'found a keepsake'

echo '# bea comes by login with two prompts, then over SSH with one field'
at_terminal bea $S/secrets/bea.first login bea
check 'login lets in' seen 'person bea'
check 'both were verified' accepted bea
check 'the keyring is open' seen "locked $open"
check 'and new' seen 'found nothing'
by_ssh bea $S/secrets/bea.second
check 'password and code in one let in' seen 'person bea'
check 'both were verified' accepted bea
check 'the keyring is open' seen "locked $open"
check 'and the same' seen 'found a keepsake'

echo '# the key'
for name in ada bea; do
  by_hand $name $S/secrets/$name.password
  check "the password alone opens $name's" seen "locked $open"
  check 'and shows what is in it' seen 'found a keepsake'
  by_hand $name "$(in_one $name $S/secrets/$name.first)"
  check 'with a code behind it, it does not' seen "locked $closed"
  check 'and shows nothing' seen 'found nothing'
done

check 'usherd ends in order' usherd_stop

echo '# no secret in any log'
no_secret_in "$usher_audit" "$S"/log/*
check_done
