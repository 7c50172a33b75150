# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Who is on the machine, and how they get in. Needs machine.sh.

# done_by COMMAND...: it succeeds; what it prints is in $S/said, and shown where it does not.
done_by() { said "$@" || { sed 's/^/        /' $S/said; return 1; }; }

# shadow_of NAME PASSWORD: their password of /etc/shadow; it stays in $S/secrets/NAME.password.
shadow_of() {
  printf '%s\n' "$2" >"$S/secrets/$1.password"
  printf '%s:%s\n' "$1" "$2" | chpasswd || stage_fatal "$1 has no password"
}

# people: root; ada, who may use sudo; eve, who may not.
people() {
  person ada sudo
  person eve
  shadow_of root 'the root of it all'
  shadow_of ada 'correct horse of ada'
  shadow_of eve 'correct horse of eve'
  printf 'not the password\n' >$S/secrets/wrong.password
  printf '00000000\n' >$S/secrets/no.code
  printf 'Defaults !lecture, passwd_tries=1, timestamp_timeout=0\n' >/etc/sudoers.d/stage
  printf '#!/bin/sh\necho "in as $(id -un)"\n' >$S/shell
  chmod 755 $S/shell
  # login(1) asks once, and waits for as long as the test does.
  sed -i -E '/^(LOGIN_RETRIES|LOGIN_TIMEOUT)/d' /etc/login.defs
  printf 'LOGIN_RETRIES 1\nLOGIN_TIMEOUT %s\n' $stage_patience >>/etc/login.defs
}

# Each is true if NAME gets in with their password, or with that of another ($as_if), and the code that
# is given where one is asked for.
password_for() { printf '%s/secrets/%s.password' $S "${as_if:-$1}"; }

over_ssh() { ssh_login "$1" $ssh_code "$(password_for "$1")" "${2:-$S/secrets/no.code}"; }

at_console() {
  local shell in
  shell=$(getent passwd "$1" | cut -d: -f7)
  usermod --shell $S/shell "$1"
  at_terminal "$(password_for "$1")" "${2:-$S/secrets/no.code}" login -p "$1" && quiet saw "in as $1"
  in=$?
  usermod --shell "$shell" "$1"
  return $in
}

by_sudo() {
  at_terminal "$(password_for "$1")" "${2:-$S/secrets/no.code}" as "$1" sudo -k id -un && quiet saw root
}

# by_su NAME [CODE-FILE]: eve becomes NAME.
by_su() {
  at_terminal "$(password_for "$1")" "${2:-$S/secrets/no.code}" as eve su -c 'id -un' "$1" && quiet saw "$1"
}

# not_with_another COMMAND NAME [CODE-FILE]: who has the wrong password stays out.
not_with_another() { ! as_if=wrong quiet "$@"; }

# somebody_is_asked NAME: begins to log in over SSH with the code in their file, and waits, at the first
# prompt, for they_answer; true if they got in then.
somebody_is_asked() {
  ssh_slow_answers
  STAGE_ASKPASS=$S/slow_askpass over_ssh "$1" "$S/secrets/$1.code" &
  asked_login=$!
  wait_until $stage_patience test -s $S/asked
}
they_answer() {
  echo go >$S/slow
  wait $asked_login
}

# stacks: what decides about logins, and who may change it. A hidden file is a copy that nobody asks.
# But that of Usher, which the package brings, and nobody asks before `apply`.
stacks() { (cd /etc/pam.d && find . -type f ! -name '.*' ! -name usher -printf '%p %u %g %m\n' -exec sha256sum {} + | sort); }
stacks_are() { same_file "$1" <(stacks); }
